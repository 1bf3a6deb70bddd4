"""Contradictions in words: values told twice, units, names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.facts import Facts, Mark, Repeat, Result
from eval.generated.plants import Plant, Planted, Planter
from eval.generated.style import Style
from eval.synonyms import MORE_PLACES


def _form_conflict(facts: Facts, style: Style, random: Random) -> Planted | None:
    """Prose tells a row of a form with another value."""
    del style
    told = {repeat.key for repeat in facts.repeats}
    fit = [
        (mark, mark.actual)
        for mark in facts.own_marks()
        if isinstance(mark.actual, Decimal) and mark.actual > 20 and mark.key not in told
    ]
    if facts.spending is None or not fit:
        return None
    mark, actual = random.choice(fit)
    return _told_otherwise(facts, mark, actual, random)


def _prose_conflict(facts: Facts, style: Style, random: Random) -> Planted | None:
    """Two places of the prose tell one result with different values."""
    del style
    told = {repeat.key for repeat in facts.repeats}
    fit = [result for result in _own_results(facts) if result.key not in told and result.actual > 5]
    if facts.spending is None or not fit:
        return None
    result = random.choice(fit)
    return _told_otherwise(facts, result, result.actual, random)


def _own_results(facts: Facts) -> Iterator[Result]:
    """The department's results: told again in its section, a project's would be nobody's."""
    return (result for result in facts.results() if result.evaluation == "department")


def _told_otherwise(facts: Facts, told: Mark | Result, actual: Decimal, random: Random) -> Planted:
    """The facts with a result told once more, with another value."""
    key, name, unit = told.key, told.name, told.unit
    step = Decimal(random.choice((2, 3, 4, 6, 7))) * (1 if actual < 60 else 2)
    other = actual - step if random.random() < 0.5 or unit == "%" else actual + step
    detail = f"{name}：一处为{actual}{unit}，另一处为{other}{unit}"
    repeats = (*facts.repeats, Repeat(key, other))
    return Planted(replace(facts, repeats=repeats), Plant("CONFLICT", detail, (f"again.{key}", key)))


def _bare_amount(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if facts.spending is None:
        return None
    key, amount, item = random.choice(
        (
            ("prose.personnel", facts.spending.personnel, "人员经费"),
            ("prose.running", facts.spending.running, "公用经费"),
        )
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


def _foreign_name(facts: Facts, style: Style, random: Random) -> Planted | None:
    del style
    if facts.spending is None:
        return None
    other = random.choice([place for place in MORE_PLACES if place not in facts.place])
    name = other + facts.unit_name[len(facts.place) - 1 :]
    detail = f"评价结论写为“{name}”，本单位为{facts.unit_name}"
    return Planted(replace(facts, signed_name=name), Plant("FOREIGN_NAME", detail, ("signed",)))


PLANTERS: tuple[Planter, ...] = (
    _form_conflict,
    _prose_conflict,
    _bare_amount,
    _wrong_unit,
    _foreign_name,
)
