"""Contradictions planted into facts that close: one of every code, and the finding that tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from eval.generated.closing import Violation, is_met, violations
from eval.generated.drawing import score_of
from eval.generated.facts import Assessed, Day, Facts, Line, Mark, Repeat
from eval.generated.figures import rounded
from eval.generated.spending import rescored
from eval.generated.style import Style
from eval.synonyms import MORE_PLACES


class Plant(NamedTuple):
    """A planted contradiction: what a finding says of it, and the keys of the places that show it, chief one first."""

    code: str
    detail: str
    keys: tuple[str, ...]


class Planted(NamedTuple):
    """Facts with a contradiction in them."""

    facts: Facts
    plant: Plant


Planter = Callable[[Facts, Style, Random], Planted | None]
CHANCE = 0.075
"""Of each kind of contradiction, in a report that could have it."""
SPLIT = ("L5", "L6", "L10")


def plant_contradictions(facts: Facts, style: Style, random: Random) -> tuple[Facts, tuple[Plant, ...]]:
    """The facts with some contradictions planted; one that would bring another with it, or meet one, is left out."""
    plants: list[Plant] = []
    for planter in PLANTERS:
        if random.random() >= CHANCE:
            continue
        planted = planter(facts, style, random)
        if planted is None or any(set(planted.plant.keys) & set(plant.keys) for plant in plants):
            continue
        expected = {Violation(plant.code, plant.keys[0]) for plant in (*plants, planted.plant)}
        if violations(planted.facts) == expected:
            facts = planted.facts
            plants.append(planted.plant)
    return facts, tuple(plants)


def _rate(facts: Facts, style: Style, random: Random) -> Planted | None:
    """A stated execution rate that is not the quotient; marks follow the stated rate."""
    del style
    formed = [each for each in facts.evaluations if each.has_form]
    if not formed:
        return None
    assessed = random.choice(formed)
    total = assessed.lines[0]
    if total.rate is None or total.annual is None or total.executed is None:
        return None
    stated = total.rate - Decimal(random.randint(40, 400)) / 100
    changed = replace(total, rate=stated)
    if total.weight is not None:
        changed = replace(changed, score=rounded(total.weight * stated / 100, 2))
    detail = f"{total.item}执行率：表中{stated}%，{total.executed}/{total.annual}={total.rate}%"
    return Planted(_with_lines(facts, assessed, (changed, *assessed.lines[1:])), Plant("RATE", detail, (total.key,)))


def _control_rate(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if not facts.table:
        return None
    stated = facts.control_rate - Decimal(random.randint(60, 500)) / 100
    detail = f"人员控制率：表中{stated}%，{facts.present}/{facts.staff}={facts.control_rate}%"
    return Planted(replace(facts, control_rate=stated), Plant("RATE", detail, ("table.staff",)))


def _sources(facts: Facts, style: Style, random: Random) -> Planted | None:
    """What the sources spent does not add up to the total."""
    del style
    fit = [each for each in facts.evaluations if each.has_form and (each.lines[1].executed or 0) > 10]
    if not fit:
        return None
    assessed = random.choice(fit)
    total, first, *others = assessed.lines
    less = (first.executed or Decimal(0)) - rounded((first.executed or Decimal(0)) * Decimal("0.06"), 2)
    lines = (total, *rescored([replace(first, executed=less)]), *others)
    filled = [line for line in lines[1:] if line.executed is not None]
    parts = "+".join(str(line.executed) for line in filled)
    added = sum((line.executed or Decimal(0) for line in filled), Decimal(0))
    detail = f"{total.item}执行数{total.executed}，各来源{parts}={added}"
    keys = (total.key, *(line.key for line in filled))
    return Planted(_with_lines(facts, assessed, lines), Plant("SUM", detail, keys))


def _visits(facts: Facts, style: Style, random: Random) -> Planted | None:
    """三公经费 in the 基础数据表 is not the sum of its parts."""
    del style
    if not facts.table or facts.spending is None:
        return None
    total, *parts = facts.spending.visits
    stated = (total.executed or Decimal(0)) - Decimal(random.randint(30, 120)) / 100
    changed = replace(total, executed=stated)
    sums = "+".join(str(part.executed) for part in parts)
    detail = f"{facts.year}年决算数：{total.item}{stated}，其分项{sums}={total.executed}"
    spending = replace(facts.spending, visits=(changed, *parts))
    table = tuple(changed if line.key == total.key else line for line in facts.table)
    keys = (total.key, *(part.key for part in parts))
    return Planted(replace(facts, spending=spending, table=table), Plant("SUM", detail, keys))


def _items(facts: Facts, style: Style, random: Random) -> Planted | None:
    """The projects that prose lists do not add up to 项目支出."""
    del style
    spending = facts.spending
    if spending is None:
        return None
    place = random.choice([at for at, (owner, _, _) in enumerate(spending.items) if owner == "department"])
    owner, item, amount = spending.items[place]
    more = amount + rounded(spending.project * Decimal("0.04"), 2) + 1
    items = (*spending.items[:place], (owner, item, more), *spending.items[place + 1 :])
    added = sum((amount for _, _, amount in items), Decimal(0))
    detail = f"项目支出{spending.project}万元，所列各项" + "+".join(str(each[2]) for each in items) + f"={added}万元"
    keys = ("prose.project", *(f"prose.item.{at}" for at in range(len(items))))
    return Planted(replace(facts, spending=replace(spending, items=items)), Plant("SUM", detail, keys))


def _score_total(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = _marked(facts, style, random)
    if assessed is None or style.score_in_header:
        return None
    stated = assessed.total_score - Decimal(random.choice(("0.5", "1", "1.5", "2", "5")))
    detail = f"{assessed.name}：各项得分合计{assessed.total_score}，总分写为{stated}"
    changed = replace(assessed, total_score=stated)
    shown = (assessed.lines[0].key,) if assessed.lines[0].weight is not None else (assessed.marks[0].key,)
    return Planted(_with(facts, changed), Plant("SCORE_TOTAL", detail, (f"{assessed.id}.sum", *shown)))


def _weight_total(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = _marked(facts, style, random)
    fit = [mark for mark in assessed.marks if mark.cause is None and mark.weight > 5] if assessed else []
    if assessed is None or not fit or style.score_in_header:
        return None
    mark = random.choice(fit)
    weight = mark.weight + random.choice((-5, -5, -2, 5))
    marks = _exchange(assessed.marks, replace(mark, weight=weight, score=weight))
    added = sum((each.weight for each in marks), assessed.lines[0].weight or Decimal(0))
    detail = f"{assessed.name}：各项分值合计{added}，总分栏为100"
    keys = (f"{assessed.id}.sum", mark.key, *([assessed.lines[0].key] if assessed.lines[0].weight is not None else []))
    return Planted(_with(facts, _rescored(assessed, marks)), Plant("WEIGHT_TOTAL", detail, keys))


def _score_rate(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = _marked(facts, style, random)
    if assessed is None or assessed.lines[0].weight is None or assessed.lines[0].rate is None:
        return None
    total = assessed.lines[0]
    weight, rate = assessed.lines[0].weight, assessed.lines[0].rate
    right = rounded(weight * rate / 100, 2)
    stated = weight if weight - right > Decimal("0.25") else right - Decimal(random.choice(("0.5", "1", "1.2")))
    detail = f"{total.item}：执行率{rate}%，{weight}×{rate}%={right}，得分为{stated}"
    lines = (replace(total, score=stated), *assessed.lines[1:])
    return Planted(_with_lines(facts, assessed, lines), Plant("SCORE_RATE", detail, (total.key,)))


def _unmet(facts: Facts, style: Style, random: Random, kind: Callable[[Mark], bool]) -> Planted | None:
    """A target missed, with full marks and no reason."""
    assessed = _marked(facts, style, random)
    fit = [mark for mark in assessed.marks if mark.cause is None and kind(mark)] if assessed else []
    if assessed is None or not fit:
        return None
    mark = random.choice(fit)
    missed = _missed(mark, random)
    if missed is None:
        return None
    sign = ">" if mark.direction == "≤" else "<"
    shown = f"{mark.target}" if not isinstance(mark.target, Day) else f"{mark.target.month}月底前"
    told = f"{missed.actual}" if not isinstance(missed.actual, Day) else f"{missed.actual.month}月"
    reached = f"{told}{sign}{shown}" if not isinstance(mark.target, Day) else "逾期"
    detail = f"{mark.name}：目标{shown}{mark.unit if mark.unit != 'day' else ''}，实际{told}，{reached}，仍得满分{mark.weight}"
    return Planted(_with(facts, _rescored(assessed, _exchange(assessed.marks, missed))), Plant("UNMET_FULL_SCORE", detail, (mark.key,)))


def _missed(mark: Mark, random: Random) -> Mark | None:
    """The row with its target missed, its marks as they are."""
    if isinstance(mark.target, Day):
        return replace(mark, actual=Day(mark.target.month + random.choice((1, 2)), random.randint(2, 27)))
    if not isinstance(mark.target, Decimal) or not isinstance(mark.actual, Decimal):
        return None
    factor = Decimal(str(random.choice((0.8, 0.88, 0.93, 0.96))))
    places = 1 if mark.unit == "%" else max(0, -int(mark.target.as_tuple().exponent))
    actual = rounded(mark.target / factor if mark.direction == "≤" else mark.target * factor, places)
    if actual == mark.target or (mark.unit == "%" and actual > 100):
        return None
    return replace(mark, actual=actual)


def _unmet_number(facts: Facts, style: Style, random: Random) -> Planted | None:
    return _unmet(facts, style, random, lambda mark: mark.unit not in ("%", "day", "") and mark.direction == "≥")


def _unmet_percent(facts: Facts, style: Style, random: Random) -> Planted | None:
    return _unmet(facts, style, random, lambda mark: mark.unit == "%" and mark.direction != "≤")


def _unmet_less(facts: Facts, style: Style, random: Random) -> Planted | None:
    return _unmet(facts, style, random, lambda mark: mark.direction == "≤" and mark.unit != "day")


def _unmet_day(facts: Facts, style: Style, random: Random) -> Planted | None:
    return _unmet(facts, style, random, lambda mark: mark.unit == "day")


def _met_low(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = _marked(facts, style, random)
    fit = (
        [mark for mark in assessed.marks if mark.cause is None and isinstance(mark.target, Decimal) and is_met(mark)]
        if assessed
        else []
    )
    if assessed is None or not fit:
        return None
    mark = random.choice(fit)
    score = mark.weight - Decimal(random.choice(("0.5", "1", "1.5", "2")))
    detail = f"{mark.name}：目标{mark.direction}{mark.target}{mark.unit}，实际{mark.actual}{mark.unit}，已达到，{mark.weight}分只得{score}分"
    marks = _exchange(assessed.marks, replace(mark, score=score))
    return Planted(_with(facts, _rescored(assessed, marks)), Plant("MET_LOW_SCORE", detail, (mark.key,)))


def _form_conflict(facts: Facts, style: Style, random: Random) -> Planted | None:
    """Prose tells a row of a form with another value."""
    del style
    fit = [
        mark
        for mark in facts.marks()
        if isinstance(mark.actual, Decimal) and mark.actual > 20 and not any(r.key == mark.key for r in facts.repeats)
    ]
    if facts.spending is None or not fit:
        return None
    mark = random.choice(fit)
    return _told_otherwise(facts, mark.key, mark.name, mark.actual, mark.unit, random)  # type: ignore[arg-type]


def _prose_conflict(facts: Facts, style: Style, random: Random) -> Planted | None:
    """Two places of the prose tell one result with different values."""
    del style
    told = {repeat.key for repeat in facts.repeats}
    fit = [result for result in facts.results() if result.key not in told and result.actual > 5]
    if facts.spending is None or not fit:
        return None
    result = random.choice(fit)
    return _told_otherwise(facts, result.key, result.name, result.actual, result.unit, random)


def _told_otherwise(facts: Facts, key: str, name: str, actual: Decimal, unit: str, random: Random) -> Planted:
    step = Decimal(random.choice((2, 3, 4, 6, 7))) * (1 if actual < 60 else 2)
    other = actual - step if random.random() < 0.5 or unit == "%" else actual + step
    detail = f"{name}：一处为{actual}{unit}，另一处为{other}{unit}"
    repeats = (*facts.repeats, Repeat(key, other))
    return Planted(replace(facts, repeats=repeats), Plant("CONFLICT", detail, (f"again.{key}", key)))


def _money_conflict(facts: Facts, style: Style, random: Random) -> Planted | None:
    """公用经费 in the 基础数据表 is another amount than in prose."""
    del style
    if facts.spending is None or not facts.table:
        return None
    row = next(line for line in facts.table if line.key == "table.running.0")
    other = rounded(facts.spending.running * Decimal(random.choice(("0.91", "0.95", "0.97"))), 2)
    table = tuple(replace(row, executed=other) if line is row else line for line in facts.table)
    detail = f"公用经费：正文{facts.spending.running}万元，基础数据表{other}万元"
    keys = ("table.running.0", "prose.running")
    return Planted(replace(facts, table=table), Plant("CONFLICT", detail, keys))


def _bare_amount(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if facts.spending is None:
        return None
    key, amount, item = random.choice(
        (("prose.personnel", facts.spending.personnel, "人员经费"), ("prose.running", facts.spending.running, "公用经费"))
    )
    detail = f"{item}{amount}没有金额单位（基本支出{facts.spending.basic}万元）"
    return Planted(replace(facts, bare=facts.bare | {key}), Plant("UNIT", detail, (key, "prose.basic")))


def _wrong_unit(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if facts.spending is None:
        return None
    place = random.randrange(len(facts.spending.items))
    _, item, amount = facts.spending.items[place]
    detail = f"{item}写作{amount}元，其余各项及合计{facts.spending.project}万元均以万元计"
    key = f"prose.item.{place}"
    return Planted(replace(facts, yuan=facts.yuan | {key}), Plant("UNIT", detail, (key, "prose.project")))


def _bare_target(facts: Facts, style: Style, random: Random) -> Planted | None:
    """A target without the unit that its result has."""
    fit = [
        mark
        for each in facts.evaluations
        for mark in each.marks
        if each.has_form
        and (style.department_layout if each.id == "department" else style.project_layout) not in SPLIT
        and isinstance(mark.target, Decimal)
        and mark.unit != "%"
    ]
    if not fit:
        return None
    mark = random.choice(fit)
    detail = f"{mark.name}：目标{mark.target}没有单位，实际为{mark.actual}{mark.unit}"
    return Planted(replace(facts, bare=facts.bare | {f"{mark.key}.target"}), Plant("UNIT", detail, (mark.key,)))


def _foreign_name(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if facts.spending is None:
        return None
    other = random.choice([place for place in MORE_PLACES if place not in facts.place])
    name = other + facts.unit_name[len(facts.place) - 1 :]
    detail = f"评价结论写为“{name}”，本单位为{facts.unit_name}"
    return Planted(replace(facts, signed_name=name), Plant("FOREIGN_NAME", detail, ("signed",)))


def _over_budget(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    fit = [line for line in facts.table if line.key.startswith(("table.bought", "table.running.")) and line.key != "table.running.0"]
    fit = [line for line in fit if line.executed and line.executed > 1]
    if not fit:
        return None
    line = random.choice(fit)
    executed = line.executed or Decimal(0)
    budget = rounded(executed * Decimal(random.choice(("0.4", "0.6", "0.75"))), 2)
    detail = f"{line.item}{facts.year}年预算数{budget}，决算数{executed}，超出{executed - budget}万元，未说明原因"
    table = tuple(replace(line, initial=budget) if each is line else each for each in facts.table)
    return Planted(replace(facts, table=table), Plant("OVER_BUDGET", detail, (line.key,)))


def _guests_over_budget(facts: Facts, style: Style, random: Random) -> Planted | None:
    """公务接待 over its budget, told in prose alone."""
    del style
    if facts.spending is None or facts.table:
        return None
    total, cars, trips, guests = facts.spending.visits
    executed = guests.executed or Decimal(0)
    budget = rounded(executed * Decimal(random.choice(("0.6", "0.8"))), 2)
    whole = (total.initial or Decimal(0)) - (guests.initial or Decimal(0)) + budget
    changed = (replace(total, initial=whole), cars, trips, replace(guests, initial=budget))
    detail = f"{guests.item}预算{budget}万元，实际支出{executed}万元，超出{executed - budget}万元，未说明原因"
    spending = replace(facts.spending, visits=changed)
    return Planted(replace(facts, spending=spending), Plant("OVER_BUDGET", detail, ("prose.visits.3",)))


def _marked(facts: Facts, style: Style, random: Random) -> Assessed | None:
    """An evaluation whose form has marks."""
    fit = [
        each
        for each in facts.evaluations
        if each.has_form and (each.id == "department" or style.project_layout != "L7")
    ]
    return random.choice(fit) if fit else None


def _exchange(marks: Sequence[Mark], changed: Mark) -> tuple[Mark, ...]:
    return tuple(changed if mark.key == changed.key else mark for mark in marks)


def _rescored(assessed: Assessed, marks: tuple[Mark, ...]) -> Assessed:
    """The evaluation with other rows; its total moves with their scores."""
    moved = score_of(assessed.lines, marks) - score_of(assessed.lines, assessed.marks)
    return replace(assessed, marks=marks, total_score=assessed.total_score + moved)


def _with_lines(facts: Facts, assessed: Assessed, lines: tuple[Line, ...]) -> Facts:
    """The facts with other money of an evaluation; its total moves with the score of the rate."""
    moved = score_of(lines, assessed.marks) - score_of(assessed.lines, assessed.marks)
    return _with(facts, replace(assessed, lines=lines, total_score=assessed.total_score + moved))


def _with(facts: Facts, changed: Assessed) -> Facts:
    evaluations = tuple(changed if each.id == changed.id else each for each in facts.evaluations)
    return replace(facts, evaluations=evaluations)


PLANTERS: tuple[Planter, ...] = (
    *(_rate, _control_rate, _sources, _visits, _items, _score_total, _weight_total, _score_rate),
    *(_unmet_number, _unmet_percent, _unmet_less, _unmet_day, _met_low, _form_conflict, _prose_conflict),
    *(_money_conflict, _bare_amount, _wrong_unit, _bare_target, _foreign_name, _over_budget, _guests_over_budget),
)
