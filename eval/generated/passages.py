"""Text that knows what it says: passages with the records, and where in the passage each stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from schemas.records import RecordKind

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A record of a passage, or (``kind`` is ``None``) a place that others point at by its ``key``.

    ``start`` and ``end`` are its range of the passage's text; fields are as gold has them.
    """

    kind: RecordKind | None
    fields: Mapping[str, str | None]
    start: int
    end: int
    key: str = ""

    def moved(self, distance: int) -> Draft:
        """The same further on."""
        return replace(self, start=self.start + distance, end=self.end + distance)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words with the drafts that stand in them."""

    text: str
    drafts: tuple[Draft, ...] = ()

    def __add__(self, other: str | Passage) -> Passage:
        behind = as_passage(other)
        moved = (draft.moved(len(self.text)) for draft in behind.drafts)
        return Passage(self.text + behind.text, (*self.drafts, *moved))


def as_passage(words: str | Passage) -> Passage:
    """The words as a passage."""
    return Passage(words) if isinstance(words, str) else words


def join(separator: str, parts: Iterable[str | Passage]) -> Passage:
    """The parts one after the other, the separator between them."""
    joined: Passage | None = None
    for part in parts:
        joined = as_passage(part) if joined is None else joined + separator + part
    return joined or Passage("")


def fill(template: str, **parts: str | Passage) -> Passage:
    """The template with its ``{slots}`` filled; drafts of the parts move along."""
    filled, at = Passage(""), 0
    for slot in _SLOT.finditer(template):
        filled = filled + template[at : slot.start()] + parts[slot[1]]
        at = slot.end()
    return filled + template[at:]


def tell(
    template: str, kind: RecordKind, fields: Mapping[str, str | None], shown: Mapping[str, str], key: str = ""
) -> Passage:
    """The template filled with ``shown``, as one record that reaches from its first to its last slot.

    Slots named like no field, such as the subject of the sentence, do not count for where the record stands.
    """
    filled, at = "", 0
    start, end = len(template) * 99, 0
    for slot in _SLOT.finditer(template):
        filled += template[at : slot.start()]
        words = shown[slot[1]]
        if slot[1] in fields:
            start, end = min(start, len(filled)), len(filled) + len(words)
        filled += words
        at = slot.end()
    return Passage(filled + template[at:], (Draft(kind, fields, start, end, key),))


def mark(words: str | Passage, kind: RecordKind | None, fields: Mapping[str, str | None], key: str = "") -> Passage:
    """The whole passage as one record, or as a place with a key."""
    passage = as_passage(words)
    return Passage(passage.text, (*passage.drafts, Draft(kind, fields, 0, len(passage.text), key)))


def place(words: str, key: str) -> Passage:
    """Words that a finding or an evaluation points at."""
    return mark(words, None, {}, key)
