"""Money in forms: blocks with and without a column of labels, splits by nature, basic data, sources, damaged rows."""

from __future__ import annotations

import pytest

from pipeline.engines.rules.funding_forms import item_of
from schemas.records import RecordKind
from schemas.text import Span
from tests.rule_samples import (
    HEADER,
    PARKS_ROW,
    TITLE,
    Merged,
    department_form,
    dump,
    facts,
    funding,
    grid_document,
    project_form,
    read,
)

COLUMNS = "年初预算数|全年预算数|全年执行数|分值|执行率|得分"
MONEY = f"项目资金（万元）||{COLUMNS}"
TOTAL = "|年度资金总额|30|36|35.2|10|97.78%|9.8"
FULL = {
    "item": "年度资金总额", "initial_budget": "30", "annual_budget": "36", "executed": "35.2", "weight": "10",
    "rate": "97.78%", "score": "9.8", "unit": "万元",
}  # fmt: skip
ZEROS = {"initial_budget": "0", "annual_budget": "0", "executed": "0"}
IN_YUAN = {"initial_budget": "300000", "annual_budget": "360,000.50", "executed": "352000", "unit": "元"}
MARKS = ("weight", "score")
BODY = (HEADER, PARKS_ROW)


def without(*names: str, **changes: str) -> dict[str, str]:
    return {**{name: value for name, value in FULL.items() if name not in names}, **changes}


@pytest.mark.parametrize(
    "row",
    [
        "|其他资金||||||",
        "|其他资金|/|/|/|-|-|-",
        "|其他资金|—|—|—|—|—|—",
        "|其他资金||||10||9",  # marks are no money
        "|资金管理情况|良好|良好|良好|||",
        "|||||||",
    ],
)
def test_a_row_without_an_amount_is_left_out(row: str) -> None:
    assert funding(project_form(MONEY, TOTAL, row, *BODY)) == [FULL]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (MONEY, TOTAL, FULL),
        (MONEY, "|年度资金总额|0|0|0|10|-|-", without("rate", "score", **ZEROS)),
        (f"资金来源|{COLUMNS}", TOTAL[1:], without("unit")),
        (f"项目资金（元）||{COLUMNS}", "|年度资金总额|300000|360,000.50|352000|10|97.78%|9.8", without(**IN_YUAN)),
        (f"项目资金||{COLUMNS}", "|年度资金总额|30万元|36万元|35.2万元|10|97.78%|9.8", FULL),
        (f"年度预算数(万元)|{COLUMNS}", TOTAL[1:], FULL),  # the corner is no column
        ("项目资金（万元）||年初预算数|预算数(A)|执行数(B)|分值|执行率|得分", TOTAL, FULL),
        ("项目资金（万元）||年初预算|调整后预算数|执行数|权重|执行率(B/A)|自评得分", TOTAL, FULL),
        (
            "项目资金（万元）||预算数(A)|执行数(B)|执行率|备注",
            "|年度资金总额|30|35.2|97.78%|",
            without(*MARKS, "annual_budget"),
        ),
        (
            "项目资金（万元）||全年预算数|到位数|执行数|执行率",
            "|年度资金总额|36|20|35.2|97.78%",
            without(*MARKS, "initial_budget"),
        ),
        (f"预算执行情况（10分）（万元）||{COLUMNS}", TOTAL, FULL),
    ],
)
def test_a_block_of_money(header: str, row: str, expected: dict[str, str]) -> None:
    assert funding(project_form(header, row, *BODY)) == [expected]


@pytest.mark.parametrize(
    ("label", "item"),
    [
        ("其中：当年财政拨款", "当年财政拨款"),
        ("其中:  本年财政拨款：", "本年财政拨款"),
        ("上年结转资金", "上年结转资金"),
        ("  （1）公车购置", "公车购置"),
        ("3、公务接待", "公务接待"),
        ("①水费", "水费"),
        ("一、基本支出", "基本支出"),
        ("2023年专项", "2023年专项"),
        ("公务用车\n运行维护", "公务用车运行维护"),
    ],
)
def test_the_item_of_a_label(label: str, item: str) -> None:
    assert item_of(label, Span(0, len(label))).value == item
    assert funding(project_form(MONEY, f"|{label}|30|36|35.2|10|97.78%|9.8", *BODY)) == [without(item=item)]


def test_a_merged_block_in_a_grid() -> None:
    document = grid_document(
        TITLE + "项目支出绩效自评表\n",
        [
            ["项目名称", Merged("古树名木保护", columns=7)],
            [Merged("项目资金（万元）", rows=3), "", *MONEY.split("|")[2:]],
            TOTAL.split("|")[1:],
            ["其中：当年财政拨款", "30", "36", "35.2", "-", "97.78%", "-"],
        ],
    )
    assert funding(document, evaluation="p1") == [FULL, without("weight", "score", item="当年财政拨款")]


def test_the_total_may_stand_last() -> None:
    rows = ("其中：本年财政拨款|30|36|35.2||97.78%|", "合计|30|36|35.2|10|97.78%|9.8")
    header = "资金来源（万元）|年初预算数|全年预算数|全年执行数|分值|执行率|得分"
    found = funding(project_form(header, *rows, *BODY))
    assert found == [without("weight", "score", item="本年财政拨款"), without(item="合计")]


def test_sources_in_columns_are_a_record_each_and_the_total_has_what_was_spent() -> None:
    header = "资金情况（万元）|中央|省|本级|其他|合计|执行数|执行率"
    found = funding(project_form(header, "|10|5.5|15|/|30.5|29|95.08%", *BODY))
    assert found == [
        {"item": "中央", "annual_budget": "10", "unit": "万元"},
        {"item": "省", "annual_budget": "5.5", "unit": "万元"},
        {"item": "本级", "annual_budget": "15", "unit": "万元"},
        {"item": "合计", "annual_budget": "30.5", "executed": "29", "rate": "95.08%", "unit": "万元"},
    ]


