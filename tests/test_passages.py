"""Passages put together, and grids written as text."""

from __future__ import annotations

from pipeline.readers import readers
from pipeline.readers.passages import (
    Passage,
    PlacedCell,
    cell_text,
    drop_empty_tracks,
    fill_gaps,
    joined,
    line_passage,
    table_passage,
)
from schemas.text import OutlineMark, Span


def test_it_reads_no_files() -> None:
    assert all(not reader.__name__.endswith("passages") for reader in readers().values())  # type: ignore[attr-defined]


def test_offsets_move_with_their_passage() -> None:
    table = table_passage([PlacedCell(" 甲 ", 0, 0), PlacedCell("", 0, 1)])
    whole = joined([Passage("前\n", pages=(1,)), line_passage("  一、概况 ", 2), line_passage("乙"), table])
    assert whole.text == "前\n  一、概况 \n乙\n\t 甲 \n\t\n\n"
    assert whole.outline == (OutlineMark(Span(4, 8), 2),)
    assert whole.pages == (1,)
    cells = whole.tables[0].cells
    assert [(cell.text, whole.text[slice(*cell.span)]) for cell in cells] == [("甲", "甲"), ("", "")]
    assert whole.text[slice(*whole.tables[0].span)] == table.text


def test_a_heading_of_nothing_is_not_marked() -> None:
    assert line_passage("  ", 1).outline == ()


def test_rows_and_columns_in_which_nothing_starts_are_dropped() -> None:
    cells = [
        PlacedCell("表头", 2, 1, 3, 2),
        PlacedCell("值", 2, 7),
        PlacedCell("", 3, 4),
        PlacedCell("下", 900_000, 5, 1, 4),
    ]
    assert drop_empty_tracks(cells) == (
        PlacedCell("表头", 0, 0),
        PlacedCell("值", 0, 2),
        PlacedCell("下", 1, 1, 1, 2),
    )


def test_gaps_are_filled_with_empty_cells() -> None:
    cells = [PlacedCell("甲", 0, 0, 2, 1), PlacedCell("乙", 1, 2)]
    assert [(cell.text, cell.row, cell.column) for cell in fill_gaps(cells)] == [
        ("甲", 0, 0), ("", 0, 1), ("", 0, 2), ("", 1, 1), ("乙", 1, 2),
    ]  # fmt: skip


def test_a_cell_holds_no_empty_line_and_no_tab() -> None:
    assert cell_text(["甲\r\n\n乙", " \t ", "丙\t丁\v戊"]) == "甲\n乙\n丙 丁\n戊"
