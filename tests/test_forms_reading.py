"""Tables to forms: where a form begins and ends, what its title is, and how it goes on over a page break."""

from __future__ import annotations

import pytest

from pipeline.forms.reading import BlockKind, read_forms
from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    PROJECT_ROW,
    TITLE,
    TOTAL_ROW,
    TREES_ROW,
    UNIT_ROW,
    as_document,
    department_form,
    dump,
    evaluations,
    form_indicators,
    form_of,
    grid_document,
    project_form,
)

PAGE_BREAK = "\n\n— 3 —\n\n"
MERGED_CUT = "绩\n效\n指\n标"


@pytest.mark.parametrize(
    "table",
    [
        dump("姓名|科室|电话", "张三|办公室|1234567"),
        dump("编号|日期", "1|2023年1月", "2|2023年2月"),
        dump("说明：本表由各单位填报。"),
        dump("总分|100|95"),
    ],
)
def test_other_tables_are_no_form(table: str) -> None:
    assert read_forms(as_document(TITLE + table)) == ()


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("", ""),
        ("我局已按要求填报项目支出绩效自评表。\n", ""),
        (
            "本年度绩效目标表格由各单位认真填报，并由主管部门审核后逐级上报财政部门备案，填报口径以上年为准，逾期未报的单位予以全县通报批评\n",
            "",
        ),
        ("部门整体支出绩效自评表\n", "部门整体支出绩效自评表"),
        ("附件3\n2023年度部门整体支出绩效自评表\n（2023年度）\n", "2023年度部门整体支出绩效自评表"),
        ("项目支出绩效目标表\n填表日期：2024年3月1日\n", "项目支出绩效目标表"),
    ],
)
def test_the_title_stands_above_its_table(before: str, title: str) -> None:
    assert form_of("一、附表\n" + before + dump(UNIT_ROW, HEADER, PARKS_ROW)).title == title


def test_a_title_row_in_the_table_is_the_title() -> None:
    assert form_of(dump("项目支出绩效自评表", PROJECT_ROW, HEADER, PARKS_ROW)).title == "项目支出绩效自评表"


@pytest.mark.parametrize(
    ("before", "row", "unit"),
    [
        ("", "", None),
        ("（单位：元）\n", "", "元"),
        ("金额单位：万元\n", "", "万元"),
        ("", "金额单位：万元", "万元"),
    ],
)
def test_the_unit_of_money_stands_above_the_blocks(before: str, row: str, unit: str | None) -> None:
    rows = [row] if row else []
    form = form_of(FORM_TITLE + before + dump(*rows, PROJECT_ROW, HEADER, PARKS_ROW))
    assert (form.unit.word if form.unit else None) == unit


@pytest.mark.parametrize(
    "second",
    [
        ("项目支出绩效自评表", "项目名称|湿地修复"),
        ("项目名称|湿地修复",),
        ("项目名称|湿地修复|项目负责人|李四",),
    ],
)
def test_a_title_or_another_project_begins_the_next_form(second: tuple[str, ...]) -> None:
    wetlands = "产出指标|数量指标|修复湿地|3处|3处|10|10|"
    text = project_form(HEADER, PARKS_ROW, TOTAL_ROW, *second, HEADER, wetlands, "总分|100|90|")
    first, following = read_forms(as_document(text))
    assert [form.pair("project_name").value.text for form in (first, following)] == ["古树名木保护", "湿地修复"]
    assert [(e["id"], e["total_score"]) for e in evaluations(text)[1:]] == [("p1", "95"), ("p2", "90")]


@pytest.mark.parametrize("row", ["||单位名称规范率|100%|100%|10|10|", "||部门|2个|2个|10|10|"])
def test_an_indicator_that_is_called_like_a_label_begins_no_form(row: str) -> None:
    (form,) = read_forms(as_document(department_form(HEADER, PARKS_ROW, row, TOTAL_ROW)))
    assert len(form.blocks[-1].rows) == 2


