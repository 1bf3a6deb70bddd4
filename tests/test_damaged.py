"""Reports with lines cut, doubled, shuffled, joined or stripped of tabs: the promises hold all the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.rules import RulesEngine
from pipeline.errors import ExtractError
from pipeline.folding import fold
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import extract_document
from schemas.records import FieldType, field_types
from schemas.stages import Extraction, FieldRef

REPORTS = sorted((Path(__file__).resolve().parents[1] / "eval").glob("*/reports/*.txt"))
WAYS = ("cut", "double", "shuffle", "halve", "join", "untab", "noise")


def damage(lines: list[str], way: str, draw: random.Random) -> list[str]:
    start = draw.randrange(len(lines))
    end = min(len(lines), start + draw.randint(1, 40))
    part = lines[start:end]
    if way == "cut":
        new = []
    elif way == "double":
        new = part * 2
    elif way == "shuffle":
        new = draw.sample(part, len(part))
    elif way == "halve":
        new = [line[: len(line) // 2] for line in part]
    elif way == "join":
        new = ["".join(part)]
    elif way == "untab":
        new = [line.replace("\t", "") for line in part]
    else:
        new = ["".join(draw.choice((char, char, char, "—", "1", "%", "。", "\t")) for char in line) for line in part]
    return [*lines[:start], *new, *lines[end:]] or [""]


def assert_promises(extraction: Extraction) -> None:
    text = extraction.document.text
    flagged = {score.ref for score in extraction.scores if score.flags}
    for record in extraction.records:
        for field in record.fields:
            if field_types(record.kind).get(field.name) is not FieldType.NUMBER:
                continue
            if field.status.vouched:
                assert field.span is not None
                assert fold(text[slice(*field.span)]) == fold(field.value), field
            else:
                assert FieldRef(record.index, field.name) in flagged, field
    assert all(0 <= span.start < span.end <= len(text) for one in extraction.findings for span in one.evidence)


@given(st.sampled_from(REPORTS), st.lists(st.sampled_from(WAYS), min_size=1, max_size=6), st.integers(0, 10**6))
def test_a_damaged_report_keeps_the_promises(
    tmp_path_factory: pytest.TempPathFactory, report: Path, ways: list[str], seed: int
) -> None:
    draw = random.Random(seed)
    lines = report.read_text("utf-8").split("\n")
    for way in ways:
        lines = damage(lines, way, draw)
    path = tmp_path_factory.getbasetemp() / "damaged.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        extraction = extract_document(read_document(path), RulesEngine())
    except ExtractError:  # little is left of it
        return
    assert_promises(extraction)
    labels_of(extraction)
