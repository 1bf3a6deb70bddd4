from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.checks.registry import CheckedReport
from tests.check_samples import (
    BASIC_HEAD,
    INDICATOR_HEAD,
    MONEY_HEAD,
    basic_row,
    evaluation,
    facts,
    findings,
    funding,
    indicator,
    indicator_row,
    money_row,
    quotes,
    report,
)

PLACES = ("COLUMN_DIFFERS", "ROW_DIFFERS", "TOTAL_DIFFERS")

MONEY = ["年度资金总额", "1200.00", "1250.60", "1180.25", "10", "94.37%", "9.44"]
PART = ["其中：财政拨款", "860.00", "905.10", "871.45", "", "96.28%", ""]
PARKS = ["产出指标", "新建口袋公园", "≥5个", "7个", "12", "11.5", ""]
TREES = ["产出指标", "栽植行道树", "2000株", "1800株", "8", "6.5", "苗木不足"]
STAFF_HEAD = ["人员情况", "编制数", "实际在职人数", "控制率"]
STAFF = ["在职人员", "45", "42", "93.33%"]


def codes(sample, *wanted):
    return [finding.code for finding in findings(sample, *(wanted or PLACES))]


def amount(field, value, head=MONEY_HEAD, row=MONEY):
    """A report whose funding row was read with one value, wherever in the row that value stands."""
    return report("2023年度自评", [head, row, PART[: len(row)]], records=[funding(item=row[0], **{field: value})])


def measure(field, value):
    return report([INDICATOR_HEAD, PARKS, TREES], records=[indicator(name=PARKS[1], **{field: value})])


@pytest.mark.parametrize("row", [MONEY, PART], ids=["total", "part"])
def test_amounts_in_their_own_columns_are_no_finding(row):
    assert codes(report([MONEY_HEAD, MONEY, PART], records=[money_row(row)])) == []


@pytest.mark.parametrize("row", [PARKS, TREES], ids=["parks", "trees"])
def test_values_of_an_indicator_in_their_own_columns_are_no_finding(row):
    assert codes(report([INDICATOR_HEAD, PARKS, TREES], records=[indicator_row(row)])) == []


def test_years_of_headers_are_read_by_the_years_that_they_name():
    rows = [["办公费", "12.40", "15.00", "13.85"], ["会议费", "3.10", "2.80", "2.75"]]
    sample = report("2023年度绩效自评报告", [BASIC_HEAD, *rows], records=[basic_row(rows[0]), basic_row(rows[1])])
    assert codes(sample) == []


@pytest.mark.parametrize("field", ["initial_budget", "annual_budget"])
def test_a_bare_budget_may_be_the_first_or_the_last_one(field):
    head = ["资金（万元）", "预算数", "执行数", "执行率"]
    row = ["绿化养护经费", "86.00", "79.55", "92.50%"]
    assert codes(amount(field, "86.00", head, row)) == []


def test_target_spread_over_three_columns_stands_in_its_own():
    head = ["一级指标", "三级指标", "计算符号", "年度指标值", "计量单位", "实际完成值", "分值", "得分"]
    row = ["产出指标", "新建口袋公园", "≥", "5", "个", "7个", "12", "11.5"]
    fields = {"target": "≥\n\t5\n\t个", "actual": "7个", "weight": "12", "score": "11.5"}
    assert codes(report([head, row], records=[indicator(name=row[1], **fields)])) == []


@pytest.mark.parametrize("value", ["比选", "定性"], ids=["a word", "kind of target"])
def test_words_without_a_number_are_looked_up_as_they_stand(value):
    head = ["一级指标", "三级指标", "指标性质", "年度指标值", "实际完成值", "分值", "得分"]
    row = ["产出指标", "新建口袋公园", value, "5个", "7个", "12", "11.5"]
    assert codes(report([head, row], records=[indicator(name=row[1], target=value)])) == []


def test_amounts_in_prose_stand_in_no_column():
    words = "年度资金总额预算数1250.60万元，执行数1180.25万元。"
    assert codes(report(words, records=[funding(item="年度资金总额", executed="1250.60", unit="万元")])) == []


def test_cells_of_a_row_that_was_run_together_stand_in_no_sure_column():
    row = ["年度资金总额", "1200.00", "0", *MONEY[2:]]  # one cell more than the header has
    assert codes(report([MONEY_HEAD, row], records=[funding(item=row[0], executed="1250.60")])) == []


def test_number_under_a_header_that_nobody_knows_is_taken_where_its_own_column_is_empty():
    head = ["一级指标", "三级指标", "年度指标值", "实际完成值", "年中情况", "分值", "得分"]
    assert codes(unknown(head, ["产出指标", "新建口袋公园", "5个", "", "7个", "12", "11.5"])) == []
    assert codes(unknown(head, ["产出指标", "新建口袋公园", "5个", "6个", "7个", "12", "11.5"])) == ["COLUMN_DIFFERS"]


