"""How fast a model is asked: no more at once than the endpoint bears, no more a minute than is allowed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

_MINUTE = 60.0  # seconds
_SLOWER = 0.5
_SETTLING = 1.0  # seconds: several calls that hit the same limit are one sign, not several


class _Start(NamedTuple):
    at: float
    tokens: int


class Pace:
    """Lets requests start. The number at once falls by half when the endpoint asks for patience, and creeps back up.

    ``concurrency`` is the ceiling; ``rpm`` and ``tpm`` space the starts out evenly, so that no minute has more requests
    or tokens, wherever it begins.
    """

    def __init__(self, concurrency: int, rpm: int | None = None, tpm: int | None = None) -> None:
        self.ceiling = concurrency
        self.limit = float(concurrency)
        self._rpm, self._tpm = rpm, tpm
        self._running = 0
        self._starts: deque[_Start] = deque()  # of the last minute
        self._quiet_until = 0.0
        self._slowed_at = float("-inf")
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """Waits until a request of so many tokens may start, and holds its place until it has ended."""
        async with self._changed:
            try:
                await self._changed.wait_for(lambda: self._running < max(1, int(self.limit)))
            except BaseException:
                self._changed.notify()  # cancelled when its turn had come: somebody else's now
                raise
            self._running += 1
        try:
            await self._wait_for_start(tokens)
            yield
        finally:
            async with self._changed:
                self._running -= 1
                self._changed.notify(max(1, int(self.limit) - self._running))  # all would stampede

    def slow_down(self, quiet_for: float | None) -> None:
        """The endpoint asked for patience: fewer at once, and none for so many seconds where it said so."""
        now = asyncio.get_running_loop().time()
        if quiet_for:
            self._quiet_until = max(self._quiet_until, now + quiet_for)
        if now - self._slowed_at >= _SETTLING:
            self._slowed_at = now
            self.limit = max(1.0, self.limit * _SLOWER)

    def speed_up(self) -> None:
        """A request went well: one more at once after a round of such."""
        self.limit = min(float(self.ceiling), self.limit + 1 / self.limit)

    async def _wait_for_start(self, tokens: int) -> None:
        """Waits for a start of its own; one that falls into a time of quiet is given up for a later one."""
        loop = asyncio.get_running_loop()
        while True:
            start = self._next_start(loop.time(), tokens)
            self._starts.append(_Start(start, tokens))
            await asyncio.sleep(start - loop.time())
            if loop.time() >= self._quiet_until:
                return

    def _next_start(self, now: float, tokens: int) -> float:
        """When so many tokens may start: spaced out behind the start before, and within what a minute may have."""
        start = max(now, self._quiet_until)
        if self._starts and (self._rpm or self._tpm):
            before = self._starts[-1]
            by_requests = _MINUTE / self._rpm if self._rpm else 0.0
            by_tokens = _MINUTE * before.tokens / self._tpm if self._tpm else 0.0
            start = max(start, before.at + max(by_requests, by_tokens))
        while self._starts and self._starts[0].at <= start - _MINUTE:
            self._starts.popleft()
        if self._tpm:
            recent = sum(one.tokens for one in self._starts)
            while self._starts and recent + tokens > self._tpm:
                gone = self._starts.popleft()
                recent -= gone.tokens
                start = max(start, gone.at + _MINUTE)
        return start
