"""Chunks: where a section may be cut and where not, what is joined, and what a later part of a form repeats."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import chunks as module
from pipeline.chunks import MAX_FORM_CHARACTERS, MAX_PROSE_CHARACTERS, chunk_text, split_chunks
from pipeline.readers import read_document
from pipeline.readers.text import find_tables
from pipeline.sections import split_sections
from schemas.stages import Chunk, SectionKind
from schemas.text import Cell, Document, Source, Span, Table

SOURCE = Source(name="report", path="report.txt", sha256="", reader="text")
CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SENTENCE = "全年维修渡口3.25处，完成投资1,280.6万元。"
HEADER = "\t一级指标\n\t三级指标\n\t年度指标值\n\t分值\n\n"
NAME = "\t项目名称\n\t东渡维修\n\n"


def document(text: str) -> Document:
    return Document(SOURCE, text, find_tables(text))


def chunks_of(doc: Document) -> tuple[Chunk, ...]:
    chunks = split_chunks(doc, split_sections(doc))
    assert_sound(doc, chunks)
    return chunks


def assert_sound(doc: Document, chunks: tuple[Chunk, ...]) -> None:
    """Chunks tile the text; no cut falls inside a number or inside a row of a table."""
    sections = split_sections(doc)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert "".join(doc.quote(chunk.span) for chunk in chunks) == doc.text
    for chunk in chunks:
        assert chunk.span.start < chunk.span.end
        assert sections[chunk.section].span.start <= chunk.span.start
    for before, after in pairwise(chunks):
        cut = after.span.start
        assert before.span.end == cut
        torn = re.search(r"[\d.,]\s*\Z", doc.text[:cut]) and re.match(r"[\d.,%]", doc.text[cut:])
        at_table = any(cut in table.span for table in doc.tables)
        assert not torn or at_table or before.section != after.section
        assert not any(inside_a_row(table, cut) for table in doc.tables)


def inside_a_row(table: Table, cut: int) -> bool:
    return any(
        min(c.span.start for c in row) < cut < max(c.span.end for c in row)
        for row in ([c for c in table.cells if c.row == place] for place in range(table.row_count))
        if row
    )


def form(rows: int) -> str:
    body = "".join(f"\t产出指标\n\t维修渡口{place}号泊位及附属设施\n\t≥{place}.5处\n\t2\n\n" for place in range(rows))
    return f"项目支出绩效自评表\n{NAME}{HEADER}{body}"


def test_no_text_no_chunks() -> None:
    assert split_chunks(document(""), ()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "1" * 4000,  # one number: nowhere to cut
        "9.5" + "6" * 4000 + "万元。",
    ],
)
def test_a_number_is_never_cut(text: str) -> None:
    assert len(chunks_of(document(text))) == 1


def test_a_number_torn_by_a_line_end_is_never_cut() -> None:
    text = "\n".join(["45.", "6"] * 1500)
    assert len(chunks_of(document(text))) == 1


def test_different_kinds_are_not_joined() -> None:
    text = f"一、绩效情况\n{SENTENCE}\n二、存在的问题\n{SENTENCE}\n三、改进措施\n{SENTENCE}\n"
    assert [chunk.kind for chunk in chunks_of(document(text))] == [
        SectionKind.PERFORMANCE,
        SectionKind.PROBLEMS,
        SectionKind.REMEDIES,
    ]


def test_children_of_different_parents_are_not_joined() -> None:
    long = SENTENCE * 60
    text = f"一、绩效情况\n{long}\n（一）产出\n{SENTENCE}\n二、履职效能情况\n{long}\n（一）产出\n{SENTENCE}\n"
    chunks = chunks_of(document(text))
    assert not any(
        "二、" in document(text).quote(c.span) and "一、绩效" in document(text).quote(c.span) for c in chunks
    )


def test_forms_are_not_joined() -> None:
    chunks = chunks_of(document(form(2) + "\n" + form(2)))
    assert [chunk.kind for chunk in chunks] == [SectionKind.FORM, SectionKind.FORM]


def test_the_lines_above_the_first_heading_stand_alone() -> None:
    chunks = chunks_of(document(f"某区航道处自评报告\n一、其他情况\n{SENTENCE}\n"))
    assert [chunk.section for chunk in chunks] == [0, 1]


def test_small_neighbours_are_joined() -> None:
    text = f"一、绩效情况\n（一）产出\n{SENTENCE}\n（二）效益\n{SENTENCE}\n二、履职情况\n{SENTENCE}\n"
    (chunk,) = chunks_of(document(text))
    assert (chunk.section, chunk.kind, chunk.heading_path) == (0, SectionKind.PERFORMANCE, ())


def test_a_whole_section_has_its_own_path() -> None:
    text = f"一、绩效情况\n（一）产出\n{SENTENCE}\n二、存在的问题\n1.甲。{SENTENCE}\n"
    assert [chunk.heading_path for chunk in chunks_of(document(text))] == [("一、绩效情况",), ("二、存在的问题",)]


def test_a_heading_stands_with_its_first_subsection() -> None:
    text = f"一、绩效情况\n（一）资金使用情况\n{SENTENCE}\n（二）产出情况\n{SENTENCE}\n"
    chunks = chunks_of(document(text))
    assert [(chunk.section, chunk.kind) for chunk in chunks] == [(0, SectionKind.FUNDING), (2, SectionKind.PERFORMANCE)]


def test_headings_that_announce_a_long_subsection_go_with_it() -> None:
    text = f"一、绩效情况\n{SENTENCE}\n（一）产出情况\n1.甲。{SENTENCE * 50}\n2.乙。{SENTENCE * 50}\n"
    second = chunks_of(document(text))[1]
    assert document(text).quote(second.span).startswith("（一）产出情况\n1.甲")


def test_a_long_section_is_cut_after_sentences() -> None:
    doc = document(f"一、绩效情况\n{SENTENCE * 200}\n")
    chunks = chunks_of(doc)
    assert len(chunks) == 3
    assert all(chunk.span.end - chunk.span.start <= MAX_PROSE_CHARACTERS for chunk in chunks)
    assert all(doc.quote(chunk.span).rstrip().endswith("。") for chunk in chunks)
    assert {chunk.section for chunk in chunks} == {0}


def test_a_quotation_keeps_its_closing_mark() -> None:
    doc = document("群众说：“路修好了。”" * 300)
    assert all(doc.quote(chunk.span).endswith("”") for chunk in chunks_of(doc))


def test_a_form_stays_whole_where_prose_would_not() -> None:
    text = form(60)
    assert MAX_PROSE_CHARACTERS < len(text) < MAX_FORM_CHARACTERS
    (chunk,) = chunks_of(document(text))
    assert chunk.preface == ""


def test_every_later_part_of_a_form_repeats_its_name_and_header() -> None:
    doc = document(form(300))
    chunks = chunks_of(doc)
    assert len(chunks) > 2
    assert chunks[0].preface == ""
    for chunk in chunks[1:]:
        assert chunk.preface == NAME + HEADER
        assert chunk_text(doc, chunk) == NAME + HEADER + doc.quote(chunk.span)
        assert doc.quote(chunk.span).startswith("\t产出指标")


@pytest.fixture
def small_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FORM_CHARACTERS", 150)


@pytest.mark.usefixtures("small_forms")
def test_the_latest_header_is_repeated() -> None:
    money = "\t资金来源\n\t年初预算数\n\t全年执行数\n\t执行率\n\n" + "\t财政拨款\n\t20.5\n\t20.1\n\t98%\n\n" * 8
    doc = document(f"项目支出绩效自评表\n{money}{HEADER}" + "\t产出指标\n\t维修渡口\n\t3处\n\t10\n\n" * 8)
    prefaces = [chunk.preface for chunk in chunks_of(doc)]
    assert prefaces[0] == ""
    assert any("年初预算数" in preface for preface in prefaces)
    assert any("一级指标" in preface for preface in prefaces)
    assert not any("年初预算数" in preface and "一级指标" in preface for preface in prefaces)


@pytest.mark.usefixtures("small_forms")
def test_a_part_that_opens_with_a_header_repeats_none() -> None:
    money = "\t资金来源\n\t年初预算数\n\t全年执行数\n\t执行率\n\n" + "\t财政拨款\n\t20.5\n\t20.1\n\t98%\n\n" * 4
    doc = document(f"项目支出绩效自评表\n{money}{HEADER}" + "\t产出指标\n\t维修渡口\n\t3处\n\t10\n\n" * 8)
    second = chunks_of(doc)[1]
    assert doc.quote(second.span).startswith(HEADER)
    assert second.preface == ""


@pytest.mark.usefixtures("small_forms")
def test_both_rows_of_a_header_are_repeated() -> None:
    header = "\t绩效指标\n\t年度指标值\n\t实际完成值\n\t分值\n\n\t一级指标\n\t三级指标\n\t指标性质\n\t度量单位\n\n"
    doc = document(f"项目支出绩效自评表\n{header}" + "\t产出指标\n\t维修渡口\n\t=3处\n\t10\n\n" * 12)
    assert [chunk.preface for chunk in chunks_of(doc)[1:]] == [header] * (len(chunks_of(doc)) - 1)


@pytest.mark.usefixtures("small_forms")
def test_a_cut_falls_where_a_group_of_rows_starts() -> None:
    group = "\t产出指标\n\t维修渡口\n\t3处\n\t10\n\n" + "\t\n\t更新航标\n\t9座\n\t10\n\n" * 2
    doc = document(f"项目支出绩效自评表\n{HEADER}" + group * 6)
    for chunk in chunks_of(doc)[1:]:
        assert doc.quote(chunk.span).startswith("\t产出指标")


@pytest.mark.usefixtures("small_forms")
def test_a_row_that_a_merged_cell_reaches_into_is_the_worse_place() -> None:
    rows = [("产出指标", "维修渡口", 3)] + [("", "更新航标", 1)] * 2
    text, cells = "项目支出绩效自评表\n", []
    start = len(text)
    for place in range(12):
        first, name, height = rows[place % 3]
        for column, (words, row_span) in enumerate(((first, height), (name, 1), ("若干处泊位", 1))):
            if words:
                cells.append(Cell(words, Span(len(text), len(text) + len(words)), place, column, row_span))
                text += words + "\t"
        text += "\n"
    doc = Document(SOURCE, text, (Table(Span(start, len(text)), tuple(cells), 12, 3),))
    assert len(chunks_of(doc)) > 1
    assert all(doc.quote(chunk.span).startswith("产出指标") for chunk in chunks_of(doc)[1:])


PIECES = st.sampled_from(
    [
        "一、绩效情况\n", "（一）资金情况\n", "1.维修。", SENTENCE * 9, "甲" * 700, "9" * 500,
        "45.\n6万亩；", "\n", "，", " ",
        form(3), "附件1\n", "注：含自筹。\n", "二、存在的问题\n", "渡口\t金额\n东渡\t20\n", "\t产出指标\n\t9\n\n" * 80,
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_document_is_tiled(text: str) -> None:
    doc = document(text)
    chunks = chunks_of(doc)
    assert bool(chunks) == bool(text)


@pytest.mark.parametrize("folder", ["reports", "formats"])
def test_real_reports(folder: str) -> None:
    paths = sorted(path for path in (CORPUS / folder).glob("*") if path.suffix in (".txt", ".docx"))
    if not paths:
        pytest.skip("the corpus of real reports is not beside the project")
    for path in paths:
        doc = read_document(path)
        chunks = chunks_of(doc)
        assert len(chunks) <= 14
        for chunk in chunks:
            limit = MAX_FORM_CHARACTERS if chunk.kind is SectionKind.FORM else MAX_PROSE_CHARACTERS
            assert chunk.span.end - chunk.span.start <= limit
