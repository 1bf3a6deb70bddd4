"""Extractions of invented reports for the tests of the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipeline.store import Store, answered_reports, load_replies
from schemas.calls import CallState, ModelCall
from schemas.records import RecordKind
from schemas.stages import (
    Chunk,
    Extraction,
    FieldRef,
    Finding,
    Gap,
    GroundedField,
    GroundedRecord,
    ScoredField,
    Section,
    SectionKind,
    Severity,
    Status,
)
from schemas.text import Box, Cell, Document, OutlineMark, RecognizedWord, Source, Span, Table

TEXT = (
    "清河县林果局2023年度部门整体支出绩效自评报告\n"
    "一、基本情况\n本单位编制数12人，实有11人。\n"
    "二、预算执行\n全年预算数 262.07 万元，执行数 250.5 万元，执行率 95.59%。培训经费 1.2亿元。\n"
    "三、绩效指标\n产出指标\t数量指标\t巡查次数\t≥12次\t10次\t10\t10\n产出指标\t质量指标\t果苗成活率\t95%\t96%\t10\t9\n"
    "四、存在的问题\n预算编制不够精细。\n五、下一步改进措施\n加强预算管理。\n"
    "自评得分 96分，等级优。年度目标：完成果园巡查。"
)


def grounded(name: str, value: str, text: str = TEXT, status: Status = Status.EXACT) -> GroundedField:
    """The field with the first place of its value in the text; absent where it is not there."""
    start = text.find(value)
    if start < 0:
        return GroundedField(name, value, Status.ABSENT, None)
    return GroundedField(name, value, status, Span(start, start + len(value)))


def record(
    index: int,
    kind: RecordKind,
    references: dict[str, str],
    fields: dict[str, str],
    quote: str,
    text: str = TEXT,
) -> GroundedRecord:
    """A record whose values are looked up in the text."""
    values = tuple(grounded(name, value, text) for name, value in fields.items())
    return GroundedRecord(index, kind, references, values, grounded("quote", quote, text), "rules", "form", 1)


def sample_records() -> tuple[GroundedRecord, ...]:
    """A record of every kind, two evaluations, two indicators."""
    dept = {"evaluation": "department"}
    form = {**dept, "origin": "form"}
    return (
        record(
            0,
            RecordKind.REPORT,
            {},
            {"unit_name": "清河县林果局", "fiscal_year": "2023", "actual_staff": "11人"},
            TEXT[:10],
        ),
        record(
            1,
            RecordKind.EVALUATION,
            {"id": "department", "scope": "department"},
            {"name": "清河县林果局", "total_score": "96分", "grade": "优"},
            "自评得分 96分，等级优",
        ),
        record(2, RecordKind.EVALUATION, {"id": "p1", "scope": "project"}, {"name": "培训经费"}, "培训经费 1.2亿元"),
        record(
            3,
            RecordKind.FUNDING,
            dept,
            {"item": "预算执行", "annual_budget": "262.07", "executed": "250.5", "rate": "95.59%", "unit": "万元"},
            "全年预算数 262.07 万元，执行数 250.5 万元，执行率 95.59%",
        ),
        record(
            4, RecordKind.FUNDING, {"evaluation": "p1"}, {"item": "培训经费", "executed": "1.2亿元"}, "培训经费 1.2亿元"
        ),
        record(5, RecordKind.GOAL, dept, {"statement": "完成果园巡查"}, "年度目标：完成果园巡查"),
        record(
            6,
            RecordKind.INDICATOR,
            form,
            {
                "level1": "产出指标",
                "level2": "数量指标",
                "name": "巡查次数",
                "target": "≥12次",
                "actual": "10次",
                "weight": "10",
                "score": "10",
            },
            "产出指标\t数量指标\t巡查次数\t≥12次\t10次\t10\t10",
        ),
        record(
            7,
            RecordKind.INDICATOR,
            form,
            {
                "level1": "产出指标",
                "level2": "质量指标",
                "name": "果苗成活率",
                "target": "95%",
                "actual": "96%",
                "score": "8.5",
            },
            "产出指标\t质量指标\t果苗成活率\t95%\t96%\t10\t9",
        ),
        record(
            8,
            RecordKind.DEVIATION,
            {**dept, "kind": "problem"},
            {"description": "预算编制不够精细"},
            "预算编制不够精细",
        ),
        record(9, RecordKind.REMEDY, {}, {"statement": "加强预算管理"}, "加强预算管理"),
    )


def sample_extraction(name: str = "清河县林果局自评报告", content: str = "1", engine: str = "rules") -> Extraction:
    """A small extraction with something in every part of it. ``content`` makes another file of it."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    row = TEXT.index("产出指标")
    cells = tuple(
        Cell(word, Span(row + 5 * n, row + 5 * n + len(word)), 0, n, 1, 2 if n == 0 else 1)
        for n, word in enumerate(("产出指标", "数量指标", "巡查次数"))
    )
    document = Document(
        Source(name, f"/reports/{name}.docx", digest, "docx"),
        TEXT,
        (Table(Span(row, row + 20), cells, 1, 4), Table(Span(row + 20, row + 20), (), 0, 0)),
        (OutlineMark(Span(0, 5), 1),),
        (0, 60),
        (Box(Span(0, 5), 1, 0.1, 0.05, 0.5, 0.08), Box(Span(60, 64), 2, 0.1, 0.05, 0.5, 0.08)),
        (RecognizedWord(Span(0, 5), 0.42),),
    )
    middle = TEXT.index("三、")
    records = sample_records()
    scores = [
        ScoredField(FieldRef(item.index, field.name), 0.97, {"grounding": 1.0, "rule": 0.9})
        for item in records
        for field in item.fields
    ]
    low = FieldRef(7, "score")
    scores = [s if s.ref != low else replace(s, confidence=0.2, flags=("absent", "score_rate")) for s in scores]
    scores.append(ScoredField(FieldRef(9, ""), 0.55, {}, ("unpaired",)))
    scores.append(ScoredField(FieldRef(6, "origin"), 0.5, {"form": 1.0}))
    return Extraction(
        document,
        (
            Section(0, None, 0, "", "", None, Span(0, 24), SectionKind.OTHER),
            Section(1, 0, 1, "一、", "基本情况", Span(24, 30), Span(24, len(TEXT)), SectionKind.PROFILE),
        ),
        (
            Chunk(0, Span(0, middle), 0, SectionKind.OTHER, ()),
            Chunk(1, Span(middle, len(TEXT)), 1, SectionKind.FORM, ("一、基本情况", "绩效指标"), "一级\t二级\n"),
        ),
        records,
        (
            Finding(
                "UNMET_FULL_SCORE",
                Severity.WARNING,
                "目标≥12次，实际10次，仍得满分10",
                (records[6].quote.span or Span(0, 0), Span(0, 2)),
                (FieldRef(6, "target"), FieldRef(6, "score")),
            ),
            Finding("ABSENT", Severity.ERROR, "原文没有 8.5", (), (FieldRef(7, ""),), about_report=False),
        ),
        tuple(scores),
        engine,
        {"read": 0.25, "sections": 0.001},
    )


