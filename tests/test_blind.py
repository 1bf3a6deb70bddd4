"""The blind test set keeps the shape of labels, and its quotes stand in its reports once."""

from pathlib import Path

import pytest

from eval.cases import Case, load_cases

CASES = load_cases(Path(__file__).resolve().parents[1] / "eval" / "blind")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_quote_stands_in_its_report_once(case: Case) -> None:
    gold = case.gold
    records = (*gold.evaluations, *gold.funding, *gold.goals, *gold.indicators, *gold.deviations, *gold.remedies)
    assert records
    assert [record.quote for record in records if case.text.count(record.quote) != 1] == []


def test_there_are_reports_to_read() -> None:
    assert len(CASES) == 6
