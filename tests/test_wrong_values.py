"""Correct values made wrong: each kind of mistake does what its name says, and never says the same as before."""

from __future__ import annotations

from random import Random

import pytest

from eval.mutation_targets import Target, says_same, targets_of
from eval.wrong_values import Draw, MutationKind, Source, source_of, wrong_values
from schemas.records import Evaluation, FieldType, Labels, RecordKind, field_types
from tests.mutation_samples import GOLD, TEXT

KINDS = tuple(MutationKind)
SOURCE = source_of(GOLD, TEXT)


def target(value: str, name: str = "actual", kind: RecordKind = RecordKind.INDICATOR) -> Target:
    section = {RecordKind.INDICATOR: "indicators", RecordKind.FUNDING: "funding"}.get(kind, "")
    return Target(section, 0, kind, name, field_types(kind)[name], value)


def made(mistake: MutationKind, of: Target, source: Source = SOURCE, tries: int = 60) -> set[str]:
    """All that chance makes of a value."""
    return {value for seed in range(tries) for value in wrong_values(mistake, Draw(of, source, Random(seed)))}


def money(value: str, name: str = "executed") -> Target:
    return target(value, name, RecordKind.FUNDING)


def fact(value: str, name: str = "fiscal_year") -> Target:
    return target(value, name, RecordKind.REPORT)


UNTOUCHED: list[tuple[str, MutationKind, Target]] = [
    ("no digit", MutationKind.DIGIT, target("优良")),
    ("equal digits", MutationKind.SWAP, target("77个")),
    ("digit before a zero", MutationKind.SWAP, target("10个")),
    ("single digit", MutationKind.SWAP, target("7个")),
    ("year of the report", MutationKind.POINT, fact("2023")),
    ("parts of a date", MutationKind.POINT, target("2023年12月31日")),
    ("no scale", MutationKind.SCALE, target("17个")),
    ("no unit that is known", MutationKind.SCALE, money("美元", "unit")),
    ("words about money", MutationKind.SCALE, target("支出万元以上", "name")),
    ("year has no sign", MutationKind.SIGN, fact("2023")),
    ("staff has no sign", MutationKind.SIGN, fact("45", "authorized_staff")),
    ("zero has no sign", MutationKind.SIGN, money("0")),
    ("words have no sign", MutationKind.SIGN, target("原因：减少3株", "deviation_reason")),
    ("no percent", MutationKind.PERCENT, target("17个")),
    ("percent of a text", MutationKind.PERCENT, target("下降3%", "deviation_reason")),
    ("fact has no row", MutationKind.ROW, fact("45", "authorized_staff")),
    ("year has no column", MutationKind.COLUMN, fact("2023")),
    ("no last year", MutationKind.LAST_YEAR, money("79.55")),
    ("points of no last year", MutationKind.LAST_YEAR, target("12", "weight")),
    ("year is not elsewhere", MutationKind.ELSEWHERE, fact("2023")),
    ("year is not invented", MutationKind.INVENTED, fact("2023")),
    ("no number to invent", MutationKind.INVENTED, target("优良")),
    ("no comparator", MutationKind.COMPARATOR, target("17个")),
    ("nothing left without it", MutationKind.COMPARATOR, target("≥优良")),
]


@pytest.mark.parametrize(("mistake", "of"), [case for _, *case in UNTOUCHED], ids=[name for name, *_ in UNTOUCHED])
def test_what_a_mistake_cannot_befall_is_left_alone(mistake: MutationKind, of: Target) -> None:
    assert made(mistake, of) == set()


MADE: list[tuple[str, MutationKind, Target, set[str]]] = [
    ("swap", MutationKind.SWAP, money("79.55"), {"97.55"}),
    ("swap of two pairs", MutationKind.SWAP, target("123个"), {"213个", "132个"}),
    ("point", MutationKind.POINT, money("79.55"), {"795.5", "7.955"}),
    ("point after thousands", MutationKind.POINT, money("1,250.6"), {"12506", "125.06"}),
    ("point of a whole number", MutationKind.POINT, target("17个"), {"170个", "1.7个"}),
    ("unit", MutationKind.SCALE, money("万元", "unit"), {"亿元", "元"}),
    ("scale in a value", MutationKind.SCALE, target("3.5亿元"), {"3.5万元"}),
    ("scale without 元", MutationKind.SCALE, target("12万亩"), {"12亿亩"}),
    ("yuan", MutationKind.SCALE, target("286元"), {"286万元"}),
    ("direction", MutationKind.SIGN, target("同比增长5%", "change"), {"同比下降5%"}),
    ("direction turned back", MutationKind.SIGN, target("减少12个", "change"), {"增加12个"}),
    ("minus added", MutationKind.SIGN, target("17个"), {"-17个"}),
    ("minus dropped", MutationKind.SIGN, target("-3.2%"), {"3.2%"}),
    ("percent", MutationKind.PERCENT, target("96%"), {"96个百分点"}),
    ("wide percent", MutationKind.PERCENT, target("96％"), {"96个百分点"}),
    ("points", MutationKind.PERCENT, target("上升3个百分点", "change"), {"上升3%"}),
    ("row below", MutationKind.ROW, money("79.55"), {"13.75"}),
    ("columns", MutationKind.COLUMN, money("79.55"), {"86.40", "88.25", "90.14%"}),
    ("columns of an indicator", MutationKind.COLUMN, target("2350株"), {"≥2100株", "12", "11.5"}),
    ("columns of staff", MutationKind.COLUMN, fact("45", "authorized_staff"), {"42"}),
    ("year before", MutationKind.LAST_YEAR, fact("2023"), {"2022"}),
    ("last year's result", MutationKind.LAST_YEAR, target("17个"), {"1360个"}),
    ("spent as last year's", MutationKind.LAST_YEAR, money("71.20", "prior_executed"), {"79.55"}),
    ("sign dropped", MutationKind.COMPARATOR, target("≥2100株", "target"), {"2100株"}),
    ("以上 dropped", MutationKind.COMPARATOR, target("90%以上", "target"), {"90%"}),
    ("不低于 dropped", MutationKind.COMPARATOR, target("不低于90%", "target"), {"90%"}),
]


