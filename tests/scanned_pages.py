"""Pages as a scanner leaves them, drawn for the tests: text, ruled tables, turned a little, with some dust."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.readers.scan.parts import Gray

FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
SIZE, HEIGHT, WIDTH = 34, 1754, 1240
"""Of a character and of the page: A4 at 150 dots an inch, with letters of 16 points."""
Cells = Sequence[tuple[int, int, int, int, str]]
"""Row, column, last row, last column, and the lines of text."""


def font() -> ImageFont.FreeTypeFont:
    """A font with Chinese characters. Where there is none the test is skipped, and in CI it fails."""
    if not FONT.exists():
        assert not os.environ.get("CI"), "CI needs a Chinese font: apt-get install fonts-noto-cjk"
        pytest.skip("fonts-noto-cjk is not installed")
    return ImageFont.truetype(str(FONT), SIZE, index=2)


def paper(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    return Image.new("L", (width, height), 250)


def write_lines(page: Image.Image, lines: Sequence[str], left: int, top: int) -> None:
    draw, face = ImageDraw.Draw(page), font()
    for number, line in enumerate(lines):
        draw.text((left, top + number * 56), line, fill=25, font=face)


def rule(page: Image.Image, cells: Cells, columns: Sequence[int], rows: Sequence[int]) -> None:
    """Draws the borders of cells, and their text in the middle."""
    draw = ImageDraw.Draw(page)
    for row, column, last_row, last_column, text in cells:
        left, top, right, bottom = columns[column], rows[row], columns[last_column + 1], rows[last_row + 1]
        draw.rectangle((left, top, right, bottom), outline=40, width=2)
        if not text:
            continue
        face = font()
        lines = text.split("\n")
        for number, line in enumerate(lines):
            x = left + (right - left - face.getlength(line)) / 2
            draw.text((x, (top + bottom) / 2 - 26 + (number - (len(lines) - 1) / 2) * 46), line, fill=25, font=face)


def scanned(page: Image.Image, degrees: float = 0.7) -> Image.Image:
    """The page turned counterclockwise, on dusty paper."""
    turned = page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=250, expand=abs(degrees) > 45)
    noise = np.random.default_rng(7).normal(0, 6, (turned.height, turned.width))
    return Image.fromarray((np.asarray(turned, dtype=np.float64) + noise).clip(0, 255).astype(np.uint8))


def pixels(page: Image.Image) -> Gray:
    grey: NDArray[np.uint8] = np.asarray(page.convert("L"), dtype=np.uint8).copy()
    return grey


def saved(*pages: Image.Image, form: str = "PNG") -> bytes:
    """The pages as one file: PNG, JPEG, BMP, or TIFF and PDF with several pages."""
    stream = BytesIO()
    more = {"save_all": True, "append_images": list(pages[1:])} if form in ("TIFF", "PDF") else {}
    pages[0].save(stream, form, **({"resolution": 150} if form == "PDF" else {}), **more)
    return stream.getvalue()
