"""What departed from the plan and why, told in one breath in prose."""

from __future__ import annotations

import pytest

from tests.rule_samples import about_money, about_results, deviations


@pytest.mark.parametrize(
    "prose",
    [
        "支出118万元，低于年初预算120万元。",  # a difference without a word on it
        "全年新建公园7个，主要原因是资金到位及时。",  # nothing departed
        "项目支出低于预算，主要原因见附表说明。",
        "项目支出低于预算，详细情况另行说明。",
        "存在偏差的主要原因如下：",
        "项目支出低于预算，主要原因是无。",
        "绿化工作有序推进，主要是管护及时到位。",
    ],
)
def test_what_is_no_departure(prose: str) -> None:
    assert deviations(about_results(prose)) == []


BUDGET: dict[str, dict[str, str]] = {
    "项目支出低于年初预算，主要原因是部分工程尚未完工。": {
        "description": "项目支出低于年初预算",
        "reason": "部分工程尚未完工。",
    },
    "支出决算数大于预算数，主要是年中追加了专项资金。": {
        "description": "支出决算数大于预算数",
        "reason": "年中追加了专项资金。",
    },
    "预算执行率偏低，系因招标周期较长。": {"description": "预算执行率偏低", "reason": "招标周期较长。"},
    "项目资金结余12万元。结余的原因是招标价低于控制价。": {
        "description": "项目资金结余12万元",
        "reason": "招标价低于控制价。",
    },
    "公用经费超预算，原因是物价上涨。改进措施：压减开支。": {
        "description": "公用经费超预算",
        "reason": "物价上涨。",
        "remedy": "压减开支。",
    },
}


@pytest.mark.parametrize(("prose", "expected"), BUDGET.items())
def test_a_budget_that_departed(prose: str, expected: dict[str, str]) -> None:
    assert deviations(about_money(prose), kind="budget") == [expected]


@pytest.mark.parametrize(
    ("prose", "indicator"),
    [
        ("苗木成活率未达到目标值，原因是连续高温干旱。", "苗木成活率"),
        ("栽植行道树1800株，未完成年度目标，主要是苗木供应不足。", "栽植行道树"),
        ("绿化覆盖面积低于计划，原因是征地进度滞后。", "绿化覆盖面积"),
    ],
)
def test_an_indicator_that_was_missed(prose: str, indicator: str) -> None:
    (found,) = deviations(about_results(prose), kind="indicator")
    assert found["indicator"] == indicator
    assert found["description"] == prose.rpartition("，")[0]


def test_the_next_sentence_is_a_remedy_only_where_it_says_so() -> None:
    cause = "项目支出低于年初预算，主要原因是部分工程尚未完工。"
    assert "remedy" not in deviations(about_money(cause + "全县绿化工作有序推进。"))[0]
    assert deviations(about_money(cause + "下一步：加快施工。"))[0]["remedy"] == "加快施工。"
