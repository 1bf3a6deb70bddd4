from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.checks.registry import CheckedReport
from schemas.stages import Status
from schemas.text import Span
from tests.check_samples import MONEY_HEAD, evaluation, facts, findings, funding, indicator, money_row, quotes, report


def with_field(sample, name, **changes):
    record = sample.records[0]
    fields = tuple(replace(field, **changes) if field.name == name else field for field in record.fields)
    return CheckedReport(sample.document, (replace(record, fields=fields),))


def codes(sample):
    return [finding.code for finding in findings(sample) if not finding.about_report]


@pytest.mark.parametrize(
    ("sentence", "fields"),
    [
        ("基本支出1,793.18万元。", {"item": "基本支出", "executed": "1,793.18", "unit": "万元"}),
        ("基本支出1793.18万，", {"item": "基本支出", "executed": "1793.18", "unit": "万"}),
        ("基本支出7.5亿元", {"item": "基本支出", "executed": "7.5", "unit": "亿元"}),
        ("执行率为98.00%。", {"item": "执行率", "rate": "98.00%"}),
        ("全年基本支出2.5万元；项目支出", {"item": "基本支出", "executed": "2.5", "unit": "万元"}),
    ],
)
def test_number_as_it_stands_is_no_finding(sentence, fields):
    assert codes(report(sentence, records=[funding(**fields)])) == []


def test_fiscal_year_that_stands_everywhere_is_not_ambiguous():
    sample = with_field(report("2023年", records=[facts(fiscal_year="2023")]), "fiscal_year", status=Status.AMBIGUOUS)
    assert codes(sample) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.ABSENT, "VALUE_NOT_FOUND"),
        (Status.NUMBER_MISMATCH, "VALUE_DIFFERS"),
        (Status.AMBIGUOUS, "VALUE_AMBIGUOUS"),
    ],
)
def test_value_that_is_not_vouched_for_is_doubted(status, code):
    sample = report("基本支出18万元。", records=[funding(item="基本支出", executed="18", unit="万元")])
    (finding,) = findings(with_field(sample, "executed", status=status, span=None), code)
    assert (finding.fields[0].field, finding.about_report) == ("executed", False)
    assert finding.evidence


@pytest.mark.parametrize(
    ("sentence", "value", "written"),
    [
        ("基本支出793.18万元。", "18", "18"),  # the end of a longer number
        ("基本支出18.75万元。", "18", "18"),  # its beginning
        ("基本支出1,018万元。", "1", "1"),
        ("基本支出181万元。", "18", "18"),
        ("基本支出19万元。", "18", "19"),
        ("基本支出1８.5万元。", "18", "1８"),
        ("基本支出10\n\t10\n。", "1010", "10\n\t10"),  # two cells
    ],
)
def test_vouched_value_whose_characters_say_another_number_is_doubted(sentence, value, written):
    sample = report(sentence, records=[funding(item="基本支出")])
    record = sample.records[0]
    start = sentence.index(written)
    field = replace(record.fields[0], name="executed", value=value, span=Span(start, start + len(written)))
    changed = replace(record, fields=(*record.fields, field))
    found = [f.code for f in findings(CheckedReport(sample.document, (changed,)), "VALUE_DIFFERS")]
    assert found == ["VALUE_DIFFERS"]


@pytest.mark.parametrize(
    ("sentence", "fields"),
    [
        ("基本支出18元。基本上按万元计", {"item": "基本支出", "executed": "18", "unit": "万元"}),
        ("基本支出18亿元（单位：万元）", {"item": "基本支出", "executed": "18", "unit": "万元"}),
        ("基本支出18万元", {"item": "基本支出", "executed": "18"}),
    ],
)
def test_unit_beside_the_number_that_differs_from_the_records_is_doubted(sentence, fields):
    assert "UNIT_DIFFERS" in codes(report(sentence, records=[funding(**fields)]))


@pytest.mark.parametrize(
    ("sentence", "actual", "expected"),
    [
        ("满意度98%", "98%", []),
        ("登记512家", "512家", []),
        ("登记512", "512", []),
        ("满意度98%", "98", ["UNIT_DIFFERS"]),
        ("引资3.5亿元", "3.5", ["UNIT_DIFFERS"]),
        ("登记512家", "512", ["UNIT_DIFFERS"]),
        ("登记512 家", "512", ["UNIT_DIFFERS"]),
        ("登记512以上", "512", ["COMPARATOR_DIFFERS"]),
        ("登记512家次", "512家", []),
        ("登记512，注销3家", "512", []),
        ("登记512-520家", "512-520", ["UNIT_DIFFERS"]),
        ("登记512\n\t家", "512", []),
        ("满意度98\n%", "98", ["UNIT_DIFFERS"]),
    ],
)
def test_measure_carries_its_unit(sentence, actual, expected):
    sample = report(sentence, records=[indicator("narrative", name=sentence[:2], actual=actual)])
    assert codes(sample) == expected


