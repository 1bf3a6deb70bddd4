"""Values that stand at several places of their record's quote, and values that stand outside it."""

from __future__ import annotations

import pytest

from pipeline.grounding import ground
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, GroundedField, Status
from schemas.text import Document, Span
from tests.rule_samples import HEADER, document, dump

TITLE = "云溪县园林局2023年度部门整体支出绩效自评报告\n"
PARKS = "产出指标|数量指标|新建口袋公园|10个|10个|10|10|"
TREES = "产出指标|数量指标|栽植行道树|2000株|1800株|10|8|"
MONEY = "资金（万元）|年初预算数|全年预算数|全年执行数"
FORM = document(TITLE + dump(HEADER, PARKS, TREES))


def quote_in(doc: Document, first: str, last: str) -> str:
    start = doc.text.index(first)
    return doc.text[start : doc.text.index(last, start) + len(last)]


def fields_of(doc: Document, kind: RecordKind, quote: str, **values: str) -> dict[str, GroundedField]:
    candidate = Candidate(kind, {}, {name: Claim(value) for name, value in values.items()}, Claim(quote), "llm", "form")
    (record,) = ground(doc, (candidate,))
    return {field.name: field for field in record.fields}


def header_over(doc: Document, field: GroundedField) -> tuple[int, int]:
    """The row and column of the cell that a value was found in."""
    assert field.span is not None
    cell = next(c for table in doc.tables for c in table.cells if c.text and c.span.overlaps(field.span))
    return cell.row, cell.column


def test_equal_values_of_a_row_stand_each_in_its_own_column() -> None:
    fields = {"target": "10个", "actual": "10个", "weight": "10", "score": "10"}
    found = fields_of(FORM, RecordKind.INDICATOR, quote_in(FORM, "新建口袋公园", "10\n\t10"), **fields)
    places = {name: header_over(FORM, field) for name, field in found.items()}
    assert places == {"target": (1, 3), "actual": (1, 4), "weight": (1, 5), "score": (1, 6)}


def test_equal_amounts_of_a_row_stand_each_in_its_own_column() -> None:
    doc = document(TITLE + dump(MONEY, "绿化养护|86.00|86.00|86.00"))
    fields = {"initial_budget": "86.00", "annual_budget": "86.00", "executed": "86.00"}
    found = fields_of(doc, RecordKind.FUNDING, quote_in(doc, "绿化养护", "86.00\n\t86.00\n\t86.00"), **fields)
    assert [header_over(doc, field) for field in found.values()] == [(1, 1), (1, 2), (1, 3)]


def test_value_in_a_column_that_is_not_its_own_is_not_put_anywhere_else() -> None:
    found = fields_of(FORM, RecordKind.INDICATOR, quote_in(FORM, "栽植行道树", "10\n\t8"), score="10")
    assert header_over(FORM, found["score"]) == (2, 5)  # the checks tell that it is no score


def test_quote_that_begins_in_the_row_above_means_the_row_of_most_values() -> None:
    quote = quote_in(FORM, "10\n\t10\n", "1800株\n\t10\n\t8")
    fields = {"name": "栽植行道树", "target": "2000株", "actual": "1800株", "weight": "10", "score": "8"}
    assert header_over(FORM, fields_of(FORM, RecordKind.INDICATOR, quote, **fields)["weight"]) == (2, 5)
    above = {"name": "新建口袋公园", "actual": "10个", "score": "10", "weight": "10"}
    whole = quote_in(FORM, "新建口袋公园", "1800株\n\t10\n\t8")
    assert header_over(FORM, fields_of(FORM, RecordKind.INDICATOR, whole, **above)["weight"]) == (1, 5)


def test_value_of_three_cells_stands_in_the_column_of_its_number() -> None:
    head = HEADER.replace("年度指标值|实际完成值", "计算符号|年度指标值|计量单位|实际完成值")
    row = "产出指标|数量指标|新建≥20个公园|≥|20|个|≥20个|10|10|"
    doc = document(TITLE + dump(head, row))
    found = fields_of(doc, RecordKind.INDICATOR, quote_in(doc, "新建", "10\n\t10"), target="≥20个", actual="≥20个")
    assert header_over(doc, found["actual"]) == (1, 6)
    assert found["target"].span == span_of(doc, "≥\n\t20\n\t个")


@pytest.mark.parametrize(
    ("sentence", "kind", "field", "value", "before"),
    [
        ("满意度目标值95%，实际95%。", RecordKind.INDICATOR, "target", "95%", "目标值"),
        ("满意度目标值95%，实际95%。", RecordKind.INDICATOR, "actual", "95%", "实际"),
        ("在职12人，培训300人的任务，目标值300人，实际320人。", RecordKind.INDICATOR, "target", "300人", "目标值"),
        ("公园5个，比上年增加5个。", RecordKind.INDICATOR, "change", "5个", "增加"),
        ("公园5个，比上年增加5个。", RecordKind.INDICATOR, "actual", "5个", "公园"),
        ("年初预算86万元，支出86万元。", RecordKind.FUNDING, "initial_budget", "86", "预算"),
        ("年初预算86万元，支出86万元。", RecordKind.FUNDING, "executed", "86", "支出"),
        ("2022年支出86万元，2023年支出86万元。", RecordKind.FUNDING, "executed", "86", "2023年支出"),
        ("2022年支出86万元，2023年支出86万元。", RecordKind.FUNDING, "prior_executed", "86", "2022年支出"),
        ("绿化86万元，路灯86万元。", RecordKind.FUNDING, "executed", "86", "绿化"),
    ],
    ids=[
        "target",
        "result behind its target",
        "surely the target",
        "change",
        "result",
        "budget",
        "spent",
        "spent this year",
        "spent last year",
        "told by nothing: the first",
    ],
)
def test_equal_numbers_of_a_sentence_are_told_by_their_words(
    sentence: str, kind: RecordKind, field: str, value: str, before: str
) -> None:
    doc = document(TITLE + sentence)
    found = fields_of(doc, kind, sentence.rstrip("。"), **{field: value})[field]
    start = doc.text.index(before, len(TITLE)) + len(before)
    assert (found.status, found.span) == (Status.EXACT, Span(start, start + len(value)))


