"""A corpus is read, scored and kept: what cannot be read costs itself only, and what cannot work leaves nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eval.cases import corpus_sha256, load_cases
from eval.engines import Reading
from eval.experiment import Plan, confidences_of, run_experiment
from eval.figures import COLUMNS, Figures, add_counts, effort_of, load_figures
from eval.generated import write_generated
from pipeline.errors import ExtractError, NotRecorded, UsageError
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import Progress, extract_document, make_engine
from pipeline.store import (
    find_eval,
    load_case,
    load_confidences,
    load_errors,
    load_eval_reports,
    load_judgements,
    open_store,
)
from schemas.records import SECTIONS, Labels, RecordKind
from tests.eval_samples import GOLD, TEXT, write_corpus

ROOT = Path(__file__).resolve().parents[1] / "eval"


def measured(database: Path, plan: Plan, *names: str) -> Figures:
    cases = [case for case in load_cases(plan.corpus) if not names or case.name in names]
    eval_id = run_experiment(database, cases, plan, lambda _: None)
    with open_store(database) as store:
        return load_figures(store, find_eval(store, eval_id))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "evaluations.duckdb"


@pytest.mark.parametrize(
    "reading",
    [
        Reading("llm"),  # no recorded answers
        Reading("llm", cassettes=Path("nowhere")),
        Reading("magic"),
        Reading("llm", base_url="ftp://x", cassettes=Path("nowhere")),
        Reading("llm", base_url="http://127.0.0.1:9", prompts="v99"),
        Reading("llm", base_url="http://127.0.0.1:9", parameters=("model=x",)),
        Reading("llm", base_url="http://127.0.0.1:9", priced_as="unknown-model"),
    ],
)
def test_a_reading_that_cannot_work_leaves_nothing_behind(corpus: Path, database: Path, reading: Reading) -> None:
    with pytest.raises(ExtractError) as caught:
        measured(database, Plan(corpus, reading))
    assert caught.value.hint
    assert not database.exists()


def test_answers_recorded_on_generated_reports_still_fit_them(database: Path, tmp_path: Path) -> None:
    write_generated(tmp_path / "generated", 12, 1, ["text"], lambda _done, _total: None)
    reading = Reading("hybrid", prompts="v2", cassettes=ROOT / "generated_replies")
    effort = effort_of(measured(database, Plan(tmp_path / "generated", reading)))
    assert (effort.calls, effort.failed_calls) == (12, 0)


def test_a_repeat_without_recorded_answers_of_its_own_is_told_beforehand(database: Path) -> None:
    plan = Plan(ROOT / "blind", Reading("hybrid", cassettes=ROOT / "blind" / "cassettes"), repeats=2)
    with pytest.raises(UsageError, match="repeat-2"):
        measured(database, plan)
    assert not database.exists()


def test_a_report_without_labels_counts_as_all_omitted_and_does_not_stop_the_others(
    corpus: Path, database: Path
) -> None:
    figures = measured(database, Plan(corpus, labels=corpus / "half"))
    whole, missing = (add_counts(counts) for counts in figures.by_report().values())
    assert (whole.right, whole.omitted) == (5, 0)
    assert (missing.right, missing.omitted) == (0, 5)
    first, second = figures.reports
    assert first.error is None
    assert second.error is not None
    assert second.error.startswith("labels: ")
    assert second.predicted == Labels(report="b").model_dump_json()


def test_every_judgement_is_kept_with_text_and_gold(corpus: Path, database: Path) -> None:
    cases = load_cases(corpus)
    figures = measured(database, Plan(corpus, labels=corpus / "wrong", name="坏"))
    assert figures.run.corpus_hash == corpus_sha256(cases)
    assert (figures.run.name, figures.run.engine, figures.run.model, figures.run.prompts) == (
        "坏",
        "labels",
        None,
        None,
    )
    assert figures.characters == 2 * len(TEXT) + 2
    with open_store(database) as store:
        errors = load_errors(store, figures.run.eval_id)
        assert [(one.report, one.kind, one.field, one.gold, one.predicted) for one in errors] == [
            ("a", "indicator", "actual", "12公里", "21公里"),
            ("b", "indicator", "actual", "12公里", "21公里"),
        ]
        assert (errors[0].gold_record, errors[0].predicted_record, errors[0].quote) == (0, 0, "水渠长度 12公里")
        kept = load_case(store, figures.reports[0].case_hash)
        assert kept.text == TEXT + "a"
        assert Labels.model_validate_json(kept.gold) == GOLD
        assert len(load_judgements(store, figures.run.eval_id, "b")) == 5
    assert figures.finding_tallies()["SUM"] == (0, 0, 2, 0)


def test_figures_from_the_database_are_those_of_the_scores(database: Path) -> None:
    reading = Reading("hybrid", cassettes=ROOT / "corpus" / "cassettes", priced_as="deepseek-flash")
    seen: list[Progress] = []
    plan = Plan(ROOT / "corpus", reading)
    cases = load_cases(plan.corpus)[:2]
    eval_id = run_experiment(database, cases, plan, seen.append)
    assert [one.done for one in seen] == [1, 2]
    with open_store(database) as store:
        figures = load_figures(store, find_eval(store, "hybrid v2"))
        sure = load_confidences(store, eval_id)
        errors = load_errors(store, eval_id)
    total = add_counts(figures.counts)
    assert total.right > 400
    assert total.wrong + total.invented + total.omitted == len(errors)
    parts = [add_counts(figures.counts, kind, origin) for kind, origin in list(COLUMNS.values())[1:]]
    assert tuple(map(sum, zip(*parts, strict=True))) == total
    effort = effort_of(figures)
    assert effort.calls == 2
    assert effort.input_tokens > 1000
    assert effort.costs is not None
    assert effort.costs["CNY"] > 0
    assert figures.run.settings["prompt.prose"].startswith("v2:")
    assert figures.run.settings["replayed"] == "true"
    # References have no characters of their own, and so no confidence; all else that was predicted has one.
    assert len(sure) > 0.7 * total.right
    assert all(0 <= confidence <= 1 for confidence, _ in sure)
    assert sum(right for _, right in sure) / len(sure) > 0.95


def test_confidences_are_those_of_the_labels_in_their_order() -> None:
    path = ROOT / "corpus" / "reports" / "03_city_transport_bureau.txt"
    extraction = extract_document(read_document(path), make_engine("rules"))
    labels, found = labels_of(extraction), confidences_of(extraction)
    scores = {score.ref: score.confidence for score in extraction.scores}
    for kind, section in SECTIONS.items():
        accepted = [record for record in extraction.records if record.kind is kind and record.accepted]
        assert len(accepted) == len(getattr(labels, section))
        for place, record in enumerate(accepted):
            for field in record.fields:
                assert found[kind, place, field.name] == scores[record.index, field.name]
    assert (RecordKind.REPORT, 0, "unit_name") in found


def test_each_repeat_replays_answers_of_its_own(database: Path, tmp_path: Path) -> None:
    name = "h32_city_culture_tourism_bureau"
    for folder in (tmp_path / "v2", tmp_path / "v2" / "repeat-2"):
        folder.mkdir()
        shutil.copy(ROOT / "blind" / "cassettes" / "v2" / f"{name}.jsonl", folder)
    (tmp_path / "v2" / "repeat-2" / f"{name}.jsonl").write_text('{"version": 1}\n', encoding="utf-8")
    plan = Plan(ROOT / "blind", Reading("hybrid", cassettes=tmp_path), repeats=2)
    with pytest.raises(NotRecorded, match=name):
        measured(database, plan, name)
    with open_store(database) as store:
        run = find_eval(store, "hybrid v2")
        (recorded,) = load_eval_reports(store, run.eval_id)
    assert run.ended_at is None
    assert (recorded.repeat, recorded.calls, recorded.failed_calls) == (1, 1, 0)


@pytest.mark.parametrize("engine", ["llm", "hybrid"])
def test_a_question_that_was_never_recorded_ends_the_run_and_is_told(database: Path, engine: str) -> None:
    reading = Reading(engine, cassettes=ROOT / "blind" / "cassettes", parameters=("temperature=0.5",))
    with pytest.raises(NotRecorded) as caught:
        measured(database, Plan(ROOT / "blind", reading), "h32_city_culture_tourism_bureau")
    assert "--base-url" in caught.value.hint


def test_repeats_are_told_apart(corpus: Path, database: Path) -> None:
    figures = measured(database, Plan(corpus, labels=corpus / "wrong", repeats=3))
    assert [report.repeat for report in figures.reports] == [1, 1, 2, 2, 3, 3]
    assert add_counts(figures.counts).wrong == 6
    assert figures.names == ("a", "b")
