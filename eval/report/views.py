"""A report as it is looked at: its text in pieces, and every record with what gold and the runs say, side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from eval.agreement import fold
from eval.matching import FoldedText, fold_text
from eval.metrics import Outcome
from eval.titles import ORIGINS, OUTCOMES
from pipeline.store import EvalJudgement
from pipeline.titles import KINDS, SCOPES, field_title
from schemas.records import SECTIONS, Labels, RecordKind, field_types
from schemas.text import Span

Judgements = Sequence[EvalJudgement]

_CHOICES = {
    "scope": SCOPES,
    "origin": ORIGINS,
    "kind": {"indicator": "指标", "budget": "预算", "problem": "问题"},
}


class Told(NamedTuple):
    """What a run says of a field: ``state`` is the name of its outcome, empty where gold and run both say nothing."""

    value: str
    state: str
    words: str


class FieldView(NamedTuple):
    """A field of a record with gold and what each run says; ``differs`` where the runs do not come out the same."""

    title: str
    gold: str
    told: tuple[Told, ...]
    differs: bool
    wrong: bool


class RecordView(NamedTuple):
    """A record of gold, or one that only runs have (``extra``); ``number`` names it and its pieces of the text."""

    number: int
    kind: str
    title: str
    name: str
    extra: bool
    fields: tuple[FieldView, ...]
    differs: bool
    wrong: bool
    placed: bool


class Piece(NamedTuple):
    """A piece of the text and the numbers of the records whose evidence it is, with a space before and after each."""

    text: str
    records: str


class ReportView(NamedTuple):
    """A report side by side; ``differing`` and ``failing`` count the fields that differ, and are wrong in any run."""

    name: str
    pieces: tuple[Piece, ...]
    records: tuple[RecordView, ...]
    differing: int
    failing: int


class _Draft(NamedTuple):
    kind: RecordKind
    gold_record: int | None
    runs: tuple[dict[str, EvalJudgement], ...]
    quotes: tuple[str, ...]


def view_report(name: str, text: str, runs: Sequence[tuple[Judgements, Labels]]) -> ReportView:
    """The report side by side. A run is its judgements on the report and the labels that it predicted."""
    folded = fold_text(text)
    records, spans = [], []
    for number, draft in enumerate(_drafts(runs)):
        fields = tuple(_fields(draft))
        found = [span for words in _evidence(draft) if (span := place_in(folded, words)) is not None]
        spans += [(span, number) for span in found]
        differs, wrong = any(field.differs for field in fields), any(field.wrong for field in fields)
        title = KINDS[draft.kind] + _origin(draft)
        extra = draft.gold_record is None and draft.kind is not RecordKind.REPORT
        records.append(
            RecordView(number, draft.kind.value, title, _name(draft), extra, fields, differs, wrong, bool(found))
        )
    return ReportView(
        name,
        cut_pieces(text, spans),
        tuple(records),
        sum(field.differs for record in records for field in record.fields),
        sum(field.wrong for record in records for field in record.fields),
    )


def cut_pieces(text: str, spans: Sequence[tuple[Span, int]]) -> tuple[Piece, ...]:
    """The whole text, cut wherever a span starts or ends; every piece tells whose spans it lies in."""
    cuts = sorted({0, len(text), *(edge for span, _ in spans for edge in span)})
    pieces = []
    for start, end in pairwise(cuts):
        inside = sorted({number for span, number in spans if span.covers(Span(start, end))})
        pieces.append(Piece(text[start:end], "".join(f" {number}" for number in inside) + " " if inside else ""))
    return tuple(pieces)


def place_in(folded: FoldedText, words: str) -> Span | None:
    """Where words stand in a text: as they are, else with other white space and width; ``None`` where they do not."""
    start = folded.text.find(words) if words else -1
    if start >= 0:
        return Span(start, start + len(words))
    place = next(iter(folded.folded_places(words)), None)
    if place is None:
        return None
    return Span(bisect_right(folded.starts, place.start) - 1, bisect_right(folded.starts, place.end - 1))


def _drafts(runs: Sequence[tuple[Judgements, Labels]]) -> list[_Draft]:
    """The records in order of kind, those of gold first, then what only runs have; equal ones of two runs are one."""
    golds: dict[tuple[RecordKind, int], list[dict[str, EvalJudgement]]] = {}
    extras: dict[tuple[RecordKind, tuple[tuple[str, str], ...], int], list[dict[str, EvalJudgement]]] = {}
    for side, (judgements, _) in enumerate(runs):
        own: dict[tuple[RecordKind, int], dict[str, EvalJudgement]] = {}
        for one in judgements:
            kind = RecordKind(one.kind)
            if one.gold_record is not None:
                golds.setdefault((kind, one.gold_record), [{} for _ in runs])[side][one.field] = one
            elif one.predicted_record is not None:
                own.setdefault((kind, one.predicted_record), {})[one.field] = one
        seen: dict[tuple[RecordKind, tuple[tuple[str, str], ...]], int] = {}
        for (kind, _), fields in own.items():
            says = tuple(sorted((name, fold(one.predicted or "")) for name, one in fields.items()))
            seen[kind, says] = seen.get((kind, says), 0) + 1
            extras.setdefault((kind, says, seen[kind, says]), [{} for _ in runs])[side] = fields
    labels = [predicted for _, predicted in runs]
    drafts = [_draft(kind, index, fields, labels) for (kind, index), fields in golds.items()]
    drafts += [_draft(kind, None, fields, labels) for (kind, _, _), fields in extras.items()]
    order = list(RecordKind)
    return sorted(
        drafts, key=lambda draft: (order.index(draft.kind), draft.gold_record is None, draft.gold_record or 0)
    )


def _draft(
    kind: RecordKind, index: int | None, runs: Sequence[dict[str, EvalJudgement]], labels: Sequence[Labels]
) -> _Draft:
    quotes = []
    for fields, predicted in zip(runs, labels, strict=True):
        for one in fields.values():
            quotes.append(one.quote)
            if one.predicted_record is not None and kind is not RecordKind.REPORT:
                quotes.append(getattr(predicted, SECTIONS[kind])[one.predicted_record].quote)
    return _Draft(kind, index, tuple(runs), tuple(dict.fromkeys(quotes)))


def _fields(draft: _Draft) -> Iterable[FieldView]:
    for name in field_types(draft.kind):
        ones = [fields.get(name) for fields in draft.runs]
        filled = [one for one in ones if one is not None]
        if not filled:
            continue
        gold = filled[0].gold
        states = {one.outcome if one else "" for one in ones}
        values = {fold(one.predicted or "") for one in filled} if len(filled) == len(ones) else {"", "-"}
        same = states == {Outcome.RIGHT} or (len(states) == 1 and len(values) == 1)
        wrong = any(one.outcome != Outcome.RIGHT for one in filled)
        told = tuple(_told(name, one) for one in ones)
        yield FieldView(field_title(name, draft.kind), _words(name, gold), told, not same, wrong)


def _told(name: str, one: EvalJudgement | None) -> Told:
    if one is None:
        return Told("", "", "")
    return Told(_words(name, one.predicted), one.outcome, OUTCOMES[Outcome(one.outcome)])


def _words(name: str, value: str | None) -> str:
    """A value as it is read: what is chosen from a list by what it means."""
    return _CHOICES.get(name, {}).get(value or "", value or "")


def _evidence(draft: _Draft) -> Iterable[str]:
    if draft.kind is not RecordKind.REPORT:
        return draft.quotes
    return [one.gold or one.predicted or "" for fields in draft.runs for one in fields.values()]


def _name(draft: _Draft) -> str:
    """What a record is called: the first of its naming fields that anyone fills, as gold has it where it does."""
    for name in ("name", "item", "indicator", "statement", "description", "reason"):
        for fields in draft.runs:
            one = fields.get(name)
            if one is not None:
                return one.gold or one.predicted or ""
    return ""


def _origin(draft: _Draft) -> str:
    origin = next((one.origin for fields in draft.runs for one in fields.values()), "")
    return f"（{ORIGINS.get(origin, origin)}）" if origin else ""
