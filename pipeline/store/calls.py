"""Calls to a model: every one is kept, and the reply to a request that was paid for is served again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.errors import StoreError
from pipeline.store.connection import Store, append_rows, now, transaction
from pipeline.store.rows import Row, storable, to_json
from schemas.calls import CallState, ModelCall, Reply

_TABLE = "model_calls"
_KEPT = [state.value for state in CallState if state.kept]
_IS_KEPT = "list_contains(?, state) AND response IS NOT NULL"
_SPEAKING = f"state <> '{CallState.FAILED.value}'"  # a failure says nothing of an earlier reply

# The latest per report: what another report was answered to the same request has no say in this one's.
_REPLIES = f"""
    SELECT key, state, response FROM (
        FROM data.{_TABLE} WHERE report_id = ? AND {_SPEAKING}
        QUALIFY row_number() OVER (PARTITION BY key ORDER BY number DESC) = 1
    ) WHERE {_IS_KEPT}"""


class TaskTotals(NamedTuple):
    """What a number of calls came to; ``costs`` by currency, ``unpriced`` the calls whose cost is not known.

    That a reply turned out to be of no use is a row more in the table, but no call.
    """

    calls: int
    failed: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    costs: Mapping[str, Decimal]
    unpriced: int


class CallTotals(NamedTuple):
    """What the calls of a run came to: in all as in ``TaskTotals``, how many ended in each state, and task by task."""

    calls: int
    failed: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    costs: Mapping[str, Decimal]
    unpriced: int
    states: Mapping[str, int]
    tasks: Mapping[str, TaskTotals]


class _Group(NamedTuple):
    task: str
    state: str
    currency: str | None
    calls: int
    unpriced: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal | None


_GROUPS = f"""
    SELECT task, state, currency, count(*), count(*) FILTER (cost IS NULL),
        sum(input_tokens)::BIGINT, sum(cached_tokens)::BIGINT, sum(output_tokens)::BIGINT, sum(cost)
    FROM data.{_TABLE} WHERE run_id = ? GROUP BY ALL ORDER BY ALL"""


def answered_reports(store: Store) -> frozenset[str]:
    """The reports about which there are replies that may be served again."""
    found = store.connection.execute(
        f"SELECT DISTINCT report_id FROM data.{_TABLE} WHERE list_contains(?, state)", [_KEPT]
    ).fetchall()
    return frozenset(report_id for (report_id,) in found)


def load_replies(store: Store, report_id: str) -> dict[str, Reply]:
    """The replies about a report by the keys of their requests, each where the latest that did not fail is kept."""
    found = store.connection.execute(_REPLIES, [report_id, _KEPT]).fetchall()
    return {key: Reply(CallState(state), json.loads(response)) for key, state, response in found}


def save_calls(store: Store, run_id: str, calls: Sequence[ModelCall]) -> None:
    """Add the calls, all of them or none. They count as made at this moment; lone surrogates become U+FFFD.

    Raises StoreError, BusyDatabase where another writer was in the way.
    """
    moment = now()
    rows = [(*_call_columns(run_id, call), moment) for call in calls]
    try:
        _write(store, rows)
    except StoreError:
        # Looking for lone surrogates beforehand would cost every call what hardly any needs.
        repaired = storable(rows)
        if repaired == rows:
            raise
        _write(store, repaired)


def call_totals(store: Store, run_id: str) -> CallTotals:
    """What the calls of the run came to; all zero where it made none."""
    groups = [_Group(*row) for row in store.connection.execute(_GROUPS, [run_id]).fetchall()]
    states: Counter[str] = Counter()
    tasks: dict[str, list[_Group]] = {}
    for group in groups:
        states[group.state] += group.calls
        tasks.setdefault(group.task, []).append(group)
    return CallTotals(*_total(groups), dict(states), {task: _total(own) for task, own in tasks.items()})


def _call_columns(run_id: str, call: ModelCall) -> Row:
    response = None if call.response is None else to_json(dict(call.response))
    about = (call.key, run_id, call.report_id, call.task, call.model, call.prompts)
    said = (to_json(dict(call.request)), response, call.state.value, call.error)
    tokens = (call.input_tokens, call.cached_tokens, call.output_tokens)
    return (*about, *said, *tokens, call.cost, call.currency, call.seconds)


def _write(store: Store, rows: list[Row]) -> None:
    with transaction(store) as connection:
        numbers = connection.execute("SELECT nextval('data.call_numbers') FROM range(?)", [len(rows)]).fetchall()
        append_rows(store, _TABLE, [(*number, *row) for number, row in zip(sorted(numbers), rows, strict=True)])


def _total(groups: Sequence[_Group]) -> TaskTotals:
    costs: dict[str, Decimal] = {}
    for group in groups:
        if group.cost is not None and group.currency is not None:
            costs[group.currency] = costs.get(group.currency, Decimal(0)) + group.cost
    return TaskTotals(
        sum(group.calls for group in groups if group.state != CallState.INVALID),
        sum(group.calls for group in groups if group.state == CallState.FAILED),
        sum(group.input_tokens for group in groups),
        sum(group.cached_tokens for group in groups),
        sum(group.output_tokens for group in groups),
        costs,
        sum(group.unpriced for group in groups),
    )
