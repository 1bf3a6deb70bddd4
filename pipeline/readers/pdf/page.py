"""One page as what stands on it: glyphs and rules, turned so that its lines run from left to right.

This is all that the rest of the reader knows of a page, wherever it came from: recognized words of a scan can take
the same way.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import TooLarge
from pipeline.readers.pdf.characters import character

if TYPE_CHECKING:
    from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage
    from pdfminer.pdfinterp import PDFResourceManager
    from pdfminer.pdfpage import PDFPage

MAX_GLYPHS = 60_000
MAX_SHAPES = 60_000
"""Of one page. The densest printed table has a tenth of it; a drawing of a city plan may have more."""

_THIN = 3.0  # points: a filled rectangle that is no thicker is a line
_ASCENT, _DESCENT = 0.88, 0.12  # of an ideographic font; what fonts say of themselves differs wildly


class Rect(NamedTuple):
    """A rectangle in points from the upper left corner of its page, as the page is read."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        """True where the point lies inside or on the edge."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Glyph(NamedTuple):
    """A character as it is drawn. Spaces are glyphs too, where the file has them."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str

    @property
    def rect(self) -> Rect:
        """The square that the glyph takes, by its size rather than by what its font tells."""
        return Rect(self.left, self.baseline - _ASCENT * self.size, self.right, self.baseline + _DESCENT * self.size)


class PageContent(NamedTuple):
    """A page's glyphs and rules. ``turn`` is by how many degrees it was turned clockwise to be read, ``pictured`` the
    share of it that pictures cover."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rect, ...]
    pictured: float = 0.0
    turn: int = 0

    def fractions(self, rect: Rect) -> tuple[float, float, float, float]:
        """A rectangle as fractions of the page as it is shown, that is before it was turned."""
        width, height = self.width, self.height
        turned = _turned(rect, width, height, -self.turn % 360)
        if self.turn in (90, 270):
            width, height = height, width
        edges = (turned.left / width, turned.top / height, turned.right / width, turned.bottom / height)
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in edges)
        return left, top, right, bottom


def read_page(page: PDFPage, number: int, resources: PDFResourceManager) -> PageContent:
    """The content of a page; raises ``TooLarge`` where it draws more than any report would."""
    from pdfminer.pdfinterp import PDFPageInterpreter

    device = _counting_device(resources, number)
    PDFPageInterpreter(resources, device).process_page(page)
    layout = device.get_result()
    shown = _shown_part(page)
    found = _Found(shown)
    found.take(layout)
    return found.content(number)


def _counting_device(resources: PDFResourceManager, number: int):  # type: ignore[no-untyped-def]
    """pdfminer's collector of objects, which stops where a page (or drawings inside drawings) has too many."""
    from pdfminer.converter import PDFPageAggregator

    class CountingDevice(PDFPageAggregator):
        glyphs = shapes = 0

        def render_char(self, *args: object, **kwargs: object) -> float:
            self.glyphs += 1
            _refuse_above(self.glyphs, MAX_GLYPHS, number, "字符")
            return super().render_char(*args, **kwargs)  # type: ignore[arg-type]

        def paint_path(self, *args: object, **kwargs: object) -> None:
            self.shapes += 1
            _refuse_above(self.shapes, MAX_SHAPES, number, "线条")
            super().paint_path(*args, **kwargs)  # type: ignore[arg-type]

        def begin_figure(self, *args: object, **kwargs: object) -> None:
            self.shapes += 1
            _refuse_above(self.shapes, MAX_SHAPES, number, "图形")
            super().begin_figure(*args, **kwargs)  # type: ignore[arg-type]

    return CountingDevice(resources, laparams=None)


def _refuse_above(count: int, most: int, number: int, what: str) -> None:
    if count > most:
        raise TooLarge(
            f"第 {number} 页的{what}过多（超过 {most:,} 个）",
            "绩效自评报告的页面不会这样；请删去这一页（多为图纸），或从原文件重新导出 PDF。",
        )


def _shown_part(page: PDFPage) -> Rect:
    """The crop box in the coordinates of pdfminer's objects, which start at the media box and know its rotation."""
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    crop = [float(edge) for edge in page.cropbox or page.mediabox]
    x0, x1 = max(left, min(crop[0], crop[2])) - left, min(right, max(crop[0], crop[2])) - left
    y0, y1 = max(bottom, min(crop[1], crop[3])) - bottom, min(top, max(crop[1], crop[3])) - bottom
    width, height = right - left, top - bottom
    if x1 <= x0 or y1 <= y0:
        x0, y0, x1, y1 = 0.0, 0.0, width, height
    if page.rotate == 90:
        return Rect(y0, width - x1, y1, width - x0)
    if page.rotate == 180:
        return Rect(width - x1, height - y1, width - x0, height - y0)
    if page.rotate == 270:
        return Rect(height - y1, x0, height - y0, x1)
    return Rect(x0, y0, x1, y1)


