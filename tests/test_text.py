"""Text files: encodings, other formats in disguise, and forms in the three codings of cells."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DamagedFile, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers import text as reader
from pipeline.readers.text import decode_text, find_tables, read
from schemas.text import Document, Source, Table

SOURCE = Source(name="report", path="report.txt", sha256="", reader="text")
REPORT = "云溪县园林局2023年度部门整体支出绩效自评报告\n一、部门基本情况\n编制数20名，“三公”经费9.86万元。\n"


def grid(table: Table) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell.text)
    return rows


def grids(text: str) -> list[list[list[str]]]:
    return [grid(table) for table in find_tables(text)]


def archive() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("word/document.xml", "<w:document/>" * 50)
    return content.getvalue()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (archive(), UnsupportedFormat),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 20, UnsupportedFormat),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(1, 256)) * 20, UnsupportedFormat),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, DamagedFile),
        (bytes(range(256)) * 40, DamagedFile),
        (b"\0" * 4096, DamagedFile),
        (b"\xff" * 100, DamagedFile),
        (b"\xff\xfe" + "绩效".encode("utf-16-le") + b"\xd8", DamagedFile),  # half a character at the end
    ],
    ids=["archive", "PDF", "old Office", "image", "all bytes", "zeros", "no text", "cut off"],
)
def test_what_is_no_text(data: bytes, error: type[ReadError]) -> None:
    with pytest.raises(error) as raised:
        read(data, SOURCE)
    assert "report.txt" in str(raised.value)
    assert raised.value.hint


def test_a_text_of_impossible_length_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_CHARACTERS", len(REPORT) - 1)
    with pytest.raises(TooLarge) as raised:
        read(REPORT.encode(), SOURCE)
    assert raised.value.hint
    monkeypatch.setattr(reader, "MAX_CHARACTERS", len(REPORT))
    assert read(REPORT.encode(), SOURCE).text == REPORT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_encoding_and_a_line_end(encoding: str, newline: str) -> None:
    assert read(REPORT.replace("\n", newline).encode(encoding), SOURCE).text == REPORT


def test_a_byte_order_mark_of_the_other_order() -> None:
    assert decode_text(b"\xfe\xff" + REPORT.encode("utf-16-be"), "") == REPORT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_pure_chinese_without_a_mark(encoding: str) -> None:
    pure = "整体支出绩效自评报告部门基本情况" * 4
    assert decode_text(pure.encode(encoding), "") == pure


def test_rare_characters_of_gb18030() -> None:
    assert decode_text("绩效自评：㐂𠮷镇".encode("gb18030"), "") == "绩效自评：㐂𠮷镇"


def test_stray_zeros_are_dropped() -> None:
    assert (
        read(f"{REPORT}附件\0一{'绩效' * 400}\n".encode("utf-16-le"), SOURCE).text == f"{REPORT}附件一{'绩效' * 400}\n"
    )


def test_pages_start_after_form_feeds() -> None:
    assert read(REPORT.encode(), SOURCE).pages == ()
    document = read("第一页\f第二页\f第三页".encode(), SOURCE)
    assert [document.text[start : start + 3] for start in document.pages] == ["第一页", "第二页", "第三页"]


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        "一、绩效情况\n\n新建公园7个|改造2个\n",
        "公式 a|b\n没有分隔行\n",
        "\t\n\t\n\n",
        "| | |\n|---|---|\n",
        " \t \n",
        "",
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert find_tables(text) == ()


CELLS = [["项目", "预算数", "执行数"], ["", "30", "29.5"], ["总分", "100"]]


def cell_per_line(rows: list[list[str]], lead: str = "\t") -> str:
    return "".join("".join(f"{lead}{cell}\n" for cell in row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        cell_per_line(CELLS),
        cell_per_line(CELLS, " \t"),
        cell_per_line(CELLS, "\u3000\t"),
        cell_per_line(CELLS).replace("\t", "\t  ").replace("\n\t", " \n\t"),
        "项目\t预算数\t执行数\n\t30\t29.5\n总分\t100\n",
        "  项目\t预算数\t执行数\n\t30\t29.5\n总分\t100",
    ],
    ids=["cell a line", "space before the tab", "wide space before the tab", "spaces inside", "row a line", "indented"],
)
def test_a_table_of_cells(text: str) -> None:
    assert grids(f"说明如下\n{text}") == [CELLS]


def test_a_markdown_table() -> None:
    text = "|项目|预算数|执行数|\n|:---|---:|---|\n||30|29.5|\n|总分|100||\n"
    assert grids(text) == [[["项目", "预算数", "执行数"], ["", "30", "29.5"], ["总分", "100", ""]]]
    assert grids("项目 | 预算数\n--- | ---\n公园 | 30\n正文") == [[["项目", "预算数"], ["公园", "30"]]]


def test_a_row_a_line_keeps_its_empty_cells() -> None:
    assert grids("一级\t二级\t值\n\t\t5\n产出\t\t\n") == [[["一级", "二级", "值"], ["", "", "5"], ["产出", "", ""]]]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("产出指标\n（40分）", "产出指标\n（40分）"),
        ("产出指标\n\n（40分）", "产出指标\n\n（40分）"),
        ("产出指标\n\n(40分)\n\u3000", "产出指标\n\n(40分)"),
        ("目标1：新建公园；\n目标2：栽植行道树。", "目标1：新建公园；\n目标2：栽植行道树。"),
    ],
)
def test_lines_inside_a_cell(cell: str, words: str) -> None:
    assert grids(cell_per_line([[cell, "数量指标", "5"], ["", "质量指标", "6"]])) == [
        [[words, "数量指标", "5"], ["", "质量指标", "6"]]
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (cell_per_line([["项目", "5"]]) + "填表人：张三\n" + cell_per_line([["公园", "6"]]), [1, 1]),
        (cell_per_line([["项目", "5"]]) + "\n\n\n" + cell_per_line([["公园", "6"]]), [1, 1]),
        (cell_per_line([["项目", "5"], ["部门整体支出绩效自评表"], ["公园", "6"]]), [1, 2]),
        (cell_per_line([["项目", "5"], ["年度目标"], ["公园", "6"]]), [3]),
        ("项目\t5\n\n公园\t6\n", [1, 1]),
        (cell_per_line([["项目", "5"]]) + "附件2\n公园\t6\t8\n\t7\t9\n", [1, 2]),
        ("公园\t6\t8\n\t7\t9\n\n" + cell_per_line([["项目", "5"]]), [2, 1]),
    ],
    ids=["prose", "empty lines", "a title", "no title", "an empty line", "another coding", "the other way round"],
)
def test_where_one_table_ends_and_the_next_begins(text: str, rows: list[int]) -> None:
    assert [table.row_count for table in find_tables(text)] == rows


def test_prose_after_an_empty_line_is_no_cell() -> None:
    (table,) = find_tables(cell_per_line([["项目", "5"]]) + "说明：本表由各单位填报。\n")
    assert [cell.text for cell in table.cells] == ["项目", "5"]


def assert_sound(document: Document) -> None:
    """Every cell is the words of its span, inside its table, and no two cells of a table share a character."""
    for table in document.tables:
        reached = table.span.start
        for cell in table.cells:
            assert document.quote(cell.span) == cell.text == cell.text.strip()
            assert table.span.start <= cell.span.start <= cell.span.end <= table.span.end
            assert cell.span.start >= reached or not cell.text
            reached = max(reached, cell.span.end)
            assert 0 <= cell.row < table.row_count
            assert 0 <= cell.column < table.column_count


@given(st.text(alphabet="表绩效5.|-（分）：\t\n \u3000\f", max_size=80))
def test_cells_are_the_words_of_their_spans(text: str) -> None:
    assert_sound(Document(SOURCE, text, find_tables(text)))


@given(
    st.lists(
        st.lists(st.text(alphabet="表绩效5.%|（）", max_size=6), min_size=2, max_size=5), min_size=1, max_size=5
    ).filter(lambda rows: any(any(row) for row in rows))
)
def test_a_dump_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    assert grids("说明\n" + cell_per_line(rows)) == [rows]


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_any_text_is_read_or_refused_with_an_error_of_ours(text: str, encoding: str) -> None:
    try:
        document = read(text.encode(encoding, "surrogatepass"), SOURCE)
    except (ReadError, UnicodeEncodeError):
        return
    assert_sound(document)
