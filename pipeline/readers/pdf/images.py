"""A page as an image, for showing evidence where it stands."""

from __future__ import annotations

from io import BytesIO
from threading import Lock

from pipeline.errors import DamagedFile, UsageError

MAX_EDGE = 6_000
"""Pixels: an absurd page size or resolution would take all memory."""

_PDFIUM = Lock()  # it is not safe for several threads


def page_image(data: bytes, page: int, resolution: int) -> bytes:
    """A page, counted from 1, as a PNG of so many dots an inch (fewer where it would be larger than ``MAX_EDGE``).

    Raises ``DamagedFile`` where the file cannot be shown, ``UsageError`` where it has no such page.
    """
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise DamagedFile("PDF 无法显示", "请用 PDF 阅读器打开确认，再另存或重新导出一份。") from error
        try:
            if not 1 <= page <= len(document):
                raise UsageError(f"没有第 {page} 页", f"这份 PDF 共 {len(document)} 页。")
            shown = document[page - 1]
            longest = max(1.0, *shown.get_size())
            scale = min(resolution / 72, MAX_EDGE / longest)
            written = BytesIO()
            shown.render(scale=scale).to_pil().save(written, "PNG")
        except pypdfium2.PdfiumError as error:
            raise DamagedFile(f"PDF 的第 {page} 页无法显示", "请用 PDF 阅读器打开确认。") from error
        finally:
            document.close()
    return written.getvalue()
