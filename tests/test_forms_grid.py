"""Rows to columns: merged cells, lost cells, surplus cells, headers of two rows."""

from __future__ import annotations

import pytest

from pipeline.forms.grid import (
    Row,
    align_row,
    columns_of,
    grade_in,
    is_blank,
    numbers_in,
    rows_of,
    split_columns,
)
from pipeline.forms.vocabulary import indicator_column
from schemas.text import Cell, Span
from tests.rule_samples import HEADER, Merged, grid_document


def row(words: str) -> Row:
    return tuple(Cell(word, Span(0, len(word)), 0, place) for place, word in enumerate(words.split("|")))


def aligned(header: str, cells: str) -> dict[str, str]:
    columns = columns_of(row(header), indicator_column)
    found = align_row(row(cells), columns, exact=False)
    return {str(columns[place].code): cell.text for place, cell in found.items() if cell.text}


@pytest.mark.parametrize("text", ["0", "0.00", "完成", "-5", "无偏差"])
def test_a_value_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["", " ", "/", "——", "-", "—", "／", "*", "无", " \u3000\n"])
def test_dashes_are_blank(text: str) -> None:
    assert is_blank(text)


def test_a_cell_merged_downwards_leaves_empty_cells() -> None:
    document = grid_document(
        "", [[Merged("产出", rows=2), "公园", "5"], ["绿道", "3"], [Merged("总分", columns=2), "95"]]
    )
    rows = rows_of(document.tables[0])
    assert [[cell.text for cell in one] for one in rows] == [["产出", "公园", "5"], ["", "绿道", "3"], ["总分", "95"]]
    assert rows[1][0].span == Span(rows[0][0].span.end, rows[0][0].span.end)
    assert [cell.column for cell in rows[2]] == [0, 2]


FULL = {
    "level1": "产出指标", "level2": "数量指标", "name": "新建公园", "target": "≥5个", "actual": "7个", "weight": "10",
    "score": "9", "reason": "苗木不足",
}  # fmt: skip


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("产出指标|数量指标|新建公园|≥5个|7个|10|9|苗木不足", FULL),
        ("||新建公园|≥5个|7个|10|9|苗木不足", without("level1", "level2")),
        ("新建公园|≥5个|7个|10|9|苗木不足", without("level1", "level2")),
        ("数量指标|新建公园|≥5个|7个|10|9|苗木不足", without("level1")),
        ("产出指标|数量指标|新建公园|≥5个|7个|10|9", without("reason")),
        ("新建公园|≥5个|7个|10|9", without("level1", "level2", "reason")),
        ("|产出指标|数量指标|新建公园|≥5个|7个|10|9|苗木不足", FULL),
        ("绩效指标|产出指标|数量指标|新建公园|≥5个|7个|10|9|苗木不足", FULL),
        ("产出指标|数量指标|新建公园|≥5个|7个|10|9|苗木不足|附件", FULL),
    ],
)
def test_cells_of_a_dump_go_to_their_columns(cells: str, expected: dict[str, str]) -> None:
    assert aligned(HEADER, cells) == expected


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        (
            "一级指标|二级指标|三级指标|分值|年度指标值|实际完成值|得分",
            "新建公园|10|5个|7个|9",
            {"name": "新建公园", "weight": "10", "target": "5个", "actual": "7个", "score": "9"},
        ),
        (
            "三级指标|指标性质|指标值|度量单位|完成值|分值|得分",
            "绿化养护|优|优|10|9",
            {"name": "绿化养护", "target": "优", "actual": "优", "weight": "10", "score": "9"},
        ),
        (
            "一级指标|二级指标|三级指标|年度指标值|分值|实际完成值|得分",
            "产出指标|数量指标|保护古树|901010010",
            {"level1": "产出指标", "level2": "数量指标", "name": "保护古树", "actual": "901010010"},
        ),
    ],
    ids=["weight first", "operator and unit lost", "glued numbers"],
)
def test_a_row_that_lost_cells_is_read_by_what_suits(header: str, cells: str, expected: dict[str, str]) -> None:
    assert aligned(header, cells) == expected


def test_with_extents_a_cell_belongs_to_the_column_that_it_covers_most() -> None:
    document = grid_document(
        "", [[Merged("指标", columns=2), "指标值", "得分"], ["甲", "乙", "5", "9"], [Merged("丙", columns=3), "8"]]
    )
    header, first, second = rows_of(document.tables[0])
    columns = columns_of(header, lambda text: text)
    assert {place: cell.text for place, cell in align_row(first, columns, exact=True).items()} == {
        0: "甲",
        1: "5",
        2: "9",
    }
    assert {place: cell.text for place, cell in align_row(second, columns, exact=True).items()} == {0: "丙", 2: "8"}


UPPER, LOWER = "绩效指标|年度指标值|实际完成值|分值|得分", "一级指标|二级指标|三级指标|指标性质|指标值|度量单位|||"
TWO_ROWS = ["level1", "level2", "name", "nature", "target", "unit", "actual", "weight", "score"]


def test_a_header_of_two_rows_in_a_dump() -> None:
    lower = row(LOWER)
    found = split_columns(columns_of(row(UPPER), indicator_column), columns_of(lower, indicator_column), lower)
    assert [column.code for column in found] == TWO_ROWS


def test_a_header_of_two_rows_with_extents() -> None:
    document = grid_document(
        "",
        [
            [
                Merged("绩效指标", columns=3),
                Merged("年度指标值", columns=3),
                *(Merged(w, rows=2) for w in UPPER.split("|")[2:]),
            ],
            LOWER.split("|")[:6],
        ],
    )
    upper, lower = rows_of(document.tables[0])
    found = split_columns(columns_of(upper, indicator_column), columns_of(lower, indicator_column), lower)
    assert [(column.code, column.start) for column in found] == [(code, n) for n, code in enumerate(TWO_ROWS)]


@pytest.mark.parametrize(
    ("cells", "numbers", "grade"),
    [
        ("总分||||", [], None),
        ("总分|优秀率|98%|2000株", [], None),
        ("总  分|100|92.5|优", ["100", "92.5"], "优"),
        ("总分|100分|9 8分|不合格", ["100分", "9 8分"], "不合格"),
    ],
)
def test_the_numbers_and_the_grade_of_a_row(cells: str, numbers: list[str], grade: str | None) -> None:
    assert [cell.text for cell in numbers_in(row(cells))] == numbers
    found = grade_in(row(cells))
    assert (found.text if found else None) == grade
