from __future__ import annotations

import pytest

from tests.check_samples import (
    INDICATOR_HEAD,
    MONEY_HEAD,
    codes_about_report,
    evaluation,
    findings,
    indicator_row,
    money_row,
    quotes,
    report,
)


def rows(points, scores=None):
    names = "甲乙丙丁戊己庚辛壬癸"
    pairs = zip(points, scores or points, strict=True)
    return [["产出指标", f"修路{names[n]}段", "完成", "完成", w, s, ""] for n, (w, s) in enumerate(pairs)]


def form(points, scores=None, money=("10", "100%", "10"), total="100", printed="100", skip=()):
    money_cells = ["年度资金总额", "80", "80", "80", *money]
    indicators = rows(points, scores)
    grid = [MONEY_HEAD, money_cells, INDICATOR_HEAD, *indicators, ["总分", printed, total]]
    if not printed:
        grid[-1] = ["总分", total]
    records = [evaluation(total_score=total, after="总分")]
    records += [indicator_row(row) for n, row in enumerate(indicators) if n not in skip]
    return report(grid, records=[*records, money_row(money_cells)])


NINETY = ["20", "20", "20", "30"]


@pytest.mark.parametrize(
    "sample",
    [
        form(NINETY),
        form(["22.5", "22.5", "22.5", "22.5"]),
        form(["30", "30", "40"], money=("-", "100%", "-")),  # the money is no scored row
        form(NINETY, money=("-", "100%", "-"), total="90"),  # its weight may stand in a header
        form(["30", "30", "50"], money=("10", "100%", "10"), total="120", printed="120"),  # a scale of its own
        form(["20", "20", "20", "30"], ["20", "19", "18.5", "30"], total="97.5"),
        form(["20", "20", "20", "30"], ["20", "19", "18.52", "30"], total="97.5"),
        form(["20", "20", "20", "30"], ["20", "19", "18.6", "30"], total="98"),  # a rounded total
        form(["20", "20", "20", "40"], skip={3}),  # a row was not read
        form(["20", "20", "20", "-"]),  # a row has no weight
        form(["10", "10", "1010", "60"]),  # cells run together
        form(["20", "30", "50"], money=("100", "98%", "98")),  # the form's total beside the money
        form(["45", "45"]),  # too few rows to be a form
    ],
    ids=range(13),
)
def test_form_that_adds_up_or_cannot_be_added_up_is_no_finding(sample):
    assert [code for code in codes_about_report(sample) if code.endswith("TOTAL")] == []


def test_execution_rate_among_the_indicators_is_not_counted_twice():
    money = ["年度资金总额", "80", "80", "80", "10", "100%", "10"]
    indicators = [*rows(["20", "20", "50"]), ["过程指标", "预算执行率", "100%", "100%", "10", "10", ""]]
    records = [evaluation(total_score="100", after="总分"), money_row(money)]
    records += [indicator_row(row) for row in indicators]
    sample = report([MONEY_HEAD, money, INDICATOR_HEAD, *indicators, ["总分", "100", "100"]], records=records)
    assert codes_about_report(sample) == []


def test_weights_beyond_100_are_a_finding_that_points_at_the_total_row():
    sample = form(["20", "20", "20", "40"], total="110")
    (finding,) = findings(sample)
    assert finding.code == "WEIGHT_TOTAL"
    assert finding.detail == "整体支出自评表分值：执行率10+20×3+40=110，应为100，总分栏写100"
    assert quotes(sample, finding)[-1].split() == ["总分", "100", "110"]
    assert {ref.field for ref in finding.fields} == {"weight"}


def test_weights_below_100_are_a_finding_where_the_weight_of_the_money_is_known():
    codes = codes_about_report(form(["20", "20", "20", "25"], total="100", printed=""))
    assert codes == ["WEIGHT_TOTAL"]  # and the scores are not judged: a row may be missing


@pytest.mark.parametrize(
    ("weights", "printed", "expected"),
    [
        (["20", "20", "20", "30"], "100", []),  # 10 for the money may stand in a header
        (["20", "20", "20", "38"], "98", []),  # a scale of its own
        (["20", "20", "20", "38"], "100", ["WEIGHT_TOTAL"]),  # too little for the money
    ],
)
def test_weights_below_100_without_the_weight_of_the_money(weights, printed, expected):
    rows = [["产出指标", f"修路{n}段", "完成", "完成", w, w, ""] for n, w in zip("甲乙丙丁", weights, strict=True)]
    grid = [INDICATOR_HEAD, *rows, ["总分", "", "", "", printed, printed, ""]]
    assert codes_about_report(report(grid, records=[indicator_row(row) for row in rows])) == expected


def test_scores_that_miss_the_total_are_a_finding():
    (finding,) = findings(form(NINETY, ["20", "19", "18.5", "30"], total="99"))
    assert finding.code == "SCORE_TOTAL"
    assert finding.detail == "整体支出自评表得分：执行率10+20+19+18.5+30=97.5，总分写99"


def test_scores_of_a_form_without_weights_are_added_up():
    money = ["年度资金总额", "80", "80", "80", "-", "100%", "20"]
    indicators = [["产出指标", f"修路{n}段", "完成", "完成", "-", "20", ""] for n in "甲乙丙丁"]
    records = [evaluation(total_score="99.5", after="总分"), money_row(money)]
    records += [indicator_row([*row[:4], "", row[5]]) for row in indicators]
    sample = report([MONEY_HEAD, money, INDICATOR_HEAD, *indicators, ["总分", "99.5"]], records=records)
    assert codes_about_report(sample) == ["SCORE_TOTAL"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1000.00", "951.00", "10", "95.10%", "9.51"), []),
        (("1000.00", "951.00", "10", "95.10%", "9.6"), []),  # within 0.1
        (("1000.00", "1100.00", "10", "110%", "10"), ["OVER_BUDGET"]),  # capped at the weight
        (("1000.00", "951.00", "10", "95.10%", "-"), []),
        (("1000.00", "951.00", "20", "95.10", "19.02"), []),
        (("1000.00", "951.00", "10", "95.10%", "10"), ["SCORE_RATE"]),
        (("1000.00", "951.00", "10", "95.10%", "9.3"), ["SCORE_RATE"]),
        (("1000.00", "951.00", "10", "99.10%", "9.51"), ["RATE"]),  # the score is right, the rate is not
    ],
)
def test_score_of_the_execution_rate(cells, expected):
    row = ["年度资金总额", "-", *cells]
    assert codes_about_report(report([MONEY_HEAD, row], records=[money_row(row)])) == expected