LEVELS = document(
    TITLE + "绩效指标说明：数量指标须填报。\n" + dump(HEADER, PARKS, TREES) + "补充：数量指标从略。新建完成。\n"
)


def test_name_outside_the_quote_is_the_nearest_one_above() -> None:
    found = fields_of(LEVELS, RecordKind.INDICATOR, quote_in(LEVELS, "栽植", "10\n\t8"), level2="数量指标")["level2"]
    assert header_over(LEVELS, found) == (2, 1)


def test_name_that_stands_only_behind_the_quote_is_the_first_one_there() -> None:
    quote = quote_in(LEVELS, "绩效指标说明", "说明")
    found = fields_of(LEVELS, RecordKind.INDICATOR, quote, level1="产出指标")["level1"]
    assert header_over(LEVELS, found) == (1, 0)


GOALS = "目标：公园建成。\n情况：公园建成。\n目标：路灯亮化。\n总结：公园建成。\n"


@pytest.mark.parametrize(
    ("quote", "line"),
    [("目标：路灯亮化", 3), ("总结", 3), ("情况", 1)],
    ids=["behind", "in the last line", "nearest behind"],
)
def test_text_outside_the_quote_is_the_nearest_one_behind(quote: str, line: int) -> None:
    doc = document(GOALS)
    found = fields_of(doc, RecordKind.GOAL, quote, outcome="公园建成")["outcome"]
    assert found.span is not None
    assert doc.text[: found.span.start].count("\n") == line


def test_text_that_stands_only_before_the_quote_is_the_nearest_one_there() -> None:
    doc = document(GOALS + "另：无。\n")
    found = fields_of(doc, RecordKind.GOAL, "另：无", outcome="公园建成")["outcome"]
    assert found.span is not None
    assert doc.text[: found.span.start].count("\n") == 3


def test_number_outside_the_quote_is_neither_above_nor_behind() -> None:
    assert fields_of(FORM, RecordKind.INDICATOR, quote_in(FORM, "栽植", "1800株"), actual="10个")["actual"] == (
        GroundedField("actual", "10个", Status.NUMBER_MISMATCH, span_of(FORM, quote_in(FORM, "栽植", "1800株")))
    )


def span_of(doc: Document, words: str) -> Span:
    return Span(doc.text.index(words), doc.text.index(words) + len(words))


TOTALS = document(
    TITLE
    + "全年办结信访事项96件、88件。\n"
    + "河道清淤项目自评表\n"
    + dump(HEADER, PARKS, TREES, "总分||||100|96|")
    + "校园修缮项目自评表\n"
    + dump(HEADER, PARKS, TREES, "总分||||100|88|")
)


@pytest.mark.parametrize(
    ("score", "status"),
    [("10", Status.AMBIGUOUS), ("77", Status.ABSENT)],
    ids=["score of a row", "no number of the report"],
)
def test_number_that_is_no_total_is_no_total_behind_the_quote(score: str, status: Status) -> None:
    found = fields_of(TOTALS, RecordKind.EVALUATION, "河道清淤项目自评表", total_score=score)["total_score"]
    assert found.status is status


@pytest.mark.parametrize(
    ("quote", "score"), [("河道清淤项目自评表", "96"), ("校园修缮项目自评表", "88")], ids=["first", "second"]
)
def test_total_stands_behind_the_name_of_what_is_evaluated(quote: str, score: str) -> None:
    found = fields_of(TOTALS, RecordKind.EVALUATION, quote, total_score=score)["total_score"]
    start = TOTALS.text.rindex(f"\t{score}\n") + 1
    assert found == GroundedField("total_score", score, Status.EXACT, Span(start, start + len(score)))


def test_total_of_the_quote_itself_comes_before_one_behind_it() -> None:
    doc = document(TITLE + "综合得分92分，扣分后为8分，等级为优。\n" + dump(HEADER, PARKS, TREES, "总分||||100|96|"))
    quote = "综合得分92分，扣分后为8分"
    assert (
        fields_of(doc, RecordKind.EVALUATION, quote, total_score="96")["total_score"].status is Status.NUMBER_MISMATCH
    )
    assert fields_of(doc, RecordKind.EVALUATION, quote, total_score="92")["total_score"].span == span_of(doc, "92")


def test_of_several_places_of_a_total_in_its_quote_the_total_is_meant() -> None:
    doc = document(TITLE + "扣分项96项，综合得分96分。")
    found = fields_of(doc, RecordKind.EVALUATION, "扣分项96项，综合得分96分", total_score="96")["total_score"]
    start = doc.text.rindex("96")
    assert found.span == Span(start, start + 2)
