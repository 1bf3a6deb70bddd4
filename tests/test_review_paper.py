"""A report in blocks: every character once and in its place, headings and tables as such."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers import decode_document, read_document
from pipeline.review.paper import blocks_of
from pipeline.sections import split_sections
from schemas.stages import Extraction, Section, SectionKind
from schemas.text import Cell, Document, Source, Span, Table
from tests.review_samples import CORPUS
from tests.store_samples import sample_extraction

FORMATS = CORPUS.parent / "formats"
FILES = [*sorted(CORPUS.glob("*.txt")), *sorted(FORMATS.glob("*.docx"))]


def extraction_of(document: Document, sections: tuple[Section, ...]) -> Extraction:
    return Extraction(document, sections, (), (), (), (), "rules")


@cache
def read(path: Path) -> Extraction:
    document = read_document(path)
    return extraction_of(document, split_sections(document))


def leaves(blocks: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        if block["is"] == "table":
            yield from ((start, text) for *_, start, text in block["cells"])
        elif block["is"] != "page":
            yield block["start"], block["text"]


def assert_whole(extraction: Extraction) -> None:
    """Every leaf stands where it says, and every character but white space is in exactly one."""
    text = extraction.document.text
    times = [0] * len(text)
    for start, words in leaves(blocks_of(extraction)):
        assert text[start : start + len(words)] == words
        for place in range(start, start + len(words)):
            times[place] += 1
    wrong = [(place, times[place], char) for place, char in enumerate(text) if not char.isspace() and times[place] != 1]
    assert wrong == []
    assert max(times, default=0) <= 1


def of_kind(extraction: Extraction, kind: str) -> list[dict[str, Any]]:
    return [block for block in blocks_of(extraction) if block["is"] == kind]


# Real reports


def test_there_are_reports_in_both_formats() -> None:
    assert {path.suffix for path in FILES} == {".txt", ".docx"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_report_is_there_whole(path: Path) -> None:
    assert_whole(read(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_headings_and_tables_are_such(path: Path) -> None:
    extraction = read(path)
    document = extraction.document
    inside = [table.span for table in document.tables]
    stated = [s for s in extraction.sections if s.heading and not any(t.covers(s.heading) for t in inside)]
    headings = of_kind(extraction, "heading")
    assert len(stated) > 5
    firsts = {section.heading.start: section for section in stated if section.heading}
    assert firsts.keys() <= {block["start"] for block in headings}
    for block in headings:
        owner = firsts[max(start for start in firsts if start <= block["start"])]
        assert block["level"] == owner.level
        assert owner.heading is not None
        assert block["start"] + len(block["text"]) <= owner.heading.end
        assert "\n" not in block["text"]
    said = "".join(block["text"] for block in headings)
    assert "".join(said.split()) == "".join(
        "".join(map(document.quote, (s.heading for s in stated if s.heading))).split()
    )
    tables = of_kind(extraction, "table")
    assert [len(block["cells"]) for block in tables] == [len(table.cells) for table in document.tables]
    for block, table in zip(tables, document.tables, strict=True):
        assert block["rows"] == table.row_count
        expected = sorted((c.row, c.column, c.row_span, c.column_span, c.span.start, c.text) for c in table.cells)
        assert [tuple(cell) for cell in block["cells"]] == expected
        assert expected


@pytest.mark.parametrize("path", FILES[::7], ids=lambda path: path.name)
def test_blocks_come_in_the_order_of_the_text(path: Path) -> None:
    starts = [block["cells"][0][4] if block["is"] == "table" else block["start"] for block in blocks_of(read(path))]
    assert starts == sorted(starts)
    assert len(starts) > 20


def test_a_word_file_with_nested_empty_and_merged_tables() -> None:
    made = docx.Document()
    made.add_heading("𠮷野县2023年度绩效自评报告", 1)
    outer = made.add_table(3, 3)
    outer.cell(0, 0).merge(outer.cell(0, 1)).text = "合并\n的格"
    outer.cell(1, 1).text = "外"
    inner = outer.cell(2, 2).add_table(2, 2)
    inner.cell(0, 0).text = "里一😀"
    inner.cell(1, 1).text = "里二"
    outer.cell(2, 2).add_paragraph("里后")
    made.add_table(2, 2)
    made.add_paragraph("一、基本情况")
    made.add_paragraph("完。")
    content = io.BytesIO()
    made.save(content)
    document = decode_document(Path("甲.docx"), content.getvalue())
    extraction = extraction_of(document, split_sections(document))
    assert_whole(extraction)
    shown = "".join(words for _, words in leaves(blocks_of(extraction)))
    for words in ("里一😀", "里二", "里后", "合并", "外", "完。"):
        assert shown.count(words) == 1


# Small ones


def document_of(text: str, tables: tuple[Table, ...] = (), pages: tuple[int, ...] = ()) -> Document:
    return Document(Source("甲", "/甲.txt", "a" * 64, "text"), text, tables, (), pages)


def section(number: int, start: int, end: int, text: str) -> Section:
    return Section(number, None, 1, "", text[start:end], Span(start, end), Span(start, len(text)), SectionKind.OTHER)


def test_a_heading_that_runs_into_its_paragraph_is_cut_off() -> None:
    text = "一、概况。本单位编制数12人。\n（一）成绩（二）问题 完\n"
    sections = (section(0, 0, 5, text), section(1, 16, 21, text), section(2, 21, 26, text))
    extraction = extraction_of(document_of(text), sections)
    assert_whole(extraction)
    assert [(block["is"], block["start"], block["text"]) for block in blocks_of(extraction)] == [
        ("heading", 0, "一、概况。"),
        ("line", 5, "本单位编制数12人。"),
        ("heading", 16, "（一）成绩"),
        ("heading", 21, "（二）问题"),
        ("line", 26, " 完"),
    ]


def test_a_heading_over_two_lines_is_one_on_both() -> None:
    text = "附件1\n自评表\n完\n"
    extraction = extraction_of(document_of(text), (section(0, 0, 7, text),))
    assert_whole(extraction)
    assert [(block["is"], block["text"]) for block in blocks_of(extraction)] == [
        ("heading", "附件1"),
        ("heading", "自评表"),
        ("line", "完"),
    ]


def test_pages_are_marked_before_their_first_block() -> None:
    extraction = extraction_of(document_of("甲\n\n乙\n丙\n", pages=(0, 3, 4, 5, 90)), ())
    marks = [block.get("number") or block["text"] for block in blocks_of(extraction)]
    assert marks == [1, "甲", 2, "乙", 3, 4, "丙"]


def test_a_format_without_pages_has_no_marks() -> None:
    assert [block["is"] for block in blocks_of(extraction_of(document_of("甲\n乙"), ()))] == ["line", "line"]


@pytest.mark.parametrize(
    "text", ["", "\n\n \t\u3000", "甲", "甲\r\n乙\r丙", "甲\x0c乙\u2028丙\x85丁\x1c戊", "\ud800𠮷"]
)
def test_any_lines(text: str) -> None:
    assert_whole(extraction_of(document_of(text), ()))


def test_a_table_without_cells_is_lines() -> None:
    extraction = extraction_of(document_of("甲\t乙\n丙", (Table(Span(0, 4), (), 0, 0),)), ())
    assert_whole(extraction)
    assert [block["is"] for block in blocks_of(extraction)] == ["line", "line"]


def test_words_of_a_table_that_are_in_no_cell_are_not_lost() -> None:
    extraction = sample_extraction()  # of its first table three cells are known
    assert_whole(extraction)
    assert len(of_kind(extraction, "table")) == 1


# Odd ones

WORDS = st.text(st.sampled_from("甲乙丙𠮷😀1.%（）:a \u3000\x0c\u2028\r"), min_size=0, max_size=8)
CELLS = st.lists(st.lists(WORDS, max_size=3), max_size=3)  # rows may differ in length, and be none
PIECES = st.one_of(
    st.tuples(st.just("line"), WORDS, st.just(0)),
    st.tuples(st.just("heading"), WORDS.filter(str.strip), st.integers(0, 9)),
    st.tuples(st.just("table"), CELLS, st.booleans()),
)


def table_of(rows: list[list[str]], start: int, *, nested: bool) -> tuple[str, list[Table]]:
    """The text of a table as readers write it, a cell a line; the last cell may hold another table."""
    text, cells, inner = "", [], []
    for number, row in enumerate(rows):
        for column, words in enumerate(row):
            text += "\t"
            shown = words.strip()
            place = start + len(text) + words.index(shown) if shown else start + len(text)
            if nested and shown and row is rows[-1] and column == len(row) - 1:
                inner.append(
                    Table(Span(place, place + len(shown)), (Cell(shown, Span(place, place + len(shown)), 0, 0),), 1, 1)
                )
            cells.append(Cell(shown, Span(place, place + len(shown)), number, column, 1, 1 + column % 2))
            text += words + "\n"
        text += "\n"
    columns = max(map(len, rows), default=0)
    return text, [Table(Span(start, start + len(text)), tuple(cells), len(rows), columns), *inner]


@st.composite
def odd_reports(draw: st.DrawFn) -> Extraction:
    text, tables, sections = "", [], []
    for kind, content, more in draw(st.lists(PIECES, max_size=6)):
        if kind == "table":
            added, found = table_of(content, len(text), nested=bool(more))
            tables += found
            text += added
            continue
        if kind == "heading":
            lead = len(content) - len(content.lstrip())
            own = content.strip()
            title = (own.splitlines() or [own])[0]
            sections.append((len(text) + lead, len(text) + lead + len(title)))
            content += "丁" * int(more)  # its paragraph
        text += content + draw(st.sampled_from(["\n", "\n\n", "\r\n"]))
    pages = draw(st.lists(st.integers(0, len(text)), max_size=3, unique=True).map(sorted))
    numbered = tuple(section(number, *place, text) for number, place in enumerate(sections))
    order = draw(st.permutations(tables))
    return extraction_of(document_of(text, tuple(order), tuple(pages)), numbered)


@given(odd_reports())
def test_an_odd_report_is_there_whole(extraction: Extraction) -> None:
    assert_whole(extraction)
    starts = {s.heading.start for s in extraction.sections if s.heading}
    assert {block["start"] for block in of_kind(extraction, "heading")} == starts
    numbers = [block["number"] for block in of_kind(extraction, "page")]
    assert numbers == list(range(1, len(numbers) + 1))
