"""Sources rendered to text and Word: what is written comes back cell for cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from lxml import html as lxml_html

from eval.writers import (
    Grid,
    GridCell,
    Heading,
    Lines,
    Paragraph,
    TextBox,
    parse_source,
    write_docx,
    write_html,
    write_reports,
    write_text,
    write_xlsx,
)
from eval.writers.blocks import number_items, place_cells

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

MERGED = Grid(
    (
        (GridCell("年度预\n算", row_span=3), GridCell("项目", column_span=2), GridCell("得分")),
        (GridCell("甲"), GridCell("10", row_span=2), GridCell("9.5")),
        (GridCell(""), GridCell("8")),
    )
)


def word_part(blocks: tuple, name: str = "word/document.xml") -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(write_docx(blocks))) as packed:
        return ElementTree.fromstring(packed.read(name))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<p>甲</p><div>乙</div>", "<div>"),
        ("<p>甲</p>乙<p>丙</p>", "乙"),
        ("<p>甲</p>乙", "乙"),
        ('<h2 auto="1)">甲</h2>', "1)"),
    ],
)
def test_a_source_outside_of_the_notation_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(ValueError, match="line 1") as caught:
        parse_source(source)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("<h1>某局\n  报告</h1>", (Heading("某局报告", 1),)),
        ('<h3 auto="（一）">概况</h3>', (Heading("概况", 3, "（一）"),)),
        ("<p>　　一&lt;二<br>三</p>", (Paragraph("　　一<二\n三"),)),
        ("<pre>\n  甲 1\n2.4 乙\n</pre>", (Lines("  甲 1\n2.4 乙"),)),
        ("<aside>框</aside>", (TextBox("框"),)),
        (
            '<table><tr><td rowspan="2">甲</td><td colspan="2"></td></tr><tr><td>1</td><td>2</td></tr></table>',
            (Grid(((GridCell("甲", 2), GridCell("", 1, 2)), (GridCell("1"), GridCell("2")))),),
        ),
    ],
)
def test_each_element_becomes_its_block(source: str, blocks: tuple) -> None:
    assert parse_source(source) == blocks


def test_a_merged_cell_is_met_in_every_row_that_it_spans() -> None:
    rows = [[(slot.column, slot.cell.text, slot.continued) for slot in row] for row in place_cells(MERGED)]
    assert rows == [
        [(0, "年度预\n算", False), (1, "项目", False), (3, "得分", False)],
        [(0, "年度预\n算", True), (1, "甲", False), (2, "10", False), (3, "9.5", False)],
        [(0, "年度预\n算", True), (1, "", False), (2, "10", True), (3, "8", False)],
    ]


def test_text_of_a_table_has_a_tab_before_each_cell_and_an_empty_line_after_each_row() -> None:
    text = write_text((Paragraph("前"), MERGED, Paragraph("后")))
    assert text == "前\n\t年度预\n算\n\t项目\n\t得分\n\n\t\n\t甲\n\t10\n\t9.5\n\n\t\n\t\n\t\n\t8\n\n\n后\n"


def test_the_rows_of_a_text_come_back_from_its_tabs() -> None:
    text = write_text((MERGED,))
    rows = [[cell.removesuffix("\n") for cell in row.split("\t")[1:]] for row in text.strip("\n").split("\n\n")]
    expected = [["" if slot.continued else slot.cell.text for slot in row] for row in place_cells(MERGED)]
    assert rows == expected


def test_automatic_numbers_start_anew_below_a_higher_heading() -> None:
    blocks = (
        Heading("甲", 2, "一、"),
        Heading("乙", 3, "（一）"),
        Paragraph("丙", "1."),
        Paragraph("丁", "1."),
        Heading("戊", 3, "（一）"),
        Paragraph("己", "1."),
        Heading("庚", 2, "一、"),
        Heading("辛", 3, "（一）"),
    )
    numbers = number_items(blocks)
    assert [number.text for number in numbers if number] == [
        "一、",
        "（一）",
        "1.",
        "2.",
        "（二）",
        "1.",
        "二、",
        "（一）",
    ]
    assert [number.list_id for number in numbers if number] == [1, 2, 3, 3, 2, 4, 1, 5]


def test_automatic_numbers_count_past_ten() -> None:
    numbers = number_items([Heading("甲", 2, "一、")] * 21)
    texts = [number.text for number in numbers if number]
    assert [texts[place] for place in (9, 10, 19, 20)] == ["十、", "十一、", "二十、", "二十一、"]


def test_word_has_the_merges() -> None:
    rows = word_part((MERGED,)).findall(f".//{W}tr")
    cells = [
        [
            (
                "".join(node.text or "" for node in cell.iter(f"{W}t")),
                cell.findtext(f"{W}tcPr/{W}gridSpan") is not None,
                [merge.get(f"{W}val", "continue") for merge in cell.iter(f"{W}vMerge")],
            )
            for cell in row.findall(f"{W}tc")
        ]
        for row in rows
    ]
    assert cells == [
        [("年度预算", False, ["restart"]), ("项目", True, []), ("得分", False, [])],
        [("", False, ["continue"]), ("甲", False, []), ("10", False, ["restart"]), ("9.5", False, [])],
        [("", False, ["continue"]), ("", False, []), ("", False, ["continue"]), ("8", False, [])],
    ]


def test_word_has_styles_and_list_numbers_instead_of_typed_ones() -> None:
    blocks = (Heading("报告", 1), Heading("概况", 2, "一、"), Heading("（一）机构", 3), Paragraph("甲", "1."))
    paragraphs = word_part(blocks).findall(f".//{W}p")
    seen = [
        (
            "".join(node.text or "" for node in paragraph.iter(f"{W}t")),
            next((style.get(f"{W}val") for style in paragraph.iter(f"{W}pStyle")), None),
            next((number.get(f"{W}val") for number in paragraph.iter(f"{W}numId")), None),
        )
        for paragraph in paragraphs
    ]
    assert seen == [
        ("报告", "Title", None),
        ("概况", "Heading1", "101"),
        ("（一）机构", "Heading2", None),
        ("甲", None, "102"),
    ]
    numbering = word_part(blocks, "word/numbering.xml")
    kinds = {node.get(f"{W}numId"): node.find(f"{W}abstractNumId").get(f"{W}val") for node in numbering.iter(f"{W}num")}
    patterns = {
        node.get(f"{W}abstractNumId"): node.find(f"{W}lvl/{W}lvlText").get(f"{W}val")
        for node in numbering.iter(f"{W}abstractNum")
    }
    assert [patterns[kinds[number]] for number in ("101", "102")] == ["%1、", "%1."]


def test_word_has_the_text_box_in_both_drawings() -> None:
    boxes = word_part((TextBox("框<1>"),)).findall(f".//{W}txbxContent")
    assert ["".join(node.text or "" for node in box.iter(f"{W}t")) for box in boxes] == ["框<1>", "框<1>"]


def test_the_same_blocks_give_the_same_bytes() -> None:
    blocks = (Heading("报告", 1), MERGED, TextBox("框"))
    with zipfile.ZipFile(io.BytesIO(write_docx(blocks))) as packed:
        assert {part.date_time for part in packed.infolist()} == {(2024, 1, 1, 0, 0, 0)}
    for write in (write_docx, write_html, write_xlsx):
        assert write(blocks) == write(blocks)


def test_a_page_has_the_merges_and_what_a_site_puts_around_a_report() -> None:
    page = lxml_html.document_fromstring(write_html((Heading("报告<1>", 1), Lines("甲\n乙"), MERGED)))
    cells = [
        (" ".join(cell.text_content().split()), cell.get("rowspan"), cell.get("colspan")) for cell in page.iter("td")
    ]
    assert cells == [
        ("年度预算", "3", None), ("项目", None, "2"), ("得分", None, None), ("甲", None, None), ("10", "2", None),
        ("9.5", None, None), ("", None, None), ("8", None, None),
    ]  # fmt: skip
    assert [heading.text for heading in page.iter("h1")] == ["报告<1>", "报告<1>"]
    assert [line.text_content() for line in page.find_class("content")[0].iter("p")][:2] == ["甲", "乙"]
    assert {"nav", "position", "info", "attachments", "footer"} <= {element.get("class") for element in page.iter()}


def test_a_workbook_has_numbers_formats_merges_and_frames() -> None:
    words = ("95%", "1,234.50", "9.60", "0012", "-0", "2023年", "1e5", "1234567890123", "0.5", "-3")
    table = Grid(tuple((GridCell(word), GridCell("x")) for word in words))
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx((Paragraph("概况", "1."), MERGED, table)))).active
    assert sheet is not None
    assert sorted(str(area) for area in sheet.merged_cells.ranges) == ["A1:H1", "A2:A4", "B2:C2", "C3:C4"]
    assert [sheet["A1"].value, sheet["C3"].value, sheet["D3"].value] == ["1.概况", 10, 9.5]
    column = [(cell.value, cell.number_format) for (cell,) in sheet.iter_rows(min_row=6, max_col=1)]
    assert column == [
        (0.95, "0%"), (1234.5, "#,##0.00"), (9.6, "0.00"), ("0012", "@"), ("-0", "@"), ("2023年", "@"), ("1e5", "@"),
        ("1234567890123", "@"), (0.5, "0.0"), (-3, "0"),
    ]  # fmt: skip
    assert sheet["A6"].border.left.style == "thin"
    assert sheet["A1"].border.left.style is None


def test_every_source_is_written_in_both_formats(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "01_x.html").write_text("<h1>某局</h1>", encoding="utf-8")
    written = [path.relative_to(tmp_path).as_posix() for path in write_reports(tmp_path)]
    assert written == ["reports/01_x.txt", "formats/01_x.docx"]
    assert (tmp_path / "reports" / "01_x.txt").read_bytes() == "某局\n".encode()
