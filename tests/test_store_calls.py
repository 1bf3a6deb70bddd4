"""Calls to a model: kept, served again, and added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import (
    Store,
    TaskTotals,
    answered_reports,
    call_totals,
    load_replies,
    open_store,
    save_calls,
)
from schemas.calls import CallState, Reply
from tests.store_samples import kept_keys, sample_call

REPORT = sample_call().report_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("state", CallState)
def test_only_replies_that_stand_are_served_again(state: CallState, store: Store) -> None:
    call = sample_call(state=state)
    save_calls(store, "run", [call])
    assert kept_keys(store) == ({call.key} if state.kept else frozenset())
    assert call.response is not None
    assert load_replies(store, REPORT) == ({call.key: Reply(state, call.response)} if state.kept else {})


def test_a_later_call_overrides_an_earlier_one_of_its_key(store: Store) -> None:
    old, new = sample_call(1), sample_call(1, response={"text": "另一个答复"}, state=CallState.TRUNCATED)
    save_calls(store, "first", [old, new])
    assert load_replies(store, REPORT) == {old.key: Reply(CallState.TRUNCATED, {"text": "另一个答复"})}
    save_calls(store, "second", [sample_call(1, state=CallState.INVALID), sample_call(2)])
    assert kept_keys(store) == {sample_call(2).key}
    assert load_replies(store, REPORT).keys() == {sample_call(2).key}
    save_calls(store, "third", [old])
    assert old.response is not None
    assert load_replies(store, REPORT)[old.key] == Reply(CallState.COMPLETE, old.response)


def test_a_failure_takes_no_reply_back(store: Store) -> None:
    call = sample_call()
    save_calls(store, "run", [call, sample_call(state=CallState.FAILED, response=None)])
    assert kept_keys(store) == load_replies(store, REPORT).keys() == {call.key}


def test_a_complete_call_without_a_response_is_no_reply(store: Store) -> None:
    call = sample_call(response=None)
    save_calls(store, "run", [sample_call(), call])
    assert kept_keys(store) == frozenset()
    assert load_replies(store, REPORT) == {}


def test_replies_are_those_of_one_report(store: Store) -> None:
    calls = [sample_call(number) for number in range(3000)]
    save_calls(store, "run", calls)
    same_request = sample_call(0, report_id="other", state=CallState.TRUNCATED, response={"text": "另一份报告的"})
    save_calls(store, "run", [same_request, sample_call(3000, report_id="refused", state=CallState.REFUSED)])
    assert load_replies(store, REPORT) == {call.key: Reply(CallState.COMPLETE, call.response or {}) for call in calls}
    assert load_replies(store, "other") == {calls[0].key: Reply(CallState.TRUNCATED, {"text": "另一份报告的"})}
    assert load_replies(store, "unknown") == {}
    assert answered_reports(store) == {REPORT, "other"}


def test_a_call_is_stored_whole(store: Store) -> None:
    call = sample_call(state=CallState.FAILED, response=None, error="HTTP 503\0", cost=Decimal("0.123456789"))
    save_calls(store, "run", [call])
    (row,) = store.connection.execute("SELECT * EXCLUDE (number, called_at) FROM data.model_calls").fetchall()
    assert row[:6] == (call.key, "run", call.report_id, "indicators", "test-model", "v1-0a1b2c3d")
    assert row[6] == '{"messages": [{"role": "user", "content": "读第0段"}], "temperature": 0}'
    assert row[7:] == (None, "failed", "HTTP 503\0", 900, 300, 120, Decimal("0.12345679"), "CNY", 2.5)


def test_lone_surrogates_become_replacement_characters(store: Store) -> None:
    call = sample_call(1, request={"content": "\ud800?"}, response={"text": "答\udfff"}, error="\udc80")
    save_calls(store, "run", [call, sample_call(2)])
    assert load_replies(store, REPORT)[call.key] == Reply(CallState.COMPLETE, {"text": "答\ufffd"})
    stored = store.connection.execute("SELECT request, error FROM data.model_calls ORDER BY number").fetchone()
    assert stored == ('{"content": "\ufffd?"}', "\ufffd")
    assert len(kept_keys(store)) == 2


def test_calls_are_saved_all_or_none(store: Store) -> None:
    with pytest.raises(StoreError):
        save_calls(store, "run", [sample_call(1), sample_call(2, input_tokens=2**40), sample_call(3)])
    assert kept_keys(store) == frozenset()
    save_calls(store, "run", [sample_call(1)])
    assert kept_keys(store) == {sample_call(1).key}


def test_totals_of_a_run(store: Store) -> None:
    calls = [
        sample_call(1),
        sample_call(2, task="goals", cost=Decimal("0.2"), currency="USD", input_tokens=2**31 - 1),
        sample_call(3, task="goals", state=CallState.FAILED, response=None, cost=None, currency=None, output_tokens=0),
        sample_call(4, task="goals", state=CallState.TRUNCATED),
        sample_call(1, cost=Decimal("0.00000001"), output_tokens=7),
    ]
    save_calls(store, "run", calls)
    save_calls(store, "other", [sample_call(9, state=CallState.EMPTY)])
    totals = call_totals(store, "run")
    assert (totals.calls, totals.failed, totals.unpriced) == (5, 1, 1)
    assert (totals.input_tokens, totals.cached_tokens, totals.output_tokens) == (2**31 - 1 + 4 * 900, 1500, 367)
    assert totals.costs == {"CNY": Decimal("0.00250001"), "USD": Decimal("0.2")}
    assert totals.states == {"complete": 3, "failed": 1, "truncated": 1}
    assert totals.tasks == {
        "goals": TaskTotals(3, 1, 2**31 - 1 + 1800, 900, 240, {"CNY": Decimal("0.00125"), "USD": Decimal("0.2")}, 1),
        "indicators": TaskTotals(2, 0, 1800, 600, 127, {"CNY": Decimal("0.00125001")}, 0),
    }


def test_a_run_without_calls_comes_to_nothing(store: Store) -> None:
    assert call_totals(store, "run") == (0, 0, 0, 0, 0, {}, 0, {}, {})


def test_a_reply_found_to_be_of_no_use_is_noted_and_is_no_call(store: Store) -> None:
    call = sample_call(1)
    save_calls(store, "run", [call, replace(call, state=CallState.INVALID, input_tokens=0, output_tokens=0)])
    totals = call_totals(store, "run")
    assert (totals.calls, totals.states) == (1, {"complete": 1, "invalid": 1})
    assert store.connection.execute("SELECT calls FROM model_costs").fetchall() == [(1,)]
