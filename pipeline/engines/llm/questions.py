"""Which part of a report is asked about what: only sections that can hold a record kind, each sent as seldom as it can.

Duties and organisation are never sent, forms one at a time, prose joined up to a limit. What is sent is fenced off as
data by a mark that the text cannot know.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.stages import Chunk, SectionKind
from schemas.text import Cell, Document, Span, Table

MAX_CHARACTERS = 3_600
"""Prose asked about in one go: more saves repeated instructions, but a model then overlooks more."""

_HEADER_CELLS, _HEADER_WORD = 4, 14  # cells at least, characters at most
FORM, LEFTOVER = "form", "leftover"

_PROSE = frozenset({SectionKind.FUNDING, SectionKind.PERFORMANCE, SectionKind.PROBLEMS, SectionKind.REMEDIES})
_PROBLEMS = frozenset({SectionKind.PROBLEMS, SectionKind.REMEDIES})
_ALWAYS: Mapping[str, frozenset[SectionKind]] = {
    FORM: frozenset({SectionKind.FORM}),
    "prose": _PROSE,
    "results": frozenset({SectionKind.PERFORMANCE}),
    "funding": frozenset({SectionKind.FUNDING}),
    "problems": _PROBLEMS,
    "overview": frozenset({SectionKind.PERFORMANCE}),
}
"""The kinds of section that each task is asked of."""

TASKS = (*_ALWAYS, LEFTOVER)
"""What a prompt may be for."""

_IF_MEASURED: Mapping[str, frozenset[SectionKind]] = {
    "prose": frozenset({SectionKind.OTHER}),
    "results": frozenset({SectionKind.OTHER}),
    "funding": frozenset({SectionKind.PERFORMANCE, SectionKind.OTHER}),
}
"""Kinds of section that hold records of a task only where they have a number with a unit (of money for funding)."""

_IF_DEPARTED: Mapping[str, frozenset[SectionKind]] = {
    "problems": frozenset({SectionKind.FUNDING, SectionKind.PERFORMANCE}),
}
_MEASURE = re.compile(
    r"\d\s*(?:[%％‰个家户人名件次场项篇处座所亩吨倍套台辆批期份例宗条只头株米]|[千百万亿]|公里|平方|元|分[^别之管局])"
)
_MONEY = re.compile(r"\d\s*[百千万亿]*[美欧]?元")
_DEPARTURE = re.compile(r"原因|由于|偏差|未完成|未达|低于|超出|超过|不足|滞后|偏慢|偏低|偏高|追加|调整")


class Part(NamedTuple):
    """A passage that is asked about: where it stands, its heading, and its text as it is sent."""

    chunk: int
    span: Span
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A task and the passages of a document that it is asked of. ``text`` is what is sent of them."""

    task: str
    chunks: tuple[int, ...]
    spans: tuple[Span, ...]
    text: str
    parts: tuple[Part, ...] = ()


def first_questions(document: Document, chunks: Sequence[Chunk], tasks: Sequence[str]) -> tuple[Question, ...]:
    """All questions of the first pass, task by task in the order given, each in order of the text."""
    found: list[Question] = []
    for task in tasks:
        if task == LEFTOVER:
            continue
        wanted = [chunk for chunk in chunks if _can_hold(document, chunk, task)]
        if task == "overview":
            wanted = [*opening(chunks), *(chunk for chunk in wanted if chunk not in opening(chunks))]
        if task == "prose" and wanted:
            wanted = [*(chunk for chunk in opening(chunks) if chunk not in wanted), *wanted]
        groups = [[chunk] for chunk in wanted] if task == FORM else list(_grouped(wanted))
        found.extend(ask_about(document, task, group) for group in groups)
    return tuple(found)


