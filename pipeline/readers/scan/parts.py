"""What a scanned page is taken apart into: lines with the confidence of each character, and ruled tables of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Gray: TypeAlias = NDArray[np.uint8]
"""A page or part of one: rows of pixels from 0 (black) to 255."""
Matrix: TypeAlias = NDArray[np.float64]
"""Two rows of three numbers that map a point of one image to one of another."""


class Rect(NamedTuple):
    """A rectangle of pixels, from its upper left corner; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """How wide it is; not above 0 where it is empty."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """How high it is; not above 0 where it is empty."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """The point in its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def shared(self, other: Rect) -> Rect:
        """The part that lies in the other too; empty where none does."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Rect(left, top, min(self.right, other.right), min(self.bottom, other.bottom))

    def holds(self, x: float, y: float) -> bool:
        """True where the point lies inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def around(self, other: Rect) -> Rect:
        """The least rectangle that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Rect(left, top, max(self.right, other.right), max(self.bottom, other.bottom))


class Line(NamedTuple):
    """One line of text: its characters, how sure the recognition was of each, and where it stands on which page (from
    0)."""

    text: str
    confidences: tuple[float, ...]
    rect: Rect
    page: int = 0


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell between ruling lines, with the lines of text in it from top to bottom."""

    rect: Rect
    row: int
    column: int
    row_span: int
    column_span: int
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table whose cells are parted by ruling lines, which stand at ``columns`` (one more than there are columns)."""

    rect: Rect
    columns: tuple[int, ...]
    row_count: int
    cells: tuple[RuledCell, ...]


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What stands on a page from top to bottom; ``to_page`` maps its points to fractions of the page as scanned."""

    width: int
    height: int
    blocks: tuple[Line | RuledTable, ...]
    to_page: Matrix

    @property
    def confidence(self) -> float:
        """The mean of all characters, 0 where there are none."""
        found = [confidence for line in self.lines for confidence in line.confidences]
        return sum(found) / len(found) if found else 0.0

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, those in cells too."""
        found: list[Line] = []
        for block in self.blocks:
            found += [block] if isinstance(block, Line) else [line for cell in block.cells for line in cell.lines]
        return tuple(found)
