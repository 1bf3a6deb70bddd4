"""The same fact stated twice is one record: a form's row stands for the prose that repeats it (labeling guide)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.quantities import parse_quantity, same_quantity
from schemas.records import RecordKind
from schemas.stages import Candidate

_AMOUNTS = ("prior_executed", "initial_budget", "annual_budget", "executed")
_TOTAL = re.compile(r"整体支出|总额|合计|总计|^预算|^支出$|资金总额|自评金额|总支出|预算(?:资金|收支)|年度资金")
_FILLER = re.compile(r"[\s“”\"（）()及和与的为]|支出|经费|费用|资金|金额|总额|情况|共计|合计|项目")


_PROSE = (
    "funding.prose",
    "narrative.measure",
    "goals.prose",
    "goals.heading",
    "causes.sentence",
    "problems.item",
    "remedies.item",
)


_SAME_MEASURE = 0.7


def is_prose(one: Candidate) -> bool:
    """True for a record that was read from prose, by whatever reader."""
    return one.rule in _PROSE or (one.engine == "llm" and one.rule != "llm.form")


def drop_repeated(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates without those that only repeat what another says in a fuller or a form's record."""
    sure = [c for c in found if c.confirmed is not False]  # what only a second opinion saw, repeats nothing
    forms = [c for c in sure if c.kind is RecordKind.FUNDING and not is_prose(c)]
    rows = [c for c in sure if c.kind is RecordKind.INDICATOR and not is_prose(c)]
    money = {c.where for one in sure if one.kind is RecordKind.FUNDING for c in one.fields.values() if c.where}
    kept: list[Candidate] = []
    for one in found:
        earlier = [
            c for c in kept if c.kind is one.kind and c.references == one.references and c.confirmed is not False
        ]
        if one.kind is RecordKind.FUNDING and is_prose(one):
            same = [c for c in (*forms, *earlier) if c is not one and c.references == one.references]
            if one.references.get("evaluation") == "department":  # a project's own passage says it more fully
                same.extend(c for c in sure if c.kind is RecordKind.FUNDING and c.references != one.references)
            if any(_repeats_amounts(one, other) for other in same):
                continue
        elif one.kind is RecordKind.INDICATOR and is_prose(one):
            where = one.fields["actual"].where if "actual" in one.fields else None
            if where and any(where.covers(span) for span in money):
                continue
            if any(_repeats_measure(one, other) for other in earlier) or any(_repeats_row(one, row) for row in rows):
                continue
        elif (
            one.kind is RecordKind.GOAL
            and is_prose(one)
            and any(
                _value(one, "statement") == _value(c, "statement")
                for c in sure
                if c.kind is RecordKind.GOAL and not is_prose(c)
            )
        ):
            continue
        kept.append(one)
    return tuple(kept)


def _repeats_amounts(one: Candidate, other: Candidate) -> bool:
    """True where every amount of one stands in the same column of the other, for items that are alike."""
    amounts = {code: one.fields[code].value for code in _AMOUNTS if code in one.fields}
    if not all(code in other.fields and _equal(value, other.fields[code].value) for code, value in amounts.items()):
        return False
    first, second = _value(one, "item"), _value(other, "item")
    return alike(first, second) or bool(_TOTAL.search(first) and _TOTAL.search(second))


def _repeats_measure(one: Candidate, other: Candidate) -> bool:
    if "actual" not in one.fields or "actual" not in other.fields or set(one.fields) - set(other.fields):
        return False
    first, second = sorted((_value(one, "name"), _value(other, "name")), key=len)
    alike_names = len(first) >= 4 and first in second
    return alike_names and _equal(one.fields["actual"].value, other.fields["actual"].value)


def _repeats_row(one: Candidate, row: Candidate) -> bool:
    """True where a form's row states the measure under about the same name with the same number.

    The row is of the same evaluation, or of a project that the department's prose sums up.
    """
    if one.references["evaluation"] not in (row.references["evaluation"], "department"):
        return False
    if not {"name", "actual"} <= set(row.fields) or set(one.fields) != {"name", "actual"}:
        return False  # the prose adds a change or a target
    first, second = _value(one, "name"), _value(row, "name")
    if min(len(first), len(second)) < 3 or not _same_measure(first, second):
        return False
    a, b = parse_quantity(_value(one, "actual")), parse_quantity(_value(row, "actual"))
    return a is not None and b is not None and a.number == b.number and a.scale == b.scale


def _same_measure(first: str, second: str) -> bool:
    """True where most of the shorter name's characters stand in the other (labeling guide: 70 of 100)."""
    shared = sum((Counter(first) & Counter(second)).values())
    return shared >= _SAME_MEASURE * min(len(first), len(second))


def alike(first: str, second: str) -> bool:
    """True where two items are of one thing: most of the shorter one's characters stand in the other."""
    a, b = _FILLER.sub("", first), _FILLER.sub("", second)
    if not a or not b:
        return first == second
    shared = sum((Counter(a) & Counter(b)).values())
    return shared >= 0.6 * min(len(a), len(b)) and shared >= 0.5 * max(len(a), len(b)) - 1


def _equal(first: str, second: str) -> bool:
    a, b = parse_quantity(first), parse_quantity(second)
    return same_quantity(a, b) if a and b else first == second


def _value(one: Candidate, name: str) -> str:
    return one.fields[name].value if name in one.fields else ""
