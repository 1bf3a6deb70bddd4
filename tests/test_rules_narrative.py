"""Measured results in prose: what is none, how a measure is named, and what is said with its number."""

from __future__ import annotations

import pytest

from pipeline.prose.phrases import split_sentences
from schemas.text import Span
from tests.rule_samples import FORM_TITLE, TITLE, about_money, about_results, dump, indicators

NOT_RESULTS = {
    "organisation": "内设股室5个，下设事业单位2个。",
    "staff": "现有在职人员18人，编制20名。",
    "money of the budget": "全年项目支出118万元，拨付资金30万元。",
    "a rate of the budget": "预算执行率98.5%，资金支付率为100%。",
    "a share of the budget": "项目支出占全年总支出的12%。",
    "scores": "自评得分95分，其中产出指标得分50分。",
    "ordinals and ranks": "第六届花木节成功举办，绿化覆盖率全省第二。",
    "slogans": "深入实施“一号工程”和“三年百园”行动。",
    "titles": "印发《2023年义务植树实施方案》。",
    "dates": "2023年12月28日全面完工。",
    "plans": "预计明年新建公园3个，力争再建绿道5公里。",
    "planned money": "计划投资2亿元，拟建游园3处。",
    "what did not happen": "全年未发生1起安全事故。",
    "a gap": "停车位缺口30个。",
    "last year's": "上年同期为300株。",
    "last year's in a clause of its own": "去年新建公园4个。",
    "compared with others": "高于全县平均水平2.3个百分点。",
    "a small numeral that counts nothing": "一家企业即可享受全部政策。",
    "how much was evaluated": "纳入绩效自评的项目5个。",
    "what the goals were": "年度绩效目标为：新建口袋公园5个。",
    "a heading with its amount": "古树名木保护经费30.00万元",
    "a number without unit": "按照1、2、3号泵站顺序检修。",
}


@pytest.mark.parametrize("prose", NOT_RESULTS.values(), ids=NOT_RESULTS)
def test_what_is_no_result(prose: str) -> None:
    assert indicators(about_results(prose)) == []


Measure = tuple[str, ...]
RESULTS: dict[str, list[Measure]] = {
    # the name stands before the number
    "全年新建口袋公园7个。": [("新建口袋公园", "7个")],
    "城市绿化覆盖率达到41.5%。": [("城市绿化覆盖率", "41.5%")],
    "培训从业人员1,260人次，举办技术讲座12场次。": [("培训从业人员", "1,260人次"), ("举办技术讲座", "12场次")],
    "服务对象满意度98分。": [("服务对象满意度", "98分")],
    "开展“送技下乡”活动十二次。": [("开展“送技下乡”活动", "十二次")],
    "PM2.5平均浓度下降至28微克/立方米。": [("PM2.5平均浓度", "28微克/立方米")],
    "维修设施23座（处）。": [("维修设施", "23座（处）")],
    "空气质量优良天数307天。": [("空气质量优良天数", "307天")],
    "一年来苗木成活率97.2%，得到肯定。": [("苗木成活率", "97.2%")],
    "开通公交线路186路，全部运营。": [("开通公交线路", "186路")],
    "古树名木挂牌率达100%。": [("古树名木挂牌率", "100%")],
    "办结时限由15天缩短到7天。": [("办结时限", "7天")],
    "绿化面积由上年的1200亩增加到1500亩。": [("绿化面积", "1500亩")],
    # the name stands after it
    "举办200余场企业家座谈会。": [("企业家座谈会", "200余场")],
    "县园林局举办12场古树保护讲座。": [("古树保护讲座", "12场")],
    "组织开展了12次古树巡查工作。": [("古树巡查工作", "12次")],
    # parts and lists
    "新增公园5个，其中口袋公园3个、社区公园2个。": [("新增公园", "5个"), ("口袋公园", "3个"), ("社区公园", "2个")],
    "引进亿元以上项目21个，其中20亿元以上项目2个。": [("引进亿元以上项目", "21个"), ("20亿元以上项目", "2个")],
    # shares and earlier figures go with nobody
    "林业产值12亿元，占全县生产总值的8%。": [("林业产值", "12亿元")],
    "全年新建公园7个，上年新建公园4个。": [("新建公园", "7个")],
    # a wrapped line
    "全年栽植行道树\n2100株。": [("栽植行道树", "2100株")],
    # money that is no budget of the unit's
    "完成招商引资到位资金1.2亿元，带动就业300人。": [("招商引资到位资金", "1.2亿元"), ("带动就业", "300人")],
}


@pytest.mark.parametrize(("prose", "expected"), RESULTS.items())
def test_a_measure_and_its_number(prose: str, expected: list[Measure]) -> None:
    found = indicators(about_results(prose), origin="narrative")
    assert [(one["name"], one["actual"]) for one in found] == expected
    assert all(set(one) == {"name", "actual"} for one in found)


