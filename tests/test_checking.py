"""Labels of anybody against their report: what is vouched for, what is not, and what the checks find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.cases import load_cases
from pipeline.checking import CheckedLabels, check_labels
from pipeline.readers import read_document
from schemas.records import Labels
from schemas.stages import Status
from tests.report_samples import REPORT, write_report

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "corpus"

ROW = "产出指标\t数量指标\t巡查次数\t≥120次\t96次\t10\t10"
FUNDS = "2023年项目支出全年预算数262.07万元，全年执行数250.50万元，执行率95.59%"


def checked(tmp_path: Path, **sections: Any) -> CheckedLabels:
    labels = Labels.model_validate(
        {
            "report": "甲",
            "unit_name": "云溪县园林局",
            "fiscal_year": 2023,
            "evaluations": [
                {"id": "department", "scope": "department", "name": "云溪县园林局", "quote": REPORT.split("\n")[0]}
            ],
            **sections,
        }
    )
    return check_labels(read_document(write_report(tmp_path / "甲.txt")), labels)


def indicator(**values: str) -> dict[str, str]:
    row = {"evaluation": "department", "origin": "form", "level1": "产出指标", "level2": "数量指标", "name": "巡查次数"}
    return {**row, "target": "≥120次", "actual": "96次", "weight": "10", "score": "10", "quote": ROW, **values}


def funding(**values: str) -> dict[str, str]:
    amounts = {"annual_budget": "262.07", "executed": "250.50", "rate": "95.59%", "unit": "万元"}
    return {"evaluation": "department", "item": "项目支出", "quote": FUNDS, **amounts, **values}


# What is wrong in a label file, and the only value that must not be vouched for.
WRONG: list[tuple[str, dict[str, Any], str, Status]] = [
    ("digit", {"indicators": [indicator(actual="97次")]}, "indicators[0].actual", Status.ABSENT),
    ("part of a number", {"funding": [funding(executed="50.50")]}, "funding[0].executed", Status.ABSENT),
    ("sign", {"indicators": [indicator(target="≤120次")]}, "indicators[0].target", Status.ABSENT),
    ("unit", {"indicators": [indicator(actual="96个")]}, "indicators[0].actual", Status.ABSENT),
    ("computed", {"funding": [funding(rate="95.6%")]}, "funding[0].rate", Status.ABSENT),
    ("quote", {"indicators": [indicator(quote=ROW.replace("96次", "98次"))]}, "indicators[0].quote", Status.ABSENT),
    (
        "finding",
        {"findings": [{"code": "RATE", "detail": "x", "quotes": ["执行率12%"]}]},
        "findings[0].quotes[0]",
        Status.ABSENT,
    ),
    ("year", {"fiscal_year": 2021}, "fiscal_year", Status.ABSENT),
]


@pytest.mark.parametrize(("what", "sections", "place", "status"), WRONG, ids=[what for what, *_ in WRONG])
def test_what_the_report_does_not_say_is_not_vouched_for(
    tmp_path: Path, what: str, sections: dict[str, Any], place: str, status: Status
) -> None:
    del what
    result = checked(tmp_path, **sections)
    found = {field.place: field.field.status for field in result.unvouched}
    assert not result.passed
    assert place in found
    assert found[place] in (status, Status.NUMBER_MISMATCH)


def test_a_name_that_is_not_there_is_told_but_is_no_number(tmp_path: Path) -> None:
    result = checked(tmp_path, indicators=[indicator(name="并无此项指标")])
    assert [field.place for field in result.unvouched] == ["indicators[0].name"]
    assert result.passed


def test_right_labels_pass_and_every_value_is_counted(tmp_path: Path) -> None:
    result = checked(tmp_path, indicators=[indicator()], funding=[funding()])
    assert result.passed
    assert result.unvouched == ()
    places = [field.place for field in result.fields]
    assert places[:4] == ["unit_name", "fiscal_year", "evaluations[0].name", "evaluations[0].quote"]
    assert len(places) == 4 + 6 + 8
    document = read_document(tmp_path / "甲.txt")
    for field in result.fields:
        assert field.field.span is not None
        assert document.quote(field.field.span) == field.field.value


# Values that the report has, but not as what the label says: vouched for, and flagged all the same.
PLACED_WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("column", {"indicators": [indicator(actual="≥120次")]}, "indicators[0].actual", "不在“完成值”栏"),
    ("comparator", {"indicators": [indicator(target="120次")]}, "indicators[0].target", "没有比较符号"),
    ("unit left out", {"indicators": [indicator(actual="96")]}, "indicators[0].actual", "漏了原文数字后的单位“次”"),
    ("scale", {"funding": [funding(unit="元")]}, "funding[0].unit", "在原文中的单位是“万元”"),
    ("budget as spent", {"funding": [funding(executed="262.07")]}, "funding[0].executed", "不是执行数"),
    ("staff", {"authorized_staff": "11"}, "authorized_staff", "说的是实际在职人数"),
]


@pytest.mark.parametrize(
    ("sections", "place", "reason"), [wrong for _, *wrong in PLACED_WRONG], ids=[what for what, *_ in PLACED_WRONG]
)
def test_value_that_the_report_has_elsewhere_is_flagged_with_a_reason(
    tmp_path: Path, sections: dict[str, Any], place: str, reason: str
) -> None:
    result = checked(tmp_path, **sections)
    (flagged,) = (field for field in result.flagged if field.place == place)
    assert flagged.field.status.vouched
    assert any(reason in words for words in flagged.flags)
    assert not result.passed


def test_flags_of_the_report_are_no_flags_of_its_labels(tmp_path: Path) -> None:
    result = checked(tmp_path, indicators=[indicator()])
    assert "UNMET_FULL_SCORE" in {finding.code for finding in result.findings}
    assert (result.flagged, result.passed) == ((), True)


def test_what_is_not_vouched_for_is_flagged_and_a_quote_fails_as_a_number_does(tmp_path: Path) -> None:
    named = checked(tmp_path, indicators=[indicator(name="并无此项指标")])
    assert [field.place for field in named.flagged] == ["indicators[0].name"]
    assert named.passed
    quoted = checked(tmp_path, indicators=[indicator(quote="并无这样一行")])
    assert "indicators[0].quote" in {field.place for field in quoted.flagged}
    assert not quoted.passed


def test_staff_is_looked_for_where_it_is_told(tmp_path: Path) -> None:
    words = REPORT.replace("本单位编制数", "辖区公园11个、绿地12处。本单位编制数")
    path = tmp_path / "乙.txt"
    path.write_text(words, encoding="utf-8")
    labels = Labels(report="乙", authorized_staff="12", actual_staff="11")
    result = check_labels(read_document(path), labels)
    assert result.flagged == ()
    places = {field.place: field.field.span for field in result.fields}
    assert places["actual_staff"] == (words.index("11人"), words.index("11人") + 2)


def test_the_checks_run_over_the_labels(tmp_path: Path) -> None:
    assert "RATE" not in {f.code for f in checked(tmp_path, funding=[funding()]).findings}
    missed = checked(tmp_path, indicators=[indicator()])
    assert "UNMET_FULL_SCORE" in {finding.code for finding in missed.findings}


@pytest.mark.parametrize("corpus", [ROOT / "eval" / "corpus", SHARED], ids=["own", "shared"])
def test_hand_made_labels_pass(corpus: Path) -> None:
    if not corpus.is_dir():
        pytest.skip(f"{corpus} is not here")
    for case in load_cases(corpus):
        result = check_labels(read_document(case.report), case.gold)
        assert [field.place for field in result.unvouched if field.must_stand] == [], case.name
