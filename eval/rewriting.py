"""A labeled report rewritten: edits of its text, and the labels that say of the new text what they said of the old."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel

from eval.cases import Case
from eval.matching import FoldedText, fold_text
from pipeline.errors import LabelError
from schemas.records import SECTIONS, FieldType, Labels, RecordKind, field_types
from schemas.text import Span

_LONGEST_TAIL = 40  # characters; behind rows that are all alike, only what stands before them tells them apart


class Edit(NamedTuple):
    """What takes the place of a range of the text: other words, or the words of another range, which move there.

    Edits of one ``group`` are made all or none, so that a name or number stays the same wherever it stands.
    """

    span: Span
    replacement: str | Span
    group: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text. ``images[i]`` is where the old ``text[i]`` went: for replaced words, all of what replaced them."""

    text: str
    images: tuple[Span | None, ...]

    def image(self, span: Span) -> Span | None:
        """The range of the new text that the old range went to, white space at its ends left out."""
        images = [image for image in self.images[span.start : span.end] if image is not None]
        if not images:
            return None
        start, end = min(image.start for image in images), max(image.end for image in images)
        words = self.text[start:end]
        start += len(words) - len(words.lstrip())
        return Span(start, start + len(words.strip())) if words.strip() else None


def rewrite_text(text: str, edits: Iterable[Edit]) -> Rewritten:
    """The text after edits that do not overlap, in one pass from its start to its end."""
    images: list[Span | None] = [None] * len(text)
    pieces: list[str] = []
    length = 0
    for place, content in _contents(len(text), edits):
        if isinstance(content, Span):
            pieces.append(text[content.start : content.end])
            for offset, at in enumerate(range(*content)):
                images[at] = Span(length + offset, length + offset + 1)
        else:
            pieces.append(content)
            whole = Span(length, length + len(content)) if content else None
            images[place.start : place.end] = [whole] * (place.end - place.start)
        length += len(pieces[-1])
    return Rewritten("".join(pieces), tuple(images))


def _contents(length: int, edits: Iterable[Edit]) -> Iterator[tuple[Span, str | Span]]:
    """Each range of the old text in order, with the words, or the range of words, that comes in its place."""
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        kept = Span(at, edit.span.start)
        yield kept, kept
        yield edit.span, edit.replacement
        at = edit.span.end
    yield Span(at, length), Span(at, length)


def rewrite_case(case: Case, edits: Sequence[Edit], dropped: Mapping[Span, str] | None = None) -> Case:
    """The case with its text edited and every value and quote of its gold read anew from the new text.

    ``dropped`` names, by the range of a form, an indicator field whose column was taken out of it. A group of edits
    that would cut through a value or quote is left out. Findings are not kept: other numbers, other contradictions.
    """
    text = fold_text(case.text)
    places = {place for place in _all_places(case.gold, text) if place is not None}
    kept = _without_cuts(edits, places)
    rewritten = rewrite_text(case.text, kept)
    reader = _Reader(text, rewritten)
    changes: dict[str, object] = {"findings": ()}
    for name, value in _stated(case.gold, RecordKind.REPORT):
        changes[name] = reader.read(value, None)
    for kind, section in SECTIONS.items():
        changes[section] = tuple(
            reader.reread(record, kind, _dropped_field(record, kind, case.text, dropped or {}))
            for record in getattr(case.gold, section)
        )
    return Case(case.name, case.report, rewritten.text, case.gold.model_copy(update=changes))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the values of the old text's labels from the new text."""

    text: FoldedText
    rewritten: Rewritten

    def reread(self, record: BaseModel, kind: RecordKind, dropped: str | None) -> BaseModel:
        """The record as the new text has it."""
        quote = quote_span(self.text.text, record)
        changes: dict[str, object] = {
            name: self.read(value, quote) for name, value in _stated(record, kind) if name != dropped
        }
        if dropped is not None:
            changes[dropped] = None
        image = self.rewritten.image(quote)
        if image is None:
            raise LabelError(f"改写删去了引文：{self.text.text[quote.start : quote.end]!r}")
        unique = unique_span(self.rewritten.text, image)
        return record.model_copy(update={**changes, "quote": self.rewritten.text[unique.start : unique.end]})

    def read(self, value: str, quote: Span | None) -> str:
        """The value as the new text has it, with the same treatment of white space."""
        for place in _places(self.text, value, quote):
            image = self.rewritten.image(place)
            if image is not None:
                words = self.rewritten.text[image.start : image.end]
                return words if self.text.text[place.start : place.end] == value else "".join(words.split())
        raise LabelError(f"标注的值不在报告中：{value!r}", "先用标注检查工具核对该标注文件。")


