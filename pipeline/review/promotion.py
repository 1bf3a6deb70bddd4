"""Reviewed reports as candidate labels, for evaluation: a folder with ``reports/`` and ``gold/``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pipeline.checks import check_records
from pipeline.errors import ExtractError
from pipeline.export import file_stems
from pipeline.labels import labels_of
from pipeline.reviewed import load_reviewed, read_reviews
from pipeline.store import ReportRow, Store, list_decisions, list_reports


class Promotion(NamedTuple):
    """What became of a report: the label file that was written, or why none was."""

    report: str
    path: Path | None
    reason: str = ""


def promote_reports(store: Store, folder: Path, wanted: Sequence[ReportRow] | None = None) -> tuple[Promotion, ...]:
    """Writes every reviewed report, or those that are wanted, as candidate labels; what is there is never written over.

    A report is reviewed where somebody decided about it and nothing of it is left to review. Raises ``ExtractError``
    where the folder cannot be written to.
    """
    rows = list_reports(store)
    stems = dict(zip((row.extraction_id for row in rows), file_stems(rows), strict=True))
    decided = {row.report_id for row in list_decisions(store) if row.verdict != "undone" and not row.undone}
    return tuple(
        _promote(store, folder, row, stems[row.extraction_id], row.report_id in decided)
        for row in (rows if wanted is None else wanted)
        if wanted is not None or row.report_id in decided
    )


def _promote(store: Store, folder: Path, row: ReportRow, stem: str, decided: bool) -> Promotion:
    if not decided:
        return Promotion(row.name, None, "还没有人复核过")
    if row.flagged_fields:
        return Promotion(row.name, None, f"还有 {row.flagged_fields} 个字段待复核")
    gold, text = folder / "gold" / f"{stem}.json", folder / "reports" / f"{stem}.txt"
    extraction = load_reviewed(store, row.extraction_id, read_reviews(store, row.extraction_id))
    document = extraction.document
    taken = next((path for path in (gold, text) if path.exists() and not _holds(path, document.text)), None)
    if taken is not None:
        return Promotion(row.name, None, f"已有文件 {taken}，不覆盖")
    # what the checks find now: a contradiction that rested on a value which was read wrong is gone
    findings = check_records(document, [record for record in extraction.records if record.accepted])
    labels = labels_of(replace(extraction, findings=findings)).model_dump() | {"report": stem}
    if not text.exists():
        _write_new(text, document.text)
    _write_new(gold, json.dumps(labels, ensure_ascii=False, indent=1) + "\n")
    return Promotion(row.name, gold)


def _holds(path: Path, content: str) -> bool:
    """True where a text is there already, as it is: left by an attempt that was cut short."""
    return path.suffix == ".txt" and path.read_bytes() == content.encode("utf-8", "replace")


def _write_new(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        raise ExtractError(f"写不了 {path}：{error.strerror}", "请检查目录权限和磁盘空间。") from error
