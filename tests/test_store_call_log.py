"""The log of calls: nothing that it acknowledged is lost, and others get at the database in between."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import BusyDatabase, NotADatabase, StoreError
from pipeline.store import (
    CallLog,
    Store,
    call_log,
    connection,
    list_reports,
    load_replies,
    open_store,
    save_calls,
    save_extraction,
    start_run,
)
from schemas.calls import ModelCall
from tests.store_samples import kept_keys, sample_call, sample_extraction

ROOT = Path(__file__).resolve().parents[1]
LONG = 60.0  # seconds; what takes that long is stuck

HOLDER = """
import sys
from pathlib import Path
from pipeline.store import open_store
with open_store(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""

WRITER = """
import sys, threading
from pathlib import Path
from pipeline.store import CallLog
from tests.store_samples import sample_call
def work(first):
    for number in range(first, 10**6, 8):
        call = sample_call(number)
        log.put(call).result()
        sys.stdout.write(call.key + "\\n")
        sys.stdout.flush()
with CallLog(Path(sys.argv[1]), "run") as log:
    threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""

READER = """
import sys
from pathlib import Path
from pipeline.store import open_store
from tests.store_samples import kept_keys
seen = []
while len(set(seen)) < 5:
    with open_store(Path(sys.argv[1]), read_only=True) as store:
        seen.append(len(kept_keys(store)))
print(*seen)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    database = tmp_path / "x.duckdb"
    with open_store(database):
        pass
    return database


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the database until it is told to go."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.communicate("go\n")


def stored(path: Path) -> frozenset[str]:
    with open_store(path) as store:
        return kept_keys(store)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released each time that the log finds the database busy, which it finds at once."""
    found_busy = threading.Semaphore(0)
    opened = open_store

    @contextmanager
    def noted(path: Path, *, checkpoint: bool) -> Iterator[Store]:
        try:
            with opened(path, checkpoint=checkpoint) as store:
                yield store
        except BusyDatabase:
            found_busy.release()
            raise

    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    monkeypatch.setattr(call_log, "open_store", noted)
    return found_busy


def test_what_is_acknowledged_is_there_while_the_log_goes_on(path: Path) -> None:
    with CallLog(path, "run") as log:
        for number in range(3):
            log.put(sample_call(number)).result(LONG)
            assert sample_call(number).key in stored(path)
    with open_store(path) as store:
        found = store.connection.execute("SELECT key, run_id FROM data.model_calls ORDER BY number").fetchall()
    assert found == [(sample_call(number).key, "run") for number in range(3)]


def test_leaving_writes_what_waits(path: Path) -> None:
    with CallLog(path, "run") as log:
        futures = [log.put(sample_call(number)) for number in range(200)]
    assert all(future.done() and future.exception() is None for future in futures)
    assert path.with_name(f"{path.name}.wal").exists()  # no checkpoint, which costs more than the calls
    assert stored(path) == {sample_call(number).key for number in range(200)}


def test_what_waits_is_written_even_if_the_caller_failed(path: Path) -> None:
    def fail(log: CallLog) -> None:
        log.put(sample_call())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), CallLog(path, "run") as log:
        fail(log)
    assert stored(path) == {sample_call().key}


def test_a_log_that_nothing_was_put_into_opens_no_database(tmp_path: Path) -> None:
    with CallLog(tmp_path / "x.duckdb", "run"):
        pass
    assert not (tmp_path / "x.duckdb").exists()


def test_a_log_that_was_left_takes_nothing(path: Path) -> None:
    with CallLog(path, "run") as log:
        pass
    with pytest.raises(RuntimeError):
        log.put(sample_call())


def test_calls_that_wait_together_share_a_transaction(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    started, go = threading.Event(), threading.Event()

    def slow(store: Store, run_id: str, calls: Sequence[ModelCall]) -> None:
        started.set()
        assert go.wait(LONG)
        sizes.append(len(calls))
        save_calls(store, run_id, calls)

    monkeypatch.setattr(call_log, "save_calls", slow)
    with CallLog(path, "run") as log:
        log.put(sample_call(0))
        assert started.wait(LONG)
        for number in range(1, 50):
            log.put(sample_call(number))
        go.set()
    assert sizes == [1, 49]


def test_a_busy_database_is_waited_for(path: Path, tries: threading.Semaphore) -> None:
    with CallLog(path, "run") as log:
        with held(path):
            early = log.put(sample_call(1))
            assert all(tries.acquire(timeout=LONG) for _ in range(3))
            late = log.put(sample_call(2))
            assert not early.done()
        early.result(LONG)
        late.result(LONG)
    assert stored(path) == {sample_call(1).key, sample_call(2).key}


def test_leaving_waits_for_a_busy_database(path: Path, tries: threading.Semaphore) -> None:
    def let_go(holder: subprocess.Popen[str]) -> None:
        assert all(tries.acquire(timeout=LONG) for _ in range(5))
        assert holder.stdin is not None
        holder.stdin.write("go\n")
        holder.stdin.flush()

    with held(path) as holder, ThreadPoolExecutor(1) as pool:
        with CallLog(path, "run") as log:
            log.put(sample_call())
            assert tries.acquire(timeout=LONG)
            released = pool.submit(let_go, holder)
        released.result(LONG)
        assert stored(path) == {sample_call().key}


def test_a_database_that_stays_busy_is_told(
    path: Path, tries: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "_PATIENCE", 0.1)
    log = CallLog(path, "run")
    with held(path):
        with pytest.raises(BusyDatabase), log:
            future = log.put(sample_call())
        assert isinstance(future.exception(), BusyDatabase)
        assert tries.acquire(blocking=False)


def test_other_processes_see_more_and_more_while_calls_are_put(path: Path) -> None:
    stop = threading.Event()

    def put_all(log: CallLog, first: int) -> int:
        number = first
        while not stop.is_set():
            log.put(sample_call(number)).result(LONG)
            number += 8
        return len(range(first, number, 8))

    with CallLog(path, "run") as log, ThreadPoolExecutor(8) as pool:
        counts = [pool.submit(put_all, log, first) for first in range(8)]
        try:
            command = [sys.executable, "-c", READER, str(path)]
            reader = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONG, check=False)
        finally:
            stop.set()
    assert reader.stderr == ""
    seen = [int(line) for line in reader.stdout.split()]
    assert len(set(seen)) == 5
    assert seen == sorted(seen)
    assert seen[-1] <= sum(count.result() for count in counts) == len(stored(path))


def test_the_same_process_may_use_the_database_meanwhile(path: Path) -> None:
    stop = threading.Event()

    def put_all(log: CallLog) -> int:
        number = 0
        while not stop.is_set():
            log.put(sample_call(number)).result(LONG)
            number += 1
        return number

    with CallLog(path, "run") as log, ThreadPoolExecutor(1) as pool:
        count = pool.submit(put_all, log)
        try:
            for content in range(20):
                with open_store(path) as store:
                    run_id = start_run(store, "rules", "1", {})
                    save_extraction(store, run_id, sample_extraction(content=f"{content}"))
        finally:
            stop.set()
    with open_store(path) as store:
        assert len(list_reports(store)) == 20
        assert len(kept_keys(store)) == count.result() > 0


def test_a_call_that_cannot_be_stored_does_not_cost_the_others(path: Path) -> None:
    with CallLog(path, "run") as log:
        bad = [sample_call(1, input_tokens=2**40), sample_call(2, request={"x": object()})]
        refused = [log.put(call) for call in bad]
        taken = [log.put(sample_call(number)) for number in (3, 4)]
    assert [type(future.exception()) for future in refused] == [StoreError, TypeError]
    assert [future.exception() for future in taken] == [None, None]
    assert stored(path) == {sample_call(3).key, sample_call(4).key}


def test_what_was_written_before_the_database_was_busy_is_not_written_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [BusyDatabase("busy")]

    def busy_once_at_the_third(store: Store, run_id: str, calls: Sequence[ModelCall]) -> None:
        if calls == [sample_call(3)] and busy:
            raise busy.pop()
        save_calls(store, run_id, calls)

    monkeypatch.setattr(call_log, "save_calls", busy_once_at_the_third)
    log = CallLog(path, "run")
    calls = [sample_call(1), sample_call(2, input_tokens=2**40), sample_call(3)]
    futures = [log.put(call) for call in calls]
    with log:
        pass
    assert busy == []
    assert [type(future.exception()) for future in futures] == [type(None), StoreError, type(None)]
    with open_store(path) as store:
        found = store.connection.execute("SELECT key FROM data.model_calls ORDER BY number").fetchall()
    assert found == [(calls[0].key,), (calls[2].key,)]


def test_an_error_of_the_database_goes_to_its_own_calls_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("磁盘已满") from OSError(errno.ENOSPC, "no space")

    with CallLog(path, "run") as log:
        with monkeypatch.context() as broken:
            broken.setattr(call_log, "save_calls", full)
            with pytest.raises(StoreError, match="磁盘已满"):
                log.put(sample_call(1)).result(LONG)
        log.put(sample_call(2)).result(LONG)
    assert stored(path) == {sample_call(2).key}


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    path.write_text("不是数据库\n" * 1000, encoding="utf-8")
    with CallLog(path, "run") as log, pytest.raises(NotADatabase):
        log.put(sample_call()).result(LONG)


def test_nobody_can_take_a_call_back(path: Path) -> None:
    with CallLog(path, "run") as log:
        future: Future[None] = log.put(sample_call())
        assert not future.cancel()
    assert stored(path) == {sample_call().key}


@pytest.mark.parametrize("acknowledged", [1, 40, 400])
def test_a_killed_process_loses_no_call_that_was_acknowledged(acknowledged: int, path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.kill()
        rest = writer.stdout.read()
    whole = "".join(lines) + rest[: rest.rfind("\n") + 1]
    promised = set(whole.split())
    assert len(promised) >= acknowledged
    with open_store(path) as store:
        assert promised <= kept_keys(store)
        assert promised <= load_replies(store, sample_call().report_id).keys()
