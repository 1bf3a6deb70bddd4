from __future__ import annotations

import pytest

from tests.check_samples import INDICATOR_HEAD, findings, indicator, quotes, report


def doubts(sentence, field, value, after=""):
    sample = report(sentence, records=[indicator("narrative", after=after, **{field: value})])
    return sample, findings(sample, "ROLE_DIFFERS")


@pytest.mark.parametrize(
    ("sentence", "field", "value"),
    [
        ("全年新建口袋公园7个。", "actual", "7个"),
        ("全年新建口袋公园7个，比上年增加2个。", "change", "2个"),
        ("粮食总产量23.54万吨，同比增长3.2%。", "change", "3.2%"),
        ("粮食总产量23.54万吨，完成年度任务的104.6%。", "completion_rate", "104.6%"),
        ("群众满意度96%，高于目标值90%。", "target", "90%"),
        ("苗木成活率97%，高于年度目标95%的要求。", "target", "95%"),
        ("完成年度造林任务的104.6%。", "actual", "104.6%"),
        ("粮食播种面积、总产量分别为12万亩、5万吨。", "actual", "5万吨"),
        ("培训机手12期、300人。", "actual", "300人"),
        ("全年新建口袋公园\n7个。", "actual", "7个"),
    ],
    ids=[
        "result",
        "change",
        "growth",
        "rate",
        "target",
        "target behind a stop",
        "rate alone",
        "listed",
        "second of a list",
        "wrapped line",
    ],
)
def test_number_that_its_words_tell_is_no_finding(sentence, field, value):
    assert doubts(sentence, field, value)[1] == ()


def test_words_that_tell_nothing_leave_it_open():
    assert doubts("其他事项：12。", "actual", "12")[1] == ()


def test_numbers_of_a_form_are_told_by_their_columns():
    row = ["产出指标", "油茶产量", "5%", "油茶产量同比增长7%", "10", "10", ""]
    sample = report([INDICATOR_HEAD, row], records=[indicator("narrative", name=row[1], actual="7%")])
    assert findings(sample, "ROLE_DIFFERS") == ()


def test_records_of_forms_are_left_to_the_checks_of_forms():
    sample = report("粮食总产量23.54万吨，同比增长3.2%。", records=[indicator("form", actual="3.2%")])
    assert findings(sample, "ROLE_DIFFERS") == ()


@pytest.mark.parametrize(
    ("sentence", "field", "value", "said", "named"),
    [
        ("粮食总产量23.54万吨，同比增长3.2%。", "actual", "3.2%", "与上年相比的增减", "实际完成值"),
        ("粮食总产量23.54万吨，同比增长3.2%。", "target", "23.54万吨", "实际完成值", "目标值"),
        ("全年新建口袋公园7个，比上年增加2个。", "change", "7个", "实际完成值", "与上年相比的增减"),
        ("粮食总产量23.54万吨，完成年度任务的104.6%。", "change", "104.6%", "完成率", "与上年相比的增减"),
        ("群众满意度96%，高于目标值90%。", "actual", "90%", "目标值", "实际完成值"),
        ("信访量由上年的46件下降到31件。", "actual", "46件", "上年或以前的数", "实际完成值"),
        ("信访量31件，上年为46件。", "actual", "46件", "上年或以前的数", "实际完成值"),
        ("培训完成率指标分值为10分，自评得分9分。", "actual", "10分", "分值", "实际完成值"),
        ("培训完成率指标分值为10分，自评得分9分。", "actual", "9分", "得分", "实际完成值"),
    ],
    ids=[
        "change as result",
        "result as target",
        "result as change",
        "rate as change",
        "target as result",
        "from last year",
        "last year",
        "weight",
        "score",
    ],
)
def test_number_that_its_words_tell_to_be_another_is_doubted(sentence, field, value, said, named):
    sample, (finding,) = doubts(sentence, field, value)
    assert finding.detail == f"“{value}”在原文中说的是{said}，不是{named}"
    assert quotes(sample, finding) == [value]
    assert (finding.fields[0].field, finding.about_report) == (field, False)
