"""Prose with its wrapped lines joined: white space dropped, real ends of lines kept, every character with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.text import Span

_WORDS = re.compile(r"\S+")
_LINE_ENDS = re.compile(r"[。！？!?：:；;]\Z")
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳]|附件|第[一二三四五六七八九十]+[条章、]"
)


class Passage(NamedTuple):
    """A run of prose between two tables. ``places`` has the offset in the document of each character of ``text``."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """The span in the document of a stretch of the text, which must not be empty."""
        return Span(self.places[start], self.places[end - 1] + 1)


def read_passages(text: str, tables: Sequence[Span]) -> Iterator[Passage]:
    """The prose between the tables, in order. A line break stays where it ends a sentence, a title or a paragraph."""
    start = 0
    for table in (*sorted(tables), Span(len(text), len(text))):
        if start < table.start:
            yield _join(text, start, table.start)
        start = max(start, table.end)


def _join(text: str, start: int, end: int) -> Passage:
    parts: list[str] = []
    places: list[int] = []
    last = start
    for match in _WORDS.finditer(text, start, end):
        between = text[last : match.start()]
        if parts and _is_break(parts[-1], between, text, match.start()):
            parts.append("\n")
            places.append(last)
        parts.append(match[0])
        places.extend(range(match.start(), match.end()))
        last = match.end()
    return Passage("".join(parts), places)


def _is_break(before: str, between: str, text: str, place: int) -> bool:
    if "\n" not in between:
        return "\t" in between
    wrapped = between.count("\n") == 1 and "\t" not in between and _LINE_ENDS.search(before) is None
    return not wrapped or _NUMBERED.match(text, place) is not None
