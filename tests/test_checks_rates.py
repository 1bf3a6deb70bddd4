from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.checks.registry import CheckedReport
from schemas.stages import Status
from tests.check_samples import MONEY_HEAD, codes_about_report, findings, funding, indicator, money_row, quotes, report

TOTAL = "年度资金总额"


def form(*cells: str):
    return report([MONEY_HEAD, [TOTAL, *cells]], records=[money_row([TOTAL, *cells])])


@pytest.mark.parametrize(
    "cells",
    [
        ("800.00", "1,000.00", "943.40", "-", "94.34%", "-"),
        ("-", "1000", "944", "-", "94%", "-"),  # 94.4 % rounds to 94 %
        ("-", "３００", "２８５", "-", "９５％", "-"),
        ("-", "1000.00", "950.00", "-", "95.00", "-"),  # a bare rate in percent
        ("-", "1000.00", "950.00", "-", "0.95", "-"),  # and as a share
        ("500.00", "-", "480.00", "-", "96.00%", "-"),  # only 年初预算数 is given
        ("500.00", "600.00", "480.00", "-", "96.00%", "-"),  # the rate divides by 年初预算数
        ("-", "0", "0", "-", "100%", "-"),
        ("-", "2", "1.98", "-", "96%", "-"),  # 2 may be 2.06
        ("-", "1000.00", "950.00", "-", "-", "-"),
    ],
)
def test_rate_that_follows_from_its_amounts_is_no_finding(cells):
    assert codes_about_report(form(*cells)) == []


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (("800.00", "1,000.00", "943.40", "-", "95.34%", "-"), "943.40万元/1,000.00万元=94.34%，报告写95.34%"),
        (("-", "1000.00", "943.40", "-", "94.33%", "-"), "=94.34%，报告写94.33%"),
        (("500.00", "-", "480.00", "-", "69%", "-"), "480.00万元/500.00万元=96%，报告写69%"),
    ],
)
def test_rate_that_does_not_follow_is_a_finding_with_its_arithmetic(cells, shown):
    sample = form(*cells)
    (finding,) = findings(sample)
    assert (finding.code, finding.about_report) == ("RATE", True)
    assert shown in finding.detail
    assert quotes(sample, finding)[-1] == cells[4]
    assert {ref.field for ref in finding.fields} >= {"executed", "rate"}


def test_amount_that_the_text_does_not_vouch_for_is_not_divided():
    sample = form("-", "1000.00", "943.40", "-", "95.34%", "-")
    record = sample.records[0]
    lost = replace(record.fields[2], status=Status.NUMBER_MISMATCH)
    assert lost.name == "executed"
    fields = (*record.fields[:2], lost, *record.fields[3:])
    assert findings(CheckedReport(sample.document, (replace(record, fields=fields),)), "RATE") == ()


@pytest.mark.parametrize(
    ("sentence", "fields"),
    [
        ("新建公路12.5公里，完成目标12公里的104.2%", ("新建公路", "12.5公里", "12公里", "104.2%")),
        ("引资26.73亿元，完成任务25亿元的106.92%", ("引资", "26.73亿元", "25亿元", "106.92%")),
        ("受训千余人，完成目标800人的120%", ("受训", "千余人", "800人", "120%")),
        ("合格率95%，完成目标90%的100%", ("合格率", "95%", "90%", "100%")),
    ],
)
def test_completion_rate_within_rounding_or_beyond_judgement_is_no_finding(sentence, fields):
    names = ("name", "actual", "target", "completion_rate")
    sample = report(sentence, records=[indicator("narrative", **dict(zip(names, fields, strict=True)))])
    assert codes_about_report(sample) == []


def test_completion_rate_of_plain_counts_is_exact():
    sample = report(
        "新增托位540个，完成目标500个的107%",
        records=[indicator("narrative", name="新增托位", actual="540个", target="500个", completion_rate="107%")],
    )
    (finding,) = findings(sample)
    assert finding.code == "RATE"
    assert "540个/500个=108%，报告写107%" in finding.detail


@pytest.mark.parametrize(("rate", "expected"), [("94.64%", []), ("95%", []), ("94.00%", ["RATE"]), ("94.6%", [])])
def test_staff_rate(rate, expected):
    grid = [["财政供养人员情况", "编制数", "2023年实际在职人数", "控制率"], ["", "56", "53", rate]]
    assert codes_about_report(report(grid)) == expected


def test_rate_in_prose_is_checked_too():
    sample = report(
        "全年预算数70万元，执行数66万元，完成预算的84.29%。",
        records=[funding(item="全年", annual_budget="70", executed="66", rate="84.29%", unit="万元")],
    )
    assert codes_about_report(sample) == ["RATE"]
