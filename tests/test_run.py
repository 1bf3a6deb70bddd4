"""Batches: what is collected, skipped, failed, kept, and repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import batch
from pipeline.confidence import Trust
from pipeline.errors import BusyDatabase, NewerDatabase, NotADatabase, NotAReport, StoreError, UsageError
from pipeline.files import collect_files
from pipeline.readers import read_document
from pipeline.run import (
    Outcome,
    Progress,
    RunOptions,
    RunReport,
    engine_version,
    extract_document,
    make_engine,
    run,
)
from pipeline.settings import VERSION
from pipeline.store import connection, list_reports, list_runs, open_store, view_rows
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Claim, Reading, Section
from schemas.text import Document
from tests.report_samples import NO_REPORT, OFFICE_ENCRYPTED, truncated_docx, write_report

UNIT = "云溪县园林局"


class OneFact:
    """Reads the unit's name, and fails as it is told where the text has a certain word."""

    name = "one"

    def __init__(self, version: str = "1", failures: dict[str, BaseException] | None = None) -> None:
        self.version = version
        self.failures = failures or {}
        self.read_names: list[str] = []

    def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
        del sections, chunks
        self.read_names.append(document.source.name)
        for word, error in self.failures.items():
            if word in document.text:
                raise error
        name = document.text[: document.text.index("20")]
        return Reading((Candidate(RecordKind.REPORT, {}, {"unit_name": Claim(name)}, Claim(name), "one", "fact"),))


def extract(paths: Sequence[Path], database: Path, engine: OneFact | None = None, *, force: bool = False) -> RunReport:
    return run(paths, database, engine or OneFact(), RunOptions(force=force), lambda _: None)


def outcomes(report: RunReport) -> list[Outcome]:
    return [file.outcome for file in report.outcomes]


# What is wrong with a file, and the code of the failure.
BAD_FILES: list[tuple[str, bytes, str]] = [
    ("空.txt", b"", "empty"),
    ("空白.txt", b" \n\n ", "empty"),
    ("图片.txt", bytes(range(256)) * 40, "damaged"),
    ("压缩.txt", b"PK\x03\x04" + bytes(range(128, 256)) * 40, "unsupported"),
    ("加密.docx", OFFICE_ENCRYPTED, ""),
    ("截断.docx", truncated_docx(), "damaged"),
    ("表格.xyz", "绩效自评".encode(), "unsupported"),
    ("菜谱.txt", NO_REPORT.encode(), "not_a_report"),
]


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES, ids=[name for name, _, _ in BAD_FILES])
def test_a_bad_file_is_a_noted_failure_and_the_batch_goes_on(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    good = write_report(tmp_path / "好.txt")
    report = extract([bad, good], tmp_path / "x.duckdb")
    assert outcomes(report) == [Outcome.FAILED, Outcome.READ]
    (failure,) = report.summary.failures
    assert failure.path == str(bad)
    assert failure.code == (code or failure.code)
    assert failure.message
    assert failure.hint
    assert "Traceback" not in failure.message
    assert report.summary.counts == (1, 0, 1)


def test_a_missing_path_a_huge_file_and_a_folder_without_reports_are_failures(tmp_path: Path) -> None:
    huge = tmp_path / "巨大.txt"
    with huge.open("wb") as file:
        file.truncate(200 * 2**20)
    (tmp_path / "空夹").mkdir()
    report = extract([tmp_path / "无.txt", huge, tmp_path / "空夹"], tmp_path / "x.duckdb")
    assert [failure.code for failure in report.summary.failures] == ["missing", "too_large", "missing"]


def test_an_unreadable_file_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    locked = write_report(tmp_path / "锁.txt")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = extract([locked], tmp_path / "x.duckdb")
    assert [failure.code for failure in report.summary.failures] == ["unreadable"]


def test_an_unexpected_exception_is_a_failure_without_traceback(tmp_path: Path) -> None:
    files = [write_report(tmp_path / "甲.txt", "石泉县水务局"), write_report(tmp_path / "乙.txt")]
    report = extract(files, tmp_path / "x.duckdb", OneFact(failures={"石泉县": ZeroDivisionError("oops")}))
    assert outcomes(report) == [Outcome.FAILED, Outcome.READ]
    (failure,) = report.summary.failures
    assert "ZeroDivisionError: oops" in failure.message
    assert "EXTRACT_DEBUG" in failure.hint
    assert len(failure.sha256 or "") == 64


def test_a_report_that_cannot_be_stored_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.save_extraction

    def picky(store: object, run_id: str, extraction: object) -> str:
        if "石泉县" in extraction.document.text:  # type: ignore[attr-defined]
            raise ValueError("two records share an index")
        return real(store, run_id, extraction)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "save_extraction", picky)
    files = [write_report(tmp_path / "甲.txt", "石泉县水务局"), write_report(tmp_path / "乙.txt")]
    report = extract(files, tmp_path / "x.duckdb")
    assert outcomes(report) == [Outcome.FAILED, Outcome.READ]
    assert report.summary.counts == (1, 0, 1)


