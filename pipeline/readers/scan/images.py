"""The pages of an image file or PDF as grey pixels, none larger than is good for reading."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO

import numpy as np
import pypdfium2  # type: ignore[import-untyped,unused-ignore]
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdfium2 import raw

from pipeline.errors import DamagedFile, TooLarge
from pipeline.readers.scan.parts import Gray

MAX_PAGES = 200
MAX_PIXELS = 80_000_000
"""Of a page as it is stored: an A3 page at 600 dots an inch has 70 million."""
LONGEST_SIDE, SHORTEST_LONG_SIDE = 3508, 2000
"""Of a page as it is read: A4 at 300 dots an inch, and at 170, to which smaller pictures are enlarged."""
_POINTS_DPI, _LEAST_DPI, _MOST_DPI = 72, 150, 300
_SMALL_REPORT = "绩效自评报告不会这么大；请确认文件，或降低扫描分辨率、拆分后再试。"


def image_pages(data: bytes, name: str) -> Iterator[Gray]:
    """The pages of an image file, each upright by its own mark; a TIFF may have several.

    Raises ``DamagedFile`` for what is no image or a broken one, ``TooLarge`` before a bomb is unpacked.
    """
    try:
        with _opened(data) as image:
            count = int(getattr(image, "n_frames", 1))
            _refuse_pages(count, name)
            for frame in range(count):
                _turn_to(image, frame)
                _refuse_pixels(image.width * image.height, name)
                upright = ImageOps.exif_transpose(_on_white(image))
                yield _readable(upright)
    except UnidentifiedImageError as error:
        raise DamagedFile(f"不是图片，或图片已损坏：{name}", "请重新扫描或另存为 PNG、JPG，再试一次。") from error
    except Image.DecompressionBombError as error:
        raise TooLarge(f"图片过大：{name}", _SMALL_REPORT) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DamagedFile(f"图片不完整或已损坏：{name}", "请重新扫描或另存为 PNG、JPG，再试一次。") from error


def image_of_page(data: bytes, page: int, edge: int) -> bytes:
    """A page of an image file, counted from 1, upright, as a PNG no longer than ``edge`` pixels.

    Raises ``DamagedFile`` where it cannot be shown.
    """
    written = BytesIO()
    try:
        with _opened(data) as image:
            _turn_to(image, page - 1)
            _refuse_pixels(image.width * image.height, "")
            shown = ImageOps.exif_transpose(_on_white(image))
            shown.thumbnail((edge, edge))
            shown.save(written, "PNG")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DamagedFile(f"图片的第 {page} 页无法显示", "请用看图软件打开确认。") from error
    return written.getvalue()


def pdf_pages(data: bytes, name: str, numbers: Sequence[int] = ()) -> Iterator[Gray]:
    """The pages of a PDF as they are shown, those with the numbers (from 1) or all. Raises ``DamagedFile`` or
    ``TooLarge``.
    """
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DamagedFile(f"PDF 已加密、不完整或已损坏：{name}", "请取消密码，或重新导出后再试一次。") from error
    try:
        _refuse_pages(len(pdf), name)
        for number in numbers or range(1, len(pdf) + 1):
            page = pdf[number - 1]
            yield _readable(page.render(scale=_scale(page, name), grayscale=True).to_pil())
            page.close()
    except pypdfium2.PdfiumError as error:
        raise DamagedFile(f"PDF 的页面无法显示：{name}", "请重新导出后再试一次。") from error
    finally:
        pdf.close()


def _opened(data: bytes) -> Image.Image:
    """The image, not yet unpacked. Its size is checked by us, with an error and not with Pillow's warning."""
    with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
        return Image.open(BytesIO(data), formats=("PNG", "JPEG", "TIFF", "BMP"))


def _turn_to(image: Image.Image, frame: int) -> None:
    with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
        image.seek(frame)


def _on_white(image: Image.Image) -> Image.Image:
    """The image in grey, what is transparent being white paper."""
    if image.mode in ("LA", "PA") or "transparency" in image.info or image.mode == "RGBA":
        shown = image.convert("RGBA")
        paper = Image.new("RGBA", shown.size, "white")
        paper.alpha_composite(shown)
        image = paper
    elif image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, dtype=np.uint16) >> 8).astype(np.uint8))
    return image.convert("L")


def _readable(image: Image.Image) -> Gray:
    longest = max(image.size)
    wanted = min(max(longest, SHORTEST_LONG_SIDE), LONGEST_SIDE)
    if wanted != longest:
        size = (max(1, image.width * wanted // longest), max(1, image.height * wanted // longest))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return np.array(image.convert("L"), dtype=np.uint8)


def _scale(page: pypdfium2.PdfPage, name: str) -> float:
    """Pixels a point: those of the largest picture on the page, within reason."""
    width, height = page.get_size()
    longest = max(width, height, 1.0)
    dpi = float(_LEAST_DPI)
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        pixels_wide, pixels_high = picture.get_px_size()  # type: ignore[attr-defined,unused-ignore]
        _refuse_pixels(pixels_wide * pixels_high, name)
        dpi = max(dpi, max(pixels_wide, pixels_high) / longest * _POINTS_DPI)
    return float(min(min(dpi, _MOST_DPI) / _POINTS_DPI, LONGEST_SIDE / longest))


def _refuse_pages(count: int, name: str) -> None:
    if count > MAX_PAGES:
        raise TooLarge(f"页数过多：{name}（{count} 页，上限 {MAX_PAGES} 页）", _SMALL_REPORT)


def _refuse_pixels(count: int, name: str) -> None:
    if count > MAX_PIXELS:
        shown = f"{count // 10_000} 万像素，上限 {MAX_PIXELS // 10_000} 万"
        raise TooLarge(f"图片过大：{name}（{shown}）", _SMALL_REPORT)
