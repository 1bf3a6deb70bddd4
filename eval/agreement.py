"""When a predicted value says the same as the gold one: a comparator for each type of field."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import cache

from rapidfuzz import fuzz

from pipeline.quantities import parse_quantity, same_quantity
from schemas.records import FieldType, RecordKind, field_types

LIKENESS = 85.0
"""Of 100: names and texts at least this alike agree."""
SHARED_CHARACTERS = 0.7
"""Names of narrative indicators agree where this share of the shorter one's characters is in both."""
SHORTEST_CONTAINED = 3
"""A name of fewer characters than this inside a longer one does not vouch for it."""
_SCORE_FIELDS = frozenset({"score", "weight", "total_score"})
_NULL_MARKS = "/-—"


@cache
def fold(text: str) -> str:
    """The text after NFKC and without white space, which is how all values are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_filled(value: str | None) -> bool:
    """True unless the value is null, or is one of the marks that stand for null (``/``, ``-``, ``—``)."""
    return value is not None and fold(value).strip(_NULL_MARKS) != ""


def likeness(one: str, other: str) -> float:
    """How alike two values are after folding, from 0 to 100."""
    return fuzz.ratio(fold(one), fold(other))


class Comparator(StrEnum):
    """How the values of a field are compared."""

    QUANTITY = "quantity"  # comparator, value and unit
    SCORE = "score"  # a quantity, the word 分 left out
    NAME = "name"  # equal, alike, or one inside the other
    MEASURE = "measure"  # the name of a result told in prose: shared characters
    TEXT = "text"  # a passage: alike, or one inside the other and at least half as long
    EXACT = "exact"  # equal after folding


@cache
def comparator_of(kind: RecordKind, name: str, origin: str = "") -> Comparator:
    """The comparator of a field; ``origin`` tells the names of results in prose from those of forms."""
    match field_types(kind)[name]:
        case FieldType.NUMBER:
            return Comparator.SCORE if name in _SCORE_FIELDS else Comparator.QUANTITY
        case FieldType.NAME:
            told = kind is RecordKind.INDICATOR and name == "name" and origin == "narrative"
            return Comparator.MEASURE if told else Comparator.NAME
        case FieldType.TEXT:
            return Comparator.TEXT
        case FieldType.REFERENCE:
            return Comparator.EXACT


def fields_agree(kind: RecordKind, name: str, gold: str, predicted: str, origin: str = "") -> bool:
    """True where two filled values of a field agree by its comparator."""
    return _RULES[comparator_of(kind, name, origin)](gold, predicted)


@cache
def numbers_agree(gold: str, predicted: str) -> bool:
    """True where comparator, value and unit agree (``94.00%`` is ``94%``); no quantities agree where they are equal."""
    if fold(gold) == fold(predicted):
        return True
    one, other = parse_quantity(gold), parse_quantity(predicted)
    if one is None or other is None:
        return False
    # 12家 and 12个 count different things, though both are counts.
    return same_quantity(one, other) and (one.dimension != "count" or one.unit == other.unit)


def names_agree(gold: str, predicted: str) -> bool:
    """True where two names are equal, at least 85 of 100 alike, or one (3 characters or more) is inside the other."""
    shorter, longer = _by_length(gold, predicted)
    if shorter == longer or (len(shorter) >= SHORTEST_CONTAINED and shorter in longer):
        return True
    return likeness(gold, predicted) >= LIKENESS


def measures_agree(gold: str, predicted: str) -> bool:
    """True where two names of narrative indicators share at least 70 % of the shorter one's characters."""
    shorter, longer = _by_length(gold, predicted)
    others = _letters(longer)
    shared = sum(min(count, others[letter]) for letter, count in _letters(shorter).items() if letter in others)
    return bool(shorter) and shared >= SHARED_CHARACTERS * len(shorter)


def texts_agree(gold: str, predicted: str) -> bool:
    """True where two passages are at least 85 of 100 alike, or one has the other and at most twice its length."""
    shorter, longer = _by_length(gold, predicted)
    if shorter in longer and 2 * len(shorter) >= len(longer):
        return True
    return likeness(gold, predicted) >= LIKENESS


def _by_length(gold: str, predicted: str) -> tuple[str, str]:
    """Both values folded, the shorter one first."""
    one, other = fold(gold), fold(predicted)
    return (one, other) if len(one) <= len(other) else (other, one)


@cache
def _letters(folded: str) -> Counter[str]:
    return Counter(folded)


def _scores_agree(gold: str, predicted: str) -> bool:
    """Quantities without the word 分 behind them, where it carries no meaning."""
    return numbers_agree(fold(gold).removesuffix("分"), fold(predicted).removesuffix("分"))


def _equal(gold: str, predicted: str) -> bool:
    return fold(gold) == fold(predicted)


_RULES: dict[Comparator, Callable[[str, str], bool]] = {
    Comparator.QUANTITY: numbers_agree,
    Comparator.SCORE: _scores_agree,
    Comparator.NAME: names_agree,
    Comparator.MEASURE: measures_agree,
    Comparator.TEXT: texts_agree,
    Comparator.EXACT: _equal,
}
