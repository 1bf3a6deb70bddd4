"""Workbooks as they are shown: forms, titles and notes, merges, what is hidden, old files and new."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Border, Side

from pipeline.readers import read_document
from pipeline.readers.excel import SUFFIXES
from tests.excel_samples import document, grid, old, packed, rows_of, sheet_xml, written

FORM = (("项目名称", "清泉引水工程"), ("年度指标值", "实际完成值"), ("≥3公里", "3.2公里"))


def in_line(values: str) -> str:
    """Cells of text one after another, written in place."""
    return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values.split())


def one_sheet(fill: Any, name: str | None = None) -> bytes:
    return written(lambda book: fill(book, book.add_worksheet(name)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (None, ""),
        ("Sheet12", ""),
        ("Sheet1 (2)", ""),
        ("工作表3", ""),
        ("表2", ""),
        ("2023", ""),
        ("项目名称", ""),  # what the sheet begins with anyway
        ("整体支出自评表", "整体支出自评表\n"),
    ],
)
def test_a_sheet_is_headed_by_a_name_that_somebody_gave_it(name: str | None, text: str) -> None:
    found = document(one_sheet(lambda _, sheet: grid(sheet, FORM), name))
    assert found.text == text + "\t项目名称\n\t清泉引水工程\n\n\t年度指标值\n\t实际完成值\n\n\t≥3公里\n\t3.2公里\n\n"
    assert [found.quote(mark.span) for mark in found.outline] == text.split()


def test_every_visible_sheet_is_read_in_order() -> None:
    def fill(book: Any) -> None:
        for name in ("部门表", "草稿", "项目表", "空表"):
            sheet = book.add_worksheet(name)
            if name != "空表":
                grid(sheet, (("项目名称", name), ("得分", 95)))
            if name == "草稿":
                sheet.hide()
        book.add_chartsheet("图")

    found = document(written(fill))
    assert [rows_of(found, place)[0][1] for place in range(len(found.tables))] == ["部门表", "项目表"]
    assert "草稿" not in found.text
    assert "空表" not in found.text


def test_hidden_rows_and_columns_are_left_out_and_merges_show_what_is_left_of_them() -> None:
    def fill(book: Any, sheet: Any) -> None:
        grid(sheet, [[f"{column}{row}" for column in "甲乙丙丁"] for row in range(5)])
        sheet.merge_range(0, 0, 2, 0, "合并")
        sheet.merge_range(3, 1, 3, 2, "横")
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        del book

    found = document(one_sheet(fill))
    assert rows_of(found) == [["合并", "丙1", "丁1"], ["丙2", "丁2"], ["甲3", "横", "丁3"], ["甲4", "丙4", "丁4"]]
    first, across = found.tables[0].cells[0], next(cell for cell in found.tables[0].cells if cell.text == "横")
    assert (first.row, first.row_span) == (0, 2)
    assert (across.column, across.column_span) == (1, 1)


def test_merged_cells_have_their_extents_and_unseen_words_below_them_are_gone() -> None:
    def fill(book: Any, sheet: Any) -> None:
        del book
        sheet.merge_range(0, 0, 0, 1, "一级指标")
        sheet.merge_range(1, 0, 2, 0, "产出指标\n\n（40分）")
        grid(sheet, ((None, None, "三级指标", "得分"), (None, "数量", "修渠", 9.5), (None, "质量", "验收", 10)))
        sheet.write(2, 0, "盖住的字")

    found = document(one_sheet(fill))
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in found.tables[0].cells] == [
        ("一级指标", 0, 0, 1, 2), ("三级指标", 0, 2, 1, 1), ("得分", 0, 3, 1, 1),
        ("产出指标\n（40分）", 1, 0, 2, 1), ("数量", 1, 1, 1, 1), ("修渠", 1, 2, 1, 1), ("9.5", 1, 3, 1, 1),
        ("质量", 2, 1, 1, 1), ("验收", 2, 2, 1, 1), ("10", 2, 3, 1, 1),
    ]  # fmt: skip
    assert found.text.endswith("\t\n\t质量\n\t验收\n\t10\n\n")


def framed(rows: Any, **values: Any) -> bytes:
    """A sheet of openpyxl's: ``frame`` tells which rows have lines around their cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    side = Side(style="thin")
    for row, cells in enumerate(rows, 1):
        for column, value in enumerate(cells, 1):
            if value is not None:
                sheet.cell(row, column, value)
            if row in values.get("frame", ()):
                sheet.cell(row, column).border = Border(left=side, right=side, top=side, bottom=side)
    for area in values.get("merge", ()):
        sheet.merge_cells(area)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


