"""Evaluation runs: what was measured when, report by report and field by field, so that runs can be compared later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pipeline.errors import StoreError, UnknownRun
from pipeline.store.connection import Store, append_rows, now, transaction
from pipeline.store.rows import Row, storable, to_json


class NewEval(NamedTuple):
    """What a run is going to measure; ``name`` is the user's own for it, ``settings`` all that tells how it reads."""

    name: str
    corpus: str
    corpus_hash: str
    engine: str
    model: str | None
    prompts: str | None
    settings: Mapping[str, str]
    repeats: int


class EvalRow(NamedTuple):
    """A run; ``ended_at`` is ``None`` while it goes on or where it was broken off. Moments are UTC."""

    eval_id: str
    name: str
    started_at: datetime
    ended_at: datetime | None
    corpus: str
    corpus_hash: str
    engine: str
    model: str | None
    prompts: str | None
    settings: Mapping[str, str]
    repeats: int


class EvalCase(NamedTuple):
    """A labeled report as it was measured; ``gold`` is its labels as JSON."""

    case_hash: str
    report: str
    text: str
    gold: str


class EvalReport(NamedTuple):
    """What one reading of a report took and gave: seconds, calls, tokens, characters sent and answered, cost.

    ``error`` says why there is no reading; ``predicted`` is its labels as JSON.
    """

    repeat: int
    report: str
    case_hash: str
    error: str | None
    seconds: float
    calls: int
    failed_calls: int
    call_seconds: float
    input_tokens: int
    output_tokens: int
    sent: int
    answered: int
    cost: Decimal | None
    currency: str | None
    predicted: str


class EvalJudgement(NamedTuple):
    """One field of one record in one repeat, with both values, and how sure the reader was of its own."""

    repeat: int
    report: str
    kind: str
    origin: str
    field: str
    outcome: str
    gold: str | None
    predicted: str | None
    quote: str
    gold_record: int | None
    predicted_record: int | None
    confidence: float | None


class EvalFindings(NamedTuple):
    """How many findings of a code a reading of a report has, how many are right; likewise for gold."""

    repeat: int
    report: str
    code: str
    predicted: int
    right: int
    gold: int
    found: int


class EvalMeasure(NamedTuple):
    """A measure of a run that is no field's: so many (``part``) of so many (``whole``)."""

    measure: str
    part: int
    whole: int


class FieldCounts(NamedTuple):
    """How the fields of one kind, origin and name came out in one reading of a report."""

    repeat: int
    report: str
    kind: str
    origin: str
    field: str
    right: int
    wrong: int
    invented: int
    omitted: int


class EvalBatch(NamedTuple):
    """Results that are saved together."""

    reports: Sequence[EvalReport]
    judgements: Sequence[EvalJudgement]
    findings: Sequence[EvalFindings]


_RUN = ", ".join(EvalRow._fields)
_JUDGEMENT = ", ".join(EvalJudgement._fields)
_COUNTS = ", ".join(f"count(*) FILTER (outcome = '{name}')" for name in ("right", "wrong", "invented", "omitted"))


def start_eval(store: Store, new: NewEval, cases: Sequence[EvalCase]) -> str:
    """The id of a new run (``e1``, ``e2`` …); texts and labels that are not yet in the database are added."""
    with transaction(store) as connection:
        row = connection.execute("SELECT 'e' || nextval('data.eval_numbers')").fetchone()
        eval_id = str(row[0]) if row else ""
        run = (eval_id, new.name, now(), None, *new[1:6], to_json(dict(new.settings)), new.repeats)
        connection.execute(f"INSERT INTO data.eval_runs VALUES ({', '.join('?' * len(run))})", storable([run])[0])
        known = {found for (found,) in connection.execute("SELECT case_hash FROM data.eval_cases").fetchall()}
        append_rows(store, "eval_cases", storable([case for case in cases if case.case_hash not in known]))
    return eval_id


def save_eval(store: Store, eval_id: str, batch: EvalBatch) -> None:
    """Add results to a run, all of them or none; lone surrogates become U+FFFD.

    Raises StoreError, BusyDatabase where another writer was in the way.
    """
    rows = [[(eval_id, *row) for row in part] for part in batch]
    try:
        _write(store, rows)
    except StoreError:
        # Looking for lone surrogates beforehand would cost every batch what hardly any needs.
        repaired = [storable(part) for part in rows]
        if repaired == rows:
            raise
        _write(store, repaired)


def save_measures(store: Store, eval_id: str, measures: Sequence[EvalMeasure]) -> None:
    """Add measures of a run that are no field's."""
    with transaction(store):
        append_rows(store, "eval_measures", [(eval_id, *measure) for measure in measures])


def finish_eval(store: Store, eval_id: str) -> None:
    """Note the end of a run."""
    with transaction(store) as connection:
        connection.execute("UPDATE data.eval_runs SET ended_at = ? WHERE eval_id = ?", [now(), eval_id])


def list_evals(store: Store) -> tuple[EvalRow, ...]:
    """All runs, the latest first."""
    query = f"SELECT {_RUN} FROM data.eval_runs ORDER BY started_at DESC, eval_id DESC"
    return tuple(map(_run_row, store.connection.execute(query).fetchall()))


