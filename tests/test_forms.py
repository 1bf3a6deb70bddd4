from __future__ import annotations

import pytest

from eval.forms import header_word, indicator_forms, table_rows
from eval.synonyms import LEVEL2, REASON, WEIGHT


def form(*rows: tuple[str, ...], after: str = "\n\n填表人：\n") -> str:
    return "说明\n" + "\n".join("".join(f"\t{cell}\n" for cell in row) for row in rows) + after


HEADER = (
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值(10分)",
    "得分",
    "偏差原因分析及改进措施",
)
ROW = ("产出指标\n\n(40分)", "数量\n指标", "修建水渠", "≥8公里", "9公里", "10", "10", "")
TOTAL = ("总  分", "100", "95", "")


def test_a_row_ends_at_a_blank_line_but_not_inside_a_cell() -> None:
    rows = table_rows(form(HEADER, ROW, TOTAL))
    assert [len(row) for row in rows] == [8, 8, 4]
    assert [cell.word for cell in rows[1]] == [
        "产出指标(40分)",
        "数量指标",
        "修建水渠",
        "≥8公里",
        "9公里",
        "10",
        "10",
        "",
    ]


def test_the_spans_of_cells_are_their_words_and_with_the_mark_the_whole() -> None:
    text = form(HEADER, ROW)
    cell = table_rows(text)[1][2]
    assert text[slice(*cell.span)] == "修建水渠"
    assert text[slice(*cell.whole)] == "\n\t修建水渠"


def test_the_text_after_a_table_is_no_cell() -> None:
    assert table_rows(form(TOTAL))[-1][-1].word == ""
    assert table_rows("没有表格。\n") == ()


@pytest.mark.parametrize("rows", [(HEADER, ROW), (HEADER, ROW[:-3], TOTAL), (HEADER, TOTAL), (ROW, TOTAL)])
def test_a_form_without_header_total_or_with_other_columns_is_left_alone(rows: tuple[tuple[str, ...], ...]) -> None:
    assert list(indicator_forms(form(*rows))) == []


def test_columns_are_counted_from_the_right_so_that_a_merged_label_does_not_shift_them() -> None:
    text = form(HEADER, ("", *ROW), TOTAL)
    (found,) = indicator_forms(text)
    assert (found.column(LEVEL2), found.column(WEIGHT), found.column(REASON)) == (-7, -3, -1)
    assert found.rows[0][-3].word == "10"
    assert found.column(frozenset({"度量单位"})) is None
    assert text[slice(*found.span)].strip().startswith("一级指标")


@pytest.mark.parametrize(
    ("word", "bare"), [("分值(10分)", "分值"), ("得分:", "得分"), ("全年(调整)预算数(A)", "全年(调整)预算数"), ("", "")]
)
def test_brackets_at_the_end_are_no_part_of_a_header(word: str, bare: str) -> None:
    assert header_word(word) == bare
