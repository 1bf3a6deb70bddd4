"""Runs with a model: what goes wrong on the way costs nothing twice, holds up nothing else and is told."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import pytest

import cli
from pipeline import batch
from pipeline.batch import Outcome
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.settings import ModelSettings
from pipeline.labels import labels_of
from pipeline.run import Progress, RunOptions, RunReport, make_engine, run
from pipeline.settings import MODEL_VARIABLES, NO_MODEL_HINT
from pipeline.store import connection, list_reports, list_runs, load_extraction, open_store
from tests.faulty_server import (
    Body,
    Fault,
    FaultyServer,
    Kind,
    Plan,
    Records,
    faults_by_seed,
    first_n_times,
    request_key,
)
from tests.model_samples import PARKS, PASSING, ROOT, Commands, answer, passages, rows_of, write_reports
from tests.store_samples import kept_keys
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
    if (
        fault is Kind.LENGTH
    ):  # the next would break off as well: it is paid for, and tells that the question is too long
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


@contextmanager
def one_hangs(folder: Path) -> Iterator[tuple[Path, list[Path], Queue[Progress]]]:
    """A run of which the first report gets no reply about its problems; released where the block ends."""
    paths, database = write_reports(folder / "in", 12), folder / "x.duckdb"
    steps: Queue[Progress] = Queue()
    words = f"{paths[0].stem[2:]}档案整理"

    def plan(_number: int, _key: str, body: Body) -> Fault | None:
        return Fault(Kind.HANG) if words in passages(body) else None

    with FaultyServer(answer, plan) as server, ThreadPoolExecutor(1) as beside:
        patient = {"timeout": 60.0, "attempts": 10_000, "concurrency": 4}
        ended = beside.submit(extract, paths, database, server.base_url, progress=steps.put, **patient)
        try:
            while steps.get(timeout=20).done < len(paths) - 1:
                pass
            yield database, paths, steps
        finally:
            server.stop()
            with FaultyServer(answer, port=urlsplit(server.base_url).port or 0):
                assert outcomes(ended.result(timeout=20)) == {Outcome.READ: len(paths)}


def stored(database: Path) -> list[str]:
    return [name for (name,) in query(database, "SELECT name FROM data.reports ORDER BY number")]


def test_a_slow_reply_holds_up_no_other_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_WRITE_EVERY", 0.0)
    with one_hangs(tmp_path) as (database, paths, steps):
        assert sorted(stored(database)) == [path.stem for path in paths[1:]]
        assert steps.empty()
    assert stored(database)[-1] == paths[0].stem


def test_what_was_read_is_stored_soon_even_where_nothing_else_is_read(tmp_path: Path) -> None:
    with one_hangs(tmp_path) as (database, paths, _):
        patience = time.monotonic() + 3.0
        while len(stored(database)) < len(paths) - 1 and time.monotonic() < patience:
            pass
        assert sorted(stored(database)) == [path.stem for path in paths[1:]]


# Killed

KILLS, CONCURRENCY = 20, 4
PROBE: Body = {"model": "probe", "messages": [{}, {"content": "<原文 0>\n探\n</原文 0>"}]}


def settled(server: FaultyServer) -> Records:
    """What the server has seen once it is done with all that came before: replies leave in the order of the requests.

    What is asked here does not count.
    """
    host = HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    with closing(host), suppress(OSError, HTTPException):  # a fault may meet it: it has been seen all the same
        host.request("POST", "/v1/chat/completions", json.dumps(PROBE))
        host.getresponse().read()
    records = server.records()
    del records.by_key[request_key(PROBE)]
    return records


def test_a_run_that_is_killed_at_any_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    paths, database = write_reports(tmp_path / "in", 20), tmp_path / "x.duckdb"
    with FaultyServer(answer) as server:
        extract(paths, tmp_path / "unbroken.duckdb", server.base_url)
    looks = [
        (frozenset(first), frozenset(second))
        for first, second in query(
            tmp_path / "unbroken.duckdb",
            "SELECT list(key) FILTER (task <> 'leftover'), list(key) FILTER (task = 'leftover')"
            " FROM data.model_calls GROUP BY report_id",
        )
    ]
    assert [len(first) + len(second) for first, second in looks] == [CALLS_EACH] * len(paths)
    moments = random.Random(20)
    lost: list[int] = []
    asked_for: dict[str, int] = {}
    arguments = ["run", tmp_path / "in", "--db", database, "--engine", "llm", "--model", "m", "--prompts", "v1"]
    plan = faults_by_seed(5, 0.1, PASSING)
    with FaultyServer(answer, plan, latency=0.02) as server, Commands(tmp_path) as commands:
        arguments += ["--base-url", server.base_url, "--concurrency", str(CONCURRENCY)]
        for _ in range(KILLS):
            moment = server.records().requests + moments.randint(1, 9)
            process = commands.start(*arguments)
            server.wait_until(lambda records, moment=moment: records.requests >= moment, 30.0)  # type: ignore[misc]
            os.kill(process, signal.SIGKILL)
            assert commands.exit_code() == -signal.SIGKILL
            records, committed = settled(server), kept(database)
            lost.append(records.good - len(committed) - sum(lost))
            for first, second in looks:  # whatever a question rests on was in the database before it was asked
                assert first <= committed or not second & records.by_key.keys()
            assert {key: records.by_key[key].requests for key in asked_for} == asked_for
            asked_for = {key: records.by_key[key].requests for key in committed}
        commands.start(*arguments)
        assert commands.exit_code() == 0
        records = settled(server)
    assert {key: records.by_key[key].requests for key in asked_for} == asked_for
    assert records.good == len(paths) * CALLS_EACH + sum(lost)
    assert max(lost) <= CONCURRENCY * (CALLS_EACH - 1)  # of each report under way, what it asks at once
    assert contents(database) == contents(tmp_path / "unbroken.duckdb")
    assert len(stored(database)) == len(paths)


@contextmanager
def database_held(folder: Path) -> Iterator[FaultyServer]:
    """The server of a run whose database another process holds from the first request until the block ends."""
    paths, database = write_reports(folder / "in", 4), folder / "x.duckdb"
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    holders: list[subprocess.Popen[str]] = []

    def hold_at_first(number: int, _key: str, _body: Body) -> None:
        if number == 1:
            holders.append(subprocess.Popen([sys.executable, "-c", code, str(database)], **pipes))
            assert holders[0].stdout is not None
            assert holders[0].stdout.readline() == "held\n"

    with FaultyServer(answer, hold_at_first) as server, ThreadPoolExecutor(1) as beside:
        ended = beside.submit(extract, paths, database, server.base_url, concurrency=CONCURRENCY)
        try:
            server.wait_until(lambda records: records.good >= CONCURRENCY)
            yield server
        finally:
            holders[0].communicate("")
            assert outcomes(ended.result(timeout=20)) == {Outcome.READ: len(paths)}
    assert len(kept(database)) == CALLS_EACH * len(paths)


def test_nothing_rests_on_a_reply_that_is_not_in_the_database(tmp_path: Path) -> None:
    with database_held(tmp_path) as server, pytest.raises(TimeoutError):
        # second looks come after the first
        server.wait_until(lambda records: records.requests > (CALLS_EACH - 1) * 4, timeout=2.0)


def test_few_replies_wait_to_be_stored_while_somebody_holds_the_database(tmp_path: Path) -> None:
    with database_held(tmp_path) as server, pytest.raises(TimeoutError):
        server.wait_until(lambda records: records.requests > 2 * CONCURRENCY, timeout=2.0)


# Ended by its user

HEEDING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background would ignore it
import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("concurrency", [1, CONCURRENCY])
def test_ctrl_c_ends_a_run_cleanly_and_the_next_goes_on(tmp_path: Path, concurrency: int) -> None:
    paths, database = write_reports(tmp_path / "in", 4), tmp_path / "x.duckdb"
    command = [sys.executable, "-c", HEEDING, "run", "in", "--db", database.name, "--engine", "llm"]
    command += ["--model", "m", "--prompts", "v1", "--concurrency", str(concurrency)]
    enough = CALLS_EACH + 2

    def plan(number: int, _key: str, _body: Body) -> Fault | None:
        return Fault(Kind.HANG) if number > enough else None

    with FaultyServer(answer, plan) as server:
        command += ["--base-url", server.base_url]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=tmp_path, env=environment(), **pipes) as process:
            try:
                server.wait_until(lambda records: records.requests >= enough + concurrency, timeout=30.0)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)
            finally:
                process.kill()
        good = server.records().good
    assert process.returncode == 130
    assert out.startswith("已中断：")
    assert "再次运行会接着做" in out
    assert "Traceback" not in out + err
    assert "Error" not in out + err
    before = kept(database)
    assert len(before) == good == enough
    assert all(ended is not None for (ended,) in query(database, "SELECT ended_at FROM data.runs"))
    with FaultyServer(answer) as server:
        report = extract(paths, database, server.base_url)
        assert asked(server).isdisjoint(before)
        assert server.records().requests == CALLS_EACH * len(paths) - enough
    assert set(outcomes(report)) <= {Outcome.READ, Outcome.SKIPPED}


def environment() -> dict[str, str]:
    return {n: value for n, value in os.environ.items() if n not in MODEL_VARIABLES} | {"PYTHONPATH": str(ROOT)}


# The command


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    for name in (*MODEL_VARIABLES, "EXTRACT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Run(capsys)


DATABASE = Path("results.duckdb")


def main(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """All that a command says, a traceback too."""
    cli.main(list(arguments))
    return "".join(capsys.readouterr())


def asking(server: FaultyServer, *more: str, engine: str = "llm", prompts: str = "v1") -> list[str]:
    """The arguments of a run over all reports with a server's model."""
    return ["run", "in", "--engine", engine, "--prompts", prompts, "--model", "m", "--base-url", server.base_url, *more]


