from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.grounding import ground
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, GroundedField, GroundedRecord, Status
from schemas.text import Document, Source, Span

EXACT, FOLDED, ABSENT = Status.EXACT, Status.FOLDED, Status.ABSENT
AMBIGUOUS, MISMATCH = Status.AMBIGUOUS, Status.NUMBER_MISMATCH

TEXT = (
    "2023年度云溪镇水利站自评报告\n本站未出现偏离绩效目标的情况。\n"
    "甲渠项目：预算数70万元，执行数66万元，执行率94.29%。\n乙渠项目：预算数50万元，执行数50万元，执行率100%。\n"
    "\t数量指标\n\t修渠\n\t12里\n\t10\n\t9.5\n\n\t数量指标\n\t植树\n\t12里\n\t10\n\t10\n"
    "全站在编33人。\n"
)
FIRST, SECOND = "甲渠项目：预算数70万元，执行数66万元，执行率94.29%", "乙渠项目：预算数50万元，执行数50万元，执行率100%"
ROW = "修渠\n\t12里\n\t10\n\t9.5"


def span_of(words: str, start: int = 0) -> Span:
    place = TEXT.index(words, start)
    return Span(place, place + len(words))


def record(
    fields: Mapping[str, Claim], quote: Claim, kind: RecordKind = RecordKind.FUNDING, text: str = TEXT
) -> GroundedRecord:
    document = Document(Source("云溪", "云溪.txt", "0" * 64, "text"), text)
    candidate = Candidate(kind, {"evaluation": "department"}, fields, quote, "rules", "form", 3)
    (grounded,) = ground(document, [candidate])
    return grounded


def field(
    value: str, record_quote: str = FIRST, name: str = "executed", where: Span | None = None, quote: str | None = None
) -> GroundedField:
    found = record({name: Claim(value, where, quote)}, Claim(record_quote)).get(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "where",
    [
        span_of("70"),  # another value
        span_of("66万元"),  # more than the value
        Span(span_of("66").start, span_of("66").start + 1),
        Span(-1, 3),
        Span(9000, 9002),
        Span(30, 20),
        Span(5, 5),
    ],
)
def test_a_claimed_place_that_does_not_bear_the_value_out_is_not_believed(where: Span) -> None:
    assert field("66", where=where) == GroundedField("executed", "66", EXACT, span_of("66"))
    assert field("65", where=where).status is MISMATCH


def test_a_claimed_place_inside_a_number_is_not_believed() -> None:
    inside = Span(span_of("94.29").start + 3, span_of("94.29").end)
    assert field("29", where=inside).status is MISMATCH
    assert record({"item": Claim("29", inside)}, Claim("没有这样的话")).fields[0].status is ABSENT


def test_a_claimed_place_tells_equal_values_apart() -> None:
    second = span_of("10", span_of("植树").start)
    assert field("10", ROW, "weight", where=second) == GroundedField("weight", "10", EXACT, second)
    assert field("10", ROW, "weight", where=second, quote=ROW).span == second
    wide = Span(second.start - 2, second.end + 1)
    assert field("10", ROW, "weight", where=wide).span == second


def test_the_fields_own_quote_comes_before_the_records() -> None:
    assert field("50", FIRST, quote="乙渠项目：预算数50万元，执行数50").span == span_of("50", span_of("乙渠").start)
    assert field("66", FIRST, quote=SECOND).span == span_of("66")


def test_the_records_quote_tells_where_a_value_stands_that_others_share() -> None:
    assert field("12里", ROW, "target") == GroundedField("target", "12里", EXACT, span_of("12里"))
    assert field("12里", "没有这样的一段话", "target") == GroundedField("target", "12里", AMBIGUOUS, None)


def test_outside_its_passage_a_name_is_looked_for_but_a_number_is_not() -> None:
    assert field("水利站", FIRST, "item").span == span_of("水利站")
    assert field("33", FIRST) == GroundedField("executed", "33", MISMATCH, span_of(FIRST))
    assert field("33", "没有这样的一段话", quote=SECOND) == GroundedField("executed", "33", MISMATCH, span_of(SECOND))
    assert field("全站在编33人", FIRST, "item").span == span_of("全站在编33人")
    assert field("12", "植树", "target").status is AMBIGUOUS
    assert field("33", "植树").span == span_of("33")


