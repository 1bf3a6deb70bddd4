"""What a report says of itself: unit, year, staff, and that nothing was missed."""

from __future__ import annotations

import pytest

from tests.rule_samples import FORM_TITLE, HEADER, PARKS_ROW, TITLE, dump, facts

BODY = "一、部门基本情况\n承担全县绿化工作。\n二、绩效情况\n新建公园3个。\n"


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("整体支出绩效自评报告\n", None),
        ("绩效自评工作情况汇报材料\n", None),
        ("2023年度云溪县园林局整体支出绩效自评报告\n", "云溪县园林局"),
        ("云溪县园林局2023年度部门整体支出绩效自评报告\n", "云溪县园林局"),
        ("云溪县园林局关于2023年度部门整体支出绩效评价的报告\n", "云溪县园林局"),
        ("附件1：云溪县人民医院2023年部门整体支出绩效自评报告\n", "云溪县人民医院"),
        ("云溪县园林局\n2023年度整体支出绩效自评报告\n", "云溪县园林局"),
        ("云溪县园林局\n2023年度部门整体支出\n绩效自评报告\n", "云溪县园林局"),
        ("（2023年度）\n青石街道办事处部门整体支出绩效自评报告\n", "青石街道办事处"),
        ("云溪县园林局古树名木保护项目支出绩效自评报告\n", "云溪县园林局"),
    ],
)
def test_the_unit_in_the_title(head: str, unit: str | None) -> None:
    assert facts(head + BODY).get("unit_name") == unit


def test_the_form_names_the_unit_before_the_title_unless_the_title_is_fuller() -> None:
    def with_form(row: str) -> str:
        return TITLE + BODY + FORM_TITLE + dump(row, HEADER, PARKS_ROW)

    assert facts(with_form("预算部门名称|云溪县园林和林业局"))["unit_name"] == "云溪县园林和林业局"
    assert facts(with_form("预算部门名称|园林局"))["unit_name"] == "云溪县园林局"
    assert facts(with_form("预算部门名称|/"))["unit_name"] == "云溪县园林局"


def test_the_signature_or_the_implementer_names_the_unit_where_nothing_else_does() -> None:
    assert facts("整体支出绩效自评报告\n" + BODY + "云溪县园林局\n2024年3月1日\n")["unit_name"] == "云溪县园林局"
    form = "项目支出绩效自评表\n" + dump("项目名称|湿地修复|实施单位|湿地保护中心", HEADER, PARKS_ROW)
    assert facts("绩效情况\n\n" + form)["unit_name"] == "湿地保护中心"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("绩效自评报告\n" + BODY, None),
        ("绩效自评报告\n共12023年份\n", None),
        ("2023年度绩效自评报告\n2024年安排预算，2024年新建公园。\n", "2023"),
        ("2024年3月\n2023年度绩效自评报告\n", "2023"),
        ("绩效自评报告\n一、情况\n2022年新建公园，2022年底验收，2024年3月1日报送。\n", "2022"),
    ],
)
def test_the_fiscal_year(text: str, year: str | None) -> None:
    assert facts(text).get("fiscal_year") == year


@pytest.mark.parametrize(
    ("prose", "authorized", "actual"),
    [
        ("内设股室5个，下设事业单位2个。", None, None),
        ("2023年编制2023年度预算。", None, None),
        ("在职教师培训3次。", None, None),
        ("在职人员控制率90%。", None, None),
        ("编制数20名，在职人员18人。", "20名", "18人"),
        ("核定编制20名，年末实有在职在编人员18人。", "20名", "18人"),
        ("人员编制总数为二十人，实有人数18。", "二十人", "18"),
        ("核定人员编制20\n人，在岗职工共18人。", "20人", "18人"),
        ("实有在职人员11人。", None, "11人"),
    ],
)
def test_the_staff_in_prose(prose: str, authorized: str | None, actual: str | None) -> None:
    found = facts(f"{TITLE}一、部门基本情况\n{prose}\n")
    assert (found.get("authorized_staff"), found.get("actual_staff")) == (authorized, actual)


def test_the_staff_of_the_table_goes_before_prose() -> None:
    table = "基础数据表\n" + dump("财政供养人员情况（人）|编制数|2023年实际在职人数|控制率", "|20|18|90%")
    found = facts(TITLE + "一、部门基本情况\n编制数21人，在职人员19人。\n" + table)
    assert (found["authorized_staff"], found["actual_staff"]) == ("20", "18")
    empty = "基础数据表\n" + dump("财政供养人员情况（人）|编制数|2023年实际在职人数|控制率", "|/|/|")
    assert facts(TITLE + "一、部门基本情况\n编制数21人。\n" + empty)["authorized_staff"] == "21人"


@pytest.mark.parametrize(
    ("prose", "declared"),
    [
        ("新建公园3个。", False),
        ("该项目未出现偏离绩效目标的情况。", False),
        ("全年城区绿化养护工作按计划推进。" * 5 + "该项目未出现偏离绩效目标的情况。", False),
        ("未出现偏离绩效目标的原因如下。", False),
        ("没有未完成的工程。", False),  # says nothing of goals
        ("2个指标未完成目标。", False),
        ("本年度未出现偏离绩效目标的情况。", True),
        ("不存在未完成的绩效目标。", True),
        ("我局无偏离绩效目标情况。", True),
    ],
)
def test_that_nothing_was_missed_must_be_said(prose: str, declared: bool) -> None:
    found = facts(f"{TITLE}一、部门基本情况\n未出现偏离绩效目标的情况属于职责。\n二、绩效情况\n{prose}\n")
    assert ("no_deviation_declared" in found) is declared