ABOVE = (
    ("附件3", None, None),
    ("2023年度项目支出绩效自评表", None, None),
    ("填报单位：清泉县水利局", None, "单位：万元"),
)
BODY = (("三级指标", "年度指标值", "实际完成值"), ("修渠长度", "≥3公里", "3.2公里"), ("受益人口", None, None))
BELOW = (
    ("以上经财政局核对。", None, None),
    ("注：定性指标分三档。", None, None),
    ("填表人：李四", "联系电话：123", "填报日期："),
)
WIDE = ("A1:C1", "A2:C2", "A7:C7", "A8:C8")
LEAD = "附件3\n2023年度项目支出绩效自评表\n填报单位：清泉县水利局    单位：万元\n"
FOOT = "以上经财政局核对。\n注：定性指标分三档。\n填表人：李四    联系电话：123    填报日期：\n"


@pytest.mark.parametrize(
    "data",
    [
        framed((*ABOVE, *BODY, *BELOW), merge=WIDE, frame=(4, 5, 6)),
        framed((*ABOVE, *BODY, *BELOW), frame=(4, 5, 6)),
        framed((*ABOVE, *BODY, *BELOW), merge=WIDE),
        framed((*ABOVE, *BODY, *BELOW[1:])),
    ],
    ids=["merged and framed", "framed", "merged", "neither"],
)
def test_titles_and_notes_are_lines_around_the_form(data: bytes) -> None:
    found = document(data)
    assert rows_of(found) == [[cell or "" for cell in row] for row in BODY]
    assert found.text.startswith(LEAD)
    assert found.text.endswith(FOOT if "核对" in found.text else FOOT.partition("\n")[2])


def test_rows_of_a_form_stay_in_it_whatever_they_look_like() -> None:
    rows = (("项目名称", "引水", "甲"), ("绩效指标（90分）", None, None), ("合计", None, None), ("乙", "1", "2"))
    alone = framed(rows, merge=("A2:C2",), frame=(1, 2, 3, 4))
    assert [len(row) for row in rows_of(document(alone))] == [3, 1, 3, 3]
    assert rows_of(document(framed(rows)))[1] == ["绩效指标（90分）", "", ""]


def test_without_frames_a_row_of_labels_with_values_is_still_of_the_form() -> None:
    rows = (("项目名称：引水工程", "主管部门：水利局"), ("名称", "得分"), ("修渠", "9"))
    assert rows_of(document(framed(rows)))[0] == ["项目名称：引水工程", "主管部门：水利局"]
    assert len(rows_of(document(framed(rows, frame=(2, 3))))) == 2


def test_forms_on_one_sheet_are_parted_by_empty_rows_but_not_by_rows_to_fill_in() -> None:
    rows = (*BODY[:2], ("", "", ""), ("甲", "1", "2"), (), ("乙项目绩效自评表",), ("名称", "得分"), ("丙", "9"))
    found = document(framed(rows, frame=(1, 2, 3, 4, 7, 8)))
    assert [rows_of(found, place) for place in range(2)] == [
        [list(BODY[0]), list(BODY[1]), ["甲", "1", "2"]],
        [["名称", "得分"], ["丙", "9"]],
    ]
    assert "\n乙项目绩效自评表\n" in found.text
    assert len(document(framed(rows, frame=(1, 2, 4, 7, 8))).tables) == 3


def test_forms_one_under_the_other_are_parted_by_a_title() -> None:
    rows = (*BODY[:2], ("乙项目绩效自评表", None, None), ("名称", "值", "得分"), ("丙", "1", "9"))
    for data in (framed(rows, merge=("A3:C3",)), framed(rows, frame=(1, 2, 4, 5))):
        assert [len(rows_of(document(data), place)) for place in range(2)] == [2, 2]


def test_prose_in_wide_cells_is_prose() -> None:
    prose = ("一、部门概况", "全县有水库3座，\n灌溉5万亩。", "二、绩效情况")
    merged = framed([(line, None, None) for line in prose], merge=("A1:C1", "A2:C2", "A3:C3"))
    tall = framed([(prose[0],), (prose[1],), (), (prose[2],)], merge=("A2:A3",))
    for data in (merged, tall, framed([(line,) for line in prose])):
        found = document(data)
        assert found.text == "一、部门概况\n全县有水库3座，\n灌溉5万亩。\n二、绩效情况\n"
        assert found.tables == ()


