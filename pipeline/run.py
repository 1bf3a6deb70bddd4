"""The main path: a document goes through one stage after the other, and nothing goes back."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from pipeline.checks import check_records
from pipeline.chunks import split_chunks
from pipeline.confidence import DEFAULT_THRESHOLD, score_fields
from pipeline.engines.engine import Engine
from pipeline.errors import NotAReport
from pipeline.grounding import ground
from pipeline.sections import split_sections
from schemas.stages import Extraction
from schemas.text import Document

T = TypeVar("T")

_GENRE = ("绩效", "自评")


def extract_document(document: Document, engine: Engine, threshold: float = DEFAULT_THRESHOLD) -> Extraction:
    """Everything that an engine reads from a document, grounded, checked and scored. Pure: no file, no database.

    Raises ``NotAReport`` for a text that is readable but of another kind.
    """
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], T]) -> T:
        start = perf_counter()
        result = work()
        seconds[stage] = perf_counter() - start
        return result

    require_report(document)
    sections = timed("sections", lambda: split_sections(document))
    chunks = timed("chunks", lambda: split_chunks(document, sections))
    candidates = timed("engine", lambda: engine.read(document, sections, chunks))
    records = timed("grounding", lambda: ground(document, candidates))
    findings = timed("checks", lambda: check_records(document, records))
    scores = timed("confidence", lambda: score_fields(records, findings, threshold))
    return Extraction(document, sections, chunks, records, findings, scores, engine.name, seconds)


def require_report(document: Document) -> None:
    """Raise ``NotAReport`` where a text has none of the words that every self-evaluation report has."""
    if not any(word in document.text for word in _GENRE):
        raise NotAReport(
            f"不像绩效自评报告：{document.source.name}（全文没有“绩效”“自评”字样）", "请确认文件是否放错了文件夹。"
        )
