from __future__ import annotations

import pytest

from tests.check_samples import INDICATOR_HEAD, facts, findings, quotes, report

TITLE = "云溪县园林局2023年度部门整体支出绩效自评报告"


def doubts(*parts, code, **fields):
    sample = report(*parts, records=[facts(**fields)])
    return sample, findings(sample, code)


@pytest.mark.parametrize(
    ("parts", "year"),
    [
        ((TITLE, "2022年支出71万元，2022年末在职42人。"), "2023"),
        (("云溪县园林局绩效自评报告", "2023年支出79万元，2023年末在职42人，2022年为45人。"), "2023"),
        (("云溪县园林局绩效自评报告", "本年度支出79万元，编号2023。"), "2023"),
    ],
    ids=["title", "year told most", "no year at all"],
)
def test_year_of_the_report_is_no_finding(parts, year):
    assert doubts(*parts, code="YEAR_DIFFERS", fiscal_year=year)[1] == ()


def test_report_whose_year_was_not_read_is_no_finding():
    assert doubts(TITLE, code="YEAR_DIFFERS", unit_name="云溪县园林局")[1] == ()


@pytest.mark.parametrize(
    ("parts", "year", "stated"),
    [
        ((TITLE, "2022年支出71万元。"), "2022", "2023"),
        ((TITLE, "文件于2024年3月印发。"), "2024", "2023"),
        (("云溪县园林局绩效自评报告", "2023年支出79万元，2023年末在职42人，2022年为45人。"), "2022", "2023"),
    ],
    ids=["last year", "year of writing", "no year in the title"],
)
def test_year_of_another_report_is_doubted_with_both_places(parts, year, stated):
    sample, (finding,) = doubts(*parts, code="YEAR_DIFFERS", fiscal_year=year)
    assert finding.detail == f"年度写作{year}，报告写的是{stated}年"
    assert quotes(sample, finding) == [stated, year]
    assert (finding.fields[0].field, finding.about_report) == ("fiscal_year", False)


@pytest.mark.parametrize(
    ("sentence", "field", "value"),
    [
        ("本单位核定编制45人，实有在职人员42人。", "authorized_staff", "45"),
        ("本单位核定编制45人，实有在职人员42人。", "actual_staff", "42"),
        ("编制数45名，在编42名。", "actual_staff", "42"),
        ("批复事业编\n制45名。", "authorized_staff", "45"),
    ],
    ids=["authorized", "present", "in post", "wrapped line"],
)
def test_staff_that_its_clause_tells_is_no_finding(sentence, field, value):
    assert doubts(sentence, code="STAFF_DIFFERS", **{field: value})[1] == ()


def test_staff_of_a_form_is_told_by_its_column():
    grid = [["人员情况", "编制数", "实际在职人数", "控制率"], ["在职人员", "45", "42", "93.33%"]]
    assert doubts(grid, code="STAFF_DIFFERS", authorized_staff="45", actual_staff="42")[1] == ()


@pytest.mark.parametrize(
    "grid",
    [
        [["单位编制数", "45", "内设机构", "6"], ["主管部门", "云溪县园林局", "电话", "100"]],
        [["内设机构", "事业编制", "现有人员"], ["6", "45", "42"]],
    ],
    ids=["label in the row", "head of the column"],
)
def test_staff_of_a_table_that_is_no_form_is_told_by_its_row_or_column(grid):
    assert doubts(grid, code="STAFF_DIFFERS", authorized_staff="45")[1] == ()


def test_number_of_an_indicator_is_left_to_the_check_of_columns():
    row = ["产出指标", "新建口袋公园", "5个", "7个", "12", "11.5", ""]
    assert doubts([INDICATOR_HEAD, row], code="STAFF_DIFFERS", authorized_staff="12")[1] == ()
    assert len(doubts([INDICATOR_HEAD, row], code="COLUMN_DIFFERS", authorized_staff="12")[1]) == 1


def test_number_of_a_table_that_speaks_of_no_staff_is_doubted():
    grid = [["产出指标", "巡查", "5次", "45"], ["单位编制数", "12", "", ""]]
    sample, (finding,) = doubts(grid, code="STAFF_DIFFERS", authorized_staff="45")
    assert (finding.detail, quotes(sample, finding)) == ("“45”在原文中不是编制数", ["45"])


@pytest.mark.parametrize(
    ("sentence", "field", "value", "said"),
    [
        ("本单位核定编制45人，实有在职人员42人。", "authorized_staff", "42", "说的是实际在职人数"),
        ("本单位核定编制45人，实有在职人员42人。", "actual_staff", "45", "说的是编制数"),
        ("在职42人，退休17人。", "actual_staff", "17", "不是实际在职人数"),
        ("培训机手300人次。", "authorized_staff", "300", "不是编制数"),
    ],
    ids=["present as authorized", "authorized as present", "retired", "trained"],
)
def test_other_people_are_doubted_as_staff(sentence, field, value, said):
    sample, (finding,) = doubts(sentence, code="STAFF_DIFFERS", **{field: value})
    assert (finding.detail, quotes(sample, finding)) == (f"“{value}”在原文中{said}", [value])
    assert (finding.fields[0].field, finding.about_report) == (field, False)
