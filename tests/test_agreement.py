from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.agreement import (
    LIKENESS,
    Comparator,
    comparator_of,
    fields_agree,
    is_filled,
    likeness,
    measures_agree,
    names_agree,
    numbers_agree,
    texts_agree,
)
from schemas.records import RecordKind, field_types


@pytest.mark.parametrize("value", [None, "", " ", "/", "-", "—", "——", "－", "\u3000"])
def test_a_mark_that_stands_for_null_is_not_filled(value: str | None) -> None:
    assert not is_filled(value)


@pytest.mark.parametrize("value", ["0", "-5%", "无", "1/2"])
def test_any_other_value_is_filled(value: str) -> None:
    assert is_filled(value)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [
        ("94.00%", "94"),  # unit
        ("18", "793.18"),  # value inside another
        ("≥90%", "90%"),  # comparator
        ("≥90%", ">90%"),
        ("12.87", "12.78"),  # digits changed round
        ("3亿元", "3万元"),
        ("12家", "12个"),
        ("-2.5%", "2.5%"),
        ("完成", "达成"),
    ],
)
def test_numbers_that_differ(gold: str, predicted: str) -> None:
    assert not numbers_agree(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [("94.00%", "94%"), ("２３.5 亿元", "23.5亿元"), ("≥90%", "≥ 90 %"), ("1,250.50", "1250.5"), ("年底前", "年底 前")],
)
def test_numbers_that_agree(gold: str, predicted: str) -> None:
    assert numbers_agree(gold, predicted)


def test_the_word_for_points_is_dropped_after_scores_only() -> None:
    assert fields_agree(RecordKind.INDICATOR, "score", "9.5分", "9.5")
    assert fields_agree(RecordKind.FUNDING, "weight", "10", "10 分")
    assert fields_agree(RecordKind.EVALUATION, "total_score", "96分", "96.00")
    assert not fields_agree(RecordKind.INDICATOR, "actual", "80分", "80")


@pytest.mark.parametrize(
    ("gold", "predicted"), [("成本", "成本指标"), ("基本支出", "项目支出"), ("质量指标", "数量指标"), ("", "年度资金")]
)
def test_names_that_differ(gold: str, predicted: str) -> None:
    assert not names_agree(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [("成本", "成 本"), ("公用经", "公用经费支出"), ("青禾县水务局（本级）", "青禾县水务局(本级)")],
)
def test_names_that_agree(gold: str, predicted: str) -> None:
    assert names_agree(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted", "agree"),
    [
        ("新建灌溉水渠", "维修水库大坝", False),
        ("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己", True),  # the shorter one's characters are all there
        ("甲乙丙丁戊己庚子丑寅", "寅甲乙丙丁戊己卯辰巳", True),  # 7 of 10, in another order
        ("甲乙丙丁戊己庚子丑寅", "甲乙丙丁戊己卯辰巳午", False),  # 6 of 10
        ("水水水水", "水库加固", False),  # one 水 is shared once
    ],
)
def test_measures_are_compared_by_shared_characters(gold: str, predicted: str, agree: bool) -> None:
    assert measures_agree(gold, predicted) is agree


@pytest.mark.parametrize(
    ("gold", "predicted", "agree"),
    [
        ("加强预算编制。", "加强预算编制。严格执行进度，定期通报，按季考核。", False),  # less than half of it
        ("加强预算编制，严格执行进度。", "加强预算编制，严格执行进度。定期通报，按季考核。", True),
        ("加强预算编制，严格执行进度。", "加强预算编制,\n严格执行进度。", True),
        ("加强预算编制，严格执行进度。", "压减一般性支出，盘活存量资产。", False),
    ],
)
def test_texts_agree_by_likeness_or_containment(gold: str, predicted: str, agree: bool) -> None:
    assert texts_agree(gold, predicted) is agree


@given(st.text("水渠长度公里 １1", max_size=12), st.text("水渠长度公里 １1", max_size=12))
def test_no_comparator_of_words_lets_agree_what_shares_nothing_or_parts_what_is_alike(one: str, other: str) -> None:
    agree = names_agree(one, other), measures_agree(one, other), texts_agree(one, other)
    if likeness(one, other) == 0 and one.strip() and other.strip():
        assert agree == (False, False, False)
    if likeness(one, other) >= LIKENESS and one.strip() and other.strip():
        assert agree == (True, True, True)


def test_every_field_declares_its_comparator() -> None:
    for kind in RecordKind:
        for name in field_types(kind):
            assert comparator_of(kind, name) in Comparator
    assert comparator_of(RecordKind.INDICATOR, "name", "narrative") is Comparator.MEASURE
    assert comparator_of(RecordKind.INDICATOR, "name", "form") is Comparator.NAME
    assert comparator_of(RecordKind.INDICATOR, "score") is Comparator.SCORE
    assert comparator_of(RecordKind.FUNDING, "executed") is Comparator.QUANTITY


def test_the_page_on_evaluation_has_the_comparator_of_every_field() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for comparator in Comparator:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{comparator}` |")]
        told = row.strip("| ").rpartition(" | ")[2].split(", ")
        assert told == [
            f"{kind}.{name}{f' ({origin})' if origin else ''}"
            for kind in RecordKind
            for name in field_types(kind)
            for origin in (("form", "narrative") if (kind, name) == (RecordKind.INDICATOR, "name") else ("",))
            if name != "id" and comparator_of(kind, name, origin) is comparator
        ]
