from __future__ import annotations

import pytest

from tests.check_samples import BASIC_HEAD, MONEY_HEAD, findings, funding, money_row, quotes, report

OWN = ("UNIT_DIFFERS", "VALUE_NOT_AMOUNT", "ROLE_DIFFERS")
ROW = ["绿化养护经费", "86.00", "88.00", "79.55", "10", "90.40%", "9.04"]
BARE_HEAD = ["资金", *MONEY_HEAD[1:]]


def codes(sample, *wanted):
    return [finding.code for finding in findings(sample, *(wanted or OWN))]


def told(sentence, year="", after="", **fields):
    return report(year, sentence, records=[funding(after=after, **fields)])


def listed(*parts, unit="万元", **fields):
    """A form's row of which an amount was read; the sample's unit is found anywhere."""
    record = funding(item=ROW[0], **(fields or {"executed": "79.55"}), **({"unit": unit} if unit else {}))
    return report(*parts, "注：金额可用万元、亿元或元。", records=[record])


@pytest.mark.parametrize(
    "sample",
    [
        told("绿化养护经费支出79.55万元。", item="绿化养护经费", executed="79.55", unit="万元"),
        told("绿化养护经费支出79.55万。", item="绿化养护经费", executed="79.55", unit="万"),
        told("绿化养护、路灯维修经费分别为79.55、12.40万元。", item="绿化养护", executed="79.55", unit="万元"),
        told("绿化养护经费支出79.55。", item="绿化养护经费", executed="79.55"),
        listed([MONEY_HEAD, ROW]),
        listed("单位：万元", [BARE_HEAD, ROW]),
        listed([BARE_HEAD, ["绿化养护经费（万元）", *ROW[1:]]]),
        listed([["资金", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）", *BARE_HEAD[4:]], ROW]),
        listed([BARE_HEAD, ROW], unit="元"),
        listed("单位：万元", [BARE_HEAD, ROW], unit=""),
        listed([["内容", "数量"], ["绿化养护经费", "79.55，每亩5元"]]),
        listed([MONEY_HEAD, [*ROW[:3], "79.55元", *ROW[4:]]], unit="元"),
    ],
    ids=[
        "beside the amount",
        "万",
        "later in the sentence",
        "none at all",
        "head of the block",
        "over the table",
        "in the row's label",
        "in the column's head",
        "nowhere stated",
        "stated, not read",
        "table that is no form",
        "in the cell, against the head",
    ],
)
def test_amount_with_the_unit_that_its_place_states_is_no_finding(sample):
    assert codes(sample, "UNIT_DIFFERS") == []


@pytest.mark.parametrize(
    ("sample", "detail", "evidence", "fields"),
    [
        (
            told("绿化养护经费支出79.55亿元（单位：万元）。", item="绿化养护经费", executed="79.55", unit="万元"),
            "记录的单位是“万元”，“79.55”在原文中的单位是“亿元”",
            ["79.55亿元"],
            ["executed", "unit"],
        ),
        (
            told("绿化养护经费支出79.55万元。", item="绿化养护经费", executed="79.55"),
            "记录没有单位，“79.55”在原文中的单位是“万元”",
            ["79.55万元"],
            ["executed"],
        ),
        (
            told("捐款支出12万美元，折合人民币86万元。", item="捐款支出", executed="12", unit="万元"),
            "记录的单位是“万元”，“12”在原文中的单位是“万美元”",
            ["12万美元"],
            ["executed", "unit"],
        ),
        (
            told("两项经费分别为79.55、12.40万元（1元以下略）。", item="经费", executed="79.55", unit="元"),
            "记录的单位是“元”，“79.55”在原文中的单位是“万元”",
            ["79.55", "万元"],
            ["unit"],
        ),
        (
            listed([MONEY_HEAD, ROW], unit="亿元"),
            "记录的单位是“亿元”，“79.55”在原文中的单位是“万元”",
            ["79.55", "万元"],
            ["unit"],
        ),
        (
            listed("单位：元", [BARE_HEAD, ROW]),
            "记录的单位是“万元”，“79.55”在原文中的单位是“元”",
            ["79.55", "元"],
            ["unit"],
        ),
        (
            listed([["资金（万元）", "年初预算数", "全年预算数", "全年执行数（元）", *BARE_HEAD[4:]], ROW]),
            "记录的单位是“万元”，“79.55”在原文中的单位是“元”",
            ["79.55", "元"],
            ["unit"],
        ),
        (
            listed([MONEY_HEAD, ["绿化养护经费（元）", *ROW[1:]]]),
            "记录的单位是“万元”，“79.55”在原文中的单位是“元”",
            ["79.55", "元"],
            ["unit"],
        ),
        (
            listed([MONEY_HEAD, [*ROW[:3], "79.55 元", *ROW[4:]]]),
            "记录的单位是“万元”，“79.55”在原文中的单位是“元”",
            ["79.55 元"],
            ["executed", "unit"],
        ),
    ],
    ids=[
        "scale",
        "dropped",
        "currency",
        "end of the list",
        "head of the block",
        "over the table",
        "column",
        "row",
        "cell",
    ],
)
def test_amount_with_another_unit_than_its_place_states_is_doubted(sample, detail, evidence, fields):
    (finding,) = findings(sample, "UNIT_DIFFERS")
    assert (finding.detail, quotes(sample, finding)) == (detail, evidence)
    assert [ref.field for ref in finding.fields] == fields
    assert not finding.about_report


def test_a_record_with_a_wrong_unit_is_told_once():
    assert codes(report([MONEY_HEAD, ROW], records=[money_row(ROW)]), "UNIT_DIFFERS") == []
    fields = {"initial_budget": "86.00", "annual_budget": "88.00", "executed": "79.55"}
    assert codes(listed([MONEY_HEAD, ROW], unit="亿元", **fields), "UNIT_DIFFERS") == ["UNIT_DIFFERS"]


@pytest.mark.parametrize(
    ("sentence", "fields"),
    [
        ("绿化养护经费支出79.55万元。", {"executed": "79.55", "unit": "万元"}),
        ("绿化养护经费支出79.55。", {"executed": "79.55"}),
        ("绿化养护经费支出12万美元。", {"executed": "12", "unit": "万美元"}),
        ("绿化养护经费执行率90.40%。", {"rate": "90.40%"}),
        ("绿化养护经费执行率为0.904。", {"rate": "0.904"}),
        ("绿化养护经费是年初预算的1.2倍。", {"rate": "1.2倍"}),
    ],
    ids=["money", "bare", "dollars", "percent", "quotient", "multiple"],
)
def test_amounts_and_rates_are_what_they_should_be(sentence, fields):
    assert codes(told(sentence, item="绿化养护经费", **fields), "VALUE_NOT_AMOUNT") == []


@pytest.mark.parametrize(
    ("sentence", "field", "value", "named"),
    [
        ("绿化养护经费执行率90.40%。", "executed", "90.40", "金额"),
        ("绿化养护经费管护面积79.55亩。", "executed", "79.55", "金额"),
        ("绿化养护经费惠及群众320人。", "annual_budget", "320", "金额"),
        ("绿化养护经费较上年下降3.2个百分点。", "initial_budget", "3.2", "金额"),
        ("绿化养护经费支出79.55万元。", "rate", "79.55", "比率"),
        ("绿化养护经费管护面积79.55亩。", "rate", "79.55", "比率"),
    ],
    ids=["rate", "area", "people", "points", "money as rate", "area as rate"],
)
def test_number_of_another_kind_is_no_amount(sentence, field, value, named):
    sample = told(sentence, item="绿化养护经费", **{field: value})
    (finding,) = findings(sample, "VALUE_NOT_AMOUNT")
    assert (finding.detail, quotes(sample, finding)) == (f"“{value}”在原文中不是{named}", [value])
    assert (finding.fields[0].field, finding.about_report) == (field, False)


@pytest.mark.parametrize(
    ("sentence", "field", "value"),
    [
        ("绿化养护经费年初预算为86万元，全年预算88万元，支出79.55万元。", "initial_budget", "86"),
        ("绿化养护经费年初预算为86万元，全年预算88万元，支出79.55万元。", "annual_budget", "88"),
        ("绿化养护经费年初预算为86万元，全年预算88万元，支出79.55万元。", "executed", "79.55"),
        ("绿化养护经费预算为86万元。", "initial_budget", "86"),
        ("绿化养护经费预算为86万元。", "annual_budget", "86"),
        ("下达绿化养护资金86万元。", "annual_budget", "86"),
        ("安排绿化养护经费86万元。", "executed", "86"),
        ("绿化养护经费2022年支出71.20万元，2023年支出79.55万元。", "prior_executed", "71.20"),
        ("绿化养护经费2022年支出71.20万元，2023年支出79.55万元。", "executed", "79.55"),
    ],
    ids=[
        "first budget",
        "last budget",
        "spent",
        "bare budget, first",
        "bare budget, last",
        "下达",
        "安排",
        "earlier year",
        "own year",
    ],
)
def test_amount_in_prose_that_its_words_put_there_is_no_finding(sentence, field, value):
    sample = told(sentence, "2023年度绩效自评报告", sentence, item="绿化养护", unit="万元", **{field: value})
    assert codes(sample, "ROLE_DIFFERS") == []


def test_amounts_of_a_form_are_told_by_their_columns():
    row = ["办公费", "12.40", "追加后全年预算15.00", "13.85"]
    sample = report("2023年度绩效自评报告", [BASIC_HEAD, row], records=[funding(item=row[0], initial_budget="15.00")])
    assert codes(sample, "ROLE_DIFFERS") == []


@pytest.mark.parametrize(
    ("field", "value", "said", "named"),
    [
        ("executed", "86", "年初预算数", "执行数"),
        ("executed", "88", "全年预算数", "执行数"),
        ("initial_budget", "79.55", "执行数", "年初预算数"),
        ("annual_budget", "86", "年初预算数", "全年预算数"),
        ("executed", "71.20", "上年决算数", "执行数"),
        ("prior_executed", "79.55", "执行数", "上年决算数"),
    ],
    ids=["first budget", "last budget", "spent as budget", "first as last", "last year", "this year as last"],
)
def test_amount_in_prose_of_another_column_is_doubted(field, value, said, named):
    words = "绿化养护经费2022年支出71.20万元，年初预算为86万元，全年预算88万元，支出79.55万元。"
    sample = told(words, "2023年度绩效自评报告", words, item="绿化养护", unit="万元", **{field: value})
    (finding,) = findings(sample, "ROLE_DIFFERS")
    assert finding.detail == f"“{value}”在原文中是{said}，不是{named}"
    assert quotes(sample, finding) == [value]
    assert (finding.fields[0].field, finding.about_report) == (field, False)
