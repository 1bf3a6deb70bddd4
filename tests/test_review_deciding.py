"""What a decision has to pass: corrections are looked up and checked, and some values a field cannot have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import NeedsConfirmation, UnknownField, UsageError
from pipeline.export import Format, export_files
from pipeline.review.deciding import LONGEST_VALUE, choices_of, picked_value, undo
from pipeline.review.entries import entry_of
from pipeline.review.folder import field_id
from pipeline.store import (
    Decision,
    FieldKey,
    Purpose,
    Store,
    Verdict,
    decisions_on,
    list_decisions,
    open_store,
    save_decision,
)
from pipeline.titles import STATUSES
from schemas.records import FieldType, RecordKind
from schemas.stages import Extraction, Severity, Status
from schemas.text import Document, Source, Span
from tests.report_samples import REPORT
from tests.review_samples import (
    BUDGET,
    PATROLS,
    REPORT_ID,
    SCORE,
    SURVIVAL,
    WHOLE,
    copy_of,
    folder_of,
    key,
    make_sample,
    read_again,
    read_text,
    say,
)
from tests.store_samples import TEXT, sample_extraction

FACTS = FieldKey(REPORT_ID, RecordKind.REPORT, "", "fiscal_year")
ROW = TEXT.index("产出指标\t质量指标")
NAME = sample_extraction().document.source.name
NINE = Span(TEXT.index("\t9\n") + 1, TEXT.index("\t9\n") + 2)


def problem(field: str = "description") -> FieldKey:
    return key("department|problem||预算编制不够精细", field, RecordKind.DEVIATION)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("template") / "x.duckdb")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(copy_of(template, tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="module")
def kept(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """For what is refused: nothing of it may be saved."""
    with open_store(copy_of(template, tmp_path_factory.mktemp("kept"))) as opened:
        yield opened
        assert list_decisions(opened) == ()


def document(text: str) -> Document:
    return Document(Source("甲", "/甲.txt", "a" * 64, "text"), text)


# Refused


@pytest.mark.parametrize(
    ("about", "value", "words"),
    [
        (SCORE, None, "空的"),
        (SCORE, "", "空的"),
        (SCORE, " \t\n\u3000", "空的"),
        (problem(), "字" * (LONGEST_VALUE + 1), "过长"),
        (key(SURVIVAL, "origin"), "table", "form"),
        (key(SURVIVAL, "origin"), "FORM", "form"),
        (key(SURVIVAL, "evaluation"), "p9", "department、p1"),
        (problem("kind"), "其他", "problem"),
        (key("department", "scope", RecordKind.EVALUATION), "unit", "department"),
        (key("department", "id", RecordKind.EVALUATION), "p7", "编号"),
        (FACTS, "23", "年度"),
        (FACTS, "2023年", "年度"),
        (FACTS, "1823", "年度"),
        (FACTS, "20233", "年度"),
        (FACTS._replace(field="no_deviation_declared"), "false", "true"),
        (FACTS._replace(field="no_deviation_declared"), "是", "true"),
        (WHOLE, "加强管理", "整条记录"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(
    kept: Store, about: FieldKey, value: str | None, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        say(kept, "甲", Verdict.CORRECTED, about, value, meant=True)
    assert words in f"{caught.value}{caught.value.hint}"
    assert caught.value.hint


@pytest.mark.parametrize(
    "span", [Span(-1, 3), Span(3, 3), Span(5, 2), Span(0, len(TEXT) + 1), Span(10**12, 10**12 + 1)]
)
def test_a_place_outside_the_report_is_refused(kept: Store, span: Span) -> None:
    with pytest.raises(UsageError, match="不在这份报告"):
        say(kept, "甲", Verdict.CORRECTED, span=span)


def test_a_place_of_nothing_but_white_space_is_refused(kept: Store) -> None:
    tab = TEXT.index("\t")
    with pytest.raises(UsageError, match="空的"):
        say(kept, "甲", Verdict.CORRECTED, span=Span(tab, tab + 1))


@pytest.mark.parametrize(
    "about",
    [
        SCORE._replace(report_id="0" * 64),
        SCORE._replace(record_key="nothing"),
        SCORE._replace(kind=RecordKind.GOAL),
        SCORE._replace(field="statement"),
        SCORE._replace(field="quote"),
    ],
)
def test_what_is_not_there_is_told(kept: Store, about: FieldKey) -> None:
    from pipeline.review.deciding import Proposal, decide

    folder = folder_of(kept)
    with pytest.raises(UnknownField) as caught:
        decide(kept, folder, "甲", Proposal(about, folder.extraction_id, Verdict.REJECTED))
    assert caught.value.hint


def test_nothing_cannot_be_accepted(kept: Store) -> None:
    with pytest.raises(UsageError, match="没有值"):
        say(kept, "甲", Verdict.ACCEPTED, key(SURVIVAL, "weight"))


def test_an_undoing_has_to_say_of_what(kept: Store) -> None:
    with pytest.raises(UsageError, match="撤销"):
        say(kept, "甲", Verdict.UNDONE)


# Numbers that the report does not bear out


@pytest.mark.parametrize(
    ("about", "value", "span"),
    [
        (SCORE, "7.77", None),
        (SCORE, "九点九", None),
        (key(SURVIVAL, "weight"), "11.25", None),
        (FACTS, "2022", None),
        (SCORE, "8", NINE),  # the place has another
        (SCORE, "9.0", NINE),
        (SCORE, "90", NINE),
        (SCORE, "-9", NINE),
    ],
)
def test_a_number_that_the_report_does_not_have_is_taken_only_where_it_is_meant(
    store: Store, about: FieldKey, value: str, span: Span | None
) -> None:
    with pytest.raises(NeedsConfirmation) as caught:
        say(store, "甲", Verdict.CORRECTED, about, value, span=span)
    assert value in str(caught.value)
    assert any(STATUSES[status] in str(caught.value) for status in Status if not status.vouched)
    assert caught.value.hint
    assert list_decisions(store) == ()
    decided = say(store, "甲", Verdict.CORRECTED, about, value, span=span, meant=True)
    assert decided.found is not None
    assert not decided.found.status.vouched
    assert [row.value for row in list_decisions(store)] == [value]


def test_a_number_whose_evidence_says_otherwise_is_taken_only_where_it_is_meant(tmp_path: Path) -> None:
    """The form's row has the number, but under the target."""
    with open_store(tmp_path / "x.duckdb") as store:
        extraction = read_text(REPORT)
        read_again(store, extraction)
        about = FieldKey(extraction.document.source.sha256, RecordKind.INDICATOR, PATROLS, "actual")
        with pytest.raises(NeedsConfirmation, match="年度指标值"):
            say(store, "甲", Verdict.CORRECTED, about, "≥120次")
        decided = say(store, "甲", Verdict.CORRECTED, about, "≥120次", meant=True)
        assert "COLUMN_DIFFERS" in {finding.code for finding in decided.findings}


