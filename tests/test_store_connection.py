"""Opening the database, and its migrations."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import BusyDatabase, ExtractError, NewerDatabase, NotADatabase, StoreError
from pipeline.store import Store, connection, list_runs, migrations, open_store, save_failure, start_run, view_rows
from pipeline.store.connection import append_rows, transaction
from pipeline.store.rows import extraction_rows, read_records, read_scores
from tests.store_samples import sample_extraction

ROOT = Path(__file__).resolve().parents[1]

HOLDER = """
import sys
from pathlib import Path
from pipeline.store import open_store
with open_store(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.duckdb"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No waiting: the seconds that would have been waited are listed."""
    waited: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", waited.append)
    return waited


def empty_file(path: Path) -> None:
    path.touch()


def text_file(path: Path) -> None:
    path.write_text("自评报告\n" * 2000, encoding="utf-8")


def short_file(path: Path) -> None:
    path.write_bytes(b"PK")


def sqlite_file(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()


def foreign_database(path: Path) -> None:
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE accounts (a INTEGER)")


def foreign_migrations(path: Path) -> None:
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE SCHEMA data; CREATE TABLE data.migrations (id INTEGER)")


def foreign_history(path: Path) -> None:
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE SCHEMA data; CREATE TABLE data.migrations (number INTEGER, name VARCHAR)")
        other.execute("INSERT INTO data.migrations VALUES (1, 'create_users')")


NOT_OURS: tuple[Callable[[Path], None], ...] = (
    empty_file,
    text_file,
    short_file,
    sqlite_file,
    foreign_database,
    foreign_migrations,
    foreign_history,
)


@pytest.mark.parametrize("make", NOT_OURS)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_not_ours_is_refused_and_left_alone(
    make: Callable[[Path], None], read_only: bool, path: Path
) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(NotADatabase) as caught, open_store(path, read_only=read_only):
        pass
    assert caught.value.hint
    assert path.read_bytes() == before


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADatabase, match="目录"), open_store(tmp_path):
        pass


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"目录 .*nowhere 不存在"), open_store(tmp_path / "nowhere" / "x.duckdb"):
        pass


def test_a_place_that_takes_no_files_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="不存在"), open_store(Path("/proc/reports.duckdb")):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into any folder")
def test_a_read_only_folder_is_a_store_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="无法建立"), open_store(tmp_path / "x.duckdb"):
        pass


def test_reading_creates_nothing(path: Path) -> None:
    with pytest.raises(StoreError, match="不存在"), open_store(path, read_only=True):
        pass
    assert not path.exists()


def test_a_cut_off_database_is_a_store_error(path: Path) -> None:
    with open_store(path):
        pass
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(StoreError), open_store(path):
        pass


def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    with open_store(path) as store:
        store.connection.execute("INSERT INTO data.migrations VALUES (99, 'from_the_future', now())")
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match="更新的版本") as caught, open_store(path):
        pass
    assert "升级" in caught.value.hint
    assert path.read_bytes() == before


def test_an_older_database_is_brought_forward_for_writing_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with open_store(path) as store:
            run_id = start_run(store, "rules", "1", {})
    with pytest.raises(StoreError, match="旧版"), open_store(path, read_only=True):
        pass
    with open_store(path) as store:
        assert store.connection.execute("SELECT run_id FROM data.runs").fetchall() == [(run_id,)]
        assert store.connection.execute("SELECT * FROM indicators").fetchall() == []
    with open_store(path, read_only=True) as store:
        names = store.connection.execute("SELECT name FROM data.migrations ORDER BY number").fetchall()
    assert names == [(name,) for name, _ in migrations.MIGRATIONS]


