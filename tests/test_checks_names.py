from __future__ import annotations

import pytest

from tests.check_samples import codes_about_report, facts, findings, quotes, report

OWN = "岚水市松陵区路政管理局"


def words(text, own=OWN):
    return report(f"2023年度{own}整体支出绩效自评报告", text, records=[facts(unit_name=own)])


@pytest.mark.parametrize(
    "text",
    [
        "松陵区路政管理局较好地完成了年度绩效目标。",  # without the city
        "路政管理局的主要职责是修路。",
        "根据《云渡县财政局关于开展2023年度整体支出绩效自评的通知》，现将情况报告如下。",
        "根据云渡县财政局2023年度整体支出绩效自评要求，我局开展了自评。",
        "根据 云渡县财政局2023年度整体支出绩效自评要求，我局开展了自评。",
        "岚水市松陵区交通运输局的主要职责是修桥。",  # a body of the same place
        "岚水市城市管理局的主要职责是管理。",  # the city's
        "与云渡县路政管理局共同完成了修路任务。",
        "云渡县路政管理局来我局考察。",
        "我局较好地完成了年度绩效目标。",
        "完成云渡县公路局移交的路段。",
        "岚水市松陵区公路养护中心严格按合同约定支付资金。",  # a body of the same place
        "岚水市松陵区路政局2023年度部门整体支出绩效自评得分97分。",  # the own name shortened
        "按照云渡县路政管理局的要求落实资金。",
    ],
)
def test_own_name_other_body_of_the_place_or_mention_in_passing_is_no_finding(text):
    assert codes_about_report(words(text)) == []


@pytest.mark.parametrize("own", ["荆泽市市场监督管理局", "岐浦县市场监督管理局"])
def test_market_is_no_part_of_a_place(own):
    place = own[:3]
    assert codes_about_report(words(f"{place}城市管理局的主要职责是管理。{own}的主要职责是监督。", own)) == []
    assert codes_about_report(words("云渡县市场监督管理局的主要职责是监督。", own)) == ["FOREIGN_NAME"]


def test_own_place_with_the_city_in_front_is_the_own_place():
    assert codes_about_report(words("岚水市松陵区教育局的主要职责是办学。", "松陵区路政管理局")) == []


def test_report_without_unit_name_is_not_judged():
    assert codes_about_report(report("云渡县路政管理局较好地完成了年度绩效目标。", records=[facts()])) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2023年，云渡县公路管理局较好地完成了年度绩效目标。", "云渡县公路管理局"),
        ("岚水市青渚区公路管理局的主要职责是修路。", "岚水市青渚区公路管理局"),  # another district
        ("云渡县公路管理局的主要工作职责是修路。", "云渡县公路管理局"),
        ("现将情况报告如下：\n云渡县商务局2023年度部门整体支出绩效自评如下。", "云渡县商务局"),
        ("年初，云渡县水务局按照县财政局要求，将整体绩效目标与预算同步编制。", "云渡县水务局"),
        ("云渡县路政局严格按合同约定支付费用。", "云渡县路政局"),
        ("云渡县路政管理局2023年度预算编制合理。", "云渡县路政管理局"),
        ("综上，云渡县路政管理局整体支出管理规范。", "云渡县路政管理局"),
        # only the unit itself has the score of its whole
        ("综上，岚水市松陵区残疾人联合会2023年度部门整体支出绩效自评得分97分。", "岚水市松陵区残疾人联合会"),
        ("特此报告。\n云渡县商务局\n2024年5月6日", "云渡县商务局"),
    ],
)
def test_other_units_name_in_the_units_own_place_is_a_finding(text, name):
    sample = words(text)
    (finding,) = findings(sample)
    assert (finding.code, quotes(sample, finding)) == ("FOREIGN_NAME", [name, OWN])


def test_signature_of_the_own_unit_is_no_finding():
    assert codes_about_report(words("特此报告。\n岚水市松陵区路政管理局\n2024年5月6日")) == []
