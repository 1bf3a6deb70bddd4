"""What the database holds, as files for others: labels, full JSON, tables as CSV or Parquet, an Excel workbook."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.detail import detail_of
from pipeline.errors import ExtractError, UsageError
from pipeline.labels import labels_of
from pipeline.reviewed import load_reviewed, read_reviews
from pipeline.store import VIEWS, ReportRow, Store, ViewRows, copy_view, list_reports, view_rows
from pipeline.workbook import write_workbook
from schemas.stages import Extraction

MANIFEST = ".extract-export.json"
"""The list, in the folder itself, of the files that exports wrote there: these may be written over, no others."""

# What a spreadsheet takes for a formula, in the widths it accepts, after white space it skips.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")
_LONGEST_STEM = 180  # bytes: file systems take 255, and suffixes and temporary names need some


class Format(StrEnum):
    """What is written."""

    LABELS = "labels"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


def export_files(store: Store, file_format: Format, folder: Path) -> tuple[Path, ...]:
    """The files written into the folder, made where there is none; each is there whole or not at all.

    Raises ``UsageError`` where a file of that name is there that no export wrote, ``ExtractError`` where the folder
    cannot be written to.
    """
    writers = _WRITERS[file_format](store)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ours = _read_manifest(folder)
        foreign = [name for name in writers if name not in ours and (folder / name).exists()]
        if foreign:
            raise UsageError(
                f"{folder} 里已有同名文件，且不是本程序导出的：{'、'.join(foreign[:3])}（共 {len(foreign)} 个）",
                "请换一个文件夹，或先移走这些文件。",
            )
        # Noted beforehand, so that an export that was cut short can be repeated.
        _replace(folder / MANIFEST, _json_bytes(sorted({*ours, *writers})))
        for name, write in writers.items():
            write(folder / name)
    except OSError as error:
        message = f"写不了 {error.filename or folder}：{error.strerror}"
        raise ExtractError(message, "请检查目录权限和磁盘空间。") from error
    return tuple(folder / name for name in writers)


def neutral(value: str) -> str:
    """The text for a CSV cell: an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


_Writers = dict[str, Callable[[Path], None]]


def _label_writers(store: Store) -> _Writers:
    return _report_writers(store, ".json", lambda extraction: labels_of(extraction).model_dump())


def _json_writers(store: Store) -> _Writers:
    return _report_writers(
        store, ".full.json", lambda extraction: {**detail_of(extraction), "text": extraction.document.text}
    )


def _report_writers(store: Store, ending: str, content: Callable[[Extraction], object]) -> _Writers:
    reports = list_reports(store)
    reviews = read_reviews(store)

    def writer(extraction_id: str) -> Callable[[Path], None]:
        return lambda path: _replace(path, _json_bytes(content(load_reviewed(store, extraction_id, reviews))))

    stems = file_stems(reports)
    return {f"{stem}{ending}": writer(row.extraction_id) for stem, row in zip(stems, reports, strict=True)}


def file_stems(reports: Sequence[ReportRow]) -> list[str]:
    """A file name for each report: its own, with the beginning of its SHA-256 where that is not enough to tell it."""
    # Windows and macOS take names for one that differ in case only.
    names = Counter(report.name.casefold() for report in reports)
    stems = []
    for report in reports:
        stem = report.name
        if len(os.fsencode(stem)) > _LONGEST_STEM:
            stem = os.fsencode(stem)[:_LONGEST_STEM].decode(errors="ignore")
        unique = stem == report.name and names[stem.casefold()] == 1
        stems.append(stem if unique else f"{stem}-{report.report_id[:12]}")
    return stems


def _csv_writers(store: Store) -> _Writers:
    def writer(view: str) -> Callable[[Path], None]:
        return lambda path: _replace(path, _csv_bytes(*view_rows(store, view)))

    return {f"{view}.csv": writer(view) for view in VIEWS}


def _parquet_writers(store: Store) -> _Writers:
    def writer(view: str) -> Callable[[Path], None]:
        return lambda path: copy_view(store, view, path, "parquet")

    return {f"{view}.parquet": writer(view) for view in VIEWS}


def write_sheet(path: Path, view: str, rows: ViewRows) -> None:
    """Write the rows of one view as a workbook, which is there whole or not at all.

    Raises ``UsageError`` where the file cannot be written.
    """
    content = io.BytesIO()
    write_workbook(content, {view: rows})
    try:
        _replace(path, content.getvalue())
    except OSError as error:
        raise UsageError(f"写不了文件 {path}：{error.strerror}", "请检查文件夹是否存在、可写。") from error


def _xlsx_writers(store: Store) -> _Writers:
    def write(path: Path) -> None:
        content = io.BytesIO()
        write_workbook(content, {view: view_rows(store, view) for view in VIEWS})
        _replace(path, content.getvalue())

    return {"绩效自评.xlsx": write}


_WRITERS: Mapping[Format, Callable[[Store], _Writers]] = {
    Format.LABELS: _label_writers,
    Format.JSON: _json_writers,
    Format.CSV: _csv_writers,
    Format.PARQUET: _parquet_writers,
    Format.XLSX: _xlsx_writers,
}


def _csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(_csv_cells(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")  # without the mark Excel takes it for the local code page


def _csv_cells(row: Sequence[Any]) -> Iterator[str]:
    for value in row:
        if value is None:
            yield ""
        elif isinstance(value, str):
            yield neutral(value)
        elif isinstance(value, bool):
            yield str(value).lower()
        elif isinstance(value, Decimal):
            yield f"{value.normalize():f}"
        elif isinstance(value, (list, dict)):
            yield neutral(json.dumps(value, ensure_ascii=False))
        else:
            yield str(value)


def _read_manifest(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _json_bytes(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _replace(path: Path, content: bytes) -> None:
    """Write the file under another name first, so that it is never there in part."""
    unfinished = path.with_name(f".{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