def with_gap(extraction: Extraction) -> Extraction:
    """The extraction without the indicators of its second chunk, for which the endpoint was not there."""
    return replace(extraction, gaps=(Gap(1, "indicators", "failed", "接口没有应答"),))


def sample_call(number: int = 0, **changed: Any) -> ModelCall:
    """A complete call with a key of its own, changed as wanted."""
    call = ModelCall(
        hashlib.sha256(f"{number}".encode()).hexdigest(),
        hashlib.sha256(b"1").hexdigest(),
        "indicators",
        "test-model",
        "v1-0a1b2c3d",
        {"messages": [{"role": "user", "content": f"读第{number}段"}], "temperature": 0},
        {"choices": [{"text": f"第{number}个答复"}]},
        CallState.COMPLETE,
        None,
        900,
        300,
        120,
        Decimal("0.00125"),
        "CNY",
        2.5,
    )
    return replace(call, **changed)


def large_extraction(number: int, records: int = 100, fields: int = 7) -> Extraction:
    """An extraction of the size of a long report: indicators with distinct values, each field scored."""
    names = ("level1", "level2", "name", "target", "actual", "weight", "score")[:fields]
    rows = [
        [f"产出{n}", f"数量{n}", f"指标{n}号", f"{n}.{number}%", f"{n}%", "10", f"{n % 10}.5"][:fields]
        for n in range(records)
    ]
    text = "\n".join("\t".join(row) for row in rows) + "\n" + "果园巡查记录。" * 1500
    made = []
    offset = 0
    for index, row in enumerate(rows):
        own, start = [], offset
        for name, value in zip(names, row, strict=True):
            own.append(GroundedField(name, value, Status.EXACT, Span(offset, offset + len(value))))
            offset += len(value) + 1
        quote = GroundedField("quote", text[start : offset - 1], Status.EXACT, Span(start, offset - 1))
        references = {"evaluation": "department", "origin": "form"}
        made.append(GroundedRecord(index, RecordKind.INDICATOR, references, tuple(own), quote, "rules", "form", 0))
    scores = tuple(
        ScoredField(
            FieldRef(item.index, field.name),
            0.5 + (item.index % 50) / 100,
            {"grounding": 1.0, "agreement": (item.index * 7 + place) / 1000, "rule": 0.9},
            ("low",) if item.index % 10 == 0 else (),
        )
        for item in made
        for place, field in enumerate(item.fields)
    )
    table = Table(
        Span(0, offset),
        tuple(
            Cell(field.value, field.span or Span(0, 0), item.index, column)
            for item in made
            for column, field in enumerate(item.fields)
        ),
        records,
        fields,
    )
    digest = hashlib.sha256(f"{number}".encode()).hexdigest()
    return Extraction(
        Document(Source(f"长报告{number}", f"/reports/{number}.docx", digest, "docx"), text, (table,)),
        tuple(
            Section(n, None, 1, f"{n}、", "绩效", Span(n, n + 1), Span(n, n + 1), SectionKind.FORM) for n in range(20)
        ),
        tuple(Chunk(n, Span(n, n + 1), 0, SectionKind.FORM, ("一、", "（一）")) for n in range(20)),
        tuple(made),
        tuple(Finding("RATE", Severity.WARNING, "x", (Span(0, 5),), (FieldRef(n, "score"),)) for n in range(5)),
        scores,
        "rules",
        {"read": 0.5},
    )


def kept_keys(store: Store) -> frozenset[str]:
    """The keys of all requests that need not be sent again."""
    return frozenset(key for report in answered_reports(store) for key in load_replies(store, report))
