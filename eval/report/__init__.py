"""The report to look at: one HTML file that needs nothing else, with the same as JSON and CSV beside it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.report.page import Page
from eval.report.tables import Table
from pipeline.errors import UsageError

_FOLDER = Path(__file__).parent
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(page: Page) -> str:
    """The page as HTML. Whatever reports, labels and models say is text in it, never markup: everything is escaped.

    Style and script are named by their hashes in the page's policy, so that nothing else could run or load.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    return environment.get_template("template.html").render(
        page=page,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def write_report(path: Path, page: Page, data: Mapping[str, Any]) -> tuple[Path, ...]:
    """The files written: the page at the path, its data as JSON and its table of fields as CSV under the same name.

    Raises ``UsageError`` where they cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--html 的文件名应以 .html 结尾，而不是 {path.name}", "例如 --html out/report.html。")
    contents = {
        path: render(page).encode("utf-8", "replace"),
        path.with_suffix(".json"): _json(data).encode("utf-8", "replace"),
        path.with_suffix(".csv"): b"\xef\xbb\xbf" + table_csv(page.fields).encode(),  # the mark that Excel looks for
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            unfinished = file.with_name(f".{file.name}.unfinished")
            unfinished.write_bytes(content)
            os.replace(unfinished, file)
    except OSError as error:
        raise UsageError(f"写不了文件 {path}：{error.strerror}", "请检查目录和磁盘空间。") from error
    return tuple(contents)


def table_csv(table: Table) -> str:
    """A table as CSV; what a spreadsheet would take for a formula is set off by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.header)
    writer.writerows([_plain(cell.words) for cell in row] for row in table.rows)
    return out.getvalue()


def _plain(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA) and not _is_number(words) else words


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(_finite(data), ensure_ascii=False, indent=1, allow_nan=False)


def _finite(value: Any) -> Any:
    """The value with null for what JSON has no word for."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return value


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