class _Found:
    """What stands on a page, gathered in coordinates from the upper left corner of its shown part."""

    def __init__(self, shown: Rect) -> None:
        self.left, self.upper = shown.left, shown.bottom  # in pdfminer's coordinates, which count from below
        self.width, self.height = shown.right - shown.left, shown.bottom - shown.top
        self.glyphs: list[tuple[int, Rect, float, float, str, str]] = []
        self.rules: list[Rect] = []
        self.pictures = 0.0

    def take(self, container: LTContainer) -> None:  # type: ignore[type-arg]
        """Everything in the container and in the drawings inside it."""
        from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage

        pending = [iter(container)]
        while pending:
            item = next(pending[-1], None)
            if item is None:
                pending.pop()
            elif isinstance(item, LTChar):
                self.take_glyph(item)
            elif isinstance(item, LTCurve):
                self.rules.extend(self.rules_of(item))
            elif isinstance(item, LTImage):
                self.take_picture(item)
            elif isinstance(item, LTContainer):
                pending.append(iter(item))

    def take_glyph(self, item: LTChar) -> None:
        a, b, _, _, e, f = item.matrix
        degrees = round(math.degrees(math.atan2(b, a))) % 360
        text = character(item.get_text(), item.fontname)
        if degrees % 90 or not text or not math.isfinite(sum(item.bbox)) or item.size <= 0:
            return  # a watermark stands aslant
        rect = self.rect(*item.bbox)
        x, y = e - self.left, self.upper - f
        if text.strip() and not Rect(-1, -1, self.width + 1, self.height + 1).holds(
            (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
        ):
            return
        self.glyphs.append((degrees, rect, x, y, text, item.fontname))

    def take_picture(self, item: LTImage) -> None:
        rect = self.rect(*item.bbox)
        width = min(rect.right, self.width) - max(rect.left, 0)
        height = min(rect.bottom, self.height) - max(rect.top, 0)
        self.pictures += max(0.0, width) * max(0.0, height)

    def rules_of(self, item: LTCurve) -> Iterator[Rect]:
        """The upright and level lines of a shape. What is only filled, and white lines, show no rule."""
        from pdfminer.layout import LTRect

        rect = self.rect(*item.bbox)
        thin = min(rect.right - rect.left, rect.bottom - rect.top) <= _THIN
        if not thin and not item.stroke:
            return
        if _is_white(item.stroking_color if item.stroke else item.non_stroking_color):
            return
        if thin:
            yield rect
        elif isinstance(item, LTRect):
            yield rect._replace(bottom=rect.top)
            yield rect._replace(top=rect.bottom)
            yield rect._replace(right=rect.left)
            yield rect._replace(left=rect.right)
        else:
            points = item.pts
            for (x0, y0), (x1, y1) in pairwise(points):
                if min(abs(x1 - x0), abs(y1 - y0)) <= 0.5:
                    yield self.rect(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def rect(self, x0: float, y0: float, x1: float, y1: float) -> Rect:
        return Rect(x0 - self.left, self.upper - y1, x1 - self.left, self.upper - y0)

    def content(self, number: int) -> PageContent:
        """The page, turned the way most of its glyphs run."""
        counts = Counter(degrees for degrees, *_ in self.glyphs)
        turn = counts.most_common(1)[0][0] if counts else 0
        glyphs = []
        for degrees, rect, x, y, text, font in self.glyphs:
            box = _turned(rect, self.width, self.height, turn)
            base = _turned(Rect(x, y, x, y), self.width, self.height, turn).top
            height = box.bottom - box.top
            upright = degrees == turn
            baseline = base if upright else box.bottom - _DESCENT * height
            glyphs.append(Glyph(text, box.left, box.right, baseline, height, font))
        rules = tuple(_turned(rule, self.width, self.height, turn) for rule in self.rules)
        width, height = (self.height, self.width) if turn in (90, 270) else (self.width, self.height)
        pictured = min(1.0, self.pictures / max(1.0, self.width * self.height))
        return PageContent(number, width, height, tuple(glyphs), rules, pictured, turn)


def _turned(rect: Rect, width: float, height: float, degrees: int) -> Rect:
    """A rectangle of a page of this width and height, after the page is turned clockwise."""
    left, top, right, bottom = rect
    if degrees == 90:
        return Rect(height - bottom, left, height - top, right)
    if degrees == 180:
        return Rect(width - right, height - bottom, width - left, height - top)
    if degrees == 270:
        return Rect(top, width - right, bottom, width - left)
    return rect


def _is_white(color: object) -> bool:
    values = color if isinstance(color, tuple | list) else (color,)
    if not all(isinstance(value, int | float) for value in values) or not values:
        return False
    return all(value == 0 for value in values) if len(values) == 4 else all(value >= 0.98 for value in values)
