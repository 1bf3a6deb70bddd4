from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.checks.registry import CheckedReport
from tests.check_samples import INDICATOR_HEAD, findings, funding, indicator, quotes, report

SIGN_HEAD = ["一级指标", "三级指标", "计算符号", "年度指标值", "计量单位", "实际完成值", "分值", "得分"]


def doubts(sample):
    return findings(sample, "COMPARATOR_DIFFERS")


def row(target, actual, /, **fields):
    """A form's row of which one value was read."""
    cells = ["产出指标", "信访事项办结", target, actual, "10", "10", ""]
    return report([INDICATOR_HEAD, cells], records=[indicator(name=cells[1], **fields)])


def signed(sign, target, /, **fields):
    """Likewise where sign, number and unit have columns of their own."""
    cells = ["产出指标", "信访事项办结", sign, target, "件", "24件", "10", "10"]
    return report([SIGN_HEAD, cells], records=[indicator(name=cells[1], **fields)])


def moved(sign, actual, /, **fields):
    """Likewise where the sign has its column behind the unit, before the result."""
    head = ["一级指标", "三级指标", "年度指标值", "计量单位", "计算符号", "实际完成值", "分值", "得分"]
    cells = ["产出指标", "信访事项办结", "20", "件", sign, actual, "10", "10"]
    return report([head, cells], records=[indicator(name=cells[1], **fields)])


def told(sentence, **fields):
    return report(sentence, records=[indicator("narrative", **fields)])


@pytest.mark.parametrize(
    "sample",
    [
        row("≥20件", "24件", target="≥20件"),
        row("≥20件", "24件", actual="24件"),
        row("20件以上", "24件", target="20件以上"),
        row("20件", "24件", target="20件"),
        row("＝20件", "20件", target="＝20件"),
        row("≥20件", "达到24件", actual="24件"),
        signed("≥", "20", target="≥\n\t20"),
        signed("", "20", target="20"),
        signed("定量", "20", target="20"),
        signed("≥", "20", actual="24件"),  # the sign is its target's
        moved("≥", "24件", actual="24件"),
        row("≤7月", "6月", target="≤7月"),
        row("≤2023年12月31日", "6月", target="≤2023年12月31日"),
        row("≥20件，其中信访积案5件", "24件", target="5件"),
    ],
    ids=[
        "sign kept",
        "sign of the target",
        "word kept",
        "no sign",
        "wide sign",
        "verb",
        "three cells",
        "empty sign",
        "kind of target",
        "result behind a sign",
        "sign right before the result",
        "month",
        "date",
        "number behind another",
    ],
)
def test_value_of_a_form_with_its_comparator_is_no_finding(sample):
    assert doubts(sample) == ()


@pytest.mark.parametrize(
    ("sentence", "field", "value"),
    [
        ("办结信访事项24件。", "actual", "24件"),
        ("群众满意度不低于90%。", "target", "不低于90%"),
        ("群众满意度95%，超过90%的年度目标。", "target", "90%"),
        ("群众满意度95%，较90%的年度目标高5个百分点。", "target", "90%"),
        ("全县油茶面积突破5000亩。", "actual", "5000亩"),
        ("全县油茶面积约5000亩。", "actual", "5000亩"),
        ("完成年度任务的120%以上。", "completion_rate", "120%以上"),
        ("油茶产量同比增长5%以上。", "change", "增长5%以上"),
        ("油茶产量5000吨，比上年增加300吨。", "change", "300吨"),
    ],
    ids=["bare", "kept", "verb that compares", "较", "突破", "约", "以上 kept", "change with 以上", "change"],
)
def test_value_in_prose_with_its_comparator_is_no_finding(sentence, field, value):
    assert doubts(told(sentence, **{field: value})) == ()


def test_money_and_points_have_no_comparators():
    money = report("专项经费不超过30万元。", records=[funding(item="专项经费", annual_budget="30", unit="万元")])
    assert doubts(money) == ()
    assert doubts(told("该项分值不超过10分。", weight="10")) == ()


@pytest.mark.parametrize(
    ("sample", "said", "kept", "place"),
    [
        (row("≥20件", "24件", target="20件"), "不低于（≥）", "没有比较符号", "≥20件"),
        (row("≤20件", "24件", target="20件"), "不超过（≤）", "没有比较符号", "≤20件"),
        (row("＞20件", "24件", target="20件"), "超过（>）", "没有比较符号", "＞20件"),
        (row("≧20件", "24件", target="20件"), "不低于（≥）", "没有比较符号", "≧20件"),
        (row("20件以上", "24件", target="20件"), "不低于（≥）", "没有比较符号", "20件以上"),
        (row("5天以内", "4天", target="5天"), "不超过（≤）", "没有比较符号", "5天以内"),
        (row("≤7月", "6月", target="7月"), "不超过（≤）", "没有比较符号", "≤7月"),
        (signed("≥", "20", target="20"), "不低于（≥）", "没有比较符号", "≥\n\t20"),
        (signed("≤", "20", target="20"), "不超过（≤）", "没有比较符号", "≤\n\t20"),
    ],
    ids=["≥", "≤", "wide >", "≧", "以上", "以内", "date", "cell before", "cell before, ≤"],
)
def test_comparator_of_a_form_that_was_dropped_is_doubted(sample, said, kept, place):
    (finding,) = doubts(sample)
    value = sample.records[0].value("target")
    assert finding.detail == f"“{value}”{kept}，原文是{said}：“{place}”"
    assert [words.strip() for words in quotes(sample, finding)] == [place]
    assert (finding.fields[0].field, finding.about_report) == ("target", False)


@pytest.mark.parametrize(
    ("sentence", "field", "value"),
    [
        ("群众满意度不低于90%。", "target", "90%"),
        ("群众满意度达90%以上。", "actual", "90%"),
        ("办结时限控制在5天以内。", "actual", "5天"),
        ("群众满意度超过90%。", "actual", "90%"),
        ("完成年度任务的120%以上。", "completion_rate", "120%"),
        ("油茶产量同比增长5%以上。", "change", "增长5%"),
    ],
    ids=["不低于", "以上", "以内", "超过", "rate", "change"],
)
def test_comparator_in_prose_that_was_dropped_is_doubted(sentence, field, value):
    (finding,) = doubts(told(sentence, **{field: value}))
    assert finding.fields[0].field == field


@pytest.mark.parametrize(("written", "value"), [("≥20件", "≤20件"), ("≥7月", "≤7月")], ids=["quantity", "month"])
def test_comparator_that_was_turned_is_doubted_with_both(written, value):
    sample = row(written, "24件", target=written.strip("≥"))
    record = sample.records[0]
    fields = tuple(replace(f, value=value) if f.name == "target" else f for f in record.fields)
    (finding,) = doubts(CheckedReport(sample.document, (replace(record, fields=fields),)))
    assert finding.detail == f"“{value}”写成了不超过（≤），原文是不低于（≥）：“{written}”"