def test_what_was_saved_before_calls_and_gaps_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_views(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE VIEW data.current_records AS SELECT * FROM data.records; CREATE VIEW goals AS SELECT 1")

    extraction = sample_extraction()
    rows = extraction_rows("old", extraction)
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", (migrations.MIGRATIONS[0], ("create_views", create_views)))
        with open_store(path) as store:
            save_failure(store, start_run(store, "rules", "1", {}), "x.pdf", StoreError("x"), None)
            append_rows(store, "records", [row[:-2] for row in rows.records])
            append_rows(store, "fields", [row[:-2] for row in rows.fields])
    with open_store(path) as store:
        execute = store.connection.execute
        fields = execute("SELECT * FROM data.fields ORDER BY record, position").fetchall()
        records = execute("SELECT * FROM data.records ORDER BY record").fetchall()
        assert read_records(records, fields) == extraction.records
        assert read_scores(fields) == extraction.scores
        assert [len(view_rows(store, view).rows) for view in ("goals", "gaps", "model_costs")] == [0, 0, 0]


def test_a_migration_that_fails_leaves_the_step_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE TABLE data.half_done (a INTEGER)")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, ("fail", fail)))
        with pytest.raises(KeyboardInterrupt), open_store(path):
            pass
    with open_store(path) as store:
        tables = store.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert ("half_done",) not in tables
    assert ("reports",) in tables


def test_a_name_that_duckdb_reads_otherwise_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(Path(":memory:")):
        pass
    assert (tmp_path / ":memory:").is_file()


def test_two_processes(path: Path, impatient: list[float]) -> None:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for read_only in (False, True):
            with pytest.raises(BusyDatabase) as caught, open_store(path, read_only=read_only):
                pass
            assert caught.value.transient
        holder.communicate("go\n")
    assert len(impatient) == 2 * len(connection.BUSY_DELAYS)
    with open_store(path, read_only=True):
        pass


def test_a_database_that_becomes_free_is_opened(
    path: Path, impatient: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[ExtractError] = [BusyDatabase("busy"), BusyDatabase("busy")]
    connect = connection._connect

    def busy_twice(wanted: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
        if answers:
            raise answers.pop()
        return connect(wanted, read_only)

    monkeypatch.setattr(connection, "_connect", busy_twice)
    with open_store(path):
        pass
    assert len(impatient) == 2
    assert 4 < sum(connection.BUSY_DELAYS) < 6
    assert all(0 < waited <= most for waited, most in zip(impatient, connection.BUSY_DELAYS, strict=False))


def test_threads_may_open_a_new_database_at_once(path: Path) -> None:
    together = threading.Barrier(8)

    def start(number: int) -> str:
        together.wait()
        with open_store(path) as store:
            return start_run(store, "rules", f"{number}", {})

    with ThreadPoolExecutor(8) as pool:
        runs = set(pool.map(start, range(8)))
    with open_store(path) as store:
        assert {run.run_id for run in list_runs(store)} == runs


def test_without_a_checkpoint_the_rows_wait_in_the_log_until_somebody_else_closes(path: Path) -> None:
    log = path.with_name(f"{path.name}.wal")
    with open_store(path):
        pass
    assert not log.exists()
    with open_store(path, checkpoint=False) as store:
        run_id = start_run(store, "rules", "1", {})
    assert log.stat().st_size > 0
    with open_store(path, read_only=True) as store:
        assert [run.run_id for run in list_runs(store)] == [run_id]
    with open_store(path):
        pass
    assert not log.exists()
    with open_store(path) as store:
        assert [run.run_id for run in list_runs(store)] == [run_id]


def test_a_write_conflict_is_busy(path: Path) -> None:
    def rename(store: Store, run_id: str) -> None:
        store.connection.execute("UPDATE data.runs SET version = '2' WHERE run_id = ?", [run_id])

    def conflict(one: Store, other: Store, run_id: str) -> None:
        with transaction(one), transaction(other):
            rename(one, run_id)
            rename(other, run_id)

    with open_store(path) as one, open_store(path) as other:
        run_id = start_run(one, "rules", "1", {})
        with pytest.raises(BusyDatabase):
            conflict(one, other, run_id)


def test_what_duckdb_reports_inside_is_a_store_error(path: Path) -> None:
    with pytest.raises(StoreError, match="no_such_table"), open_store(path) as store:
        store.connection.execute("SELECT * FROM no_such_table")


def test_no_extension_is_fetched(path: Path) -> None:
    with open_store(path) as store:
        settings = store.connection.execute(
            "SELECT DISTINCT value FROM duckdb_settings()"
            " WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')"
        ).fetchall()
    assert settings == [("false",)]


def test_a_file_that_a_thread_of_ours_is_about_to_close_is_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = duckdb.connect, []

    def conflicting(*args: object, **more: object) -> duckdb.DuckDBPyConnection:
        tries.append(args)
        if len(tries) == 1:
            raise duckdb.Error('Resource In Use Error: Unique file handle conflict: Cannot attach "x"')
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(duckdb, "connect", conflicting)
    with open_store(path) as store:
        assert list_runs(store) == ()
    assert len(tries) == 2


def break_off(path: Path, *, inside: bool) -> None:
    """What DuckDB raises where Ctrl-C comes while it works."""
    with open_store(path) as store:
        if not inside:
            raise RuntimeError("Query interrupted")
        with transaction(store) as connection:
            connection.execute("DELETE FROM data.runs")
            raise RuntimeError("Query interrupted")


@pytest.mark.parametrize("inside", [True, False])
def test_ctrl_c_while_the_database_works_is_ctrl_c(inside: bool, tmp_path: Path) -> None:
    with open_store(tmp_path / "x.duckdb") as store:
        start_run(store, "rules", "1", {})
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "x.duckdb", inside=inside)
    with open_store(tmp_path / "x.duckdb") as store:
        assert len(list_runs(store)) == 1


def test_another_runtime_error_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="another"), open_store(tmp_path / "x.duckdb") as store, transaction(store):
        raise RuntimeError("another")
