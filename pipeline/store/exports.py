"""Views as files and as rows, for analysts who work elsewhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb

from pipeline.errors import StoreError
from pipeline.store.connection import Store, store_error
from pipeline.store.views import VIEWS

_BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV file for the local code page


class ViewRows(NamedTuple):
    """The rows of a view, each with a value for every column."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def copy_view(store: Store, view: str, path: Path, file_format: Literal["csv", "parquet"]) -> None:
    """Write a view to the path, which is there whole or not at all. CSV is UTF-8 with the mark that Excel looks for.

    Raises StoreError where there is no such view or the file cannot be written.
    """
    _require_view(view)
    unfinished = path.with_name(f".{path.name}.unfinished")
    header = ", HEADER" if file_format == "csv" else ""
    try:
        store.connection.execute(f"COPY (SELECT * FROM {view}) TO ? (FORMAT {file_format}{header})", [str(unfinished)])
        if file_format == "csv":
            unfinished.write_bytes(_BOM + unfinished.read_bytes())
        os.replace(unfinished, path)
    except duckdb.Error as error:
        raise store_error(error, store.path) from error
    except OSError as error:
        raise StoreError(f"写不了文件 {path}：{error.strerror}", "请检查目录和磁盘空间。") from error
    finally:
        unfinished.unlink(missing_ok=True)


def view_rows(store: Store, view: str, extraction_id: str | None = None) -> ViewRows:
    """The columns and rows of a view as Python values, of one extraction or of all.

    Raises StoreError where there is no such view.
    """
    _require_view(view)
    where, wanted = ("", []) if extraction_id is None else (" WHERE extraction_id = ?", [extraction_id])
    cursor = store.connection.execute(f"SELECT * FROM {view}{where}", wanted)
    return ViewRows(tuple(column[0] for column in cursor.description or ()), cursor.fetchall())


def _require_view(view: str) -> None:
    if view not in VIEWS:
        raise StoreError(f"没有名为 {view} 的视图", f"可用的视图：{'、'.join(VIEWS)}。")
