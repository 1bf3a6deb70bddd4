"""How checks are registered, and what they share of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.checks import all_checks
from pipeline.checks.registry import CheckedReport, check, once, registered
from schemas.records import RecordKind
from schemas.stages import Finding, Severity
from tests.check_samples import funding, indicator, report

WORDS = "2023年度绩效自评报告。绿化养护支出79.55万元，路灯维修支出12.40万元。"


def sample() -> CheckedReport:
    return report(
        WORDS,
        records=[
            funding(item="绿化养护", executed="79.55"),
            funding("p1", item="路灯维修", executed="12.40"),
            indicator(name="绿化养护"),
            funding(item="路灯维修", executed="12.40"),
        ],
    )


def test_check_without_words_for_the_reviewer_is_refused() -> None:
    def silent(_: CheckedReport) -> Iterator[Finding]:
        yield from ()

    before = registered()
    with pytest.raises(ValueError, match="silent"):
        check("SILENT", Severity.WARNING)(silent)
    assert registered() == before


def test_checks_are_registered_once_each() -> None:
    checks = all_checks()
    assert checks == all_checks() == registered()
    assert len({one.run for one in checks}) == len(checks) > 20


@pytest.mark.parametrize("answer", [("a",), (), None, 0], ids=["something", "nothing", "None", "zero"])
def test_once_works_out_an_answer_a_single_time_for_a_report(answer: object) -> None:
    asked: list[CheckedReport] = []

    @once
    def work(report: CheckedReport) -> object:
        """The answer."""
        asked.append(report)
        return answer

    first, second = sample(), sample()
    assert [work(first), work(first), work(second)] == [answer] * 3
    assert [one is two for one, two in zip(asked, (first, second), strict=True)] == [True, True]
    assert work.__doc__ == "The answer."


def test_two_works_of_a_report_are_told_apart() -> None:
    one, two = once(lambda _: 1), once(lambda _: 2)
    shared = sample()
    assert (one(shared), two(shared), one(shared)) == (1, 2, 1)


def test_work_that_failed_is_asked_again() -> None:
    answers = iter([ValueError("once"), "well"])

    @once
    def work(_: CheckedReport) -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = sample()
    with pytest.raises(ValueError, match="once"):
        work(shared)
    assert work(shared) == "well"


def test_report_with_other_records_shares_no_answer_with_the_first() -> None:
    count = once(lambda report: len(report.records))
    first = sample()
    assert (count(first), count(replace(first, records=first.records[:1]))) == (4, 1)
    first.by_evaluation(RecordKind.FUNDING)
    assert list(replace(first, records=first.records[:1]).by_evaluation(RecordKind.FUNDING)) == ["department"]


def test_records_by_evaluation_keep_their_order() -> None:
    grouped = sample().by_evaluation(RecordKind.FUNDING)
    assert {name: [record.index for record in records] for name, records in grouped.items()} == {
        "department": [0, 3],
        "p1": [1],
    }
    assert sample().by_evaluation(RecordKind.GOAL) == {}


@pytest.mark.parametrize(("words", "year"), [(WORDS, 2023), ("绩效自评报告", None)], ids=["told", "not told"])
def test_the_year_is_the_reports_own(words: str, year: int | None) -> None:
    assert report(words).year == year