def test_what_was_extracted_is_skipped_until_forced_or_outdated(tmp_path: Path) -> None:
    file, database = write_report(tmp_path / "甲.txt"), tmp_path / "x.duckdb"
    moved = write_report(tmp_path / "别处" / "改名.txt")
    assert outcomes(extract([file], database)) == [Outcome.READ]
    assert outcomes(extract([file], database)) == [Outcome.SKIPPED]
    assert outcomes(extract([moved], database)) == [Outcome.SKIPPED]
    assert outcomes(extract([file], database, force=True)) == [Outcome.READ]
    assert outcomes(extract([file], database, OneFact(version="2"))) == [Outcome.READ]
    write_report(file, "石泉县水务局")
    assert outcomes(extract([file], database)) == [Outcome.READ]
    with open_store(database, read_only=True) as store:
        assert len(list_reports(store)) == 2


def test_a_failed_file_is_tried_again(tmp_path: Path) -> None:
    file, database = write_report(tmp_path / "甲.txt"), tmp_path / "x.duckdb"
    broken = OneFact(failures={UNIT: NotAReport("x", "y")})
    assert outcomes(extract([file], database, broken)) == [Outcome.FAILED]
    assert outcomes(extract([file], database)) == [Outcome.READ]


def test_the_same_content_is_extracted_once_in_a_batch(tmp_path: Path) -> None:
    engine = OneFact()
    files = [write_report(tmp_path / "甲.txt"), write_report(tmp_path / "乙.txt")]
    report = extract(files, tmp_path / "x.duckdb", engine)
    assert outcomes(report) == [Outcome.READ, Outcome.DUPLICATE]
    assert report.summary.counts == (1, 1, 0)
    assert engine.read_names == ["甲"]


def test_the_same_content_under_a_suffix_that_no_reader_takes_is_no_reason_to_skip_it(tmp_path: Path) -> None:
    files = [write_report(tmp_path / "甲.xyz"), write_report(tmp_path / "甲.txt")]
    assert outcomes(extract(files, tmp_path / "x.duckdb")) == [Outcome.FAILED, Outcome.READ]


def test_folders_are_walked_without_hidden_lock_and_foreign_files(tmp_path: Path) -> None:
    for name in (".隐藏.txt", "~$锁.docx", "图.gif", ".夹/甲.txt", "乙/丙.TXT", "丁.md"):
        write_report(tmp_path / name)
    found = collect_files([tmp_path, tmp_path / "丁.md", tmp_path / ".隐藏.txt"])
    names = [str(file.path.relative_to(tmp_path)) for file in found]
    assert sorted(names) == sorted(["丁.md", os.path.join("乙", "丙.TXT"), ".隐藏.txt"])
    assert all(file.error is None for file in found)


def test_an_interrupted_run_ends_with_a_summary_and_can_be_resumed(tmp_path: Path) -> None:
    files = [write_report(tmp_path / "甲.txt"), write_report(tmp_path / "乙.txt", "石泉县水务局")]
    database = tmp_path / "x.duckdb"
    report = extract(files, database, OneFact(failures={"石泉县": KeyboardInterrupt()}))
    assert report.interrupted
    assert report.summary.counts == (1, 0, 0)
    with open_store(database, read_only=True) as store:
        assert list_runs(store)[0].ended_at is not None
    assert outcomes(extract(files, database)) == [Outcome.SKIPPED, Outcome.READ]


def test_progress_starts_at_nothing_and_tells_of_every_file(tmp_path: Path) -> None:
    seen: list[Progress] = []
    files = [write_report(tmp_path / "甲.txt"), tmp_path / "无.txt"]
    run(files, tmp_path / "x.duckdb", OneFact(), RunOptions(), seen.append)
    assert [(step.done, step.total) for step in seen] == [(0, 2), (1, 2), (2, 2)]
    assert [step.last.outcome if step.last else None for step in seen] == [None, Outcome.READ, Outcome.FAILED]


