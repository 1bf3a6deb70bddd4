"""The lines of a document outside its tables, with what tells a new paragraph from a sentence that was wrapped."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from schemas.text import Document, Span

_LINE = re.compile(r"[^\n\f]*[\n\f]|[^\n\f]+")
_PAGE_MARK = re.compile(r"[\s—–\-－]*(第\s*)?\d{1,3}(\s*页)?(\s*[/／共]\s*\d{1,3}\s*页?)?[\s—–\-－]*\Z")
_LEAD = re.compile(r"(\s|\ufeff|\[bookmark:[^\]]*\]|[#>*•·◆■●▪]|-\s)*")
_OPEN_END = re.compile(r"[，,、（(《“‘]\s*\Z")
_CLOSED_END = re.compile(r"[。！？；：:;!?）)”’》…]\s*\Z")
_MARGIN = 4
_MIN_WIDTH = 20


class Line(NamedTuple):
    """One line: where it starts, where its words start and end, and where the next line starts."""

    start: int
    first: int
    last: int
    end: int
    text: str  # the words, text[first:last]

    @property
    def blank(self) -> bool:
        """True for a line without words, or with a page number only."""
        return not self.text or _PAGE_MARK.match(self.text) is not None


def find_lines(document: Document) -> tuple[Line, ...]:
    """Every line that no table overlaps, in order. Bullets, Markdown marks and bookmarks are no words of a line."""
    starts = [table.span.start for table in document.tables]
    ends = list(accumulate((table.span.end for table in document.tables), max))
    found = []
    for match in _LINE.finditer(document.text):
        start, end = match.span()
        above = bisect_right(starts, end - 1) - 1
        if above >= 0 and ends[above] > start:
            continue
        words = match[0].rstrip().rstrip("*").rstrip()
        lead = _LEAD.match(words)
        first = lead.end() if lead else 0
        found.append(Line(start, start + first, start + max(first, len(words)), end, words[first:]))
    return tuple(found)


def wrap_width(lines: Sequence[Line]) -> int:
    """The length, in characters, above which a line may have been wrapped: that of nearly the longest lines."""
    lengths = sorted(line.last - line.start for line in lines if not line.blank)
    return max(lengths[len(lengths) * 19 // 20] - _MARGIN, _MIN_WIDTH) if lengths else _MIN_WIDTH


def ends_open(line: Line) -> bool:
    """True where a line ends in the midst of a sentence, by its last character."""
    return _OPEN_END.search(line.text) is not None


def ends_closed(line: Line) -> bool:
    """True where a line ends a sentence, or opens a list."""
    return _CLOSED_END.search(line.text) is not None


def next_filled(lines: Sequence[Line], place: int) -> int | None:
    """The place of the next line with words after ``place``, if any."""
    return next((later for later in range(place + 1, len(lines)) if not lines[later].blank), None)


def between(lines: Sequence[Line], span: Span) -> tuple[Line, ...]:
    """The lines that start within the span."""
    first, last = (bisect_left(lines, at, key=lambda line: line.start) for at in span)
    return tuple(lines[first:last])
