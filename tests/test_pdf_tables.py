"""Tables of PDF files: ruled and unruled, merged, wrapped, over page breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.generated import generate_report
from eval.writers import Grid, GridCell, Heading, Paragraph, write_pdf, write_text
from eval.writers.page_style import NUMBERS, PageStyle, style_of
from pipeline.errors import TooLarge
from pipeline.readers.pdf import read, ruled
from pipeline.readers.text import find_tables
from schemas.text import Document, Table
from tests.pdf_samples import LEFT, SOURCE, Draw, Sheet, document, numbered, pdf

XS = (60.0, 160.0, 260.0, 360.0)
Cells = tuple[tuple[int, int, int, int, str], ...]


def grid(form: Table) -> list[tuple[str, int, int, int, int]]:
    return [(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in form.cells]


def words(form: Table) -> list[list[str]]:
    """The filled cells of each row."""
    rows: list[list[str]] = [[] for _ in range(form.row_count)]
    for cell in form.cells:
        if cell.text:
            rows[cell.row].append(cell.text)
    return rows


def form(ys: Sequence[float], *cells: tuple[int, int, int, int, str], before: str = "", after: str = "") -> Draw:
    def drawn(sheet: Sheet) -> None:
        if before:
            sheet.put(LEFT, ys[0] - 20, before)
        sheet.table(XS, ys, *cells)
        if after:
            sheet.put(LEFT, ys[-1] + 30, after)

    return drawn


def plain(*rows: Sequence[str]) -> Cells:
    return tuple((r, c, 1, 1, text) for r, row in enumerate(rows) for c, text in enumerate(row))


def steps(top: float, count: int, height: float = 20.0) -> list[float]:
    return [top + height * place for place in range(count + 1)]


ROWS = plain(("数量指标", "巡查", "10"), ("质量指标", "合格", "20"), ("时效指标", "及时", "30"))


def test_text_around_a_table_stays_in_order_and_cells_are_lines_after_a_tab() -> None:
    found = document(form(steps(200, 2), *plain(("甲", "乙", "1"), ("丙", "", "2")), before="表前", after="表后"))
    assert found.text == "表前\n\t甲\n\t乙\n\t1\n\n\t丙\n\t\n\t2\n\n表后\n"
    assert grid(found.tables[0]) == [
        ("甲", 0, 0, 1, 1), ("乙", 0, 1, 1, 1), ("1", 0, 2, 1, 1),
        ("丙", 1, 0, 1, 1), ("", 1, 1, 1, 1), ("2", 1, 2, 1, 1),
    ]  # fmt: skip
    assert [found.quote(box.span) for box in found.boxes] == ["表前", "甲", "乙", "1", "丙", "2", "表后"]


def test_merged_cells_have_their_extents() -> None:
    found = document(
        form(steps(200, 3), (0, 0, 3, 1, "产出"), (0, 1, 1, 2, "表头"), (1, 1, 1, 1, "甲"), (2, 2, 1, 1, "9"))
    )
    assert grid(found.tables[0]) == [
        ("产出", 0, 0, 3, 1), ("表头", 0, 1, 1, 2), ("甲", 1, 1, 1, 1),
        ("", 1, 2, 1, 1), ("", 2, 1, 1, 1), ("9", 2, 2, 1, 1),
    ]  # fmt: skip
    assert found.text == "\t产出\n\t表头\n\n\t\n\t甲\n\t\n\n\t\n\t\n\t9\n\n"


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("产出指标\n（40分）", "产出指标\n（40分）"),  # a short line that was ended
        ("1.完成巡查任务；\n2.完成整改；", "1.完成巡查任务；\n2.完成整改；"),
        ("目标值达到百分之九\n十以上", "目标值达到百分之九十以上"),
        ("支出共计一千1277.\n68万元", "支出共计一千1277.68万元"),
        ("12345678901234567890\n12人", "1234567890123456789012人"),
    ],
)
def test_words_wrapped_in_a_cell_are_joined(drawn: str, text: str) -> None:
    found = document(form(steps(200, 2, 60), (0, 0, 1, 1, drawn), (1, 1, 1, 1, "x")))
    assert found.tables[0].cells[0].text == text
    assert [found.quote(box.span) for box in found.boxes][:-1] == drawn.split("\n")


def test_a_frame_around_prose_is_no_table() -> None:
    def framed(sheet: Sheet) -> None:
        sheet.table((60, 535), (60, 780), (0, 0, 1, 1, ""))
        sheet.prose("本单位绩效自评报告如下。")

    found = document(framed)
    assert found.tables == ()
    assert found.text == "本单位绩效自评报告如下。\n"


def test_a_table_without_outer_sides_has_its_outer_columns() -> None:
    def drawn(sheet: Sheet) -> None:
        for y in steps(200, 3):
            sheet.rule(XS[0], y, XS[-1], y)
        for x in XS[1:-1]:
            sheet.rule(x, 200, x, 260)
        for row, column, _, _, text in ROWS:
            sheet.put(XS[column] + 4, 214 + 20 * row, text, 9)

    assert words(document(drawn).tables[0]) == [
        ["数量指标", "巡查", "10"],
        ["质量指标", "合格", "20"],
        ["时效指标", "及时", "30"],
    ]


@pytest.mark.parametrize("levels", [True, False], ids=["level rules", "no rules"])
def test_a_table_without_upright_rules_is_read_by_its_columns(levels: bool) -> None:
    def drawn(sheet: Sheet) -> None:
        sheet.put(60, 160, "表1 指标完成情况", 10)
        rows = (
            ("指标名称", "目标值", "得分"),
            ("巡查次数", "≥100次", "10"),
            ("水质达标率", "95%", "9.5"),
            ("满意度", "90%", "10"),
        )
        for row, (name, target, score) in enumerate(rows):
            y = 200 + 30 * row
            sheet.put(60, y, name, 10)
            sheet.put(260, y, target, 10)
            sheet.put(400, y, score, 10)
            if levels:
                sheet.rule(60, y - 18, 440, y - 18)
        sheet.put(60, 303, "（群众）", 10)

    found = document(drawn)
    assert found.text.startswith("表1 指标完成情况\n")
    assert words(found.tables[0]) == [
        ["指标名称", "目标值", "得分"], ["巡查次数", "≥100次", "10"], ["水质达标率", "95%", "9.5"],
        ["满意度\n（群众）", "90%", "10"],
    ]  # fmt: skip


def test_words_apart_are_no_table() -> None:
    def drawn(sheet: Sheet) -> None:
        for y in (100, 128):
            for x, text in ((60, "填表人：文晨"), (240, "日期："), (400, "电话：")):
                sheet.put(x, y, text)
        sheet.put(300, 200, "青石县水务局")
        sheet.put(300, 228, "2024年5月1日")

    found = document(drawn)
    assert found.tables == ()
    assert found.text == "填表人：文晨 日期： 电话：\n" * 2 + "青石县水务局\n2024年5月1日\n"


def two(above: Cells, below: Cells, top: float = 80.0, title: str = "", height: float = 20.0) -> Document:
    """A table that ends at the foot of a page, and one at the head of the next."""
    count = 1 + max(row + high for row, _, high, _, _ in above)
    filled = ((0, 0, 1, 3, "表头"), *((row + 1, *rest) for row, *rest in above))
    first = form(steps(760 - height * count, count, height), *filled)
    second = form(steps(top, max(row + high for row, _, high, _, _ in below), height), *below, before=title)
    return document(*numbered("— {page} —", first, second))


def test_a_table_goes_on_over_a_page_break() -> None:
    found = two(ROWS, plain(("成本指标", "经费", "40")))
    assert len(found.tables) == 1
    assert words(found.tables[0])[-1] == ["成本指标", "经费", "40"]
    assert found.tables[0].row_count == 5
    assert found.pages == (0, found.text.index("成本指标"))
    assert [box.page for box in found.boxes] == [1] * 10 + [2] * 3


def test_a_form_with_a_title_of_its_own_does_not_go_on() -> None:
    assert len(two(ROWS, ROWS, 120, "项目支出绩效自评表").tables) == 2
    assert len(two(ROWS, ((0, 0, 1, 3, "项目支出绩效自评表"), *((r + 1, *rest) for r, *rest in ROWS))).tables) == 2


def test_a_header_that_is_printed_again_is_kept_once() -> None:
    header = (("二级指标", "三级指标", "分值"),)
    found = two(plain(*header, ("数量指标", "巡查", "10")), plain(*header, ("质量指标", "合格", "20")))
    assert words(found.tables[0]) == [["表头"], [*header[0]], ["数量指标", "巡查", "10"], ["质量指标", "合格", "20"]]


def test_rows_that_are_alike_but_hold_numbers_are_no_header() -> None:
    found = two(ROWS[:3], ROWS[:3])
    assert words(found.tables[0]) == [["表头"], ["数量指标", "巡查", "10"], ["数量指标", "巡查", "10"]]


def test_a_cell_merged_over_the_page_break_is_one() -> None:
    above = ((0, 0, 2, 1, "产出指标"), (0, 1, 1, 1, "甲"), (0, 2, 1, 1, "1"), (1, 1, 1, 1, "乙"), (1, 2, 1, 1, "2"))
    below = ((0, 0, 2, 1, ""), (0, 1, 1, 1, "丙"), (0, 2, 1, 1, "3"), (1, 1, 1, 1, "丁"), (1, 2, 1, 1, "4"))
    found = two(above, below)
    assert ("产出指标", 1, 0, 4, 1) in grid(found.tables[0])
    labeled = two(above, ((0, 0, 2, 1, "效益指标"), *below[1:]))
    assert {("产出指标", 1, 0, 2, 1), ("效益指标", 3, 0, 2, 1)} <= set(grid(labeled.tables[0]))


def test_a_row_that_the_page_break_cuts_is_one() -> None:
    upper = plain(("数量指标", "完成全县水库巡查任\n务并及时上报巡查情", "10"))
    found = two(upper, plain(("", "况和整改结果", "")), height=34)
    assert words(found.tables[0]) == [["表头"], ["数量指标", "完成全县水库巡查任务并及时上报巡查情况和整改结果", "10"]]


@pytest.mark.parametrize(
    ("above", "below", "number"),
    [
        ("9.5", "8.25", None),
        ("115", "0", None),
        ("9.5", "10", None),
        ("285.7", "1", "285.71"),
        ("100.0", "0%", "100.00%"),
    ],
)
def test_two_numbers_at_a_page_break_never_become_a_third(above: str, below: str, number: str | None) -> None:
    found = two(plain(("执行率不低于年初", "万元", above)), plain(("", "", below)), height=34)
    numbers = [row[-1] for row in words(found.tables[0])[1:]]
    assert numbers == ([number] if number else [above, below])


def test_a_row_that_has_only_a_label_is_not_glued_to_the_row_before() -> None:
    found = two(plain(("成本指标", "经济成本指标", "10")), plain(("", "社会成本指标", "")))
    assert words(found.tables[0])[1:] == [["成本指标", "经济成本指标", "10"], ["社会成本指标"]]


def test_absurdly_many_rules_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruled, "MAX_RULES", 5)
    with pytest.raises(TooLarge, match="线条"):
        read(pdf(form(steps(100, 9), *ROWS)), SOURCE)


# The writer of sample reports, and what is read of it

BLOCKS = (
    Heading("青石县水务局2023年度部门整体支出绩效自评报告", 1),
    Paragraph("全年新建口袋公园七处，栽植行道树2100株，城区绿化面貌得到明显改善，群众满意度较高。" * 3),
    Grid(((GridCell("年度预算", row_span=2), GridCell("甲")), (GridCell("10"),))),
    Paragraph("以上。"),
)


def test_the_same_blocks_give_the_same_bytes() -> None:
    assert write_pdf(BLOCKS) == write_pdf(BLOCKS)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("indent", [0.0, 2.0])
def test_what_is_written_comes_back(number: str, indent: float) -> None:
    style = PageStyle(header="绩效自评", number=number, indent=indent, bold_twice=True)
    found = read(write_pdf((*BLOCKS, *BLOCKS[1:] * 9), style), SOURCE)
    text = write_text((*BLOCKS, *BLOCKS[1:] * 9)).replace("\n\n\n", "\n\n")
    assert found.text == text
    assert len(found.pages) > 2


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("landscape", [True, False])
def test_generated_reports_have_the_words_of_their_text(seed: int, landscape: bool) -> None:
    blocks = generate_report(seed).blocks
    style = replace(style_of(blocks), landscape_tables=landscape, header="")
    found = read(write_pdf(blocks, style), SOURCE)
    text = write_text(blocks)
    assert "".join(found.text.split()) == "".join(text.split())
    expected = [["".join(cell.text.split()) for cell in each.cells if cell.text] for each in find_tables(text)]
    assert [["".join(cell.text.split()) for cell in each.cells if cell.text] for each in found.tables] == expected
