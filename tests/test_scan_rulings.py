"""Ruling lines to cells: what is a table, what only looks like one, and which cells are merged."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from pipeline.readers.scan.parts import RuledTable
from pipeline.readers.scan.rulings import find_rulings
from pipeline.readers.scan.straightening import skew_of, turned
from tests.scanned_pages import Cells, paper, pixels, rule, scanned

COLUMNS, ROWS = (150, 400, 700, 1050), (300, 360, 430, 520)
GRID: Cells = [(row, column, row, column, "") for row in range(3) for column in range(3)]
MERGED: Cells = [(0, 0, 1, 0, ""), (0, 1, 0, 2, ""), (1, 1, 1, 1, ""), (1, 2, 2, 2, ""), (2, 0, 2, 1, "")]


def tables(page: Image.Image) -> tuple[RuledTable, ...]:
    return find_rulings(pixels(page)).tables


def extents(table: RuledTable) -> list[tuple[int, int, int, int]]:
    return [(c.row, c.column, c.row + c.row_span - 1, c.column + c.column_span - 1) for c in table.cells]


def page_with(cells: Cells) -> Image.Image:
    page = paper()
    rule(page, cells, COLUMNS, ROWS)
    return page


def lines(*ends: tuple[int, int, int, int]) -> Image.Image:
    page = paper()
    for place in ends:
        ImageDraw.Draw(page).line(place, fill=40, width=2)
    return page


@pytest.mark.parametrize(
    "page",
    [
        paper(),
        lines((150, 300, 1050, 300), (150, 400, 1050, 400)),  # rules above and below a heading
        lines((150, 300, 150, 900)),
        page_with([(0, 0, 2, 2, "")]),  # a frame
        lines(*((x, 300, x, 330) for x in range(200, 260, 10)), (195, 300, 260, 300), (195, 330, 260, 330)),  # 卌
    ],
    ids=["empty", "rules", "margin", "frame", "character"],
)
def test_what_is_no_table(page: Image.Image) -> None:
    assert tables(page) == ()


@pytest.mark.parametrize("cells", [GRID, MERGED], ids=["grid", "merged"])
@pytest.mark.parametrize("degrees", [0.0, 0.7, -1.5])
def test_cells_and_their_extents_on_a_crooked_page(cells: Cells, degrees: float) -> None:
    page = pixels(scanned(page_with(cells), degrees))
    (table,) = find_rulings(turned(page, skew_of(page)).image).tables
    assert extents(table) == [cell[:4] for cell in cells]
    assert table.row_count == 3


def test_a_gap_in_a_line_parts_no_cells_and_joins_none() -> None:
    page = page_with(GRID)
    ImageDraw.Draw(page).rectangle((500, 355, 506, 365), fill=250)  # dust over a line
    assert len(tables(page)[0].cells) == 9
    ImageDraw.Draw(page).rectangle((410, 355, 690, 365), fill=250)  # no line from one corner to the other
    assert len(tables(page)[0].cells) == 8


def test_a_table_that_is_open_at_its_sides_reaches_as_far_as_its_rules() -> None:
    across = ((150, y, 1050, y) for y in ROWS)
    (table,) = tables(lines(*across, (400, 300, 400, 520), (700, 300, 700, 520)))
    assert extents(table) == [cell[:4] for cell in GRID]


def test_a_line_under_words_in_a_cell_parts_nothing() -> None:
    page = page_with(GRID)
    ImageDraw.Draw(page).line((450, 470, 650, 470), fill=40, width=2)
    assert extents(tables(page)[0]) == [cell[:4] for cell in GRID]


def test_two_tables_stay_two_from_top_to_bottom() -> None:
    page = page_with(GRID)
    rule(page, MERGED, COLUMNS, [row + 600 for row in ROWS])
    assert [len(table.cells) for table in tables(page)] == [9, 5]


@pytest.mark.parametrize("degrees", [0.0, 0.4, 2.0, -3.3])
def test_the_skew_of_a_page(degrees: float) -> None:
    assert skew_of(pixels(scanned(page_with(GRID), degrees))) == pytest.approx(-degrees, abs=0.11)


def test_an_empty_page_has_no_skew() -> None:
    assert skew_of(pixels(paper())) == 0.0


@pytest.mark.parametrize("degrees", [0.0, 1.5, 90.0, 181.0])
def test_points_of_a_turned_page_are_told_as_they_were(degrees: float) -> None:
    page = paper()
    ImageDraw.Draw(page).rectangle((300, 500, 320, 520), fill=0)
    image, to_page = turned(pixels(page), degrees)
    down, across = (image < 100).nonzero()
    x, y = to_page @ (across.mean(), down.mean(), 1.0)
    assert (x * page.width, y * page.height) == pytest.approx((310, 510), abs=1.5)