def unknown(head, row):
    return report([head, row], records=[indicator(name=row[1], target="5个", actual="7个")])


@pytest.mark.parametrize(
    ("field", "value", "stands", "belongs", "right"),
    [
        ("initial_budget", "1250.60", "全年预算数", "年初预算数", "1200.00"),
        ("annual_budget", "1200.00", "年初预算数", "全年预算数", "1250.60"),
        ("annual_budget", "1180.25", "全年执行数", "全年预算数", "1250.60"),
        ("executed", "1250.60", "全年预算数", "执行数", "1180.25"),
        ("executed", "9.44", "得分", "执行数", "1180.25"),
        ("weight", "9.44", "得分", "分值", "10"),
        ("score", "10", "分值", "得分", "9.44"),
        ("rate", "9.44", "得分", "执行率", "94.37%"),
        ("prior_executed", "1180.25", "全年执行数", "上年决算数", None),
    ],
)
def test_amount_of_another_column_is_told_with_both_columns(field, value, stands, belongs, right):
    sample = amount(field, value)
    (finding,) = findings(sample, "COLUMN_DIFFERS")
    told = f"；该行“{belongs}”栏写的是“{right}”" if right else ""
    assert finding.detail == f"“{value}”在原文中位于“{stands}”栏，不在“{belongs}”栏{told}"
    assert quotes(sample, finding) == [value, stands, *([right] if right else [])]
    assert (finding.fields[0].field, finding.about_report) == (field, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [("target", "7个"), ("actual", "≥5个"), ("weight", "11.5"), ("score", "12"), ("actual", "12"), ("target", "11.5")],
)
def test_value_of_another_column_of_its_indicator_is_doubted(field, value):
    assert codes(measure(field, value)) == ["COLUMN_DIFFERS"]


@pytest.mark.parametrize(("field", "value"), [("prior_executed", "13.85"), ("executed", "12.40")])
def test_last_years_amount_is_told_from_this_years(field, value):
    row = ["办公费", "12.40", "15.00", "13.85"]
    sample = report("2023年度绩效自评报告", [BASIC_HEAD, row], records=[funding(item="办公费", **{field: value})])
    assert codes(sample) == ["COLUMN_DIFFERS"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"authorized_staff": "45", "actual_staff": "42"}, []),
        ({"authorized_staff": "42"}, ["COLUMN_DIFFERS"]),
        ({"actual_staff": "45"}, ["COLUMN_DIFFERS"]),
        ({"actual_staff": "93.33%"}, ["COLUMN_DIFFERS"]),
    ],
    ids=["own columns", "present as authorized", "authorized as present", "rate as present"],
)
def test_numbers_of_staff_in_a_form(fields, expected):
    assert codes(report([STAFF_HEAD, STAFF], records=[facts(**fields)])) == expected


def test_a_merged_header_tells_the_columns_under_it():
    rows = [["资金（万元）", "年初预算数", "全年执行数"], ["绿化养护", "86.00", "79.55"]]
    assert codes(widened(report(rows, records=[funding(item="绿化养护", executed="79.55")]))) == []
    assert codes(widened(report(rows, records=[funding(item="绿化养护", executed="86.00")]))) == ["COLUMN_DIFFERS"]


def test_name_merged_over_several_rows_names_them_all():
    head = ["资金（万元）", "来源", "年初预算数", "全年执行数"]
    first = ["绿化养护", "中央", "86.00", "79.55"]
    grid = [head, first, ["", "地方", "20.00", "18.40"], ["路灯", "地方", "6.00", "5.30"]]
    own, other = (report(grid, records=[funding(item="绿化养护", executed=value)]) for value in ("18.40", "5.30"))
    assert codes(with_merged_names(own)) == []
    assert codes(with_merged_names(other)) == ["ROW_DIFFERS"]


def with_merged_names(sample):
    """The report with the first cell of each row merged over the empty ones under it."""
    (table,) = sample.document.tables
    cells = [cell for cell in table.cells if cell.text]
    for place, cell in enumerate(cells):
        below = {other.row for other in cells if other.column == cell.column and other.row > cell.row}
        span = min(below, default=table.row_count) - cell.row
        cells[place] = replace(cell, row_span=span) if cell.column == 0 else cell
    whole = replace(table, cells=tuple(cells))
    return CheckedReport(replace(sample.document, tables=(whole,)), sample.records)


def widened(sample):
    """The report with a table whose every cell spans two columns, as a Word file tells it."""
    (table,) = sample.document.tables
    cells = tuple(replace(cell, column=cell.column * 2, column_span=2) for cell in table.cells)
    wide = replace(table, cells=cells, column_count=table.column_count * 2)
    return CheckedReport(replace(sample.document, tables=(wide,)), sample.records)


