"""The pace: never more at once than is borne, never more a minute than is allowed, and no place is ever lost."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.llm.pace import Pace

T = TypeVar("T")


class _Clock(selectors.DefaultSelector):
    """Waits for nothing: where a loop would sleep, time is put forward by as much."""

    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever come")
        if not ready and timeout:
            self.now += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Clock()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of work in a loop whose clock is exact and whose sleeps take no time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


class Start(NamedTuple):
    at: float
    tokens: int


async def started(pace: Pace, requests: Sequence[int], seconds: float = 0.0) -> list[Start]:
    """Requests of so many tokens, all at once, each under way for so long: when each one started."""
    starts: list[Start] = []

    async def one(tokens: int) -> None:
        async with pace.turn(tokens):
            starts.append(Start(now(), tokens))
            await asyncio.sleep(seconds)

    await asyncio.gather(*map(one, requests))
    return starts


def most_in_a_minute(starts: Sequence[Start], weight: Callable[[Start], int]) -> int:
    """The most in any 60 seconds; a window that begins with a start is never the lesser one."""
    return max(sum(weight(one) for one in starts if 0 <= one.at - first.at < 60 - 1e-6) for first in starts)


async def most_at_once(pace: Pace, requests: int) -> int:
    """The most that are under way together, and never more than the ceiling."""
    running = most = 0

    async def one() -> None:
        nonlocal running, most
        async with pace.turn(1):
            running += 1
            most = max(most, running)
            await asyncio.sleep(1)
            running -= 1

    await asyncio.gather(*(one() for _ in range(requests)))
    assert running == 0
    return most


def test_the_clock_stops_where_nothing_will_ever_come() -> None:
    with pytest.raises(RuntimeError, match="everybody waits"):
        run(asyncio.Event().wait())


@pytest.mark.parametrize("ceiling", [1, 2, 8])
def test_no_more_at_once_than_the_ceiling(ceiling: int) -> None:
    assert run(most_at_once(Pace(ceiling), 30)) == ceiling


def test_fewer_requests_than_places_start_at_once() -> None:
    assert {start.at for start in run(started(Pace(8), [1] * 8, 5))} == {1_000.0}


@pytest.mark.parametrize(("ceiling", "limits"), [(1, [1, 1]), (2, [1, 1]), (3, [1.5, 1]), (8, [4, 2, 1, 1])])
def test_each_sign_halves_the_number_at_once_down_to_one(ceiling: int, limits: list[float]) -> None:
    async def work() -> list[float]:
        pace, seen = Pace(ceiling), []
        for _ in limits:
            pace.slow_down(None)
            seen.append(pace.limit)
            await asyncio.sleep(1)
        return seen

    assert run(work()) == limits


def test_half_as_many_run_after_a_sign() -> None:
    async def work() -> int:
        pace = Pace(8)
        pace.slow_down(None)
        return await most_at_once(pace, 30)

    assert run(work()) == 4


def test_several_signs_within_a_second_are_one() -> None:
    async def work() -> list[float]:
        pace, seen = Pace(8), []
        for _ in range(9):
            pace.slow_down(None)
            seen.append(pace.limit)
            await asyncio.sleep(0.125)
        return seen

    assert run(work()) == [4] * 8 + [2]


def test_requests_under_way_go_on_when_there_is_a_sign() -> None:
    async def work() -> list[Start]:
        pace = Pace(4)
        asked = asyncio.create_task(started(pace, [1] * 8, 10))
        await asyncio.sleep(1)
        pace.slow_down(None)
        return await asked

    assert [start.at - 1_000 for start in run(work())] == [0, 0, 0, 0, 10, 10, 20, 20]


def test_one_more_runs_at_once_after_each_round_that_went_well() -> None:
    async def work() -> list[int]:
        pace = Pace(4)
        pace.slow_down(None)
        await asyncio.sleep(1)
        pace.slow_down(None)
        seen = [int(pace.limit)]
        for _ in range(12):
            pace.speed_up()
            seen.append(int(pace.limit))
        return seen

    assert run(work()) == [1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4]


def test_those_who_wait_get_the_places_that_come_back() -> None:
    async def work() -> list[float]:
        pace, starts = Pace(4), []

        async def one() -> None:
            async with pace.turn(1):
                starts.append(now() - 1_000)
                await asyncio.sleep(1)
            pace.speed_up()

        pace.slow_down(None)
        await asyncio.sleep(1)
        pace.slow_down(None)
        await asyncio.gather(*(one() for _ in range(12)))
        return starts

    starts = run(work())
    assert starts[0] == starts[1] - 1 == 1  # one alone at first
    assert max(starts.count(second) for second in starts) == 4
    assert starts[-1] - starts[0] < 12


@pytest.mark.parametrize(("rpm", "ceiling"), [(1, 8), (7, 8), (10, 1), (60, 8), (600, 100)])
def test_no_minute_has_more_starts_than_allowed(rpm: int, ceiling: int) -> None:
    starts = run(started(Pace(ceiling, rpm=rpm), [1] * (3 * rpm + 5), 0.01))
    assert most_in_a_minute(starts, lambda _: 1) == rpm


def test_starts_are_spaced_out_and_not_saved_up() -> None:
    async def work() -> list[Start]:
        pace = Pace(8, rpm=6)
        first = await started(pace, [1] * 2)
        await asyncio.sleep(600)  # in which nothing may be saved up
        return first + await started(pace, [1] * 3)

    assert [start.at - 1_000 for start in run(work())] == [0, 10, 610, 620, 630]


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0, 90)), min_size=1, max_size=40), st.integers(1, 20))
def test_no_minute_has_more_starts_whenever_they_are_asked_for(times: list[tuple[float, float]], rpm: int) -> None:
    async def work() -> list[Start]:
        pace, starts = Pace(4, rpm=rpm), []

        async def one(after: float, seconds: float) -> None:
            await asyncio.sleep(after)
            async with pace.turn(1):
                starts.append(Start(now(), 1))
                await asyncio.sleep(seconds)

        await asyncio.gather(*(one(*when) for when in times))
        return starts

    assert most_in_a_minute(run(work()), lambda _: 1) <= rpm


@pytest.mark.parametrize(("tpm", "tokens"), [(1_000, 100), (1_000, 1_000), (100, 1), (6_000, 500)])
def test_no_minute_has_more_tokens_than_allowed(tpm: int, tokens: int) -> None:
    starts = run(started(Pace(8, tpm=tpm), [tokens] * (3 * tpm // tokens + 5)))
    assert most_in_a_minute(starts, lambda start: start.tokens) == tpm


def test_a_request_of_more_tokens_than_a_minute_may_have_is_not_held_back_for_ever() -> None:
    starts = run(started(Pace(8, tpm=100), [250, 50, 50]))
    assert [start.at - 1_000 for start in starts] == [0, 150, 180]


@given(st.lists(st.integers(1, 100), min_size=2, max_size=30))
def test_no_minute_has_more_tokens_than_allowed_whatever_their_sizes(sizes: list[int]) -> None:
    assert most_in_a_minute(run(started(Pace(8, tpm=100), sizes)), lambda start: start.tokens) <= 100


def test_the_stricter_of_both_limits_counts() -> None:
    starts = run(started(Pace(8, rpm=6, tpm=600), [50, 300, 50, 50]))
    assert [start.at - 1_000 for start in starts] == [0, 10, 40, 50]


def test_a_wait_that_the_endpoint_asks_for_holds_everybody() -> None:
    async def work() -> list[Start]:
        pace = Pace(4)
        asked = asyncio.create_task(started(pace, [1] * 6, 2))
        await asyncio.sleep(1)
        pace.slow_down(30)
        return await asked

    assert [start.at - 1_000 for start in run(work())] == [0, 0, 0, 0, 31, 31]


def test_the_longest_wait_counts_however_many_ask_for_one() -> None:
    async def work() -> float:
        pace = Pace(1)
        for seconds in (5.0, 40.0, 0.0, None, 10.0):
            pace.slow_down(seconds)
        [start] = await started(pace, [1])
        return start.at - 1_000

    assert run(work()) == 40


def test_a_wait_that_is_asked_for_during_a_wait_counts_too() -> None:
    async def work() -> float:
        pace = Pace(2)
        pace.slow_down(10)
        asked = asyncio.create_task(started(pace, [1]))
        await asyncio.sleep(9)
        pace.slow_down(10)
        [start] = await asked
        return start.at - 1_000

    assert run(work()) == 19


@pytest.mark.parametrize(("ceiling", "rpm", "quiet"), [(8, 10, 30), (100, 60, 90)])
def test_no_minute_has_more_starts_after_a_wait(ceiling: int, rpm: int, quiet: float) -> None:
    async def work() -> list[Start]:
        pace = Pace(ceiling, rpm=rpm)
        asked = asyncio.create_task(started(pace, [1] * 3 * rpm))
        await asyncio.sleep(0.5)
        pace.slow_down(quiet)
        return await asked

    assert most_in_a_minute(run(work()), lambda _: 1) <= rpm


def test_a_slow_one_holds_up_nobody() -> None:
    async def work() -> list[float]:
        pace = Pace(2)
        ended: list[float] = []

        async def one(seconds: float) -> None:
            async with pace.turn(1):
                await asyncio.sleep(seconds)
            ended.append(now() - 1_000)

        await asyncio.gather(one(100), *(one(1) for _ in range(10)))
        return ended

    assert run(work()) == [*range(1, 11), 100]


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("y")])
def test_an_exception_frees_the_place(error: Exception) -> None:
    async def work() -> None:
        pace = Pace(1)
        for _ in range(3):
            with pytest.raises(type(error)):
                async with pace.turn(1):
                    raise error
        assert len(await started(pace, [1])) == 1

    run(work())


async def held(pace: Pace, seconds: float) -> None:
    async with pace.turn(1):
        await asyncio.sleep(seconds)


@pytest.mark.parametrize(
    ("pace", "after"),
    [
        (lambda: Pace(1), 0.5),  # under way
        (lambda: Pace(1, rpm=1), 0.5),  # the second waits for its start
    ],
)
def test_cancellation_frees_the_place(pace: Callable[[], Pace], after: float) -> None:
    async def work() -> None:
        paced = pace()
        await held(paced, 0)
        for _ in range(3):
            task = asyncio.create_task(held(paced, 60))
            await asyncio.sleep(after)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert len(await started(paced, [1])) == 1

    run(work())


def test_cancellation_of_those_who_wait_takes_no_place_away() -> None:
    async def work() -> int:
        pace = Pace(2)
        first = [asyncio.create_task(held(pace, 10)) for _ in range(2)]
        waiting = [asyncio.create_task(held(pace, 10)) for _ in range(5)]
        await asyncio.sleep(1)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*first, *waiting, return_exceptions=True)
        return await most_at_once(pace, 9)

    assert run(work()) == 2


def test_whoever_is_cancelled_as_a_place_becomes_free_passes_it_on() -> None:
    async def work() -> list[Start]:
        pace = Pace(1)

        async def first() -> None:
            await held(pace, 10)
            unlucky.cancel()  # it has been woken, and has not yet run

        leaving = asyncio.create_task(first())
        await asyncio.sleep(1)
        unlucky = asyncio.create_task(held(pace, 10))
        await asyncio.sleep(1)
        last = asyncio.create_task(started(pace, [1]))
        await leaving
        return await last

    assert len(run(work())) == 1
