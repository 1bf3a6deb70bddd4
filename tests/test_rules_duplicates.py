"""The same fact stated twice is one record; what differs in any way stays."""

from __future__ import annotations

import pytest

from pipeline.engines.rules.duplicates import alike, drop_repeated
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span

TEXT = "".join(chr(0x4E00 + n) for n in range(400))


def record(kind: RecordKind, rule: str, start: int = 0, evaluation: str = "department", **fields: str) -> Candidate:
    """A record whose values stand one after the other from ``start`` on."""
    claims = {
        name: Claim(value, Span(start + 9 * n, start + 9 * n + 5)) for n, (name, value) in enumerate(fields.items())
    }
    references = {"evaluation": evaluation}
    return Candidate(kind, references, claims, Claim("", Span(start, start + 60)), "rules", rule)


def money(rule: str, start: int = 0, evaluation: str = "department", **fields: str) -> Candidate:
    return record(RecordKind.FUNDING, rule, start, evaluation, **fields)


def measure(start: int = 0, evaluation: str = "department", **fields: str) -> Candidate:
    return record(RecordKind.INDICATOR, "narrative.measure", start, evaluation, **fields)


FORM = money("funding.row", item="公用经费", initial_budget="20", executed="21.50")
ROW = record(RecordKind.INDICATOR, "indicators.row", name="新建口袋公园数量", actual="7个", score="10")
TOLD = measure(name="新建口袋公园", actual="7个")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FORM, money("funding.prose", 100, item="公用经费", executed="21.4")),
        (FORM, money("funding.prose", 100, item="人员支出", executed="21.5")),
        (FORM, money("funding.prose", 100, item="公用经费", annual_budget="21.5")),  # another column
        (FORM, money("funding.prose", 100, item="公用经费", executed="21.5", annual_budget="22")),
        (FORM, money("funding.prose", 100, "p1", item="公用经费", executed="21.5")),  # a project's own passage
        (FORM, money("funding.row", 100, item="公用经费", executed="21.5")),  # forms are never dropped
        (ROW, measure(100, name="新建口袋公园", actual="8个")),
        (ROW, measure(100, name="新建绿道", actual="7公里")),
        (ROW, measure(100, name="新建口袋公园", actual="7个", change="同比增长5%")),
        (ROW, measure(100, "p1", name="新建口袋公园", actual="7个")),
        (ROW, measure(100, name="新建", actual="7个")),  # too short to tell
        (TOLD, measure(100, name="新建口袋公园", actual="8个")),
        (TOLD, measure(100, name="新建口袋公园", actual="7个", change="同比增长5%")),
        (TOLD, measure(100, name="新建口袋公园", change="同比增长5%")),
        (TOLD, measure(100, name="栽植行道树", actual="7个")),
        (
            record(RecordKind.GOAL, "goals.form", statement="提升绿化水平"),
            record(RecordKind.GOAL, "goals.prose", 100, statement="提升管护水平"),
        ),
    ],
)
def test_what_differs_stays(first: Candidate, second: Candidate) -> None:
    assert drop_repeated([first, second]) == (first, second)


@pytest.mark.parametrize(
    ("kept", "dropped"),
    [
        (FORM, money("funding.prose", 100, item="公用经费", executed="21.5")),
        (FORM, money("funding.prose", 100, item="公用经费支出", initial_budget="20.00")),
        (
            money("funding.row", item="年度资金总额", executed="120"),
            money("funding.prose", 100, item="部门整体支出", executed="120.00"),
        ),
        (
            money("funding.prose", item="公用经费", executed="21.5", annual_budget="22"),
            money("funding.prose", 100, item="公用经费", executed="21.5"),
        ),
        (
            money("funding.prose", 100, "p1", item="古树保护项目", executed="30", initial_budget="32"),
            money("funding.prose", item="古树保护项目", executed="30"),
        ),
        (ROW, measure(100, name="新建口袋公园", actual="7个")),
        (TOLD, measure(100, name="共新建口袋公园", actual="7个")),
        (
            measure(name="新建口袋公园", actual="7个", change="同比增长5%"),
            measure(100, name="新建口袋公园", actual="7 个"),
        ),
        (
            record(RecordKind.GOAL, "goals.form", statement="提升绿化水平"),
            record(RecordKind.GOAL, "goals.prose", 100, statement="提升绿化水平"),
        ),
    ],
)
def test_what_only_repeats_goes(kept: Candidate, dropped: Candidate) -> None:
    assert drop_repeated([kept, dropped]) == (kept,)


def test_the_form_is_kept_wherever_it_stands() -> None:
    prose = money("funding.prose", 0, item="公用经费", executed="21.5")
    assert drop_repeated([prose, FORM]) == (FORM,)


def test_an_amount_that_is_money_of_the_budget_is_no_result() -> None:
    paid = money("funding.prose", item="绿道建设经费", executed="21.5")
    where = paid.fields["executed"].where
    assert where is not None
    same = measure(where.start - 9, name="绿道建设经费", actual="21.5万元")
    assert same.fields["actual"].where == where
    assert drop_repeated([paid, same]) == (paid,)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("公用经费", "人员经费", False),
        ("基本支出", "项目支出", False),
        ("支出", "经费", False),
        ("公务接待费", "公务用车运行维护费", False),
        ("支出", "支出", True),
        ("公用经费", "日常公用经费支出", True),
        ("“三公”经费", "三公经费支出", True),
        ("古树名木保护", "古树名木保护项目资金", True),
    ],
)
def test_items_that_are_alike(first: str, second: str, same: bool) -> None:
    assert alike(first, second) is same
    assert alike(second, first) is same
