"""Runs: what was read when and by what, and what could not be read."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ExtractError, StoreError
from pipeline.store.calls import CallTotals, call_totals
from pipeline.store.connection import Store, now, transaction
from pipeline.store.extractions import PARTIAL
from pipeline.store.rows import Row, storable, to_json


class RunCounts(NamedTuple):
    """How many reports a run read, skipped because they were known, and could not read."""

    read: int = 0
    skipped: int = 0
    failed: int = 0


class RunRow(NamedTuple):
    """A run; ``ended_at`` and ``counts`` are ``None`` while it goes on or where it was killed. Moments are UTC."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    engine: str
    version: str
    settings: Mapping[str, str]
    counts: RunCounts | None


class FailureRow(NamedTuple):
    """A file that could not be read, and why."""

    run_id: str
    path: str
    name: str
    sha256: str | None
    code: str
    message: str
    hint: str
    failed_at: datetime


class Twin(NamedTuple):
    """The report that another file holds too: its id and path, and how much alike the two are, in [0, 1]."""

    report_id: str
    path: str
    likeness: float


class RunSummary(NamedTuple):
    """What came of a run: its reports, its records by kind, and what is left for a reviewer.

    ``gaps`` counts what could not be read by its reason, ``partial`` the reports that have gaps; ``calls`` is what the
    run asked of models, ``None`` where it asked nothing.
    """

    run: RunRow
    counts: RunCounts
    records: Mapping[str, int]
    fields: int
    flagged_fields: int
    findings: Mapping[str, int]
    failures: tuple[FailureRow, ...]
    partial: int
    gaps: Mapping[str, int]
    calls: CallTotals | None


# max_tokens is no secret, access_token is
_SECRET_NAME = re.compile(r"api_?key|secret|passw|credential|authorization|(^|_)token$", re.IGNORECASE)
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_RUN_COLUMNS = "run_id, started_at, ended_at, engine, version, settings, reports_read, reports_skipped, reports_failed"


def start_run(store: Store, engine: str, version: str, settings: Mapping[str, str]) -> str:
    """The id of a new run. Settings whose names tell of a secret, and logins inside URLs, are left out."""
    moment = now()
    run_id = f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    shown = {name: _URL_LOGIN.sub("", value) for name, value in settings.items() if _SECRET_NAME.search(name) is None}
    _insert(store, "runs", (run_id, moment, None, engine, version, to_json(shown), None, None, None))
    return run_id


def finish_run(store: Store, run_id: str, counts: RunCounts) -> None:
    """Note the end of a run and its counts. Raises StoreError where there is no such run."""
    with transaction(store) as connection:
        changed = connection.execute(
            "UPDATE data.runs SET ended_at = ?, reports_read = ?, reports_skipped = ?, reports_failed = ?"
            " WHERE run_id = ?",
            [now(), *counts, run_id],
        ).fetchone()
        if changed != (1,):
            raise _no_such_run(run_id)


def save_failure(store: Store, run_id: str, path: str, error: ExtractError, sha256: str | None) -> None:
    """Note that the file at the path could not be read; ``sha256`` is that of its bytes, if they could be had."""
    name = Path(path).stem
    _insert(store, "failures", (run_id, path, name, sha256, error.code, str(error), error.hint, now()))


def save_twin(store: Store, run_id: str, report_id: str, path: str, twin: Twin) -> None:
    """Note that a file holds a report that is there in another format."""
    _insert(store, "twins", (run_id, report_id, path, *twin, now()))


def list_runs(store: Store) -> tuple[RunRow, ...]:
    """All runs, the latest first."""
    query = f"SELECT {_RUN_COLUMNS} FROM data.runs ORDER BY started_at DESC, run_id DESC"
    return tuple(map(_run_row, store.connection.execute(query).fetchall()))


def summarize_run(store: Store, run_id: str) -> RunSummary:
    """What the run put into the database, counted in the tables, so that a killed run has a summary too.

    Raises StoreError where there is no such run.
    """
    execute = store.connection.execute
    found = execute(f"SELECT {_RUN_COLUMNS} FROM data.runs WHERE run_id = ?", [run_id]).fetchone()
    if found is None:
        raise _no_such_run(run_id)
    run = _run_row(found)
    failures = execute("SELECT * FROM data.failures WHERE run_id = ? ORDER BY failed_at, path", [run_id]).fetchall()
    ((saved, partial),) = execute(
        "SELECT count(*), count(*) FILTER (status = ?) FROM data.reports WHERE run_id = ?", [PARTIAL, run_id]
    ).fetchall()
    ((fields, flagged),) = execute(
        "SELECT count(value), count(*) FILTER (flagged)"
        " FROM data.fields JOIN data.reports e USING (extraction_id) WHERE e.run_id = ?",
        [run_id],
    ).fetchall()
    calls = call_totals(store, run_id)
    return RunSummary(
        run,
        run.counts or RunCounts(saved, 0, len(failures)),
        _counted(store, "records", "kind", run_id),
        fields,
        flagged,
        _counted(store, "findings", "code", run_id),
        tuple(FailureRow(*row) for row in failures),
        partial,
        _counted(store, "gaps", "reason", run_id),
        calls if calls.calls else None,
    )


def _counted(store: Store, table: str, column: str, run_id: str) -> dict[str, int]:
    query = (
        f"SELECT t.{column}, count(*) FROM data.{table} t JOIN data.reports e USING (extraction_id)"
        " WHERE e.run_id = ? GROUP BY ALL ORDER BY ALL"
    )
    return dict(store.connection.execute(query, [run_id]).fetchall())


def _run_row(row: Row) -> RunRow:
    run_id, started_at, ended_at, engine, version, settings, *counts = row
    known = None if counts[0] is None else RunCounts(*counts)
    return RunRow(run_id, started_at, ended_at, engine, version, json.loads(settings), known)


def _insert(store: Store, table: str, row: Row) -> None:
    with transaction(store) as connection:
        places = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO data.{table} VALUES ({places})", storable([row])[0])


def _no_such_run(run_id: str) -> StoreError:
    return StoreError(f"数据库里没有运行 {run_id}", "请核对运行编号。")
