from __future__ import annotations

import pytest

from tests.check_samples import codes_about_report, findings, funding, quotes, report


def prose(sentence, total, item="项目支出"):
    return report(sentence, records=[funding(item=item, executed=total, unit="万元")])


@pytest.mark.parametrize(
    ("sentence", "total", "item"),
    [
        ("项目支出12.00万元，包括修桥7.00万元、铺路5.00万元。", "12.00", "项目支出"),
        ("项目支出12.01万元（修桥7.00万元；铺路5.00万元）。", "12.01", "项目支出"),  # rounding
        ("项目支出12.00万元，其中修桥3.00万元、铺路5.00万元。", "12.00", "项目支出"),  # 其中 may name some only
        ("项目支出12.00万元，包括修桥3.00万元、铺路5.00万元等。", "12.00", "项目支出"),
        ("项目支出12.00万元，包括修桥预算7.00万元、修桥支出6.00万元、铺路支出5.00万元。", "12.00", "项目支出"),
        ("项目支出12.00万元（较上年增加3.00万元，增加的3.00万元为铺路）。", "12.00", "项目支出"),
        ("项目支出12.00万元，其中修桥7.00万元，上年9.00万元。", "12.00", "项目支出"),
        ("项目支出12.00万元，其中修桥约9.00万元、铺路5.00万元。", "12.00", "项目支出"),
        ("项目支出12.00万元，包括修桥7.00万元（人工4.00万元、材料3.00万元）、铺路5.00万元。", "12.00", "项目支出"),
        ("总支出12.00万元。其中基本支出7.00万元，项目支出5.00万元，包括修桥2.00万元、铺路3.00万元", "12.00", "总支出"),
        ("项目支出12.00万元，包括修桥7.00万元。铺路9.00万元、栽树8.00万元。", "12.00", "项目支出"),
        ("三公经费3.00万元，其中：公务接待费1.00万元，公务用车运行维护费1.50万元。", "3.00", "三公经费"),
    ],
)
def test_list_in_prose_that_adds_up_or_cannot_be_judged_is_no_finding(sentence, total, item):
    assert codes_about_report(prose(sentence, total, item)) == []


@pytest.mark.parametrize(
    ("sentence", "total", "item"),
    [
        ("项目支出12.00万元，包括修桥7.00万元、铺路4.00万元。", "12.00", "项目支出"),
        ("项目支出12.00万元（修桥7.00万元；铺路4.00万元）。", "12.00", "项目支出"),
        ("项目支出12.00万元，其中修桥9.00万元、铺路5.00万元。", "12.00", "项目支出"),  # more than the whole
        ("总支出12.00万元。其中：基本支出7.00万元，项目支出4.00万元。", "12.00", "总支出"),
        ("基本支出12.00万元，其中：人员经费7.00万元，公用经费4.00万元。", "12.00", "基本支出"),
        ("三公经费3.00万元，其中公务接待费1.00万元，公务用车运行费1.50万元，无因公出国支出。", "3.00", "三公经费"),
    ],
)
def test_list_in_prose_that_misses_its_total_is_a_finding(sentence, total, item):
    assert codes_about_report(prose(sentence, total, item)) == ["SUM"]


