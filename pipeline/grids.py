"""Text tables for a terminal, where a Chinese character takes two columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_GAP = "  "
_NARROWEST = 6
_SPACE = re.compile(r"\s+")


def printable(text: str) -> str:
    """The text on one line, without characters that a terminal would act upon."""
    flat = _SPACE.sub(" ", text).strip()
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in flat)


def shorten(text: str, columns: int) -> str:
    """The printable text, cut to so many columns with an ellipsis."""
    flat = printable(text)
    return flat if _width(flat) <= columns else _wrap(flat, columns - 1)[0] + "…"


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines of a table at most ``width`` columns wide where that can be.

    Columns without any value are left out; a table without any value has no lines.
    """
    kept = [place for place in range(len(header)) if any(row[place] for row in rows)]
    if not kept:
        return []
    cells = [[printable(row[place]) for place in kept] for row in (header, *rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(kept))]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    head, *body = (_row_lines(row, widths) for row in cells)
    return [*head, _GAP.join("─" * column for column in widths), *(line for row in body for line in row)]


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, wrapped))
    return [
        _GAP.join(_pad(lines[n] if n < len(lines) else "", width) for lines, width in zip(wrapped, widths, strict=True))
        for n in range(height)
    ]


def _wrap(text: str, width: int) -> list[str]:
    lines, line, used = [], "", 0
    for char in text:
        columns = _width(char)
        if used + columns > width and line:
            lines.append(line)
            line, used = "", 0
        line += char
        used += columns
    return [*lines, line]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
