"""Writes the pictures of the review page in ``docs/images`` from the sample reports: ``python docs/screenshots.py``.

Needs chromium and a font for Chinese (``apt-get install chromium fonts-noto-cjk``) and ``pip install ".[test]"``.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.report_pages import browser  # noqa: E402 - the tests are no installed package
from tests.review_pages import DESKTOP, PHONE, REPORTS, Served, open_fields, visit  # noqa: E402

IMAGES = ROOT / "docs" / "images"


class Picture(NamedTuple):
    """A picture: its name, the screen and language it is taken with, and the field of the queue that it shows."""

    name: str
    size: tuple[int, int]
    locale: str
    steps: int


PICTURES = (
    Picture("review-zh", DESKTOP, "zh-CN", 0),
    Picture("review-en", DESKTOP, "en-US", 3),
    Picture("review-phone", PHONE, "zh-CN", 1),
)


def write_pictures() -> None:
    """Take every picture anew."""
    from pipeline.engines.rules import RulesEngine
    from pipeline.run import RunOptions, run

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        database = Path(folder) / "results.duckdb"
        run([REPORTS], database, RulesEngine(), RunOptions(), lambda _: None)
        assert open_fields(database), "the samples have nothing to review"
        with Served(database) as served:
            for picture in PICTURES:
                reviewer = visit(chromium, served, "张三", picture.size, locale=picture.locale).ready()
                reviewer.go(picture.steps)
                expect(reviewer.page.locator("#progress")).to_contain_text(re.compile(r"(待复核|open) \d"))
                taken = Image.open(io.BytesIO(reviewer.page.screenshot())).convert("RGB")
                # of 64 colours, which is all that the page shows: a third of the size
                taken.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"{picture.name}.png", optimize=True)
                reviewer.context.close()


if __name__ == "__main__":
    write_pictures()
