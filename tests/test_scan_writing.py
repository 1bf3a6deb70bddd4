"""Lines and cells of pages to one text: what goes on over lines and pages, and where everything stands."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.readers.scan.joining import cell_text, goes_on, is_cut_row, joined, runs_on
from pipeline.readers.scan.parts import Line, Rect, RuledCell, RuledTable, ScannedPage
from pipeline.readers.scan.writing import wide_marks, write_document
from schemas.text import Document, Source, Span

SOURCE = Source("青禾县水务局自评报告", "青禾县水务局自评报告.png", "0", "scan")
SIZE, LEFT, RIGHT = 40, 200, 1400  # thirty characters a line
FRAME = Rect(LEFT, 0, RIGHT, 2000)
FULL = "全年完成渠道清淤整治共计十二公里，解决灌溉面积三千余亩，群众"  # thirty characters


def line(text: str, top: int = 300, left: int = LEFT, sure: float = 1.0) -> Line:
    width = sum(SIZE if ord(char) > 0x2000 else SIZE // 2 for char in text)
    return Line(text, (sure,) * len(text), Rect(left, top, left + width, top + SIZE))


def cell(row: int, column: int, *texts: str, rows: int = 1, columns: int = 1) -> RuledCell:
    left, top = LEFT + 200 * column, 400 + 100 * row
    rect = Rect(left, top, left + 200 * columns, top + 100 * rows)
    lines = tuple(line(text, top + 45 * number, left + 10) for number, text in enumerate(texts))
    return RuledCell(rect, row, column, rows, columns, lines)


def table(*cells: RuledCell, columns: int = 4) -> RuledTable:
    rows = max(one.row + one.row_span for one in cells)
    places = tuple(LEFT + 200 * column for column in range(columns + 1))
    return RuledTable(Rect(LEFT, 400, places[-1], 400 + 100 * rows), places, rows, cells)


def page(*blocks: Line | RuledTable) -> ScannedPage:
    return ScannedPage(1600, 2000, blocks, np.array([[1 / 1600, 0, 0], [0, 1 / 2000, 0]]))


def document(*pages: ScannedPage) -> Document:
    return write_document(pages, SOURCE)


@pytest.mark.parametrize(
    ("one", "other", "on"),
    [
        (line(FULL), line("满意度较高。"), True),
        (line(FULL[:-1]), line("3500亩。"), True),  # two and a half characters do not fit into the room of one
        (line(FULL[:-2]), line("满意度较高。"), False),
        (line("一、部门基本情况"), line(FULL), False),
        (line(FULL), line("全年另有", left=LEFT + 2 * SIZE), False),
        (line(FULL[:-1] + "。"), line("2.防汛抗旱"), False),
        (line(FULL[:-1] + "共"), line("2.5公里"), True),
    ],
)
def test_a_line_that_is_full_runs_on(one: Line, other: Line, on: bool) -> None:
    assert runs_on(one, other, FRAME) is on


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("服务", "对象满意"), "服务\n对象满意"),  # there was room for one more
        (("服务对象", "满意度"), "服务对象满意度"),
        (("12345.6", "7"), "12345.67"),
        (("1年完工。", "2.验收"), "1年完工。\n2.验收"),
        (("产出", "(50分)"), "产出\n(50分)"),
        ((), ""),
    ],
)
def test_lines_of_a_cell_are_parted_where_there_was_room(texts: tuple[str, ...], text: str) -> None:
    found = cell_text(cell(0, 0, *texts))
    assert "".join(before + one.text for one, before in found) == text


def test_tables_with_the_same_borders_go_on_and_others_do_not() -> None:
    one, other = table(cell(0, 0, "甲"), cell(0, 3)), table(cell(0, 0, "乙"), cell(0, 2), columns=3)
    assert goes_on(one, page(one), one, page(one))
    assert not goes_on(one, page(one), other, page(other))


def test_a_table_over_two_pages_keeps_the_columns_of_both() -> None:
    upper = table(cell(0, 0, "指标", columns=2), cell(0, 2, "目标", columns=2))
    lower = table(*(cell(0, column, word) for column, word in enumerate("数量清淤")))
    whole = joined(upper, page(upper), lower, page(lower))
    assert [(one.row, one.column, one.column_span) for one in whole.cells] == [
        (0, 0, 2), (0, 2, 2), (1, 0, 1), (1, 1, 1), (1, 2, 1), (1, 3, 1),
    ]  # fmt: skip
    assert whole.row_count == 2


def test_a_merged_cell_that_a_page_break_runs_through_is_one() -> None:
    upper = table(cell(0, 0, "产出", rows=2), cell(0, 1, "清淤"), cell(1, 1, "绿化"))
    lower = table(cell(0, 0, rows=2), cell(0, 1, "道路"), cell(1, 1, "桥梁"))
    whole = joined(upper, page(upper), lower, page(lower))
    assert (whole.cells[0].row_span, whole.row_count) == (4, 4)
    apart = table(cell(0, 0, "效益", rows=2), cell(0, 1, "道路"), cell(1, 1, "桥梁"))
    assert joined(upper, page(upper), apart, page(apart)).cells[0].row_span == 2


ROW = (cell(0, 0, "家庭困难"), cell(0, 1, "100人"), cell(0, 2, "10"), cell(0, 3, "10"))


@pytest.mark.parametrize(
    ("upper", "lower", "cut"),
    [
        (ROW, ("学生", "", "", ""), True),
        (ROW, ("学生", "", "5", "5"), False),  # a row of its own
        (ROW, ("", "", "", ""), False),
        ((cell(0, 0, "困难"), *ROW[1:]), ("学生", "", "", ""), False),  # there was room for it above
        ((cell(0, 0, "已完成。"), *ROW[1:]), ("学生", "", "", ""), False),
        ((cell(0, 0), *ROW[1:]), ("学生", "", "", ""), False),
        ((ROW[0], cell(0, 1, "已经完成")), ("学生", "了", "", ""), False),  # no number above to tell
        ((cell(0, 0, *["全年完成"] * 8),), ("清淤",), True),  # a paragraph that breaks off
        ((cell(0, 0, *["全年完成"] * 7, "清淤。"),), ("清淤",), False),
    ],
)
def test_a_row_that_a_page_break_runs_through(upper: tuple[RuledCell, ...], lower: tuple[str, ...], cut: bool) -> None:
    below = [cell(1, column, *([word] if word else [])) for column, word in enumerate(lower)]
    assert is_cut_row(upper, below, 1) is cut


def test_a_row_that_was_cut_is_one_row_of_the_document() -> None:
    below = table(cell(0, 0, "学生"), cell(0, 1), cell(0, 2), cell(0, 3), *(cell(1, n, str(n)) for n in range(4)))
    read = document(page(table(*ROW)), page(below))
    (whole,) = read.tables
    assert [one.text for one in whole.cells] == ["家庭困难学生", "100人", "10", "10", "0", "1", "2", "3"]
    assert [one.row for one in whole.cells] == [0] * 4 + [1] * 4
    assert read.text[read.pages[1] :].startswith("\t0\n\t1\n")


@pytest.mark.parametrize("number", ["1", "-2-", "—3—", "第4页", "第 5 页 共 9 页", "6/9", "一7一"])
def test_page_numbers_are_left_out(number: str) -> None:
    assert document(page(line("正文"), line(number, top=1900))).text == "正文\n"


@pytest.mark.parametrize(("words", "top"), [("12万元", 1900), ("2023年", 1900), ("15", 1000)])
def test_what_is_no_page_number_stays(words: str, top: int) -> None:
    assert document(page(line("正文"), line(words, top=top))).text == f"正文\n{words}\n"


def test_a_paragraph_goes_on_over_the_page_break() -> None:
    others = [line(FULL, top=top) for top in (100, 160, 220)]
    read = document(page(*others, line("-1-", top=1950)), page(line("满意度较高。"), line("二、问题", top=400)))
    assert read.text == f"{FULL * 3}满意度较高。\n二、问题\n"
    assert read.pages == (0, 90)


def test_tables_are_written_as_all_readers_write_them() -> None:
    cells = (cell(0, 0, "产出", rows=2), cell(0, 1, "清淤", columns=3), cell(1, 1), cell(1, 2, "12km", columns=2))
    read = document(page(line("附表"), table(*cells), line("填表人", top=900)))
    assert read.text == "附表\n\t产出\n\t清淤\n\n\t\n\t\n\t12km\n\n填表人\n"
    (written,) = read.tables
    assert read.text[slice(*written.span)] == "\t产出\n\t清淤\n\n\t\n\t\n\t12km\n\n"
    assert [read.text[slice(*one.span)] for one in written.cells] == [one.text for one in written.cells]
    assert [(one.row_span, one.column_span) for one in written.cells] == [(2, 1), (1, 3), (1, 1), (1, 2)]


def test_boxes_and_words_tell_where_from_and_how_sure() -> None:
    words = Line("共12.5公里", (0.9, 0.8, 0.7, 0.6, 0.95, 0.5, 0.4), Rect(160, 200, 400, 240))
    read = document(page(), page(line("一、概况"), words))
    assert [(one.page, read.quote(one.span)) for one in read.boxes] == [(2, "一、概况"), (2, "共12.5公里")]
    assert read.boxes[1][2:] == (0.1, 0.1, 0.25, 0.12)
    assert [(read.quote(one.span), one.confidence) for one in read.recognized[4:]] == [
        ("共", 0.9), ("12.5", 0.6), ("公", 0.5), ("里", 0.4),
    ]  # fmt: skip


def test_pages_without_words_begin_where_the_next_one_does() -> None:
    assert document(page(line("甲")), page(), page(line("乙")), page()).pages == (0, 2, 2, 4)
    assert document(page()).recognized == ()


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        ("年度:完成", "年度：完成"),
        ("(一)概况", "（一）概况"),
        ("产出(50分)", "产出（50分）"),
        ("（50分)", "（50分）"),
        ("(2)(3)", "(2)(3)"),
        (")12（", ")12（"),
        ("1,200.50", "1,200.50"),
        ("12:30", "12:30"),
        ("≥90%", "≥90%"),
        ("完成,达标;", "完成，达标；"),
    ],
)
def test_marks_at_chinese_characters_have_their_width(read: str, shown: str) -> None:
    assert wide_marks(read) == shown


def test_spans_count_from_the_start_of_the_text() -> None:
    read = document(page(line("甲:", top=100), line("乙", top=400)))
    assert [one.span for one in read.recognized] == [Span(0, 1), Span(1, 2), Span(3, 4)]
