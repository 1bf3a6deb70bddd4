"""The numbers of a sentence, and what its words may say of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.prose.phrases import clause_end, clause_start, last_clause, tight, wrapped_sentence_at
from pipeline.prose.roles import Role, Setting, role_of
from pipeline.quantities import Quantity, find_quantities
from schemas.text import Span

_SEMICOLON = re.compile(r"[；;]")
_LISTED = re.compile(r"\s*[、和及与]\s*(?:和|及)?\s*")
POINTS = re.compile(r"(?:(?P<weight>分值|权重|满分)|(?P<score>得分|评分|自评得?分?))(?:为|是|[:：])?$")
_REACH = 12
_FIELDS = {
    Role.ACTUAL: "actual",
    Role.TARGET: "target",
    Role.COMPLETION: "completion_rate",
    Role.CHANGE: "change",
    Role.CHANGE_OF_OWN: "change",
    Role.EARLIER: "earlier",
    Role.LAST_YEAR: "earlier",
}


class Spoken(NamedTuple):
    """A quantity of a text with its place there, and that of its number alone."""

    quantity: Quantity
    span: Span
    number: Span


def spoken_in(text: str, sentence: Span) -> tuple[Spoken, ...]:
    """The quantities of a sentence in order. It is read from one semicolon to the next, as the rules read it, so that
    what they found is not looked for again.
    """
    found: list[Spoken] = []
    start = sentence.start
    while start < sentence.end:
        stop = _SEMICOLON.search(text, start, sentence.end)
        end = stop.end() if stop is not None else sentence.end
        found += (
            Spoken(quantity, _moved(quantity.span, start), _moved(quantity.number_span, start))
            for quantity in find_quantities(text[start:end])
        )
        start = end
    return tuple(found)


def told_fields(text: str, span: Span) -> frozenset[str]:
    """The fields of an indicator that the number in a span of prose may belong in by the words around it.

    Besides those fields ``earlier`` for last year's figure; empty where the words tell nothing.
    """
    sentence = wrapped_sentence_at(text, span)
    inside = Span(span.start - sentence.start, span.end - sentence.start)
    told = (fields for number, fields in _told_in(text[sentence.start : sentence.end]) if number.overlaps(inside))
    return next(told, frozenset())


@lru_cache(maxsize=4096)  # a sentence is asked about once for each of its numbers, by grounding and by checks
def _told_in(sentence: str) -> tuple[tuple[Span, frozenset[str]], ...]:
    """Each number of a sentence with the fields that it may belong in."""
    numbers = spoken_in(sentence, Span(0, len(sentence)))
    roles: list[frozenset[Role]] = []
    found = []
    for number in numbers:
        points = POINTS.search(tight(sentence[max(0, number.number.start - _REACH) : number.number.start]))
        told = frozenset[Role]() if points else _possible_roles(sentence, numbers, roles)
        alone = frozenset({Role.ACTUAL}) not in roles and told == {Role.COMPLETION}
        fields = {_FIELDS[role] for role in told if role in _FIELDS} | ({"actual"} if alone else set())
        found.append((number.number, frozenset({points.lastgroup or ""}) if points else frozenset(fields)))
        roles.append(told)
    return tuple(found)


def _possible_roles(sentence: str, numbers: Sequence[Spoken], known: Sequence[frozenset[Role]]) -> frozenset[Role]:
    """What the words may say of the number after those whose roles are known.

    It is not sure whether one of those was a result: where none surely was, both are looked at.
    """
    place = len(known)
    number = numbers[place]
    if place and _is_listed(sentence, numbers[place - 1], number):
        return known[-1]  # 分别增长5%、7%和9%
    before = numbers[place - 1].span.end if place else 0
    following = numbers[place + 1].span.start if place + 1 < len(numbers) else len(sentence)
    clause = clause_start(sentence, before, number.span.start)
    left, since = (tight(sentence[start : number.span.start]) for start in (clause, before))
    right = sentence[number.span.end : clause_end(sentence, number.span.end, following)].strip()
    until, more = tight(sentence[number.span.end : following]), following < len(sentence)
    whole = tight(last_clause(sentence[: number.span.start]))
    opened = (True,) if frozenset({Role.ACTUAL}) in known else (True, False) if place else (False,)
    return frozenset(role_of(Setting(number.quantity, left, since, right, until, whole, one, more)) for one in opened)


def _is_listed(text: str, one: Spoken, other: Spoken) -> bool:
    bare = other.span.start == other.number.start
    return bare and _LISTED.fullmatch(text, one.span.end, other.span.start) is not None


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
