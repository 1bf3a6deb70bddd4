"""How fast a model is asked: no more at once than the endpoint bears, no more a minute than is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SLOWER = 0.5
_SETTLING = 1.0  # seconds: several calls that hit the same limit are one sign, not several


class Pace:
    """Lets requests start. The number at once falls by half when the endpoint asks for patience, and creeps back up.

    ``concurrency`` is the ceiling; ``rpm`` and ``tpm`` space the starts out evenly, so that no minute has more requests
    or tokens, wherever it begins.
    """

    def __init__(self, concurrency: int, rpm: int | None = None, tpm: int | None = None) -> None:
        self.ceiling = concurrency
        self.limit = float(concurrency)
        self._seconds_a_request = 60 / rpm if rpm else 0.0
        self._seconds_a_token = 60 / tpm if tpm else 0.0
        self._running = 0
        self._next_start = 0.0
        self._quiet_until = 0.0
        self._slowed_at = float("-inf")
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """Waits until a request of so many tokens may start, and holds its place until it has ended."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._running < max(1, int(self.limit)))
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
        loop = asyncio.get_running_loop()
        spacing = max(self._seconds_a_request, self._seconds_a_token * tokens)
        if spacing:
            start = max(loop.time(), self._next_start)
            self._next_start = start + spacing
            await asyncio.sleep(start - loop.time())
        while (quiet := self._quiet_until - loop.time()) > 0:
            await asyncio.sleep(quiet)
