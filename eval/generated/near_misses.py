"""What looks like a contradiction and is none: facts told again in round numbers or with more words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.facts import Change, Facts, Repeat
from eval.generated.figures import draw, rounded


def add_near_misses(facts: Facts, random: Random) -> Facts:
    """The facts with some results and rows of forms told again: the same, rounded up, or with a change."""
    if facts.spending is None:
        return facts
    repeats: list[Repeat] = []
    results = [result for result in facts.results() if result.evaluation == "department" and result.actual > 30]
    if results and random.random() < 0.25:
        result = random.choice(results)
        whole = result.actual if result.actual == result.actual.to_integral_value() else None
        value = nearly(result.actual) if whole is not None else rounded(result.actual, 0)
        repeats.append(Repeat(result.key, value, rounded=value != result.actual))
    marks = [mark for mark in facts.own_marks() if isinstance(mark.actual, Decimal) and mark.actual > 20]
    if marks and random.random() < 0.3:
        mark = random.choice(marks)
        change = None
        if random.random() < 0.6:
            kind = "points" if mark.unit == "%" else "percent"
            change = Change(kind, draw(random, Decimal("0.4"), Decimal(6), 1), random.random() < 0.8)
        if isinstance(mark.actual, Decimal):
            repeats.append(Repeat(mark.key, mark.actual, change=change))
    return replace(facts, repeats=(*facts.repeats, *repeats))


def nearly(value: Decimal) -> Decimal:
    """The value as people round it: to two leading digits."""
    scale = Decimal(10) ** max(len(str(int(value))) - 2, 0)
    return rounded(value / scale, 0) * scale
