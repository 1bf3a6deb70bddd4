"""Under which header, and in which row, a value of a form stands."""

from __future__ import annotations

import pytest

from pipeline.forms.reading import read_forms
from pipeline.forms.standing import Standing, Standings, standings_of
from schemas.text import Document, Span
from tests.rule_samples import HEADER, Merged, document, dump, grid_document

TITLE = "云溪县园林局2023年度部门整体支出绩效自评报告\n"
PARKS = "产出指标|数量指标|新建口袋公园|≥5个|7个|10|9.5|"
TREES = "||栽植行道树|2000株|1800株|10|8|苗木不足"
MONEY = "资金（万元）|年初预算数|全年预算数|全年执行数"
CARE = "绿化养护经费|86.00|88.00|79.55"


def standings(doc: Document) -> Standings:
    return standings_of(read_forms(doc))


def at(doc: Document, words: str, *, of: str = "") -> Standing | None:
    """Where the words stand that come first behind ``of``."""
    start = doc.text.index(words, doc.text.index(of))
    return standings(doc).at(Span(start, start + len(words)))


def code(doc: Document, words: str, *, of: str = "") -> str | None:
    stands = at(doc, words, of=of)
    return None if stands is None else stands.code


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        (document(TITLE + "绿化养护经费支出79.55万元。\n" + dump(MONEY, CARE)), "绿化养护经费支出"),
        (document(TITLE + dump("序号|内容", "1|绿化养护")), "绿化养护"),
        (document(TITLE + dump(MONEY, CARE)), "全年执行数"),
        (
            document(TITLE + dump("年度总体目标|预期目标|实际完成情况", "|新建公园5个|新建公园7个", HEADER, PARKS)),
            "新建公园5个",
        ),
    ],
    ids=["prose", "table that is no form", "header", "goals"],
)
def test_what_stands_in_no_row_under_a_header_stands_nowhere(doc: Document, words: str) -> None:
    assert at(doc, words) is None


def test_nothing_stands_at_no_place_nor_across_two_cells() -> None:
    doc = document(TITLE + dump(HEADER, PARKS))
    start = doc.text.index("7个")
    found = standings(doc)
    assert found.at(None) is None
    assert found.at(Span(start, doc.text.index("10") + 2)) is None
    assert found.at(Span(0, 2)) is None
    assert standings_of(()).at(Span(0, 2)) is None


@pytest.mark.parametrize(
    ("words", "expected", "header"),
    [
        ("新建口袋公园", "name", "三级指标"),
        ("≥5个", "target", "年度指标值"),
        ("7个", "actual", "实际完成值"),
        ("10", "weight", "分值"),
        ("9.5", "score", "得分"),
        ("数量指标", "level2", "二级指标"),
    ],
)
def test_cell_stands_under_its_header(words: str, expected: str, header: str) -> None:
    stands = at(document(TITLE + dump(HEADER, PARKS, TREES)), words, of="产出指标")
    assert stands is not None
    assert (stands.code, stands.cell.text, stands.header and stands.header.text) == (expected, words, header)


def test_part_of_a_cell_stands_where_the_cell_does() -> None:
    assert code(document(TITLE + dump(HEADER, PARKS)), "5", of="≥") == "target"


def test_row_has_its_cells_by_field_and_reaches_from_its_first_to_its_last_one() -> None:
    doc = document(TITLE + dump(HEADER, PARKS, TREES))
    stands = at(doc, "1800株")
    assert stands is not None
    assert {name: cell.text for name, cell in stands.row.cells.items() if cell.text} == {
        "name": "栽植行道树",
        "target": "2000株",
        "actual": "1800株",
        "weight": "10",
        "score": "8",
        "reason": "苗木不足",
    }
    assert doc.quote(stands.row.span) == "栽植行道树\n\t2000株\n\t1800株\n\t10\n\t8\n\t苗木不足"
    other = at(doc, "7个")
    assert other is not None
    assert other.row is not stands.row


@pytest.mark.parametrize(("title", "unit"), [("（单位：万元）\n", "万元"), ("单位：元\n", "元"), ("", None)])
def test_standing_has_the_unit_that_its_form_states(title: str, unit: str | None) -> None:
    stands = at(document(TITLE + title + dump("资金|年初预算数|全年执行数", "绿化养护经费|86.00|79.55")), "79.55")
    assert stands is not None
    assert (stands.unit.word if stands.unit else None) == unit


