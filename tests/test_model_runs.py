"""Runs with a model: what goes wrong on the way costs nothing twice, holds up nothing else and is told."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from pipeline import batch
from pipeline.batch import Outcome
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.settings import ModelSettings
from pipeline.labels import labels_of
from pipeline.run import Progress, RunOptions, RunReport, make_engine, run
from pipeline.settings import MODEL_VARIABLES, NO_MODEL_HINT
from pipeline.store import connection, kept_keys, list_reports, list_runs, load_extraction, open_store
from tests.faulty_server import (
    Body,
    Fault,
    FaultyServer,
    Kind,
    Plan,
    Records,
    faults_by_seed,
    first_n_times,
    no_faults,
    request_key,
)
from tests.model_samples import PARKS, ROOT, Commands, answer, passages, rows_of, write_reports
from tests.model_servers import server_process
from tests.test_cli import Run, row

KEY = "sk-geheim-4711"
CALLS_EACH = 6
"""What the engine llm asks about each report with the prompts v1: five tasks, and the second look."""

PRICES = '["m"]\ncurrency = "CNY"\ninput = 2\noutput = 8\n'

UNREACHED = (
    *map(Fault, (Kind.RATE_LIMIT, Kind.SERVER_ERROR, Kind.UNAVAILABLE, Kind.RESET, Kind.RESET_WITHIN)),
    *map(Fault, (Kind.CUT_JSON, Kind.HTML, Kind.WRONG_ENVELOPE, Kind.BAD_REQUEST, Kind.TOO_LONG)),
    Fault(Kind.RATE_LIMIT_SECONDS, 0.02),
    Fault(Kind.RATE_LIMIT_SECONDS, 0.001),
)
"""Faults that leave no reply."""

UNUSABLE = {
    Kind.NO_CHOICES: "empty",
    Kind.NO_CONTENT: "empty",
    Kind.REFUSAL: "refused",
    Kind.CONTENT_FILTER: "filtered",
    Kind.LENGTH: "truncated",
    Kind.NOT_JSON: "complete",
    Kind.WRONG_TYPES: "complete",
}
"""Faults that are in the reply, each with the state that its call has."""

FAULTS = (*UNREACHED, *map(Fault, UNUSABLE))
REASONS = {"empty", "refused", "filtered", "truncated", "invalid", "rejected", "too_long", "malformed_reply",
           "unreachable", "rate_limited"}  # fmt: skip


def no_progress(_: Progress) -> None:
    pass


def extract(
    paths: Sequence[Path],
    database: Path,
    url: str,
    engine: str = "llm",
    progress: Callable[[Progress], None] = no_progress,
    **settings: Any,
) -> RunReport:
    """A run with a model whose every wait is short."""
    chosen = ModelSettings("m", url, **{"prompts": "v1", "timeout": 30.0, "longest_wait": 0.05, **settings})
    model = Model(chosen, Endpoint(chosen, KEY))
    return run(paths, database, make_engine(engine, model), RunOptions(), progress, model)


def outcomes(report: RunReport) -> Counter[Outcome]:
    return Counter(file.outcome for file in report.outcomes)


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_store(database) as store:
        return store.connection.execute(sql).fetchall()


def labels(database: Path) -> dict[str, Any]:
    """What every report says, by its name, and whether all of it was read."""
    with open_store(database) as store:
        return {
            report.name: (report.status, labels_of(load_extraction(store, report.extraction_id)))
            for report in list_reports(store)
        }


def contents(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the reports' current state, and what was answered to which request."""
    with open_store(database) as store:
        replies = store.connection.execute(
            "SELECT key, response FROM data.model_calls WHERE state IN ('complete', 'truncated') ORDER BY key"
        ).fetchall()
        return {**dict(rows_of(store)), "replies": replies}


def kept(database: Path) -> frozenset[str]:
    with open_store(database) as store:
        return kept_keys(store)


def asked(server: FaultyServer) -> set[str]:
    return set(server.records().by_key)


def paid_twice(records: Records) -> list[str]:
    return [key for key, record in records.by_key.items() if record.good > 1]


# Faults


