"""Labels: the shape of the labeling guide, verbatim quotes that occur once, values that stand in the report."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines.rules import RulesEngine
from pipeline.labels import labels_of, unique_quote
from pipeline.readers import read_document
from pipeline.run import extract_document
from schemas.records import Labels, RecordKind
from schemas.stages import Extraction, Finding, GroundedField, GroundedRecord, Severity, Status
from schemas.text import Document, Source, Span

REPORTS = sorted((Path(__file__).resolve().parents[1] / "eval" / "corpus" / "reports").glob("*.txt"))
# As the labeling guide has them, in its order.
TOP = ["report", "unit_name", "fiscal_year", "authorized_staff", "actual_staff", "no_deviation_declared"]
KEYS = {
    "evaluations": "id scope name total_score grade outcome_summary quote",
    "funding": "evaluation item prior_executed initial_budget annual_budget executed rate weight score unit quote",
    "goals": "evaluation statement outcome quote",
    "indicators": "evaluation origin level1 level2 name target actual weight score completion_rate change "
    "deviation_reason quote",
    "deviations": "evaluation kind indicator description reason remedy quote",
    "remedies": "statement quote",
    "findings": "code detail quotes",
}
CODES = {
    *("RATE", "SUM", "SCORE_TOTAL", "WEIGHT_TOTAL", "SCORE_RATE", "UNMET_FULL_SCORE"),
    *("MET_LOW_SCORE", "CONFLICT", "UNIT", "FOREIGN_NAME", "OVER_BUDGET"),
}
REFERENCES = {"id", "evaluation", "scope", "origin", "kind", "quote"}
IN_QUOTE = {
    "indicators": {"name", "target", "actual", "score", "weight", "completion_rate", "change"},
    "funding": {"prior_executed", "initial_budget", "annual_budget", "executed", "rate", "score", "weight"},
}
TEXT = "甲\n公园 7个\n乙\n公园 7个\n"


def folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(
    ("span", "quote"),
    [
        (Span(0, 1), "甲"),
        (Span(2, 7), "甲\n公园 7个"),
        (Span(10, 15), "乙\n公园 7个"),
    ],
)
def test_a_quote_is_extended_to_the_left_until_it_occurs_once(span: Span, quote: str) -> None:
    assert unique_quote(TEXT, span) == quote
    assert TEXT.count(quote) == 1


def test_a_quote_that_cannot_be_unique_stays_a_part_of_the_text() -> None:
    text = "公园\n公园\n公园\n"
    assert unique_quote(text, Span(0, 2)) in text
    assert unique_quote(text, Span(6, 8)) == "公园\n公园"


def grounded(name: str, value: str, span: Span | None = None) -> GroundedField:
    return GroundedField(name, value, Status.EXACT if span else Status.ABSENT, span)


def extraction(*records: GroundedRecord, findings: tuple[Finding, ...] = ()) -> Extraction:
    document = Document(Source("report", "", "", "text"), TEXT)
    return Extraction(document, (), (), records, findings, (), "rules")


def record(
    kind: RecordKind, references: dict[str, str], *fields: GroundedField, quote: GroundedField
) -> GroundedRecord:
    return GroundedRecord(0, kind, references, fields, quote, "rules", "")


def test_nothing_found_is_an_empty_label_file() -> None:
    assert labels_of(extraction()) == Labels(report="report")


def test_a_record_that_the_text_does_not_bear_out_is_no_label() -> None:
    quote = grounded("quote", "公园 8个")
    one = record(RecordKind.REMEDY, {}, grounded("statement", "多建公园"), quote=quote)
    assert labels_of(extraction(one)).remedies == ()


def test_the_facts_have_their_types() -> None:
    fields = (grounded("fiscal_year", "2023"), grounded("unit_name", "甲"), grounded("no_deviation_declared", "true"))
    labels = labels_of(extraction(record(RecordKind.REPORT, {}, *fields, quote=grounded("quote", "甲", Span(0, 1)))))
    assert (labels.fiscal_year, labels.unit_name, labels.no_deviation_declared) == (2023, "甲", True)
    denied = record(RecordKind.REPORT, {}, grounded("no_deviation_declared", "false"), quote=grounded("quote", "甲"))
    assert labels_of(extraction(denied)).no_deviation_declared is False


def test_only_findings_about_the_report_are_labels() -> None:
    spans = (Span(0, 1), Span(8, 9))
    about = Finding("CONFLICT", Severity.ERROR, "两处不一致", spans, (), about_report=True)
    of_ours = Finding("EVIDENCE", Severity.ERROR, "数字不符", spans, (), about_report=False)
    (found,) = labels_of(extraction(findings=(of_ours, about))).findings
    assert (found.code, found.detail, found.quotes) == ("CONFLICT", "两处不一致", ("甲", "乙"))


def complaints(text: str, labels: dict[str, Any]) -> list[str]:
    """What the labeling guide forbids: other keys, quotes that are not verbatim or not unique, values from nowhere."""
    flat, found = folded(text), []
    if set(labels) != {*TOP, *KEYS}:
        found.append("keys of the report")
    ids = {record["id"] for record in labels["evaluations"]}
    for section, keys in KEYS.items():
        for place, record in enumerate(labels[section]):
            where = f"{section}[{place}]"
            if list(record) != keys.split():
                found.append(f"{where}: keys")
            if section == "findings":
                if record["code"] not in CODES or not record["quotes"] or any(q not in text for q in record["quotes"]):
                    found.append(f"{where}: code or quotes")
                continue
            if text.count(record["quote"]) != 1:
                found.append(f"{where}: quote occurs {text.count(record['quote'])} times: {record['quote']!r}")
            if record.get("evaluation", next(iter(ids))) not in ids:
                found.append(f"{where}: unknown evaluation")
            for name, value in record.items():
                inside = folded(record["quote"]) if name in IN_QUOTE.get(section, ()) else flat
                if (
                    name not in REFERENCES
                    and value is not None
                    and (value.strip() != value or folded(value) not in inside)
                ):
                    found.append(f"{where}.{name}: {value!r}")
    return found


@pytest.mark.parametrize("path", REPORTS, ids=[path.stem for path in REPORTS])
def test_an_extraction_exports_what_the_guide_asks_for(path: Path) -> None:
    labels = labels_of(extract_document(read_document(path), RulesEngine()))
    assert labels.report == path.stem
    assert labels.indicators
    exported = json.loads(labels.model_dump_json())
    assert complaints(path.read_text(encoding="utf-8"), exported) == []


def test_there_are_reports() -> None:
    assert REPORTS


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("remedies", {"quote": "公园 8个"}),
        ("remedies", {"quote": "公园"}),
        ("remedies", {"statement": "建公园"}),
        ("remedies", {"statement": "甲 "}),
        ("remedies", {"kind": "problem"}),
        ("goals", {"evaluation": "p2"}),
        ("findings", {"code": "OTHER"}),
        ("findings", {"quotes": ["丙"]}),
    ],
)
def test_a_fault_would_be_noticed(section: str, change: dict[str, Any]) -> None:
    good: dict[str, Any] = {**dict.fromkeys(TOP), **{name: [] for name in KEYS}}
    good["evaluations"] = [{**dict.fromkeys(KEYS["evaluations"].split()), "id": "p1", "quote": "甲"}]
    good["goals"] = [{"evaluation": "p1", "statement": "甲", "outcome": None, "quote": "乙"}]
    good["remedies"] = [{"statement": "甲", "quote": "乙"}]
    good["findings"] = [{"code": "SUM", "detail": "", "quotes": ["甲"]}]
    assert complaints(TEXT, good) == []
    assert complaints(TEXT, {**good, section: [{**good[section][0], **change}]})