def quote_span(text: str, record: BaseModel) -> Span:
    """Where the quote of a record stands; ``LabelError`` where the text does not have it."""
    quote: str = getattr(record, "quote")  # noqa: B009 - every kind of record has one, their common base has none
    start = text.find(quote)
    if start < 0:
        raise LabelError(f"标注的引文不在报告中：{quote!r}", "先用标注检查工具核对该标注文件。")
    return Span(start, start + len(quote))


def _stated(record: BaseModel, kind: RecordKind) -> Iterator[tuple[str, str]]:
    """The filled fields whose values stand in the text, as strings."""
    for name, field_type in field_types(kind).items():
        value = getattr(record, name)
        if field_type is not FieldType.REFERENCE and isinstance(value, str):
            yield name, value


def _all_places(gold: Labels, text: FoldedText) -> Iterator[Span | None]:
    """Every quote, and the place from which each value is read."""
    for _, value in _stated(gold, RecordKind.REPORT):
        yield next(_places(text, value, None), None)
    for kind, section in SECTIONS.items():
        for record in getattr(gold, section):
            quote = quote_span(text.text, record)
            yield quote
            for _, value in _stated(record, kind):
                yield next(_places(text, value, quote), None)


def _places(text: FoldedText, value: str, quote: Span | None) -> Iterator[Span]:
    """Where a value stands, likeliest first: in the quote, before it from the nearest up, after it.

    A number stands only where no further digits adjoin it.
    """
    found = [span for place in text.folded_places(value) if (span := _raw_span(text, place)) is not None]
    spans = [span for span in found if not _cuts_number(text.text, span)] or found
    if quote is None:
        yield from spans
        return
    inside = [span for span in spans if quote.covers(span)]
    yield from inside
    yield from reversed([span for span in spans if span.start < quote.start])
    yield from (span for span in spans if span.start >= quote.start and span not in inside)


def _raw_span(text: FoldedText, place: Span) -> Span | None:
    """The range of the text that a range of the folded text was made from; ``None`` where it starts or ends in the
    midst of a character, as the 2 of ``㎡`` does."""
    start = bisect_right(text.starts, place.start) - 1
    end = bisect_left(text.starts, place.end, lo=start)
    return Span(start, end) if (text.starts[start], text.starts[end]) == place else None


def _cuts_number(text: str, span: Span) -> bool:
    """True where a range starts or ends in the midst of a number."""
    before, after = text[: span.start][-2:], text[span.end : span.end + 2]
    number_before = before[-1:].isdigit() or (before[-1:] == "." and before[:1].isdigit())
    number_after = after[:1].isdigit() or (after[:1] == "." and after[1:].isdigit())
    return (text[span.start].isdigit() and number_before) or (text[span.end - 1].isdigit() and number_after)


def _without_cuts(edits: Sequence[Edit], places: Iterable[Span]) -> list[Edit]:
    """The edits without every group of which one replaces words across an end of a place.

    Words that are taken out or moved may be cut: what is left of the place is still its own words.
    """
    ends = sorted({end for place in places for end in place})
    cutting = {
        edit.group
        for edit in edits
        if isinstance(edit.replacement, str)
        and edit.replacement
        and bisect_right(ends, edit.span.start) < bisect_left(ends, edit.span.end)
    }
    return [edit for edit in edits if edit.group not in cutting]


def unique_span(text: str, span: Span) -> Span:
    """The range, made longer at its end and then at its start until its words occur once."""
    start, end = span
    while text.count(text[start:end]) > 1 and end < min(len(text), span.end + _LONGEST_TAIL):
        end += 1
    while text.count(text[start:end]) > 1 and start > 0:
        start -= 1
    return Span(start, end)


def _dropped_field(record: BaseModel, kind: RecordKind, text: str, dropped: Mapping[Span, str]) -> str | None:
    """The field that a form indicator loses, if its form lost the column."""
    if kind is not RecordKind.INDICATOR or getattr(record, "origin", "") != "form":
        return None
    quote = quote_span(text, record)
    return next((name for form, name in dropped.items() if form.overlaps(quote)), None)
