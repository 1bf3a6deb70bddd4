from __future__ import annotations

import pytest

from tests.check_samples import INDICATOR_HEAD, codes_about_report, findings, indicator, indicator_row, report


def measure(words, first, second, evaluations=("department", "department")):
    """Two measures of prose; the second is looked for after the mark ‖."""
    records = [
        indicator("narrative", which, after, name=pair[0], actual=pair[1])
        for pair, which, after in zip((first, second), evaluations, ("", "‖"), strict=True)
    ]
    return report(words, records=records)


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("新增就业624人。‖全年新增就业624人。", ("新增就业", "624人"), ("新增就业", "624人")),
        ("新增就业624人。‖新增就业约600人。", ("新增就业", "624人"), ("新增就业", "约600人")),
        ("新增就业岗位624个，‖新增就业岗位642个。", ("新增就业岗位", "624个"), ("新增就业岗位", "642个")),
        ("新增城镇就业624人。‖1-6月新增城镇就业542人。", ("新增城镇就业", "624人"), ("新增城镇就业", "542人")),
        ("全县新增就业岗位624个。‖城区新增就业岗位542个。", ("新增就业岗位", "624个"), ("新增就业岗位", "542个")),
        ("新增就业岗位624个。‖新增就业岗位3人。", ("新增就业岗位", "624个"), ("新增就业岗位", "3人")),
        ("举办培训班3期。‖举办培训班4期。", ("举办培训班", "3期"), ("举办培训班", "4期")),  # generic and few
        ("开展专项行动36次。‖开展专项行动32次。", ("开展专项行动", "36次"), ("开展专项行动", "32次")),  # generic
        ("受益群众624人。‖受益群众642人次。", ("受益群众", "624人"), ("受益群众", "642人次")),
        ("开展志愿服务36场。‖开展志愿服务320场。", ("开展志愿服务", "36场"), ("开展志愿服务", "320场")),
        ("总投资36亿元。‖总投资35亿元。", ("总投资", "36亿元"), ("总投资", "35亿元")),
    ],
)
def test_measures_that_agree_or_may_be_of_two_things_are_no_conflict(words, first, second):
    assert codes_about_report(measure(words, first, second)) == []


def test_measure_stated_twice_in_prose_with_two_values_is_a_conflict():
    sample = measure("组织义诊活动36场。‖全年组织义诊活动32场。", ("组织义诊活动", "36场"), ("组织义诊活动", "32场"))
    (finding,) = findings(sample)
    assert (finding.code, finding.detail) == ("CONFLICT", "组织义诊活动：正文写36场，另一处正文写32场")


@pytest.mark.parametrize(
    ("values", "expected"),
    [(("23.54亿元", "23亿元"), ["CONFLICT"]), (("23.4亿元", "23亿元"), []), (("23.54亿元", "3.1亿元"), [])],
)
def test_project_and_department_conflict_only_where_they_are_close(values, expected):
    words = f"到位市外境内资金{values[0]}。‖项目引进市外境内资金{values[1]}。"
    sample = measure(words, ("到位市外境内资金", values[0]), ("引进市外境内资金", values[1]), ("department", "p1"))
    assert codes_about_report(sample) == expected


@pytest.mark.parametrize(
    ("name", "actual", "expected"),
    [
        ("城镇新增就业", "624人", []),
        ("城镇新增就业", "642人", ["CONFLICT"]),
        ("指标1：城镇新增就业", "642", ["CONFLICT"]),  # the unit stands in a column of its own
        ("城镇新增就业目标", "642人", []),
        ("城镇新增就业", "98%", []),
    ],
)
def test_prose_against_the_row_of_a_form(name, actual, expected):
    row = ["效益指标", name, "≥600", actual, "10", "10", ""]
    prose = indicator("narrative", name="城镇新增就业", actual="624人")
    sample = report("城镇新增就业624人。", [INDICATOR_HEAD, row], records=[prose, indicator_row(row)])
    assert codes_about_report(sample) == expected


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("受理案件624件。‖办结案件642人。", ("受理案件", "624件"), ("办结案件", "642人")),
        ("新增就业624人。‖参加培训642人。", ("新增就业", "624人"), ("参加培训", "642人")),  # other words
        ("接待查阅利用62人次。‖接待查档群众26人次。", ("接待查阅利用", "62人次"), ("接待查档群众", "26人次")),
        ("接待查阅利用624人次。‖接待查档群众246人次。", ("接待查阅利用", "624人次"), ("接待查档群众", "246人次")),
        ("接待查阅目标624人次。‖接待查档群众642人次。", ("接待查阅目标", "624人次"), ("接待查档群众", "642人次")),
        ("建成示范社区120个。‖建成示范社区118个。", ("建成示范社区", "120个"), ("建成示范社区", "118个")),  # rounded
        (
            "自2020年以来培训水管人员624人次。‖培训水管人员576人次。",
            ("培训水管人员", "624人次"),
            ("培训水管人员", "576人次"),
        ),
    ],
)
def test_other_things_other_digits_and_round_figures_are_no_conflict(words, first, second):
    assert codes_about_report(measure(words, first, second)) == []


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        (
            "接待查阅利用8,426人次。‖接待查档群众8,246人次。",
            ("接待查阅利用", "8,426人次"),
            ("接待查档群众", "8,246人次"),
        ),
        ("登记社会团体7家。‖登记社会团体9家。", ("登记社会团体", "7家"), ("登记社会团体", "9家")),
        ("不合格发现率8.8%。‖不合格发现率2.8%。", ("不合格发现率", "8.8%"), ("不合格发现率", "2.8%")),
        (
            "累计培训水管人员576人次。‖培训水管人员624人次，比去年多9人次。",
            ("培训水管人员", "576人次"),
            ("培训水管人员", "624人次"),
        ),
    ],
)
def test_one_result_told_twice_in_prose_with_two_values(words, first, second):
    assert codes_about_report(measure(words, first, second)) == ["CONFLICT"]


@pytest.mark.parametrize(
    ("told", "named", "values", "expected"),
    [
        ("组织专家检查重点企业", "检查重点企业家数", ("231家", "251家"), ["CONFLICT"]),
        ("享受补助的学生", "享受补助学生数", ("1438人", "1468人"), ["CONFLICT"]),
        ("享受补助的学生", "享受补助学生数", ("1438人", "1438人"), []),
        ("检查企业", "检查重点企业家数", ("231家", "251家"), []),
    ],
)
def test_name_in_prose_and_in_the_row_of_a_form(told, named, values, expected):
    row = ["产出指标", named, "≥20", values[1], "10", "10", ""]
    prose = indicator("narrative", name=told, actual=values[0])
    sample = report(f"全年{told}{values[0]}。", [INDICATOR_HEAD, row], records=[prose, indicator_row(row)])
    assert codes_about_report(sample) == expected
