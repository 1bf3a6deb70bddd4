"""The endpoint: which error a status is, that no message holds the key, and that every broken reply is an error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from pipeline.engines.llm.client import Endpoint, retry_after, status_error
from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import (
    ContentFiltered,
    MalformedReply,
    ModelBusy,
    ModelDown,
    ModelError,
    ModelUnusable,
    PromptTooLong,
    RequestRejected,
)
from tests.faulty_server import Fault, FaultyServer, Kind, Plan, no_faults

KEY = "sk-2d7f0c51e8aa4b63"
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "全年新建口袋公园7个。"}]}
TEXT = '{"results": []}'
SHORT = 0.5


def said(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}}, ensure_ascii=False)


def endpoint(base_url: str, timeout: float = 20.0) -> Endpoint:
    return Endpoint(ModelSettings("m", base_url, timeout=timeout), KEY)


def sent(server: FaultyServer, request: Mapping[str, Any] = ASKED, timeout: float = 20.0) -> dict[str, Any]:
    """The reply to one request from an endpoint of its own."""

    async def send() -> dict[str, Any]:
        asked = endpoint(server.base_url, timeout)
        try:
            return await asked.send(request)
        finally:
            await asked.close()

    return asyncio.run(send())


def always(kind: Kind, **measure: Any) -> Plan:
    return lambda _number, _key, _body: Fault(kind, **measure)


def answering(plan: Plan = no_faults) -> FaultyServer:
    return FaultyServer(lambda _body: TEXT, plan)


@pytest.fixture(scope="module", autouse=True)
def _first_request() -> None:
    """The openai package loads much of itself with its first request, which would use up a short timeout."""
    with answering() as server:
        sent(server)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        # What the same request may not meet again: nothing of it may end the run.
        (429, said("Rate limit reached.", code="rate_limit_exceeded"), ModelBusy),
        (429, said("You exceeded your current quota, please check your plan and billing details."), ModelBusy),
        (429, "", ModelBusy),
        (408, said("Request timeout."), ModelDown),
        (409, said("Conflict."), ModelDown),
        (425, said("Too early."), ModelDown),
        (500, said("The server had an error."), ModelDown),
        (502, "<html><body>502 Bad Gateway</body></html>", ModelDown),
        (503, said("The server is overloaded."), ModelDown),
        (529, said("Overloaded."), ModelDown),
        # What is wrong with this one request.
        (400, said("The request is invalid.", code="invalid_request_error"), RequestRejected),
        (413, "<html>413 Request Entity Too Large</html>", PromptTooLong),
        (422, said("Input should be a valid list"), RequestRejected),
        (400, said("This model's maximum context length is 8192 tokens."), PromptTooLong),
        (400, said("Your input is too big.", code="context_length_exceeded"), PromptTooLong),
        (
            400,
            json.dumps(  # vLLM, with and without the outer object
                {"object": "error", "message": "This model's maximum context length is 4096 tokens.", "code": 400}
            ),
            PromptTooLong,
        ),
        (
            400,
            said("'max_tokens' is too large: 8192. This model's maximum context length is 4096 tokens and your request "
                 "has 900 input tokens."),
            PromptTooLong,
        ),
        (400, said("Context size has been exceeded."), PromptTooLong),  # llama.cpp, while it writes
        (
            400,  # llama.cpp
            said("request (5312 tokens) exceeds the available context size (4096 tokens), try increasing it",
                 code=400, type="exceed_context_size_error"),
            PromptTooLong,
        ),
        (
            400,  # llama.cpp's earlier words
            said("the request exceeds the available context size. try increasing the context size or enable context "
                 "shift", code=400),
            PromptTooLong,
        ),
        (400, said("Output data may contain inappropriate content.", code="data_inspection_failed"), ContentFiltered),
        (400, said("Blocked.", code="data_inspection_failed"), ContentFiltered),
        (400, said("The response was filtered.", code="content_filter"), ContentFiltered),
        (400, said("系统检测到输入内容可能包含不安全或敏感内容。", code="1301"), ContentFiltered),
        # What every other request would meet too.
        (401, said("Incorrect API key provided.", code="invalid_api_key"), ModelUnusable),
        (403, said("Access denied."), ModelUnusable),
        (404, said("The model `m` does not exist."), ModelUnusable),
        (405, "", ModelUnusable),
        (307, "", ModelUnusable),
        (301, "", ModelUnusable),
        (402, said("Payment required."), ModelUnusable),
        (400, said("Insufficient Balance"), ModelUnusable),
        (429, said("You exceeded your current quota.", code="insufficient_quota"), ModelUnusable),
    ],
)  # fmt: skip
def test_a_status_is_the_error_that_its_words_say(status: int, body: str, kind: type[ModelError]) -> None:
    error = status_error(status, body, {})
    assert type(error) is kind
    assert (error.transient, error.stops_run) == (kind in (ModelBusy, ModelDown), kind is ModelUnusable)
    assert error.hint
    assert getattr(error, "retry_after", None) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said("Access denied, please make sure your account is in good standing.", code="Arrearage")),  # Alibaba
        (429, said("您的账户已欠费，请充值后重试。", code="1113")),  # Zhipu
        (429, said("余额不足或无可用资源包,请充值。", code="1113")),
    ],
)
def test_an_empty_account_ends_the_run_in_the_words_of_chinese_providers(status: int, body: str) -> None:
    assert type(status_error(status, body, {})) is ModelUnusable


def test_words_of_the_endpoint_are_told_short_and_on_one_line() -> None:
    message = str(status_error(400, said("甲\n\n乙  " + "丙" * 900), {}))
    assert "（400：甲 乙 丙丙" in message
    assert len(message) < 260


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "null", '"x"', '{"error": null}', '{"error": []}', '{"error": {}}', '{"error": {"message": 1}}'],
)
def test_an_error_out_of_shape_is_still_told(body: str) -> None:
    error = status_error(400, body, {})
    assert type(error) is RequestRejected
    assert "400" in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1.2.3"}, None),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after": "Fri, 99 Xyz 2023 00:00:00 GMT"}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),  # a clock that is ahead
    ],
)
def test_how_long_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
    error = status_error(429, "", headers)
    assert isinstance(error, ModelBusy)
    assert error.retry_after == seconds


def test_a_wait_in_odd_digits_is_no_wait() -> None:
    assert retry_after({"retry-after": "²"}) is None


def test_a_date_to_wait_for_is_read_as_seconds() -> None:
    seconds = retry_after({"retry-after": formatdate(time() + 90, usegmt=True)})
    assert seconds is not None
    assert 60 < seconds <= 90


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("The request is invalid.", "--mode json 或 md_json"),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_completion_tokens=8192"),
        ("Unsupported value: 'temperature' does not support 0 with this model.", "temperature=null"),
        ("deepseek-reasoner does not support this tool_choice", "--mode json_schema 或 json"),
        ("This response_format type is unavailable now", "--mode json 或 md_json"),
        ("The tool_choice parameter does not support being set to required in thinking mode", "--mode json_schema"),
        ("parameter.enable_thinking must be set to false for non-streaming calls", "思考模式"),
    ],
)
def test_a_rejected_parameter_has_a_hint_of_its_own(message: str, hint: str) -> None:
    error = status_error(400, said(message), {})
    assert type(error) is RequestRejected
    assert hint in error.hint


def test_every_hint_differs() -> None:
    names = ("max_tokens", "temperature", "tool_choice", "response_format", "thinking", "seed")
    assert len({status_error(400, said(f"'{name}' is wrong"), {}).hint for name in names}) == len(names)


TRANSPORT: list[tuple[Kind, type[ModelError]]] = [
    (Kind.RATE_LIMIT, ModelBusy),
    (Kind.SERVER_ERROR, ModelDown),
    (Kind.UNAVAILABLE, ModelDown),
    (Kind.RESET, ModelDown),
    (Kind.RESET_WITHIN, ModelDown),
    (Kind.CUT_JSON, MalformedReply),
    (Kind.HTML, MalformedReply),
    (Kind.BAD_REQUEST, RequestRejected),
    (Kind.TOO_LONG, PromptTooLong),
    (Kind.UNAUTHORIZED, ModelUnusable),
    (Kind.QUOTA, ModelUnusable),
    (Kind.REDIRECT, ModelUnusable),
]


@pytest.mark.parametrize(("kind", "expected"), TRANSPORT)
def test_a_broken_reply_is_one_of_our_errors_and_is_asked_once(kind: Kind, expected: type[ModelError]) -> None:
    with answering(always(kind)) as server:
        with pytest.raises(ModelError) as told:
            sent(server)
        assert server.records().requests == 1
        assert not server.records().strays
    assert type(told.value) is expected
    assert told.value.hint


@pytest.mark.parametrize(
    ("kind", "measure"),
    [(kind, {}) for kind, _ in TRANSPORT]
    + [(Kind.RATE_LIMIT_SECONDS, {"seconds": 3.0}), (Kind.HANG, {}), (Kind.DRIP, {"seconds": 0.05})],
)
def test_no_message_holds_the_key(kind: Kind, measure: dict[str, float]) -> None:
    with answering(always(kind, **measure)) as server:
        with pytest.raises(ModelError) as told:
            sent(server, timeout=SHORT if kind in (Kind.HANG, Kind.DRIP) else 20.0)
        [record] = server.records().by_key.values()
        assert record.headers[0]["authorization"] == f"Bearer {KEY}"  # it did go out
    assert KEY not in f"{told.value}{told.value.hint}{told.value!r}"


def test_no_message_holds_a_key_that_the_endpoint_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.faulty_server._ERRORS", {Kind.UNAUTHORIZED: (401, "x", f"Incorrect API key: {KEY}")})
    with answering(always(Kind.UNAUTHORIZED)) as server, pytest.raises(ModelUnusable) as told:
        sent(server)
    assert KEY not in str(told.value)


def test_a_server_that_is_not_there_is_down() -> None:
    with answering() as server:
        pass
    with pytest.raises(ModelDown, match="连不上"):
        sent(server)


def test_the_wait_that_the_server_asks_for_is_told() -> None:
    with answering(always(Kind.RATE_LIMIT_SECONDS, seconds=2.5)) as server, pytest.raises(ModelBusy) as told:
        sent(server)
    assert told.value.retry_after == 2.5
    with answering(always(Kind.RATE_LIMIT_DATE, seconds=40)) as server, pytest.raises(ModelBusy) as told:
        sent(server)
    assert told.value.retry_after is not None
    assert 20 < told.value.retry_after <= 41


def test_a_redirect_is_not_followed() -> None:
    with (
        answering() as other,
        answering(always(Kind.REDIRECT, location=other.base_url + "/chat/completions")) as server,
    ):
        with pytest.raises(ModelUnusable):
            sent(server)
        seen = other.records()
    assert (seen.requests, seen.strays) == (0, [])


@pytest.mark.parametrize(("kind", "measure"), [(Kind.HANG, {}), (Kind.DRIP, {"seconds": 0.05})])
def test_a_reply_that_does_not_come_in_time_ends_by_the_timeout(kind: Kind, measure: dict[str, float]) -> None:
    with answering(always(kind, **measure)) as server:
        with pytest.raises(ModelDown):
            sent(server, timeout=SHORT)
        assert server.wait_until(lambda records: records.abandoned == 1).good == 0  # the connection is given up


@pytest.mark.parametrize("content", [b"[]", b'"x"', b"1", b"null"])
def test_json_that_is_no_object_is_malformed(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.faulty_server._completion", lambda *_: json.loads(content))
    with answering() as server, pytest.raises(MalformedReply, match="不是 JSON 对象"):
        sent(server)


@pytest.mark.parametrize(
    "kind", [Kind.WRONG_ENVELOPE, Kind.NO_CHOICES, Kind.NO_CONTENT, Kind.REFUSAL, Kind.LENGTH, Kind.NOT_JSON]
)
def test_what_a_reply_holds_is_not_the_endpoints_business(kind: Kind) -> None:
    with answering(always(kind)) as server:
        assert "choices" in sent(server)


def test_a_reply_comes_as_it_was_sent() -> None:
    with answering() as server:
        reply = sent(server)
    assert reply["choices"][0]["message"]["content"] == TEXT
    assert reply["usage"]["prompt_tokens"] > 0


def test_parameters_go_out_as_they_are_whether_known_or_not() -> None:
    bodies: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> str:
        bodies.append(body)
        return TEXT

    request = {**ASKED, "temperature": 0, "max_tokens": 9, "enable_thinking": False, "extra": {"a": ["乙"]}}
    with FaultyServer(answer) as server:
        sent(server, request)
    assert bodies == [request]


def test_a_server_that_wants_no_key_is_asked_without_one() -> None:
    with answering() as server:

        async def send() -> dict[str, Any]:
            asked = Endpoint(ModelSettings("m", server.base_url), None)
            try:
                return await asked.send(ASKED)
            finally:
                await asked.close()

        assert asyncio.run(send())["choices"]


def test_many_at_once_share_one_endpoint() -> None:
    with FaultyServer(lambda body: str(body["seed"]), latency=0.05) as server:

        async def send() -> list[dict[str, Any]]:
            asked = endpoint(server.base_url)
            try:
                return await asyncio.gather(*(asked.send({**ASKED, "seed": number}) for number in range(20)))
            finally:
                await asked.close()

        replies = asyncio.run(send())
    assert [reply["choices"][0]["message"]["content"] for reply in replies] == [str(number) for number in range(20)]
