from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases import Case, load_cases
from eval.metrics import FindingTally, Outcome, Tally, merge, score_report
from schemas.records import Evaluation, Funding, Indicator, LabeledFinding, Labels, RecordKind

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
CASES = load_cases(CORPUS) if CORPUS.is_dir() else ()

TEXT = (
    "青禾县水务局\n水渠长度\n\t10公里\n\t12公里\n\n水库加固\n\t2座\n\t2座\n\n灌溉项目 得分 90 分\n绿化项目 得分 80 分\n"
)
DEPARTMENT = Evaluation(id="department", scope="department", name="青禾县水务局", quote="青禾县水务局")
IRRIGATION = Evaluation(id="p1", scope="project", name="灌溉项目", total_score="90分", quote="灌溉项目 得分 90 分")
GREENING = Evaluation(id="p2", scope="project", name="绿化项目", total_score="80分", quote="绿化项目 得分 80 分")


def indicator(
    name: str, target: str | None, actual: str | None, quote: str, evaluation: str = "department"
) -> Indicator:
    return Indicator(evaluation=evaluation, origin="form", name=name, target=target, actual=actual, quote=quote)


CANAL = indicator("水渠长度", "10公里", "12公里", "水渠长度\n\t10公里\n\t12公里")
DAM = indicator("水库加固", "2座", "2座", "水库加固\n\t2座\n\t2座")
GOLD = Labels(report="r", unit_name="青禾县水务局", evaluations=(DEPARTMENT,), indicators=(CANAL, DAM))


@pytest.mark.parametrize(
    ("predicted", "tally"),
    [
        # Two records of 4 fields each: origin, name, target, actual (`evaluation` counts nothing with one evaluation).
        ((), Tally(omitted=8)),
        ((CANAL,), Tally(right=4, omitted=4)),
        ((CANAL, CANAL, DAM), Tally(right=8, invented=4)),
        ((DAM, CANAL), Tally(right=8)),
        ((CANAL.model_copy(update={"actual": "21公里"}), DAM), Tally(right=7, wrong=1)),
        ((CANAL.model_copy(update={"actual": None}), DAM), Tally(right=7, omitted=1)),
        ((CANAL.model_copy(update={"actual": "/"}), DAM), Tally(right=7, omitted=1)),
        ((CANAL.model_copy(update={"weight": "10"}), DAM), Tally(right=8, invented=1)),
        ((CANAL.model_copy(update={"weight": "0"}), DAM), Tally(right=8, invented=1)),
        ((CANAL.model_copy(update={"weight": "-"}), DAM), Tally(right=8)),
        ((CANAL.model_copy(update={"quote": "不在文中"}), DAM), Tally(right=8)),
        ((CANAL.model_copy(update={"evaluation": "p9"}), DAM), Tally(right=8)),
        # The name is another and the quote elsewhere: no pair, though origin and both numbers agree.
        ((CANAL, DAM.model_copy(update={"name": "泵站", "quote": "灌溉"})), Tally(right=4, omitted=4, invented=4)),
        # Only the name is another: the quote pairs them.
        ((CANAL, DAM.model_copy(update={"name": "泵站"})), Tally(right=7, wrong=1)),
    ],
)
def test_fields_of_indicators_are_counted_by_hand(predicted: tuple[Indicator, ...], tally: Tally) -> None:
    score = score_report(TEXT, GOLD, GOLD.model_copy(update={"indicators": predicted}))
    assert score.tally(RecordKind.INDICATOR) == tally
    assert score.tally(RecordKind.EVALUATION) == Tally(right=2)  # scope and name; id is not scored
    assert score.tally(RecordKind.REPORT) == Tally(right=1)


