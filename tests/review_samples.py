"""Reports under review, for the tests of decisions, queues and everything that shows them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.engines.rules import RulesEngine
from pipeline.readers import decode_document, read_document
from pipeline.review.deciding import Decided, Proposal, decide
from pipeline.review.folder import Folder, open_folder
from pipeline.run import extract_document
from pipeline.store import (
    Draw,
    FieldKey,
    OpenField,
    Order,
    QueueFilter,
    Store,
    Verdict,
    hand_out,
    load_extraction,
    open_store,
    save_extraction,
    start_run,
)
from schemas.records import RecordKind
from schemas.stages import Extraction, GroundedField, GroundedRecord, Status
from tests.store_samples import sample_extraction

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus" / "reports"
REPORT_ID = sample_extraction().document.source.sha256
SURVIVAL = "department|form|产出指标|质量指标|果苗成活率"
PATROLS = "department|form|产出指标|数量指标|巡查次数"
BUDGET = "department|预算执行"
REMEDY = "加强预算管理"

SCORE = FieldKey(REPORT_ID, RecordKind.INDICATOR, SURVIVAL, "score")
"""A flagged field: the report has no 8.5, but a 9."""
WHOLE = FieldKey(REPORT_ID, RecordKind.REMEDY, REMEDY, "")
"""A flagged record."""
EVERYTHING = QueueFilter()
NOTHING_DRAWN = Draw()


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 5, 9, 30, 15)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, minutes: float) -> None:
        self.moment += timedelta(minutes=minutes)


def key(record_key: str, field: str, kind: RecordKind = RecordKind.INDICATOR) -> FieldKey:
    """A field of the sample."""
    return FieldKey(REPORT_ID, kind, record_key, field)


def field_of(record: GroundedRecord, name: str, value: str | None) -> GroundedRecord:
    """The record with another value in the field, or without it."""
    kept = [field for field in record.fields if field.name != name]
    place = [field.name for field in record.fields].index(name) if record.get(name) else len(kept)
    if value is not None:
        old = record.get(name) or GroundedField(name, value, Status.ABSENT, None)
        kept.insert(place, replace(old, value=value))
    return replace(record, fields=tuple(kept))


def reading(record: int = 7, field: str = "score", value: str | None = "8.5", **changed: Any) -> Extraction:
    """The sample as another run may read it: one value differs."""
    sample = sample_extraction(**changed)
    records = list(sample.records)
    records[record] = field_of(records[record], field, value)
    known = {(one.index, found.name) for one in records for found in one.fields}
    scores = tuple(score for score in sample.scores if score.ref in known or score.ref not in _refs(sample))
    return replace(sample, records=tuple(records), scores=scores)


def _refs(extraction: Extraction) -> set[tuple[int, str]]:
    return {(record.index, field.name) for record in extraction.records for field in record.fields}


def read_again(store: Store, extraction: Extraction) -> str:
    """Save what another run reads; the id of its extraction."""
    return save_extraction(store, start_run(store, "rules", "1", {}), extraction)


def extraction_id(store: Store, report_id: str = REPORT_ID) -> str:
    """The current extraction of the report."""
    query = "SELECT extraction_id FROM data.current_extractions WHERE report_id = ?"
    (found,) = store.connection.execute(query, [report_id]).fetchall()
    return str(found[0])


_LOADED: dict[str, Extraction] = {}  # extractions never change


def folder_of(store: Store, report_id: str = REPORT_ID) -> Folder:
    """The report with everything that was decided about it until now."""
    current = extraction_id(store, report_id)
    if current not in _LOADED:
        _LOADED[current] = load_extraction(store, current)
    return open_folder(store, current, _LOADED[current])


def say(
    store: Store, reviewer: str, verdict: Verdict, about: FieldKey = SCORE, value: str | None = None, **more: Any
) -> Decided:
    """A reviewer's decision, as it is taken from the page and from commands."""
    folder = folder_of(store, about.report_id)
    return decide(store, folder, reviewer, Proposal(about, folder.extraction_id, verdict, value, **more))


def next_fields(
    store: Store,
    reviewer: str = "甲",
    wanted: QueueFilter = EVERYTHING,
    draw: Draw = NOTHING_DRAWN,
    order: Order = Order.RISK,
    count: int = 12,
) -> tuple[OpenField, ...]:
    """What a reviewer is shown next."""
    return hand_out(store, reviewer, wanted, draw, order, count)


def keys_of(fields: Sequence[OpenField]) -> list[FieldKey]:
    """The names of the fields."""
    return [field.key for field in fields]


def read_text(text: str, name: str = "甲") -> Extraction:
    """The text as the rules read it."""
    return extract_document(decode_document(Path(f"{name}.txt"), text.encode()), RulesEngine())


@cache
def read_corpus() -> tuple[Extraction, ...]:
    """The project's own reports as the rules read them."""
    return tuple(extract_document(read_document(path), RulesEngine()) for path in sorted(CORPUS.glob("*.txt")))


def make_sample(path: Path) -> Path:
    """A database with the sample."""
    with open_store(path) as store:
        read_again(store, sample_extraction())
    return path


def make_corpus(path: Path) -> Path:
    """A database with the project's own reports."""
    with open_store(path) as store:
        run_id = start_run(store, "rules", "1", {})
        for extraction in read_corpus():
            save_extraction(store, run_id, extraction)
    return path


def copy_of(template: Path, folder: Path) -> Path:
    """A copy of a database, which takes less time than to make another."""
    return Path(shutil.copy(template, folder / "results.duckdb"))