@pytest.mark.parametrize(("seed", "engine"), [(1, "llm"), (2, "hybrid"), (3, "llm"), (4, "hybrid")])
def test_a_run_with_faults_pays_once_for_each_reply_and_the_next_asks_only_what_is_missing(
    tmp_path: Path, seed: int, engine: str
) -> None:
    paths, database = write_reports(tmp_path / "in", 10), tmp_path / "x.duckdb"
    with FaultyServer(answer) as server:
        extract(paths, tmp_path / "unbroken.duckdb", server.base_url, engine)
    unbroken = labels(tmp_path / "unbroken.duckdb")

    with FaultyServer(answer, faults_by_seed(seed, 0.3, FAULTS)) as server:
        first = extract(paths, database, server.base_url, engine)
        records = server.records()
    assert first.stopped is None
    assert outcomes(first).keys() == {Outcome.READ, Outcome.PARTIAL}
    gaps = query(database, "SELECT e.name, reason, message FROM data.gaps JOIN data.reports e USING (extraction_id)")
    assert {name for name, _, _ in gaps} == {f.path.stem for f in first.outcomes if f.outcome is Outcome.PARTIAL}
    assert {reason for _, reason, _ in gaps} <= REASONS
    assert all(message for _, _, message in gaps)
    assert paid_twice(records) == []
    assert_calls_are_as_counted(database, records)
    complete = {name: said for name, (status, said) in labels(database).items() if status == "complete"}
    assert all(unbroken[name] == ("complete", said) for name, said in complete.items())

    before = kept(database)
    with FaultyServer(answer) as server:
        second = extract(paths, database, server.base_url, engine)
        records = server.records()
    assert outcomes(second) == {Outcome.READ: len(paths) - len(complete), Outcome.SKIPPED: len(complete)}
    assert asked(server).isdisjoint(before)
    assert 0 < records.requests == records.good
    assert labels(database) == unbroken


def assert_calls_are_as_counted(database: Path, records: Records) -> None:
    """Every request is a call in the database, in the state in which the server answered it."""
    sent = query(database, "SELECT key, state, count(*) FROM data.model_calls WHERE state <> 'invalid' GROUP BY ALL")
    stored = {(key, state): count for key, state, count in sent}
    served: Counter[tuple[str, str]] = Counter()
    for key, record in records.by_key.items():
        served[key, "complete"] += record.good
        for fault, count in record.faults.items():
            served[key, UNUSABLE.get(Kind(fault), "failed")] += count
    assert stored == +served


def test_faults_of_every_kind_were_met() -> None:
    met: set[str] = set()
    for seed in (1, 2, 3, 4):
        plan = faults_by_seed(seed, 0.3, FAULTS)
        met |= {fault.kind for n in range(100) if (fault := plan(n, f"key {n}", {})) is not None}
    assert met == {fault.kind for fault in FAULTS}


@pytest.mark.parametrize("fault", UNUSABLE)
def test_a_reply_that_cannot_be_used_is_asked_for_anew_and_one_that_broke_off_is_not(
    tmp_path: Path, fault: Kind
) -> None:
    (path,) = write_reports(tmp_path / "in", 1)
    database = tmp_path / "x.duckdb"

    def plan(_number: int, _key: str, body: Body) -> Fault | None:
        return Fault(fault) if "预算编制不够精细" in passages(body) else None

    with FaultyServer(answer, plan) as server:
        first = extract([path], database, server.base_url)
        spoilt = {key for key, record in server.records().by_key.items() if record.faults}
    assert outcomes(first) == {Outcome.PARTIAL: 1}
    with FaultyServer(answer) as server:
        second = extract([path], database, server.base_url)
    if fault is Kind.LENGTH:  # the next would break off as well: it is paid for, and tells that the question is too long
        assert outcomes(second) == {Outcome.PARTIAL: 1}
        assert asked(server) == set()
    else:
        assert outcomes(second) == {Outcome.READ: 1}
        assert asked(server) <= spoilt


def test_a_reply_that_never_comes_is_waited_for_only_so_long(tmp_path: Path) -> None:
    (path,) = write_reports(tmp_path / "in", 1)
    with FaultyServer(answer, first_n_times(Fault(Kind.HANG), 1)) as server:
        report = extract([path], tmp_path / "x.duckdb", server.base_url, timeout=0.5)
        assert server.records().abandoned >= CALLS_EACH
    assert outcomes(report) == {Outcome.READ: 1}


# One that is slow


def hanging_until_restarted(path: Path) -> Plan:
    """No reply to what is asked about the prose of one report."""
    words = f"{path.stem[2:]}档案整理"
    return lambda _number, _key, body: Fault(Kind.HANG) if words in passages(body) else None


