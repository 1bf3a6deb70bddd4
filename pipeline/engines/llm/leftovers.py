"""The second look: numbers of performance sections that no record claims, asked about once more, just those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.engines.llm.questions import LEFTOVER, MAX_CHARACTERS, Question, fence
from pipeline.quantities import find_quantities, parse_quantity
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, SectionKind
from schemas.text import Document, Span

_SENTENCE = re.compile(r"[^。；！？\n]*[^\s。；！？][^。；！？\n]*[。；！？]?")
_OTHERWISE = re.compile(
    r"(?:上年|去年|同比|环比|比上|较上|20\d\d年)[^，。；]{0,12}$|第$|目标|计划|预计|拟|力争|预期|编制|得分|满分|总分|评分|分值"
)


_STOP = re.compile("[。；]")
_TOLD = 40  # characters: shorter cells name things
_OF_ROWS = (RecordKind.INDICATOR, RecordKind.FUNDING)
"""A form's goals and outcome hold their numbers as words only: the results in them are records of their own."""


class Unclaimed(NamedTuple):
    """A sentence with numbers that no record claims."""

    chunk: int
    sentence: Span
    numbers: tuple[str, ...]


def leftover_question(
    document: Document, chunks: Sequence[Chunk], asked: Iterable[int], claimed: Iterable[Candidate]
) -> Question | None:
    """What to ask about again of the chunks that were asked about; ``None`` where nothing is left over.

    A number is claimed where it stands in the quote or in a value of a record. A chunk whose answer was empty has all
    its numbers left over.
    """
    claimed = tuple(claimed)
    taken = [span for one in claimed for span in _places(one)]
    rows = [span for one in claimed if one.kind in _OF_ROWS for span in _places(one)]
    money = frozenset(number for one in claimed if one.kind is RecordKind.FUNDING for number in _numbers(one))
    found: list[Unclaimed] = []
    for index in sorted(set(asked)):
        if chunks[index].kind is SectionKind.PERFORMANCE:
            found.extend(_unclaimed(document, chunks[index], chunks[index].span, taken, money))
        elif chunks[index].kind is SectionKind.FORM:
            for cell in _told_cells(document, chunks[index]):
                found.extend(_unclaimed(document, chunks[index], cell, rows, money))
    kept: list[Unclaimed] = []
    size = 0
    for one in found:
        size += one.sentence.end - one.sentence.start
        if size > MAX_CHARACTERS:
            break
        kept.append(one)
    if not kept:
        return None
    lines = [("", f"{document.quote(one.sentence).strip()}（未摘录：{'、'.join(one.numbers)}）") for one in kept]
    members = tuple(dict.fromkeys(one.chunk for one in kept))
    return Question(LEFTOVER, members, tuple(one.sentence for one in kept), fence(lines))


def _places(one: Candidate) -> Iterable[Span]:
    if one.quote.where:
        yield one.quote.where
    yield from (claim.where for claim in one.fields.values() if claim.where)


def _numbers(one: Candidate) -> Iterable[Decimal]:
    for claim in one.fields.values():
        quantity = parse_quantity(claim.value)
        if quantity is not None:
            yield quantity.number


def _told_cells(document: Document, chunk: Chunk) -> Iterable[Span]:
    """The cells of a form that tell in sentences what was done: the outcome of the year's goals."""
    for table in document.tables:
        for cell in table.cells:
            if chunk.span.covers(cell.span) and len(cell.text) >= _TOLD and _STOP.search(cell.text):
                yield cell.span


def _unclaimed(
    document: Document, chunk: Chunk, span: Span, taken: Sequence[Span], money: frozenset[Decimal]
) -> Iterable[Unclaimed]:
    text = document.text
    for match in _SENTENCE.finditer(text, span.start, span.end):
        words = match[0]
        numbers = []
        for quantity in find_quantities(words):
            span = Span(match.start() + quantity.span.start, match.start() + quantity.span.end)
            before = text[max(match.start(), span.start - 16) : span.start]
            if not quantity.unit or any(place.overlaps(span) for place in taken) or _OTHERWISE.search(before):
                continue
            if quantity.dimension.startswith("money") and quantity.number in money:
                continue  # said once more
            numbers.append(text[span.start : span.end].strip())
        if numbers:
            yield Unclaimed(chunk.index, Span(match.start(), match.end()), tuple(numbers))
