"""The log of calls to a model: each is in the database a moment after it came back, whatever happens next."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from pipeline.errors import BusyDatabase
from pipeline.store.calls import save_calls
from pipeline.store.connection import Store, open_store
from schemas.calls import ModelCall

_LINGER = 0.02  # seconds for which an open database waits for the next call
_LONGEST_HOLD = 0.25  # seconds at a stretch for which others are kept out
_FREE = (0.03, 0.06)  # seconds for which they are let in, at random, lest two writers keep step
_PATIENCE = 60.0  # seconds for which the last calls wait for a database that others hold


class _Put(NamedTuple):
    call: ModelCall
    written: Future[None]


class CallLog:
    """Writes calls to the database from a thread of its own, all that wait in one transaction; a context manager.

    The database is open only while calls come in, and never for long, so that other processes get in between.
    Leaving writes what still waits. Raises BusyDatabase where others keep the database for a minute by then.
    """

    def __init__(self, database: Path, run_id: str) -> None:
        self._database = database
        self._run_id = run_id
        self._waiting: list[_Put] = []
        self._news = threading.Condition()
        self._left_at: float | None = None
        self._lost: BusyDatabase | None = None
        self._thread = threading.Thread(target=self._work, name="call-log")

    def __enter__(self) -> CallLog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._news:
            self._left_at = time.monotonic()
            self._news.notify()
        self._thread.join()
        if self._lost is not None:
            raise self._lost

    def put(self, call: ModelCall) -> Future[None]:
        """Take a call at once, from any thread. The future is done when the call is in the database to stay.

        It has the StoreError instead where the call can never be stored.
        """
        written: Future[None] = Future()
        written.set_running_or_notify_cancel()  # a call is written even if nobody waits for it any longer
        with self._news:
            if self._left_at is not None:
                raise RuntimeError("the log was left")
            self._waiting.append(_Put(call, written))
            self._news.notify()
        return written

    def _work(self) -> None:
        group: list[_Put] = []
        free_until = 0.0
        while True:
            group += self._take(0.0 if group else None)
            if not group:
                return
            time.sleep(max(0.0, free_until - time.monotonic()))
            try:
                with open_store(self._database, checkpoint=False) as store:
                    self._write_while_they_come(store, group)
            except BusyDatabase as busy:
                group[:] = [put for put in group if not put.written.done()]
                if self._left_at is not None and time.monotonic() - self._left_at > _PATIENCE:
                    self._lost = busy
                    _fail(group, busy)
            except Exception as error:  # whatever is wrong, somebody waits to hear of it
                _fail(group, error)
            free_until = time.monotonic() + random.uniform(*_FREE)

    def _take(self, patience: float | None) -> list[_Put]:
        """All that waits. Where nothing does, what comes within the patience, or without one until the log is left."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._left_at is not None, patience)
            taken, self._waiting = self._waiting, []
        return taken

    def _write_while_they_come(self, store: Store, group: list[_Put]) -> None:
        """Write the group, and then those that come soon enough; the group stays what is not written yet."""
        until = time.monotonic() + _LONGEST_HOLD
        while group:
            _write(store, self._run_id, group)
            group.clear()
            if time.monotonic() < until:
                group += self._take(_LINGER)


def _write(store: Store, run_id: str, group: list[_Put]) -> None:
    try:
        save_calls(store, run_id, [put.call for put in group])
    except BusyDatabase:
        raise
    except Exception as error:
        if len(group) == 1:
            _fail(group, error)
        else:
            for put in group:  # one that cannot be stored must not cost the others
                _write(store, run_id, [put])
    else:
        for put in group:
            put.written.set_result(None)


def _fail(group: list[_Put], error: Exception) -> None:
    """Tell those of the group that still wait, and leave it empty."""
    for put in group:
        if not put.written.done():
            put.written.set_exception(error)
    group.clear()