def find_eval(store: Store, wanted: str) -> EvalRow:
    """The run of that id, else the latest of that name, whole ones first. Raises UnknownRun with those there are."""
    runs = list_evals(store)
    named = [run for run in runs if run.name == wanted]
    fitting = [run for run in runs if run.eval_id == wanted] + [run for run in named if run.ended_at] + named
    if not fitting:
        known = "、".join(f"{run.eval_id}（{run.name}）" for run in runs[:10])
        raise UnknownRun(f"没有评测“{wanted}”", f"现有：{known}。" if known else "先用 extract eval run 评测一次。")
    return fitting[0]


def load_counts(store: Store, eval_id: str) -> tuple[FieldCounts, ...]:
    """How the fields of every report came out, in each repeat, in order of repeat, report, kind, origin and field."""
    query = (
        f"SELECT repeat, report, kind, origin, field, {_COUNTS} FROM data.eval_judgements WHERE eval_id = ?"
        " GROUP BY ALL ORDER BY ALL"
    )
    return tuple(FieldCounts(*row) for row in store.connection.execute(query, [eval_id]).fetchall())


def load_errors(store: Store, eval_id: str) -> tuple[EvalJudgement, ...]:
    """The judgements that are not right, in order of repeat, report and record."""
    return _judgements(store, "eval_id = ? AND outcome <> 'right'", [eval_id])


def load_judgements(store: Store, eval_id: str, report: str) -> tuple[EvalJudgement, ...]:
    """Every judgement on a report in the first repeat."""
    return _judgements(store, "eval_id = ? AND report = ? AND repeat = 1", [eval_id, report])


def load_confidences(store: Store, eval_id: str) -> tuple[tuple[float, bool], ...]:
    """For every predicted field with a confidence: that confidence, and whether the field is right."""
    query = (
        "SELECT confidence, outcome = 'right' FROM data.eval_judgements"
        " WHERE eval_id = ? AND confidence IS NOT NULL AND predicted IS NOT NULL ORDER BY ALL"
    )
    return tuple(store.connection.execute(query, [eval_id]).fetchall())


def load_eval_reports(store: Store, eval_id: str) -> tuple[EvalReport, ...]:
    """What every reading of a report took and gave, in order of repeat and report."""
    query = f"SELECT {', '.join(EvalReport._fields)} FROM data.eval_reports WHERE eval_id = ? ORDER BY repeat, report"
    return tuple(EvalReport(*row) for row in store.connection.execute(query, [eval_id]).fetchall())


def load_eval_findings(store: Store, eval_id: str) -> tuple[EvalFindings, ...]:
    """The findings by repeat, report and code."""
    query = (
        "SELECT repeat, report, code, predicted, right_ones, gold, found FROM data.eval_findings"
        " WHERE eval_id = ? ORDER BY ALL"
    )
    return tuple(EvalFindings(*row) for row in store.connection.execute(query, [eval_id]).fetchall())


def load_measures(store: Store, eval_id: str) -> tuple[EvalMeasure, ...]:
    """The measures of a run that are no field's, by name."""
    query = "SELECT measure, part, whole FROM data.eval_measures WHERE eval_id = ? ORDER BY measure"
    return tuple(EvalMeasure(*row) for row in store.connection.execute(query, [eval_id]).fetchall())


def count_characters(store: Store, eval_id: str) -> int:
    """How many characters the reports of a run have in all, each counted once."""
    query = (
        "SELECT coalesce(sum(length(text)), 0)::BIGINT FROM data.eval_cases WHERE case_hash IN"
        " (SELECT case_hash FROM data.eval_reports WHERE eval_id = ?)"
    )
    row = store.connection.execute(query, [eval_id]).fetchone()
    return int(row[0]) if row else 0


def load_case(store: Store, case_hash: str) -> EvalCase:
    """A labeled report by its hash. Raises StoreError where it is not in the database."""
    query = "SELECT case_hash, report, text, gold FROM data.eval_cases WHERE case_hash = ?"
    row = store.connection.execute(query, [case_hash]).fetchone()
    if row is None:
        raise StoreError(f"数据库里没有报告 {case_hash[:12]} 的原文", "请重新评测一次。")
    return EvalCase(*row)


def _write(store: Store, rows: Sequence[Sequence[Row]]) -> None:
    with transaction(store):
        for table, part in zip(("eval_reports", "eval_judgements", "eval_findings"), rows, strict=True):
            append_rows(store, table, part)


def _judgements(store: Store, condition: str, values: list[str]) -> tuple[EvalJudgement, ...]:
    query = (
        f"SELECT {_JUDGEMENT} FROM data.eval_judgements WHERE {condition}"
        " ORDER BY repeat, report, kind, gold_record NULLS LAST, predicted_record, field"
    )
    return tuple(EvalJudgement(*row) for row in store.connection.execute(query, values).fetchall())


def _run_row(row: Row) -> EvalRow:
    run = EvalRow(*row)
    return run._replace(settings=json.loads(row[EvalRow._fields.index("settings")]))
