"""What stands in single cells of a form: targets, results, reasons, names of levels."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import NamedTuple

from eval.generated.facts import Day, Mark
from eval.generated.style import Style

AT_LEAST = ("≥{0}", "≥{0}", "≥{0}", "不少于{0}", "不低于{0}", "{0}以上", "{0}", "≧{0}")
AT_MOST = ("≤{0}", "≤{0}", "不超过{0}", "≤{0}", "不高于{0}", "{0}以内")
EQUAL = ("{0}", "={0}", "{0}")
MONTH_ENDS = ("{year}年{month}月底前", "{year}年{month}月底", "{year}年{month}月底前完成", "{month}月底前")
DAYS = ("{year}年{month}月{day}日", "{year}年{month}月{day}日前", "{month}月{day}日")
REASONS = (
    "{reason}，{remedy}",
    "{reason}；改进措施：{remedy}。",
    "{reason}。下一步将{remedy}。",
    "{reason}，下一步{remedy}。",
    "{reason}。改进措施：{remedy}",
    "原因：{reason}。措施：{remedy}。",
    "主要是{reason}，今后将{remedy}",
    "{reason}",
    "{reason}。",
    "因{reason}，未达到预期目标",
)
DONE = ("完成", "已完成", "全部完成", "按期完成")


class Reason(NamedTuple):
    """A reason cell, and the parts of it that are cause and remedy."""

    cell: str
    reason: str
    remedy: str | None


def reason_cell(mark: Mark, random: Random) -> Reason | None:
    """The reason that a row gives for marks off."""
    if mark.cause is None:
        return None
    template = random.choice(REASONS)
    remedy = mark.cause.remedy if "{remedy}" in template else None
    return Reason(template.format(reason=mark.cause.reason, remedy=mark.cause.remedy), mark.cause.reason, remedy)


def target_cell(mark: Mark, style: Style, year: int, random: Random) -> str:
    """A target with comparator and unit in one cell."""
    if isinstance(mark.target, str):
        return mark.target
    if isinstance(mark.target, Day):
        return random.choice(MONTH_ENDS).format(year=year, month=mark.target.month)
    words = {"≥": AT_LEAST, "≤": AT_MOST, "=": EQUAL}[mark.direction]
    return random.choice(words).format(style.figures.number(mark.target) + mark.unit)


def actual_cell(mark: Mark, style: Style, target: str, year: int, random: Random) -> str:
    """A result in one cell with its unit; a day with its year where the target has it so."""
    if isinstance(mark.actual, Day):
        words = DAYS[2] if not target.startswith(str(year)) else random.choice(DAYS[:1])
        return words.format(year=year, month=mark.actual.month, day=mark.actual.day)
    return style.figures.number(mark.actual) + mark.unit if isinstance(mark.actual, Decimal) else mark.actual


def level1_cell(level1: str, weight: Decimal, style: Style, random: Random) -> str:
    """The name of a level, broken over lines or with its weight where the report has it so."""
    name = level1 + ("\n" if style.level_breaks else "") + "指标"
    if style.level_weights:
        name += random.choice(("({0}分)", "（{0}分）", "\n（{0}分）")).format(weight)
    return name


def level2_name(mark: Mark) -> str:
    """The name of level 2, as a form of this year has it."""
    if mark.level2 == "满意度":
        return "服务对象满意度指标"
    if mark.level2 == "成本" and mark.level1 == "成本":
        return "经济成本指标"
    return mark.level2 + "指标"


def level2_cell(mark: Mark, style: Style) -> str:
    """The same, broken over lines where the report does so."""
    name = level2_name(mark)
    return name[:-2] + "\n" + name[-2:] if style.level_breaks and len(name) > 4 else name
