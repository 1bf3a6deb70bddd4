"""Processes that read reports: as many as there are cores, each of which may die without taking the batch along.

A hostile or broken file can make a parser loop, fill the memory or crash. In a process of its own, with a limit on time
and on memory, that costs the one file; the process is started anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import DamagedFile, TooLarge

T = TypeVar("T")

SECONDS = 600.0
"""For one report: a scan of a hundred pages takes some minutes, anything longer goes nowhere."""
MEMORY = 6 * 1024**3
"""Bytes of address space for one process: a scan needs a fraction, a bomb any amount."""

_TASKS = 400  # after which a process is replaced, so that what a parser leaks does not add up
_PRELOADED = ["pipeline.run"]  # imported once, in the process that the others are forked from


class Workers:
    """A pool of reading processes; a context manager. Leaving it ends them."""

    def __init__(self, count: int, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        methods = multiprocessing.get_all_start_methods()
        # Not forked from this process: threads of the database and of models would be torn apart.
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            context.set_forkserver_preload(_PRELOADED)
        self.count = count
        self._seconds = seconds
        self._pool = ProcessPool(count, _TASKS, initializer=_prepare, initargs=(memory,), context=context)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """The result to come of a module's function. It fails with ``TooLarge`` where time or memory run out, with
        ``DamagedFile`` where the process dies.
        """
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        inner = self._pool.schedule(function, args=args, timeout=self._seconds)

        def done(finished: Future[T]) -> None:
            error = finished.exception()
            if error is None:
                outer.set_result(finished.result())
            else:
                outer.set_exception(_told(error, self._seconds))

        inner.add_done_callback(done)
        return outer


def default_count() -> int:
    """As many processes as cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(error: BaseException, seconds: float) -> BaseException:
    if isinstance(error, TimeoutError):
        return TooLarge(f"读取超过 {seconds:.0f} 秒，已放弃", "文件过大或被人为构造；请拆分，或另存为 .docx 后再试。")
    if isinstance(error, MemoryError):
        return TooLarge("读取所需内存过多，已放弃", "文件过大或被人为构造；请拆分，或另存为 .docx 后再试。")
    if isinstance(error, ProcessExpired):
        return DamagedFile("读取文件的进程意外结束", "文件使解析程序崩溃或耗尽内存；请另存为 .docx 后再试。")
    return error


def _prepare(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which ends its processes itself
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
