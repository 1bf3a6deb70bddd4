from __future__ import annotations

import pytest

from tests.check_samples import INDICATOR_HEAD, codes_about_report, deviation, findings, indicator_row, report


def judge(name, target, actual, weight="10", score="10", reason="", extra=(), words=""):
    row = ["产出指标", name, target, actual, weight, score, reason]
    return report([INDICATOR_HEAD, row], words, records=[indicator_row(row), *extra])


@pytest.mark.parametrize(
    ("name", "target", "actual"),
    [
        ("修路里程", "≥12公里", "12公里"),
        ("修路里程", "12公里", "12.6公里"),
        ("修路里程", "≥1.2公里", "1300米"),
        ("修路里程", "12", "13公里"),
        ("设备故障率", "≤2%", "1.4%"),
        ("事故起数", "0起", "0起"),
        ("单价", "不超过40万元", "38.2万元"),
        ("合格率", "100%", "完成"),  # words for a number say nothing
        ("合格率", "达到100%", "达成预期指标"),
        ("受益人数", "≥1200人", "100%"),  # a share of the target, not a miss
        ("受益人数", "≥600", "98%"),
        ("满意度", "95", "0.97"),  # a share beside a percentage
        ("造价", "≤120元", "95元～130元"),
        ("受训", "≥500人", "约480人"),
        ("受训", "≥500人", "480余人"),
        ("投诉件数", "150", "96"),  # no comparator: less may be better
        ("投诉率", "2%", "1%"),
        ("投诉办结件数", "150", "156"),
        ("培训成本", "150万元", "156万元"),  # may be a part of a larger plan
        ("完成时间", "12个月", "10个月"),
        ("培训班", "＝8期", "9期"),
        ("完工时间", "12月底前", "12月20日"),
        ("完工时间", "2023年12月31日前", "2023年12月"),
        ("完工时间", "2023年12月底前", "2023年6月开工，2024年1月5日完工"),
        ("完工时间", "12月底前", "2024年1月5日"),  # December of which year is not said
        ("完工时间", "年底前", "2024年1月5日"),
        ("引进项目", "3个项目和5家企业", "1个"),
    ],
)
def test_met_or_undecidable_target_with_full_score_is_no_finding(name, target, actual):
    assert codes_about_report(judge(name, target, actual)) == []


@pytest.mark.parametrize(
    ("name", "target", "actual"),
    [
        ("修路里程", "≥1200公里", "1186公里"),
        ("修路里程", "12", "11"),
        ("修路里程", "≥1.2公里", "1100米"),
        ("完好率", "98%以上", "97.2%"),
        ("完好率", "≥98％", "97.2"),
        ("设备故障率", "≤2%", "2.4%"),
        ("设备故障率", "2%", "2.4%"),  # more of it is worse, whatever the sign
        ("造价", "不超过40万元", "45万元"),
        ("事故起数", "≤0起", "1起"),
        ("培训班", "＝8期", "7期"),
        ("合格率", "１００％", "９８％"),
        ("完工时间", "2023年10月31日前", "2023年11月28日"),
        ("完工时间", "2023年10月底前", "2023年12月"),
        ("完工时间", "10月31日前", "11月2日"),
    ],
)
def test_missed_target_with_full_score_is_a_finding(name, target, actual):
    (finding,) = findings(judge(name, target, actual))
    assert finding.code == "UNMET_FULL_SCORE"
    assert target in finding.detail
    assert actual in finding.detail


@pytest.mark.parametrize(("weight", "score"), [("10", "8"), ("10", ""), ("", ""), ("0", "0")])
def test_missed_target_without_full_score_is_no_finding(weight, score):
    assert codes_about_report(judge("修路里程", "≥12公里", "11公里", weight, score)) == []


@pytest.mark.parametrize(
    ("name", "target", "actual", "reason"),
    [
        ("修路里程", "≥12公里", "11公里", ""),
        ("修路里程", "≥12公里", "13公里", "目标定得过低"),
        ("机制健全性", "健全", "基本健全", ""),
        ("投诉件数", "150", "96", ""),
        ("培训班", "＝8期", "9期", ""),
        ("完工时间", "2023年12月底前", "2023年", ""),
    ],
)
def test_low_score_for_a_missed_explained_or_undecidable_target_is_no_finding(name, target, actual, reason):
    assert codes_about_report(judge(name, target, actual, "10", "8", reason)) == []


def test_reason_that_stands_in_a_row_for_the_whole_form_explains_a_low_score():
    words = "偏差原因：修路里程验收资料不全。"
    extra = [deviation("indicator", indicator="修路里程", reason="验收资料不全")._replace(after="偏差原因：")]
    assert codes_about_report(judge("修路里程", "≥12公里", "13公里", "10", "8", extra=extra, words=words)) == []


@pytest.mark.parametrize(
    ("name", "target", "actual"),
    [
        ("年客运量", "≥3500万人次", "3,812万人次"),
        ("满意度", "90%", "98%"),
        ("设备故障率", "≤2%", "1.4%"),
        ("投诉件数", "150", "150"),
        ("完工时间", "2023年10月31日前", "2023年9月28日"),
    ],
)
def test_met_target_with_low_score_and_no_reason_is_a_finding(name, target, actual):
    (finding,) = findings(judge(name, target, actual, "10", "9", words="单位：万元"), "MET_LOW_SCORE")
    assert "10分只得9分" in finding.detail