@pytest.mark.parametrize("header", [(), (HEADER,)], ids=["bare", "header repeated"])
def test_a_form_goes_on_over_a_page_break(header: tuple[str, ...]) -> None:
    text = department_form(HEADER, PARKS_ROW) + PAGE_BREAK + dump(*header, TREES_ROW, TOTAL_ROW)
    (form,) = read_forms(as_document(text))
    assert [block.kind for block in form.blocks] == [BlockKind.INDICATORS]
    rows = form_indicators(text)
    assert [row["name"] for row in rows] == ["新建口袋公园", "栽植行道树"]
    assert [(row["level1"], row["level2"]) for row in rows] == [("产出指标", "数量指标")] * 2
    assert evaluations(text)[0]["total_score"] == "95"


@pytest.mark.parametrize(
    ("first", "between", "second"),
    [
        ((HEADER, PARKS_ROW, TOTAL_ROW), PAGE_BREAK, (TREES_ROW,)),
        ((HEADER, PARKS_ROW), "\n\n其他说明事项如下。\n\n", (TREES_ROW,)),
        ((HEADER, PARKS_ROW), PAGE_BREAK, ("项目名称|湿地修复", HEADER, "产出指标||修复湿地|3处|3处|10|10|")),
        (
            (HEADER, PARKS_ROW),
            PAGE_BREAK,
            ("项目支出绩效自评表", "项目名称|湿地修复", HEADER, "产出指标||修复|3处|3处|10|10|"),
        ),
    ],
    ids=["after the total", "after prose", "another project", "another title"],
)
def test_what_does_not_go_on_with_a_form(first: tuple[str, ...], between: str, second: tuple[str, ...]) -> None:
    forms = read_forms(as_document(project_form(*first) + between + dump(*second)))
    assert [row[2].text for block in forms[0].blocks for row in block.rows] == ["新建口袋公园"]


def test_a_label_cut_off_by_an_empty_line_is_put_back_before_its_row() -> None:
    text = department_form(
        MERGED_CUT, f"{HEADER}", "产出指标\n(40分)|数量指标|新建口袋公园|≥5个|7个|10|10|", TREES_ROW, TOTAL_ROW
    )
    assert [row["name"] for row in form_indicators(text)] == ["新建口袋公园", "栽植行道树"]
    shifted = department_form(MERGED_CUT, HEADER, "|" + PARKS_ROW, "|" + TREES_ROW, TOTAL_ROW)
    assert [(row["name"], row["level1"], row["score"]) for row in form_indicators(shifted)] == [
        ("新建口袋公园", "产出指标", "10"),
        ("栽植行道树", "产出指标", "8"),
    ]


@pytest.mark.parametrize("coding", ["\t", "|"])
def test_rows_on_one_line_each_are_read_like_dumped_cells(coding: str) -> None:
    rows = [HEADER, PARKS_ROW, TREES_ROW, "总分|||||100|95|"]
    if coding == "\t":
        table = "".join(row.replace("|", "\t") + "\n" for row in (UNIT_ROW, *rows))
    else:
        table = "".join(f"|{row}|\n" for row in (HEADER, "---|" * 7 + "---", *rows[1:]))
    text = TITLE + FORM_TITLE + table
    assert form_indicators(text) == form_indicators(department_form(*rows))
    assert evaluations(text)[0]["total_score"] == "95"


def test_the_span_runs_to_the_last_filled_cell() -> None:
    text = department_form(HEADER, PARKS_ROW, "总分|100|95|") + "填表人：张三\n"
    form = form_of(text)
    assert text[form.span.end - 2 : form.span.end] == "95"


def test_a_merged_grid_is_one_form() -> None:
    document = grid_document(TITLE + FORM_TITLE, [HEADER.split("|"), PARKS_ROW.split("|")])
    assert len(read_forms(document)) == 1
