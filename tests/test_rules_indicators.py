"""Rows of indicator forms in every layout: what is no indicator, which column each value stands in, stated reasons."""

from __future__ import annotations

import pytest

from schemas.text import Document
from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    TITLE,
    TREES_ROW,
    Merged,
    department_form,
    deviations,
    form_indicators,
    grid_document,
    project_form,
)

PARKS = {
    "name": "新建口袋公园", "target": "≥5个", "actual": "7个", "weight": "10", "score": "10",
    "level1": "产出指标", "level2": "数量指标",
}  # fmt: skip
TREES = {
    "name": "栽植行道树", "target": "2000株", "actual": "1800株", "weight": "10", "score": "8",
    "deviation_reason": "苗木不足", "level1": "产出指标", "level2": "数量指标",
}  # fmt: skip


def pick(row: dict[str, str], *names: str) -> dict[str, str]:
    return {name: row[name] for name in names}


@pytest.mark.parametrize(
    "row",
    [
        "产出指标|数量指标||||||",
        "产出指标|数量指标|新建口袋公园|||10||",  # a weight is no value
        "产出指标|数量指标|新建口袋公园|/|—|10|-|",
        "产出指标|数量指标|指标1：|/|/|/|/|",
        "产出指标|数量指标||≥5个||10||",  # a target without name and result
        "||||7个|||",  # one cell alone tells nothing
        "|||||||无",
        "……|||||||",
    ],
)
def test_a_row_without_a_value_is_no_indicator(row: str) -> None:
    assert form_indicators(department_form(HEADER, row, "||绿道|3公里|3公里|10|10|")) == [
        {**pick(PARKS, "weight", "score"), "name": "绿道", "target": "3公里", "actual": "3公里"}
        | (pick(PARKS, "level1", "level2") if row.startswith("产出") else {"level1": "……"} if row[0] == "…" else {})
    ]


LAYOUTS: dict[str, tuple[str, str, list[dict[str, str]]]] = {
    "L1 national": (HEADER, PARKS_ROW + "\n" + TREES_ROW, [PARKS, TREES]),
    "L2 without the second level": (
        "一级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施",
        "产出指标|新建口袋公园|≥5个|7个|10|10|",
        [{name: value for name, value in PARKS.items() if name != "level2"}],
    ),
    "L2 with the block's label": (
        "绩效指标|一级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施",
        "|产出指标\n\n(50分)|新建口袋公园|≥5个|7个|10|10|",
        [{name: value for name, value in PARKS.items() if name != "level2"}],
    ),
    "L3 weight first": (
        "一级指标|二级指标|三级指标|分值|年度指标值|全年实际值|得分|未完成原因和改进措施",
        "产出指标|数量指标|新建口袋公园|10|≥5个|7个|10|\n||栽植行道树|10|2000株|1800株|8|苗木不足",
        [PARKS, TREES],
    ),
    "L4 weight first with a method": (
        "一级指标|二级指标|三级指标|分值|年度指标值(A)|全年实际值(B)|得分计算方法|得分|未完成原因分析",
        "产出指标|数量指标|新建口袋公园|10|≥5个|7个|完成值达到指标值，记满分|10|",
        [PARKS],
    ),
    "L5 operator and unit apart": (
        "一级指标|二级指标|三级指标|指标性质|指标值|度量单位|完成值|权重|得分|未完成原因分析",
        "产出指标|数量指标|新建口袋公园|≥|5|个|7个|10|10|\n||绿化养护|定性|优||良|10|9|",
        [PARKS, {**PARKS, "name": "绿化养护", "target": "优", "actual": "良", "score": "9"}],
    ),
    "L7 no score": (
        "一级指标|二级指标|三级指标|指标值|全年实际完成值|未完成原因和改进措施",
        "产出指标|数量指标|新建口袋公园|≥5个|7个|",
        [pick(PARKS, "name", "target", "actual", "level1", "level2")],
    ),
    "L8 no weight": (
        "一级指标|二级指标|三级指标|年初目标值(A)|实际完成值(B)|得分",
        "产出指标|数量指标|新建口袋公园|≥5个|7个|10",
        [{name: value for name, value in PARKS.items() if name != "weight"}],
    ),
    "L9 a second score": (
        "一级指标|二级指标|三级指标|绩效目标值|完成值|自评分|复核分|评分标准",
        "产出指标|数量指标|新建口袋公园|≥5个|7个|10|8|按比例得分",
        [{name: value for name, value in PARKS.items() if name != "weight"}],
    ),
    "L10 flat with an adjusted target": (
        "指标名称|计量单位|指标性质|年初指标值|调整指标值|全年完成值|得分系数(%)|指标权重(分)|指标得分(分)|是否核心指标",
        "新建口袋公园|个|≥|3|5|7|100|10|10|是\n绿道|公里|≥|3||3|100|10|9|否",
        [
            {"name": "新建口袋公园", "target": "5", "actual": "7", "weight": "10", "score": "10"},
            {"name": "绿道", "target": "≥3", "actual": "3", "weight": "10", "score": "9"},
        ],
    ),
    "L10 flat, weight in the middle": (
        "指标名称|计量单位|指标性质|年度指标值|权重|全年完成值|得分|说明",
        "新建口袋公园|个|≥|5|10|7|10|",
        [{"name": "新建口袋公园", "target": "≥5", "actual": "7", "weight": "10", "score": "10"}],
    ),
    "L11 three columns of weights": (
        "一级指标|分值|二级指标|分值|三级指标|分值|评分标准|得分",
        "投入|20|预算配置|10|在职人员控制率|5|按比例计分|4\n||||“三公经费”变动率|5|按比例计分|5",
        [
            {"name": name, "weight": "5", "score": score, "level1": "投入", "level2": "预算配置"}
            for name, score in (("在职人员控制率", "4"), ("“三公经费”变动率", "5"))
        ],
    ),
    "L12 weights in the names": (
        "一级指标|二级指标|三级指标|指标解释|指标说明|得分",
        "投入（20分）|目标设定(10分)|目标合理性|目标是否合理|合理得满分|5",
        [{"name": "目标合理性", "score": "5", "level1": "投入", "level2": "目标设定"}],
    ),
    "L13 goals only": (
        "一级指标|二级指标|指标内容|指标值|备注",
        "产出指标|数量指标|新建口袋公园|≥5个|",
        [pick(PARKS, "name", "target", "level1", "level2")],
    ),
    "L14 unit after the result": (
        "三级指标|计算符号|年度指标值|实际完成值|计量单位|分值|得分|偏差原因",
        "新建口袋公园|≥|5|7|个|10|10|",
        [{"name": "新建口袋公园", "target": "≥5", "actual": "7", "weight": "10", "score": "10"}],
    ),
    "a rate of completion": (
        "一级指标|二级指标|三级指标|目标值|完成值|完成率|分值|得分",
        "产出指标|数量指标|新建口袋公园|≥5个|7个|140%|10|10",
        [{**PARKS, "completion_rate": "140%"}],
    ),
}


