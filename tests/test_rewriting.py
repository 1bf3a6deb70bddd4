from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases import Case
from eval.rewriting import Edit, rewrite_case, rewrite_text
from pipeline.errors import LabelError
from schemas.records import Funding, Indicator, LabeledFinding, Labels, Remedy
from schemas.text import Span


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def case(text: str, **gold: object) -> Case:
    return Case("r", Path("r.txt"), text, Labels.model_validate({"report": "r", **gold}))


def remedy(statement: str, quote: str) -> Remedy:
    return Remedy(statement=statement, quote=quote)


def test_words_are_replaced_taken_out_inserted_and_moved() -> None:
    text = "甲乙丙丁戊"
    edits = [
        Edit(Span(0, 1), "XX", ""),
        Edit(Span(1, 2), Span(3, 4), ""),
        Edit(Span(3, 4), Span(1, 2), ""),
        Edit(Span(4, 4), "\n", ""),
        Edit(Span(2, 3), "", ""),
    ]
    rewritten = rewrite_text(text, edits)
    assert rewritten.text == "XX丁乙\n戊"
    images = [rewritten.image(Span(i, i + 1)) for i in range(5)]
    assert images == [Span(0, 2), Span(3, 4), None, Span(2, 3), Span(5, 6)]
    assert rewritten.image(Span(1, 5)) == Span(2, 6)


def test_values_and_quotes_are_read_from_the_new_text() -> None:
    text = "前文。\n加强 预算\n管理，支出 30 万元。"
    gold = (remedy("加强预算管理", "加强 预算\n管理，支出 30 万元"),)
    edits = [Edit(span(text, "预算"), "决算", "a"), Edit(span(text, "30"), "705", "b"), Edit(Span(0, 3), "", "c")]
    varied = rewrite_case(case(text, remedies=gold), edits)
    assert varied.text == "\n加强 决算\n管理，支出 705 万元。"
    assert varied.gold.remedies == (remedy("加强决算管理", "加强 决算\n管理，支出 705 万元"),)


def test_a_group_that_would_cut_a_value_is_left_out_as_a_whole() -> None:
    text = "水利局长负责。水利局管理。加强水利"
    edits = [
        Edit(Span(0, 3), "林业局", "unit"),
        Edit(Span(7, 10), "林业局", "unit"),
        Edit(Span(10, 12), "经营", "other"),
    ]
    varied = rewrite_case(case(text, remedies=(remedy("局长负责", "局长负责"),)), edits)
    assert varied.text == "水利局长负责。水利局经营。加强水利"
    assert varied.gold.remedies == (remedy("局长负责", "局长负责"),)


def test_a_number_is_not_read_from_inside_another() -> None:
    text = "培训费 101.10 和 10 万元"
    gold = (Funding(evaluation="department", item="培训费", executed="10", quote=text),)
    varied = rewrite_case(case(text, funding=gold), [Edit(span(text, "101.10"), "707.70", "n")])
    assert varied.gold.funding[0].executed == "10"
    assert varied.gold.funding[0].quote == "培训费 707.70 和 10 万元"


def test_a_number_is_not_read_from_the_end_of_a_unit_or_across_cells() -> None:
    text = "绿地\n\t㎡\n\t10.00\n\t210.00"
    gold = (Funding(evaluation="department", item="绿地", annual_budget="10.00", executed="210.00", quote=text),)
    varied = rewrite_case(case(text, funding=gold), [Edit(Span(len(text) - 6, len(text)), "705.00", "n")])
    assert (varied.gold.funding[0].annual_budget, varied.gold.funding[0].executed) == ("10.00", "705.00")


def test_a_value_outside_its_quote_is_read_from_the_nearest_place_before_it() -> None:
    text = "效益指标 A\n效益指标 B\n增收\n效益指标"
    indicator = Indicator(evaluation="department", origin="form", level1="效益指标", name="增收", quote="增收")
    varied = rewrite_case(case(text, indicators=(indicator,)), [Edit(Span(7, 9), "成果", "x")])
    assert varied.gold.indicators[0].level1 == "成果指标"


def test_a_quote_that_occurs_twice_in_the_new_text_is_made_longer() -> None:
    text = "甲 10\n乙 20\n"
    varied = rewrite_case(case(text, remedies=(remedy("20", "20"),)), [Edit(span(text, "10"), "20", "n")])
    assert varied.text == "甲 20\n乙 20\n"
    assert varied.text.count(varied.gold.remedies[0].quote) == 1


def test_a_dropped_column_makes_its_field_null_in_that_form_only() -> None:
    text = "数量指标 水渠\n\n数量指标 泵站"
    rows = [
        Indicator(evaluation="department", origin="form", level2="数量指标", name=name, quote=f"数量指标 {name}")
        for name in ("水渠", "泵站")
    ]
    varied = rewrite_case(case(text, indicators=rows), [Edit(Span(0, 5), "", "columns")], {Span(0, 7): "level2"})
    assert varied.text == "水渠\n\n数量指标 泵站"
    assert [row.level2 for row in varied.gold.indicators] == [None, "数量指标"]
    assert varied.gold.indicators[0].quote == "水渠"


def test_findings_are_not_kept() -> None:
    finding = LabeledFinding(code="SUM", detail="", quotes=("甲",))
    assert rewrite_case(case("甲", findings=(finding,)), []).gold.findings == ()


@pytest.mark.parametrize("gold", [remedy("丙", "甲"), remedy("甲", "丙")])
def test_gold_that_the_report_does_not_have_is_told(gold: Remedy) -> None:
    with pytest.raises(LabelError, match="丙"):
        rewrite_case(case("甲乙", remedies=(gold,)), [])