@pytest.mark.parametrize(
    ("weight", "score", "expected"),
    [
        ("10", "10", []),
        ("10分", "9.5分", []),
        ("10", "10.5", ["SCORE_OVER_WEIGHT"]),
        ("1010", "10", ["POINTS_OVER_100"]),
        ("十分", "优", ["VALUE_NOT_NUMERIC"] * 2),
    ],
)
def test_points(weight, score, expected):
    row = ["年度资金总额", "-", "-", "-", weight, "-", score]
    assert sorted(codes(report([MONEY_HEAD, row], records=[money_row(row)]))) == sorted(expected)


@pytest.mark.parametrize(
    ("detail", "field"),
    [("“98”漏了原文数字后的单位“%”", "rate"), ("“512”漏了原文数字后的单位“家”", "actual")],
    ids=["rate", "count"],
)
def test_missing_unit_is_shown_behind_its_number(detail, field):
    words = "执行率98%，登记512家"
    record = funding(rate="98") if field == "rate" else indicator("narrative", actual="512")
    sample = report(words, records=[record])
    (finding,) = findings(sample, "UNIT_DIFFERS")
    assert finding.detail == detail
    assert quotes(sample, finding) == ["98%" if field == "rate" else "512家"]


def dated(sentence, value, field="target"):
    """A report whose value is a part of what stands there."""
    start = sentence.index(value)
    span = Span(start, start + len(value))
    kind = facts if field == "fiscal_year" else indicator
    sample = report(sentence, records=[kind(**{field: value})])
    return with_field(sample, field, span=span)


@pytest.mark.parametrize(
    ("sentence", "value", "field"),
    [
        ("工期3年以内", "3年以内", "target"),
        ("工期3年内完成", "3", "target"),
        ("质保期限3年期", "3", "target"),
        ("2023年", "2023", "fiscal_year"),
        ("2023年12月", "2023年12月", "target"),
        ("每月3次", "3次", "target"),
        ("日均3吨", "3吨", "actual"),
        ("接待100人月均8人", "100人", "actual"),
    ],
    ids=["term", "within a term", "of a term", "year of the report", "whole date", "a month", "a day", "monthly mean"],
)
def test_number_that_is_no_part_of_a_date_is_no_finding(sentence, value, field):
    assert findings(dated(sentence, value, field), "VALUE_DIFFERS") == ()


@pytest.mark.parametrize(
    ("sentence", "value"),
    [("2023年底前完成", "2023"), ("12月底前完成", "12"), ("6月30日前完成", "30"), ("6月3０日前完成", "3０")],
    ids=["year", "month", "day", "wide digit"],
)
def test_part_of_a_date_is_doubted(sentence, value):
    sample = dated(sentence, value)
    (finding,) = findings(sample, "VALUE_DIFFERS")
    assert finding.detail == f"“{value}”只是出处一个日期的一部分"
    assert quotes(sample, finding) == [value]


def quoted(record, words, sentence="路灯维修经费支出12.40万元。绿化养护经费支出79.55万元。", status=Status.EXACT):
    """The report with a record whose quote is these words."""
    sample = report(sentence, records=[record])
    start = sentence.index(words)
    one = sample.records[0]
    quote = replace(one.quote, value=words, status=status, span=Span(start, start + len(words)))
    return CheckedReport(sample.document, (replace(one, quote=quote),))


OTHER = "路灯维修经费支出12.40万元"


@pytest.mark.parametrize(
    "sample",
    [
        quoted(funding(item="路灯", executed="12.40", unit="万元"), OTHER),
        quoted(funding(executed="79.55", unit="万元"), OTHER, status=Status.NUMBER_MISMATCH),
        quoted(evaluation(total_score="79.55"), OTHER),
        quoted(facts(actual_staff="79.55"), OTHER),
        quoted(funding(item="绿化养护经费", unit="万元"), OTHER),
        report("支出79.55万元。", records=[funding(executed="79.55", unit="万元")]),
    ],
    ids=["inside", "quote that differs", "evaluation", "facts", "no number", "quote of its own"],
)
def test_value_that_may_stand_where_it_does_is_no_finding(sample):
    assert findings(sample, "VALUE_OUTSIDE_QUOTE") == ()


def test_value_outside_its_records_quote_is_doubted_with_both_places():
    sample = quoted(funding(executed="79.55", unit="万元"), OTHER)
    (finding,) = findings(sample, "VALUE_OUTSIDE_QUOTE")
    assert finding.detail == f"“79.55”不在该记录的引文“{OTHER}”之内"
    assert quotes(sample, finding) == ["79.55", OTHER]
    assert (finding.fields[0].field, finding.about_report) == ("executed", False)