def test_numbers_are_read_as_the_sheet_shows_them() -> None:
    def fill(book: Any, sheet: Any) -> None:
        values = ((0.95, "0%"), (0.1 + 0.2, "General"), (1234.5, "#,##0.00"), (9.6, "0.00"), ("0012", "@"), (True, "0"))
        for row, (value, code) in enumerate(values):
            sheet.write(row, 0, "甲")
            sheet.write(row, 1, value, book.add_format({"num_format": code}))
        sheet.write(6, 0, "甲")
        sheet.write_datetime(6, 1, date(2023, 12, 31), book.add_format({"num_format": "yyyy/m/d"}))

    shown = [row[1] for row in rows_of(document(one_sheet(fill)))]
    assert shown == ["95%", "0.3", "1,234.50", "9.60", "0012", "TRUE", "2023/12/31"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<c><f>1+1</f></c>", "〔公式未计算〕"),
        ("<c><f>1+1</f><v/></c>", "〔公式未计算〕"),
        ('<c t="str"><f>""</f><v></v></c>', ""),
        ('<c t="str"><f>A1</f><v>达标</v></c>', "达标"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="d"><v>2023-12-31</v></c>', "45291"),
        ("<c><v>很多</v></c>", "很多"),
        ("<c><v>NaN</v></c>", "NaN"),
        ("<c><v>1e400</v></c>", "1e400"),
        ('<c t="s"><v>1</v></c>', "三公经费"),
        ('<c t="s"><v>2</v></c>', "甲\n乙"),
        ('<c t="inlineStr"><is><r><t>三</t></r><r><t>公</t></r><rPh><t>sān</t></rPh></is></c>', "三公"),
    ],
)
def test_what_a_cell_of_any_kind_shows(cell: str, shown: str) -> None:
    runs = "<r><t>三公</t></r><rPh><t>fei</t></rPh><r><t>经费</t></r>"
    texts = f"<sst><si><t>甲</t></si><si>{runs}</si><si><t>甲_x000D_\n\n乙</t></si></sst>"
    rows = f"<row>{in_line('名称 值 得分')}</row><row>{in_line('修渠')}{cell}{in_line('10')}</row>"
    found = document(packed(sheet_xml(rows), others={"xl/texts.xml": texts}))
    assert rows_of(found)[1] == ["修渠", shown, "10"]


def test_names_may_have_prefixes_and_cells_need_no_address() -> None:
    first = in_line("甲") + in_line("乙").replace("<c", '<c r="B1"')
    plain = sheet_xml(f"<row>{first}</row><row><c><v>0</v></c></row><row><c r='B3'><v>1</v></c><c><v>2</v></c></row>")
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    for sheet in (plain, prefixed, plain.encode("utf-16")):
        assert document(packed(sheet)).text == "\t甲\n\t乙\n\t\n\n\t0\n\t\n\t\n\n\t\n\t1\n\t2\n\n"


def test_a_million_formatted_empty_rows_leave_nothing() -> None:
    head = f'<row r="1">{in_line("项目名称 引水")}</row>'
    rows = "".join(
        f'<row r="{row}" spans="1:2"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>' for row in range(2, 200_000)
    )
    foot = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>尾</t></is></c></row>'
    found = document(packed(sheet_xml(head + rows + foot, '<mergeCells><mergeCell ref="A1:A1048576"/></mergeCells>')))
    assert sorted(cell.text for table in found.tables for cell in table.cells if cell.text) == [
        "尾",
        "引水",
        "项目名称",
    ]
    assert len(found.text) < 100


def styled(code: str) -> Any:
    return xlwt.easyxf("borders: left thin, right thin", num_format_str=code)


def test_old_workbooks_are_read_like_new_ones() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_sheet("自评表")
        sheet.write_merge(0, 0, 0, 2, "项目支出绩效自评表")
        sheet.write_merge(1, 2, 0, 0, "产出", styled("@"))
        for row, values in enumerate(
            (("数量", 0.95, "0%"), ("质量", 1234.5, "#,##0.00"), ("成本", 45291, "yyyy/m/d")), 1
        ):
            sheet.write(row, 1, values[0], styled("@"))
            sheet.write(row, 2, values[1], styled(values[2]))
        sheet.write(4, 1, "藏", styled("@"))
        sheet.row(4).hidden = True
        sheet.write(5, 0, 2.0, styled("0"))
        sheet.write(5, 1, True, styled("0"))
        sheet.write(5, 3, "藏")
        sheet.col(3).hidden = True
        book.add_sheet("草稿").write(0, 0, "藏")
        book.get_sheet(1).visibility = 1

    found = document(old(fill))
    assert found.text.startswith("自评表\n项目支出绩效自评表\n\t产出\n\t数量\n\t95%\n\n\t\n\t质量\n\t1,234.50\n\n")
    assert "藏" not in found.text
    assert [cell.text for cell in found.tables[0].cells if cell.row > 1] == ["", "成本", "2023/12/31", "2", "TRUE", ""]
    assert found.tables[0].cells[0].row_span == 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_content_tells_what_a_workbook_is(tmp_path: Path, suffix: str) -> None:
    new = one_sheet(lambda _, sheet: grid(sheet, FORM))
    page = "<table><tr><td>项目名称</td><td>清泉引水工程</td></tr><tr><td>得分</td><td>95</td></tr></table>".encode(
        "gb18030"
    )
    for data in (new, old(lambda book: grid(book.add_sheet("Sheet1"), FORM)), page):
        path = tmp_path / f"表{suffix.upper()}"
        path.write_bytes(data)
        found = read_document(path)
        assert rows_of(found)[0] == ["项目名称", "清泉引水工程"]
        assert found.source.reader == "excel"
