"""Pages as they look, for reports that come as PDF or image: the evidence is shown where it stands on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.files import read_again
from pipeline.review.folder import Folder
from schemas.text import Document, Source, Span

_RESOLUTION = 110  # dots an inch: read without effort, some 200 kB a page
_EDGE = 1400  # pixels


def boxes_on_pages(document: Document, span: Span | None) -> list[dict[str, Any]]:
    """Where a span stands on the pages: a box for each line or cell that it touches, edges as shares of the page."""
    if span is None:
        return []
    return [
        {"page": box.page, "left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
        for box in document.boxes
        if box.span.overlaps(span)
    ]


def source_of_page(folder: Folder, page: int) -> tuple[Source, int]:
    """The file that a page of the report is in, and its number there; raises ``UsageError`` where there is no such."""
    document = folder.extraction.document
    if not document.boxes or not 1 <= page <= len(document.pages):
        raise UsageError(f"没有第 {page} 页的图像", "只有 PDF 和图片才有页面图像。")
    start = document.pages[page - 1]
    before = max((part.start for part in document.parts if part.start <= start), default=0)
    return document.file_at(start), page - sum(1 for place in document.pages if place < before)


def picture_of(source: Source, page: int) -> bytes:
    """A page of a file as a PNG; raises ``ReadError`` where the file is not there as it was read."""
    data = read_again(source)
    if Path(source.path).suffix.lower() == ".pdf":
        from pipeline.readers.pdf import page_image

        return page_image(data, page, _RESOLUTION)
    from pipeline.readers.scan.images import image_of_page

    return image_of_page(data, page, _EDGE)
