"""The rules from file to labels on labeled reports: floors under the figures, and the promises that hold for all."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from eval.cases import load_labels
from eval.metrics import ReportScore, merge, score_report
from pipeline.engines.rules import RulesEngine
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import extract_document
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import Extraction, FieldRef

OWN = Path(__file__).resolve().parents[1] / "eval" / "corpus"
REAL = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
TEXTS = sorted((OWN / "reports").glob("*.txt"))
DOCX = sorted((OWN / "formats").glob("*.docx"))
REAL_TEXTS = sorted((REAL / "reports").glob("*.txt"))
ALL = [*TEXTS, *DOCX, *REAL_TEXTS]
needs_real_reports = pytest.mark.skipif(not REAL_TEXTS, reason="the real reports are not beside the project")


@cache
def extraction_of(path: Path) -> Extraction:
    return extract_document(read_document(path), RulesEngine())


def score_of(path: Path) -> ReportScore:
    gold = load_labels(path.parent.parent / "gold" / f"{path.stem}.json")
    extraction = extraction_of(path)
    return score_report(extraction.document.text, gold, labels_of(extraction))


@cache
def total(paths: tuple[Path, ...]) -> ReportScore:
    return merge(score_of(path) for path in paths)


def f1(score: ReportScore, kind: RecordKind | None = None, origin: str | None = None) -> float:
    found = score.f1(kind, origin)
    assert found is not None
    return found


FORM, TOLD = (RecordKind.INDICATOR, "form"), (RecordKind.INDICATOR, "narrative")


def test_there_are_reports_of_both_formats() -> None:
    assert [path.stem for path in TEXTS] == [path.stem for path in DOCX]
    assert len(TEXTS) >= 10


@pytest.mark.parametrize(
    ("part", "floor"),
    [
        ((None, None), 0.97),
        (FORM, 0.99),
        (TOLD, 0.94),
        ((RecordKind.FUNDING, None), 0.97),
        ((RecordKind.GOAL, None), 0.97),
        ((RecordKind.EVALUATION, None), 0.97),
        ((RecordKind.DEVIATION, None), 0.92),
        ((RecordKind.REMEDY, None), 0.97),
        ((RecordKind.REPORT, None), 0.97),
    ],
)
def test_our_own_reports(part: tuple[RecordKind | None, str | None], floor: float) -> None:
    assert f1(total(tuple(TEXTS)), *part) >= floor


@pytest.mark.parametrize("path", TEXTS, ids=[path.stem for path in TEXTS])
def test_each_of_our_own_reports(path: Path) -> None:
    assert f1(score_of(path)) >= 0.95


@pytest.mark.parametrize(("text", "docx"), list(zip(TEXTS, DOCX, strict=False)), ids=[path.stem for path in TEXTS])
def test_the_word_file_is_read_as_well_as_the_text(text: Path, docx: Path) -> None:
    assert f1(score_of(docx)) >= f1(score_of(text)) - 0.02


@needs_real_reports
@pytest.mark.parametrize(
    ("part", "floor"),
    [
        ((None, None), 0.96),
        (FORM, 0.97),
        (TOLD, 0.90),
        ((RecordKind.FUNDING, None), 0.95),
        ((RecordKind.EVALUATION, None), 0.90),
        ((RecordKind.DEVIATION, None), 0.85),
        ((RecordKind.REMEDY, None), 0.95),
        ((RecordKind.REPORT, None), 0.95),
    ],
)
def test_the_real_reports(part: tuple[RecordKind | None, str | None], floor: float) -> None:
    assert f1(total(tuple(REAL_TEXTS)), *part) >= floor


@needs_real_reports
@pytest.mark.parametrize("path", REAL_TEXTS, ids=[path.stem for path in REAL_TEXTS])
def test_each_of_the_real_reports(path: Path) -> None:
    score = score_of(path)
    assert f1(score) >= 0.90
    assert f1(score, *TOLD) >= 0.75


@pytest.mark.parametrize("path", ALL, ids=[path.name for path in ALL])
def test_every_number_is_vouched_for_by_the_text_or_flagged(path: Path) -> None:
    extraction = extraction_of(path)
    flagged = {score.ref for score in extraction.scores if score.flags}
    seen = 0
    for record in extraction.records:
        for field in record.fields:
            if field_types(record.kind).get(field.name) is FieldType.NUMBER:
                seen += 1
                assert field.status.vouched or FieldRef(record.index, field.name) in flagged, field
                assert (field.span is not None) or not field.status.vouched, field
    assert seen


@pytest.mark.parametrize("path", ALL, ids=[path.name for path in ALL])
def test_every_exported_quote_is_a_part_of_the_text(path: Path) -> None:
    extraction = extraction_of(path)
    labels = labels_of(extraction)
    records = (*labels.evaluations, *labels.funding, *labels.goals, *labels.indicators, *labels.deviations)
    quotes = [*(one.quote for one in (*records, *labels.remedies)), *(q for f in labels.findings for q in f.quotes)]
    assert quotes
    assert [quote for quote in quotes if not quote or quote not in extraction.document.text] == []


@pytest.mark.parametrize("path", ALL, ids=[path.name for path in ALL])
def test_a_report_is_read_in_the_same_way_twice(path: Path) -> None:
    again = extract_document(read_document(path), RulesEngine())
    assert labels_of(again) == labels_of(extraction_of(path))