def test_words_need_no_confirmation(store: Store) -> None:
    decided = say(store, "甲", Verdict.CORRECTED, problem(), "预算编制较粗")
    assert decided.found is not None
    assert decided.found.status is Status.ABSENT


# Corrections


def test_a_correction_is_looked_up_at_once_in_its_own_row(store: Store) -> None:
    decided = say(store, "甲", Verdict.CORRECTED, value=" 9 ")
    assert (decided.value, decided.findings) == ("9", ())
    assert decided.found is not None
    assert (decided.found.status, decided.found.span) == (Status.EXACT, NINE)


def test_what_the_checks_find_of_the_report_is_told_and_not_in_the_way(tmp_path: Path) -> None:
    """The report itself gives full marks to a target that was not met."""
    with open_store(tmp_path / "x.duckdb") as store:
        extraction = read_text(REPORT)
        read_again(store, extraction)
        about = FieldKey(extraction.document.source.sha256, RecordKind.INDICATOR, PATROLS, "score")
        decided = say(store, "甲", Verdict.CORRECTED, about, "10")
        assert [finding.code for finding in decided.findings] == ["UNMET_FULL_SCORE"]
        assert {finding.severity for finding in decided.findings} <= set(Severity)
        assert all(finding.about_report for finding in decided.findings)


def test_a_place_alone_gives_value_and_evidence(store: Store) -> None:
    wide = Span(NINE.start - 1, NINE.end + 1)  # with the tab and the line's end
    decided = say(store, "甲", Verdict.CORRECTED, span=wide)
    assert decided.value == "9"
    (row,) = decisions_on(store, SCORE)
    assert row.span == {"start": NINE.start, "end": NINE.end}


@pytest.mark.parametrize(
    ("text", "field_type", "value"),
    [
        ("果苗\n成活率", FieldType.NAME, "果苗成活率"),
        ("果苗\r\n\t 成活率", FieldType.NAME, "果苗成活率"),
        ("果苗\u3000成活率", FieldType.TEXT, "果苗成活率"),
        ("完成 12 个", FieldType.TEXT, "完成12个"),
        ("word one\ntwo", FieldType.NAME, "word one two"),
        ("word one\ntwo", FieldType.TEXT, "word one\ntwo"),
        ("≥\n 95%", FieldType.NUMBER, "≥95%"),
        ("12\n个", FieldType.NUMBER, "12个"),
        ("12 345", FieldType.NUMBER, "12 345"),
        (" 9 ", FieldType.NUMBER, "9"),
        ("𠮷\n野", FieldType.NAME, "𠮷野"),
    ],
)
def test_words_that_a_cell_wraps_are_joined(text: str, field_type: FieldType, value: str) -> None:
    found, place = picked_value(document(f"甲{text}乙"), Span(1, 1 + len(text)), field_type)
    assert found == value
    assert place == Span(1 + len(text) - len(text.lstrip()), 1 + len(text.rstrip()))


