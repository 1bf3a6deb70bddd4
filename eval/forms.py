"""The indicator forms of a text report, as far as needed to move and drop their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eval.agreement import fold
from eval.synonyms import NAME, TARGET, TOTAL
from schemas.text import Span

_CELL = re.compile(r"\n[ \u3000]*\t")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]\s*$")


class FormCell(NamedTuple):
    """A cell of a form: ``span`` are its words, ``whole`` the same with the mark that starts the cell."""

    span: Span
    whole: Span
    word: str  # folded


class Form(NamedTuple):
    """An indicator form: the header cells, and the rows under it up to the total.

    Rows may start with a merged cell that the header lacks, so columns are counted from the right (the last is -1).
    """

    span: Span
    header: tuple[FormCell, ...]
    rows: tuple[tuple[FormCell, ...], ...]

    def column(self, words: frozenset[str]) -> int | None:
        """The column with one of these words for its header, counted from the right; ``None`` without one."""
        for index, cell in enumerate(self.header):
            if header_word(cell.word) in words:
                return index - len(self.header)
        return None


def header_word(word: str) -> str:
    """A header without the brackets that end it: ``分值(10分)`` is ``分值``."""
    return _BRACKETS.sub("", word).rstrip(":")


def table_rows(text: str) -> tuple[tuple[FormCell, ...], ...]:
    """The rows of all tables of a text report: a cell starts with a line's tab, a row ends at a blank line."""
    marks = list(_CELL.finditer(text))
    rows: list[tuple[FormCell, ...]] = []
    row: list[FormCell] = []
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        content = text[mark.end() : end]
        words = content if index + 1 < len(marks) and "\n\n\n" not in content else content.split("\n\n")[0]
        span = Span(mark.end(), mark.end() + len(words.rstrip("\n")))
        row.append(FormCell(span, Span(mark.start(), span.end), fold(text[span.start : span.end])))
        if span.end < end:
            rows.append(tuple(row))
            row = []
    return (*rows, tuple(row)) if row else tuple(rows)


def indicator_forms(text: str) -> Iterator[Form]:
    """The indicator forms in which every row up to the total has the header's columns."""
    rows = table_rows(text)
    for index, row in enumerate(rows):
        words = {header_word(cell.word) for cell in row}
        if words & NAME and words & TARGET:
            body = _body(rows[index + 1 :], len(row))
            if body:
                yield Form(Span(row[0].whole.start, body[-1][-1].span.end), row, body)


def _body(rows: Sequence[tuple[FormCell, ...]], columns: int) -> tuple[tuple[FormCell, ...], ...]:
    """The rows before the total; none where a row is too short or too long to tell its columns."""
    for index, row in enumerate(rows):
        if header_word(row[0].word) in TOTAL:
            return tuple(rows[:index])
        if len(row) not in (columns, columns + 1):
            return ()
    return ()
