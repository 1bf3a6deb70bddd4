"""The pages on checks name every check, so that a reviewer can look up any code."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.checks import all_checks

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("page", ["checks.md", "checks.zh.md"])
def test_every_code_is_explained(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert {check.code for check in all_checks() if check.code not in text} == set()
