"""The numbers of a sentence, and what its words may say of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.prose.phrases import clause_end, clause_start, tight
from pipeline.prose.roles import Role, Setting, role_of
from pipeline.quantities import Quantity, find_quantities
from schemas.text import Span

_LISTED = re.compile(r"\s*[、和及与]\s*(?:和|及)?\s*")
_FIELDS = {
    Role.ACTUAL: "actual",
    Role.TARGET: "target",
    Role.COMPLETION: "completion_rate",
    Role.CHANGE: "change",
    Role.CHANGE_OF_OWN: "change",
    Role.EARLIER: "earlier",
}


class Spoken(NamedTuple):
    """A quantity of a text with its place there, and that of its number alone."""

    quantity: Quantity
    span: Span
    number: Span


def spoken_in(text: str, sentence: Span) -> tuple[Spoken, ...]:
    """The quantities of a sentence in order."""
    return tuple(
        Spoken(quantity, _moved(quantity.span, sentence.start), _moved(quantity.number_span, sentence.start))
        for quantity in find_quantities(text[sentence.start : sentence.end])
    )


def spoken_at(text: str, span: Span, sentence: Span) -> tuple[tuple[Spoken, ...], int | None]:
    """The quantities of a sentence, and the place among them of the one whose number the span holds."""
    numbers = spoken_in(text, sentence)
    return numbers, next((place for place, one in enumerate(numbers) if one.number.overlaps(span)), None)


def told_fields(text: str, span: Span, sentence: Span) -> frozenset[str]:
    """The fields of an indicator that the number in a span of prose may belong in by the words around it.

    Besides those fields ``earlier`` for last year's figure; empty where the words tell nothing.
    """
    numbers, place = spoken_at(text, span, sentence)
    roles = possible_roles(text, sentence, numbers, place) if place is not None else frozenset()
    return frozenset(_FIELDS[role] for role in roles if role in _FIELDS)


def possible_roles(text: str, sentence: Span, numbers: Sequence[Spoken], place: int) -> frozenset[Role]:
    """What the words may say of one of the numbers, where it is not sure whether a result was told before it."""
    number = numbers[place]
    if place and _is_listed(text, numbers[place - 1], number):
        return possible_roles(text, sentence, numbers, place - 1)  # 分别增长5%、7%和9%
    before = numbers[place - 1].span.end if place else sentence.start
    following = numbers[place + 1].span.start if place + 1 < len(numbers) else sentence.end
    clause = clause_start(text, before, number.span.start)
    left, since = (tight(text[start : number.span.start]) for start in (clause, before))
    right = text[number.span.end : clause_end(text, number.span.end, following)].strip()
    more = following < sentence.end
    told = place > 0 and possible_roles(text, sentence, numbers, place - 1) == {Role.ACTUAL}
    opened = (True,) if told else (True, False) if place else (False,)
    return frozenset(role_of(Setting(number.quantity, left, since, right, is_open, more)) for is_open in opened)


def _is_listed(text: str, one: Spoken, other: Spoken) -> bool:
    bare = other.span.start == other.number.start
    return bare and _LISTED.fullmatch(text, one.span.end, other.span.start) is not None


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