def unbroken(command: Run, *more: str) -> dict[str, Any]:
    """The labels of the reports in a database of its own."""
    with FaultyServer(answer) as server:
        assert command(*asking(server, "--db", "unbroken.duckdb", *more)).code == 0
    return labels(Path("unbroken.duckdb"))


@pytest.mark.parametrize("limit", ["--max-tokens", "--max-cost"])
def test_a_limit_stops_a_run_cleanly_and_the_next_asks_only_the_rest(command: Run, limit: str) -> None:
    paths = write_reports(Path("in"), 6)
    Path("prices.toml").write_text(PRICES, encoding="utf-8")
    prices = ["--prices", "prices.toml"]
    whole = unbroken(command, *prices)
    used = (
        f"SELECT {'sum(cost)' if limit == '--max-cost' else 'sum(input_tokens + output_tokens)'} FROM data.model_calls"
    )
    ((all_of_it,),) = query(Path("unbroken.duckdb"), used)
    most = all_of_it * 2 // 3 if limit == "--max-tokens" else all_of_it * 2 / 3
    with FaultyServer(answer) as server:
        first = command(*asking(server, *prices, "--concurrency", "2", limit, str(most)))
        records = server.records()
    assert first.code == 1
    assert f"已停止：再问会超过 {limit}" in first.err
    assert first.err.splitlines()[-1] == "提示：提高上限再运行，会接着做。"
    ((spent,),) = query(DATABASE, used)
    assert 0 < spent <= most
    before = kept(DATABASE)
    assert 0 < len(before) == records.good == records.requests < CALLS_EACH * len(paths)
    partly = labels(DATABASE)
    assert 0 < len(partly) < len(paths)
    assert all(whole[name] == said for name, said in partly.items())
    assert query(DATABASE, "SELECT count(*) FROM data.failures") == [(0,)]
    assert [run.ended_at is not None for run in runs()] == [True]
    with FaultyServer(answer) as server:
        assert command(*asking(server, *prices)).code == 0
        assert asked(server).isdisjoint(before)
        assert server.records().requests == CALLS_EACH * len(paths) - len(before)
    assert labels(DATABASE) == whole