def test_row_longer_than_its_header_has_no_sure_columns() -> None:
    doc = document(TITLE + dump(MONEY, "绿化养护经费|86.00|0|88.00|79.55"))
    assert [code(doc, word) for word in ("86.00", "88.00", "79.55")] == ["", "", ""]
    stands = at(doc, "79.55")
    assert stands is not None
    assert (stands.header, stands.row.cells) == (None, {})


def test_row_with_empty_cells_in_front_keeps_its_columns() -> None:
    doc = document(TITLE + dump(MONEY, f"|{CARE}"))
    assert [code(doc, word) for word in ("86.00", "88.00", "79.55")] == ["initial_budget", "annual_budget", "executed"]


def test_last_filled_one_of_two_targets_is_the_rows_but_both_are_targets() -> None:
    head = HEADER.replace("年度指标值", "年初指标值|调整后指标值")
    doc = document(TITLE + dump(head, PARKS.replace("≥5个", "≥5个|≥6个")))
    stands = at(doc, "≥6个")
    assert stands is not None
    assert stands.row.cells["target"].text == "≥6个"
    assert (stands.code, code(doc, "≥5个")) == ("target", "target")


@pytest.mark.parametrize(
    ("sign", "target", "field"),
    [("≥", "5", "operator"), ("定性", "5个", "operator"), ("正向", "5个", "nature"), ("方案编制完成", "", "target")],
    ids=["sign", "kind of target", "direction", "words that slipped"],
)
def test_column_of_signs_may_hold_other_things(sign: str, target: str, field: str) -> None:
    head = HEADER.replace("年度指标值", "指标性质|年度指标值")
    doc = document(TITLE + dump(head, PARKS.replace("≥5个", f"{sign}|{target}")))
    stands = at(doc, sign, of="新建口袋公园")
    assert stands is not None
    assert (stands.code, stands.row.cells[field].text) == (field if field != "target" else "nature", sign)


@pytest.mark.parametrize("sign", ["≥", "正向", "定量"])
def test_sign_beside_an_empty_target_is_no_target(sign: str) -> None:
    head = HEADER.replace("年度指标值", "指标性质|年度指标值")
    stands = at(document(TITLE + dump(head, PARKS.replace("≥5个", f"{sign}|"))), "7个")
    assert stands is not None
    assert stands.row.cells["target"].text == ""


@pytest.mark.parametrize(
    ("headers", "cells", "field", "kept"),
    [
        ("年初指标值|调整后指标值", "≥5个|", "target", "≥5个"),
        ("原因分析|改进措施", "苗木不足|——", "reason", "苗木不足"),
        ("原因分析|改进措施", "苗木不足|提前备苗", "reason", "提前备苗"),
    ],
    ids=["empty one", "dashes", "filled one"],
)
def test_of_two_columns_for_one_field_the_last_filled_one_counts(
    headers: str, cells: str, field: str, kept: str
) -> None:
    doc = document(
        TITLE + dump(f"一级指标|三级指标|{headers}|实际完成值|分值", f"产出指标|新建口袋公园|{cells}|7个|10")
    )
    stands = at(doc, "新建口袋公园")
    assert stands is not None
    assert stands.row.cells[field].text == kept


def test_first_digit_tells_where_a_value_of_three_cells_stands() -> None:
    head = HEADER.replace("年度指标值", "计算符号|年度指标值|计量单位")
    doc = document(TITLE + dump(head, PARKS.replace("≥5个", "≥|5|个")))
    start = doc.text.index("≥")
    whole = Span(start, doc.text.index("个", start) + 1)
    found = standings(doc).at_number(doc.text, whole)
    assert found is not None
    assert (found.code, standings(doc).at(whole)) == ("target", None)
    words = Span(start, start + 1)
    signed = standings(doc).at_number(doc.text, words)
    assert signed is not None
    assert signed.code == "operator"


def test_columns_of_a_table_that_knows_its_extents_are_told_by_them() -> None:
    rows = [
        [Merged("资金（万元）", columns=2), "年初预算数", "全年执行数"],
        ["绿化养护经费", "中央", "86.00", "79.55"],
    ]
    doc = grid_document(TITLE, rows)
    stands = at(doc, "79.55")
    assert stands is not None
    assert (stands.code, stands.header and stands.header.text) == ("executed", "全年执行数")
    assert code(doc, "86.00") == "initial_budget"


def test_amounts_beside_their_labels_stand_under_no_header() -> None:
    doc = document(TITLE + dump("预算总额|86.00万元|支出总额|79.55万元", HEADER, PARKS))
    stands = at(doc, "79.55万元")
    assert stands is not None
    assert (stands.code, stands.header) == ("", None)
