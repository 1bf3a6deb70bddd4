"""Confidence: what is flagged, in which words, and that evidence against a value outweighs every fit."""

from __future__ import annotations

import pytest

from pipeline.confidence import Trust, default_model, score_fields
from pipeline.confidence.model import ConfidenceModel
from pipeline.settings import DEFAULT_THRESHOLD
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord, ScoredField, Severity, Status
from schemas.text import Document, Source, Span

TEXT = "2023年全年新建口袋公园7个，栽植行道树1800株。"
DOCUMENT = Document(Source("甲", "甲.txt", "0" * 64, "text"), TEXT)
UNVOUCHED = [status for status in Status if not status.vouched]
SURE = ConfidenceModel(9.0, {}, {}, "")
"""A model that believes everything."""


def record(
    status: Status = Status.EXACT,
    kind: RecordKind = RecordKind.INDICATOR,
    index: int = 0,
    rule: str = "indicators.row",
    **fields: str,
) -> GroundedRecord:
    grounded = []
    for name, value in fields.items():
        start = TEXT.find(value)
        span = Span(start, start + len(value)) if status.vouched and start >= 0 else None
        grounded.append(GroundedField(name, value, status, span))
    quote = GroundedField("quote", TEXT, Status.EXACT, Span(0, len(TEXT)))
    return GroundedRecord(index, kind, {}, tuple(grounded), quote, "rules", rule)


def finding(*refs: FieldRef, about_report: bool, detail: str = "执行率与两数之商不符") -> Finding:
    return Finding("RATE", Severity.ERROR, detail, (), refs, about_report)


def only(records: GroundedRecord, *findings: Finding, trust: Trust | None = None) -> ScoredField:
    (scored,) = score_fields(DOCUMENT, [records], findings, trust or Trust())
    return scored


@pytest.mark.parametrize("status", [status for status in Status if status.vouched])
def test_a_vouched_value_that_nothing_doubts_is_not_flagged(status: Status) -> None:
    scored = only(record(status, actual="7个"), trust=Trust(model=SURE))
    assert scored.flags == ()
    assert scored.confidence >= DEFAULT_THRESHOLD


@pytest.mark.parametrize("status", UNVOUCHED)
@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_a_value_that_the_text_does_not_vouch_for_is_flagged_at_any_threshold(status: Status, threshold: float) -> None:
    scored = only(record(status, actual="7个"), trust=Trust(threshold, SURE))
    assert len(scored.flags) == 1
    assert "原文" in scored.flags[0]
    assert scored.confidence <= 0.3


def test_each_way_of_not_being_found_has_words_of_its_own() -> None:
    assert len({only(record(status, actual="7个")).flags for status in UNVOUCHED}) == len(UNVOUCHED)


@pytest.mark.parametrize("about_report", [True, False])
def test_a_failed_check_of_the_reading_flags_the_field_in_its_words(about_report: bool) -> None:
    doubt = finding(FieldRef(0, "actual"), about_report=about_report)
    fields = record(name="新建口袋公园", actual="7个")
    scored = score_fields(DOCUMENT, [fields], [doubt], Trust(model=SURE))
    assert [one.flags for one in scored] == [(), () if about_report else (doubt.detail,)]


def test_no_fit_outweighs_a_check_that_failed() -> None:
    doubt = finding(FieldRef(0, "actual"), about_report=False)
    assert only(record(actual="7个"), doubt, trust=Trust(model=SURE)).confidence <= 0.3
    contradiction = finding(FieldRef(0, "actual"), about_report=True)
    assert only(record(actual="7个"), contradiction, trust=Trust(model=SURE)).confidence > 0.9


def test_contradictions_of_the_report_are_told_after_what_is_doubted() -> None:
    ref = FieldRef(0, "actual")
    doubts = [finding(ref, about_report=True, detail=words) for words in ("甲", "乙")]
    scored = only(record(Status.ABSENT, actual="7个"), *doubts)
    assert scored.flags[1:] == ("甲", "乙")


def test_a_doubt_is_about_its_own_record_and_field() -> None:
    records = [record(index=0, actual="7个"), record(index=1, actual="1800株")]
    doubt = finding(FieldRef(1, "actual"), about_report=False)
    assert [bool(one.flags) for one in score_fields(DOCUMENT, records, [doubt], Trust(model=SURE))] == [False, True]


def test_low_confidence_is_flagged_with_the_figure() -> None:
    scored = only(record(actual="7个"), trust=Trust(0.9, ConfidenceModel(0.0, {}, {}, "")))
    assert scored.flags == ("可信度50%，低于90%：与此相似的读法错得较多",)


def test_low_confidence_is_told_with_the_signals_that_made_it_the_weightiest_first() -> None:
    weights = {
        "short_value": -1.0,
        "name_elsewhere": -0.5,
        "rule=indicators.row & name_elsewhere": -3.0,
        "in_form": -9.0,
    }
    short = record(name="7")
    outside = GroundedRecord(
        0,
        RecordKind.INDICATOR,
        {},
        short.fields,
        GroundedField("quote", TEXT[:4], Status.EXACT, Span(0, 4)),
        "rules",
        "indicators.row",
        confirmed=False,
    )
    scored = only(outside, trust=Trust(1.0, ConfidenceModel(0.0, weights, {}, "")))
    assert scored.flags == ("只有一种读法读出这一条，负责这段原文的读法没有读出，请核对",)
    alone = only(short, trust=Trust(1.0, ConfidenceModel(0.0, weights, {}, "")))
    assert alone.flags == ("可信度27%，低于100%：值过短",)


def test_the_signals_stand_beside_the_confidence_that_they_make() -> None:
    model = ConfidenceModel(1.0, {"rule=indicators.row": 0.5, "told": 0.25, "rule=indicators.row & told": 0.25}, {}, "")
    fields = GroundedRecord(
        0,
        RecordKind.INDICATOR,
        {"origin": "narrative"},
        record(actual="7个").fields,
        record(actual="7个").quote,
        "rules",
        "indicators.row",
    )
    scored = only(fields, trust=Trust(model=model))
    assert scored.signals["told"] == 1.0
    assert scored.confidence == pytest.approx(0.8808, abs=1e-4)


def test_every_field_of_every_record_is_scored_in_order() -> None:
    records = [record(index=0, name="口袋公园", actual="7个"), record(index=1, actual="1800株")]
    assert [one.ref for one in score_fields(DOCUMENT, records, [])] == [
        FieldRef(0, "name"),
        FieldRef(0, "actual"),
        FieldRef(1, "actual"),
    ]


def test_the_model_that_ships_says_what_it_was_fitted_on() -> None:
    about = default_model().about
    assert {source["reader"] for source in about["sources"]} >= {"rules", "hybrid v2", "llm v2"}
    assert len(about["sha256"]) == 64
    assert default_model().weights