def runs() -> tuple[Any, ...]:
    with open_store(DATABASE) as store:
        return list_runs(store)


@pytest.mark.parametrize(("engine", "prompts"), [("llm", "v1"), ("llm", "v2"), ("hybrid", "v1"), ("hybrid", "v2")])
def test_a_dry_run_sends_and_writes_nothing_and_counts_what_a_run_sends(
    command: Run, engine: str, prompts: str
) -> None:
    write_reports(Path("in"), 3)
    with FaultyServer(answer) as server:
        arguments = asking(server, "--no-second-look", "--json", engine=engine, prompts=prompts)
        plan = command(*arguments, "--dry-run")
        assert plan.code == 0
        assert server.records().requests == 0
        assert not DATABASE.exists()
        assert command(*arguments).code == 0
        by_task = dict(query(DATABASE, "SELECT task, count(*) FROM data.model_calls GROUP BY 1"))
        assert server.records().requests == sum(by_task.values())
        assert plan.data["calls"] == by_task
        before = DATABASE.read_bytes()
        again = command(*arguments, "--dry-run").data
        assert (again["skipped"], again["calls"]) == (3, {})
        assert DATABASE.read_bytes() == before
        forced = command(*arguments, "--dry-run", "--force").data
        assert (forced["skipped"], forced["calls"], forced["answered"]) == (0, {}, sum(by_task.values()))


