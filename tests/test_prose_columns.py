"""In which column of the forms an amount in prose belongs."""

from __future__ import annotations

import pytest

from pipeline.prose.columns import money_clause, money_column, told_column
from schemas.text import Span


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("绿化养护", ""),
        ("绿化养护经费", ""),
        ("年初预算", "initial_budget"),
        ("年初安排绿化经费", "initial_budget"),
        ("县财政批复预算", "initial_budget"),
        ("预算为", "initial_budget"),
        ("绿化养护预算（", "initial_budget"),
        ("全年预算数为", "annual_budget"),
        ("调整后预算", "annual_budget"),
        ("年中追加", "annual_budget"),
        ("下达绿化资金", "annual_budget"),
        ("支出", "executed"),
        ("全年决算数", "executed"),
        ("预算执行数", "executed"),
        ("年初预算安排后实际支出", "executed"),
        ("上年决算数", "prior_executed"),
        ("去年支出", "prior_executed"),
        ("2022年支出", "prior_executed"),
        ("2023年支出", "executed"),
        ("2022年下达预算", "annual_budget"),
    ],
)
def test_last_words_before_an_amount_name_its_column(words: str, column: str) -> None:
    assert money_column(words, 2023) == column


def test_without_a_year_of_the_report_no_year_is_an_earlier_one() -> None:
    assert money_column("2022年支出", None) == "executed"


def told(words: str, year: int | None = 2023) -> str:
    """The column that is sure for the amount in square brackets."""
    start = words.index("[")
    span = Span(start, words.index("]") - 1)
    text = words.replace("[", "").replace("]", "")
    return told_column(text, span, Span(0, len(text)), year)


@pytest.mark.parametrize(
    "words",
    [
        "绿化养护经费[86万元]。",
        "绿化养护经费预算[86万元]。",
        "下达绿化养护资金[86万元]。",
        "年初预算安排用于绿化养护[86万元]。",
        "支出较多的项目为绿化养护[86万元]。",
        "支出79.55万元，绿化养护经费[86万元]。",
        "支出（绿化养护[86万元]）。",
    ],
    ids=["item", "bare budget", "下达", "words between", "far verb", "another amount's verb", "in brackets"],
)
def test_words_that_leave_the_column_open(words: str) -> None:
    assert told(words) == ""


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("绿化养护经费年初预算数为[86万元]。", "initial_budget"),
        ("绿化养护经费年初部门预算[86万元]。", "initial_budget"),
        ("绿化养护经费全年预算共[88万元]。", "annual_budget"),
        ("绿化养护经费调整后预算金额[88万元]。", "annual_budget"),
        ("绿化养护经费实际支出[79.55万元]。", "executed"),
        ("绿化养护经费预算执行\n数：[79.55万元]。", "executed"),
        ("年初预算86万元，实际支出[79.55万元]。", "executed"),
        ("由2022年71.20万元增加到支出[79.55万元]。", "executed"),
        ("绿化养护经费2022年支出[71.20万元]。", "prior_executed"),
        ("上年决算[71.20万元]。", "prior_executed"),
        ("绿化养护经费支出（[79.55万元]）。", "executed"),
    ],
)
def test_words_that_are_sure_of_the_column(words: str, column: str) -> None:
    assert told(words) == column


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("绿化养护支出", "绿化养护支出"),
        ("年初预算偏紧，绿化养护支出", "绿化养护支出"),
        ("支出：绿化养护", "绿化养护"),
        ("绿化养护支出：", "绿化养护支出："),
        ("绿化养护、路灯维修支出", "路灯维修支出"),
        ("支出（绿化养护", "绿化养护"),
        ("绿化养护（含补植）支出", "绿化养护（含补植）支出"),
        ("绿化养护支出（", "绿化养护支出（"),
        ("合计1,250.60万元，支出", "支出"),
    ],
)
def test_words_that_belong_to_an_amount(text: str, words: str) -> None:
    assert text[money_clause(text, 0, len(text)) :] == words


def test_words_before_the_last_amount_do_not_belong_to_the_next() -> None:
    text = "预算86万元支出"
    assert money_clause(text, text.index("支"), len(text)) == text.index("支")