SPLIT_IN_LABELS = (
    "|按收入性质分：36|按支出性质分：36",
    "|其中：一般公共预算：30.5|其中：基本支出：20",
    "|政府性基金拨款：5.5|项目支出：16",
    "|纳入专户管理的非税收入拨款：|",
    "|其他资金：0|",
)
SPLIT_IN_CELLS = (
    "|按收入性质分||按支出性质分|",
    "|其中：一般公共预算|30.5|其中：基本支出|20",
    "|政府性基金拨款|5.5|项目支出|16",
    "|纳入专户管理的非税收入拨款||||",
    "|其他资金|0||",
)
SPLIT_WITH_TOTALS = ("|按收入性质划分|36|按支出来源分|36", *SPLIT_IN_CELLS[1:])


@pytest.mark.parametrize(
    "rows", [SPLIT_IN_LABELS, SPLIT_IN_CELLS, SPLIT_WITH_TOTALS], ids=["labels", "cells", "totals"]
)
def test_amounts_by_nature_are_budgets_and_their_totals_are_left_out(rows: tuple[str, ...]) -> None:
    found = funding(department_form(MONEY, TOTAL, *rows, *BODY))
    amounts = {"一般公共预算": "30.5", "基本支出": "20", "政府性基金拨款": "5.5", "项目支出": "16", "其他资金": "0"}
    assert found[0] == FULL
    assert found[1:] == [{"item": item, "annual_budget": amount, "unit": "万元"} for item, amount in amounts.items()]


BASIC_TITLE = TITLE + "附件1\n2023年度部门整体支出绩效评价基础数据表\n"
STAFF = ("财政供养人员情况（人）|编制数|2023年实际在职人数|控制率", "|20|18|90%")
BASIC = (
    "经费控制情况（万元）|2022年决算数|2023年预算数|2023年决算数",
    "三公经费|9.5|8|7.2",
    "   1、公务用车购置和维护经费|5|4|3.5",
    "       其中：公车购置|0|0|0",
    "   2、出国经费|0|0|0",
    "   3、公务接待|4.5|4|3.7",
    "项目支出：|100|120|118",
    "   3、市级专项资金（一个专项一行）|||",
    "政府采购金额|——|20|18.5",
    "部门基本支出预算调整|——||",
    "楼堂馆所控制情况\n（2023年完工项目）|批复规模（㎡）|实际规模（㎡）|规模控制率|预算投资（万元）|实际投资（万元）|投资概算控制率",
    "||||||",
    "厉行节约保障措施|严格执行制度。",
)


def basic(item: str, prior: str, initial: str, executed: str) -> dict[str, str]:
    amounts = {"prior_executed": prior, "initial_budget": initial, "executed": executed}
    return {"item": item, **{name: value for name, value in amounts.items() if value}, "unit": "万元"}


BASIC_RECORDS = [
    basic("三公经费", "9.5", "8", "7.2"),
    basic("公务用车购置和维护经费", "5", "4", "3.5"),
    basic("公车购置", "0", "0", "0"),
    basic("出国经费", "0", "0", "0"),
    basic("公务接待", "4.5", "4", "3.7"),
    basic("项目支出", "100", "120", "118"),
    basic("政府采购金额", "", "20", "18.5"),
]


def test_the_table_of_basic_data() -> None:
    text = BASIC_TITLE + dump(*STAFF, *BASIC)
    assert funding(text) == BASIC_RECORDS
    assert {name: facts(text)[name] for name in ("authorized_staff", "actual_staff")} == {
        "authorized_staff": "20",
        "actual_staff": "18",
    }


@pytest.mark.parametrize("numbered", [True, False], ids=["before a number", "by their count"])
def test_rows_that_ran_together_are_parted_and_marked(numbered: bool) -> None:
    place = BASIC.index("   2、出国经费|0|0|0") + (0 if numbered else 1)
    damaged = (*BASIC[:place], f"{BASIC[place]}|{BASIC[place + 1].strip()}", *BASIC[place + 2 :])
    text = BASIC_TITLE + dump(*damaged)
    assert funding(text) == BASIC_RECORDS
    rules = {one.fields["item"].value: one.rule for one in read(text) if one.kind is RecordKind.FUNDING}
    assert [item for item, rule in rules.items() if rule == "funding.damaged_row"] == [
        BASIC_RECORDS[place - 1]["item"],
        BASIC_RECORDS[place]["item"],
    ]


def test_amounts_in_the_head_of_a_form() -> None:
    text = department_form("基本支出总额|326.58万元|项目支出预算|1,118.00元", *BODY)
    assert funding(text) == [
        {"item": "基本支出总额", "executed": "326.58", "unit": "万元"},
        {"item": "项目支出预算", "initial_budget": "1,118.00", "unit": "元"},
    ]


def test_a_list_of_projects_gives_each_its_money() -> None:
    rows = ("1|古树名木保护|30|29|96.67%|95|优", "2|湿地修复|50|50|100%|98.5|优", "|合计|80|79|98.75%||")
    text = (
        TITLE
        + "项目支出绩效自评结果汇总表\n"
        + dump("序号|项目名称|年初预算数（万元）|执行数（万元）|执行率|自评得分|自评等级", *rows)
    )
    spent = {"executed": "29", "rate": "96.67%", "unit": "万元"}
    assert funding(text, evaluation="p1") == [{"item": "古树名木保护", "initial_budget": "30", **spent}]
    assert [row["executed"] for row in funding(text, evaluation="p2")] == ["50"]
    assert funding(text, evaluation="department") == []
