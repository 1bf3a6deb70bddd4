"""What every command shares."""

from __future__ import annotations

import json
import sys

import pytest
import typer

from pipeline.console import Command, Group, print_result, progress_bar, tell
from pipeline.run import Progress


def refuse() -> list[str]:
    raise AssertionError("nobody asked for this")


def test_only_the_wanted_form_of_a_result_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(False, refuse, lambda: ["甲", "乙"])
    assert capsys.readouterr().out == "甲\n乙\n"
    print_result(True, lambda: {"名": "甲"}, refuse)
    out = capsys.readouterr().out
    assert json.loads(out) == {"名": "甲"}
    assert "甲" in out


def test_a_complaint_is_one_printable_line_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    tell("坏\n文件\x1b[2J", "换一个。")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["坏 文件\N{REPLACEMENT CHARACTER}[2J", "提示：换一个。"]


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    assert not sys.stderr.isatty()
    with progress_bar("提取") as progress:
        progress(Progress(1, 2, None))
    assert capsys.readouterr() == ("", "")


def test_help_has_no_english_frame(capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False)

    @app.command("one", cls=Command, help="一。")
    def one(name: str, count: int = 3) -> None: ...

    @app.command("two", cls=Command, help="二。")
    def two() -> None: ...

    for arguments in (["--help"], ["one", "--help"]):
        app(arguments, standalone_mode=False)
        out = capsys.readouterr().out
        for word in ("Usage", "Options", "Commands", "Arguments", "Show this", "required", "default"):
            assert word not in out
