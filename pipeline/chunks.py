"""Sections to chunks: pieces small enough to be asked about in one go, cut where a reader would pause.

Whole sections where they fit, joined with what stands below and beside them; a longer one is cut between sentences, a
form between rows. No cut falls inside a number or a row of a table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from schemas.outline import heading_path
from schemas.stages import Chunk, Section, SectionKind
from schemas.text import Cell, Document, Span, Table

MAX_PROSE_CHARACTERS = 1_800
MAX_FORM_CHARACTERS = 3_600
"""Forms may be larger: cells are short, and a form that is read whole needs no repeated header."""

_SENTENCE = re.compile(r"[。！？][”’」』）)]*\s*|；\s*\n?|\n+\s*")
_STRONG = re.compile(r"[。！？][”’」』）)]*\s*\Z")
_CLAUSE = re.compile(r"[，、：,]|\s+")
_NUMBER_PART = re.compile(r"[\d０-９.．,，%％‰+\-－]")
_HEADER_WORD = re.compile(
    r"(一级|二级|三级)?指标(名称|内容|性质|说明|解释|值)?|(一级|二级|三级)(目标|指标名称)|(年度|年初|调整)?(指标值|目标值)|(年初)?预期(目标|值)"
    r"|(全年|年终)?(实际)?完成(值|情况)|全年实际值|分值|权重|参考分值|(自评|评价|指标)?得分|自评分|执行率|偏差原因.*|未完成原因.*|备注|度量单位|计量单位"
    r"|(20\d\d年?度?)?(年初|全年|调整后?|上年|本年)?(年初)?(预算|执行|决算|到位)数|调整后预算数|资金来源|年初预算|编制数|(20\d\d年)?实际在职人数|控制率"
    r"|(年初)?设定目标|评分标准|得分计算方法|批复规模|实际规模|规模控制率"
)
_BRACKET_END = re.compile(r"([（(][^（）()]*[）)])+\Z")
_IDENTITY = re.compile(r".{0,4}(项目|专项|转移支付|转移|部门|单位)[^，。]{0,10}名称")
_MIN_HEADER_CELLS = 2


def split_chunks(document: Document, sections: Sequence[Section]) -> tuple[Chunk, ...]:
    """The chunks of a document, in order; their spans tile its text.

    ``chunk.section`` is the first section of a chunk. A chunk holds one section with those below it, several of one
    kind under the same parent, or a part of one section; a heading with nothing but subsections stands with the first
    of them, and the chunk is of that one's kind. Every later part of a form repeats, as its ``preface``, the
    rows that name the form's columns and what it evaluates.
    """
    bare = [_is_bare(document, sections, index) for index in range(len(sections))]
    chunks: list[Chunk] = []
    for run in _runs(sections, bare):
        first = sections[run.first]
        span = Span(first.span.start, sections[run.last].span.end)
        below = all(_descends(sections, index, run.first) for index in range(run.first + 1, run.last + 1))
        above = run.first if below else first.parent
        path = () if above is None else heading_path(sections, above)
        kind = next((sections[index].kind for index in range(run.first, run.last + 1) if not bare[index]), first.kind)
        limit = MAX_FORM_CHARACTERS if kind is SectionKind.FORM else MAX_PROSE_CHARACTERS
        parts = _parts(document, span, limit)
        prefaces = _prefaces(document, [part.start for part in parts[1:]])
        for part, preface in zip(parts, ["", *prefaces], strict=True):
            chunks.append(Chunk(len(chunks), part, run.first, kind, path, preface))
    return tuple(chunks)


def chunk_text(document: Document, chunk: Chunk) -> str:
    """What is read when a chunk is read: its preface, then its own characters."""
    return chunk.preface + document.quote(chunk.span)


class _Run(NamedTuple):
    """The first and the last section of one or more chunks."""

    first: int
    last: int


def _is_bare(document: Document, sections: Sequence[Section], index: int) -> bool:
    """True for a heading that has subsections and no text of its own."""
    section = sections[index]
    if section.heading is None or _last_below(sections, index, 1) == index:
        return False
    return not document.text[section.heading.end : section.span.end].strip(" \t\n\f\u3000\xa0：:。；")


def _runs(sections: Sequence[Section], bare: Sequence[bool]) -> list[_Run]:
    """Whole subtrees where they fit, else single sections; then neighbours joined where they fit together."""
    runs: list[_Run] = []
    index = 0
    while index < len(sections):
        last = _last_below(sections, index)
        if not _fits(sections, bare, _Run(index, last)):
            last = index
        joined = _Run(runs[-1].first, last) if runs else _Run(index, last)
        if runs and _joins(sections, bare, runs[-1], index, last) and _fits(sections, bare, joined):
            runs[-1] = joined
        else:
            runs.append(_Run(index, last))
        index = last + 1
    return runs


def _fits(sections: Sequence[Section], bare: Sequence[bool], run: _Run) -> bool:
    """True where the sections, headings alone aside, are of one kind, no form among several, and within the limit."""
    size = sections[run.last].span.end - sections[run.first].span.start
    if size > MAX_PROSE_CHARACTERS:
        return False
    if run.first == run.last:
        return True
    kinds = {sections[index].kind for index in range(run.first, run.last + 1) if not bare[index]}
    return len(kinds) <= 1 and SectionKind.FORM not in kinds


def _joins(sections: Sequence[Section], bare: Sequence[bool], run: _Run, index: int, last: int) -> bool:
    """True where a section belongs to a run: below its first section, or below the parent of that one.

    A heading whose subsections do not come along stays with them, unless the run is only the headings above it.
    """
    first = sections[run.first]
    if first.heading is None and first.parent is None:
        return False  # the lines before the first heading are about the report as a whole
    headings_only = all(bare[run.first : run.last + 1])
    if headings_only or (bare[index] and last < _last_below(sections, index)):
        return headings_only and _descends(sections, index, run.last)
    return first.parent is None or _descends(sections, index, first.parent)


def _descends(sections: Sequence[Section], index: int, ancestor: int) -> bool:
    place = sections[index].parent
    while place is not None and place > ancestor:
        place = sections[place].parent
    return place == ancestor


def _last_below(sections: Sequence[Section], index: int, most: int | None = None) -> int:
    """The last section below the one given, or that one; looks at no more than ``most`` sections."""
    last, stop = index, len(sections) if most is None else min(len(sections), index + 1 + most)
    while last + 1 < stop and sections[last + 1].level > sections[index].level:
        last += 1
    return last


def _parts(document: Document, span: Span, limit: int) -> list[Span]:
    """The span in pieces within the limit, as far as there are places to cut."""
    bounds = [span.start]
    cuts = _cuts(document, span) if span.end - span.start > limit else []
    while span.end - bounds[-1] > limit:
        cut = _best_cut(cuts, bounds[-1], limit)
        if cut is None:
            break
        bounds.append(cut)
    return [Span(start, end) for start, end in pairwise([*bounds, span.end])]


class _Cut(NamedTuple):
    """A place to cut at, and how good it is: 0 is best."""

    at: int
    grade: int


_SENTENCE_GRADE, _LINE_GRADE, _CLAUSE_GRADE = 0, 1, 9


def _best_cut(cuts: Sequence[_Cut], start: int, limit: int) -> int | None:
    """The best place within the limit, the latest of the best; one in the first half only where there is no other."""
    place = bisect_right(cuts, start, key=lambda cut: cut.at)
    inside = cuts[place : bisect_right(cuts, start + limit, key=lambda cut: cut.at)]
    late = [cut for cut in inside if cut.at > start + limit // 2]
    for choice in (late, inside):
        sound = [cut for cut in choice if cut.grade < _CLAUSE_GRADE]
        if sound:
            return min(sound, key=lambda cut: (cut.grade, -cut.at)).at
    if inside:
        return inside[-1].at
    return cuts[place].at if place < len(cuts) else None


def _cuts(document: Document, span: Span) -> list[_Cut]:
    """Every place within the span to cut at: the starts of rows inside tables, sentence and line ends outside."""
    tables = [table for table in document.tables if table.span.overlaps(span)]
    found = {cut.at: cut for table in tables for cut in _row_cuts(document.text, table)}
    found |= {table.span.start: _Cut(table.span.start, _LINE_GRADE) for table in tables}
    found |= {table.span.end: _Cut(table.span.end, _SENTENCE_GRADE) for table in tables}
    for pattern, sound in ((_CLAUSE, False), (_SENTENCE, True)):
        for match in pattern.finditer(document.text, span.start, span.end):
            at = match.end()
            if any(table.span.start < at < table.span.end for table in tables) or _in_number(document.text, match):
                continue
            grade = (_SENTENCE_GRADE if _STRONG.match(match[0]) else _LINE_GRADE) if sound else _CLAUSE_GRADE
            found[at] = _Cut(at, grade)
    inner = {at: cut for at, cut in found.items() if span.start < at < span.end}
    return [inner[at] for at in sorted(inner)]


def _in_number(text: str, match: re.Match[str]) -> bool:
    """True where a break stands between two parts of a number that a line end has torn apart (45.⏎6万亩)."""
    before = text[match.start() - 1] if match.start() else ""
    after = text[match.end()] if match.end() < len(text) else ""
    return _NUMBER_PART.match(before) is not None and _NUMBER_PART.match(after) is not None


def _rows(table: Table) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    return rows


def _row_cuts(text: str, table: Table) -> list[_Cut]:
    """The starts of rows; a row that opens a group (its first cells are filled) is the better place to cut."""
    cuts: list[_Cut] = []
    reached = table.span.start
    merged = {row for cell in table.cells for row in range(cell.row + 1, cell.row + cell.row_span)}
    for row, cells in enumerate(_rows(table)):
        if not cells:
            continue
        first = min(cell.span.start for cell in cells)
        filled = next((place for place, cell in enumerate(cells) if cell.text), len(cells))
        if first >= reached and table.span.start < first:
            line = text.rfind("\n", reached, first) + 1
            at = line if reached <= line and line > table.span.start else first
            cuts.append(_Cut(at, min(filled + 2 * (row in merged), _CLAUSE_GRADE - 1)))
        reached = max(reached, *(cell.span.end for cell in cells))
    return cuts


def _prefaces(document: Document, starts: Sequence[int]) -> list[str]:
    """The rows to repeat above each part that starts inside a table: what is evaluated, and the latest header."""
    found = dict.fromkeys(starts, "")
    for table in document.tables if starts else ():
        inside = [start for start in starts if table.span.start < start < table.span.end]
        if inside:
            found |= _table_prefaces(document.text, table, inside)
    return list(found.values())


def _table_prefaces(text: str, table: Table, starts: Sequence[int]) -> dict[int, str]:
    """The preface of each part of a table, by where it starts. A part that opens with a header needs no other."""
    found: dict[int, str] = {}
    identity: list[list[Cell]] = []
    header: list[list[Cell]] = []
    going_on = False
    for row in (row for row in _rows(table) if row):
        heads = _is_header(row)
        begins = min(cell.span.start for cell in row)
        for start in starts[len(found) :]:
            if start > begins:
                break
            wanted = identity + ([] if heads else header)
            found[start] = "".join(_row_text(text, above) for above in wanted)
        if heads:
            header = [*header, row] if going_on else [row]
        # rows without words do not part the two rows of a header
        going_on = heads or (going_on and not any(cell.text for cell in row))
        if not identity and not heads and any(_IDENTITY.fullmatch(_flat(cell)) for cell in row):
            identity = [row]
    return found


def _is_header(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if cell.text]
    heads = sum(1 for cell in filled if _HEADER_WORD.fullmatch(_flat(cell)))
    return heads >= _MIN_HEADER_CELLS and heads * 2 > len(filled)


def _flat(cell: Cell) -> str:
    return _BRACKET_END.sub("", re.sub(r"\s+", "", cell.text)).strip("：:*★")


def _row_text(text: str, row: Sequence[Cell]) -> str:
    """A row's own characters from the start of its line to the end of its last cell, and an empty line."""
    first, last = min(cell.span.start for cell in row), max(cell.span.end for cell in row)
    return text[text.rfind("\n", 0, first) + 1 : last] + "\n\n"