@pytest.mark.parametrize(
    "engine",
    ["llm", "hybrid"],
)
def test_a_dry_run_finds_no_fault_with_files_that_can_be_read(command: Run, engine: str) -> None:
    write_reports(Path("in"), 3)
    with FaultyServer(answer) as server:
        plan = command(*asking(server, "--dry-run", "--json", engine=engine)).data
    assert (plan["files"], plan["failed"]) == (3, 0)


def test_a_dry_run_counts_what_is_refreshed(command: Run) -> None:
    write_reports(Path("in"), 3)
    with FaultyServer(answer) as server:
        assert command(*asking(server, "--no-second-look")).code == 0
        plan = command(*asking(server, "--no-second-look", "--refresh", "--dry-run", "--json")).data
    assert sum(plan["calls"].values()) == (CALLS_EACH - 1) * 3


def test_refreshing_asks_everything_anew_and_running_again_nothing(command: Run) -> None:
    paths = write_reports(Path("in"), 3)
    with FaultyServer(answer) as server:
        assert command(*asking(server)).code == 0
        first = asked(server)
        again = command(*asking(server, "--json"))
        assert (again.code, again.data["reports"]["skipped"], again.data["calls"]) == (0, 3, None)
        assert server.records().requests == CALLS_EACH * len(paths)
        refreshed = command(*asking(server, "--refresh", "--json"))
        assert refreshed.data["reports"]["read"] == 3
        assert [record.good for record in server.records().by_key.values()] == [2] * len(first)
        assert command(*asking(server, "--force", "--json")).data["reports"]["read"] == 3
        assert server.records().requests == 2 * CALLS_EACH * len(paths)


@pytest.mark.parametrize(
    "change", [["--prompts", "v2"], ["--model", "m-2"], ["--param", "top_p=0.5"], ["--mode", "json"]]
)
def test_another_way_of_asking_reads_anew(command: Run, change: list[str]) -> None:
    write_reports(Path("in"), 2)
    with FaultyServer(answer) as server:
        assert command(*asking(server)).code == 0
        first = asked(server)
        second = command(*asking(server), *change, "--json")
        assert second.data["reports"]["read"] == 2
        new = asked(server) - first
        assert {record.good for record in server.records().by_key.values()} == {1}
    assert len(new) == second.data["calls"]["calls"] > 0
    assert len({run.version for run in runs()}) == 2
    assert len(labels(DATABASE)) == 2


def test_a_wrong_key_stops_the_run_and_stores_nothing_half(command: Run) -> None:
    paths = write_reports(Path("in"), 6)
    with FaultyServer(answer, lambda *_: Fault(Kind.UNAUTHORIZED)) as server:
        first = command(*asking(server, "--concurrency", "1"))
        tried = server.records().requests
    assert 0 < tried < CALLS_EACH  # what the first report asks at once, and none of the others
    assert first.code == 1
    assert first.err.splitlines() == [
        "已停止：模型服务拒绝了密钥（401：Incorrect API key provided.）",
        "提示：请核对 OPENAI_API_KEY 和 --base-url。",
    ]
    assert row(first.out, "报告：已读取") == "0"
    for table in ("reports", "records", "gaps", "failures"):
        assert query(DATABASE, f"SELECT count(*) FROM data.{table}") == [(0,)], table
    assert query(DATABASE, "SELECT state, response FROM data.model_calls") == [("failed", None)] * tried
    with FaultyServer(answer) as server:
        assert command(*asking(server)).code == 0
        assert server.records().requests == CALLS_EACH * len(paths)