def test_the_database_is_free_while_a_report_is_read(tmp_path: Path) -> None:
    database = tmp_path / "x.duckdb"

    class Peeking(OneFact):
        def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
            code = "import sys, duckdb; duckdb.connect(sys.argv[1]).close()"
            subprocess.run([sys.executable, "-c", code, str(database)], check=True)
            return super().read(document, sections, chunks)

    assert outcomes(extract([write_report(tmp_path / "甲.txt")], database, Peeking())) == [Outcome.READ]


def test_what_could_not_be_written_while_the_database_was_busy_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.open_store
    calls: list[Path] = []

    def busy_twice(path: Path) -> object:
        calls.append(path)
        if len(calls) in (1, 2):
            raise BusyDatabase("busy", "later")
        return real(path)

    monkeypatch.setattr(batch, "open_store", busy_twice)
    monkeypatch.setattr(batch, "_WRITE_EVERY", 0.0)
    files = [write_report(tmp_path / f"{n}.txt", f"第{n}水务局") for n in "一二三"]
    report = extract(files, tmp_path / "x.duckdb")
    assert report.summary.counts == (3, 0, 0)
    assert report.summary.records == {"report": 3}


def test_a_backlog_is_written_piece_by_piece_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch.open_store
    held: list[int] = []

    @contextmanager
    def counted(path: Path) -> Iterator[object]:
        with real(path) as store:
            before = len(list_reports(store))
            yield store
            held.append(len(list_reports(store)) - before)

    monkeypatch.setattr(batch, "open_store", counted)
    monkeypatch.setattr(batch, "_LONGEST_HOLD", 0.0)
    monkeypatch.setattr(batch.Batch, "write_if_due", lambda _: None)  # nothing is written before the end
    files = [write_report(tmp_path / f"{n}.txt", f"第{n}水务局") for n in "一二三"]
    report = extract(files, tmp_path / "x.duckdb")
    assert report.summary.counts == (3, 0, 0)
    assert held == [1, 1, 1]


def test_a_database_that_cannot_be_used_stops_the_run_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    file, engine = write_report(tmp_path / "甲.txt"), OneFact()
    text = tmp_path / "文本.duckdb"
    text.write_text("不是数据库" * 1000)
    before = text.read_bytes()
    newer = tmp_path / "新.duckdb"
    with open_store(newer) as store:
        store.connection.execute("INSERT INTO data.migrations VALUES (99, 'later', now())")
    for database, error in (
        (text, NotADatabase),
        (newer, NewerDatabase),
        (tmp_path / "无" / "x.duckdb", StoreError),
        (Path("/proc/none.duckdb"), StoreError),
        (tmp_path, NotADatabase),
    ):
        with pytest.raises(error) as raised:
            extract([file], database, engine)
        assert raised.value.hint
    assert engine.read_names == []
    assert text.read_bytes() == before


def test_a_database_held_by_another_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    database = tmp_path / "x.duckdb"
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyDatabase, match="另一个进程"):
            extract([write_report(tmp_path / "甲.txt")], database)
        holder.communicate("")


def test_versions_name_the_engine_and_the_project(tmp_path: Path) -> None:
    assert engine_version(OneFact(version="7")) == f"7+{VERSION}"
    pyproject = Path(__file__).resolve().parents[1] / "pyproject.toml"
    assert f'version = "{VERSION}"' in pyproject.read_text(encoding="utf-8")
    extract([write_report(tmp_path / "甲.txt")], tmp_path / "x.duckdb")
    with open_store(tmp_path / "x.duckdb", read_only=True) as store:
        assert list_runs(store)[0].version == f"1+{VERSION}"


def test_an_unknown_engine_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as raised:
        make_engine("magic")
    assert "rules" in raised.value.hint


def test_extract_document_goes_through_every_stage(tmp_path: Path) -> None:
    document = read_document(write_report(tmp_path / "甲.txt"))
    extraction = extract_document(document, make_engine("rules"))
    assert "".join(document.quote(section.span) for section in extraction.sections) == document.text
    unit = next(record for record in extraction.records if record.kind is RecordKind.REPORT).get("unit_name")
    assert unit is not None
    assert unit.span is not None
    assert document.quote(unit.span) == UNIT
    stages = {"instructions", "sections", "chunks", "engine", "grounding", "checks", "confidence"}
    assert set(extraction.seconds) == stages


def test_the_threshold_flags_what_is_less_certain(tmp_path: Path) -> None:
    file = write_report(tmp_path / "甲.txt")
    run([file], tmp_path / "x.duckdb", OneFact(), RunOptions(Trust(threshold=1.0)), lambda _: None)
    with open_store(tmp_path / "x.duckdb", read_only=True) as store:
        assert len(view_rows(store, "flagged_fields").rows) == 1
