from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.checks.registry import CheckedReport
from schemas.stages import Status
from schemas.text import Span
from tests.check_samples import MONEY_HEAD, facts, findings, funding, indicator, money_row, report


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
