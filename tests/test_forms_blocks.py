"""Rows to blocks: which row opens a block, which goes on with it, which ends it, and which is a pair of labels."""

from __future__ import annotations

import pytest

from pipeline.forms.blocks import BlockKind, money_unit
from schemas.text import Cell, Span
from tests.rule_samples import HEADER, PARKS_ROW, TOTAL_ROW, TREES_ROW, department_form, form_of, project_form

MONEY = "项目资金（万元）||年初预算数|全年预算数|全年执行数|分值|执行率|得分"
MONEY_ROW = "|年度资金总额|30|36|35.2|10|97.78%|9.8"


def kinds(*rows: str) -> list[BlockKind]:
    return [block.kind for block in form_of(project_form(*rows)).blocks]


@pytest.mark.parametrize(
    "row",
    [
        "|本年度执行情况良好，全部任务完成|",
        "|合计||||||",
        "其中：财政拨款|30|36|35|-|97%|-",
    ],
)
def test_a_row_of_values_opens_no_block(row: str) -> None:
    assert kinds(MONEY, MONEY_ROW, row, HEADER, PARKS_ROW) == [BlockKind.FUNDING, BlockKind.INDICATORS]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((HEADER, PARKS_ROW), [BlockKind.INDICATORS]),
        ((MONEY, MONEY_ROW, HEADER, PARKS_ROW), [BlockKind.FUNDING, BlockKind.INDICATORS]),
        (("年度总体目标|预期目标|实际完成情况", "|绿化|已绿化"), [BlockKind.GOALS]),
        (("财政供养人员情况（人）|编制数|2023年实际在职人数|控制率", "|20|18|90%"), [BlockKind.STAFF]),
        (
            ("基本支出总额|326.58万元|项目支出总额|118.00万元", HEADER, PARKS_ROW),
            [BlockKind.AMOUNTS, BlockKind.INDICATORS],
        ),
        (
            (MONEY, MONEY_ROW, "|按收入性质分：36|按支出性质分：36", "|其中：一般公共预算：36|其中：基本支出：36"),
            [BlockKind.FUNDING, BlockKind.SPLIT],
        ),
        (("序号|项目名称|年初预算数（万元）|执行数（万元）|自评得分", "1|湿地修复|50|50|98"), [BlockKind.SUMMARY]),
    ],
)
def test_a_header_opens_a_block(rows: tuple[str, ...], expected: list[BlockKind]) -> None:
    assert kinds(*rows) == expected


def test_a_repeated_header_goes_on_with_the_block() -> None:
    assert kinds(HEADER, PARKS_ROW, HEADER, TREES_ROW) == [BlockKind.INDICATORS]
    other = "一级指标|三级指标|分值|得分"
    assert kinds(HEADER, PARKS_ROW, other, "产出指标|绿道|10|10") == [BlockKind.INDICATORS] * 2


def test_the_total_row_ends_the_block_and_tail_rows_are_pairs() -> None:
    form = form_of(department_form(HEADER, PARKS_ROW, TOTAL_ROW, "存在问题|管护经费不足。", "改进措施|争取管护经费。"))
    assert [len(block.rows) for block in form.blocks] == [1]
    assert form.total is not None
    assert [cell.text for cell in form.total][:3] == ["总分", "100", "95"]
    assert [(pair.code, pair.value.text) for pair in form.pairs[1:]] == [
        ("problems", "管护经费不足。"),
        ("remedies", "争取管护经费。"),
    ]


def test_a_total_without_numbers_is_no_total() -> None:
    assert form_of(department_form(HEADER, PARKS_ROW, "总分|||")).total is None


def test_a_total_of_money_is_a_row_of_its_block() -> None:
    form = form_of(
        project_form(MONEY, "|其中：财政拨款|30|36|35.2|||", "合计|30|36|35|10|97.78%|9.8|", HEADER, PARKS_ROW)
    )
    assert [len(block.rows) for block in form.blocks] == [2, 1]
    assert form.total is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("主管部门||实施单位|云溪县古树保护中心", [("implementer", "云溪县古树保护中心")]),
        (
            "主管部门|云溪县园林局|实施单位|古树保护中心",
            [("department", "云溪县园林局"), ("implementer", "古树保护中心")],
        ),
        ("项目负责人|李四|自评总分|97.5", [("total_score", "97.5")]),
        (
            "预期目标|保护古树，建立档案。|实际完成情况|全部建档。",
            [("goal_set", "保护古树，建立档案。"), ("goal_done", "全部建档。")],
        ),
        ("年度绩效目标1（40分）|保护古树", [("goal_set", "保护古树")]),
    ],
)
def test_labels_with_their_values_beside_them(row: str, expected: list[tuple[str, str]]) -> None:
    pairs = form_of(project_form(row, HEADER, PARKS_ROW)).pairs[1:]
    assert [(pair.code, pair.value.text) for pair in pairs if pair.code != "other"] == expected


def test_the_first_filled_pair_of_a_code_counts() -> None:
    form = form_of(project_form("实施单位|/", "项目实施单位|古树保护中心", HEADER, PARKS_ROW))
    found = form.pair("implementer")
    assert found is not None
    assert found.value.text == "古树保护中心"
    assert form.pair("grade") is None


def cell(text: str) -> Cell:
    return Cell(text, Span(5, 5 + len(text)), 0, 0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("项目资金", None),
        ("服务群众（万人）", None),
        ("公园（元宝山）", None),
        ("项目资金（万元）", "万元"),
        ("年度预\n算申请\n(元)", "元"),
        ("金额单位：万元", "万元"),
        ("资金情况(单位:亿元)", "亿元"),
    ],
)
def test_the_unit_in_a_header(text: str, word: str | None) -> None:
    found = money_unit((cell(text),))
    assert (found.word if found else None) == word
    if found:
        assert text[found.span.start - 5 : found.span.end - 5] == word


def test_a_split_takes_the_unit_of_the_block_above() -> None:
    rows = (
        MONEY,
        MONEY_ROW,
        "|按收入性质分||按支出性质分|",
        "|其中：一般公共预算|36|其中：基本支出|36",
        HEADER,
        PARKS_ROW,
    )
    split = form_of(project_form(*rows)).blocks[1]
    assert split.kind is BlockKind.SPLIT
    assert split.unit is not None
    assert split.unit.word == "万元"