WRAPPED = "预算编\n\t制 较\n粗，\nabc def"


def wrapped() -> tuple[Extraction, Span]:
    """The sample with words at its end that are wrapped."""
    sample = sample_extraction()
    text = f"{TEXT}\n{WRAPPED}\n完"
    place = Span(len(TEXT) + 1, len(TEXT) + 1 + len(WRAPPED))
    return replace(sample, document=replace(sample.document, text=text)), place


def test_wrapped_words_keep_their_place_as_evidence(store: Store) -> None:
    extraction, place = wrapped()
    read_again(store, extraction)
    decided = say(store, "甲", Verdict.CORRECTED, problem(), span=place)
    assert decided.value == "预算编制较粗，abc def"
    assert decided.found is not None
    assert decided.found.span == place
    standing = folder_of(store).state_of(problem()).value
    assert standing is not None
    assert (standing.value, standing.span) == (decided.value, place)


def test_picked_characters_are_evidence_whatever_the_look_up_makes_of_them(store: Store) -> None:
    place = Span(TEXT.index("编制数12人"), TEXT.index("编制数12人") + 4)  # half a number
    decided = say(store, "甲", Verdict.CORRECTED, problem(), span=place)
    assert (decided.value, decided.found and decided.found.status.vouched) == ("编制数1", False)
    for found in (decided.found, folder_of(store).reviewed.records[8].get("description")):
        assert found is not None
        assert (found.value, found.span) == ("编制数1", place)


def test_a_place_beyond_the_text_is_no_evidence(store: Store) -> None:
    far = Span(len(TEXT) + 5, len(TEXT) + 9)
    save_decision(store, Decision(*problem(), Verdict.CORRECTED, "编制数1", "甲", far))
    found = folder_of(store).reviewed.records[8].get("description")
    assert found is not None
    assert found.span is None


def test_a_corrected_value_with_its_place_is_evidence_in_every_export(store: Store, tmp_path: Path) -> None:
    extraction, place = wrapped()
    read_again(store, extraction)
    say(store, "甲", Verdict.CORRECTED, key(SURVIVAL, "deviation_reason"), span=place)
    for file_format in (Format.JSON, Format.LABELS):
        export_files(store, file_format, tmp_path)
    full = json.loads((tmp_path / f"{NAME}.full.json").read_text(encoding="utf-8"))
    found = full["records"][7]["fields"]["deviation_reason"]
    assert found["value"] == "预算编制较粗，abc def"
    assert (found["place"]["start"], found["place"]["end"], found["place"]["text"]) == (*place, WRAPPED)
    labels = json.loads((tmp_path / f"{NAME}.json").read_text(encoding="utf-8"))
    assert labels["indicators"][1]["deviation_reason"] == "预算编制较粗，abc def"
    row = store.connection.execute(
        "SELECT value, span_start, span_end FROM data.current_fields WHERE field = 'deviation_reason'"
    ).fetchall()
    assert row == [("预算编制较粗，abc def", *place)]


def test_choices_are_taken_as_they_are(store: Store) -> None:
    assert say(store, "甲", Verdict.CORRECTED, key(SURVIVAL, "origin"), "narrative").found is None
    say(store, "甲", Verdict.CORRECTED, key(SURVIVAL, "evaluation"), "p1")
    record = folder_of(store).reviewed.records[7]
    assert record.references == {"evaluation": "p1", "origin": "narrative"}
    entry = entry_of(folder_of(store), key(SURVIVAL, "origin"), Purpose.REVIEW, ())
    assert entry["value"] == "narrative"


def test_the_choices_of_a_field(kept: Store) -> None:
    folder = folder_of(kept)
    assert choices_of(folder, RecordKind.INDICATOR, "evaluation") == ("department", "p1")
    assert choices_of(folder, RecordKind.INDICATOR, "origin") == ("form", "narrative")
    assert choices_of(folder, RecordKind.DEVIATION, "kind") == ("indicator", "budget", "problem")
    assert choices_of(folder, RecordKind.REPORT, "no_deviation_declared") == ("true",)
    for kind, name in ((RecordKind.INDICATOR, "name"), (RecordKind.EVALUATION, "id"), (RecordKind.REPORT, "nothing")):
        assert choices_of(folder, kind, name) == ()


