"""The faulty server plays each fault as its name says, and counts what it has seen."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faulty_server import (
    PROSE,
    Body,
    Fault,
    FaultyServer,
    Kind,
    Plan,
    faults_by_seed,
    first_n_times,
    no_faults,
    request_key,
)
from tests.model_servers import server_process

ANSWER = {"unit": "云溪县园林局", "rows": [{"amount": 98.5}], "note": None}
TEXT = json.dumps(ANSWER, ensure_ascii=False)
ASKED: Body = {"model": "m", "messages": [{"role": "user", "content": "执行率98.5%。"}]}
TOOL = {"type": "function", "function": {"name": "Answer", "parameters": {}}}
NAMED = {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "Answer"}}}
HEADERS = {"Authorization": "Bearer k", "Content-Type": "application/json"}


def answer(_body: Body) -> str:
    return TEXT


def always(kind: Kind, **measure: Any) -> Plan:
    return lambda _number, _key, _body: Fault(kind, **measure)


def connect(base_url: str) -> HTTPConnection:
    address = urlsplit(base_url)
    return HTTPConnection(address.hostname or "", address.port, timeout=10)


def post(connection: HTTPConnection, body: Body) -> HTTPResponse:
    connection.request("POST", "/v1/chat/completions", json.dumps(body), HEADERS)
    return connection.getresponse()


def ask(base_url: str, body: Body = ASKED) -> tuple[int, bytes, dict[str, str]]:
    """The status, the content and the headers of the reply to one request on a connection of its own."""
    connection = connect(base_url)
    try:
        response = post(connection, body)
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


def reply_with(kind: Kind, body: Body = ASKED, **measure: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """The same with the content as JSON, from a server that always plays the fault; and no reply counts as good."""
    with FaultyServer(answer, always(kind, **measure)) as server:
        status, content, headers = ask(server.base_url, body)
        record = server.records().by_key[request_key(body)]
    assert (record.requests, record.good, record.faults) == (1, 0, Counter([kind.value]))
    return status, json.loads(content), headers


def first_choice(kind: Kind, body: Body = ASKED) -> dict[str, Any]:
    status, reply, _ = reply_with(kind, body)
    assert status == 200
    choice: dict[str, Any] = reply["choices"][0]
    return choice


def test_a_good_reply_holds_the_answer_as_content() -> None:
    with FaultyServer(answer) as server:
        status, content, _ = ask(server.base_url)
    reply = json.loads(content)
    assert status == 200
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": TEXT, "refusal": None}
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["usage"]["completion_tokens"] == round(len(TEXT) * 0.7)


@pytest.mark.parametrize(
    ("options", "finish"), [(NAMED, "stop"), ({"tools": [TOOL], "tool_choice": "required"}, "tool_calls")]
)
def test_a_good_reply_holds_the_answer_as_a_call_where_there_are_tools(options: Body, finish: str) -> None:
    with FaultyServer(answer) as server:
        _, content, _ = ask(server.base_url, ASKED | options)
    choice = json.loads(content)["choices"][0]
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "Answer", "arguments": TEXT}
    assert choice["finish_reason"] == finish


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (Kind.RATE_LIMIT, 429, "rate_limit_exceeded"),
        (Kind.QUOTA, 429, "insufficient_quota"),
        (Kind.SERVER_ERROR, 500, "server_error"),
        (Kind.UNAVAILABLE, 503, "server_error"),
        (Kind.BAD_REQUEST, 400, "invalid_request_error"),
        (Kind.TOO_LONG, 400, "context_length_exceeded"),
        (Kind.UNAUTHORIZED, 401, "invalid_api_key"),
    ],
)
def test_an_error_has_its_status_and_code(kind: Kind, status: int, code: str) -> None:
    seen, reply, headers = reply_with(kind)
    assert (seen, reply["error"]["code"]) == (status, code)
    assert "Retry-After" not in headers


def test_a_rate_limit_tells_the_seconds() -> None:
    status, _, headers = reply_with(Kind.RATE_LIMIT_SECONDS, seconds=0.5)
    assert (status, headers["Retry-After"]) == (429, "0.5")


def test_a_rate_limit_tells_the_date() -> None:
    before = time.time()
    status, _, headers = reply_with(Kind.RATE_LIMIT_DATE, seconds=20)
    assert status == 429
    assert headers["Retry-After"].endswith(" GMT")
    assert 20 <= parsedate_to_datetime(headers["Retry-After"]).timestamp() - before < 25


def test_a_reset_comes_before_the_headers() -> None:
    with FaultyServer(answer, always(Kind.RESET)) as server:
        with pytest.raises(ConnectionResetError) as caught:
            ask(server.base_url)
        assert caught.type is ConnectionResetError  # an orderly end would be RemoteDisconnected, a kind of it
        assert server.records().good == 0


def test_a_reset_comes_within_the_body() -> None:
    with FaultyServer(answer, always(Kind.RESET_WITHIN)) as server:
        connection = connect(server.base_url)
        response = post(connection, ASKED)
        assert response.status == 200
        with pytest.raises(ConnectionResetError):  # an orderly end would be IncompleteRead
            response.read()
        connection.close()
        assert server.records().good == 0


def test_a_client_that_leaves_ends_the_wait() -> None:
    with FaultyServer(answer, always(Kind.HANG)) as server:
        connection = connect(server.base_url)
        connection.request("POST", "/v1/chat/completions", json.dumps(ASKED))
        server.wait_until(lambda records: records.requests == 1)
        connection.close()
        assert server.wait_until(lambda records: records.abandoned == 1).good == 0


def test_a_server_that_stops_ends_the_wait() -> None:
    with FaultyServer(answer, always(Kind.HANG)) as server, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(ask, server.base_url)
        server.wait_until(lambda records: records.requests == 1)
        server.stop()
        with pytest.raises(ConnectionError):
            reply.result(10)


def test_a_reply_that_nobody_waited_for_is_not_good() -> None:
    with FaultyServer(answer, latency=0.05) as server:
        connection = connect(server.base_url)
        connection.request("POST", "/v1/chat/completions", json.dumps(ASKED))
        server.wait_until(lambda records: records.requests == 1)
        connection.close()
        assert server.wait_until(lambda records: records.abandoned == 1).good == 0


def test_a_dripping_reply_is_good_in_the_end() -> None:
    with FaultyServer(answer, always(Kind.DRIP, seconds=0.0001)) as server:
        status, content, _ = ask(server.base_url)
        assert status == 200
        assert json.loads(content)["choices"][0]["message"]["content"] == TEXT
        assert (server.records().good, server.records().abandoned) == (1, 0)


def test_json_is_cut_under_the_right_length() -> None:
    with FaultyServer(answer, always(Kind.CUT_JSON)) as server:
        status, content, headers = ask(server.base_url)
    assert (status, headers["Content-Length"]) == (200, str(len(content)))
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)


def test_an_error_page_comes_with_status_200() -> None:
    with FaultyServer(answer, always(Kind.HTML)) as server:
        status, content, headers = ask(server.base_url)
    assert (status, headers["Content-Type"]) == (200, "text/html")
    assert content.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(("kind", "choices"), [(Kind.WRONG_ENVELOPE, "none"), (Kind.NO_CHOICES, [])])
def test_the_envelope_is_wrong(kind: Kind, choices: object) -> None:
    status, reply, _ = reply_with(kind)
    assert (status, reply["choices"]) == (200, choices)


@pytest.mark.parametrize("body", [ASKED, ASKED | NAMED], ids=["content", "call"])
@pytest.mark.parametrize(
    ("kind", "refusal", "finish"),
    [
        (Kind.NO_CONTENT, None, "stop"),
        (Kind.REFUSAL, PROSE, "stop"),
        (Kind.CONTENT_FILTER, None, "content_filter"),
    ],
)
def test_the_reply_holds_no_answer(kind: Kind, refusal: str | None, finish: str, body: Body) -> None:
    choice = first_choice(kind, body)
    assert choice["message"] == {"role": "assistant", "content": None, "refusal": refusal}
    assert choice["finish_reason"] == finish


def test_half_an_answer_says_so() -> None:
    choice = first_choice(Kind.LENGTH)
    assert choice["message"]["content"] == TEXT[: len(TEXT) // 2]
    assert choice["finish_reason"] == "length"


def test_the_answer_is_prose() -> None:
    call = first_choice(Kind.NOT_JSON, ASKED | NAMED)["message"]["tool_calls"][0]
    assert call["function"]["arguments"] == PROSE


def test_the_answer_has_values_of_other_types() -> None:
    wrong = json.loads(first_choice(Kind.WRONG_TYPES)["message"]["content"])
    assert wrong == {"unit": {"wrong": "云溪县园林局"}, "rows": 7, "note": {"wrong": None}}


def test_a_redirect_leads_to_the_location() -> None:
    with FaultyServer(answer) as other, FaultyServer(answer, always(Kind.REDIRECT, location=other.base_url)) as server:
        status, _, headers = ask(server.base_url)
        assert (status, headers["Location"]) == (307, other.base_url)


def test_a_redirect_leads_elsewhere_on_the_same_server() -> None:
    with FaultyServer(answer, always(Kind.REDIRECT)) as server:
        connection = connect(server.base_url)
        response = post(connection, ASKED)
        response.read()
        connection.request("POST", urlsplit(response.headers["Location"]).path, "{}", {"X-Word": "w"})
        assert connection.getresponse().status == 404
        connection.close()
        [(method, path, headers)] = server.records().strays
    assert (method, path, headers["x-word"]) == ("POST", "/v1/elsewhere", "w")


def test_one_connection_takes_many_requests() -> None:
    with FaultyServer(answer, first_n_times(Fault(Kind.SERVER_ERROR), 1)) as server:
        connection = connect(server.base_url)
        statuses = []
        for _ in range(3):
            response = post(connection, ASKED)
            response.read()
            statuses.append(response.status)
        connection.close()
        record = server.records().by_key[request_key(ASKED)]
    assert statuses == [500, 200, 200]
    assert (record.requests, record.good, record.most_at_once) == (3, 2, 1)
    assert record.arrivals == sorted(record.arrivals)
    assert [headers["authorization"] for headers in record.headers] == ["Bearer k"] * 3


def test_a_hundred_at_once_are_counted() -> None:
    gate = threading.Barrier(100)

    def one(number: int) -> int:
        gate.wait(20)
        return ask(server.base_url, ASKED | {"seed": number % 50})[0]

    with FaultyServer(answer, latency=0.3) as server, ThreadPoolExecutor(100) as pool:
        assert set(pool.map(one, range(100))) == {200}
        records = server.records()
    assert len(records.by_key) == 50
    assert {record.good for record in records.by_key.values()} == {2}
    assert records.requests == records.good == 100
    assert records.most_at_once > 20


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"stream": true}'])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with FaultyServer(answer) as server:
        connection = connect(server.base_url)
        connection.request("POST", "/v1/chat/completions", body)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["error"]["param"]) == (400, "messages")
        connection.close()
        assert server.records().good == 0


def test_no_answer_is_a_refused_request() -> None:
    with FaultyServer(lambda _body: None) as server:
        assert ask(server.base_url)[0] == 400
        assert server.records().good == 0


def no_plan(_number: int, _key: str, body: Body) -> Fault | None:
    raise KeyError(body["model"])


@pytest.mark.parametrize(
    "server", [lambda: FaultyServer(lambda body: body["none"]), lambda: FaultyServer(answer, no_plan)]
)
def test_an_error_of_the_tests_own_is_raised(server: Callable[[], FaultyServer]) -> None:
    with pytest.raises(KeyError), server() as running:
        assert ask(running.base_url)[0] == 500


def test_a_port_that_is_taken_is_an_error() -> None:
    with FaultyServer(answer) as server:
        port = urlsplit(server.base_url).port
        assert port
        with pytest.raises(OSError, match="address already in use"):
            FaultyServer(answer, port=port).__enter__()


def test_what_does_not_come_is_not_waited_for() -> None:
    with FaultyServer(answer) as server, pytest.raises(TimeoutError):
        server.wait_until(lambda records: records.requests == 1, timeout=0.01)


def test_the_key_is_that_of_the_content() -> None:
    assert request_key({"a": 1, "b": "预算"}) == request_key({"b": "预算", "a": 1}) != request_key({"a": 1})


def drawn(plan: Plan, keys: list[str]) -> list[Fault | None]:
    return [plan(number, key, {}) for number, key in enumerate(keys, 1)]


def test_a_plan_without_faults() -> None:
    assert drawn(no_faults, ["a", "b"]) == [None, None]


def test_a_plan_for_the_first_times_of_each_key() -> None:
    fault = Fault(Kind.RESET)
    assert drawn(first_n_times(fault, 1), ["a", "b", "a", "b"]) == [fault, fault, None, None]


def test_a_plan_by_seed_depends_on_the_key_and_its_turn_alone() -> None:
    keys = [f"k{number}" for number in range(500)]
    there, back = drawn(faults_by_seed(1, 0.3), keys * 2), drawn(faults_by_seed(1, 0.3), keys[::-1] * 2)
    assert there[:500] == back[:500][::-1]
    assert there[500:] == back[500:][::-1]
    assert there[:500] != there[500:]
    assert there != drawn(faults_by_seed(2, 0.3), keys * 2)
    assert 240 < sum(fault is not None for fault in there) < 360
    assert not any(drawn(faults_by_seed(1, 0), keys))
    assert all(drawn(faults_by_seed(1, 1), keys))


def test_a_process_answers_by_key_and_tells_its_counts(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"default": ANSWER, request_key(ASKED): "甲"}), encoding="utf-8")
    with server_process("tests.faulty_server", ["--answers", str(answers)]) as base_url:
        contents = [
            json.loads(ask(base_url, body)[1])["choices"][0]["message"]["content"] for body in (ASKED, ASKED | NAMED)
        ]
        connection = connect(base_url)
        connection.request("GET", "/stats")
        text = connection.getresponse().read().decode()
        connection.close()
    stats = json.loads(text)
    assert contents == ["甲", None]
    assert (stats["requests"], stats["good"], stats["strays"]) == (2, 2, 0)
    assert stats["keys"][request_key(ASKED)]["requests"] == 1
    assert "Bearer" not in text
