"""Reviewed reports as candidate labels: in the guide's shape, never over what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import cli
from eval.cases import load_cases
from pipeline.errors import ExtractError
from pipeline.review.deciding import undo
from pipeline.review.promotion import promote_reports
from pipeline.store import (
    Store,
    Verdict,
    find_report,
    list_open,
    list_reports,
    open_store,
)
from schemas.records import RecordKind
from tests.report_samples import REPORT
from tests.review_samples import (
    EVERYTHING,
    REPORT_ID,
    SCORE,
    SURVIVAL,
    WHOLE,
    copy_of,
    key,
    make_sample,
    read_again,
    read_text,
    say,
)
from tests.store_samples import TEXT, sample_extraction

NAME = "清河县林果局自评报告"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("template") / "x.duckdb")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(copy_of(template, tmp_path)) as opened:
        yield opened


def settle(store: Store, report_id: str = REPORT_ID) -> None:
    """Correct one field, accept the others."""
    for field in list_open(store, EVERYTHING):
        if field.report_id == report_id and field.key != SCORE:
            say(store, "甲", Verdict.ACCEPTED, field.key)
    if report_id == REPORT_ID:
        say(store, "甲", Verdict.CORRECTED, value="9")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# Not promoted


def test_what_nobody_looked_at_is_not_promoted(store: Store, tmp_path: Path) -> None:
    assert promote_reports(store, tmp_path / "out") == ()
    (told,) = promote_reports(store, tmp_path / "out", list_reports(store))
    assert (told.report, told.path) == (NAME, None)
    assert "没有人复核" in told.reason
    assert not (tmp_path / "out").exists()


def test_what_is_left_to_review_is_told(store: Store, tmp_path: Path) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    (told,) = promote_reports(store, tmp_path / "out")
    assert told.path is None
    assert "1 个字段待复核" in told.reason
    assert not (tmp_path / "out").exists()


def test_unsure_is_not_reviewed(store: Store, tmp_path: Path) -> None:
    settle(store)
    say(store, "甲", Verdict.UNSURE, WHOLE)
    (told,) = promote_reports(store, tmp_path / "out")
    assert told.path is None


def test_what_was_taken_back_is_not_reviewed(store: Store, tmp_path: Path) -> None:
    clean = replace(sample_extraction(content="clean"), scores=())
    read_again(store, clean)
    about = SCORE._replace(report_id=clean.document.source.sha256)
    number = say(store, "甲", Verdict.CORRECTED, about, "9").decision
    undo(store, "甲", about, number)
    assert promote_reports(store, tmp_path / "out") == ()


@pytest.mark.parametrize("there", ["gold", "reports"])
def test_what_is_there_is_never_written_over(store: Store, tmp_path: Path, there: str) -> None:
    settle(store)
    out = tmp_path / "out"
    mine = out / there / f"{NAME}.{'json' if there == 'gold' else 'txt'}"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    (told,) = promote_reports(store, out)
    assert told.path is None
    assert str(mine) in told.reason
    assert mine.read_text() == "mine"
    assert files(out) == [str(mine.relative_to(out))]


def test_a_second_time_nothing_is_written(store: Store, tmp_path: Path) -> None:
    settle(store)
    (first,) = promote_reports(store, tmp_path / "out")
    assert first.path is not None
    before = first.path.read_bytes()
    (again,) = promote_reports(store, tmp_path / "out")
    assert again.path is None
    assert first.path.read_bytes() == before


def test_a_folder_that_cannot_be_written_to_is_told(store: Store, tmp_path: Path) -> None:
    settle(store)
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExtractError, match="写不了") as caught:
        promote_reports(store, tmp_path / "out")
    assert caught.value.hint


# Promoted


def test_a_reviewed_report_becomes_labels(store: Store, tmp_path: Path) -> None:
    settle(store)
    out = tmp_path / "out"
    (done,) = promote_reports(store, out)
    assert (done.report, done.path, done.reason) == (NAME, out / "gold" / f"{NAME}.json", "")
    assert files(out) == [f"gold/{NAME}.json", f"reports/{NAME}.txt"]
    (case,) = load_cases(out)
    assert (case.name, case.text, case.gold.report) == (NAME, TEXT, NAME)
    assert case.gold.fiscal_year == 2023
    assert [one.score for one in case.gold.indicators] == ["10", "9"]
    assert [one.statement for one in case.gold.remedies] == ["加强预算管理"]


def test_rejected_values_and_records_are_no_labels(store: Store, tmp_path: Path) -> None:
    say(store, "甲", Verdict.REJECTED, WHOLE)
    say(store, "甲", Verdict.REJECTED)
    say(store, "甲", Verdict.REJECTED, key("", "fiscal_year", RecordKind.REPORT))
    say(store, "甲", Verdict.CORRECTED, key(SURVIVAL, "origin"), "narrative")
    promote_reports(store, tmp_path / "out")
    (case,) = load_cases(tmp_path / "out")
    assert case.gold.remedies == ()
    assert [(one.score, one.origin) for one in case.gold.indicators] == [("10", "form"), (None, "narrative")]
    assert case.gold.fiscal_year is None


def test_a_whole_report_without_facts(store: Store, tmp_path: Path) -> None:
    settle(store)
    say(store, "甲", Verdict.REJECTED, key("", "", RecordKind.REPORT))
    promote_reports(store, tmp_path / "out")
    (case,) = load_cases(tmp_path / "out")
    assert (case.gold.unit_name, case.gold.fiscal_year) == (None, None)


def test_what_only_a_second_reader_saw_counts_once_a_person_accepted_it(store: Store, tmp_path: Path) -> None:
    sample = sample_extraction(content="hybrid")
    report_id = sample.document.source.sha256
    records = (
        *sample.records[:6],
        *(replace(one, confirmed=False) for one in sample.records[6:8]),
        *sample.records[8:],
    )
    read_again(store, replace(sample, records=records))
    settle(store, report_id)  # its score and its remedy
    promote_reports(store, tmp_path / "out", [find_report(store, report_id)])
    (case,) = load_cases(tmp_path / "out")
    assert [one.name for one in case.gold.indicators] == ["果苗成活率"]


def test_reports_of_one_name_have_files_of_their_own(store: Store, tmp_path: Path) -> None:
    other = sample_extraction(content="2")
    read_again(store, other)
    settle(store)
    settle(store, other.document.source.sha256)
    done = promote_reports(store, tmp_path / "out")
    paths = {one.path for one in done}
    assert len(paths) == 2
    assert None not in paths
    assert {case.gold.report for case in load_cases(tmp_path / "out")} == {path.stem for path in paths if path}


def test_only_what_is_wanted(store: Store, tmp_path: Path) -> None:
    read_again(store, sample_extraction("另一份", content="2"))
    settle(store)
    done = promote_reports(store, tmp_path / "out", [find_report(store, "另一份")])
    assert [(one.report, one.path) for one in done] == [("另一份", None)]


def test_line_ends_of_the_report_are_kept(store: Store, tmp_path: Path) -> None:
    extraction = read_text(TEXT.replace("\n", "\n\n") + "\u2028尾\u0085\x0b完", "行尾")
    read_again(store, extraction)
    report_id = extraction.document.source.sha256
    facts = key("", "fiscal_year", RecordKind.REPORT)._replace(report_id=report_id)
    settle(store, report_id)
    say(store, "甲", Verdict.ACCEPTED, facts)
    (done,) = promote_reports(store, tmp_path / "out", [find_report(store, report_id)])
    assert done.path is not None
    (case,) = load_cases(tmp_path / "out")
    assert case.text == extraction.document.text


def test_promoted_reports_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    extraction = read_text(REPORT)
    report_id = extraction.document.source.sha256
    with open_store(Path("results.duckdb")) as store:
        read_again(store, extraction)
        settle(store, report_id)
        say(store, "甲", Verdict.ACCEPTED, key("", "fiscal_year", RecordKind.REPORT)._replace(report_id=report_id))
        (done,) = promote_reports(store, Path("out"))
    assert done.path is not None
    arguments = ["eval", "run", "--corpus", "out", "--engine", "rules", "--json"]
    assert cli.main([*arguments, "--floor", "1"]) == 0, "the engine does not agree with its own accepted values"
    assert json.loads(capsys.readouterr().out)
