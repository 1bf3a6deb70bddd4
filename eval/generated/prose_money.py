"""Sentences about money: the whole, its split, the projects, 三公经费, and why the budget was departed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import NamedTuple

from eval.generated.facts import Facts, Line, Spending
from eval.generated.figures import Figures, quotient
from eval.generated.passages import Passage, fill, join, tell
from eval.generated.style import Style
from schemas.records import RecordKind

WHOLES = (
    "{year}年{item}年初预算{initial_budget}，全年预算数{annual_budget}，全年执行数{executed}，预算执行率{rate}。",
    "{year}年度，{item}年初批复{initial_budget}，调整后全年预算{annual_budget}，实际支出{executed}，执行率为{rate}。",
    "截至{year}年12月31日，{item}全年预算{annual_budget}，实际支出{executed}，完成预算的{rate}。",
    "{item}年初预算数为{initial_budget}，年中调整为{annual_budget}，决算数为{executed}。",
    "{year}年{item}全年预算{annual_budget}，累计执行{executed}，预算执行率达到{rate}。",
    "{subject}{year}年{item}共{executed}，全年预算数为{annual_budget}，执行率{rate}。",
    "从资金总量看，{item}年初安排{initial_budget}，执行中调整到{annual_budget}，年末支出{executed}，执行率{rate}。",
    "{year}年{item}{executed}，年初预算为{initial_budget}，全年预算为{annual_budget}。",
)
WHOLE_ITEMS = ("部门整体支出", "部门支出", "本年支出合计", "单位总支出", "部门预算支出", "全年总支出")
PHRASES = (
    *(("{item}{executed}",) * 6),
    *(("{item}为{executed}",) * 2),
    *("{item}共{executed}", "{item}决算{executed}", "{item}实际支出{executed}"),
)

SPLITS = (
    "其中：{basic}，{project}。",
    "按支出性质划分，{basic}，占{share}；{project}，占{rest}。",
    "支出构成为：{basic}；{project}。",
    "从结构上看，{basic}，{project}。",
)
BASICS = (
    "{basic}，其中{personnel}，{running}。",
    "{basic}，包括{personnel}、{running}。",
    "{year}年{basic}，主要用于保障机构正常运转。其中：{personnel}，用于工资、津贴补贴和社会保障缴费等；{running}，用于办公、水电、差旅等日常开支。",
    "{basic}。{personnel}；{running}。",
    "全年{basic}，其中：{personnel}；{running}。",
)
PROJECTS = (
    "{project}，主要包括：{items}。",
    "{year}年{project}，其中{items}。",
    "{project}，具体为：{items}。",
    "全年{project}，用于以下方面：{items}。",
)
VISITS = (
    "{year}年{item}年初预算{initial_budget}，实际支出{executed}。",
    "{item}支出{executed}，控制在年初预算{initial_budget}以内。",
    "严格落实过紧日子要求，{item}预算{initial_budget}，决算{executed}。",
    "{item}年初预算数{initial_budget}，决算数{executed}，未超预算。",
    "{year}年{item}支出{executed}。",
)
PARTS = (
    "{item}预算{initial_budget}，实际支出{executed}",
    "{item}年初预算{initial_budget}，支出{executed}",
    "{item}{executed}",
    "{item}支出{executed}",
)
NO_TRIPS = ("本年度未安排因公出国（境）活动。", "全年无因公出国（境）支出。", "")
LAPSES = (
    "{description}，主要原因是{reason}。",
    "{description}，主要是{reason}。",
    "{description}，原因是{reason}。",
    "{description}的主要原因是{reason}。",
)
UNSPENT = ("全年执行数低于全年预算数", "预算资金未全部执行完毕", "实际支出小于预算安排", "年末存在预算结余")
RAISED = ("全年预算较年初预算增加", "年中预算调增", "全年预算数高于年初预算数")
RAISES = ("上级专项资金年中下达", "年中追加了人员调资经费", "增加了上级交办的专项任务")
MANAGEMENT = (
    "资金实行专账核算、专款专用，未发现截留、挤占和挪用情况。",
    "严格执行国库集中支付和政府采购制度，大额支出经集体研究决定。",
    "建立健全财务管理办法，支出手续完备，会计核算规范。",
    "按季度开展绩效运行监控，对执行偏慢的及时预警纠偏。",
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What sentences are drawn from."""

    facts: Facts
    style: Style
    random: Random
    planted: frozenset[str]
    """Keys whose figures a planted contradiction changed: prose does not tell them again."""

    @property
    def figures(self) -> Figures:
        """How figures are written."""
        return self.style.figures

    def words(self) -> dict[str, str]:
        """What any sentence may name."""
        return {"year": str(self.facts.year), "subject": self.style.subject, "unit": self.facts.unit_name}


class Item(NamedTuple):
    """What an amount is of: the item, the evaluation that it belongs to, and the key of the place that tells it."""

    name: str
    key: str
    evaluation: str = "department"


BASIC = Item("基本支出", "prose.basic")
PROJECT = Item("项目支出", "prose.project")


