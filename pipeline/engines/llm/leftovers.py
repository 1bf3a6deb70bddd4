"""The second look: numbers of performance sections that no record claims, asked about once more, just those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from pipeline.engines.llm.questions import LEFTOVER, MAX_CHARACTERS, Part, Question, question_of
from pipeline.quantities import Quantity, find_quantities, parse_quantity
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, SectionKind
from schemas.text import Document, Span

_SENTENCE = re.compile(r"[^。；！？\n]*[^\s。；！？][^。；！？\n]*[。；！？]?")
_OTHERWISE = re.compile(
    r"(?:上年|去年|同比|环比|比上|较上|20\d\d年)[^，。；]{0,12}$|第$|目标|计划|预计|拟|力争|预期|编制|得分|满分|总分|评分|分值"
)


_STOP = re.compile("[。；]")
_AMOUNTS = ("prior_executed", "initial_budget", "annual_budget", "executed")
_LOOK_BACK = 16  # characters
_SAME_NAME = 0.7  # of a name's characters
_TOLD = 40  # characters: shorter cells name things
_OF_ROWS = (RecordKind.INDICATOR, RecordKind.FUNDING)
"""A form's goals and outcome hold their numbers as words only: the results in them are records of their own."""


class Unclaimed(NamedTuple):
    """A sentence with numbers that no record claims."""

    chunk: int
    sentence: Span
    numbers: tuple[str, ...]


class _Claimed(NamedTuple):
    """What the records of a report claim: places of the text, amounts of money, and results by name and number."""

    places: tuple[Span, ...]
    money: frozenset[Decimal]
    results: tuple[tuple[str, Decimal], ...]


def leftover_question(
    document: Document, chunks: Sequence[Chunk], asked: Iterable[int], claimed: Sequence[Candidate]
) -> Question | None:
    """What to ask about again of the chunks that were asked about; ``None`` where nothing is left over.

    A number is claimed where it stands in the quote or in a value of a record, or where its sentence only tells once
    more what a record claims. A chunk whose answer was empty has all its numbers left over.
    """
    everything = _claimed(claimed)
    rows = _claimed([one for one in claimed if one.kind in _OF_ROWS])
    found: list[Unclaimed] = []
    for chunk in (chunks[index] for index in sorted(set(asked))):
        if chunk.kind is SectionKind.PERFORMANCE:
            found.extend(_unclaimed(document, chunk, chunk.span, everything))
        elif chunk.kind is SectionKind.FORM:
            for cell in _told_cells(document, chunk):
                found.extend(_unclaimed(document, chunk, cell, rows))
    sizes = accumulate(one.sentence.end - one.sentence.start for one in found)
    kept = [one for one, size in zip(found, sizes, strict=True) if size <= MAX_CHARACTERS]
    if not kept:
        return None
    return question_of(LEFTOVER, [_part(document, one) for one in kept])


def _part(document: Document, one: Unclaimed) -> Part:
    words = f"{document.quote(one.sentence).strip()}（未摘录：{'、'.join(one.numbers)}）"
    return Part(one.chunk, one.sentence, "", words)


def _claimed(records: Iterable[Candidate]) -> _Claimed:
    places: list[Span] = []
    money: list[Decimal] = []
    results: list[tuple[str, Decimal]] = []
    for one in records:
        places.extend(claim.where for claim in (one.quote, *one.fields.values()) if claim.where)
        if one.kind is RecordKind.FUNDING:
            columns = (one.fields[name] for name in _AMOUNTS if name in one.fields)
            money.extend(q.number for c in columns if (q := parse_quantity(c.value)) is not None)
        elif one.kind is RecordKind.INDICATOR and {"name", "actual"} <= one.fields.keys():
            quantity = parse_quantity(one.fields["actual"].value)
            results.extend([] if quantity is None else [(one.fields["name"].value, quantity.number)])
    return _Claimed(tuple(places), frozenset(money), tuple(results))


def _told_cells(document: Document, chunk: Chunk) -> Iterator[Span]:
    """The cells of a form that tell in sentences what was done: the outcome of the year's goals."""
    for table in document.tables:
        for cell in table.cells:
            if chunk.span.covers(cell.span) and len(cell.text) >= _TOLD and _STOP.search(cell.text):
                yield cell.span


def _unclaimed(document: Document, chunk: Chunk, passage: Span, claimed: _Claimed) -> Iterator[Unclaimed]:
    for match in _SENTENCE.finditer(document.text, passage.start, passage.end):
        words = match[0]
        numbers = [
            quantity.text.strip()
            for quantity in find_quantities(words)
            if _may_be_result(words, quantity) and not _is_claimed(words, quantity, match.start(), claimed)
        ]
        if numbers:
            yield Unclaimed(chunk.index, Span(*match.span()), tuple(numbers))


def _may_be_result(sentence: str, quantity: Quantity) -> bool:
    """True for a number with a unit, unless the words before it make it something else. 一套 is hardly ever a count."""
    before = sentence[max(0, quantity.span.start - _LOOK_BACK) : quantity.span.start]
    return bool(quantity.unit) and not quantity.text.startswith("一") and not _OTHERWISE.search(before)


def _is_claimed(sentence: str, quantity: Quantity, start: int, claimed: _Claimed) -> bool:
    """True where the number itself is claimed, or a record says the same: the amount, or the number and the name."""
    span = Span(start + quantity.span.start, start + quantity.span.end)
    if any(place.overlaps(span) for place in claimed.places):
        return True
    if quantity.dimension.startswith("money") and quantity.number in claimed.money:
        return True
    return any(
        number == quantity.number and sum(char in sentence for char in name) >= _SAME_NAME * len(name)
        for name, number in claimed.results
    )
