"""Contradictions in money: rates, sums, budgets, and amounts told twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.facts import Facts
from eval.generated.figures import rounded
from eval.generated.plants import Plant, Planted, Planter, with_lines
from eval.generated.spending import rescored
from eval.generated.style import Style


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
    return Planted(with_lines(facts, assessed, (changed, *assessed.lines[1:])), Plant("RATE", detail, (total.key,)))


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
    return Planted(with_lines(facts, assessed, lines), Plant("SUM", detail, keys))


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
    more = amount + (spending.project * Decimal("0.04") + 1).quantize(spending.project)
    items = (*spending.items[:place], (owner, item, more), *spending.items[place + 1 :])
    added = sum((amount for _, _, amount in items), Decimal(0))
    detail = f"项目支出{spending.project}万元，所列各项" + "+".join(str(each[2]) for each in items) + f"={added}万元"
    keys = ("prose.project", *(f"prose.item.{at}" for at in range(len(items))))
    return Planted(replace(facts, spending=replace(spending, items=items)), Plant("SUM", detail, keys))


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


def _over_budget(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    fit = [
        line
        for line in facts.table
        if line.key.startswith(("table.bought", "table.running.")) and line.key != "table.running.0"
    ]
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


PLANTERS: tuple[Planter, ...] = (
    _rate,
    _control_rate,
    _sources,
    _visits,
    _items,
    _money_conflict,
    _over_budget,
    _guests_over_budget,
)