ATTACHED: dict[str, list[dict[str, str]]] = {
    # a change
    "进出口总额26.73亿元，同比增长18.35%。": [
        {"name": "进出口总额", "actual": "26.73亿元", "change": "同比增长18.35%"}
    ],
    "城市绿化覆盖率41.5%，比上年提高0.6个百分点。": [
        {"name": "城市绿化覆盖率", "actual": "41.5%", "change": "比上年提高0.6个百分点"}
    ],
    "栽植苗木3000株；同比增长8.4%。": [{"name": "栽植苗木", "actual": "3000株", "change": "同比增长8.4%"}],
    "粮食产量同比增长5.2%。": [{"name": "粮食产量", "change": "同比增长5.2%"}],
    "粮食产量12万吨，蔬菜产量同比增长5.2%。": [
        {"name": "粮食产量", "actual": "12万吨"},
        {"name": "蔬菜产量", "change": "同比增长5.2%"},
    ],
    "接待游客12万人次，旅游收入3.5亿元，同比分别增长10%和12.5%。": [
        {"name": "接待游客", "actual": "12万人次", "change": "同比分别增长10%"},
        {"name": "旅游收入", "actual": "3.5亿元", "change": "12.5%"},
    ],
    # a target
    "苗木成活率97.2%（目标值95%）。": [{"name": "苗木成活率", "actual": "97.2%", "target": "95%"}],
    "苗木成活率年度目标值为95%，实际完成97.2%。": [{"name": "苗木成活率", "actual": "97.2%", "target": "95%"}],
    "全年植树任务1000亩，实际完成1100亩。": [{"name": "植树", "actual": "1100亩", "target": "1000亩"}],
    "苗木成活率97.2%，超过95%的年度目标。": [{"name": "苗木成活率", "actual": "97.2%", "target": "95%"}],
    "事故率0.1%，控制在0.5%以内的目标要求。": [{"name": "事故率", "actual": "0.1%", "target": "0.5%以内"}],
    # a rate of completion
    "栽植行道树2100株，完成年度目标2000株的105%。": [
        {"name": "栽植行道树", "actual": "2100株", "target": "2000株", "completion_rate": "105%"}
    ],
    "新注册企业8家、到位资金5.36亿元，分别完成目标（5家、5亿元）的160%和107.2%。": [
        {"name": "新注册企业", "actual": "8家", "target": "5家", "completion_rate": "160%"},
        {"name": "到位资金", "actual": "5.36亿元", "target": "5亿元", "completion_rate": "107.2%"},
    ],
    # written like a row of a form
    "成效如下：\n①苗木成活率：目标值≥95%，实际完成97.2%，分值10分，得\n分9分；": [
        {"name": "苗木成活率", "actual": "97.2%", "target": "≥95%", "weight": "10分", "score": "9分"}
    ],
    "栽植行道树2100株，完成年度任务的105%。": [{"name": "栽植行道树", "actual": "2100株", "completion_rate": "105%"}],
}


@pytest.mark.parametrize(("prose", "expected"), ATTACHED.items())
def test_what_is_said_with_a_measure_goes_on_its_record(prose: str, expected: list[dict[str, str]]) -> None:
    assert indicators(about_results(prose), origin="narrative") == expected


@pytest.mark.xfail(reason="the rules for a number's role do not know the fiscal year")
def test_an_earlier_years_figure_is_no_result() -> None:
    found = indicators(about_results("2022年新建公园4个，2023年新建公园7个。"))
    assert [one["actual"] for one in found] == ["7个"]


def test_a_measure_that_only_repeats_another_is_one_record() -> None:
    prose = "全年新建口袋公园7个。\n二、主要成效\n共新建口袋公园7个，其中社区公园3个。"
    assert [one["actual"] for one in indicators(about_results(prose))] == ["7个", "3个"]


def test_prose_that_repeats_a_row_of_the_form_is_left_to_the_form() -> None:
    row = "产出指标|数量指标|新建口袋公园|≥5个|7个|10|10|"
    form = FORM_TITLE + dump(
        "预算部门名称|云溪县园林局", "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|备注", row
    )
    repeated = about_results("全年新建口袋公园7个。") + form
    assert [one["actual"] for one in indicators(repeated)] == ["7个"]
    assert indicators(repeated, origin="narrative") == []
    more = about_results("全年新建口袋公园7个，同比增长40%。") + form
    assert [one["change"] for one in indicators(more, origin="narrative")] == ["同比增长40%"]


def test_results_are_read_in_sections_about_money_too_but_not_duties() -> None:
    assert [one["name"] for one in indicators(about_money("支出118万元，栽植行道树2100株。"))] == ["栽植行道树"]
    assert indicators(TITLE + "一、部门基本情况\n（一）主要职责\n管理公园12个，管护行道树2100株。\n") == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "全年在城区各主次干道两侧新栽植\n行道树2100株。",
            ["全年在城区各主次干道两侧新栽植\n行道树2100株。"],
        ),  # a wrapped line
        ("全年在城区栽植行道树1.2万株，\n绿篱3公里。", ["全年在城区栽植行道树1.2万株，\n绿篱3公里。"]),
        ("新建公园。栽植行道树；养护绿地。", ["新建公园。", "栽植行道树；", "养护绿地。"]),
        ("绿道建设\n全年建成12公里。", ["绿道建设", "全年建成12公里。"]),  # a title
        ("新建公园7个\n（二）栽植行道树", ["新建公园7个", "（二）栽植行道树"]),
        ("主要成效：\n新建公园7个", ["主要成效：", "新建公园7个"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[slice(*span)].strip() for span in split_sentences(text, Span(0, len(text)))] == sentences
