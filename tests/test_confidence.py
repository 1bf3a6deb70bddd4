"""Confidence: what is flagged, in which words, and which signals made the figure."""

from __future__ import annotations

import pytest

from pipeline.confidence import score_fields
from pipeline.settings import DEFAULT_THRESHOLD
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord, ScoredField, Severity, Status
from schemas.text import Span

SIGNALS = {"grounding", "rule", "shape", "checks"}
UNVOUCHED = [status for status in Status if not status.vouched]


def record(
    rule: str = "indicators.row",
    status: Status = Status.EXACT,
    kind: RecordKind = RecordKind.INDICATOR,
    index: int = 0,
    **fields: str,
) -> GroundedRecord:
    grounded = tuple(
        GroundedField(name, value, status, Span(0, 1) if status.vouched else None) for name, value in fields.items()
    )
    quote = GroundedField("quote", "", Status.EXACT, Span(0, 9))
    return GroundedRecord(index, kind, {}, grounded, quote, "rules", rule)


def finding(*refs: FieldRef, about_report: bool, detail: str = "执行率与两数之商不符") -> Finding:
    return Finding("RATE", Severity.ERROR, detail, (), refs, about_report)


def only(records: GroundedRecord, *findings: Finding, threshold: float = DEFAULT_THRESHOLD) -> ScoredField:
    (scored,) = score_fields([records], findings, threshold)
    return scored


@pytest.mark.parametrize("status", [status for status in Status if status.vouched])
@pytest.mark.parametrize("rule", ["indicators.row", "funding.row", "funding.prose", "narrative.measure", "facts"])
def test_a_vouched_value_that_no_check_doubts_is_not_flagged(status: Status, rule: str) -> None:
    scored = only(record(rule, status, actual="7个"))
    assert scored.flags == ()
    assert scored.confidence >= DEFAULT_THRESHOLD


@pytest.mark.parametrize("status", UNVOUCHED)
@pytest.mark.parametrize("threshold", [0.0, DEFAULT_THRESHOLD])
def test_a_value_that_the_text_does_not_vouch_for_is_flagged_at_any_threshold(status: Status, threshold: float) -> None:
    scored = only(record(status=status, actual="7个"), threshold=threshold)
    assert len(scored.flags) == 1
    assert "原文" in scored.flags[0]
    assert scored.confidence < DEFAULT_THRESHOLD


def test_each_way_of_not_being_found_has_words_of_its_own() -> None:
    assert len({only(record(status=status, actual="7个")).flags for status in UNVOUCHED}) == len(UNVOUCHED)


@pytest.mark.parametrize("about_report", [True, False])
def test_a_failed_check_of_the_reading_flags_the_field_in_its_words(about_report: bool) -> None:
    doubt = finding(FieldRef(0, "actual"), about_report=about_report)
    scored = score_fields([record(name="公园", actual="7个")], [doubt])
    assert [one.flags for one in scored] == [(), () if about_report else (doubt.detail,)]
    assert scored[1].confidence < scored[0].confidence


def test_a_contradiction_of_the_report_leaves_the_value_likely_but_a_wrong_reading_does_not() -> None:
    ref = FieldRef(0, "actual")
    contradiction = only(record(actual="7个"), finding(ref, about_report=True))
    misread = only(record(actual="7个"), finding(ref, about_report=False))
    assert misread.confidence < DEFAULT_THRESHOLD < contradiction.confidence


def test_every_failed_check_is_told_after_what_the_text_says() -> None:
    ref = FieldRef(0, "actual")
    doubts = [finding(ref, about_report=True, detail=words) for words in ("甲", "乙")]
    scored = only(record(status=Status.ABSENT, actual="7个"), *doubts)
    assert scored.flags[1:] == ("甲", "乙")
    assert "原文" in scored.flags[0]


def test_a_doubt_is_about_its_own_record_and_field() -> None:
    records = [record(index=0, actual="7个"), record(index=1, actual="8个", name="公园")]
    scored = score_fields(records, [finding(FieldRef(1, "actual"), about_report=False)])
    assert [(one.ref, bool(one.flags)) for one in scored] == [
        (FieldRef(0, "actual"), False),
        (FieldRef(1, "actual"), True),
        (FieldRef(1, "name"), False),
    ]


def test_a_field_under_the_threshold_is_flagged_and_one_at_it_is_not() -> None:
    confidence = only(record(actual="7个")).confidence
    assert only(record(actual="7个"), threshold=confidence).flags == ()
    assert "核对" in only(record(actual="7个"), threshold=confidence + 0.001).flags[0]


def test_a_row_that_ran_into_another_goes_to_review() -> None:
    assert only(record("funding.damaged_row", kind=RecordKind.FUNDING, executed="3.7")).flags


@pytest.mark.parametrize(
    ("kind", "field", "usual", "odd"),
    [
        (RecordKind.INDICATOR, "score", "9.5", "苗木不足"),
        (RecordKind.FUNDING, "rate", "98.99%", "按期"),
        (RecordKind.EVALUATION, "total_score", "95分", "优秀"),
        (RecordKind.INDICATOR, "name", "新建口袋公园", "新建口袋公园" * 14),
    ],
)
def test_a_value_of_unusual_shape_counts_less(kind: RecordKind, field: str, usual: str, odd: str) -> None:
    first, second = (only(record(kind=kind, **{field: value})) for value in (usual, odd))
    assert first.signals["shape"] == 1.0
    assert second.confidence < first.confidence


def test_a_target_may_be_words() -> None:
    assert only(record(target="优良")).signals["shape"] == 1.0


def test_the_signals_are_named_and_their_product_is_the_confidence() -> None:
    doubt = finding(FieldRef(0, "score"), about_report=True)
    scored = only(record(score="无"), doubt)
    assert set(scored.signals) == SIGNALS
    assert all(0 < value <= 1 for value in scored.signals.values())
    product = 1.0
    for value in scored.signals.values():
        product *= value
    assert scored.confidence == round(product, 4)


def test_fields_are_scored_in_order() -> None:
    records = [record(index=0, name="公园", actual="7个"), record(index=1, name="绿道")]
    assert [one.ref for one in score_fields(records, [])] == [
        FieldRef(0, "name"),
        FieldRef(0, "actual"),
        FieldRef(1, "name"),
    ]


def test_an_unknown_rule_counts_less_than_a_row_of_a_form() -> None:
    assert only(record("rule of tomorrow", actual="7个")).confidence < only(record(actual="7个")).confidence