def test_a_year_that_the_report_has(store: Store) -> None:
    decided = say(store, "甲", Verdict.CORRECTED, FACTS, "2023")
    assert decided.found is not None
    assert decided.found.status.vouched


# The other verdicts


def test_accepted_is_what_stands_and_not_what_was_read(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    assert say(store, "乙", Verdict.ACCEPTED).value == "9"
    assert say(store, "丙", Verdict.ACCEPTED, purpose=Purpose.SECOND).value == "8.5"


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.UNSURE])
def test_a_verdict_without_a_value_keeps_none(store: Store, verdict: Verdict) -> None:
    decided = say(store, "甲", verdict, value="12")
    assert (decided.value, decided.found) == (None, None)


def test_a_whole_record_has_no_value_but_its_quote_before_it(store: Store) -> None:
    assert say(store, "甲", Verdict.ACCEPTED, WHOLE).value is None
    (row,) = decisions_on(store, WHOLE)
    assert (row.before, row.shown) == ("加强预算管理", "加强预算管理")


def test_only_a_second_reader_saw_it_until_a_person_did(store: Store) -> None:
    sample = sample_extraction()
    records = (*sample.records[:7], replace(sample.records[7], confirmed=False), *sample.records[8:])
    read_again(store, replace(sample, records=records))
    assert not folder_of(store).reviewed.records[7].accepted
    say(store, "甲", Verdict.UNSURE)
    say(store, "甲", Verdict.REJECTED, key(SURVIVAL, "target"))
    assert not folder_of(store).reviewed.records[7].accepted
    number = say(store, "甲", Verdict.ACCEPTED, key(SURVIVAL, "actual")).decision
    assert folder_of(store).reviewed.records[7].accepted
    undo(store, "甲", key(SURVIVAL, "actual"), number)
    assert not folder_of(store).reviewed.records[7].accepted
    say(store, "甲", Verdict.ACCEPTED, key(SURVIVAL, ""))
    assert folder_of(store).reviewed.records[7].accepted
    assert store.connection.execute("SELECT reviewed FROM indicators WHERE name = '果苗成活率'").fetchall() == [(True,)]


# What is shown


def test_an_entry_shows_value_evidence_doubts_and_record(kept: Store) -> None:
    entry = entry_of(folder_of(kept), SCORE, Purpose.REVIEW, ())
    assert (entry["id"], entry["value"], entry["status"], entry["type"]) == (field_id(SCORE), "8.5", "absent", "number")
    assert entry["evidence"]["text"] == TEXT[ROW : TEXT.index("\n", ROW)]
    assert entry["evidence"]["start"] == ROW
    assert entry["reasons"] == ["absent", "score_rate"]
    assert entry["evaluation"] == "清河县林果局"
    assert (entry["seen"], entry["history"], entry["read"]) == (0, [], None)
    fields = {one["field"]: one for one in entry["record"]}
    assert list(fields)[:2] == ["evaluation", "origin"]
    assert fields["score"]["flagged"]
    assert not fields["actual"]["flagged"]
    assert (fields["origin"]["value"], fields["weight"]["value"]) == ("form", None)
    assert fields["actual"]["span"] == [TEXT.index("96%"), TEXT.index("96%") + 3]
    json.dumps(entry)


def test_an_entry_shows_a_later_reading_beside_what_was_decided(store: Store) -> None:
    number = say(store, "甲", Verdict.CORRECTED, value="9").decision
    entry = entry_of(folder_of(store), SCORE, Purpose.REVIEW, decisions_on(store, SCORE))
    assert (entry["value"], entry["read"], entry["reasons"], entry["seen"]) == ("9", "8.5", [], number)
    (past,) = entry["history"]
    assert (past["reviewer"], past["verdict"], past["before"], past["value"]) == ("甲", "corrected", "8.5", "9")


def test_findings_that_touch_the_field(kept: Store) -> None:
    entry = entry_of(folder_of(kept), key(PATROLS, "score"), Purpose.REVIEW, ())
    assert [finding["code"] for finding in entry["findings"]] == ["UNMET_FULL_SCORE"]
    assert entry_of(folder_of(kept), key(PATROLS, "weight"), Purpose.REVIEW, ())["findings"] == []


def test_a_unit_decides_about_amounts(store: Store) -> None:
    save_decision(store, Decision(*key(BUDGET, "unit", RecordKind.FUNDING), Verdict.CORRECTED, "元", "甲"))
    assert folder_of(store).reviewed.records[3].value("unit") == "元"
