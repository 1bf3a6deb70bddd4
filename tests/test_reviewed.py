"""A reviewer's word over the extracted value, in everything that is shown and exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.reviewed import load_reviewed, read_reviews
from pipeline.store import Decision, Store, Verdict, list_reports, open_store, save_decision, save_extraction, start_run
from schemas.records import RecordKind
from schemas.stages import Extraction, FieldRef, Status
from tests.store_samples import sample_extraction

SURVIVAL = "department|form|产出指标|质量指标|果苗成活率"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.duckdb") as opened:
        save_extraction(opened, start_run(opened, "rules", "1", {}), sample_extraction())
        yield opened


def decide(store: Store, field: str, verdict: Verdict, value: str | None = None, key: str = SURVIVAL) -> None:
    (report,) = list_reports(store)
    kind = RecordKind.INDICATOR if key == SURVIVAL else RecordKind.REMEDY
    save_decision(store, Decision(report.report_id, kind, key, field, verdict, value, "审核员"))


def reviewed(store: Store) -> Extraction:
    (report,) = list_reports(store)
    return load_reviewed(store, report.extraction_id, read_reviews(store))


def score_flags(extraction: Extraction) -> dict[FieldRef, tuple[str, ...]]:
    return {score.ref: score.flags for score in extraction.scores}


def test_without_decisions_it_is_the_extraction(store: Store) -> None:
    assert reviewed(store) == sample_extraction()


def test_a_corrected_value_is_looked_up_in_the_text(store: Store) -> None:
    decide(store, "score", Verdict.CORRECTED, "9")
    field = reviewed(store).records[7].get("score")
    assert field is not None
    assert (field.value, field.status) == ("9", Status.EXACT)
    assert field.span is not None
    assert reviewed(store).document.quote(field.span) == "9"
    assert score_flags(reviewed(store))[FieldRef(7, "score")] == ()


def test_a_correction_that_the_text_does_not_have_says_so(store: Store) -> None:
    decide(store, "score", Verdict.CORRECTED, "7.77")
    field = reviewed(store).records[7].get("score")
    assert field is not None
    assert not field.status.vouched


def test_an_accepted_value_keeps_its_status_and_loses_its_flags(store: Store) -> None:
    decide(store, "score", Verdict.ACCEPTED, "8.5")
    extraction = reviewed(store)
    read = sample_extraction().records
    assert extraction.records == (*read[:7], replace(read[7], reviewed=True), *read[8:])
    assert score_flags(extraction)[FieldRef(7, "score")] == ()
    assert score_flags(extraction)[FieldRef(9, "")] == ("unpaired",)


def test_another_field_of_a_decided_record_stays_flagged(store: Store) -> None:
    decide(store, "actual", Verdict.CORRECTED, "95%")
    extraction = reviewed(store)
    assert extraction.records[7].value("actual") == "95%"
    assert score_flags(extraction)[FieldRef(7, "score")] == ("absent", "score_rate")


def test_a_rejected_value_is_gone_and_so_is_a_rejected_record(store: Store) -> None:
    decide(store, "score", Verdict.REJECTED)
    decide(store, "", Verdict.REJECTED, key="加强预算管理")
    extraction = reviewed(store)
    assert extraction.records[7].get("score") is None
    assert [record.index for record in extraction.records] == list(range(9))
    assert not {FieldRef(7, "score"), FieldRef(9, "")} & set(score_flags(extraction))


def test_a_value_that_only_the_reviewer_found_is_added(store: Store) -> None:
    decide(store, "weight", Verdict.CORRECTED, "10")
    assert reviewed(store).records[7].value("weight") == "10"
