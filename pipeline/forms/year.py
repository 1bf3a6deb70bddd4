"""The year that a report is about."""

from __future__ import annotations

import re
from collections import Counter

from schemas.stages import Claim
from schemas.text import Document, Span

_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_TITLE = re.compile(r"(?:绩效|自评|评价).{0,12}报\s*告")


def find_year(document: Document) -> Claim | None:
    """The fiscal year: the one in the title, else the one the text speaks of most."""
    head = document.text[:400]
    title = _TITLE.search(head)
    years = list(_YEAR.finditer(head, 0, title.end() if title else len(head)))
    match = years[-1] if title and years else None
    if match is None:
        counted = Counter(m[1] for m in _YEAR.finditer(document.text))
        if not counted:
            return None
        common = counted.most_common(1)[0][0]
        match = next(m for m in _YEAR.finditer(document.text) if m[1] == common)
    return Claim(match[1], Span(match.start(1), match.end(1)))