def test_a_number_is_not_vouched_for_by_a_passage_whose_numbers_differ() -> None:
    changed = FIRST.replace("70", "77")
    assert record({}, Claim(changed)).quote == GroundedField("quote", changed, MISMATCH, span_of(FIRST))
    assert field("77", changed).status is MISMATCH
    assert field("33", changed).status is MISMATCH
    assert field("66", changed).span == span_of("66")
    assert field("50", changed.replace("66", "50")).status is MISMATCH


def test_a_reports_own_facts_may_stand_anywhere() -> None:
    fields = {"authorized_staff": Claim("33人"), "fiscal_year": Claim("2023")}
    grounded = record(fields, Claim("2023年度云溪镇水利站自评报告"), RecordKind.REPORT)
    assert [(f.status, f.span) for f in grounded.fields] == [(EXACT, span_of("33人")), (EXACT, span_of("2023"))]


@pytest.mark.parametrize(
    ("claim", "status", "words"),
    [
        (Claim("true", None, "本站未出现偏离绩效目标的情况"), EXACT, "本站未出现偏离绩效目标的情况"),
        (Claim("true", None, "本站 未出现偏离绩效目标的情况."), FOLDED, "本站未出现偏离绩效目标的情况。"),
        (Claim("true", span_of("本站未出现偏离")), EXACT, "本站未出现偏离"),
        (Claim("true", span_of("甲渠"), "本站未出现偏离"), EXACT, "本站未出现偏离"),
        (Claim("true", None, "本站完成了全部任务目标"), ABSENT, None),
        (Claim("true", Span(0, 9000)), ABSENT, None),
        (Claim("true"), ABSENT, None),
    ],
)
def test_a_declaration_is_vouched_for_by_its_sentence(claim: Claim, status: Status, words: str | None) -> None:
    grounded = record({"no_deviation_declared": claim}, Claim("云溪镇水利站"), RecordKind.REPORT)
    assert grounded.fields == (
        GroundedField("no_deviation_declared", "true", status, span_of(words) if words else None),
    )


def test_a_quote_at_several_places_is_settled_by_what_its_fields_lead_to() -> None:
    second = span_of("数量指标", span_of("修渠").start)
    tree = {"name": Claim("数量指标", second)}
    assert record(tree, Claim("数量指标")).quote.span == second
    assert record({}, Claim("数量指标")).quote == GroundedField("quote", "数量指标", AMBIGUOUS, None)
    assert record({}, Claim("数量指标", second)).quote.span == second
    elsewhere = {"name": Claim("云溪镇", span_of("云溪镇"))}
    assert record(elsewhere, Claim("数量指标")).quote.status is AMBIGUOUS


def test_nothing_is_dropped_and_nothing_is_rewritten() -> None:
    fields = {"item": Claim("桥梁"), "executed": Claim("1 234"), "rate": Claim("")}
    grounded = record(fields, Claim("没有\u3000这样的话"))
    assert [(f.name, f.value, f.status) for f in grounded.fields] == [
        ("item", "桥梁", ABSENT),
        ("executed", "1 234", ABSENT),
        ("rate", "", ABSENT),
    ]
    assert grounded.quote == GroundedField("quote", "没有\u3000这样的话", ABSENT, None)
    assert (grounded.index, grounded.engine, grounded.rule, grounded.chunk) == (0, "rules", "form", 3)
    assert grounded.references == {"evaluation": "department"}


@given(
    st.text("修渠 12.5-%万元\n\t①\u0301", max_size=60),
    st.text(max_size=12),
    st.tuples(st.integers(-5, 90), st.integers(-5, 90)),
)
def test_no_claim_breaks_grounding_and_no_span_leaves_the_text(text: str, value: str, where: tuple[int, int]) -> None:
    claim = Claim(value, Span(*where), value[::-1])
    grounded = record({"executed": claim, "item": claim}, claim, text=text)
    for found in (*grounded.fields, grounded.quote):
        assert found.value == value
        assert found.span is None or 0 <= found.span.start < found.span.end <= len(text)