@pytest.mark.parametrize(("mistake", "of", "values"), [case for _, *case in MADE], ids=[name for name, *_ in MADE])
def test_a_mistake_makes_what_its_name_says(mistake: MutationKind, of: Target, values: set[str]) -> None:
    assert made(mistake, of) == values


def test_one_digit_is_changed_and_never_to_the_same() -> None:
    values = made(MutationKind.DIGIT, money("79.55"), tries=300)
    assert len(values) > 20
    for value in values:
        assert sum(one != other for one, other in zip(value, "79.55", strict=True)) == 1


def test_an_invented_number_has_as_many_digits_and_its_words() -> None:
    values = made(MutationKind.INVENTED, target("同比增长12.5%", "change"))
    assert len(values) > 20
    for value in values:
        assert (value[:4], value[6], value[-1], len(value)) == ("同比增长", ".", "%", 9)
        assert value[4] != "0"


def test_a_number_from_elsewhere_is_one_of_the_reports() -> None:
    values = made(MutationKind.ELSEWHERE, target("17个"))
    assert "1360亩" in values
    assert all(value in TEXT for value in values)
    assert made(MutationKind.ELSEWHERE, target("17个"), SOURCE._replace(quantities=())) == set()


def test_last_years_amount_is_put_into_this_years_columns() -> None:
    row = GOLD.funding[0].model_copy(update={"prior_executed": "71.20"})
    source = SOURCE._replace(gold=GOLD.model_copy(update={"funding": (row,)}))
    for name in ("executed", "annual_budget", "initial_budget"):
        assert made(MutationKind.LAST_YEAR, money("79.55", name), source) == {"71.20"}
    assert made(MutationKind.LAST_YEAR, target("17个"), SOURCE._replace(earlier=())) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_no_mistake_says_the_same_as_the_value(kind: MutationKind) -> None:
    values = [(one, value) for one in targets_of(GOLD) for value in made(kind, one, tries=20)]
    assert values
    for one, value in values:
        assert not says_same(one, value), (one, value)


@pytest.mark.parametrize(
    ("of", "value", "same"),
    [
        (money("79.55"), "79.55万元", True),
        (money("79.55"), "79.550", True),
        (money("79.55"), "795.5", False),
        (target("1,250元"), "1250元", True),
        (target("90%"), "90.00%", True),
        (target("≥90%"), "90%", False),
        (target("3.5万元"), "3.5", False),
        (target("3.5"), "3.5万元", False),
        (target("增长 5%", "deviation_reason"), "增长5%", True),
        (target("增长5%", "deviation_reason"), "增长5.0%", False),
    ],
    ids=["with its unit", "zero", "point", "thousands", "digits", "comparator", "unit", "unit added", "space", "words"],
)
def test_two_ways_to_write_a_value_are_the_same(of: Target, value: str, same: bool) -> None:
    assert says_same(of, value) is same


def test_values_with_numbers_and_units_are_targets_and_nothing_else_is() -> None:
    places = {one.place: one.value for one in targets_of(GOLD)}
    assert not {place for place in places if place.endswith(("name", "item", "quote", "evaluation", "origin"))}
    assert {"fiscal_year", "authorized_staff", "actual_staff", "funding[1].unit", "indicators[2].change"} <= set(places)
    assert places["funding[0].executed"] == "79.55"
    assert len(places) == 3 + 2 * 5 + 2 * 4 + 2


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (Labels(report="空"), []),
        (Labels(report="空", unit_name="第3中学", no_deviation_declared=True), []),
        (Labels(report="空", evaluations=(Evaluation(id="p1", scope="project", quote=""),)), []),
        (Labels(report="空", fiscal_year=2023), ["fiscal_year"]),
    ],
    ids=["empty", "name and yes", "identifier", "year"],
)
def test_targets_of_labels_with_little_in_them(labels: Labels, places: list[str]) -> None:
    assert [one.place for one in targets_of(labels)] == places
    assert all(one.type is FieldType.NUMBER for one in targets_of(labels))
