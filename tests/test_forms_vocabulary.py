"""The words of headers: each synonym has one meaning, whatever marks and brackets stand around it."""

from __future__ import annotations

import pytest

from pipeline.forms.vocabulary import (
    FUNDING_COLUMNS,
    INDICATOR_COLUMNS,
    PAIR_LABELS,
    fold_header,
    funding_column,
    indicator_column,
    pair_label,
    staff_column,
    strip_numbering,
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("(分)", "(分)"),  # nothing else is left
        ("全年(调整)预算数", "全年(调整)预算数"),
        ("实际\n完成值\u3000", "实际完成值"),
        ("年度指标值（Ａ）", "年度指标值"),
        ("执行率(B/A)", "执行率"),
        ("全年执行数(B)(万元)", "全年执行数"),
        ("★新建公园：", "新建公园"),
        ("* 得分", "得分"),
        ("预算执行情况（万元", "预算执行情况"),  # the closing bracket was lost
    ],
)
def test_folding(text: str, word: str) -> None:
    assert fold_header(text) == word


@pytest.mark.parametrize("columns", [INDICATOR_COLUMNS, FUNDING_COLUMNS, PAIR_LABELS])
def test_no_word_has_two_meanings(columns: dict[str, frozenset[str]]) -> None:
    words = [word for group in columns.values() for word in group]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("columns", [INDICATOR_COLUMNS, FUNDING_COLUMNS])
def test_every_word_is_written_as_it_is_looked_up(columns: dict[str, frozenset[str]]) -> None:
    words = {word for group in columns.values() for word in group if not word.endswith(")")}
    assert {word for word in words if fold_header(word) != word} == set()


# After the header words of the forms of many provinces: code, then the words.
INDICATOR_WORDS = {
    None: "评价结论 新建口袋公园 产出指标 全年预算数 原值 实际情况如下 是否在材料中给出了能够核对的已经完成的实际数值",
    "level1": "一级指标 一级目标 一级指标（20分）",
    "level2": "二级指标 绩效内容",
    "name": "三级指标 三级指标名称 指标名称 指标名称(三级指标) 指标内容 具体指标",
    "target": "年度指标值 年度指标值(A) 指标值 目标值(标准) 年初目标值(A) 调整指标值 绩效目标值 绩效标准 预期值",
    "actual": "实际完成值 实际完成值(B) 全年实际值(B) 全年完成值 年终完成值 完成值 当前完成值 业绩值 指标完成情况",
    "weight": "分值 权重 参考分值 指标权重(分) 权重设定值 标准分 满分",
    "score": "得分 自评得分 自评分 指标得分(分) 评价得分 考评得分",
    "review_score": "复核分 财政审核评分 核查分数",
    "reason": "偏差原因分析及改进措施 未完成原因分析 未达到指标值原因 备注 扣分原因 偏差原因分析及\n改进措施",
    "operator": "计算符号 指标方向",
    "nature": "指标性质 指标类型",
    "unit": "度量单位 计量单位 单位",
    "method": "得分计算方法 评分标准 评价标准及依据 指标解释 指标说明",
    "completion_rate": "完成率(%) 完成比例",
    "other": "是否核心指标 得分系数(%) 序号",
}  # fmt: skip
FUNDING_WORDS = {
    None: "中央 合计 年度资金总额 金额",
    "initial_budget": "年初预算数(A) 年初预算 年初预算数（万元） 预算数 2023年预算数",
    "annual_budget": "全年预算数 调整预算数(A) 调整后预算数 全年(调整)预算数 全年（调整后）预算数",
    "executed": "全年执行数(B) 预算执行数 执行数 决算数 实际支出数 2023年决算数 本年支出数",
    "prior_executed": "上年决算数 2022年决算数 上年度实际支出数 2022年支出数",
    "rate": "执行率 执行率(B/A) 预算执行率 执行率(%)",
    "weight": "分值 分值(10分) 权重 执行率权重",
    "score": "得分 自评得分 执行率得分 得分(20分*执行率)",
    "other": "到位数 资金到位率 原因 备注",
}


def words_of(table: dict[str | None, str]) -> list[tuple[str, str | None]]:
    return [(word, code) for code, words in table.items() for word in words.split(" ")]


@pytest.mark.parametrize(("text", "code"), words_of(INDICATOR_WORDS))
def test_a_column_of_indicators(text: str, code: str | None) -> None:
    assert indicator_column(text) == code


@pytest.mark.parametrize(("text", "code"), words_of(FUNDING_WORDS))
def test_a_column_of_money(text: str, code: str | None) -> None:
    assert funding_column(text, 2023) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("在职", None),
        ("编制数", "authorized_staff"),
        ("核定编制数（人）", "authorized_staff"),
        ("2023年实际在职人数", "actual_staff"),
        ("2023年末在职人数", "actual_staff"),
        ("控制率", "rate"),
    ],
)
def test_a_column_of_staff(text: str, code: str | None) -> None:
    assert staff_column(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("项目背景", None),
        ("项目支出", None),
        ("名称", None),
        ("项目支出名称", "project_name"),
        ("转移支付（项目）名称", "project_name"),
        ("预算部门、单位名称", "unit_name"),
        ("主管部门及代码", "department"),
        ("项目实施单位/项目负责人", "implementer"),
        ("自评总分", "total_score"),
        ("联系电话", "other"),
        ("（一）存在问题", "problems"),
        ("改进措施及结果应用方案", "remedies"),
    ],
)
def test_a_label(text: str, code: str | None) -> None:
    assert pair_label(text) == code


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("2.5亿元", "2.5亿元"),
        ("2023年", "2023年"),
        ("1、公务接待", "公务接待"),
        ("（二）公用经费", "公用经费"),
        ("①水费", "①水费"[1:]),
    ],
)
def test_numbering(text: str, bare: str) -> None:
    assert strip_numbering(text.replace("（", "(").replace("）", ")")) == bare
