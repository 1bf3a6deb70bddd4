"""File to document: a reader is a module here with ``SUFFIXES`` and ``read(data, source) -> Document``.

A further format is one more file; nothing else has to know of it. Readers import their parser when they run, so that
finding them costs nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Protocol, cast

from pipeline.errors import DamagedFile, EmptyFile, MissingFile, ReadError, TooLarge, UnsupportedFormat
from schemas.text import Document, Source, Table

MAX_BYTES = 100 * 1024 * 1024
"""No report comes near this; a larger file is a mistake, and would take the batch's memory with it."""

_HEADING = re.compile(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+[.．、]")


class Reader(Protocol):
    """What a module of this package offers."""

    SUFFIXES: tuple[str, ...]

    def read(self, data: bytes, source: Source) -> Document:
        """The document that the bytes hold; raises ``ReadError`` where they hold none."""


@cache
def readers() -> MappingProxyType[str, Reader]:
    """Every reader by the suffixes it takes, lower case and with their dot."""
    found: dict[str, Reader] = {}
    for module_info in iter_modules(__path__):
        module = cast(Reader, import_module(f"{__name__}.{module_info.name}"))
        found.update(dict.fromkeys(module.SUFFIXES, module))
    return MappingProxyType(found)


def read_bytes(path: Path) -> bytes:
    """The bytes of a report file; raises ``ReadError`` for a path that cannot be a report."""
    try:
        if not path.exists():
            raise MissingFile(f"找不到文件：{path}", "请检查路径是否写对。")
        size = path.stat().st_size
        if size == 0:
            raise EmptyFile(f"文件是空的：{path.name}", "请向填报单位重新索取。")
        if size > MAX_BYTES:
            raise TooLarge(
                f"文件过大：{path.name}（{size // 2**20} MB，上限 {MAX_BYTES // 2**20} MB）",
                "绩效自评报告不会这么大；请确认文件，或拆分后再处理。",
            )
        return path.read_bytes()
    except OSError as error:
        raise ReadError(f"文件无法读取：{path.name}（{error.strerror}）", "请检查文件权限和磁盘。") from error


def decode_document(path: Path, data: bytes) -> Document:
    """The document that a file's bytes hold, by the reader of its suffix; raises ``ReadError`` where there is none."""
    suffix = path.suffix.lower()
    reader = readers().get(suffix)
    if reader is None:
        known = " ".join(sorted(readers()))
        raise UnsupportedFormat(f"不支持的文件格式：{path.name}", f"可以读取：{known}。请另存为其中一种。")
    name = reader.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    source = Source(name=path.stem, path=str(path), sha256=hashlib.sha256(data).hexdigest(), reader=name)
    try:
        document = reader.read(data, source)
    except ReadError:
        raise
    except Exception as error:  # a parser of somebody else's may fail in any way; the batch goes on
        raise DamagedFile(
            f"文件已损坏或格式异常：{path.name}（{type(error).__name__}）", "请用原软件打开后重新保存，再试一次。"
        ) from error
    if not document.text.strip():
        raise EmptyFile(f"文件里没有文字：{path.name}", "若是扫描件，请先做文字识别。")
    return replace(document, tables=tuple(table for table in document.tables if not is_prose(table)))


def is_prose(table: Table) -> bool:
    """True for a table that is only a frame around a prose report: its cells are headings and paragraphs."""
    headings = sum(1 for cell in table.cells if len(cell.text) < 40 and _HEADING.match(cell.text))
    paragraphs = sum(1 for cell in table.cells if len(cell.text) > 30 and "。" in cell.text)
    return headings >= 3 and paragraphs >= 3 and headings + paragraphs >= 0.8 * sum(1 for c in table.cells if c.text)


def read_document(path: Path) -> Document:
    """The document in a file; raises ``ReadError`` with a hint where it cannot be read."""
    return decode_document(path, read_bytes(path))
