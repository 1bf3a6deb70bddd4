"""Text and Markdown files, in any encoding that Chinese offices use; forms dumped as cells become tables.

Three codings of a form are read: each cell on a line of its own that starts with a tab, with an empty line after each
row; cells of a row on one line with tabs between; and Markdown tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.errors import DamagedFile, TooLarge, UnsupportedFormat
from schemas.text import Cell, Document, Source, Span, Table

SUFFIXES = (".txt", ".md")
MAX_CHARACTERS = 5_000_000
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CELL_START = re.compile(r"[ \u3000\xa0]*\t")
# A line inside a cell after an empty line: the weight under a level's name, "(40分)". Anything else ends the table.
_CELL_REST = re.compile(r"\s*(?:[（(][^（()）\n]{1,12}[)）])?\s*\Z")
_CELL_WORD = re.compile(r"\s*(?!附|注|说明)[\u4e00-\u9fff]{1,6}\s*\Z")
_TITLE_CELL = re.compile(r"绩效.{0,12}表|自评.{0,6}表|基础数据表")
_MARKDOWN_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*\Z")


def read(data: bytes, source: Source) -> Document:
    """The document in a text file; raises ``UnsupportedFormat`` for binary data, ``DamagedFile`` for no known text."""
    text = decode_text(data, source.path).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            f"文本过长：{source.name}（{len(text):,} 字，上限 {MAX_CHARACTERS:,} 字）",
            "绩效自评报告不会这么长；请确认文件，或拆分后再处理。",
        )
    pages = tuple(match.end() for match in re.finditer("\f", text))
    return Document(source=source, text=text, tables=find_tables(text), pages=(0, *pages) if pages else ())


def decode_text(data: bytes, path: str) -> str:
    """The text that the bytes encode: by byte order mark, then UTF-8, UTF-16 without mark, GB18030."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode(data[len(bom) :], (encoding,), path)
    if b"\0" in data[:4096]:
        evens, odds = data[:4096:2].count(0), data[1:4096:2].count(0)
        return _decode(data, ("utf-16-be",) if evens > odds else ("utf-16-le",), path)
    return _decode(data, ("utf-8", "gb18030", "utf-16-le", "utf-16-be"), path)