@pytest.mark.parametrize(
    ("gold", "predicted", "tally"),
    [
        # Zero is a value; empty and the marks of null are none; both are other than a record that is not there.
        ("0", "0", Tally(right=4)),
        ("0.00", "0", Tally(right=4)),
        ("0", None, Tally(right=3, omitted=1)),
        ("0", "", Tally(right=3, omitted=1)),
        ("0", "/", Tally(right=3, omitted=1)),
        (None, "0", Tally(right=3, invented=1)),
        (None, "", Tally(right=3)),
        ("—", None, Tally(right=3)),
        ("", "-", Tally(right=3)),
        ("0", "0%", Tally(right=3, wrong=1)),
    ],
)
def test_zero_empty_and_missing_are_three_things(gold: str | None, predicted: str | None, tally: Tally) -> None:
    wanted, claimed = (
        GOLD.model_copy(update={"indicators": (CANAL.model_copy(update={"actual": value}),)})
        for value in (gold, predicted)
    )
    assert score_report(TEXT, wanted, claimed).tally(RecordKind.INDICATOR) == tally
    missing = score_report(TEXT, wanted, GOLD.model_copy(update={"indicators": ()})).tally(RecordKind.INDICATOR)
    assert missing == Tally(omitted=3 + (tally.right + tally.wrong + tally.omitted > 3))


def test_a_wrong_field_is_a_miss_and_a_false_alarm() -> None:
    tally = Tally(right=6, wrong=2, invented=1, omitted=4)
    assert tally.precision == pytest.approx(6 / 9)
    assert tally.recall == pytest.approx(6 / 12)
    assert tally.f1 == pytest.approx(12 / 21)


def test_there_is_no_figure_without_fields() -> None:
    score = score_report(TEXT, Labels(report="r"), Labels(report="r"))
    assert score.tally() == Tally()
    assert score.f1() is None
    assert (score.finding_tally().precision, score.finding_tally().recall) == (None, None)


def test_evaluations_are_compared_through_their_pairing() -> None:
    records = (indicator("水渠长度", "10公里", None, CANAL.quote, "p1"),)
    gold = Labels(report="r", evaluations=(DEPARTMENT, IRRIGATION, GREENING), indicators=records)
    renamed = (GREENING.model_copy(update={"id": "p1"}), IRRIGATION.model_copy(update={"id": "p7"}))

    def predict(evaluation: str) -> Labels:
        claimed = (records[0].model_copy(update={"evaluation": evaluation}),)
        return gold.model_copy(update={"evaluations": (*renamed, DEPARTMENT), "indicators": claimed})

    field = (RecordKind.INDICATOR, "form", "evaluation")
    assert score_report(TEXT, gold, predict("p7")).tally(*field) == Tally(right=1)
    assert score_report(TEXT, gold, predict("p1")).tally(*field) == Tally(wrong=1)
    assert score_report(TEXT, gold, predict("p7")).f1(RecordKind.EVALUATION) == 1


def test_departments_are_one_thing_whatever_they_are_called() -> None:
    other = Evaluation(id="department", scope="department", name="某单位", quote="不在文中")
    score = score_report(TEXT, GOLD, GOLD.model_copy(update={"evaluations": (other,)}))
    assert score.tally(RecordKind.EVALUATION) == Tally(right=1, wrong=1)


def test_origins_are_counted_apart_under_the_one_gold_gives() -> None:
    spoken = CANAL.model_copy(update={"origin": "narrative"})
    score = score_report(TEXT, GOLD, GOLD.model_copy(update={"indicators": (spoken, DAM)}))
    assert score.tally(RecordKind.INDICATOR, "form") == Tally(right=7, wrong=1)
    assert score.tally(RecordKind.INDICATOR, "narrative") == Tally()
    surplus = score_report(TEXT, GOLD, GOLD.model_copy(update={"indicators": (CANAL, DAM, spoken)}))
    assert surplus.tally(RecordKind.INDICATOR, "narrative") == Tally(invented=4)


@pytest.mark.parametrize(
    ("gold", "predicted", "tally"),
    [
        ({"fiscal_year": 2023}, {"fiscal_year": 2022}, Tally(wrong=1)),
        ({"fiscal_year": 2023}, {"fiscal_year": 2023}, Tally(right=1)),
        ({"authorized_staff": "14人"}, {}, Tally(omitted=1)),
        ({}, {"actual_staff": "14"}, Tally(invented=1)),
        ({}, {"no_deviation_declared": True}, Tally(invented=1)),
        ({"no_deviation_declared": True}, {}, Tally(omitted=1)),
        ({"no_deviation_declared": True}, {"no_deviation_declared": True}, Tally(right=1)),
        ({"no_deviation_declared": False}, {"no_deviation_declared": False}, Tally()),
    ],
)
def test_facts_about_the_report(gold: dict[str, object], predicted: dict[str, object], tally: Tally) -> None:
    wanted, claimed = (Labels.model_validate({"report": "r", **facts}) for facts in (gold, predicted))
    score = score_report(TEXT, wanted, claimed)
    assert score.tally() == score.tally(RecordKind.REPORT) == tally