def money(template: str, item: Item, amounts: Mapping[str, Decimal], telling: Telling) -> Passage:
    """One sentence or clause with the amounts of one item, as its record. ``rate`` is a percentage."""
    figures, facts = telling.figures, telling.facts
    unit = "" if item.key in facts.bare else "元" if item.key in facts.yuan else "万元"
    used = {name: value for name, value in amounts.items() if "{" + name + "}" in template}
    fields: dict[str, str | None] = {"evaluation": item.evaluation, "item": item.name, "unit": unit or None}
    shown = telling.words() | {"item": item.name}
    for name, value in used.items():
        if name == "rate":
            fields[name] = figures.rate(value)
            shown[name] = figures.in_prose(figures.rate(value))
        else:
            fields[name] = figures.number(value)
            shown[name] = figures.in_prose(figures.number(value) + unit)
    return tell(template, RecordKind.FUNDING, fields, shown, item.key)


def whole(spending: Spending, telling: Telling) -> Passage:
    """The sentence on the total."""
    total = spending.total
    rate_told = "department.fund.0" not in telling.planted
    adjusted = total.initial != total.annual
    fit = [each for each in WHOLES if (rate_told or "{rate}" not in each) and (adjusted or "调整" not in each)]
    template = telling.random.choice(fit)
    item = telling.random.choice(WHOLE_ITEMS)
    told = _stated_total(telling.facts, total)
    amounts = {"initial_budget": total.initial, "annual_budget": total.annual, "executed": total.executed, "rate": told}
    known = {name: value for name, value in amounts.items() if value is not None}
    return money(template, Item(item, "prose.total"), known, telling)


def _stated_total(facts: Facts, total: Line) -> Decimal:
    """The execution rate as the form has it."""
    stated = facts.evaluations[0].lines[0].rate
    return stated if stated is not None else quotient(total.executed or Decimal(0), total.annual or Decimal(1))


def split(spending: Spending, telling: Telling) -> Passage:
    """The sentence on 基本支出 and 项目支出."""
    phrase = telling.random.choice(PHRASES)
    basic = money(phrase, BASIC, {"executed": spending.basic}, telling)
    project = money(phrase, PROJECT, {"executed": spending.project}, telling)
    whole_ = spending.basic + spending.project
    shares = {"share": quotient(spending.basic, whole_), "rest": 100 - quotient(spending.basic, whole_)}
    written = {name: telling.figures.rate(value) for name, value in shares.items()}
    return fill(telling.random.choice(SPLITS), basic=basic, project=project, **written)


def basics(spending: Spending, telling: Telling) -> Passage:
    """The sentence on 基本支出 and its two parts."""
    phrase = telling.random.choice(PHRASES)
    part = telling.random.choice((phrase, phrase, "{item}（{executed}）"))
    amounts = (
        ("basic", "基本支出", spending.basic),
        ("personnel", "人员经费", spending.personnel),
        ("running", "公用经费", spending.running),
    )
    parts = {
        name: money(phrase if name == "basic" else part, Item(item, f"prose.{name}"), {"executed": amount}, telling)
        for name, item, amount in amounts
    }
    return fill(telling.random.choice(BASICS), year=str(telling.facts.year), **parts)


def projects(spending: Spending, telling: Telling) -> Passage:
    """The sentence on 项目支出 and what it was spent on."""
    random = telling.random
    phrase = random.choice(PHRASES)
    project = money(phrase, PROJECT, {"executed": spending.project}, telling)
    phrase = random.choice(("{item}{executed}", "{item}{executed}", "{item}为{executed}", "{item}（{executed}）"))
    items = [
        money(phrase, Item(item, f"prose.item.{place}", evaluation), {"executed": amount}, telling)
        for place, (evaluation, item, amount) in enumerate(spending.items)
    ]
    listed = join(random.choice("；，、") if len(items) < 4 else "；", items)
    return fill(random.choice(PROJECTS), project=project, items=listed, year=str(telling.facts.year))


def visits(spending: Spending, telling: Telling) -> Passage:
    """The sentences on 三公经费 and its parts."""
    random = telling.random
    total, *parts = spending.visits
    template = random.choice(VISITS)
    told = money(template, Item(total.item, "prose.visits.0"), _controlled(total), telling)
    over = "prose.visits.3" in telling.planted
    if random.random() < 0.25 and not over:
        return told
    phrase = random.choice(PARTS[:2] if over else PARTS)
    clauses = []
    for place, part in enumerate(parts, 1):
        if part.executed:
            clauses.append(money(phrase, Item(part.item, f"prose.visits.{place}"), _controlled(part), telling))
    return told + "其中：" + join("；", clauses) + "。" + random.choice(NO_TRIPS)


def lapses(spending: Spending, telling: Telling) -> Iterator[Passage]:
    """Why spending departed from the budget, or the budget from its first version."""
    random, total = telling.random, spending.total
    if telling.facts.budget_cause:
        yield _lapse(random.choice(UNSPENT), telling.facts.budget_cause, telling)
    if total.initial and total.annual and total.annual > total.initial and random.random() < 0.35:
        yield _lapse(random.choice(RAISED), random.choice(RAISES), telling)


def _lapse(description: str, reason: str, telling: Telling) -> Passage:
    fields = {"evaluation": "department", "kind": "budget", "description": description, "reason": reason}
    return tell(
        telling.random.choice(LAPSES), RecordKind.DEVIATION, fields, {"description": description, "reason": reason}
    )


def _controlled(line: Line) -> dict[str, Decimal]:
    amounts = {"initial_budget": line.initial, "executed": line.executed}
    return {name: value for name, value in amounts.items() if value is not None}