@pytest.mark.parametrize(
    "records",
    [
        [indicator(name="新建口袋公园", actual="7个", score="11.5")],
        [indicator(name="栽植行道树", actual="1800株", score="6.5")],
        [indicator("narrative", name="栽植行道树", actual="1800株")],
    ],
    ids=["first row", "second row", "told in prose too"],
)
def test_values_of_their_own_row_are_no_finding(records):
    assert codes(report([INDICATOR_HEAD, PARKS, TREES], records=records)) == []


def test_rows_under_one_merged_name_are_all_its_own():
    grid = [INDICATOR_HEAD, PARKS, ["", "", "300平方米", "320平方米", "8", "8", ""]]
    assert codes(report(grid, records=[indicator(name="新建口袋公园", actual="320平方米")])) == []


def test_name_in_prose_and_number_in_the_form_are_of_no_two_rows():
    sample = report("全年栽植行道树。", [INDICATOR_HEAD, PARKS], records=[indicator(name="栽植行道树", actual="7个")])
    assert codes(sample) == []


@pytest.mark.parametrize(
    ("name", "fields", "other"),
    [
        ("新建口袋公园", {"actual": "1800株"}, "栽植行道树"),
        ("新建口袋公园", {"weight": "8"}, "栽植行道树"),
        ("新建口袋公园", {"score": "6.5"}, "栽植行道树"),
    ],
    ids=["result", "weight", "score"],
)
def test_value_of_another_row_is_told_with_both_rows(name, fields, other):
    sample = report([INDICATOR_HEAD, PARKS, TREES], records=[indicator(name=name, **fields)])
    (finding,) = findings(sample, "ROW_DIFFERS")
    (value,) = fields.values()
    assert finding.detail == f"“{value}”在原文“{other}”一行，不在“{name}”一行"
    assert other in quotes(sample, finding)[1]
    assert name in quotes(sample, finding)[2]


def test_amount_of_another_item_is_doubted():
    sample = report([MONEY_HEAD, MONEY, PART], records=[funding(item="年度资金总额", executed="871.45")])
    (finding,) = findings(sample, "ROW_DIFFERS")
    assert finding.detail == "“871.45”在原文“其中：财政拨款”一行，不在“年度资金总额”一行"


def test_rows_of_two_forms_are_not_one_because_of_their_number():
    parks, trees = ([INDICATOR_HEAD, row, ["总分", "", "", "", "100", "95", ""]] for row in (PARKS, TREES))
    sample = report("甲项目自评表", parks, "乙项目自评表", trees, records=[indicator(name=PARKS[1], actual=TREES[3])])
    assert codes(sample) == ["ROW_DIFFERS"]


PROJECTS_HEAD = ["项目名称", "预算数（万元）", "执行数（万元）", "自评得分", "评价等级"]
PROJECTS = [["河道清淤", "120.00", "118.50", "96.5", "优"], ["校园修缮", "88.00", "60.00", "78", "中"]]


@pytest.mark.parametrize(
    ("part", "score"),
    [
        ("综合自评得分95.5分。", "95.5"),
        ("经自评，部门整体支出绩效综合得分为95.5分，评价等级为优。", "95.5"),
        ("本次评价结果为95.5分。", "95.5"),
        ([INDICATOR_HEAD, PARKS, ["总分", "", "", "", "100", "95.5", ""]], "95.5"),
        ([INDICATOR_HEAD, PARKS, ["总分", "95.5", "", "", "", "", ""]], "95.5"),
        ([["自评总分", "95.5", "评价等级", "优"]], "95.5"),
        ([PROJECTS_HEAD, *PROJECTS], "96.5"),
    ],
    ids=["prose", "beside a grade", "points reached", "total row", "lone total", "label and value", "projects"],
)
def test_total_score_from_where_totals_stand_is_no_finding(part, score):
    assert codes(report(part, records=[evaluation(total_score=score)])) == []


@pytest.mark.parametrize(
    ("part", "score"),
    [
        ("苗木成活率95.5%，群众满意。", "95.5"),
        ("全年栽植行道树95.5亩。", "95.5"),
        ("预算执行率分值10分，扣0.5分。", "10"),
        ([INDICATOR_HEAD, PARKS, TREES], "11.5"),
        ([INDICATOR_HEAD, PARKS, TREES], "12"),
        ([PROJECTS_HEAD, *PROJECTS], "118.50"),
        ([MONEY_HEAD, ["合计", "98.00", "99.00", "95.50", "10", "96.46%", "9.65"]], "95.50"),
        ([INDICATOR_HEAD, PARKS, ["总分", "", "", "", "100", "95.5", ""]], "100"),
    ],
    ids=["rate", "area", "weight told", "score of a row", "weight of a row", "amount", "sum of money", "full marks"],
)
def test_number_that_is_no_total_is_doubted_as_total_score(part, score):
    sample = report(part, records=[evaluation(total_score=score)])
    (finding,) = findings(sample, "TOTAL_DIFFERS")
    assert (finding.detail, quotes(sample, finding)) == (f"“{score}”在原文此处不是总分", [score])