@pytest.mark.parametrize(
    "sentence",
    [
        "项目支出12.00万元，主要包括：修桥（3.00万元）、铺路（5.00万元）。",  # 主要 leaves some out
        "项目支出12.00万元，主要包括：修桥（7.00万元）、铺路（5.00万元）。",
        "2023年项目支出预算20.00万元，实际支出12.00万元。其中：修桥7.00万元、铺路5.00万元。",
        "2023年项目支出全年预算12.00万元，实际支出11.50万元，执行率95.83%。其中：修桥7.00万元、铺路5.00万元。",
        "基本支出7.00万元，项目支出5.00万元。其中：修桥7.00万元、铺路5.00万元。",  # of which of the two?
        "基本支出7.00万元，其中人员经费4.00万元、公用经费3.00万元；项目支出5.00万元。",
        "支出12.00万元，其中：基本支出7.00万元，占58.33%；项目支出5.00万元，占41.67%。",
        "项目支出主要用于：营养改善计划7.00万元，铺路5.00万元，以上两项共计12.00万元。",
        "项目支出主要用于：修桥7.00万元，铺路5.00万元，栽树1.00万元，以上两项共计12.00万元。",
        "项目支出12.00万元，比上年增长3%。主要项目如下：\n（1）修桥7.00万元；\n（2）铺路5.00万元。\n（3）栽树8.00万元。",
    ],
)
def test_lists_whose_whole_is_met_or_not_told(sentence):
    assert codes_about_report(report(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("项目支出12.00万元，主要包括：修桥（8.00万元）、铺路（5.00万元）。", "分项8+5=13，报告写12.00万元，相差1"),
        ("项目支出12.00万元，用于以下方面：修桥7.00万元；铺路\n4.00万元。", "分项7+4=11，报告写12.00万元，相差1"),
        (
            "项目支出主要用于：营养改善计划7.00万元，铺路4.00万元，以上两项共计12.00万元。",
            "分项7+4=11，报告写12.00万元，相差1",
        ),
        (
            "项目支出12.00万元，比上年增长3%。主要项目如下：\n（1）修桥7.00万元；\n（2）铺路6.00万元。",
            "分项7+6=13，报告写12.00万元，相差1",
        ),
    ],
)
def test_lists_that_miss_their_whole(sentence, shown):
    (finding,) = findings(report(sentence))
    assert finding.code == "SUM"
    assert shown in finding.detail


@pytest.mark.parametrize(
    "sentence",
    [
        "基本支出12.00万元，其中人员经费7.00万元，公用经费5.00万元。",
        "项目支出12.00万元，其中购置设备3，修桥7.00万元。",  # a count whose unit is missing is no money
        "公用经费支出2023，比上年5.00万元减少。",
        "本年度没有安排公用经费3。",  # nothing beside it tells that it is money of a list
        "项目支出12.00万元，用于资金3个方面。",
    ],
)
def test_numbers_that_are_no_amounts_without_their_unit(sentence):
    assert "UNIT" not in codes_about_report(report(sentence))


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [
        ("基本支出33.00万元，其中：人员经费（7.00万元）；公用经费（26）。", "26"),
        ("基本支出33.00万元，人员经费7.00万元；公用经费26，用于办公。", "26"),
        ("项目支出12.00万元，其中修桥7.00万元，古树保护4.00，栽树1.00万元。", "4.00"),
    ],
)
def test_amount_of_a_list_without_its_unit(sentence, bare):
    sample = report(sentence)
    (finding,) = findings(sample)
    assert (finding.code, quotes(sample, finding)[0]) == ("UNIT", bare)


def test_list_that_adds_up_only_in_the_unit_of_its_total_shows_an_impossible_unit():
    words = "项目支出428.30万元，包括修桥支出286.50元、铺路支出141.80万元。"
    records = [
        funding(item="项目支出", executed="428.30", unit="万元"),
        funding(item="修桥", executed="286.50", unit="元"),
    ]
    sample = report(words, records=records)
    (finding,) = findings(sample)
    assert (finding.code, quotes(sample, finding)[0]) == ("UNIT", "286.50元")
    assert finding.fields[0].record == 1


def test_whole_in_another_unit_than_all_its_parts_is_the_impossible_one():
    sample = report("数据整合58元（其中调查费36万元、数字化费22万元）。")
    (finding,) = findings(sample)
    assert (finding.code, quotes(sample, finding)[0]) == ("UNIT", "58元")
    assert codes_about_report(report("数据整合69元（其中调查费36万元、数字化费22万元）。")) == ["SUM"]