def _decode(data: bytes, encodings: tuple[str, ...], path: str) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_prose(text):
            return text
    if data[:4] in (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"):
        raise UnsupportedFormat(f"内容不是文本，而是其他格式的文件：{path}", "请改回正确的后缀名（如 .docx）。")
    raise DamagedFile(f"无法识别文字编码，或不是文本文件：{path}", "请用 UTF-8 或 GB18030 编码另存，再试一次。")


def _is_prose(text: str) -> bool:
    """Control, private and unassigned characters are rare in any real text; in wrongly decoded bytes they are not."""
    sample = text[:20_000]
    odd = sum(
        1
        for c in sample
        if (c < " " and c not in "\t\n\r\f\v") or "\ue000" <= c <= "\uf8ff" or "\ufffd" <= c <= "\uffff"
    )
    return odd * 50 <= len(sample)


class _Line:
    """One line: its text without the line end, where it starts and ends, and whether it is a row of cells."""

    __slots__ = ("blank", "end", "in_row", "start", "text")

    def __init__(self, match: re.Match[str]) -> None:
        self.start, self.end = match.span()
        self.text = match[0].removesuffix("\n")
        self.blank = not self.text.strip()
        self.in_row = False


@dataclass
class _Rows:
    """The rows of a table that is being read, each a list of cell ranges."""

    start: int
    rows: list[list[Span]] = field(default_factory=list)
    end: int = 0


def find_tables(text: str) -> tuple[Table, ...]:
    """Every table in the text, in order; a line of prose between two tables parts them, as does a form's title."""
    if "\t" not in text and "|" not in text:
        return ()
    lines = [_Line(match) for match in _LINE.finditer(text)]
    found = [*_row_per_line(lines), *_markdown(lines), *_cell_per_line(lines)]
    tables = (_table(text, rows) for rows in sorted(found, key=lambda rows: rows.start))
    return tuple(table for table in tables if any(cell.text for cell in table.cells))


def _cell_per_line(lines: list[_Line]) -> Iterator[_Rows]:
    current: _Rows | None = None
    fresh_row = True
    for place, line in enumerate(lines):
        mark = None if line.in_row else _CELL_START.match(line.text)
        if mark and not line.blank | line.text.startswith("\t") and "\t" in line.text[mark.end() :]:
            mark = None
        if mark:
            if current is not None and fresh_row and _starts_form(lines, place):
                yield current
                current = None
            if current is None:
                current, fresh_row = _Rows(line.start), True
            if fresh_row:
                current.rows.append([])
                fresh_row = False
            current.rows[-1].append(Span(line.start + mark.end(), line.start + len(line.text)))
            current.end = line.end
        elif current is None:
            continue
        elif line.blank:
            if _goes_on_in_cell(lines, place, current) or (line.text and not _CELL_START.match(lines[place - 1].text)):
                continue
            fresh_row = True
            if _blank_run(lines, place) >= 3:
                yield current
                current = None
        elif not fresh_row or _goes_on_in_cell(lines, place - 1, current):
            cells = current.rows[-1]
            cells[-1] = Span(cells[-1].start, line.start + len(line.text))
            current.end = line.end
        else:
            yield current
            current = None
    if current is not None:
        yield current


def _goes_on_in_cell(lines: list[_Line], blank: int, rows: _Rows) -> bool:
    """True where only a bracket like (40分) stands between the empty line and the next cell.

    In a row that is short of cells a short word does too: 产出, an empty line, 指标.
    """
    short_row = len(rows.rows[-1]) < max(len(row) for row in rows.rows)
    seen = False
    for line in lines[blank + 1 : blank + 4]:
        if _CELL_START.match(line.text):
            return seen
        if not _CELL_REST.match(line.text) and not (short_row and _CELL_WORD.match(line.text)):
            return False
        seen = seen or not line.blank
    return False


def _blank_run(lines: list[_Line], place: int) -> int:
    count = 0
    while (
        place + count < len(lines) and lines[place + count].blank and not _CELL_START.match(lines[place + count].text)
    ):
        count += 1
    return count


def _starts_form(lines: list[_Line], place: int) -> bool:
    """True where the cell is a row of its own that is a form's title."""
    alone = place + 1 >= len(lines) or lines[place + 1].text == ""
    return alone and _TITLE_CELL.search(lines[place].text) is not None


def _row_per_line(lines: list[_Line]) -> Iterator[_Rows]:
    current: _Rows | None = None
    for line in lines:
        goes_on = current is not None and "\t" in line.text[1:]  # a merged cell leaves an empty one in front
        if goes_on or ("\t" in line.text.strip() and not line.text.startswith("\t")):
            current = current or _Rows(line.start)
            line.in_row = True
            current.rows.append(_pieces(line, "\t"))
            current.end = line.end
        elif current is not None:
            yield current
            current = None
    if current is not None:
        yield current


def _markdown(lines: list[_Line]) -> Iterator[_Rows]:
    place = 0
    while place + 1 < len(lines):
        if "|" not in lines[place].text or not (
            "|" in lines[place + 1].text and _MARKDOWN_RULE.match(lines[place + 1].text)
        ):
            place += 1
            continue
        rows = _Rows(lines[place].start)
        while place < len(lines) and "|" in lines[place].text:
            if not _MARKDOWN_RULE.match(lines[place].text):
                rows.rows.append(_pieces(lines[place], "|"))
            rows.end = lines[place].end
            place += 1
        if rows.rows:
            yield rows


def _pieces(line: _Line, mark: str) -> list[Span]:
    outer = line.text.strip(" " if mark == "\t" else None)
    start = line.start + line.text.index(outer)
    if mark == "|":
        inner = outer.removeprefix("|")
        start += len(outer) - len(inner)
        outer = inner.removesuffix("|")
    spans = []
    for piece in outer.split(mark):
        spans.append(Span(start, start + len(piece)))
        start += len(piece) + len(mark)
    return spans


def _table(text: str, rows: _Rows) -> Table:
    cells = tuple(
        _cell(text, span, row, column) for row, spans in enumerate(rows.rows) for column, span in enumerate(spans)
    )
    return Table(
        span=Span(rows.start, rows.end),
        cells=cells,
        row_count=len(rows.rows),
        column_count=max(len(spans) for spans in rows.rows),
    )


def _cell(text: str, span: Span, row: int, column: int) -> Cell:
    words = text[span.start : span.end]
    stripped = words.strip()
    start = span.start + (words.index(stripped) if stripped else 0)
    return Cell(text=stripped, span=Span(start, start + len(stripped)), row=row, column=column)
