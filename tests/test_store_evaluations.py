"""Evaluation runs in the database: whole or not at all, told apart, and found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import StoreError, UnknownRun
from pipeline.store import (
    EvalBatch,
    EvalCase,
    EvalFindings,
    EvalJudgement,
    EvalMeasure,
    EvalReport,
    FieldCounts,
    NewEval,
    Store,
    count_characters,
    find_eval,
    finish_eval,
    list_evals,
    load_case,
    load_confidences,
    load_counts,
    load_errors,
    load_eval_findings,
    load_eval_reports,
    load_judgements,
    load_measures,
    open_store,
    save_eval,
    save_measures,
    start_eval,
)

NEW = NewEval("基线", "eval/corpus", "c0", "llm", "m", "v2", {"prompt.form": "v2:ab"}, 1)
CASE = EvalCase("h1", "a", "水渠 12公里", "{}")
REPORT = EvalReport(1, "a", "h1", None, 0.5, 2, 0, 0.4, 10, 5, 100, 50, None, None, "{}")


def judgement(outcome: str, gold: str | None, predicted: str | None, confidence: float | None = None) -> EvalJudgement:
    record = (0 if gold else None, 0 if predicted else None)
    return EvalJudgement(1, "a", "indicator", "form", "actual", outcome, gold, predicted, "水渠", *record, confidence)


JUDGEMENTS = (
    judgement("right", "1", "1", 0.9),
    judgement("wrong", "1", "2", 0.4),
    judgement("invented", None, "2"),
    judgement("omitted", "1", None),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:  # type: ignore[misc]
    with open_store(tmp_path / "e.duckdb") as opened:
        yield opened


def test_nothing_is_found_where_nothing_was_measured(store: Store) -> None:
    assert list_evals(store) == ()
    with pytest.raises(UnknownRun) as caught:
        find_eval(store, "e1")
    assert "extract eval run" in caught.value.hint
    with pytest.raises(StoreError):
        load_case(store, "h1")
    assert load_counts(store, "e1") == load_eval_reports(store, "e1") == ()
    assert count_characters(store, "e1") == 0


def test_results_are_saved_whole_or_not_at_all(store: Store) -> None:
    eval_id = start_eval(store, NEW, [CASE])
    broken = EvalFindings(1, "a", "SUM", "viele", 0, 0, 0)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        save_eval(store, eval_id, EvalBatch([REPORT], JUDGEMENTS, [broken]))
    assert load_eval_reports(store, eval_id) == ()
    assert load_counts(store, eval_id) == ()
    save_eval(store, eval_id, EvalBatch([REPORT], JUDGEMENTS, []))
    assert load_eval_reports(store, eval_id) == (REPORT,)


def test_a_run_comes_back_as_it_was_saved(store: Store) -> None:
    eval_id = start_eval(store, NEW, [CASE])
    finding = EvalFindings(1, "a", "SUM", 2, 1, 3, 1)
    save_eval(store, eval_id, EvalBatch([REPORT], JUDGEMENTS, [finding]))
    save_measures(store, eval_id, [EvalMeasure("无中生有率", 1, 3)])
    assert find_eval(store, eval_id).ended_at is None
    finish_eval(store, eval_id)
    run = find_eval(store, "基线")
    assert run.ended_at is not None
    assert (run.eval_id, run.settings, run.repeats) == ("e1", NEW.settings, 1)
    assert load_counts(store, eval_id) == (FieldCounts(1, "a", "indicator", "form", "actual", 1, 1, 1, 1),)
    assert set(load_errors(store, eval_id)) == set(JUDGEMENTS[1:])
    assert set(load_judgements(store, eval_id, "a")) == set(JUDGEMENTS)
    assert load_confidences(store, eval_id) == ((0.4, False), (0.9, True))
    assert load_eval_findings(store, eval_id) == (finding,)
    assert load_measures(store, eval_id) == (EvalMeasure("无中生有率", 1, 3),)
    assert count_characters(store, eval_id) == len(CASE.text)


def test_the_latest_of_a_name_is_meant_and_an_id_goes_first(store: Store) -> None:
    first, second = (start_eval(store, NEW, [CASE]) for _ in range(2))
    third = start_eval(store, NEW._replace(name=first), [])
    assert find_eval(store, "基线").eval_id == second
    assert find_eval(store, first).eval_id == first
    assert [run.eval_id for run in list_evals(store)] == [third, second, first]


def test_a_name_means_a_whole_run_where_there_is_one(store: Store) -> None:
    whole = start_eval(store, NEW, [CASE])
    finish_eval(store, whole)
    broken = start_eval(store, NEW, [CASE])
    assert find_eval(store, "基线").eval_id == whole
    assert find_eval(store, broken).eval_id == broken


def test_a_text_is_kept_once_and_characters_that_cannot_be_stored_do_not_stop_a_run(store: Store) -> None:
    odd = EvalCase("h2", "b", "水渠\ud800", "{}")
    for _ in range(2):
        eval_id = start_eval(store, NEW, [CASE, odd])
    assert load_case(store, "h2").text == "水渠\N{REPLACEMENT CHARACTER}"
    rows = store.connection.execute("SELECT count(*) FROM data.eval_cases").fetchone()
    assert rows == (2,)
    save_eval(store, eval_id, EvalBatch([REPORT], [judgement("wrong", "1", "\ud800")], []))
    (error,) = load_errors(store, eval_id)
    assert error.predicted == "\N{REPLACEMENT CHARACTER}"
