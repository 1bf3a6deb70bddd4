"""Contradictions in an indicator form: marks, weights and targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.closing import is_met
from eval.generated.facts import Day, Facts, Mark
from eval.generated.figures import rounded
from eval.generated.plants import Plant, Planted, Planter, exchange, marked, with_assessed, with_lines, with_marks
from eval.generated.style import Style

SPLIT = ("L5", "L6", "L10")
"""Layouts with the unit in a cell of its own."""


def _score_total(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = marked(facts, style, random)
    if assessed is None or style.score_in_header:
        return None
    stated = assessed.total_score - Decimal(random.choice(("0.5", "1", "1.5", "2", "5")))
    detail = f"{assessed.name}：各项得分合计{assessed.total_score}，总分写为{stated}"
    changed = replace(assessed, total_score=stated)
    shown = (assessed.lines[0].key,) if assessed.lines[0].weight is not None else (assessed.marks[0].key,)
    return Planted(with_assessed(facts, changed), Plant("SCORE_TOTAL", detail, (f"{assessed.id}.sum", *shown)))


def _weight_total(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = marked(facts, style, random)
    fit = [mark for mark in assessed.marks if mark.cause is None and mark.weight > 5] if assessed else []
    if assessed is None or not fit or style.score_in_header:
        return None
    mark = random.choice(fit)
    weight = mark.weight + random.choice((-5, -5, -2, 5))
    marks = exchange(assessed.marks, replace(mark, weight=weight, score=weight))
    added = sum((each.weight for each in marks), assessed.lines[0].weight or Decimal(0))
    detail = f"{assessed.name}：各项分值合计{added}，总分栏为100"
    keys = (f"{assessed.id}.sum", mark.key, *([assessed.lines[0].key] if assessed.lines[0].weight is not None else []))
    return Planted(with_assessed(facts, with_marks(assessed, marks)), Plant("WEIGHT_TOTAL", detail, keys))


def _score_rate(facts: Facts, style: Style, random: Random) -> Planted | None:
    assessed = marked(facts, style, random)
    if assessed is None or assessed.lines[0].weight is None or assessed.lines[0].rate is None:
        return None
    total = assessed.lines[0]
    weight, rate = assessed.lines[0].weight, assessed.lines[0].rate
    right = rounded(weight * rate / 100, 2)
    stated = weight if weight - right > Decimal("0.25") else right - Decimal(random.choice(("0.5", "1", "1.2")))
    detail = f"{total.item}：执行率{rate}%，{weight}×{rate}%={right}，得分为{stated}"
    lines = (replace(total, score=stated), *assessed.lines[1:])
    return Planted(with_lines(facts, assessed, lines), Plant("SCORE_RATE", detail, (total.key,)))


def _unmet(facts: Facts, style: Style, random: Random, kind: Callable[[Mark], bool]) -> Planted | None:
    """A target missed, with full marks and no reason."""
    assessed = marked(facts, style, random)
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
    unit = mark.unit if mark.unit != "day" else ""
    detail = f"{mark.name}：目标{shown}{unit}，实际{told}{unit}，{reached}，仍得满分{mark.weight}"
    return Planted(
        with_assessed(facts, with_marks(assessed, exchange(assessed.marks, missed))),
        Plant("UNMET_FULL_SCORE", detail, (mark.key,)),
    )


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
    assessed = marked(facts, style, random)
    fit = (
        [mark for mark in assessed.marks if mark.cause is None and isinstance(mark.target, Decimal) and is_met(mark)]
        if assessed
        else []
    )
    if assessed is None or not fit:
        return None
    mark = random.choice(fit)
    score = mark.weight - Decimal(random.choice(("0.5", "1", "1.5", "2")))
    shown, told = f"{mark.direction}{mark.target}{mark.unit}", f"{mark.actual}{mark.unit}"
    detail = f"{mark.name}：目标{shown}，实际{told}，已达到，{mark.weight}分只得{score}分"
    marks = exchange(assessed.marks, replace(mark, score=score))
    return Planted(with_assessed(facts, with_marks(assessed, marks)), Plant("MET_LOW_SCORE", detail, (mark.key,)))


def _bare_target(facts: Facts, style: Style, random: Random) -> Planted | None:
    """A target without the unit that its result has."""
    fit = [
        mark
        for each in facts.evaluations
        for mark in each.marks
        if each.has_form
        and style.layout(each.id) not in SPLIT
        and isinstance(mark.target, Decimal)
        and mark.unit != "%"
    ]
    if not fit:
        return None
    mark = random.choice(fit)
    detail = f"{mark.name}：目标{mark.target}没有单位，实际为{mark.actual}{mark.unit}"
    return Planted(replace(facts, bare=facts.bare | {f"{mark.key}.target"}), Plant("UNIT", detail, (mark.key,)))


PLANTERS: tuple[Planter, ...] = (
    _score_total,
    _weight_total,
    _score_rate,
    _unmet_number,
    _unmet_percent,
    _unmet_less,
    _unmet_day,
    _met_low,
    _bare_target,
)