def opening(chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """The lines before the first heading, which name the unit and the year; none where a report starts with a form."""
    return tuple(chunk for chunk in chunks[:1] if chunk.kind not in (SectionKind.FORM, SectionKind.PROFILE))


def ask_about(document: Document, task: str, chunks: Sequence[Chunk]) -> Question:
    """The question of a task about whole chunks."""
    return question_of(task, [_part(document, chunk, chunk.span) for chunk in chunks])


def question_of(task: str, parts: Sequence[Part]) -> Question:
    """The question of a task about passages, in order of the text."""
    chunks = tuple(dict.fromkeys(part.chunk for part in parts))
    text = fence([(part.heading, part.text) for part in parts])
    return Question(task, chunks, _merged(part.span for part in parts), text, tuple(parts))


def halves(document: Document, chunks: Sequence[Chunk], question: Question) -> tuple[Question, ...]:
    """The question in two of about half the size, or () where it cannot be split: cut between passages or sentences."""
    parts = question.parts
    if len(parts) > 1:
        middle = _middle([len(part.text) for part in parts])
        return tuple(question_of(question.task, half) for half in (parts[:middle], parts[middle:]))
    cut = _cut_between(document, parts[0].span) if parts and question.task != LEFTOVER else None
    if cut is None:
        return ()
    span, chunk = parts[0].span, chunks[parts[0].chunk]
    return tuple(
        question_of(question.task, [_part(document, chunk, half)])
        for half in (Span(span.start, cut), Span(cut, span.end))
    )


def _part(document: Document, chunk: Chunk, span: Span) -> Part:
    is_form = chunk.kind is SectionKind.FORM
    text = _form_text(document, chunk, span) if is_form else document.quote(span).strip("\n")
    return Part(chunk.index, span, " / ".join(chunk.heading_path), text)


def fence(parts: Sequence[tuple[str, str]]) -> str:
    """The passages with their headings, marked as data by a mark that stands nowhere in them."""
    mark = hashlib.sha256("".join(text for _, text in parts).encode()).hexdigest()[:6]
    while any(mark in words for part in parts for words in part):
        mark = hashlib.sha256(mark.encode()).hexdigest()[: len(mark) + 2]
    lines = [f"〔{heading}〕\n{text}" if heading and not text.startswith(heading) else text for heading, text in parts]
    return f"<原文 {mark}>\n" + "\n".join(lines) + f"\n</原文 {mark}>"


def _can_hold(document: Document, chunk: Chunk, task: str) -> bool:
    if chunk.kind in _ALWAYS[task]:
        return True
    text = document.quote(chunk.span)
    if chunk.kind in _IF_MEASURED.get(task, ()):
        return (_MONEY if task == "funding" else _MEASURE).search(text) is not None
    return chunk.kind in _IF_DEPARTED.get(task, ()) and _DEPARTURE.search(text) is not None


def _grouped(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """The chunks in order, as many together as fit."""
    group: list[Chunk] = []
    size = 0
    for chunk in chunks:
        length = chunk.span.end - chunk.span.start
        if group and size + length > MAX_CHARACTERS:
            yield group
            group, size = [], 0
        group.append(chunk)
        size += length
    if group:
        yield group


def _merged(spans: Iterator[Span]) -> tuple[Span, ...]:
    """The spans with those that touch made one."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].end == span.start:
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return tuple(merged)


def _middle(sizes: Sequence[int]) -> int:
    """Where to cut a list so that both sides are about as large; neither is empty."""
    return min(range(1, len(sizes)), key=lambda place: abs(sum(sizes[:place]) - sum(sizes[place:])))


def _cut_between(document: Document, span: Span) -> int | None:
    """The sentence or row end nearest to the middle of a span."""
    text, middle = document.text, (span.start + span.end) // 2
    starts = [table.span for table in document.tables if table.span.overlaps(span)]
    if starts:
        places = [row[0].span.start for table in _tables(document, span) for row in rows_within(table, span)]
        places = [text.rfind("\n", span.start, place) + 1 or place for place in places]
    else:
        places = [match.end() for match in re.finditer(r"[。；！？\n]", text[span.start : span.end])]
        places = [span.start + place for place in places]
    inner = [place for place in places if text[span.start : place].strip() and text[place : span.end].strip()]
    return min(inner, key=lambda place: abs(place - middle)) if inner else None


def rows_within(table: Table, span: Span) -> tuple[tuple[Cell, ...], ...]:
    """The rows of a table that start inside a span, cells in order; rows without any cell are left out."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if span.start <= cell.span.start < span.end:
            rows.setdefault(cell.row, []).append(cell)
    return tuple(tuple(rows[number]) for number in sorted(rows))


def _tables(document: Document, span: Span) -> tuple[Table, ...]:
    return tuple(table for table in document.tables if table.span.overlaps(span))


def _form_text(document: Document, chunk: Chunk, inside: Span) -> str:
    """A form as its rows, one a line, cells parted by bars; what stands outside its tables as it is."""
    lines = _preface_lines(document, chunk, inside)
    at = inside.start
    for table in _tables(document, inside):
        lines.extend(_words(document, Span(at, max(at, min(table.span.start, inside.end)))))
        for row in rows_within(table, inside):
            cells = ["".join(cell.text.split()) for cell in row]
            if any(cells):
                lines.append(" | ".join(cells).rstrip(" |"))
        at = max(at, min(table.span.end, inside.end))
    lines.extend(_words(document, Span(at, inside.end)))
    return "\n".join(lines)


def _preface_lines(document: Document, chunk: Chunk, inside: Span) -> list[str]:
    """The rows that a part of a form repeats: its chunk's preface; for a second half the header above it, too."""
    lines = [
        " | ".join("".join(cell.split()) for cell in row.split("\t")).strip(" |")
        for row in re.split(r"\n\s*\n", chunk.preface)
        if row.strip()
    ]
    if inside.start > chunk.span.start:
        above = [row for table in _tables(document, chunk.span) for row in rows_within(table, chunk.span)]
        heads = [row for row in above if row[0].span.start < inside.start and _names_columns(row)]
        lines.extend(" | ".join("".join(cell.text.split()) for cell in row).rstrip(" |") for row in heads[-1:])
    return lines


def _names_columns(row: Sequence[Cell]) -> bool:
    filled = ["".join(cell.text.split()) for cell in row if cell.text]
    return len(filled) >= _HEADER_CELLS and all(
        len(text) <= _HEADER_WORD and not any(map(str.isdigit, text)) for text in filled
    )


def _words(document: Document, span: Span) -> list[str]:
    return [line.strip() for line in document.quote(span).splitlines() if line.strip()]
