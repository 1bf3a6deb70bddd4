"""Old word-processor files (Word 97, WPS, RTF): turned into .docx by LibreOffice, then read as every .docx is.

Offices rename files without converting them, so the content decides, not the suffix: what is really a .docx, a web
page or plain text goes to the reader of that format, and is named after it.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import UnsupportedFormat
from pipeline.readers.office.conversion import converted
from pipeline.readers.office.kinds import Kind, kind_of
from schemas.text import Document, Source

SUFFIXES = (".doc", ".wps", ".rtf")
_READERS = {Kind.DOCX: ".docx", Kind.HTML: ".html", Kind.PDF: ".pdf", Kind.TEXT: ".txt"}
"""By which suffix's reader content of another format is read, where there is such a reader."""


def read(data: bytes, source: Source) -> Document:
    """The document in an old Word, WPS or RTF file, as the .docx reader reads it after conversion.

    Raises ``MissingTool`` where there is no LibreOffice, and what the .docx reader raises; ``DamagedFile`` for an
    encrypted file or one that LibreOffice cannot open, ``UnsupportedFormat`` for one that is no text document.
    """
    kind = kind_of(data, source.name)
    if kind in _READERS:
        return _read_as(_READERS[kind], data, source)
    from pipeline.readers import docx

    return docx.read(converted(data, kind.value, source.name), source)


def _read_as(suffix: str, data: bytes, source: Source) -> Document:
    from pipeline.readers import readers

    reader = readers().get(suffix)
    if reader is None:
        shown = suffix.removeprefix(".").upper()
        raise UnsupportedFormat(
            f"内容不是 Word 文档，而是 {shown}：{source.name}", "请用 Word 或 WPS 打开后另存为 .docx，再试一次。"
        )
    name: str = reader.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    return reader.read(data, replace(source, reader=name))
