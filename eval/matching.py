"""Which predicted record stands for which gold one: one to one, so that the most fields agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from eval.agreement import LIKENESS, fields_agree, fold, is_filled, likeness
from schemas.records import SECTIONS, Labels, RecordKind, field_types
from schemas.text import Span

KEY_FIELDS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.EVALUATION: ("name",),
    RecordKind.FUNDING: ("item",),
    RecordKind.GOAL: ("statement",),
    RecordKind.INDICATOR: ("name",),
    RecordKind.DEVIATION: ("description", "indicator", "reason"),
    RecordKind.REMEDY: ("statement",),
}
KEY_LIKENESS = 60.0
"""Of 100: records whose quotes share nothing may be paired only if a key field is at least this alike."""
_GREATEST_TIE = 1 + 1000 + 100  # of a pair: one, 1000 for the same quote, 100 for the same key


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is compared: its filled fields (``id`` and ``quote`` are none) and where its quote stands.

    ``places`` are ranges of the folded text, one for each occurrence of the quote; none where it was not found.
    ``index`` is the record's place among those of its kind in its labels.
    """

    kind: RecordKind
    id: str
    fields: Mapping[str, str]
    quote: str
    places: tuple[Span, ...]
    index: int
    origin: str  # ``form`` or ``narrative`` for an indicator, else empty


class Pair(NamedTuple):
    """A gold record and the predicted one that stands for it."""

    gold: Row
    predicted: Row


class Matching(NamedTuple):
    """The pairs of one kind of record, and what is left over on either side, each in the order of gold or input."""

    pairs: tuple[Pair, ...]
    missed: tuple[Row, ...]
    surplus: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A report's text without white space and width, in which quotes are located. ``starts[i]`` is where ``text[i]``
    comes to stand in ``folded``."""

    text: str
    folded: str
    starts: tuple[int, ...]

    def places(self, quote: str) -> tuple[Span, ...]:
        """Where a quote stands, in characters of the folded text: as it is if it occurs so, else folded."""
        exact = _occurrences(self.text, quote)
        if exact and fold(quote):
            return tuple(Span(self.starts[span.start], self.starts[span.end]) for span in exact)
        return self.folded_places(quote)

    def folded_places(self, words: str) -> tuple[Span, ...]:
        """Where words stand once they are folded, in characters of the folded text."""
        return _occurrences(self.folded, fold(words))


def fold_text(text: str) -> FoldedText:
    """The text folded character by character, so that every range of it has its range in the folded one."""
    pieces = [fold(character) for character in text]
    return FoldedText(text, "".join(pieces), tuple(accumulate(map(len, pieces), initial=0)))


def rows_of(
    kind: RecordKind, labels: Labels, text: FoldedText, ignored: frozenset[str] = frozenset()
) -> tuple[Row, ...]:
    """The records of one kind with their filled fields, those ``ignored`` left out, and the places of their quotes."""
    names = [name for name in field_types(kind) if name != "id" and name not in ignored]
    rows = []
    for index, record in enumerate(getattr(labels, SECTIONS[kind])):
        values = {name: getattr(record, name) for name in names}
        fields = {name: value for name, value in values.items() if is_filled(value)}
        places, origin = text.places(record.quote), fields.get("origin", "")
        rows.append(Row(kind, getattr(record, "id", ""), fields, record.quote, places, index, origin))
    return tuple(rows)


def pair_records(gold: Sequence[Row], predicted: Sequence[Row], evaluations: Mapping[str, str]) -> Matching:
    """The one-to-one pairing of most agreeing fields; overlap of quotes and likeness of key fields break ties.

    ``evaluations`` tells which predicted evaluation stands for which gold one, by id. Records that share nothing
    (no key field alike, no character of their quotes) are never a pair.
    """
    most = min(len(gold), len(predicted)) + 1
    weights = [[_weight(one, other, evaluations, most) for other in predicted] for one in gold]
    chosen = assign(weights)
    pairs = tuple(Pair(gold[i], predicted[j]) for i, j in chosen)
    found, used = {i for i, _ in chosen}, {j for _, j in chosen}
    missed = tuple(row for i, row in enumerate(gold) if i not in found)
    return Matching(pairs, missed, tuple(row for j, row in enumerate(predicted) if j not in used))


def agreeing(gold: Row, predicted: Row, evaluations: Mapping[str, str]) -> frozenset[str]:
    """The fields that both records fill with values that agree."""
    return frozenset(
        name
        for name, value in gold.fields.items()
        if name in predicted.fields and _agree(gold, name, value, predicted.fields[name], evaluations)
    )


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """The share of characters two quotes have in common (twice the common ones over both lengths), at best."""
    best = 0.0
    for a in one:
        for b in other:
            common = min(a.end, b.end) - max(a.start, b.start)
            if common > 0:
                best = max(best, 2 * common / (a.end - a.start + b.end - b.start))
    return best


def assign(weights: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """The pairs (row, column) of the one-to-one assignment of greatest total weight, by row; a weight of 0 is no pair.

    Exact for integers from 0 whose sums stay below 2^53, where floating point is.
    """
    if not weights or not weights[0]:
        return ()
    from scipy.optimize import linear_sum_assignment  # a fifth of a second to load, and nothing else here needs it

    rows, columns = linear_sum_assignment(weights, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return tuple((row, column) for row, column in pairs if weights[row][column] > 0)


def _weight(gold: Row, predicted: Row, evaluations: Mapping[str, str], most: int) -> int:
    """How much a pair is worth: one more agreeing field outweighs all ties of ``most`` pairs; 0 for no pair."""
    shared = overlap(gold.places, predicted.places) if gold.places and predicted.places else 0.0
    key = _key_likeness(gold, predicted, evaluations)
    if not shared and key < KEY_LIKENESS:
        return 0
    tie = 1 + round(1000 * shared) + round(key)
    return len(agreeing(gold, predicted, evaluations)) * _GREATEST_TIE * most + tie


def _key_likeness(gold: Row, predicted: Row, evaluations: Mapping[str, str]) -> float:
    """The likeness of the key fields that both fill, at best, from 0 to 100; 100 where one of them agrees.

    A report has one department evaluation, so two of that scope are alike whatever they are called.
    """
    if gold.fields.get("scope") == "department" == predicted.fields.get("scope"):
        return 100.0
    best = 0.0
    for name in KEY_FIELDS[gold.kind]:
        one, other = gold.fields.get(name), predicted.fields.get(name)
        if one is not None and other is not None:
            alike = likeness(one, other)
            # Most pairs share no character, and no comparator of a key field lets those agree.
            if alike >= LIKENESS or (alike and _agree(gold, name, one, other, evaluations)):
                return 100.0
            best = max(best, alike)
    return best


def _agree(gold: Row, name: str, value: str, predicted: str, evaluations: Mapping[str, str]) -> bool:
    if name == "evaluation":
        return evaluations.get(value) == predicted
    return fields_agree(gold.kind, name, value, predicted, gold.origin)


def _occurrences(text: str, quote: str) -> tuple[Span, ...]:
    if not quote:
        return ()
    found = []
    start = text.find(quote)
    while start >= 0:
        found.append(Span(start, start + len(quote)))
        start = text.find(quote, start + 1)
    return tuple(found)