def finding(code: str, *quotes: str) -> LabeledFinding:
    return LabeledFinding(code=code, detail="", quotes=quotes)


@pytest.mark.parametrize(
    ("predicted", "tally"),
    [
        ((), FindingTally(gold=1)),
        ((finding("SUM", "水库加固"),), FindingTally(predicted=1, gold=1)),  # another place
        ((finding("SUM", "不在文中"),), FindingTally(predicted=1, gold=1)),
        ((finding("RATE", "水渠长度"),), FindingTally(predicted=1, gold=1)),  # another code
        ((finding("SUM", "水库加固", "12公里\n"),), FindingTally(1, 1, 1, 1)),
        ((finding("SUM", "12公里"), finding("SUM", "水渠")), FindingTally(2, 2, 1, 1)),
        ((finding("SUM", "12公里"), finding("SUM", "灌溉")), FindingTally(2, 1, 1, 1)),
    ],
)
def test_findings_are_right_with_the_same_code_and_place(
    predicted: tuple[LabeledFinding, ...], tally: FindingTally
) -> None:
    gold = Labels(report="r", findings=(finding("SUM", "水渠长度\n\t10公里\n\t12公里", "绿化项目"),))
    score = score_report(TEXT, gold, Labels(report="r", findings=predicted))
    assert score.finding_tally() == tally
    assert score.f1() is None


def test_errors_show_both_values_and_the_place() -> None:
    station = Indicator(evaluation="department", origin="narrative", name="泵站", quote="不在文中")
    predicted = (CANAL.model_copy(update={"actual": "21公里"}), station)
    score = score_report(TEXT, GOLD, GOLD.model_copy(update={"indicators": predicted}))
    wrong = next(error for error in score.errors if error.outcome is Outcome.WRONG)
    assert (wrong.key.field, wrong.gold, wrong.predicted, wrong.quote) == ("actual", "12公里", "21公里", CANAL.quote)
    assert {(error.quote, error.outcome) for error in score.errors if not error.paired} == {
        (DAM.quote, Outcome.OMITTED),
        ("不在文中", Outcome.INVENTED),
    }


def test_merged_scores_count_every_field_and_finding_once() -> None:
    gold = GOLD.model_copy(update={"findings": (finding("SUM", "水渠"),)})
    nothing = Labels(report="r")
    total = merge([score_report(TEXT, gold, gold), score_report(TEXT, gold, nothing)])
    assert total.tally() == Tally(right=11, omitted=11)
    assert total.findings == {"SUM": FindingTally(1, 1, 2, 1)}
    assert len(total.errors) == 11


def test_a_funding_item_in_another_column_is_invented_and_omitted() -> None:
    row = Funding(evaluation="department", item="培训费", initial_budget="3", quote="水渠")
    gold = GOLD.model_copy(update={"funding": (row,)})
    shifted = row.model_copy(update={"initial_budget": None, "executed": "3"})
    score = score_report(TEXT, gold, GOLD.model_copy(update={"funding": (shifted,)}))
    assert score.tally(RecordKind.FUNDING) == Tally(right=1, invented=1, omitted=1)


@pytest.mark.skipif(not CASES, reason="the labeled real reports are not beside the project")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gold_against_itself_is_right_everywhere(case: Case) -> None:
    score = score_report(case.text, case.gold, case.gold)
    assert score.errors == ()
    assert score.f1() == 1
    assert (score.finding_tally().precision, score.finding_tally().recall) == (1, 1)


@pytest.mark.skipif(not CASES, reason="the labeled real reports are not beside the project")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_changed_value_of_a_real_report_loses_one_field(case: Case) -> None:
    rows = case.gold.funding
    at = next(i for i, row in enumerate(rows) if row.executed is not None)
    changed = rows[at].model_copy(update={"executed": f"9{rows[at].executed}"})
    predicted = case.gold.model_copy(update={"funding": (*rows[:at], changed, *rows[at + 1 :])})
    score = score_report(case.text, case.gold, predicted)
    assert [(error.key.field, error.outcome) for error in score.errors] == [("executed", Outcome.WRONG)]
