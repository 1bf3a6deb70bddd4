"""Calls: kept before they are seen, tried again where that helps, counted to the token, and stopped in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from pipeline.engines.llm.calls import ABOUT, About, Caller, Unanswered
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.pace import Pace
from pipeline.engines.llm.prices import Price, estimate_tokens
from pipeline.engines.llm.replies import request_key
from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import (
    BudgetSpent,
    ContentFiltered,
    MalformedReply,
    ModelBusy,
    ModelDown,
    ModelError,
    ModelUnusable,
    PromptTooLong,
    RequestRejected,
)
from schemas.calls import CallState, ModelCall, Reply
from tests.faulty_server import Fault, FaultyServer, Kind, first_n_times
from tests.test_llm_pace import now, run

PRICE = Price("CNY", Decimal(2), Decimal("0.5"), Decimal(8))
ANSWER = '{"results": []}'
REPORT = "a" * 64
Said = dict[str, Any]


def reply(content: str | None = ANSWER, usage: object = (100, 10), finish: str = "stop", **message: object) -> Said:
    """A chat completion; ``usage`` is the tokens asked and answered, or what stands in its place."""
    if isinstance(usage, tuple):
        usage = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def request(words: str = "全年新建口袋公园7个。", **more: Any) -> Said:
    return {"model": "m", "messages": [{"role": "user", "content": words}], **more}


class Script:
    """A transport that says what it is told to, in order, the last for ever; an error is raised."""

    def __init__(self, *turns: Said | ModelError | Callable[[Mapping[str, Any]], Any], seconds: float = 0.0) -> None:
        self._turns = list(turns)
        self._seconds = seconds
        self.requests: list[Said] = []
        self.at: list[float] = []
        self.ended = 0

    async def send(self, sent: Mapping[str, Any]) -> Said:
        self.requests.append(json.loads(json.dumps(sent)))
        self.at.append(now())
        turn = self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]
        await asyncio.sleep(self._seconds)
        self.ended += 1
        if callable(turn):
            turn = turn(sent)
        if isinstance(turn, ModelError):
            raise turn
        return turn

    async def close(self) -> None:
        pass


@dataclass
class Kept:
    """Replies in memory: as the store does, they stand where they are complete or truncated."""

    calls: list[ModelCall] = field(default_factory=list)
    seconds: float = 0.0
    found: dict[tuple[str, str], Reply] = field(default_factory=dict)

    def find(self, report_id: str, key: str) -> Reply | None:
        return self.found.get((report_id, key))

    async def keep(self, call: ModelCall) -> None:
        await asyncio.sleep(self.seconds)
        self.calls.append(call)
        if call.state.kept and call.response is not None:
            self.found[call.report_id, call.key] = Reply(call.state, call.response)
        elif call.state is CallState.INVALID:
            self.found.pop((call.report_id, call.key), None)

    @property
    def states(self) -> list[CallState]:
        return [call.state for call in self.calls]


def caller(
    transport: Any, kept: Kept | None = None, price: Price | None = PRICE, ceiling: int = 8, **settings: Any
) -> Caller:
    chosen = ModelSettings("m", **{"longest_wait": 0.0, **settings})
    return Caller(chosen, transport, kept or Kept(), price, Pace(ceiling))


async def asked(by: Caller, words: str = "全年新建口袋公园7个。", report: str = REPORT, **more: Any) -> Any:
    """The completion, asked about a report in a context of its own, as every question is."""

    async def ask() -> Any:
        ABOUT.set(About(report, "prose", "v2:0123456789ab", []))
        return await by.create(**request(words, **more))

    return await asyncio.create_task(ask())


async def raised(by: Caller, words: str = "全年新建口袋公园7个。", report: str = REPORT) -> ModelError:
    with pytest.raises(ModelError) as told:
        await asked(by, words, report)
    return told.value


# What is asked, and what is kept


def test_what_is_kept_is_served_without_a_request() -> None:
    script, kept = Script(reply()), Kept()

    async def work() -> list[Any]:
        return [await asked(caller(script, kept)) for _ in range(3)]

    completions = run(work())
    assert [one.choices[0].message.content for one in completions] == [ANSWER] * 3
    assert (len(script.requests), len(kept.calls)) == (1, 1)


def test_another_request_is_asked_for() -> None:
    script, kept = Script(reply()), Kept()

    async def work() -> None:
        by = caller(script, kept)
        await asked(by)
        await asked(by, "全年新建口袋公园8个。")
        await asked(by, temperature=0)

    run(work())
    assert len(script.requests) == len({call.key for call in kept.calls}) == 3


def test_refresh_asks_anew() -> None:
    script, kept = Script(reply("{}"), reply()), Kept()

    async def work() -> Any:
        await asked(caller(script, kept))
        return await asked(caller(script, kept, refresh=True))

    assert run(work()).choices[0].message.content == ANSWER
    assert len(script.requests) == 2
    assert next(iter(kept.found.values())).response["choices"][0]["message"]["content"] == ANSWER


def test_a_reply_is_kept_before_it_is_seen() -> None:
    class Failing(Kept):
        async def keep(self, call: ModelCall) -> None:
            await super().keep(call)
            raise OSError("disk full")

    async def work() -> None:
        slow = Kept(seconds=7)
        await asked(caller(Script(reply()), slow))
        assert now() == 1_007
        assert slow.states == [CallState.COMPLETE]
        failing = Failing()
        with pytest.raises(OSError, match="disk full"):
            await asked(caller(Script(reply()), failing))
        assert failing.states == [CallState.COMPLETE]

    run(work())


def test_a_call_is_kept_with_all_that_belongs_to_it() -> None:
    kept = Kept()
    run(asked(caller(Script(reply(), seconds=0), kept), temperature=0))
    [call] = kept.calls
    sent = request(temperature=0)
    assert (call.key, call.request, call.response) == (request_key(sent), sent, reply())
    assert (call.report_id, call.task, call.model, call.prompts) == (REPORT, "prose", "m", "v2:0123456789ab")
    assert (call.state, call.error) == (CallState.COMPLETE, None)
    assert call.seconds >= 0


def test_the_list_of_messages_is_kept_as_it_was_sent() -> None:
    kept, messages = Kept(), [{"role": "user", "content": "甲"}]

    async def work() -> None:
        ABOUT.set(About(REPORT, "prose", "v2", []))
        await caller(Script(reply()), kept).create(model="m", messages=messages)
        messages.append({"role": "user", "content": "乙"})

    run(work())
    assert len(kept.calls[0].request["messages"]) == 1


def test_the_same_request_at_the_same_time_is_sent_once() -> None:
    script, kept = Script(reply(), seconds=5), Kept()

    async def work() -> list[Any]:
        by = caller(script, kept)
        return await asyncio.gather(*(asked(by) for _ in range(5)))

    assert len(run(work())) == 5
    assert len(script.requests) == len(kept.calls) == 1


def test_where_the_first_of_two_fails_the_other_asks() -> None:
    script, kept = Script(RequestRejected("否"), reply(), seconds=5), Kept()

    async def work() -> list[Any]:
        by = caller(script, kept)
        return await asyncio.gather(asked(by), asked(by), return_exceptions=True)

    first, second = run(work())
    assert isinstance(first, RequestRejected)
    assert second.choices
    assert kept.states == [CallState.FAILED, CallState.COMPLETE]


def test_where_the_first_of_two_is_cancelled_the_other_asks() -> None:
    script = Script(reply(), seconds=5)

    async def work() -> Any:
        by = caller(script)
        first, second = asyncio.create_task(by_itself(by)), asyncio.create_task(by_itself(by))
        await asyncio.sleep(1)
        first.cancel()
        return await second

    assert run(work()).choices
    assert len(script.requests) == 2


async def by_itself(by: Caller) -> Any:
    ABOUT.set(About(REPORT, "prose", "v2", []))
    return await by.create(**request())


def test_different_requests_do_not_wait_for_each_other() -> None:
    script = Script(reply(), seconds=5)

    async def work() -> float:
        by = caller(script)
        await asyncio.gather(*(asked(by, f"新建{number}个。") for number in range(5)))
        return now() - 1_000

    assert run(work()) == 5


def test_the_same_page_of_two_reports_is_paid_for_once() -> None:
    script = Script(reply(), seconds=5)

    async def work() -> None:
        by = caller(script, Kept())
        await asyncio.gather(*(asked(by, report=report * 64) for report in "ab"))

    run(work())
    assert len(script.requests) == 1


def test_the_same_request_at_the_same_time_is_refreshed_once() -> None:
    script = Script(reply(), seconds=5)

    async def work() -> None:
        by = caller(script, Kept(), refresh=True)
        await asyncio.gather(asked(by), asked(by))

    run(work())
    assert len(script.requests) == 1


def test_what_is_disowned_is_asked_again() -> None:
    script, kept = Script(reply("{}"), reply()), Kept()

    async def ask(disowned: bool) -> str:
        ABOUT.set(About(REPORT, "prose", "v2", []))
        by = caller(script, kept)
        completion = await by.create(**request())
        if disowned:
            await by.disown("不合格式")
        return str(completion.choices[0].message.content)

    async def work() -> list[str]:
        return [await asyncio.create_task(ask(disowned)) for disowned in (False, True, False, False)]

    assert run(work()) == ["{}", "{}", ANSWER, ANSWER]
    assert kept.states == [CallState.COMPLETE, CallState.INVALID, CallState.COMPLETE]
    disowned = kept.calls[1]
    assert (disowned.error, disowned.input_tokens, disowned.cost) == ("不合格式", 0, Decimal(0))  # it was paid once
    assert disowned.response == reply("{}")


# Replies without an answer


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({**reply(), "choices": []}, CallState.EMPTY),
        (reply(None), CallState.EMPTY),
        (reply(" \n"), CallState.EMPTY),
        (reply(None, tool_calls=[]), CallState.EMPTY),
        (reply(None, tool_calls=[{"function": {"name": "f", "arguments": ""}}]), CallState.EMPTY),
        (reply(None, refusal="我不能回答。"), CallState.REFUSED),
        (reply(None, finish="content_filter"), CallState.FILTERED),
        (reply('{"resu', finish="content_filter"), CallState.FILTERED),
        (reply('{"resu', finish="length"), CallState.TRUNCATED),
        (reply(None, finish="length"), CallState.TRUNCATED),  # all went into thinking
    ],
)
def test_a_reply_without_an_answer_tells_how_it_ended(said: Said, state: CallState) -> None:
    script, kept = Script(said), Kept()

    async def work() -> ModelError:
        by = caller(script, kept)
        error = await raised(by)
        assert by.spending.failures_in_a_row == 0  # the endpoint is well
        return error

    error = run(work())
    assert isinstance(error, Unanswered)
    assert error.state == state
    assert str(error)
    assert (len(script.requests), kept.states, kept.calls[0].error) == (1, [state], str(error))
    assert kept.calls[0].input_tokens == 100  # it was paid for


def test_a_truncated_reply_is_kept_and_an_empty_one_is_asked_again() -> None:
    async def requests(said: Said) -> int:
        script, kept = Script(said), Kept()
        for _ in range(2):
            assert isinstance(await raised(caller(script, kept)), Unanswered)
        return len(script.requests)

    assert run(requests(reply("{", finish="length"))) == 1
    assert run(requests(reply(None))) == 2


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"choices": None},
        {"choices": "none"},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": {"content": 7}}]},
        {"choices": [{"message": {"content": None, "tool_calls": "x"}}]},
        {"choices": [{"message": {"content": None, "tool_calls": ["x"]}}]},
        {"choices": [{"message": {"content": None, "tool_calls": [{"function": "x"}]}}]},
    ],
)
def test_what_is_no_completion_is_malformed_and_tried_again(said: Said) -> None:
    script, kept = Script(said, said, reply()), Kept()
    assert run(asked(caller(script, kept))).choices
    assert kept.states == [CallState.FAILED, CallState.FAILED, CallState.COMPLETE]
    assert kept.calls[0].response is None
    assert kept.calls[0].error is not None
    assert kept.calls[0].error.startswith("malformed_reply: ")


# Trying again


@pytest.mark.parametrize(
    "error", [RequestRejected("否"), PromptTooLong("长"), ContentFiltered("滤"), ModelUnusable("错")]
)
def test_what_another_try_cannot_mend_is_sent_once(error: ModelError) -> None:
    script, kept = Script(error), Kept()
    assert run(raised(caller(script, kept))) is error
    assert (len(script.requests), kept.states) == (1, [CallState.FAILED])


@pytest.mark.parametrize("error", [ModelBusy("忙"), ModelDown("断"), MalformedReply("乱")])
def test_what_may_pass_is_tried_again_and_each_failure_is_kept(error: ModelError) -> None:
    script, kept = Script(error, error, reply()), Kept()

    async def work() -> Caller:
        by = caller(script, kept)
        assert (await asked(by)).choices
        return by

    spending = run(work()).spending
    assert kept.states == [CallState.FAILED, CallState.FAILED, CallState.COMPLETE]
    for call in kept.calls[:2]:
        assert (call.response, call.cost, call.input_tokens, call.output_tokens) == (None, Decimal(0), 0, 0)
        assert call.error == f"{error.code}: {error}"
        assert call.key == kept.calls[2].key
    assert (spending.calls, spending.answers, spending.failures_in_a_row) == (3, 1, 0)
    assert spending.cost == kept.calls[2].cost


@pytest.mark.parametrize("attempts", [1, 2, 6])
def test_so_many_attempts_are_made(attempts: int) -> None:
    script, error = Script(ModelDown("断")), run(raised(caller(Script(ModelDown("断")), attempts=attempts)))
    assert isinstance(error, ModelDown)
    run(raised(caller(script, attempts=attempts)))
    assert len(script.requests) == attempts


def test_the_endpoint_says_how_long_to_wait() -> None:
    script = Script(ModelBusy("忙", "", 7.5), ModelDown("断", "", 100.0), ModelBusy("忙", "", 0.0), reply())
    run(asked(caller(script, longest_wait=2.0)))
    assert [at - 1_000 for at in script.at] == [0, 7.5, 107.5, 107.5]


def test_without_a_word_the_wait_is_within_bounds_that_grow() -> None:
    script = Script(ModelDown("断"))
    run(raised(caller(script, attempts=12, longest_wait=20.0)))
    waits = [after - before for before, after in zip(script.at, script.at[1:], strict=False)]
    assert all(0 <= wait <= min(20.0, 2.0**number) for number, wait in enumerate(waits))
    assert len(set(waits)) > 1  # at random: many that failed together do not come back together


def test_a_wait_that_was_asked_of_one_holds_the_others() -> None:
    script = Script(ModelBusy("忙", "", 30.0), reply())

    async def work() -> None:
        by = caller(script)
        first = asyncio.create_task(asked(by))
        await asyncio.sleep(1)
        await asked(by, "另一句。")
        await first

    run(work())
    assert [at - 1_000 for at in script.at] == [0, 30, 30]


def test_a_server_that_recovers_is_asked_until_it_answers() -> None:
    kept = Kept()

    async def work(base_url: str) -> Any:
        endpoint = Endpoint(ModelSettings("m", base_url), "k")
        try:
            return await asked(caller(endpoint, kept))
        finally:
            await endpoint.close()

    with FaultyServer(lambda _body: ANSWER, first_n_times(Fault(Kind.RESET), 3)) as server:
        assert asyncio.run(work(server.base_url)).choices[0].message.content == ANSWER
        assert (server.records().requests, server.records().good) == (4, 1)
    assert kept.states == [CallState.FAILED] * 3 + [CallState.COMPLETE]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.NO_CHOICES, CallState.EMPTY),
        (Kind.NO_CONTENT, CallState.EMPTY),
        (Kind.REFUSAL, CallState.REFUSED),
        (Kind.CONTENT_FILTER, CallState.FILTERED),
        (Kind.LENGTH, CallState.TRUNCATED),
        (Kind.WRONG_ENVELOPE, CallState.FAILED),
    ],
)
def test_a_server_that_does_not_answer_is_told_by_state(kind: Kind, state: CallState) -> None:
    kept = Kept()

    async def work(base_url: str) -> None:
        endpoint = Endpoint(ModelSettings("m", base_url), "k")
        try:
            await raised(caller(endpoint, kept, attempts=2))
        finally:
            await endpoint.close()

    with FaultyServer(lambda _body: ANSWER, lambda *_: Fault(kind)) as server:
        asyncio.run(work(server.base_url))
    assert set(kept.states) == {state}


# When to give up


async def failures(by: Caller, times: int, reports: int = 2) -> list[ModelError]:
    return [await raised(by, f"新建{number}个。", f"{number % reports}" * 64) for number in range(times)]


def test_one_report_that_is_hopeless_by_itself_does_not_end_the_run() -> None:
    errors = run(failures(caller(Script(RequestRejected("否"))), 30, reports=1))
    assert {type(error) for error in errors} == {RequestRejected}


def test_three_failures_without_any_answer_end_the_run() -> None:
    errors = run(failures(caller(Script(RequestRejected("否", "改参数。"))), 3))
    assert [type(error) for error in errors] == [RequestRejected, RequestRejected, ModelUnusable]
    assert "否" in str(errors[2])
    assert errors[2].hint == "改参数。"


def test_where_there_was_an_answer_twenty_failures_in_a_row_end_the_run() -> None:
    async def work() -> list[ModelError]:
        by = caller(Script(reply(), RequestRejected("否")))
        await asked(by)
        return await failures(by, 20)

    assert [isinstance(error, ModelUnusable) for error in run(work())] == [False] * 19 + [True]


def test_an_answer_in_between_starts_the_count_anew() -> None:
    async def work() -> list[ModelError]:
        no = RequestRejected("否")
        by = caller(Script(reply(), *[no] * 19, reply(), *[no] * 19))
        await asked(by, "甲")
        first = await failures(by, 19)
        await asked(by, "乙")
        return first + await failures(by, 19)

    assert {type(error) for error in run(work())} == {RequestRejected}


def test_a_failure_is_a_call_that_failed_for_good_not_an_attempt() -> None:
    async def work() -> Caller:
        by = caller(Script(*[ModelDown("断")] * 5, reply()), attempts=6)
        await asked(by)
        return by

    assert run(work()).spending.failures_in_a_row == 0


def test_a_wrong_key_ends_the_run_at_once() -> None:
    script = Script(ModelUnusable("密钥"))
    assert str(run(raised(caller(script)))) == "密钥"
    assert len(script.requests) == 1


@pytest.mark.parametrize("error", [PromptTooLong("长"), ContentFiltered("滤")])
def test_difficult_texts_at_the_very_beginning_do_not_end_the_run(error: ModelError) -> None:
    assert {type(one) for one in run(failures(caller(Script(error)), 4))} == {type(error)}


# What is counted


@pytest.mark.parametrize(
    ("usage", "tokens", "cost"),
    [
        ({"prompt_tokens": 1_000, "completion_tokens": 100}, (1_000, 0, 100), "0.0028"),
        (
            {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 800}},
            (1_000, 800, 100),
            "0.0016",
        ),
        (  # DeepSeek
            {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_cache_hit_tokens": 800},
            (1_000, 800, 100),
            "0.0016",
        ),
        (
            {
                "prompt_tokens": 1_000,
                "completion_tokens": 100,
                "prompt_tokens_details": {"cached_tokens": 800},
                "prompt_cache_hit_tokens": 800,
            },
            (1_000, 800, 100),
            "0.0016",
        ),
        (
            {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_tokens_details": None},
            (1_000, 0, 100),
            "0.0028",
        ),
    ],
)
def test_tokens_are_those_that_the_endpoint_counted(usage: Said, tokens: tuple[int, int, int], cost: str) -> None:
    kept = Kept()

    async def work() -> Caller:
        by = caller(Script(reply(usage=usage)), kept)
        await asked(by)
        return by

    spending = run(work()).spending
    [call] = kept.calls
    assert (call.input_tokens, call.cached_tokens, call.output_tokens) == tokens
    assert (call.cost, call.currency) == (Decimal(cost), "CNY")
    assert (spending.tokens, spending.written, spending.cost) == (tokens[0] + tokens[2], tokens[2], Decimal(cost))


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        "x",
        {},
        {"prompt_tokens": 0, "completion_tokens": None},
        {"prompt_tokens": "9", "completion_tokens": -1},
    ],
)
def test_tokens_are_estimated_where_the_endpoint_does_not_count(usage: object) -> None:
    kept = Kept()
    run(asked(caller(Script(reply(usage=usage)), kept)))
    [call] = kept.calls
    least = estimate_tokens("全年新建口袋公园7个。")
    assert least <= call.input_tokens <= least + 30
    assert estimate_tokens(ANSWER) <= call.output_tokens <= estimate_tokens(ANSWER) + 30
    assert call.cost
    assert call.cost > 0


def test_without_a_price_nothing_is_said_of_the_cost() -> None:
    kept = Kept()
    run(asked(caller(Script(ModelDown("断"), reply()), kept, price=None)))
    assert [(call.cost, call.currency) for call in kept.calls] == [(Decimal(0), None), (None, None)]  # failing is free


def test_what_is_served_costs_nothing() -> None:
    async def work() -> Caller:
        kept = Kept()
        await asked(caller(Script(reply()), kept))
        by = caller(Script(reply()), kept)
        await asked(by)
        return by

    spending = run(work()).spending
    assert (spending.calls, spending.tokens, spending.cost) == (0, 0, Decimal(0))


# What may be spent


def spent(script: Script, requests: int, together: bool, **limits: Any) -> tuple[Caller, list[Any]]:
    """Who asked, and the outcome of so many requests: one after another, or all at once."""

    async def work() -> tuple[Caller, list[Any]]:
        by = caller(script, Kept(), ceiling=100, **limits)
        questions = [asked(by, f"新建{number:03}个。") for number in range(requests)]
        if together:
            return by, await asyncio.gather(*questions, return_exceptions=True)
        return by, [(await asyncio.gather(question, return_exceptions=True))[0] for question in questions]

    return run(work())


LIMITS: list[tuple[Said, Callable[[Caller], bool]]] = [
    ({"max_tokens": 1_000}, lambda by: by.spending.tokens <= 1_000),
    ({"max_cost": Decimal("0.0025")}, lambda by: by.spending.cost <= Decimal("0.0025")),
]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("limits", "within"), LIMITS)
def test_a_limit_is_never_overshot(limits: Said, within: Callable[[Caller], bool], together: bool) -> None:
    expected = estimate_tokens("modelmmessagesroleusercontent新建000个。")
    script = Script(reply(usage=(expected, expected)), seconds=1)
    by, outcomes = spent(script, 100, together, **limits)
    assert within(by)
    assert any(isinstance(outcome, BudgetSpent) for outcome in outcomes)
    assert 10 < len(script.requests) < 100
    assert by.spending.tokens == len(script.requests) * 2 * expected
    assert (by.spending.tokens_under_way, by.spending.cost_under_way) == (0, 0)


@pytest.mark.parametrize("limits", [{"max_tokens": 5}, {"max_cost": Decimal("0.000001")}])
def test_a_request_that_would_exceed_the_limit_is_not_sent(limits: Said) -> None:
    script = Script(reply())
    _, [outcome] = spent(script, 1, together=False, **limits)
    assert isinstance(outcome, BudgetSpent)
    assert outcome.hint
    assert not script.requests


def test_answers_are_expected_to_be_as_long_as_those_so_far() -> None:
    script = Script(reply(usage=(10, 400)))
    by, outcomes = spent(script, 3, together=False, max_tokens=900)
    assert [isinstance(outcome, BudgetSpent) for outcome in outcomes] == [False, False, True]
    assert by.spending.tokens == 820


def test_what_failed_is_not_counted_as_spent() -> None:
    script = Script(*[RequestRejected("否")] * 2, reply(usage=(20, 5)))
    by, outcomes = spent(script, 4, together=False, max_tokens=80)
    assert [type(outcome) for outcome in outcomes[:2]] == [RequestRejected] * 2
    assert not isinstance(outcomes[2], Exception)
    assert by.spending.tokens_under_way == 0


def test_a_limit_that_is_reached_is_told_as_such_however_often() -> None:
    _, outcomes = spent(Script(reply()), 5, together=True, max_tokens=5)
    assert {type(outcome) for outcome in outcomes} == {BudgetSpent}


def test_a_limit_lets_through_what_fits_whoever_waits() -> None:
    script = Script(reply(usage=(13, 5)), seconds=1)

    async def work() -> list[Any]:
        by = caller(script, Kept(), ceiling=1, max_tokens=200)
        return await asyncio.gather(*(asked(by, f"新建{n:03}个。") for n in range(40)), return_exceptions=True)

    run(work())
    assert len(script.requests) == 200 // (13 + 5)


def test_a_call_that_is_being_kept_is_counted_once() -> None:
    script = Script(reply(usage=(25, 25)))

    async def work() -> list[Any]:
        by = caller(script, Kept(seconds=10), max_tokens=100)  # two calls of 50
        first = asyncio.create_task(asked(by, "新建001个。"))
        await asyncio.sleep(1)
        return await asyncio.gather(first, asked(by, "新建002个。"), return_exceptions=True)

    assert not [outcome for outcome in run(work()) if isinstance(outcome, Exception)]


@pytest.mark.parametrize("limits", [{"max_tokens": 900}, {"max_cost": Decimal("0.0070")}])
def test_those_who_wait_expect_answers_as_long_as_those_that_came_meanwhile(limits: Said) -> None:
    script = Script(reply(usage=(10, 400)), seconds=1)

    async def work() -> None:
        by = caller(script, Kept(), ceiling=1, **limits)
        await asyncio.gather(*(asked(by, f"新建{n:03}个。") for n in range(9)), return_exceptions=True)

    run(work())
    assert len(script.requests) == 2  # as many as one after another
