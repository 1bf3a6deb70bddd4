"""The database as the page's server uses it: one job at a time, the file held only while a job runs.

A batch may be writing to the same file: DuckDB lets in one process at a time, so nobody keeps it for longer than a job.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.review.folder import Folder, open_folder
from pipeline.store import Store, last_decision_on, open_store

T = TypeVar("T")

_KEPT = 24  # reports in memory: those of the fields that a reviewer or two have before them
_CHECKPOINT_EVERY = 64  # jobs that wrote; what was written since makes opening slower by a little each


@dataclass
class Desk:
    """A database and the reports that were last looked at. Extractions never change, so they may be kept."""

    database: Path
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="desk"))
    _kept: OrderedDict[str, tuple[int, Folder]] = field(default_factory=OrderedDict)
    _writes: int = 0

    async def read(self, job: Callable[[Store], T]) -> T:
        """What the job returns. Raises whatever it raises, ``BusyDatabase`` where others hold the file for long."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._run, job, False)

    async def write(self, job: Callable[[Store], T]) -> T:
        """What the job returns, when what it wrote is there to stay."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._run, job, True)

    def folder(self, store: Store, extraction_id: str) -> Folder:
        """A report with the decisions as they are now; to be called from a job."""
        as_of, folder = self._kept.pop(extraction_id, (None, None))
        if folder is None:
            folder = open_folder(store, extraction_id)
            as_of = last_decision_on(store, folder.report_id)
        elif as_of != (last := last_decision_on(store, folder.report_id)):
            as_of, folder = last, open_folder(store, extraction_id, folder.extraction)
        self._kept[extraction_id] = (as_of or 0, folder)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return folder

    def close(self) -> None:
        """Wait for the last job, and put what was written into the database file."""
        self._worker.shutdown(wait=True)
        if self._writes:
            with open_store(self.database):
                return

    def _run(self, job: Callable[[Store], T], writes: bool) -> T:
        self._writes += writes
        checkpoint = writes and self._writes % _CHECKPOINT_EVERY == 0
        with open_store(self.database, checkpoint=checkpoint) as store:
            return job(store)