@pytest.mark.parametrize("login", ["", f"u:{KEY}@"])
def test_the_key_is_sent_and_stands_nowhere_else(command: Run, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("EXTRACT_DEBUG", "1")
    write_reports(Path("in"), 2)
    said, sent = "", set()
    bad = (*PASSING, *map(Fault, UNUSABLE), Fault(Kind.BAD_REQUEST))
    for plan in (faults_by_seed(1, 0.5, bad), lambda *_: Fault(Kind.UNAUTHORIZED)):
        with FaultyServer(answer, plan) as server:
            arguments = [part.replace("://", f"://{login}") for part in asking(server, "--refresh")]
            said += main(arguments, command.capsys) + main([*arguments, "--json"], command.capsys)
            records = server.records().by_key.values()
            sent |= {headers["authorization"] for record in records for headers in record.headers}
    assert login or sent == {f"Bearer {KEY}"}
    for arguments in (["show", "01云溪县园林局"], ["runs"], ["doctor"], ["runs", "--json"], ["reports", "--json"]):
        said += main(arguments, command.capsys)
    assert "Incorrect API key" in said
    assert KEY not in said
    written = [path for path in Path().rglob("*") if path.is_file()]
    assert DATABASE in written
    assert not [path for path in written if KEY.encode() in path.read_bytes()]


def test_json_of_a_run_tells_calls_costs_and_gaps(command: Run) -> None:
    write_reports(Path("in"), 2)
    Path("prices.toml").write_text(PRICES, encoding="utf-8")
    with FaultyServer(answer, refusing(PARKS)) as server:
        result = command(*asking(server, "--json", "--prices", "prices.toml"))
        records = server.records()
    assert result.code == 1
    assert (result.data["partial"], result.data["reports"]["partial"]) == (2, 2)
    assert result.data["gaps"] == {"refused": 2 * 4}  # overview asks about two chunks, results and leftover about one
    calls = result.data["calls"]
    assert calls["calls"] == records.requests
    assert calls["states"] == {"complete": records.good, "refused": records.requests - records.good}
    assert sum(task["calls"] for task in calls["tasks"].values()) == records.requests
    cost = (Decimal(calls["input_tokens"]) * 2 + Decimal(calls["output_tokens"]) * 8) / 1_000_000
    assert {currency: Decimal(amount) for currency, amount in calls["costs"].items()} == {"CNY": cost}
    assert all("refused" not in gap and gap for file in result.data["files"] for gap in file["gaps"])


def refusing(words: str) -> Plan:
    """The model will not answer where certain words are in the passages."""
    return lambda _number, _key, body: Fault(Kind.REFUSAL) if words in passages(body) else None


# Which engine


def test_without_a_model_one_line_says_that_rules_were_used_and_how_to_add_one(command: Run) -> None:
    write_reports(Path("in"), 1)
    result = command("run", "in")
    assert result.code == 0
    assert result.err == f"未配置模型，使用规则引擎 rules。{NO_MODEL_HINT}\n"
    assert "EXTRACT_MODEL" in NO_MODEL_HINT
    assert {engine for (engine,) in query(DATABASE, "SELECT engine FROM data.reports")} == {"rules"}


def test_with_a_model_in_the_environment_both_read(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(Path("in"), 1)
    with FaultyServer(answer) as server:
        monkeypatch.setenv("EXTRACT_MODEL", "m")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        result = command("run", "in")
        assert server.records().good > 0
    assert (result.code, result.err) == (0, "使用引擎 hybrid（模型 m）。\n")
    assert {engine for (engine,) in query(DATABASE, "SELECT engine FROM data.reports")} == {"hybrid"}


LOCAL = ["--model", "m", "--base-url", "http://127.0.0.1:9/v1"]
MISUSE: list[tuple[list[str], str]] = [
    (["--engine", "llm"], "没有指定模型"),
    (["--engine", "hybrid"], "没有指定模型"),
    (["--engine", "llm", "--dry-run"], "模型"),
    (["--engine", "rules", "--dry-run"], "规则引擎不询问模型"),
    ([*LOCAL, "--mode", "xml"], "没有“xml”这种回答方式"),
    ([*LOCAL, "--param", "temperature"], "--param 应写成 名=值"),
    ([*LOCAL, "--param", "=1"], "--param 应写成 名=值"),
    ([*LOCAL, "--prompts", "v0"], "没有名为“v0”的提示词版本"),
    ([*LOCAL, "--prompts", "../prompts/v1"], "提示词版本"),
    ([*LOCAL, "--prices", "none.toml"], "价格文件 none.toml 读不了"),
    ([*LOCAL, "--prices", "in"], "价格文件 in 读不了"),
    ([*LOCAL, "--prices", "bad.toml"], "不是有效的 TOML"),
    ([*LOCAL, "--prices", "wrong.toml"], "currency"),
    ([*LOCAL, "--max-cost", "1"], "不知道模型 m 的价格"),
    ([*LOCAL, "--max-cost", "-1"], "--max-cost"),
    ([*LOCAL, "--max-tokens", "viele"], "--max-tokens"),
    ([*LOCAL, "--concurrency", "0"], "--concurrency"),
    ([*LOCAL, "--rpm", "0"], "--rpm"),
]


@pytest.mark.parametrize(("arguments", "words"), MISUSE, ids=[" ".join(arguments) for arguments, _ in MISUSE])
def test_misuse_is_told_with_a_hint_before_anything_is_read(command: Run, arguments: list[str], words: str) -> None:
    write_reports(Path("in"), 1)
    Path("bad.toml").write_text("currency = ", encoding="utf-8")
    Path("wrong.toml").write_text(PRICES.replace("CNY", "EUR"), encoding="utf-8")
    result = command("run", "in", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert result.err.splitlines()[-1].startswith("提示：")
    assert not DATABASE.exists()


# A part that cannot be read


@pytest.mark.parametrize("engine", ["llm", "hybrid"])
def test_a_part_that_fails_costs_that_part_only_until_the_next_run(command: Run, engine: str) -> None:
    (path,) = write_reports(Path("in"), 1)
    whole = unbroken(command, "--engine", engine)
    with FaultyServer(answer, refusing("预算编制不够精细")) as server:
        first = command(*asking(server, engine=engine))
    assert first.code == 1
    assert row(first.out, "报告：不完整（再次运行会补上）") == "1"
    assert f"不完整 {path}：" in first.out
    ((status, said),) = labels(DATABASE).values()
    ((_, wanted),) = whole.values()
    assert status == "partial"
    for section in ("indicators", "funding", "evaluations"):
        assert getattr(said, section) == getattr(wanted, section) != (), section
    assert {one.origin for one in said.indicators} == {"form", "narrative"}
    if engine == "llm":
        assert (said.deviations, said.remedies) == ((), ())
    assert query(DATABASE, "SELECT task, reason FROM gaps GROUP BY ALL") == [("problems", "refused")]
    (listed,) = command("reports", "--json").data
    assert listed["status"] == "partial"
    with FaultyServer(answer) as server:
        second = command(*asking(server, engine=engine))
        assert server.records().requests == 1
    assert second.code == 0
    assert labels(DATABASE) == whole
    (listed,) = command("reports", "--json").data
    assert listed["status"] == "complete"
    assert query(DATABASE, "SELECT * FROM gaps") == []


def test_the_list_of_reports_tells_which_are_not_complete(command: Run) -> None:
    write_reports(Path("in"), 1)
    with FaultyServer(answer, refusing("预算编制不够精细")) as server:
        command(*asking(server))
    assert "不完整" in command("reports").out


def test_a_model_without_a_key_or_a_server_is_told_before_anything_is_read(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EXTRACT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    write_reports(Path("in"), 1)
    told = command("run", "in", "--model", "m")
    assert told.code == 2
    assert "OPENAI_API_KEY" in told.err
    assert not DATABASE.exists()
    assert command("run", "in", "--model", "m", "--dry-run").code == 0
