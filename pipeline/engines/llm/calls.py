"""One call: looked up, paced, tried again where that can help, counted, and kept before anyone sees its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import Decimal
from time import perf_counter
from typing import Any, NamedTuple

from openai.types.chat import ChatCompletion
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipeline.engines.llm.client import Transport
from pipeline.engines.llm.pace import Pace
from pipeline.engines.llm.prices import Price, cost, estimate_tokens
from pipeline.engines.llm.replies import Replies, classify, request_key
from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import (
    BudgetSpent,
    ContentFiltered,
    ExtractError,
    MalformedReply,
    ModelBusy,
    ModelError,
    ModelUnusable,
    PromptTooLong,
)
from schemas.calls import CallState, ModelCall

_HOPELESS, _HOPELESS_AT_FIRST = 20, 3
"""So many calls in a row that failed for good, about more than one report, mean that the endpoint is gone or was never
right, not that a chunk is difficult; few will do where none was ever answered."""

_LONGEST_TOLD = 600.0  # seconds: whoever asks for more is asked again all the same
_GO_ON = "提高上限再运行，会接着做。"


class About(NamedTuple):
    """What a call is about: stored with it. ``answers`` takes the calls of one question that were answered."""

    report_id: str
    task: str
    prompts: str
    answers: list[ModelCall]


ABOUT: ContextVar[About] = ContextVar("about")
"""Set by whoever asks, since instructor stands between the question and the call."""


class Unanswered(ModelError):
    """A reply came, but no answer: ``state`` says how it ended."""

    code = "unanswered"

    def __init__(self, state: CallState, message: str) -> None:
        super().__init__(message)
        self.state = state


@dataclass(slots=True)
class Spending:
    """What was sent and spent so far; estimates count for what is under way."""

    calls: int = 0
    answers: int = 0
    written: int = 0  # tokens of all answers
    tokens: int = 0
    cost: Decimal = Decimal(0)
    tokens_under_way: int = 0
    cost_under_way: Decimal = Decimal(0)
    failures_in_a_row: int = 0


class Caller:
    """Sends requests for an engine. ``create`` takes what the openai package's method of that name takes."""

    def __init__(
        self, settings: ModelSettings, transport: Transport, replies: Replies, price: Price | None, pace: Pace
    ) -> None:
        self.settings = settings
        self.spending = Spending()
        self._transport = transport
        self.replies = replies
        self._price = price
        self._pace = pace
        self._under_way: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._freed = asyncio.Condition()
        self._failing: set[str] = set()  # the reports of the failures in a row
        self._unusable: ModelUnusable | None = None
        self._unstored = 0
        self._stored = asyncio.Condition()

    async def create(self, **request: Any) -> ChatCompletion:
        """The completion, from the store where it was paid for already.

        Raises ``Unanswered`` where a reply came without an answer, and ``ModelError`` where none came.
        """
        request["messages"] = list(request["messages"])  # instructor adds to its own list when it sends back
        key = request_key(request)
        reply = None if self.settings.refresh else self.replies.find(ABOUT.get().report_id, key)
        response = dict(reply.response) if reply else await self._shared(key, request)
        state, message = classify(response)
        if state is not CallState.COMPLETE:
            raise Unanswered(state, message or "")
        ABOUT.get().answers.append(replace(self._call(key, request, 0.0), response=response))
        return ChatCompletion.construct(**response)

    async def _shared(self, key: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a request; one that is under way already, for the same page elsewhere, is waited for."""
        while (other := self._under_way.get(key)) is not None:
            await asyncio.wait([other])
            shared = other.result()
            if shared is not None:
                return shared
        self._under_way[key] = done = asyncio.get_running_loop().create_future()
        response = None
        try:
            response = await self._ask(key, request)
        finally:
            del self._under_way[key]
            done.set_result(response)
        return response

    async def disown(self, message: str) -> None:
        """Note that the replies to the present question cannot be used, so that the next run asks anew."""
        for call in ABOUT.get().answers:
            await self.replies.keep(replace(call, state=CallState.INVALID, error=message))

    async def _ask(self, key: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a request that is not in the store, tried as often as it makes sense."""
        if self._unusable is not None:
            raise self._unusable  # what was queued before it was known
        retrying = AsyncRetrying(  # one for each call: its state must not be shared between coroutines
            retry=retry_if_exception(lambda error: isinstance(error, ExtractError) and error.transient),
            wait=_as_told(self.settings.longest_wait),
            stop=stop_after_attempt(self.settings.attempts),
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    response = await self._attempt(key, request)
        except ModelUnusable as error:
            self._unusable = error
            raise
        except ModelError as error:
            if error.stops_run or isinstance(error, PromptTooLong | ContentFiltered):
                raise  # says nothing of the endpoint
            self.spending.failures_in_a_row += 1
            self._failing.add(ABOUT.get().report_id)
            failures = self.spending.failures_in_a_row
            enough = _HOPELESS if self.spending.answers else _HOPELESS_AT_FIRST
            if failures >= enough and len(self._failing) > 1:  # one report may be hopeless by itself
                self._unusable = ModelUnusable(f"连续 {failures} 次调用失败，最近一次：{error}", error.hint)
                raise self._unusable from error
            raise
        self.spending.failures_in_a_row = 0
        self._failing.clear()
        return response

    async def _attempt(self, key: str, request: Mapping[str, Any]) -> dict[str, Any]:
        expected = estimate_tokens(_words_of(request))
        async with AsyncExitStack() as until_kept:
            async with self._pace.turn(expected + self._expected_answer(expected)):
                await until_kept.enter_async_context(self._reserved(expected))
                start = perf_counter()
                try:
                    response = await self._transport.send(request)
                    state, message = _classified(response)
                except ModelError as error:
                    if isinstance(error, ModelBusy):
                        self._pace.slow_down(error.retry_after if type(error) is ModelBusy else None)
                    failed = self._call(key, request, perf_counter() - start)
                    await self._keep(replace(failed, error=f"{error.code}: {error}"))
                    raise
                seconds = perf_counter() - start
                await self._room_to_keep()
            self._pace.speed_up()
            answered = self._counted(self._call(key, request, seconds), response, expected)
            await self._keep(replace(answered, response=response, state=state, error=message))
        return response

    async def _room_to_keep(self) -> None:
        """Hold the place while as many replies wait to be stored as may be asked for at once: more could be lost."""
        async with self._stored:
            await self._stored.wait_for(lambda: self._unstored < self.settings.concurrency)

    async def _keep(self, call: ModelCall) -> None:
        self.spending.calls += 1
        self.spending.answers += call.response is not None
        self.spending.written += call.output_tokens
        self.spending.tokens += call.input_tokens + call.output_tokens
        self.spending.cost += call.cost or 0
        self._unstored += 1
        try:
            await self.replies.keep(call)
        finally:
            self._unstored -= 1
            async with self._stored:
                self._stored.notify()

    def _call(self, key: str, request: Mapping[str, Any], seconds: float) -> ModelCall:
        about = ABOUT.get()
        return ModelCall(
            key=key,
            report_id=about.report_id,
            task=about.task,
            model=self.settings.model,
            prompts=about.prompts,
            request=request,
            response=None,
            state=CallState.FAILED,
            error=None,
            input_tokens=0,
            cached_tokens=0,
            output_tokens=0,
            cost=Decimal(0),
            currency=None if self._price is None else self._price.currency,
            seconds=seconds,
        )

    def _counted(self, call: ModelCall, response: Mapping[str, Any], expected: int) -> ModelCall:
        """The call with its tokens and cost: the endpoint's count, or an estimate where it gives none."""
        usage = response.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        details = usage.get("prompt_tokens_details")
        cached = _count((details if isinstance(details, dict) else {}).get("cached_tokens"))
        if not cached:
            cached = _count(usage.get("prompt_cache_hit_tokens"))  # DeepSeek's name for it
        tokens = _count(usage.get("prompt_tokens")) or expected
        written = _count(usage.get("completion_tokens")) or estimate_tokens(_words_of(response.get("choices") or []))
        spent = None if self._price is None else cost(self._price, tokens, cached, written)
        return replace(call, input_tokens=tokens, cached_tokens=cached, output_tokens=written, cost=spent)

    @asynccontextmanager
    async def _reserved(self, tokens: int) -> AsyncIterator[None]:
        """Counts a request as spent while it is under way, so that many at once do not overshoot a limit together.

        Its answer is expected to be as long as the answers so far. Where it may be too much only because of what is
        under way, it waits for that. Raises ``BudgetSpent`` where it is too much all the same.
        """
        spending = self.spending
        async with self._freed:
            while True:
                written = self._expected_answer(tokens)
                price = Decimal(0) if self._price is None else cost(self._price, tokens, 0, written)
                limit = self._limit_passed_by(tokens + written, price)
                if limit is None or not spending.tokens_under_way:
                    break
                await self._freed.wait()
            if limit is not None:
                raise BudgetSpent(limit, _GO_ON)
            spending.tokens_under_way += tokens + written
            spending.cost_under_way += price
        try:
            yield
        finally:
            spending.tokens_under_way -= tokens + written
            spending.cost_under_way -= price
            async with self._freed:
                self._freed.notify_all()

    def _expected_answer(self, tokens: int) -> int:
        """The tokens of an answer to a request of so many: as many as answers had so far, on average."""
        spending = self.spending
        return spending.written // spending.answers if spending.answers else tokens

    def _limit_passed_by(self, tokens: int, price: Decimal) -> str | None:
        """In words the limit that so much more might pass, ``None`` where it fits."""
        spending, settings = self.spending, self.settings
        most_tokens, most_cost = settings.max_tokens, settings.max_cost
        if most_tokens is not None and spending.tokens + spending.tokens_under_way + tokens > most_tokens:
            return f"再问会超过 --max-tokens {most_tokens}（已用 {spending.tokens}）"
        if most_cost is not None and spending.cost + spending.cost_under_way + price > most_cost:
            return f"再问会超过 --max-cost {most_cost}（已用 {spending.cost:.4f}）"
        return None


def _as_told(longest: float) -> Any:
    """As long as the endpoint says, else longer each time, at random within it (full jitter)."""
    backoff = wait_random_exponential(multiplier=1, max=longest)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = error.retry_after if isinstance(error, ModelBusy) else None
        return min(told, _LONGEST_TOLD) if told is not None else backoff(state)

    return wait


def _classified(response: Mapping[str, Any]) -> tuple[CallState, str | None]:
    try:
        return classify(response)
    except ValueError as error:
        raise MalformedReply("模型服务的回复不合接口格式", "请检查 --base-url 是否指向兼容 OpenAI 的接口。") from error


def _words_of(part: Any) -> str:
    """Every string in a request or reply, one after the other: what tokens are estimated from."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        return "".join(str(key) + _words_of(value) for key, value in part.items())
    return "".join(map(_words_of, part)) if isinstance(part, list | tuple) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
