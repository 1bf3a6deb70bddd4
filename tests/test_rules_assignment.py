"""Which evaluation a record is about where neither a form nor a heading of its own says so."""

from __future__ import annotations

import pytest

from pipeline.engines.rules.assignment import Named, assign, mentioned
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span
from tests.rule_samples import TITLE, evaluations, funding, indicators

TREES, WETLANDS = Named("p1", "古树名木保护项目"), Named("p2", "湿地修复工程")
TEXT = "全年保护古树名木36株。\n湿地修复进展顺利。\n其他工作有序推进。"


def record(words: str, rule: str = "narrative.measure", evaluation: str = "department", **fields: str) -> Candidate:
    start = TEXT.index(words)
    quote = Claim(words, Span(start, start + len(words)))
    claims = {name: Claim(value) for name, value in fields.items()}
    return Candidate(RecordKind.INDICATOR, {"evaluation": evaluation}, claims, quote, "rules", rule)


def assigned(one: Candidate, home: str | None) -> str:
    (found,) = assign([one], [TREES, WETLANDS], TEXT, home)
    return found.references["evaluation"]


@pytest.mark.parametrize(
    ("one", "home", "evaluation"),
    [
        (record("36株"), "department", "department"),
        (record("36株", evaluation="p2"), None, "p2"),
        (record("36株", "funding.prose", item="公用经费"), "department", "department"),
        (record("36株", "funding.split", item="湿地修复工程"), "department", "department"),
        (record("36株", "funding.prose", item="湿地修复经费"), "department", "p2"),
        (record("其他", "funding.row", item="古树名木保护"), "department", "p1"),
        (record("36株"), None, "p1"),
        (record("进展顺利"), None, "p2"),
        (record("有序推进"), None, "p1"),  # the first, where nothing tells
    ],
)
def test_whose_a_record_is(one: Candidate, home: str | None, evaluation: str) -> None:
    assert assigned(one, home) == evaluation


def test_without_projects_nothing_changes() -> None:
    one = record("36株")
    assert assign([one], [], TEXT, None) == (one,)


@pytest.mark.parametrize(
    ("passage", "evaluation"),
    [
        ("绿化工作有序推进。", None),
        ("名木较多。", None),
        ("保护古树名木36株。", "p1"),
        ("完成湿地修复3处。", "p2"),
        ("古树名木保护工作中兼顾湿地修复。", "p1"),
        ("保护古树名木，并完成湿地修复工程3处。", "p2"),  # more of its name
    ],
)
def test_the_project_that_a_passage_speaks_of(passage: str, evaluation: str | None) -> None:
    assert mentioned(passage, [TREES, WETLANDS]) == evaluation


def test_a_report_about_projects_alone_has_no_department() -> None:
    text = "云溪县园林局古树名木保护项目支出绩效自评报告\n一、绩效情况\n保护古树36株，支出30万元。自评得分95分。\n"
    assert [one["id"] for one in evaluations(text)] == ["p1"]
    assert len(indicators(text, evaluation="p1")) == 1


def test_the_departments_line_about_a_projects_money_is_the_projects() -> None:
    money = "二、预算执行情况\n全年项目支出80万元，其中古树名木保护项目30万元，公园养护经费50万元。\n"
    project = "三、项目支出绩效情况\n（一）古树名木保护项目\n保护古树36株。\n"
    text = TITLE + "一、部门基本情况\n承担绿化工作。\n" + money + project
    assert [one["item"] for one in funding(text, evaluation="p1")] == ["古树名木保护项目"]
    assert [one["item"] for one in funding(text, evaluation="department")] == ["项目支出", "公园养护经费"]
