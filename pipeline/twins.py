"""The same report in two formats: told by its words and its numbers, since not a byte of the two files is the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.folding import fold
from pipeline.store import Store, Twin, report_text, reports_alike
from schemas.records import RecordKind
from schemas.stages import Extraction

_GRAM = 8  # characters
_SAMPLE = 16  # one run of characters in so many is compared
_WORDS_ALIKE = 0.7
_NUMBERS_ALIKE = 0.9
"""Of the words of either report that many stand in the other, and of its numbers. Two reports of one unit and year that
are not the same (two projects by one form) share half of their words, and hardly a number of three digits."""
_LEAST_NUMBERS = 3
_NOT_WORDS = re.compile(r"[^一-鿿0-9]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Sketch(NamedTuple):
    """What is compared of a report: a sample of its runs of characters, and its longer numbers."""

    grams: frozenset[int]
    numbers: frozenset[str]


def sketch(text: str) -> Sketch:
    """The sketch of a text, the same whatever white space, punctuation and order of blocks a format gives it."""
    plain = _NOT_WORDS.sub("", fold(text))
    hashes = (_stable(plain[start : start + _GRAM]) for start in range(max(0, len(plain) - _GRAM + 1)))
    numbers = {number for number in _NUMBER.findall(fold(text)) if len(number.replace(".", "")) > 2}
    return Sketch(
        frozenset(one for one in hashes if one % _SAMPLE == 0),
        frozenset(number for number in numbers if not re.fullmatch(r"(19|20)\d\d", number)),
    )


def likeness(one: Sketch, other: Sketch) -> float:
    """How much alike two reports are, in [0, 1]; 0 where they are not the same report.

    A file may hold only the forms of a report: what counts is how much of the smaller one stands in the larger.
    """
    if min(len(one.numbers), len(other.numbers)) < _LEAST_NUMBERS:
        return 0.0
    words, numbers = _shared(one.grams, other.grams), _shared(one.numbers, other.numbers)
    return min(words, numbers) if words >= _WORDS_ALIKE and numbers >= _NUMBERS_ALIKE else 0.0


@dataclass
class Twins:
    """The sketches of the reports that were compared so far: of those only of which another has the unit and year."""

    known: dict[str, Sketch] = field(default_factory=dict)

    def find(self, store: Store, extraction: Extraction) -> Twin | None:
        """The report in the database that is the same as the one that was read, most like it first."""
        facts = next((record for record in extraction.records if record.kind is RecordKind.REPORT), None)
        unit, year = (None, None) if facts is None else (facts.value("unit_name"), facts.value("fiscal_year"))
        if unit is None or year is None:
            return None
        document = extraction.document
        others = reports_alike(store, document.source.sha256, unit, year)
        if not others:
            return None
        own = sketch(document.text)
        found = []
        for other in others:
            known = self._sketch_of(store, other.report_id)
            # Handed in again in the same format, or with a number that the first has not, it is a revision and is kept;
            # only what a scan blurs may differ.
            same_format = Path(other.path).suffix.lower() == Path(document.source.path).suffix.lower()
            if document.recognized or (own.numbers <= known.numbers and not same_format):
                found.append(Twin(*other, round(likeness(own, known), 4)))
        best = max(found, key=lambda twin: twin.likeness, default=None)
        return best if best is not None and best.likeness else None

    def _sketch_of(self, store: Store, report_id: str) -> Sketch:
        if report_id not in self.known:
            self.known[report_id] = sketch(report_text(store, report_id))
        return self.known[report_id]


def _shared(one: frozenset[object], other: frozenset[object]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _stable(text: str) -> int:
    """A hash that is the same in every process: polynomial over the characters, spread by a multiplication."""
    value = 0
    for char in text:
        value = (value * 1_000_003 + ord(char)) & 0xFFFFFFFFFFFF
    return (value * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 20
