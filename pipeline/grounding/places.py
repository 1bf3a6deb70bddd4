"""Where a value or a quote stands in a text: the only places that vouch for it, or the passage whose numbers differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pipeline.folding import (
    CUTS_END,
    CUTS_START,
    TextIndex,
    find_amounts,
    fold,
    mask_amounts,
    narrow,
    starts_with_sign,
)
from schemas.stages import Status
from schemas.text import Span

_GRAM = 6
_MIN_LETTERS = 4  # fewer beside the numbers make no passage: 18万元
_MAX_SAMPLES = 48
_MAX_PASSAGES = 8


class Located(NamedTuple):
    """How something was found in the text, and where: the matched characters, or the passage whose numbers differ."""

    status: Status
    span: Span | None


ABSENT = Located(Status.ABSENT, None)


class Needle(NamedTuple):
    """What is looked for. ``amounts`` is ``None`` for a quote, whose numbers may run together without white space."""

    text: str
    folded: str
    amounts: tuple[str, ...] | None


def value_needle(text: str) -> Needle:
    """A value as something to look for: its numbers must be numbers of the text, neither joined nor parted."""
    return Needle(text, fold(text), find_amounts(narrow(text)))


def quote_needle(text: str) -> Needle:
    """A passage as something to look for: white space between its numbers, as in the row of a form, may be gone."""
    return Needle(text, fold(text), None)


def locate(index: TextIndex, value: str, within: Span | None = None) -> Located:
    """Where a value stands: the first place inside ``within``, or the only place in the whole text.

    ``AMBIGUOUS`` where the whole text has it more than once. Where it is not found, ``NUMBER_MISMATCH`` with the
    passage that has the same words and another number, if there is one.
    """
    return locate_needle(index, value_needle(value), within)


def locate_quote(index: TextIndex, quote: str, within: Span | None = None) -> Located:
    """Where a passage stands, with the outcomes of ``locate``; white space between its numbers may be gone."""
    return locate_needle(index, quote_needle(quote), within)


def locate_needle(index: TextIndex, needle: Needle, within: Span | None = None) -> Located:
    """Where a value or quote stands: see ``locate``."""
    limit = 1 if within else None if needle.amounts is None else 2
    hits = list(islice(find_all(index, needle, within), limit))
    # A quote is copied word for word, so the one place with its very characters is the one that is meant.
    exact = [hit for hit in hits if hit.status is Status.EXACT] if needle.amounts is None else []
    if len(hits) == 1 or len(exact) == 1:
        return (exact or hits)[0]
    if hits:
        return Located(Status.AMBIGUOUS, None)
    alike = _find_alike(index, needle)
    return alike if within is None or (alike.span and within.covers(alike.span)) else ABSENT


def locate_at(index: TextIndex, needle: Needle, where: Span) -> Located | None:
    """The match that fills a claimed span, outer white space aside; ``None`` where the span does not bear it out."""
    start, end = index.folded_range(where)
    if not needle.folded or index.folded[start:end] != needle.folded:
        return None
    return _verify(index, needle, start)


def find_all(index: TextIndex, needle: Needle, within: Span | None = None) -> Iterator[Located]:
    """Every place that vouches for the needle, in order."""
    if not needle.folded:
        return
    start, end = index.folded_range(within) if within else (0, len(index.folded))
    while (start := index.folded.find(needle.folded, start, end)) >= 0:
        hit = _verify(index, needle, start)
        if hit:
            yield hit
        start += 1


def _verify(index: TextIndex, needle: Needle, start: int) -> Located | None:
    """The match at an offset of the folded text, or ``None`` where it cuts a word or its numbers are not the same."""
    span = index.unfold(start, start + len(needle.folded))
    if span is None or index.cuts[span.start] & CUTS_START or index.cuts[span.end] & CUTS_END:
        return None
    outer = next(place for place, char in enumerate(needle.text) if fold(char))
    whole = Span(span.start - outer, span.start - outer + len(needle.text))
    is_exact = index.text.startswith(needle.text, whole.start)
    if needle.amounts is not None:
        if starts_with_sign(narrow(needle.text[outer : outer + 2])) and span.start not in index.signs:
            return None
        if not is_exact and not _has_amounts(index, needle.amounts, span):
            return None
    return Located(Status.EXACT, whole) if is_exact else Located(Status.FOLDED, span)


def _has_amounts(index: TextIndex, amounts: tuple[str, ...], span: Span) -> bool:
    """True where the span has these numbers, and ends with a cell if it takes in several: not 10分 in 10|分值."""
    plain = index.plain[span.start : span.end]
    outside = index.plain[max(0, span.start - 1) : span.start], index.plain[span.end : span.end + 1]
    if "\t" in plain and any(char.isalnum() for char in outside):
        return False
    return find_amounts(plain) == amounts


class _Shadow(NamedTuple):
    """A folded text with its numbers masked, in which passages are found that differ in their numbers only."""

    masked: str
    places: list[int]  # the offset in the folded text of each character, and of the end
    grams: dict[str, int]  # the first place of each run of characters


@lru_cache(maxsize=2)
def _shadow(folded: str) -> _Shadow:
    masked, places = mask_amounts(folded)
    starts = range(max(0, len(masked) - _GRAM), -1, -1)
    return _Shadow(masked, places, {masked[start : start + _GRAM]: start for start in starts})


def _find_alike(index: TextIndex, needle: Needle) -> Located:
    """What is known of a needle that nothing vouches for: ``NUMBER_MISMATCH`` with the passage, or ``ABSENT``."""
    masked, _ = mask_amounts(needle.folded)
    if sum(char.isalnum() for char in masked) < _MIN_LETTERS:
        return ABSENT
    claimed = Counter(find_amounts(narrow(needle.text)))
    shadow = _shadow(index.folded)
    ranges = _same_words(shadow, masked) or _similar_words(shadow, masked)
    passages = [index.covering(shadow.places[start], shadow.places[end]) for start, end in ranges]
    if not passages:
        return ABSENT
    missing = [claimed - Counter(find_amounts(index.plain[span.start : span.end])) for span in passages]
    fewest = min(range(len(passages)), key=lambda place: missing[place].total())
    return Located(Status.NUMBER_MISMATCH, passages[fewest]) if missing[fewest] else ABSENT


def _same_words(shadow: _Shadow, masked: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = shadow.masked.find(masked)
    while start >= 0 and len(found) < _MAX_PASSAGES:
        found.append((start, start + len(masked)))
        start = shadow.masked.find(masked, start + 1)
    return found


def _similar_words(shadow: _Shadow, masked: str) -> list[tuple[int, int]]:
    """The passage with at least a third of the needle's runs of characters (a sample of them), in about their order."""
    starts = range(0, len(masked) - _GRAM + 1, max(1, len(masked) // _MAX_SAMPLES))
    anchors = [(start, shadow.grams.get(masked[start : start + _GRAM], -1)) for start in starts]
    shifts = sorted(place - start for start, place in anchors if place >= 0)
    if not shifts:
        return []
    shift, slack = shifts[len(shifts) // 2], _GRAM + len(masked) // 8
    near = [(start, place) for start, place in anchors if place >= 0 and abs(place - start - shift) <= slack]
    if 3 * len(near) < len(anchors):
        return []
    first, last = near[0], near[-1]
    end = min(len(shadow.masked), last[1] + len(masked) - last[0])
    return [(max(0, first[1] - first[0]), end)]
