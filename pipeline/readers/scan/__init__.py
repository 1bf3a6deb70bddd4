"""Scans: images and PDFs of page images, read by optical character recognition, with tables by their ruling lines.

Every character comes with how sure the recognition was of it (``Document.recognized``) and stands in a box on its page
(``Document.boxes``). What is not sure is still text: it is for the confidence of the values to say so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipeline.errors import EmptyFile, MissingTool, TooLarge
from schemas.text import Document, Source

if TYPE_CHECKING:
    from pipeline.readers.scan.parts import Gray, ScannedPage

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
PACKAGES = ("rapidocr", "onnxruntime", "cv2", "PIL", "pypdfium2")
"""What the extra ``[ocr]`` brings, by the names of import."""
INSTALL = "pip install '.[ocr]'"
MAX_SECONDS = 1800
"""For all pages of a file: ten times what the longest reports take on two cores."""


def read(data: bytes, source: Source) -> Document:
    """The document in an image file; raises ``MissingTool`` without the extra ``[ocr]``, ``DamagedFile``, ``TooLarge``
    or ``EmptyFile``.
    """
    require_engine(source.name)
    from pipeline.readers.scan.images import image_pages

    return _read_pages(lambda: image_pages(data, source.name), source)


def read_scan(data: bytes, source: Source, numbers: Sequence[int] = ()) -> Document:
    """The document in a PDF, by the looks of its pages, or of those with the numbers; raises as ``read`` does."""
    require_engine(source.name)
    from pipeline.readers.scan.images import pdf_pages

    return _read_pages(lambda: pdf_pages(data, source.name, numbers), source)


def require_engine(name: str) -> None:
    """Raises ``MissingTool`` where the packages for optical character recognition are not installed."""
    if missing_packages():
        raise MissingTool(
            f"扫描件需要文字识别组件，本机尚未安装：{name}",
            f"请在本项目的源码文件夹里运行 {INSTALL}，再试一次。",
        )


def missing_packages() -> tuple[str, ...]:
    """Those of the extra ``[ocr]`` that are not installed."""
    return tuple(package for package in PACKAGES if find_spec(package) is None)


def _read_pages(images: Callable[[], Iterator[Gray]], source: Source) -> Document:
    from pipeline.readers.scan.pages import read_page
    from pipeline.readers.scan.writing import write_document

    started = time.monotonic()
    pages: list[ScannedPage] = []
    for image in images():
        if time.monotonic() - started > MAX_SECONDS:
            raise TooLarge(
                f"文字识别超过 {MAX_SECONDS // 60} 分钟，读到第 {len(pages)} 页：{source.name}", "请拆分后再处理。"
            )
        pages.append(read_page(image))
    document = write_document(pages, source)
    if not document.text.strip():
        raise EmptyFile(f"图片里没有认出文字：{source.name}", "请确认扫描件清晰、方向正确，或重新扫描。")
    return document
