"""PDF files that hold text: paragraphs and tables as they are read, over page breaks, with their places on the pages.

Left out, because they are no part of the report: running headers and footers, page numbers, watermarks set aslant.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import DamagedFile, EmptyFile, ReadError
from pipeline.joined import join_documents
from pipeline.readers.pdf.flow import read_flow
from pipeline.readers.pdf.images import page_image
from pipeline.readers.pdf.opening import open_pages
from pipeline.readers.pdf.page import PageContent, read_page
from pipeline.readers.pdf.text_layer import unusable_pages
from pipeline.readers.pdf.writing import write_document
from pipeline.readers.scan import missing_packages, read_scan
from schemas.text import Document, Source

__all__ = ["SUFFIXES", "page_contents", "page_image", "read", "unusable_pages"]

SUFFIXES = (".pdf",)

_LEAST_SCANNED = 40  # characters of all scanned pages: fewer are a seal or a sign in a photograph


def read(data: bytes, source: Source) -> Document:
    """The document in a PDF file, its tables written as one cell a line after a tab and an empty line after each row.

    ``pages`` holds an offset for each page of the file, ``boxes`` the place of each line. Raises ``DamagedFile``,
    ``UnsupportedFormat`` or ``TooLarge``. Where most pages have no text that can be used, they are read by their looks,
    as ``read_scan`` does; where few have none, their text comes last.
    """
    pages = page_contents(data, source.name)
    unusable = unusable_pages(pages)
    if 2 * len(unusable) >= len(pages):
        return read_scan(data, source)
    document = write_document(read_flow(pages), pages, source)
    return _with_scanned(document, data, unusable) if unusable and not missing_packages() else document


def _with_scanned(document: Document, data: bytes, numbers: tuple[int, ...]) -> Document:
    """The document with the text of its scanned pages at its end: a form that was signed and scanned, say.

    Photographs among the pages have no text to speak of and add nothing.
    """
    try:
        scanned = read_scan(data, document.source, numbers)
    except EmptyFile:
        return document
    if len("".join(scanned.text.split())) < _LEAST_SCANNED:
        return document
    boxes = tuple(box._replace(page=numbers[box.page - 1]) for box in scanned.boxes)
    joined = join_documents(document.source, (document, replace(scanned, boxes=boxes, pages=())))
    own = len(document.boxes)  # the pages of the others were told apart from the first's
    moved = tuple(box._replace(page=box.page - len(document.pages)) for box in joined.boxes[own:])
    return replace(joined, parts=(), boxes=(*joined.boxes[:own], *moved))


def page_contents(data: bytes, name: str) -> list[PageContent]:
    """What stands on each page of a PDF file; raises ``ReadError`` where that cannot be told."""
    from pdfminer.pdfinterp import PDFResourceManager

    resources = PDFResourceManager()
    contents = []
    for number, page in enumerate(open_pages(data, name), start=1):
        try:
            contents.append(read_page(page, number, resources))
        except ReadError:
            raise
        except Exception as error:  # pdfminer fails in any way on pages that are broken
            raise DamagedFile(
                f"PDF 的第 {number} 页已损坏：{name}（{type(error).__name__}）", "请从原文件重新导出 PDF，再试一次。"
            ) from error
    return contents
