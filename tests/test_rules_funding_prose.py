"""Money in prose: what is no budget item, what an amount is for, and which column it belongs in."""

from __future__ import annotations

import pytest

from tests.rule_samples import FORM_TITLE, TITLE, about_money, about_results, dump, funding

NOT_FUNDING = {
    "income": "2023年财政拨款收入742.36万元。",
    "what is left": "年末结转结余12万元。",
    "a change": "支出比上年增加30万元，下降5%。",
    "a plan": "预计2024年预算300万元，拟安排专项20万元。",
    "per head": "人均公用经费2.1万元。",
    "a price": "苗木采购单价0.3万元。",
    "attracted money": "全年招商引资到位资金3.5亿元，引进外资50万美元。",
    "sales": "实现林产品销售收入2亿元。",
    "saved": "节约资金3万元。",
    "assets": "年末资产总额120万元。",
    "the same once more": "以上两项共计300万元。",
    "fees waived": "免征检验费用128.87万元。",
    "no money at all": "预算批复文件2份，支出凭证118张。",
    "a rate": "预算执行率98%。",
}


@pytest.mark.parametrize("prose", NOT_FUNDING.values(), ids=NOT_FUNDING)
def test_what_is_no_budget_or_expenditure(prose: str) -> None:
    assert funding(about_money(prose)) == []


@pytest.mark.parametrize(
    "prose", ["完成绿道建设投入3.5亿元。", "发放补贴资金30万元给农户。", "销售苗木收入2亿元。", "争取上级资金30万元。"]
)
def test_in_a_passage_about_results_an_amount_needs_a_word_of_the_budget(prose: str) -> None:
    assert funding(about_results(prose)) == []
    assert funding(about_results("公务接待费支出3.26万元。")) == [spent("公务接待费支出", "3.26")]


def spent(item: str, executed: str, **others: str) -> dict[str, str]:
    return {"item": item, "executed": executed, "unit": "万元", **others}


ITEMS: dict[str, list[dict[str, str]]] = {
    "2023年项目支出全年预算数262.07万元，全年执行数250.50万元，执行率95.59%。": [
        spent("项目支出", "250.50", annual_budget="262.07", rate="95.59%")
    ],
    "2023年基本支出1,542.36万元，其中：人员经费1,398.20万元，公用经费144.16万元。": [
        spent("基本支出", "1,542.36"),
        spent("人员经费", "1,398.20"),
        spent("公用经费", "144.16"),
    ],
    "2023年项目支出130万元，具体为：古树保护专项12.80万元；绿道建设117.20万元。": [
        spent("项目支出", "130"),
        spent("古树保护专项", "12.80"),
        spent("绿道建设", "117.20"),
    ],
    "“三公”经费支出9.86万元，其中因公出国（境）费0.40万元，公务接待费9.46万元。": [
        spent("“三公”经费支出", "9.86"),
        spent("因公出国（境）费", "0.40"),
        spent("公务接待费", "9.46"),
    ],
    "绿道养护经费年初预算50万元，实际支出48万元，完成预算的96%。": [
        spent("绿道养护经费", "48", initial_budget="50", rate="96%")
    ],
    "一般公共预算拨款支出300万元，政府性基金支出20万元。": [
        spent("一般公共预算拨款支出", "300"),
        spent("政府性基金支出", "20"),
    ],
    "项目经费三百五十万元已全部支付。": [spent("项目经费", "三百五十")],
    "公用经费支出21.3亿元。": [{"item": "公用经费支出", "executed": "21.3", "unit": "亿元"}],
    "公用经费支出213,000元。": [{"item": "公用经费支出", "executed": "213,000", "unit": "元"}],
    "其中财政拨款100万元，单位自筹20万元。": [spent("财政拨款", "100")],
    # no item of its own: the whole, as the title calls it
    "年初预算数120万元，调整后预算数150万元，决算数148.5万元，执行率99%。": [
        spent("整体支出", "148.5", initial_budget="120", annual_budget="150", rate="99%")
    ],
    # a bracket around nothing but the amount
    "项目支出130万元，主要包括：古树保护专项（12.80万元）、绿道建设（117.20万元）。": [
        spent("项目支出", "130"),
        spent("古树保护专项", "12.80"),
        spent("绿道建设", "117.20"),
    ],
    # the unit left out of one of several
    "基本支出160万元，其中：人员经费（134万元）；公用经费（26）。": [
        spent("基本支出", "160"),
        spent("人员经费", "134"),
        {"item": "公用经费", "executed": "26"},
    ],
    "项目支出130万元，其中古树抢救保护12.80，绿道建设117.20万元。": [
        spent("项目支出", "130"),
        {"item": "古树抢救保护", "executed": "12.80"},
        spent("绿道建设", "117.20"),
    ],
    "部门支出年初安排100万元，执行中调整到120万元，年末支出110万元，执行率91.67%。": [
        spent("部门支出", "110", initial_budget="100", annual_budget="120", rate="91.67%")
    ],
    "单位总支出年初批复100万元，年中调整为120万元，决算数为110万元。": [
        spent("单位总支出", "110", initial_budget="100", annual_budget="120")
    ],
    "基本支出实际支出160万元，公用经费26万元，上年30万元。": [
        spent("基本支出", "160"),
        spent("公用经费", "26", prior_executed="30"),
    ],
    "“三公”经费支出9万元，控制在年初预算10万元以内。其中：公务接待费9万元。": [
        spent("“三公”经费支出", "9", initial_budget="10"),
        spent("公务接待费", "9"),
    ],
    # what was added is no budget of the item before it
    "部门整体支出年初预算批复380.2万元，全年追加20.5万元，实际支出400.7万元。": [
        spent("整体支出", "400.7", initial_budget="380.2"),
        {"item": "追加", "annual_budget": "20.5", "unit": "万元"},
    ],
}


