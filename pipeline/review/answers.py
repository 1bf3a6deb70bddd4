"""What the page is answered: each request is one job on the desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from pipeline.errors import UnknownField
from pipeline.review.deciding import decide, undo
from pipeline.review.desk import Desk
from pipeline.review.entries import entry_of
from pipeline.review.folder import field_id
from pipeline.review.paper import blocks_of
from pipeline.review.requests import (
    DecisionRequest,
    EntryRequest,
    Filter,
    QueueRequest,
    ReportRequest,
    SkipRequest,
    UndoRequest,
)
from pipeline.review.status import progress_data
from pipeline.review.words import LANGUAGES, page_words
from pipeline.store import (
    DecisionRow,
    Draw,
    OpenField,
    Store,
    count_open,
    decision_of,
    decisions_on,
    find_saved,
    hand_out,
    last_decision_by,
    renew_leases,
    review_progress,
    skip_field,
)

Asked = TypeVar("Asked")


class Call(NamedTuple, Generic[Asked]):
    """A request that may be answered: of whom, what was asked, and what there is to answer it with."""

    desk: Desk
    draw: Draw
    reviewer: str
    asked: Asked


class Answer(NamedTuple):
    """Under which method and name a request comes, the shape of its body (``None`` for none), and who answers it."""

    method: str
    name: str
    model: type[BaseModel] | None
    handler: Callable[[Call[Any]], Awaitable[Any]]


async def _session(call: Call[None]) -> Any:
    def job(store: Store) -> DecisionRow | None:
        renew_leases(store, call.reviewer)
        return last_decision_by(store, call.reviewer)

    last = await call.desk.write(job)
    return {
        "reviewer": call.reviewer,
        "database": call.desk.database.name,
        "place": str(call.desk.database.absolute()),
        "audit": call.draw.audit,
        "second": call.draw.second,
        "last": None if last is None or not last.token else last.token,
        "languages": {name: page_words(name) for name in LANGUAGES},
    }


async def _queue(call: Call[QueueRequest]) -> Any:
    asked = call.asked
    wanted = asked.filter.wanted()
    found = await call.desk.write(
        lambda store: hand_out(store, call.reviewer, wanted, call.draw, asked.order, asked.count)
    )
    return {"items": [_item(field) for field in found]}


async def _counts(call: Call[Filter]) -> Any:
    wanted = call.asked.wanted()
    facets, progress = await call.desk.read(lambda store: (count_open(store, wanted), review_progress(store)))
    return {**facets._asdict(), "progress": progress_data(progress)}


async def _report(call: Call[ReportRequest]) -> Any:
    asked = call.asked

    def job(store: Store) -> Any:
        extraction = call.desk.folder(store, asked.extraction_id).extraction
        source = extraction.document.source
        return {"report": source.name, "path": source.path, "blocks": blocks_of(extraction)}

    return await call.desk.read(job)


async def _entry(call: Call[EntryRequest]) -> Any:
    asked = call.asked
    key = asked.field_key()

    def job(store: Store) -> Any:
        folder = call.desk.folder(store, asked.extraction_id)
        return entry_of(folder, key, asked.purpose, decisions_on(store, key))

    return await call.desk.read(job)


async def _decide(call: Call[DecisionRequest]) -> Any:
    asked = call.asked

    def job(store: Store) -> Any:
        known = find_saved(store, asked.token)
        if known is not None:  # sent again because the answer was lost
            return {"decision": known.decision, "value": known.value, "status": None, "findings": []}
        renew_leases(store, call.reviewer)
        decided = decide(store, call.desk.folder(store, asked.extraction_id), call.reviewer, asked.proposal())
        return {
            "decision": decided.decision,
            "value": decided.value,
            "status": None if decided.found is None else decided.found.status.value,
            "findings": [{"code": finding.code, "detail": finding.detail} for finding in decided.findings],
        }

    return await call.desk.write(job)


async def _undo(call: Call[UndoRequest]) -> Any:
    asked = call.asked

    def job(store: Store) -> Any:
        taken = decision_of(store, asked.undoes)
        if taken is None or taken.reviewer != call.reviewer:
            raise UnknownField("没有可撤销的复核", "只能撤销自己的复核。")
        number = taken.decision if taken.undone else undo(store, call.reviewer, taken.key, taken.decision, asked.token)
        last = last_decision_by(store, call.reviewer)
        return {
            "decision": number,
            "item": {
                "id": field_id(taken.key),
                "key": list(map(str, taken.key)),
                "extraction_id": taken.extraction_id,
                "report": taken.report,
                "purpose": taken.purpose,
                "reason": taken.purpose,
                "confidence": taken.confidence,
            },
            "last": None if last is None or not last.token else last.token,
        }

    return await call.desk.write(job)


async def _skip(call: Call[SkipRequest]) -> Any:
    asked = call.asked
    await call.desk.write(lambda store: skip_field(store, call.reviewer, asked.field_key()))
    return {}


def _item(field: OpenField) -> dict[str, Any]:
    shown = ("extraction_id", "report", "confidence", "reason", "purpose")
    key = field.key
    return {"id": field_id(key), "key": list(map(str, key)), **{name: getattr(field, name) for name in shown}}


ANSWERS: tuple[Answer, ...] = (
    Answer("GET", "session", None, _session),
    Answer("POST", "queue", QueueRequest, _queue),
    Answer("POST", "counts", Filter, _counts),
    Answer("POST", "report", ReportRequest, _report),
    Answer("POST", "entry", EntryRequest, _entry),
    Answer("POST", "decisions", DecisionRequest, _decide),
    Answer("POST", "undo", UndoRequest, _undo),
    Answer("POST", "skip", SkipRequest, _skip),
)
"""Everything that the page may ask for, below ``/api/``."""