def dump_rows(rows: str) -> list[str]:
    """Rows parted by line breaks; two in a row stand inside a cell."""
    return [row.replace("\0", "\n\n") for row in rows.replace("\n\n", "\0").split("\n")]


@pytest.mark.parametrize(("header", "rows", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout(header: str, rows: str, expected: list[dict[str, str]]) -> None:
    assert form_indicators(department_form(header, *dump_rows(rows))) == expected


@pytest.mark.parametrize(("header", "rows", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_in_a_grid_of_cells(header: str, rows: str, expected: list[dict[str, str]]) -> None:
    """The same with cells of known place, all levels merged downwards as in a Word file."""
    grid: list[list[str | Merged]] = [[Merged(cell, columns=1) for cell in header.split("|")]]
    grid += [list(row.split("|")) for row in dump_rows(rows)]
    width = len(grid[0])
    document = grid_document(TITLE + FORM_TITLE, [["预算部门名称", Merged("云溪县园林局", columns=width - 1)], *grid])
    assert form_indicators(document) == expected


def two_row_header(first: str) -> tuple[str, str]:
    return (
        f"{first}|年度指标值|实际完成值|分值|得分|偏差原因分析",
        "一级指标|二级指标|三级指标|指标性质|指标值|度量单位|||",
    )


@pytest.mark.parametrize("label", ["绩效指标", "指标"])
def test_a_header_of_two_rows(label: str) -> None:
    rows = ("产出指标|数量指标|新建口袋公园|≥|5|个|7个|10|10|", "||栽植行道树|=|2000|株|1800株|10|8|苗木不足")
    found = form_indicators(department_form(*two_row_header(label), *rows))
    assert found == [PARKS, {**TREES, "target": "=2000株"}]


def merged_form() -> Document:
    head = HEADER.split("|")
    return grid_document(
        TITLE + FORM_TITLE,
        [
            ["预算部门名称", Merged("云溪县园林局", columns=8)],
            [Merged("绩\n效\n指\n标", rows=4), *head],
            [Merged("产出指标\n(50分)", rows=2), Merged("数量指标", rows=2), *PARKS_ROW.split("|")[2:]],
            TREES_ROW.split("|")[2:],
            ["满意度指标", Merged("居民满意度", columns=2), "≥90%", "92%", "10", "10", ""],
            [Merged("总分", columns=6), "100", "95", ""],
        ],
    )


def test_merged_cells_count_for_every_row_that_they_span() -> None:
    found = form_indicators(merged_form())
    assert found[:2] == [PARKS, TREES]
    assert found[2]["level1"] == "满意度指标"
    assert (found[2]["target"], found[2]["actual"], found[2]["score"]) == ("≥90%", "92%", "10")


def test_levels_hold_until_the_next_one_and_the_second_ends_with_the_first() -> None:
    rows = (
        "|质量指标|苗木成活率|95%|97%|10|10|",
        "效益指标||绿化覆盖率|40%|41.5%|10|10|",
        "||游园人次|1万人次|2万人次|10|10|",
    )
    found = form_indicators(department_form(HEADER, PARKS_ROW, *rows))
    assert [(row["level1"], row.get("level2")) for row in found] == [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", None),
        ("效益指标", None),
    ]


@pytest.mark.parametrize(
    ("level", "word"),
    [
        ("(50分)", None),
        ("（40）", None),
        ("产出指标", "产出指标"),
        ("产出指标(50分)", "产出指标"),
        ("产出\n指标\n\n（40分）", "产出指标"),
        ("效益指标（30%）", "效益指标"),
        ("产\n出\n指\n标", "产出指标"),
        ("服务对象满意度指标（10分", "服务对象满意度指标"),
    ],
)
def test_the_weight_of_a_level_is_dropped(level: str, word: str | None) -> None:
    (row,) = form_indicators(department_form(HEADER, f"{level}|数量指标|新建口袋公园|≥5个|7个|10|10|"))
    assert row.get("level1") == word


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("指标体系完整性", "指标体系完整性"),
        ("1.新建口袋公园；2.栽植行道树", "1.新建口袋公园；2.栽植行道树"),
        ("其中：行道树", "其中：行道树"),
        ("指标1：新建口袋公园", "新建口袋公园"),
        ("指标2 新建口袋公园", "新建口袋公园"),
        ("新建口\n袋公园", "新建口袋公园"),
    ],
)
def test_the_name_without_the_forms_own_numbering(cell: str, name: str) -> None:
    (row,) = form_indicators(department_form(HEADER, f"产出指标|数量指标|{cell}|≥5个|7个|10|10|"))
    assert row["name"] == name


@pytest.mark.parametrize("stated", ["", "/", "——", "0", "无", "无偏差", "不存在偏差", "暂无"])
def test_no_reason_is_no_deviation(stated: str) -> None:
    text = department_form(HEADER, f"产出指标|数量指标|新建口袋公园|5个|4个|10|8|{stated}")
    assert deviations(text) == []
    assert "deviation_reason" not in form_indicators(text)[0]


@pytest.mark.parametrize(
    ("stated", "reason", "remedy"),
    [
        ("苗木不足", "苗木不足", None),
        ("无法按时供苗", "无法按时供苗", None),
        ("未完成原因：苗木不足。", "苗木不足。", None),
        ("苗木不足。改进措施：提前订购。", "苗木不足。", "提前订购。"),
        ("原因：苗木不足；下一步：提前订购。", "苗木不足；", "提前订购。"),
        ("苗木不足，将提前订购。", "苗木不足", "将提前订购。"),
        ("苗木不足，供苗商将合同推迟到次年。", "苗木不足，供苗商将合同推迟到次年。", None),
        ("改进措施：提前订购。", None, "提前订购。"),
    ],
)
def test_a_reason_is_a_deviation_and_what_follows_its_remedy(
    stated: str, reason: str | None, remedy: str | None
) -> None:
    text = department_form(HEADER, f"产出指标|数量指标|新建口袋公园|5个|4个|10|8|{stated}")
    expected = {"indicator": "新建口袋公园", "reason": reason, "remedy": remedy}
    assert deviations(text, kind="indicator") == [{name: value for name, value in expected.items() if value}]
    assert form_indicators(text)[0]["deviation_reason"] == stated


def test_a_long_reason_is_cut_after_the_sentence_in_which_it_grows_too_long() -> None:
    sentence = "因连续高温干旱天气影响苗木供应和栽植进度。"
    text = department_form(HEADER, f"产出指标|数量指标|新建口袋公园|5个|4个|10|8|{sentence * 14}")
    assert form_indicators(text)[0]["deviation_reason"] == sentence * 10
    assert len(sentence) == 21


def test_several_forms_keep_their_rows_apart() -> None:
    text = project_form(
        HEADER, PARKS_ROW, "总分|100|95|", "项目名称|湿地修复", HEADER, "效益指标||修复湿地|3处|3处|10|10|"
    )
    assert [(row["name"], row["level1"]) for row in form_indicators(text)] == [
        ("新建口袋公园", "产出指标"),
        ("修复湿地", "效益指标"),
    ]
