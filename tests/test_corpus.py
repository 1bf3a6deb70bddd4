"""The sample reports: files as their sources render, gold in the shape of the labeling guide and true to its text."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from eval.writers import parse_source, write_docx, write_text
from schemas.records import SECTIONS, Labels

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"
NAMES = [path.stem for path in sorted((CORPUS / "sources").glob("*.html"))]
CODES = {
    *("RATE", "SUM", "SCORE_TOTAL", "WEIGHT_TOTAL", "SCORE_RATE", "UNMET_FULL_SCORE"),
    *("MET_LOW_SCORE", "CONFLICT", "UNIT", "FOREIGN_NAME", "OVER_BUDGET"),
}
REFERENCES = {"id", "evaluation", "scope", "origin", "kind", "quote"}
IN_QUOTE = {  # fields whose value must stand inside the record's own quote
    "indicators": {"name", "target", "actual", "score", "weight", "completion_rate", "change"},
    "funding": {"prior_executed", "initial_budget", "annual_budget", "executed", "rate", "score", "weight"},
}


def folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def report_of(name: str) -> str:
    return (CORPUS / "reports" / f"{name}.txt").read_text(encoding="utf-8")


def gold_of(name: str) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads((CORPUS / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    return gold


def complaints(text: str, gold: dict[str, Any]) -> list[str]:
    """What is wrong with a gold file: quotes that are not in the report or not unique, values that are not."""
    flat = folded(text)
    ids = {record["id"] for record in gold["evaluations"]}
    found: list[str] = []
    for section in SECTIONS.values():
        for index, record in enumerate(gold[section]):
            where = f"{section}[{index}]"
            if text.count(record["quote"]) != 1:
                found.append(f"{where}: quote stands {text.count(record['quote'])} times")
            if record.get("evaluation", record.get("id")) not in ids and section != "remedies":
                found.append(f"{where}: unknown evaluation")
            for key, value in record.items():
                if key in REFERENCES or value is None:
                    continue
                inside = folded(record["quote"]) if key in IN_QUOTE.get(section, ()) else flat
                if value == "" or value != value.strip() or folded(value) not in inside:
                    found.append(f"{where}.{key}: {value!r} does not stand there")
    for index, record in enumerate(gold["findings"]):
        if record["code"] not in CODES or not record["quotes"] or any(quote not in text for quote in record["quotes"]):
            found.append(f"findings[{index}]: unknown code or quote")
    return found


GOOD = {
    "evaluations": [{"id": "p1", "quote": "甲项目"}],
    "funding": [{"evaluation": "p1", "executed": "10", "quote": "支出10万元"}],
    "goals": [],
    "indicators": [],
    "deviations": [],
    "remedies": [],
    "findings": [{"code": "SUM", "detail": "", "quotes": ["10万元"]}],
}


@pytest.mark.parametrize(
    ("section", "change", "complaint"),
    [
        ("funding", {"quote": "支出11万元"}, "stands 0 times"),
        ("funding", {"quote": "万元"}, "stands 2 times"),
        ("funding", {"evaluation": "p2"}, "unknown evaluation"),
        ("funding", {"executed": "20"}, "does not stand there"),
        ("funding", {"executed": " 10"}, "does not stand there"),
        ("findings", {"code": "SUMS"}, "unknown code"),
        ("findings", {"quotes": ["11万元"]}, "unknown code or quote"),
    ],
)
def test_a_flaw_in_gold_is_noticed(section: str, change: dict[str, Any], complaint: str) -> None:
    text = "甲项目\n支出10万元，预算20万元"
    assert complaints(text, GOOD) == []
    found = complaints(text, {**GOOD, section: [{**GOOD[section][0], **change}]})
    assert complaint in "\n".join(found)


def test_there_are_sources() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_files_are_what_their_source_renders_to(name: str) -> None:
    blocks = parse_source((CORPUS / "sources" / f"{name}.html").read_text(encoding="utf-8"))
    assert report_of(name) == write_text(blocks)
    with (
        zipfile.ZipFile(io.BytesIO(write_docx(blocks))) as made,
        zipfile.ZipFile(CORPUS / "formats" / f"{name}.docx") as kept,
    ):
        # Compared part by part: how well the parts are packed depends on the zlib of the machine.
        assert made.namelist() == kept.namelist()
        assert [made.read(part) for part in made.namelist()] == [kept.read(part) for part in kept.namelist()]


@pytest.mark.parametrize("name", NAMES)
def test_gold_has_the_shape_of_the_guide(name: str) -> None:
    gold = gold_of(name)
    labels = Labels.model_validate(gold)
    assert labels.report == name
    # Every key of every record is written out, also where its value is null.
    assert labels.model_dump(mode="json") == gold


@pytest.mark.parametrize("name", NAMES)
def test_gold_is_true_to_its_report(name: str) -> None:
    assert complaints(report_of(name), gold_of(name)) == []
