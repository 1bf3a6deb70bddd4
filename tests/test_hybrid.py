"""Two readers: who decides what is a record, what the other's word is worth, and what becomes of what one saw alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.chunks import split_chunks
from pipeline.confidence import score_fields
from pipeline.engines.hybrid import combined, paired, reads_cleanly
from pipeline.engines.llm.claims import Told
from pipeline.engines.rules import RulesEngine
from pipeline.grounding import ground
from pipeline.labels import labels_of
from pipeline.sections import split_sections
from schemas.records import Labels, RecordKind
from schemas.stages import Candidate, Chunk, Claim, Extraction, GroundedRecord, ScoredField, SectionKind
from schemas.text import Document, Span
from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    TITLE,
    TREES_ROW,
    UNIT_ROW,
    department_form,
    document,
    dump,
    values,
)

PROSE = (
    "新建口袋公园6个。栽植行道树1800株。管养绿地312.5公顷。复壮古树12株。"
    "基本支出301万元。自评得分95分，等级为优。古树名木保护项目自评得分90分。合计建成口袋公园6个。"
)
AGAIN = "合计建成口袋公园6个"
ROW = "新建驿站|≥5座|7座|10"
TEXT = f"{TITLE}{PROSE}\n{ROW}\n"
ALL = (Span(0, len(TEXT)),)
ABOUT = {"evaluation": "department"}
PARKS = {"name": "新建口袋公园", "actual": "6个"}
TREES = {"name": "栽植行道树", "actual": "1800株"}
GREEN = {"name": "管养绿地", "actual": "312.5公顷"}
OLD = {"name": "复壮古树", "actual": "12株"}


def claim(value: str, within: str = TEXT) -> Claim:
    """The value where it stands inside a passage that occurs once; without a place if it does not."""
    at = within.find(value)
    start = TEXT.index(within) + at
    return Claim(value, Span(start, start + len(value)) if at >= 0 else None)


def by(
    engine: str, rule: str, kind: RecordKind, quote: str, /, references: dict[str, str] | None = None, **fields: str
) -> Candidate:
    within = quote if quote in TEXT else TEXT
    claims = {name: claim(value, within) for name, value in fields.items()}
    return Candidate(kind, ABOUT if references is None else references, claims, claim(quote), engine, rule)


def sentence(words: str) -> str:
    """The sentence that holds the words, or the words where none does."""
    return next((part + "。" for part in PROSE.split("。") if words in part), words)


def ruled(fields: dict[str, str], quote: str | None = None) -> Candidate:
    about = {**ABOUT, "origin": "narrative"}
    return by("rules", "narrative.measure", RecordKind.INDICATOR, quote or sentence(fields["actual"]), about, **fields)


def modeled(fields: dict[str, str], project: str | None = None, quote: str | None = None) -> Told:
    about = {"origin": "narrative"}
    return Told(
        project,
        by("llm", "llm.prose", RecordKind.INDICATOR, quote or sentence(fields["actual"]), about, **fields),
    )


def evaluation(identifier: str = "department", **fields: str) -> Candidate:
    scope = "department" if identifier == "department" else "project"
    return by(
        *("rules", "evaluations.form", RecordKind.EVALUATION, TITLE.strip()),
        {"id": identifier, "scope": scope},
        **fields,
    )


def scored(project: str | None, quote: str, **fields: str) -> Told:
    return Told(project, by("llm", "llm.prose", RecordKind.EVALUATION, quote, {}, **fields))


def form_row(engine: str = "rules", rule: str = "indicators.row", **fields: str) -> Candidate:
    return by(engine, rule, RecordKind.INDICATOR, ROW, {**ABOUT, "origin": "form"}, **fields)


def of_kind(records: Sequence[Candidate], kind: RecordKind = RecordKind.INDICATOR) -> list[Candidate]:
    return [one for one in records if one.kind is kind]


def others(one: Candidate) -> dict[str, str | None]:
    return {name: found.other for name, found in one.fields.items()}


def grounded(records: Sequence[Candidate]) -> tuple[GroundedRecord, ...]:
    return ground(document(TEXT), records)


def labels(records: Sequence[Candidate]) -> Labels:
    found = grounded(records)
    return labels_of(Extraction(document(TEXT), (), (), found, (), score_fields(document(TEXT), found, ()), "hybrid"))


def scores(records: Sequence[Candidate]) -> dict[tuple[str, str], ScoredField]:
    """The score of every field, by the record's actual value and the field's name."""
    found = grounded(records)
    keys = [one.value("actual") or "" for one in found]
    return {(keys[score.ref.record], score.ref.field): score for score in score_fields(document(TEXT), found, ())}


# Which records are of one thing.


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ruled(PARKS), modeled(TREES).candidate),
        (ruled(PARKS), by("llm", "llm.prose", RecordKind.FUNDING, sentence("6个"), executed="6个")),  # another kind
        (
            by("rules", "goals.prose", RecordKind.GOAL, PROSE, statement="管养绿地"),
            by("llm", "llm.prose", RecordKind.REMEDY, PROSE, {}, statement="管养绿地"),
        ),
        (ruled(PARKS), modeled({"name": "新建口袋公园", "target": "6个", "actual": "九个"}).candidate),
        (ruled(PARKS), modeled({"name": "新建口袋公园", "actual": "9个"}).candidate),  # no place, no pair
    ],
)
def test_records_that_share_no_characters_of_what_counts_are_no_pair(first: Candidate, second: Candidate) -> None:
    assert paired([first], [second]) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ruled(PARKS), modeled(PARKS).candidate),
        (ruled(PARKS), modeled({"name": "公园", "actual": "新建口袋公园6个"}).candidate),
        (
            by("rules", "funding.prose", RecordKind.FUNDING, sentence("301"), item="基本支出", executed="301"),
            by("llm", "llm.prose", RecordKind.FUNDING, sentence("301"), item="基本支出", annual_budget="301万元"),
        ),
        (
            by("rules", "problems.item", RecordKind.DEVIATION, PROSE, {"kind": "problem"}, description="管养绿地"),
            by("llm", "llm.prose", RecordKind.DEVIATION, PROSE, {"kind": "indicator"}, reason="管养绿地312.5"),
        ),
    ],
)
def test_records_that_share_characters_of_what_counts_are_a_pair(first: Candidate, second: Candidate) -> None:
    assert paired([first], [second]) == [(first, second)]


def test_pairs_are_one_to_one_and_the_best() -> None:
    loose = modeled({"name": "栽植", "actual": "00株"}).candidate
    exact = modeled(TREES).candidate
    assert paired([ruled(TREES)], [loose, exact]) == [(ruled(TREES), exact)]
    twice = [ruled(TREES), ruled({**TREES, "name": "行道树"})]
    assert paired(twice, [exact]) == [(twice[0], exact)]


# Who is in charge.


def test_without_a_model_the_rules_records_are_as_they_were() -> None:
    records = (evaluation(), ruled(PARKS), ruled(TREES), form_row(name="新建驿站", actual="7座"))
    assert combined(records, [], []) == records


def test_a_forms_row_stays_the_rules_whatever_the_model_read() -> None:
    row = form_row(name="新建驿站", target="≥5座", actual="7座", score="10")
    told = Told(None, form_row("llm", "llm.form", name="驿站", target="5座", actual="7座"))
    (found,) = of_kind(combined([evaluation(), row], [told], ALL))
    assert (found.engine, values(found), found.confirmed) == ("rules", values(row), True)
    assert others(found) == {"name": "驿站", "target": "5座", "actual": "7座", "score": ""}


def test_a_forms_row_that_the_model_did_not_see_is_not_doubted() -> None:
    row = form_row(name="新建驿站", actual="7座")
    (found,) = of_kind(combined([evaluation(), row], [], ALL))
    assert found == row


def test_of_prose_that_both_saw_the_models_value_counts() -> None:
    told = modeled({"name": "口袋公园", "actual": "6个"})
    rules = ruled({**PARKS, "change": "新建"})
    (found,) = of_kind(combined([evaluation(), rules], [told], ALL))
    assert (found.engine, values(found), found.confirmed) == ("llm", {"name": "口袋公园", "actual": "6个"}, True)
    assert others(found) == {"name": "新建口袋公园", "actual": "6个"}
    assert found.references == {**ABOUT, "origin": "narrative"}


def test_a_field_that_only_the_reader_in_charge_filled_says_that_the_other_had_nothing() -> None:
    told = modeled({**PARKS, "change": "新建"})
    (found,) = of_kind(combined([evaluation(), ruled({"actual": "6个"})], [told], ALL))
    assert others(found) == {"name": "", "actual": "6个", "change": ""}


def test_what_rules_alone_saw_in_prose_is_kept_and_flagged_and_no_label() -> None:
    records = combined([evaluation(), ruled(PARKS), ruled(TREES)], [modeled(PARKS)], ALL)
    parks, trees = of_kind(records)
    assert (trees.engine, trees.confirmed, others(trees)) == ("rules", False, {"name": "", "actual": ""})
    assert parks.confirmed is True
    assert [one.actual for one in labels(records).indicators] == ["6个"]
    assert scores(records)["1800株", "actual"].flags


def test_what_the_model_alone_saw_is_a_label_that_says_so() -> None:
    records = combined([evaluation(), ruled(PARKS)], [modeled(PARKS), modeled(TREES)], ALL)
    trees = of_kind(records)[1]
    assert (trees.engine, trees.confirmed, others(trees)) == ("llm", None, {"name": "", "actual": ""})
    assert [one.actual for one in labels(records).indicators] == ["6个", "1800株"]


@pytest.mark.parametrize("asked", [(), (Span(0, TEXT.index("栽植")),)])
def test_a_passage_that_the_model_gave_no_answer_to_stays_the_rules(asked: tuple[Span, ...]) -> None:
    records = combined([evaluation(), ruled(TREES)], [], asked)
    assert of_kind(records) == [ruled(TREES)]


FOUR = (evaluation(), *map(ruled, (PARKS, TREES, GREEN, OLD)))


def test_a_model_that_finds_less_than_half_adds_nothing_and_takes_nothing() -> None:
    stations = {"name": "新建驿站", "actual": "7座"}
    records = combined(FOUR, [modeled(PARKS), modeled(stations, quote=ROW)], ALL)
    assert [(one.engine, one.fields["actual"].value, one.confirmed) for one in of_kind(records)] == [
        ("rules", "6个", True),
        ("rules", "1800株", None),
        ("rules", "312.5公顷", None),
        ("rules", "12株", None),
        ("llm", "7座", False),
    ]
    assert labels(records) == labels(FOUR)
    found = scores(records)
    assert all(found["7座", name].flags for name in stations)
    assert found["1800株", "actual"] == scores(FOUR)["1800株", "actual"]


LATER = ruled({"name": "口袋公园", "actual": "6个"}, AGAIN)


@pytest.mark.parametrize(
    "told",
    [
        modeled(PARKS),  # the first to say it
        Told(None, by("llm", "llm.prose", RecordKind.FUNDING, AGAIN, {}, executed="6个")),
    ],
)
def test_what_a_model_that_is_not_in_charge_says_of_the_same_thing_drops_no_record(told: Told) -> None:
    rules = (*FOUR[:1], *FOUR[2:], LATER)
    records = combined(rules, [told], ALL)
    assert [one.actual for one in labels(records).indicators] == ["1800株", "312.5公顷", "12株", "6个"]
    assert labels(records) == labels(rules)


def test_what_each_reader_saw_at_another_place_is_a_label_once() -> None:
    told = modeled({"name": "口袋公园", "actual": "6个"}, quote=AGAIN)
    records = combined([evaluation(), ruled(PARKS)], [told], ALL)
    assert [(one.name, one.actual) for one in labels(records).indicators] == [("口袋公园", "6个")]


@pytest.mark.parametrize("seen", [2, 3, 4])
def test_a_model_that_finds_half_is_in_charge(seen: int) -> None:
    told = [modeled(fields) for fields in (PARKS, TREES, GREEN, OLD)[:seen]]
    found = of_kind(combined(FOUR, told, ALL))
    assert [(one.engine, one.confirmed) for one in found] == [("llm", True)] * seen + [("rules", False)] * (4 - seen)


def test_a_model_is_not_judged_by_fewer_than_three_records() -> None:
    records = combined(FOUR[:3], [], ALL)
    assert [one.confirmed for one in of_kind(records)] == [False, False]
    assert labels(records).indicators == ()
    assert [one.confirmed for one in of_kind(combined(FOUR[:4], [], ALL))] == [None, None, None]


def test_a_model_is_not_judged_by_forms_nor_by_passages_that_it_was_not_asked_about() -> None:
    rows = [form_row(name="新建驿站", actual=value) for value in ("7座", "≥5座", "10")]
    found = of_kind(combined([evaluation(), *rows, ruled(PARKS), ruled(TREES)], [modeled(PARKS)], ALL))
    assert [one.confirmed for one in found if one.rule == "narrative.measure"] == [False]
    asked = [Span(0, TEXT.index("栽植"))]
    found = of_kind(combined(FOUR, [modeled(PARKS)], asked))
    assert [(one.engine, one.confirmed) for one in found] == [("llm", True), *[("rules", None)] * 3]


def test_records_are_in_the_order_of_the_text_behind_facts_and_evaluations() -> None:
    facts = by("rules", "facts", RecordKind.REPORT, TITLE.strip(), {}, unit_name="云溪县园林局")
    rules = [ruled(GREEN), ruled(PARKS), evaluation(), facts]
    records = combined(rules, [modeled(TREES), modeled(PARKS), modeled(GREEN)], ALL)
    assert [one.kind for one in records[:2]] == [RecordKind.REPORT, RecordKind.EVALUATION]
    assert [one.fields["actual"].value for one in of_kind(records)] == ["6个", "1800株", "312.5公顷"]


# What is evaluated.


def test_scores_and_grades_that_only_the_model_saw_complete_an_evaluation() -> None:
    told = scored(None, sentence("95分"), total_score="95分", grade="优")
    records = combined([evaluation(name="云溪县园林局")], [told], ALL)
    (found,) = of_kind(records, RecordKind.EVALUATION)
    assert values(found) == {"name": "云溪县园林局", "total_score": "95分", "grade": "优"}
    assert others(found) == {"name": None, "total_score": "", "grade": ""}
    assert found.references == {"id": "department", "scope": "department"}
    assert found.confirmed is True
    (label,) = labels(records).evaluations
    assert (label.total_score, label.grade) == ("95分", "优")


def test_a_score_that_rules_read_stays_theirs_with_what_the_model_read() -> None:
    told = scored(None, sentence("95分"), total_score="90分")
    records = combined([evaluation(total_score="95分")], [told], ALL)
    (found,) = of_kind(records, RecordKind.EVALUATION)
    assert (values(found), others(found), found.confirmed) == ({"total_score": "95分"}, {"total_score": "90分"}, True)


def test_a_score_that_is_not_in_the_text_completes_nothing() -> None:
    told = scored(None, "自评得分99分", total_score="99分")
    (found,) = of_kind(combined([evaluation()], [told], ALL), RecordKind.EVALUATION)
    assert values(found) == {}


PROJECT_QUOTE = "古树名木保护项目自评得分90分"


def test_a_project_that_only_the_model_scores_becomes_an_evaluation_with_its_records() -> None:
    told = [scored("古树名木保护", PROJECT_QUOTE, total_score="90分"), modeled(OLD, "古树名木保护")]
    records = combined([evaluation()], told, ALL)
    _, project = of_kind(records, RecordKind.EVALUATION)
    assert project.references == {"id": "p1", "scope": "project"}
    assert values(project) == {"total_score": "90分", "name": "古树名木保护"}
    assert [one.references["evaluation"] for one in of_kind(records)] == ["p1"]
    assert [one.name for one in labels(records).evaluations] == [None, "古树名木保护"]


@pytest.mark.parametrize(
    ("project", "quote", "fields"),
    [
        ("古树名木保护", "古树名木保护项目自评得分88分", {"total_score": "88分"}),  # not in the text
        ("古树名木保护", PROJECT_QUOTE, {"grade": "优"}),
    ],
)
def test_a_project_without_a_score_in_the_text_is_kept_and_no_evaluation_of_ours(
    project: str, quote: str, fields: dict[str, str]
) -> None:
    records = combined([evaluation()], [scored(project, quote, **fields), modeled(OLD, project)], ALL)
    department, other = of_kind(records, RecordKind.EVALUATION)
    assert (department.references["id"], department.confirmed) == ("department", None)
    assert (other.confirmed, fields.items() <= values(other).items()) == (False, True)
    assert [one.id for one in labels(records).evaluations] == ["department"]
    assert [one.references["evaluation"] for one in of_kind(records)] == ["department"]


def test_a_model_that_is_not_trusted_scores_nothing() -> None:
    told = [
        scored(None, sentence("95分"), total_score="95分", grade="优"),
        scored("古树名木保护", PROJECT_QUOTE, total_score="90分"),
    ]
    records = combined(FOUR, told, ALL)
    assert labels(records) == labels(FOUR)
    assert [one.confirmed for one in of_kind(records, RecordKind.EVALUATION)] == [None, False, False]


def test_a_project_that_rules_know_is_not_evaluated_twice() -> None:
    known = evaluation("p1", name="古树名木保护项目")
    told = [scored("古树名木保护", PROJECT_QUOTE, total_score="90分"), modeled(OLD, "古树名木保护")]
    records = combined([evaluation(), known], told, ALL)
    found = of_kind(records, RecordKind.EVALUATION)
    assert [one.references["id"] for one in found] == ["department", "p1"]
    assert values(found[1]) == {"name": "古树名木保护项目", "total_score": "90分"}
    assert [one.references["evaluation"] for one in of_kind(records)] == ["p1"]


# Confidence in what two readers say.


def test_readers_that_agree_are_as_good_as_a_form() -> None:
    both = scores(combined([evaluation(), ruled(PARKS)], [modeled(PARKS)], ALL))["6个", "actual"]
    one = scores([ruled(PARKS)])["6个", "actual"]
    row = scores([form_row(name="新建驿站", actual="7座")])["7座", "actual"]
    assert "agreed" in both.signals
    assert "agreed" not in one.signals
    assert both.flags == ()
    assert one.confidence < both.confidence
    assert both.confidence == pytest.approx(row.confidence, abs=0.05)


@pytest.mark.parametrize(("other", "same"), [("7个", False), ("6公里", False), ("60个", False), ("6 个", True)])
def test_numbers_agree_by_value_and_unit(other: str, same: bool) -> None:
    record = by("llm", "llm.prose", RecordKind.INDICATOR, sentence("6个"), actual="6个")
    told = Claim("6个", record.fields["actual"].where, other=other)
    one = Candidate(record.kind, ABOUT, {"actual": told}, record.quote, "llm", "llm.prose", confirmed=True)
    (found,) = score_fields(document(TEXT), grounded([one]), ())
    assert found.flags == (() if same else (f"两种读法不同，另一种读作“{other}”",))
    assert ("agreed" in found.signals) == same


def test_words_agree_where_one_holds_the_other_and_a_difference_is_flagged_with_what_the_other_read() -> None:
    told = modeled({"name": "口袋公园", "actual": "6个"})
    alike = scores(combined([evaluation(), ruled(PARKS)], [told], ALL))
    assert "agreed" in alike["6个", "name"].signals
    differing = modeled({"name": "栽植行道树", "actual": "6个"}, quote="新建口袋公园6个。栽植行道树")
    found = scores(combined([evaluation(), ruled(PARKS)], [differing], ALL))
    assert found["6个", "name"].flags == ("两种读法不同，另一种读作“新建口袋公园”",)
    assert found["6个", "actual"].flags == ()
    assert found["6个", "name"].confidence < alike["6个", "name"].confidence


def test_each_word_of_a_second_reader_is_worth_less_than_the_one_before() -> None:
    trusted = combined(FOUR[:3], [modeled({**PARKS, "change": "新建"}), modeled(OLD)], ALL)
    found = scores(trusted)
    agreed, alone = found["6个", "actual"], found["6个", "change"]
    only_one, unconfirmed = found["12株", "actual"], found["1800株", "actual"]
    assert "agreed" in agreed.signals
    assert all("alone" in one.signals for one in (alone, only_one))
    assert "unconfirmed" in unconfirmed.signals
    assert unconfirmed.confidence < min(alone.confidence, only_one.confidence) < agreed.confidence
    assert "只有一种读法读出这一条" in unconfirmed.flags[0]
    assert all("unsupported" not in score.signals for score in found.values())


def test_a_record_whose_quote_is_not_in_the_text_is_unsupported_even_where_its_values_are() -> None:
    told = modeled(PARKS, quote="新建口袋公园6个，质量优良")
    records = combined([evaluation()], [told], ALL)
    found = scores(records)["6个", "actual"]
    assert not any(name.startswith("grounding=") for name in found.signals)
    assert "unsupported" in found.signals
    assert "这一条没有可以核对的出处" in found.flags
    assert labels(records).indicators == ()


def test_a_value_that_is_not_in_the_text_is_flagged_as_that() -> None:
    told = modeled({"name": "修缮古桥", "actual": "四座"}, quote="修缮古桥四座")
    found = scores(combined([evaluation()], [told], ALL))
    assert {score.flags for score in found.values()} == {("原文中找不到此内容",)}
    assert all("unsupported" in score.signals and score.confidence <= 0.3 for score in found.values())


# Which forms a model need not read.


def read(text: str) -> tuple[Document, Chunk, tuple[Candidate, ...]]:
    """A document, its form, and what the rules read of it."""
    doc = document(text)
    sections = split_sections(doc)
    chunks = split_chunks(doc, sections)
    (form,) = (chunk for chunk in chunks if chunk.kind is SectionKind.FORM)
    return doc, form, RulesEngine().read(doc, sections, chunks).candidates


def test_a_form_whose_numbers_stand_in_records_reads_cleanly() -> None:
    assert reads_cleanly(*read(department_form(HEADER, PARKS_ROW, TREES_ROW)))


def test_a_form_of_which_rules_read_nothing_does_not() -> None:
    doc, form, found = read(department_form(HEADER, PARKS_ROW, TREES_ROW))
    assert not reads_cleanly(doc, form, ())
    assert not reads_cleanly(doc, form, [one for one in found if one.kind is RecordKind.REPORT])


def test_a_form_of_which_rules_read_less_than_most_does_not() -> None:
    doc, form, found = read(department_form(HEADER, PARKS_ROW, TREES_ROW))
    parks = [one for one in found if "新建口袋公园" in one.quote.value and one.kind is RecordKind.INDICATOR]
    assert len(parks) == 1
    assert not reads_cleanly(doc, form, parks)


def test_a_form_with_a_row_that_ran_into_another_does_not() -> None:
    doc, form, found = read(department_form(HEADER, PARKS_ROW, TREES_ROW))
    row = next(one for one in found if one.kind is RecordKind.INDICATOR)
    damaged = Candidate(RecordKind.FUNDING, ABOUT, {}, row.quote, "rules", "funding.damaged_row")
    assert not reads_cleanly(doc, form, [*found, damaged])
    elsewhere = Candidate(RecordKind.FUNDING, ABOUT, {}, Claim("", Span(0, 3)), "rules", "funding.damaged_row")
    assert reads_cleanly(doc, form, [*found, elsewhere])


def test_a_form_without_numbers_is_left_to_the_model() -> None:
    doc, form, found = read(TITLE + FORM_TITLE + dump(UNIT_ROW, HEADER))
    assert not reads_cleanly(doc, form, found)


def test_prose_is_no_form_that_reads_cleanly() -> None:
    doc = document(f"{TITLE}一、部门整体支出绩效情况\n{PROSE}\n")
    sections = split_sections(doc)
    chunks = split_chunks(doc, sections)
    found = RulesEngine().read(doc, sections, chunks).candidates
    assert not any(reads_cleanly(doc, chunk, found) for chunk in chunks)
