from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from eval.matching import Matching, Row, agreeing, assign, fold_text, overlap, pair_records, rows_of
from schemas.records import Funding, Indicator, Labels, RecordKind, Remedy
from schemas.text import Span

TEXT = "培训费\n\t3\n\t5\n\n培训费\n\t3\n\t7\n\n会议费\n\t3\n\t5\n\n差旅费用共支出 9 万元。\n"


def funding(item: str | None, initial: str | None, executed: str | None, quote: str) -> Funding:
    return Funding(evaluation="department", item=item, initial_budget=initial, executed=executed, quote=quote)


def rows(*records: Funding) -> tuple[Row, ...]:
    return rows_of(RecordKind.FUNDING, Labels(report="r", funding=records), fold_text(TEXT))


def paired_quotes(matching: Matching) -> list[tuple[str, str]]:
    return [(pair.gold.quote, pair.predicted.quote) for pair in matching.pairs]


EVALUATIONS = {"department": "department"}
FIRST, SECOND, THIRD = "培训费\n\t3\n\t5", "培训费\n\t3\n\t7", "会议费\n\t3\n\t5"


def test_records_that_share_neither_key_nor_quote_are_no_pair_though_their_numbers_agree() -> None:
    matching = pair_records(
        rows(funding("培训费", "3", "5", FIRST)), rows(funding("会议", "3", "5", THIRD)), EVALUATIONS
    )
    assert matching.pairs == ()
    assert [row.quote for row in matching.missed] == [FIRST]
    assert [row.quote for row in matching.surplus] == [THIRD]


def test_a_key_just_under_the_threshold_is_no_pair_and_one_at_it_is() -> None:
    gold = rows(funding("培训费支出", "3", None, FIRST))
    under = rows(funding("会议费支票", "3", None, THIRD))  # likeness 40: 费支 of five and five
    at = rows(funding("会议费支出", "3", None, THIRD))  # likeness 60: 费支出 of five and five
    assert pair_records(gold, under, EVALUATIONS).pairs == ()
    assert len(pair_records(gold, at, EVALUATIONS).pairs) == 1


def test_overlapping_quotes_pair_records_whose_keys_have_nothing_in_common() -> None:
    gold = rows(funding("差旅", None, "9", "差旅费用共支出 9 万元"))
    predicted = rows(funding("总额", None, "8", "支出 9 万元。"))
    assert len(pair_records(gold, predicted, EVALUATIONS).pairs) == 1


def test_duplicates_are_told_apart_by_their_fields_in_any_order() -> None:
    gold = rows(funding("培训费", "3", "5", FIRST), funding("培训费", "3", "7", SECOND))
    predicted = rows(funding("培训费", "3", "7", SECOND), funding("培训费", "3", "5", FIRST))
    matching = pair_records(gold, predicted, EVALUATIONS)
    assert paired_quotes(matching) == [(FIRST, FIRST), (SECOND, SECOND)]
    assert matching.missed == matching.surplus == ()


def test_quotes_decide_between_duplicates_whose_fields_agree_equally() -> None:
    gold = rows(funding("培训费", "3", None, FIRST), funding("培训费", "3", None, SECOND))
    predicted = rows(funding("培训费", "3", None, SECOND), funding("培训费", "3", None, FIRST))
    assert paired_quotes(pair_records(gold, predicted, EVALUATIONS)) == [(FIRST, FIRST), (SECOND, SECOND)]


def test_the_pairing_maximises_the_agreeing_fields_of_all_not_of_the_first() -> None:
    gold = rows(funding("培训费", "3", "5", FIRST), funding("培训费", "3", None, FIRST))
    # The first prediction fits the first record in 3 fields and the second in 2; the other one fits the first alone.
    predicted = rows(funding("培训费", "3", None, FIRST), funding("培训费", None, "5", FIRST))
    pairs = pair_records(gold, predicted, EVALUATIONS).pairs
    assert [pair.predicted.fields.get("executed") for pair in pairs] == ["5", None]


def test_one_more_agreeing_field_outweighs_every_tie() -> None:
    gold = rows(funding("培训费", "3", "7", FIRST))
    predicted = rows(funding("培训费", "3", "5", FIRST), funding("培训费", "3", "7", THIRD))
    assert paired_quotes(pair_records(gold, predicted, EVALUATIONS)) == [(FIRST, THIRD)]


@pytest.mark.parametrize(("origin", "agrees"), [("narrative", True), ("form", False)])
def test_names_are_compared_by_shared_characters_for_measures_told_in_prose_only(origin: str, agrees: bool) -> None:
    def row(name: str) -> Row:
        record = {"evaluation": "department", "origin": origin, "name": name, "quote": "不在文中"}
        labels = Labels(report="r", indicators=(Indicator.model_validate(record),))
        return rows_of(RecordKind.INDICATOR, labels, fold_text(TEXT))[0]

    assert ("name" in agreeing(row("新建水渠长度"), row("长度新建的水渠"), EVALUATIONS)) is agrees
    assert len(pair_records([row("水渠新建")], [row("新建水渠")], EVALUATIONS).pairs) == agrees


def test_null_marks_are_no_fields() -> None:
    (row,) = rows(funding("培训费", "—", "/", FIRST))
    assert dict(row.fields) == {"evaluation": "department", "item": "培训费"}


def test_a_quote_is_located_as_it_stands_else_folded_else_not_at_all() -> None:
    text = fold_text("甲 乙\n丙（丁）丙")
    assert text.places("乙\n丙") == (Span(1, 3),)
    assert text.places("乙 丙(丁)") == (Span(1, 6),)
    assert text.places("丙") == (Span(2, 3), Span(6, 7))
    assert text.places("戊") == ()
    assert fold_text("甲 乙，甲乙").places("甲 乙") == (Span(0, 2),)
    assert text.places("") == text.places(" ") == ()


def test_overlap_is_twice_the_common_characters_over_both_lengths() -> None:
    assert overlap([Span(0, 4)], [Span(4, 8)]) == 0
    assert overlap([Span(0, 4)], [Span(9, 10), Span(2, 8)]) == pytest.approx(0.4)
    assert overlap([Span(3, 7)], [Span(3, 7)]) == 1


def test_the_assignment_is_the_best_of_all() -> None:
    random = Random(7)
    for _ in range(200):
        height, width = random.randint(1, 5), random.randint(1, 5)
        weights = [[random.choice([0, random.randint(1, 9)]) for _ in range(width)] for _ in range(height)]
        pairs = assign(weights)
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
        assert all(weights[i][j] > 0 for i, j in pairs)
        assert sum(weights[i][j] for i, j in pairs) == best_total(weights)


def best_total(weights: list[list[int]]) -> int:
    wide = weights if len(weights) <= len(weights[0]) else [list(column) for column in zip(*weights, strict=True)]
    choices = permutations(range(len(wide[0])), len(wide))
    totals: list[int] = [sum(row[at] for row, at in zip(wide, choice, strict=True)) for choice in choices]
    return max(totals)


@pytest.mark.parametrize("weights", [[], [[]], [[0, 0]]])
def test_nothing_is_assigned_where_there_is_nothing(weights: list[list[int]]) -> None:
    assert assign(weights) == ()


def test_remedies_pair_by_statement() -> None:
    def labels(statement: str) -> Labels:
        return Labels(report="r", remedies=(Remedy(statement=statement, quote="不在文中"),))

    text = fold_text(TEXT)
    gold, predicted = (rows_of(RecordKind.REMEDY, labels(s), text) for s in ("加强预算编制。", "进一步加强预算编制。"))
    assert len(pair_records(gold, predicted, {}).pairs) == 1
