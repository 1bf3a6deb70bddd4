"""Who may import whom: the levels of the architecture, and one place for each package of somebody else's."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("schemas", "pipeline", "eval", "prompts", "cli")

# The longest prefix of a module's name counts.
LEVELS: dict[str, int] = {
    "schemas": 0,
    "prompts": 0,
    "pipeline": 0,  # the package itself, which is empty
    "pipeline.errors": 0,
    "pipeline.folding": 0,
    "pipeline.forms": 0,
    "pipeline.prose": 0,
    "pipeline.instructions": 0,
    "pipeline.settings": 0,
    "pipeline.quantities": 0,
    "pipeline.readers": 1,
    "pipeline.sections": 1,
    "pipeline.chunks": 1,
    "pipeline.engines": 1,
    "pipeline.grounding": 1,
    "pipeline.checks": 1,
    "pipeline.confidence": 1,
    "pipeline.store": 1,
    "pipeline.archives": 2,
    "pipeline.files": 2,
    "pipeline.joined": 0,
    "pipeline.twins": 2,
    "pipeline.workers": 2,
    "pipeline.labels": 2,
    "pipeline.checking": 2,
    "pipeline.batch": 2,
    "pipeline.replies": 2,
    "pipeline.run": 2,
    "pipeline.cluster": 3,
    "pipeline.console": 3,
    "pipeline.review": 3,
    "pipeline.export": 3,
    "pipeline.workbook": 3,
    "pipeline.reviewed": 3,
    "pipeline.detail": 3,
    "pipeline.readout": 3,
    "pipeline.grids": 3,
    "pipeline.titles": 3,
    "pipeline.doctor": 3,
    "pipeline.models": 3,
    "pipeline.plans": 3,
    "pipeline.prompting": 3,
    "pipeline.summaries": 3,
    "eval": 3,
    "cli": 4,
}
STAGES = 1

PLACES: dict[str, tuple[str, ...]] = {
    "PIL": ("pipeline.readers",),
    "cv2": ("pipeline.readers",),
    "docx": ("eval.writers",),
    "duckdb": ("pipeline.store",),
    "httpx2": ("pipeline.engines",),
    "instructor": ("pipeline.engines",),
    "jinja2": ("eval.report", "pipeline.review"),
    "krippendorff": ("pipeline.review.status",),
    "lxml": ("pipeline.readers", "eval.writers"),
    "markupsafe": ("eval.report",),
    "numpy": ("eval", "pipeline.readers"),
    "olefile": ("pipeline.readers",),
    "openai": ("pipeline.engines",),
    "pypdfium2": ("pipeline.readers",),
    "rapidocr": ("pipeline.readers",),
    "pydantic": ("schemas", "pipeline.engines", "pipeline.review", "eval"),
    "pebble": ("pipeline.workers",),
    "pdfminer": ("pipeline.readers.pdf",),
    "pdfplumber": ("pipeline.readers.pdf",),
    "rapidfuzz": ("pipeline.grounding", "eval"),
    "reportlab": ("eval.writers",),
    "sklearn": ("eval.calibration",),
    "ray": ("pipeline.cluster",),
    "rich": ("pipeline.console",),
    "scipy": ("eval.matching",),
    "starlette": ("pipeline.review",),
    "tenacity": ("pipeline.engines",),
    "typer": ("cli", "eval.commands", "eval.trust_commands", "pipeline.console", "pipeline.review.commands"),
    "uvicorn": ("pipeline.review.serving",),
    "vcr": ("eval.cassettes",),
    "xlrd": ("pipeline.readers",),
    "xlsxwriter": ("pipeline.workbook", "eval.writers"),
}


def modules() -> list[tuple[str, Path]]:
    files = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    return [(module_name(path), path) for path in sorted([*files, ROOT / "cli.py"])]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] in ("__init__", "__main__") else parts)


def imports(path: Path) -> Iterator[str]:
    """What a file imports anywhere in it, with the imported names, which may be modules: ``pipeline.store.rows``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a module stands"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def stage(name: str) -> str:
    """The entry of ``LEVELS`` that a module, or a name in it, belongs to."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in LEVELS:
            return prefix
    raise AssertionError(f"{name} has no level")


def allowed(importer: str, imported: str) -> bool:
    mine, other = stage(importer), stage(imported)
    if mine == other:
        return True
    if LEVELS[mine] in (STAGES, 4):
        return LEVELS[other] < LEVELS[mine]
    return LEVELS[other] <= LEVELS[mine]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("pipeline.checks.amounts", "pipeline.grounding.locate"),
        ("pipeline.store.rows", "pipeline.engines"),
        ("schemas.text", "pipeline.sections"),
        ("pipeline.run", "pipeline.export"),
        ("pipeline.export", "cli.main"),
    ],
)
def test_the_levels_forbid(importer: str, imported: str) -> None:
    assert not allowed(importer, imported)


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_modules_import_below_themselves_only(name: str, path: Path) -> None:
    if name.startswith("pipeline."):
        assert stage(name) != "pipeline", f"{name} has no level: add it to LEVELS"
    wrong = [other for other in imports(path) if other.split(".")[0] in OURS and not allowed(name, other)]
    assert wrong == []


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_packages_of_others_are_imported_in_one_place(name: str, path: Path) -> None:
    for other in imports(path):
        package = other.split(".")[0]
        if package in OURS or package in sys.stdlib_module_names:
            continue
        assert package in PLACES, f"{name} imports {package}: add it to PLACES"
        assert any(f"{name}.".startswith(f"{place}.") for place in PLACES[package]), f"{name} imports {package}"
