"""The second look: which numbers of a report nothing claims, and which are not worth asking about."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from pipeline.chunks import split_chunks
from pipeline.engines.llm.leftovers import leftover_question
from pipeline.engines.llm.questions import MAX_CHARACTERS, Question
from pipeline.sections import split_sections
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Claim, SectionKind
from schemas.text import Document, Span
from tests.rule_samples import FORM_TITLE, HEADER, PARKS_ROW, TITLE, UNIT_ROW, document, dump

HEADING = "一、部门整体支出绩效情况\n"
PARKS, TREES = "全年新建口袋公园6个。", "栽植行道树1800株，管养绿地312.5万平方米。"
OUTCOME = "园林绿化各项任务按计划推进，管养质量稳步提升，市民满意度较高。全年新建口袋公园6个；复壮古树12株。"


def about(prose: str, heading: str = HEADING) -> tuple[Document, tuple[Chunk, ...]]:
    doc = document(f"{TITLE}{heading}{prose}\n")
    return doc, split_chunks(doc, split_sections(doc))


def place(doc: Document, words: str | None) -> Span | None:
    start = doc.text.index(words) if words else 0
    return Span(start, start + len(words)) if words else None


def record(
    doc: Document, kind: RecordKind = RecordKind.INDICATOR, quote: str | None = None, **fields: str
) -> Candidate:
    """A record whose quote and values stand at their first place in the text; no quote means one without a place."""
    claims = {name: Claim(value, place(doc, value) if quote else None) for name, value in fields.items()}
    return Candidate(kind, {}, claims, Claim(quote or "", place(doc, quote)), "llm", "llm.results")


def look_again(
    doc: Document, chunks: Sequence[Chunk], claimed: Sequence[Candidate] = (), asked: Sequence[int] | None = None
) -> Question | None:
    return leftover_question(doc, chunks, range(len(chunks)) if asked is None else asked, claimed)


def left_of(question: Question | None) -> list[str]:
    """The numbers that are asked about."""
    if question is None:
        return []
    return [number for found in re.findall(r"（未摘录：(.+)）\n", question.text) for number in found.split("、")]


def left(prose: str, *claimed: dict[str, str]) -> list[str]:
    doc, chunks = about(prose)
    return left_of(look_again(doc, chunks, [record(doc, **one) for one in claimed]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "prose",
    [
        "各项任务全部完成。",
        "依据第12号文件，分3、4两组开展。",  # numbers without a unit
        "第3次会议作了部署。",
        "年度目标6个。",
        "计划新建公园6个。",
        "预计新建公园6个。",
        "力争栽树1800株。",
        "上年新建公园6个。",
        "去年来访18人次。",
        "投诉量比上年减少3件，同比下降12%。",
        "2022年底共有公园6个。",
        "自评得分95分，满分100分。",
        "编制20人。",
        "一套制度、一批人才。",
    ],
)
def test_what_can_be_no_result_is_not_asked_about(prose: str) -> None:
    assert left(prose) == []


@pytest.mark.parametrize(
    ("prose", "numbers"),
    [
        (PARKS, ["6个"]),
        (TREES, ["1800株", "312.5万平方米"]),
        ("绿化覆盖率41.2%。", ["41.2%"]),
        ("上年新建公园5个，全年新建公园6个。", ["6个"]),  # last year's is told before the comma
        ("计划新建公园5个；新建公园6个。", ["6个"]),
    ],
)
def test_an_empty_answer_leaves_every_result(prose: str, numbers: list[str]) -> None:
    assert left(prose) == numbers


@pytest.mark.parametrize(
    ("claimed", "numbers"),
    [
        ([{"quote": "新建口袋公园"}], ["6个", "1800株", "312.5万平方米"]),  # the number is not in it
        ([{"quote": "新建口袋公园6个"}], ["1800株", "312.5万平方米"]),
        ([{"quote": "新建口袋公园", "actual": "6个"}], ["1800株", "312.5万平方米"]),
        ([{"quote": TREES}], ["6个"]),
        ([{"quote": "1800株"}, {"quote": "312.5万平方米"}], ["6个"]),
        ([{"quote": "6个"}, {"quote": "1800株"}], ["312.5万平方米"]),
        ([{"quote": PARKS}, {"quote": TREES}], []),
    ],
)
def test_a_number_in_a_quote_or_a_value_is_claimed(claimed: list[dict[str, str]], numbers: list[str]) -> None:
    assert left(PARKS + TREES, *claimed) == numbers


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({"name": "修缮古桥", "actual": "6个"}, ["6个"]),
        ({"name": "新建口袋公园", "actual": "7个"}, ["6个"]),
        ({"name": "新建口袋公园", "target": "6个"}, ["6个"]),
        ({"name": "新建口袋公园数", "actual": "6个"}, []),
    ],
)
def test_a_result_told_once_more_is_claimed_where_name_and_number_are_the_same(
    fields: dict[str, str], numbers: list[str]
) -> None:
    assert left(PARKS, fields) == numbers


@pytest.mark.parametrize(
    ("kind", "fields", "numbers"),
    [
        (RecordKind.INDICATOR, {"actual": "86"}, ["86万元"]),
        (RecordKind.FUNDING, {"item": "古树名木保护", "executed": "87"}, ["86万元"]),
        (RecordKind.FUNDING, {"item": "古树名木保护", "executed": "86.00"}, []),
        (RecordKind.FUNDING, {"item": "古树名木保护", "annual_budget": "86万元"}, []),
    ],
)
def test_money_said_twice_is_not_asked_about(kind: RecordKind, fields: dict[str, str], numbers: list[str]) -> None:
    doc, chunks = about("全年投入86万元。")
    assert left_of(look_again(doc, chunks, [record(doc, kind, **fields)])) == numbers


def test_another_number_of_the_same_figure_is_no_money() -> None:
    doc, chunks = about("复壮古树86株。")
    assert left_of(look_again(doc, chunks, [record(doc, RecordKind.FUNDING, executed="86")])) == ["86株"]


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("一、部门基本情况\n", False),
        ("二、预算执行情况\n", False),
        ("四、存在的问题\n", False),
        ("五、下一步改进措施\n", False),
        (HEADING, True),
    ],
)
def test_only_sections_about_results_are_looked_at_again(heading: str, asked: bool) -> None:
    doc, chunks = about(PARKS, heading)
    assert (look_again(doc, chunks) is not None) == asked


def test_what_was_not_asked_about_at_first_is_not_asked_about_again() -> None:
    doc, chunks = about(PARKS)
    results = [chunk.index for chunk in chunks if chunk.kind is SectionKind.PERFORMANCE]
    assert look_again(doc, chunks, asked=[chunk.index for chunk in chunks if chunk.index not in results]) is None
    assert left_of(look_again(doc, chunks, asked=results * 2)) == ["6个"]


def test_the_question_names_the_sentences_with_their_numbers_and_nothing_else() -> None:
    doc, chunks = about(f"各项任务全部完成。{TREES}管养质量达标。\n{PARKS}")
    question = look_again(doc, chunks)
    assert question is not None
    assert question.text.splitlines()[1:-1] == [
        f"{TREES}（未摘录：1800株、312.5万平方米）",
        f"{PARKS}（未摘录：6个）",
    ]
    assert [doc.quote(span) for span in question.spans] == [TREES, PARKS]
    assert question.task == "leftover"
    assert [chunks[index].kind for index in question.chunks] == [SectionKind.PERFORMANCE]


def test_a_second_look_is_no_longer_than_a_first() -> None:
    sentences = [f"第{place}片区管养绿地{place}.5公顷，{'管养质量良好，' * 20}群众满意。" for place in range(1, 60)]
    doc, chunks = about("".join(sentences))
    question = look_again(doc, chunks)
    assert question is not None
    sizes = [part.span.end - part.span.start for part in question.parts]
    assert sum(sizes) <= MAX_CHARACTERS < sum(sizes) + len(sentences[len(sizes)])
    assert [doc.quote(part.span) for part in question.parts] == sentences[: len(sizes)]
    assert question.chunks == tuple(dict.fromkeys(question.chunks))


# The cell of a form that tells what was done.

GOALS_ROWS = (UNIT_ROW, "预期目标|实际完成情况", f"推进园林绿化。|{OUTCOME}", HEADER, PARKS_ROW)


def form(*rows: str) -> tuple[Document, tuple[Chunk, ...]]:
    doc = document(TITLE + FORM_TITLE + dump(*rows))
    return doc, split_chunks(doc, split_sections(doc))


def test_the_numbers_of_a_forms_outcome_are_asked_about_and_those_of_its_rows_are_not() -> None:
    doc, chunks = form(*GOALS_ROWS)
    assert left_of(look_again(doc, chunks)) == ["6个", "12株"]


def test_a_goal_or_an_outcome_does_not_claim_the_results_in_it() -> None:
    doc, chunks = form(*GOALS_ROWS)
    told = [
        record(doc, RecordKind.GOAL, OUTCOME, outcome=OUTCOME),
        record(doc, RecordKind.EVALUATION, OUTCOME, outcome_summary=OUTCOME),
    ]
    assert left_of(look_again(doc, chunks, told)) == ["6个", "12株"]
    assert left_of(look_again(doc, chunks, [*told, record(doc, quote="复壮古树12株")])) == ["6个"]


@pytest.mark.parametrize("cell", ["新建口袋公园6个。", "管养绿地6.5公顷" * 8])
def test_a_cell_that_is_short_or_no_sentence_is_not_looked_at_again(cell: str) -> None:
    doc, chunks = form(UNIT_ROW, "预期目标|实际完成情况", f"推进园林绿化。|{cell}", HEADER, PARKS_ROW)
    assert look_again(doc, chunks) is None