@pytest.mark.parametrize(("prose", "expected"), ITEMS.items())
def test_items_and_their_amounts(prose: str, expected: list[dict[str, str]]) -> None:
    assert funding(about_money(prose)) == expected


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("年初预算", "initial_budget"),
        ("年初部门预算批复", "initial_budget"),
        ("预算安排", "initial_budget"),
        ("全年预算数", "annual_budget"),
        ("调整后预算", "annual_budget"),
        ("预算总额", "annual_budget"),
        ("全年预算执行数", "executed"),
        ("实际支出", "executed"),
        ("决算数", "executed"),
        ("列支", "executed"),
        ("2022年决算数", "prior_executed"),
        ("上年支出", "prior_executed"),
    ],
)
@pytest.mark.parametrize("verb", ["", "为", "共计"])
def test_the_column_of_an_amount(words: str, column: str, verb: str) -> None:
    (found,) = funding(about_money(f"绿化养护经费{words}{verb}48.5万元。"))
    assert {name: value for name, value in found.items() if name not in ("item", "unit")} == {column: "48.5"}


def test_amounts_go_on_after_a_semicolon() -> None:
    prose = "年初预算数120万元；全年支出118万元；其中人员经费100万元。"
    assert funding(about_money(prose)) == [
        spent("整体支出", "118", initial_budget="120"),
        spent("人员经费", "100"),
    ]


def test_money_in_a_projects_passage_is_the_projects() -> None:
    prose = (
        "（一）古树名木保护项目\n项目支出30万元，保护古树36株。\n（二）湿地修复工程\n年初预算50万元，修复湿地3处。\n"
    )
    text = TITLE + "一、部门基本情况\n承担绿化工作。\n二、项目支出绩效情况\n" + prose
    assert funding(text, evaluation="p1") == [spent("古树名木保护项目", "30")]
    assert funding(text, evaluation="p2") == [{"item": "湿地修复工程", "initial_budget": "50", "unit": "万元"}]


def test_prose_that_repeats_a_form_is_left_to_the_form() -> None:
    form = FORM_TITLE + dump("项目资金（万元）||年初预算数|全年预算数|全年执行数", "|公用经费|20|22|21.5")
    assert [len(found) for found in funding(about_money("公用经费支出21.5万元。") + form)] == [5]
    differs = funding(about_money("公用经费支出21.4万元。") + form)
    assert [found["executed"] for found in differs] == ["21.4", "21.5"]
