"""A PDF file opened: its pages, unlocked where no password is needed, and refused where it would take all memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.errors import DamagedFile, TooLarge, UnsupportedFormat

if TYPE_CHECKING:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage

MAX_PAGES = 2_000
MAX_STREAM = 64 * 2**20
"""Bytes of one stream, unpacked, and eight times that of all: pages are drawn in thousands of bytes."""

_STREAM = re.compile(rb"stream\r?\n")
_HEAD = 1024  # bytes in which the mark of the format and the dictionary of a stream stand
_DAMAGED = "请用 PDF 阅读器打开确认，再另存或重新导出一份；打不开的话，请向填报单位重新索取。"


def open_pages(data: bytes, name: str) -> list[PDFPage]:
    """The pages of a PDF file; raises ``UnsupportedFormat``, ``DamagedFile`` or ``TooLarge``."""
    from pdfminer.pdfpage import PDFPage

    if b"%PDF-" not in data[:_HEAD]:
        raise UnsupportedFormat(f"内容不是 PDF：{name}", "请改回正确的后缀名，或另存为 PDF。")
    if b"/Encrypt" in data:
        data = _unlocked(data, name)
    _refuse_bombs(data, name)
    try:
        pages = list(islice(PDFPage.create_pages(_document(data)), MAX_PAGES + 1))
    except Exception as error:  # its errors have no common base: struct.error, TypeError, RecursionError …
        raise DamagedFile(f"PDF 已损坏：{name}（{type(error).__name__}）", _DAMAGED) from error
    if len(pages) > MAX_PAGES:
        raise TooLarge(
            f"页数过多：{name}（上限 {MAX_PAGES:,} 页）", "绩效自评报告不会这么长；请确认文件，或拆分后再处理。"
        )
    if not pages:
        raise DamagedFile(f"PDF 里没有一页可读：{name}", _DAMAGED)
    return pages


def _document(data: bytes) -> PDFDocument:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser

    return PDFDocument(PDFParser(BytesIO(data)))


def _unlocked(data: bytes, name: str) -> bytes:
    """The file without its encryption, where it opens without a password."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise DamagedFile(
                f"PDF 有打开密码：{name}", "请用密码打开后另存为没有密码的 PDF，或向填报单位索取未加密的文件。"
            ) from error
        raise DamagedFile(f"PDF 已损坏：{name}", _DAMAGED) from error
    written = BytesIO()
    try:
        document.save(written, flags=raw.FPDF_REMOVE_SECURITY)
    finally:
        document.close()
    return written.getvalue()


def _refuse_bombs(data: bytes, name: str) -> None:
    """Raises ``TooLarge`` where a few bytes unpack to more than memory should hold. Pictures are never unpacked."""
    total = 0
    for start, end, head in _streams(data):
        if b"/Image" in head:
            continue
        if b"LZWDecode" in head:
            size = (end - start) * 64
        elif b"FlateDecode" in head or b"/Fl" in head:
            size = _unpacked_size(data, start, end)
        else:
            continue
        total += size
        if size > MAX_STREAM or total > 8 * MAX_STREAM or head.count(b"FlateDecode") > 1 < size // 2**20:
            raise TooLarge(f"PDF 的内容解压后过大：{name}", "这不像是绩效自评报告；请从原文件重新导出 PDF。")


def _streams(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each stream of the file starts and ends, and the dictionary before it."""
    for match in _STREAM.finditer(data):
        if data[max(0, match.start() - 3) : match.start()] == b"end":
            continue
        before = data[max(0, match.start() - _HEAD) : match.start()]
        end = data.find(b"endstream", match.end())
        yield match.end(), len(data) if end < 0 else end, before[before.rfind(b" obj") + 1 :]


def _unpacked_size(data: bytes, start: int, end: int) -> int:
    unpacker = zlib.decompressobj()
    try:
        unpacked = len(unpacker.decompress(memoryview(data)[start:end], MAX_STREAM + 1))
    except zlib.error:
        return 0
    return unpacked
