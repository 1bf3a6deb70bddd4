"""Replies of a model and the database: what was paid for is written the moment it comes, and served again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store import CallLog, answered_reports, load_replies, open_store
from schemas.calls import CallState, ModelCall, Reply

if TYPE_CHECKING:
    from pipeline.engines.llm.model import Model


class StoredReplies:
    """The replies of the reports that are being read, loaded from the database and added to as they come.

    ``log`` is ``None`` where nothing is asked.
    """

    def __init__(self, database: Path, log: CallLog | None, reports: frozenset[str] = frozenset()) -> None:
        self._database = database
        self._log = log
        self._reports = reports
        self._found: dict[str, dict[str, Reply]] = {}

    @contextmanager
    def of_report(self, report_id: str) -> Iterator[None]:
        """While the report is being read, its replies are at hand."""
        if report_id in self._reports:
            with open_store(self._database) as store:
                self._found[report_id] = load_replies(store, report_id)
        else:
            self._found[report_id] = {}
        try:
            yield
        finally:
            del self._found[report_id]

    def find(self, report_id: str, key: str) -> Reply | None:
        """The reply to that request about a report, ``None`` where it has to be asked."""
        return self._found.get(report_id, {}).get(key)

    async def keep(self, call: ModelCall) -> None:
        """Return once the call is in the database to stay."""
        if self._log is not None:
            await asyncio.wrap_future(self._log.put(call))
        found = self._found.get(call.report_id, {})
        if call.state.kept and call.response is not None:
            found[call.key] = Reply(call.state, call.response)
        elif call.state is CallState.INVALID:
            found.pop(call.key, None)


@contextmanager
def keep_replies(database: Path, run_id: str, model: Model | None) -> Iterator[StoredReplies]:
    """The replies of a run; the model keeps its own there until the end, when it is closed."""
    if model is None:
        yield StoredReplies(database, None)
        return
    with open_store(database) as store:
        reports = answered_reports(store)
    with CallLog(database, run_id) as log:
        replies = StoredReplies(database, log, reports)
        model.use(replies)
        try:
            yield replies
        finally:
            model.close()
