"""How a report is set as pages, drawn by its words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from eval.writers.blocks import Block, Heading

NUMBERS = ("— {page} —", "第{page}页 共{pages}页", "{page}/{pages}", "- {page} -", "{page}", "")


@dataclass(frozen=True, slots=True)
class PageStyle:
    """How a report is set: sizes and margins in points, and what is printed on every page.

    ``rules`` are those of tables: ``all``, ``level`` (between rows only) or ``none``. ``cut_rows`` lets a row go on
    on the next page, ``header_rows`` are printed again there. ``bold_twice`` draws headings twice, as old printer
    drivers make bold.
    """

    header: str = ""
    number: str = NUMBERS[0]
    size: float = 16.0
    leading: float = 28.0
    cell_size: float = 9.0
    margin: float = 80.0
    indent: float = 2.0
    justified: bool = True
    rules: str = "all"
    cut_rows: bool = False
    header_rows: int = 0
    bold_twice: bool = False
    landscape_tables: bool = False


def style_of(blocks: tuple[Block, ...]) -> PageStyle:
    """A style drawn by the words of the report: the same report always looks the same."""
    draw = hashlib.sha256(repr(blocks).encode()).digest()
    size = (16.0, 14.0, 12.0)[draw[0] % 3]
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    return PageStyle(
        header=title.replace("\n", "") if draw[1] % 2 else "",
        number=NUMBERS[draw[2] % len(NUMBERS)],
        size=size,
        leading=size * (1.75, 1.5, 1.3)[draw[3] % 3],
        cell_size=(9.0, 10.5)[draw[4] % 2],
        margin=(80.0, 72.0, 90.0)[draw[5] % 3],
        indent=0.0 if draw[6] % 5 == 0 else 2.0,
        justified=draw[7] % 3 > 0,
        cut_rows=draw[8] % 2 == 0,
        bold_twice=draw[9] % 3 == 0,
        landscape_tables=draw[10] % 4 == 0,
    )