def test_a_slow_reply_holds_up_no_other_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_WRITE_EVERY", 0.0)
    paths, database = write_reports(tmp_path / "in", 12), tmp_path / "x.duckdb"
    steps: Queue[Progress] = Queue()
    patient = {"timeout": 60.0, "attempts": 10_000, "concurrency": 4}
    with FaultyServer(answer, hanging_until_restarted(paths[0])) as server:
        port = urlsplit(server.base_url).port or 0
        with in_thread(lambda: extract(paths, database, server.base_url, progress=steps.put, **patient)) as ended:
            while steps.get(timeout=20).done < len(paths) - 1:
                pass
            assert {name for (name,) in query(database, "SELECT name FROM data.reports")} == {
                path.stem for path in paths[1:]
            }
            assert steps.empty()
            server.stop()
            with FaultyServer(answer, port=port):
                assert outcomes(ended.get(timeout=20)) == {Outcome.READ: len(paths)}
    assert [name for (name,) in query(database, "SELECT name FROM data.reports ORDER BY number")][-1] == paths[0].stem


class in_thread:  # noqa: N801 (a context manager that reads as one)
    """Does the work beside the block, and hands over its result; a block that fails waits for it all the same."""

    def __init__(self, work: Callable[[], RunReport]) -> None:
        self._result: Queue[RunReport] = Queue()
        self._thread = threading.Thread(target=lambda: self._result.put(work()), daemon=True)

    def __enter__(self) -> Queue[RunReport]:
        self._thread.start()
        return self._result

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._thread.join()


# Killed


class Seen(NamedTuple):
    """What a server in another process has seen."""

    requests: int
    keys: Mapping[str, Mapping[str, Any]]

    @property
    def good(self) -> int:
        return sum(record["good"] for record in self.keys.values())


class Watch:
    """Looks at a server from outside. What it asks itself does not count."""

    PROBE: Body = {"model": "probe", "messages": [{}, {"content": "<原文 0>\n探\n</原文 0>"}]}  # noqa: RUF012

    def __init__(self, base_url: str) -> None:
        self._host = urlsplit(base_url).netloc

    def seen(self) -> Seen:
        stats = json.loads(self._ask("GET", "/stats"))
        keys = {key: record for key, record in stats["keys"].items() if key != request_key(self.PROBE)}
        return Seen(sum(record["requests"] for record in keys.values()), keys)

    def settled(self) -> Seen:
        """What it has seen once it is done with all that came before: replies leave in the order of the requests."""
        self._ask("POST", "/v1/chat/completions", json.dumps(self.PROBE))
        return self.seen()

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = HTTPConnection(self._host, timeout=10)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read()
        except OSError:  # a fault met the probe
            return b""
        finally:
            connection.close()


KILLS = 20


def test_a_run_that_is_killed_at_any_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    paths, database = write_reports(tmp_path / "in", 20), tmp_path / "x.duckdb"
    with FaultyServer(answer) as server:
        extract(paths, tmp_path / "unbroken.duckdb", server.base_url)
    moments, lost_each, asked_for = random.Random(20), [], Counter[str]()
    arguments = ["run", tmp_path / "in", "--db", database, "--engine", "llm", "--model", "m", "--prompts", "v1"]
    with (
        server_process("tests.model_samples", ["--latency", "0.02"]) as url,
        Commands(tmp_path) as commands,
    ):
        watch = Watch(url)
        while True:
            at = watch.seen().requests + moments.randint(1, 9)
            process = commands.start(*arguments, "--base-url", url, "--concurrency", "4")
            while watch.seen().requests < at and not commands.ended():
                pass
            if len(lost_each) < KILLS:
                os.kill(process, signal.SIGKILL)
            if commands.exit_code() != -signal.SIGKILL:
                break
            seen, committed = watch.settled(), kept(database)
            lost_each.append(seen.good - len(committed) - sum(lost_each))
            assert all(seen.keys[key]["requests"] == count for key, count in asked_for.items())
            asked_for.update({key: seen.keys[key]["requests"] for key in committed - asked_for.keys()})
        seen = watch.settled()
    assert len(lost_each) == KILLS
    assert all(seen.keys[key]["requests"] == count for key, count in asked_for.items())
    print("LOST", lost_each, seen.requests, seen.good)
    assert max(lost_each) <= 4
    assert seen.good == len(paths) * CALLS_EACH + sum(lost_each)
    assert contents(database) == contents(tmp_path / "unbroken.duckdb")
    assert query(database, "SELECT count(*) FROM data.reports") == [(len(paths),)]
