"""Runs, failures, and finding reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import DamagedFile, MissingFile, StoreError, UnknownReport
from pipeline.store import (
    RunCounts,
    Store,
    call_totals,
    find_report,
    finish_run,
    list_reports,
    list_runs,
    open_store,
    save_calls,
    save_extraction,
    save_failure,
    start_run,
    summarize_run,
)
from schemas.stages import Gap
from tests.store_samples import sample_call, sample_extraction, with_gap


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.duckdb") as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("OPENAI_API_KEY", "sk-secret", None),
        ("apikey", "sk-secret", None),
        ("client_secret", "s", None),
        ("access_token", "t", None),
        ("token", "t", None),
        ("password", "p", None),
        ("Authorization", "Bearer x", None),
        ("base_url", "https://user:sk-secret@model.example/v1", "https://model.example/v1"),
        ("max_tokens", "4096", "4096"),
        ("model", "test-model", "test-model"),
        ("folder", "/报告/a@b", "/报告/a@b"),
    ],
)
def test_secrets_are_not_stored(name: str, value: str, stored: str | None, store: Store, tmp_path: Path) -> None:
    start_run(store, "llm", "1", {name: value})
    (run,) = list_runs(store)
    assert run.settings == ({} if stored is None else {name: stored})
    store.connection.execute("CHECKPOINT")
    assert b"sk-secret" not in (tmp_path / "x.duckdb").read_bytes()


def test_an_unknown_run_is_a_store_error(store: Store) -> None:
    with pytest.raises(StoreError, match="没有运行 nope"):
        finish_run(store, "nope", RunCounts(1, 0, 0))
    with pytest.raises(StoreError, match="没有运行 nope"):
        summarize_run(store, "nope")


def test_a_finished_run_is_listed_before_older_ones(store: Store) -> None:
    first = start_run(store, "rules", "1", {"reader": "docx"})
    finish_run(store, first, RunCounts(read=3, skipped=2, failed=1))
    second = start_run(store, "hybrid", "2", {})
    assert first != second
    newest, oldest = list_runs(store)
    assert (newest.run_id, newest.engine, newest.version, newest.ended_at, newest.counts) == (
        second,
        "hybrid",
        "2",
        None,
        None,
    )
    assert (oldest.run_id, oldest.counts, oldest.settings) == (first, RunCounts(3, 2, 1), {"reader": "docx"})
    assert oldest.ended_at is not None
    assert oldest.ended_at >= oldest.started_at
    assert oldest.started_at.tzinfo is None


def test_a_summary_counts_what_its_own_run_saved(store: Store) -> None:
    other = start_run(store, "rules", "1", {})
    save_extraction(store, other, sample_extraction(content="other"))
    save_failure(store, other, "y.pdf", MissingFile("没有文件"), None)
    run_id = start_run(store, "rules", "1", {})
    save_extraction(store, run_id, sample_extraction())
    save_failure(store, run_id, "/a/坏.pdf", DamagedFile("打不开", "请重新导出"), "ab12")
    summary = summarize_run(store, run_id)
    assert summary.counts == RunCounts(read=1, skipped=0, failed=1)
    assert summary.records == {
        "deviation": 1,
        "evaluation": 2,
        "funding": 2,
        "goal": 1,
        "indicator": 2,
        "remedy": 1,
        "report": 1,
    }
    extraction = sample_extraction()
    assert summary.fields == sum(len(record.fields) for record in extraction.records)
    assert summary.flagged_fields == 2
    assert summary.findings == {"ABSENT": 1, "UNMET_FULL_SCORE": 1}
    (failure,) = summary.failures
    assert (failure.path, failure.name, failure.sha256) == ("/a/坏.pdf", "坏", "ab12")
    assert (failure.code, failure.message, failure.hint) == ("damaged", "打不开", "请重新导出")
    finish_run(store, run_id, RunCounts(read=1, skipped=7, failed=1))
    assert summarize_run(store, run_id).counts.skipped == 7


def test_a_failure_with_a_name_that_is_no_utf8_is_stored(store: Store) -> None:
    run_id = start_run(store, "rules", "1", {})
    save_failure(store, run_id, "/a/\udce6\udcb5.pdf", MissingFile("没有文件"), None)
    (failure,) = summarize_run(store, run_id).failures
    assert failure.path == "/a/\ufffd\ufffd.pdf"


@pytest.fixture
def three_reports(store: Store) -> Store:
    run_id = start_run(store, "rules", "1", {})
    for name, content in (("清河县林果局", "1"), ("清河县水利站", "2"), ("东岭镇政府", "3")):
        save_extraction(store, run_id, sample_extraction(name, content))
    twin = sample_extraction("东岭镇政府", "4")
    source = replace(twin.document.source, path="/elsewhere/东岭镇政府.docx")
    save_extraction(store, run_id, replace(twin, document=replace(twin.document, source=source)))
    return store


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        ("清河", "没有报告“清河”", "清河县林果局、清河县水利站"),
        ("清河县林业局", "没有报告", "清河县林果局"),
        ("zzz", "没有报告", "库中共有 4 份报告"),
        ("", "没有报告", "库中共有"),
        ("6b8", "没有报告", "库中共有"),
        ("东岭镇政府", "有 2 份报告.*elsewhere", "SHA-256"),
    ],
)
def test_what_names_no_single_report_gets_a_hint(wanted: str, message: str, hint: str, three_reports: Store) -> None:
    with pytest.raises(UnknownReport, match=message) as caught:
        find_report(three_reports, wanted)
    assert hint in caught.value.hint


def test_an_empty_database_says_so(store: Store) -> None:
    with pytest.raises(UnknownReport) as caught:
        find_report(store, "x")
    assert "还没有任何报告" in caught.value.hint


@pytest.mark.parametrize(
    "wanted",
    ["清河县水利站", "/reports/清河县水利站.docx", "清河县水利站.docx", "d4735e3a", "D4735E3A265E"],
)
def test_a_report_is_found(wanted: str, three_reports: Store) -> None:
    assert find_report(three_reports, wanted).name == "清河县水利站"


def test_a_relative_path_finds_its_report(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    extraction = sample_extraction()
    source = replace(extraction.document.source, path=str(tmp_path / "甲.docx"))
    save_extraction(store, "run", replace(extraction, document=replace(extraction.document, source=source)))
    assert find_report(store, "./甲.docx").path == str(tmp_path / "甲.docx")


def test_a_listed_report_has_its_latest_extraction(store: Store) -> None:
    run_id = start_run(store, "rules", "1.2", {})
    save_extraction(store, run_id, sample_extraction(engine="llm"))
    latest = save_extraction(store, run_id, sample_extraction())
    (report,) = list_reports(store)
    assert (report.extraction_id, report.engine, report.version, report.status) == (latest, "rules", "1.2", "complete")
    assert (report.unit_name, report.fiscal_year, report.reader) == ("清河县林果局", 2023, "docx")
    extraction = sample_extraction()
    assert report.records == len(extraction.records)
    assert report.fields == sum(len(record.fields) for record in extraction.records)
    assert (report.flagged_fields, report.findings) == (2, 2)


def test_a_partial_extraction_does_not_hide_a_complete_one(store: Store) -> None:
    partial = save_extraction(store, "run", with_gap(sample_extraction()))
    assert [(r.extraction_id, r.status) for r in list_reports(store)] == [(partial, "partial")]
    complete = save_extraction(store, "run", sample_extraction())
    save_extraction(store, "run", with_gap(sample_extraction()))
    assert [(r.extraction_id, r.status) for r in list_reports(store)] == [(complete, "complete")]


@pytest.mark.parametrize(("engine", "version"), [("rules", "2"), ("llm", "1")])
def test_what_another_engine_or_version_read_last_is_current_even_with_gaps(
    engine: str, version: str, store: Store
) -> None:
    old, new = start_run(store, "rules", "1", {}), start_run(store, engine, version, {})
    save_extraction(store, old, sample_extraction())
    partial = save_extraction(store, new, with_gap(sample_extraction(engine=engine)))
    assert [(r.extraction_id, r.status, r.version) for r in list_reports(store)] == [(partial, "partial", version)]
    complete = save_extraction(store, new, sample_extraction(engine=engine))
    assert [(r.extraction_id, r.status) for r in list_reports(store)] == [(complete, "complete")]
    save_extraction(store, new, with_gap(sample_extraction(engine=engine)))
    assert [r.extraction_id for r in list_reports(store)] == [complete]
    latest = save_extraction(store, old, sample_extraction())
    assert [r.extraction_id for r in list_reports(store)] == [latest]


def test_a_summary_has_the_gaps_and_the_calls_of_its_own_run(store: Store) -> None:
    other, run_id = start_run(store, "llm", "1", {}), start_run(store, "llm", "1", {})
    save_calls(store, other, [sample_call(1)])
    save_extraction(store, other, with_gap(sample_extraction()))
    nothing = summarize_run(store, run_id)
    assert (nothing.partial, nothing.gaps, nothing.calls) == (0, {}, None)
    gaps = (Gap(0, "goals", "budget", "预算用完"), Gap(1, "goals", "failed", "x"), Gap(1, "funding", "budget", "y"))
    save_extraction(store, run_id, replace(sample_extraction(content="2"), gaps=gaps))
    save_extraction(store, run_id, sample_extraction(content="3"))
    save_calls(store, run_id, [sample_call(1), sample_call(2)])
    summary = summarize_run(store, run_id)
    assert (summary.counts.read, summary.partial, summary.gaps) == (2, 1, {"budget": 2, "failed": 1})
    assert summary.calls == call_totals(store, run_id)
    assert summary.calls.calls == 2
