"""Decisions as they are kept: who, when, before, after, what was shown; what stands after all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import AlreadyDecided
from pipeline.review.deciding import undo
from pipeline.store import (
    Decision,
    FieldKey,
    Purpose,
    Shown,
    Store,
    Verdict,
    decision_of,
    decisions_on,
    last_decision_by,
    list_decisions,
    open_store,
    save_decision,
)
from pipeline.store import decisions as decisions_module
from schemas.records import RecordKind
from schemas.stages import GroundedField, Status
from schemas.text import Span
from tests.review_samples import (
    PATROLS,
    REMEDY,
    REPORT_ID,
    SCORE,
    SURVIVAL,
    WHOLE,
    Clock,
    copy_of,
    extraction_id,
    key,
    make_sample,
    read_again,
    reading,
    say,
)
from tests.store_samples import TEXT, grounded, sample_extraction


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("template") / "x.duckdb")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(copy_of(template, tmp_path)) as opened:
        yield opened


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


def state(store: Store, about: FieldKey = SCORE) -> tuple[Any, ...]:
    """The value that stands, whether the field is open, and why."""
    found = store.connection.execute(
        "SELECT value, flagged, flags FROM data.current_fields"
        " WHERE (report_id, kind, record_key, field) = (?, ?, ?, ?)",
        list(about),
    ).fetchall()
    assert len(found) <= 1, "a field is there twice"
    return found[0] if found else ()


def is_open(store: Store, about: FieldKey = SCORE) -> bool:
    rows = store.connection.execute(
        "SELECT 1 FROM data.flagged WHERE (report_id, kind, record_key, field) = (?, ?, ?, ?)", list(about)
    ).fetchall()
    assert len(rows) <= 1, "a field is open twice"
    return bool(rows)


def plain(
    verdict: Verdict = Verdict.ACCEPTED, reviewer: str = "甲", value: str | None = "8.5", **more: Any
) -> Decision:
    return Decision(*SCORE, verdict, value, reviewer, **more)


# What is kept


def test_a_decision_tells_who_when_before_after_and_what_was_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(decisions_module, "now", clock)
    number = say(store, "甲", Verdict.CORRECTED, value="9", note="看表").decision
    (row,) = decisions_on(store, SCORE)
    assert (row.decision, row.reviewer, row.decided_at, row.report) == (
        number,
        "甲",
        clock.moment,
        "清河县林果局自评报告",
    )
    assert (row.verdict, row.before, row.value, row.note, row.purpose) == ("corrected", "8.5", "9", "看表", "review")
    place = TEXT.index("产出指标\t质量指标")
    assert row.shown == TEXT[place : TEXT.index("\n", place)]
    assert row.shown_span == {"start": place, "end": TEXT.index("\n", place)}
    assert row.span is not None
    assert TEXT[row.span["start"] : row.span["end"]] == "9"
    assert (row.confidence, row.reasons) == (0.2, ["absent", "score_rate"])
    assert row.extraction_id == extraction_id(store)
    assert [(row.run_id,)] == ask(store, "SELECT run_id FROM data.runs")
    assert row.key == SCORE


def test_decisions_are_added_and_never_changed(store: Store) -> None:
    first = say(store, "甲", Verdict.CORRECTED, value="9").decision
    kept = ask(store, "SELECT * FROM data.decisions")
    say(store, "乙", Verdict.REJECTED)
    undo(store, "乙", SCORE, first)
    rows = ask(store, "SELECT * FROM data.decisions ORDER BY decision")
    assert rows[:1] == kept
    assert [row.verdict for row in list_decisions(store)] == ["corrected", "rejected", "undone"]
    numbers = [row.decision for row in list_decisions(store)]
    assert numbers == sorted(set(numbers))
    assert [row.undone for row in list_decisions(store)] == [True, False, False]
    assert [row.before for row in list_decisions(store)] == ["8.5", "9", None]


def test_the_log_of_one_report_and_of_one_reviewer(store: Store) -> None:
    read_again(store, sample_extraction("另一份", content="2"))
    other = sample_extraction(content="2").document.source.sha256
    say(store, "甲", Verdict.ACCEPTED)
    say(store, "乙", Verdict.ACCEPTED, SCORE._replace(report_id=other))
    assert [row.report_id for row in list_decisions(store)] == [REPORT_ID, other]
    assert [row.reviewer for row in list_decisions(store, other)] == ["乙"]
    assert [row.report_id for row in list_decisions(store, reviewer="甲")] == [REPORT_ID]
    assert list_decisions(store, other, "甲") == ()


def test_a_report_that_was_renamed_is_in_the_log_once(store: Store) -> None:
    say(store, "甲", Verdict.ACCEPTED)
    read_again(store, sample_extraction("改名"))
    assert [row.report for row in list_decisions(store)] == ["改名"]


# Tokens


def test_a_token_is_saved_once(store: Store) -> None:
    first = save_decision(store, plain(token="t-12345678"))
    again = save_decision(store, plain(Verdict.REJECTED, value=None, token="t-12345678"))
    other = save_decision(store, plain(token="t-12345679"))
    assert again == first != other
    assert [row.verdict for row in list_decisions(store)] == ["accepted", "accepted"]


def test_decisions_without_a_token_are_all_saved(store: Store) -> None:
    assert save_decision(store, plain()) != save_decision(store, plain())
    assert decision_of(store, "") is None


def test_a_decision_is_found_by_its_token(store: Store) -> None:
    number = save_decision(store, plain(token="t-12345678"))
    row = decision_of(store, "t-12345678")
    assert row is not None
    assert (row.decision, row.token, row.undone) == (number, "t-12345678", False)
    assert decision_of(store, "t-1234567") is None


def test_a_token_sent_again_is_not_stale(store: Store) -> None:
    mine = save_decision(store, plain(token="t-12345678"), seen=0)
    save_decision(store, plain(reviewer="乙"))
    assert save_decision(store, plain(token="t-12345678"), seen=0) == mine


# Somebody else was faster


def test_a_stale_decision_is_told_whose_is_newer(store: Store) -> None:
    save_decision(store, plain(reviewer="乙"))
    with pytest.raises(AlreadyDecided, match="乙") as caught:
        save_decision(store, plain(), seen=0)
    assert caught.value.hint
    assert [row.reviewer for row in list_decisions(store)] == ["乙"]


def test_what_the_reviewer_knew_of_is_not_in_the_way(store: Store) -> None:
    seen = save_decision(store, plain(reviewer="乙"))
    save_decision(store, plain(), seen=seen)
    save_decision(store, plain(), seen=0)  # their own newer one
    save_decision(store, plain(reviewer="丙"))  # nothing was asked
    assert [row.reviewer for row in list_decisions(store)] == ["乙", "甲", "甲", "丙"]


def test_decisions_on_other_fields_or_taken_back_are_not_in_the_way(store: Store) -> None:
    save_decision(store, replace(plain(reviewer="乙"), field="actual"))
    number = save_decision(store, plain(reviewer="乙"))
    undo(store, "乙", SCORE, number)
    save_decision(store, plain(), seen=0)
    assert [row.reviewer for row in decisions_on(store, SCORE)] == ["乙", "乙", "甲"]


def test_a_blind_second_look_knows_of_no_first(store: Store) -> None:
    save_decision(store, plain(reviewer="乙"))
    save_decision(store, plain(purpose=Purpose.SECOND), seen=0)
    with pytest.raises(AlreadyDecided, match="甲"):
        save_decision(store, plain(reviewer="丙", purpose=Purpose.SECOND), seen=0)


def test_a_second_look_is_not_in_the_way_of_a_review(store: Store) -> None:
    save_decision(store, plain(reviewer="乙", purpose=Purpose.SECOND))
    save_decision(store, plain(), seen=0)
    assert len(list_decisions(store)) == 2


# Undoing


def test_undone_the_field_is_open_as_before(store: Store) -> None:
    before = state(store)
    number = say(store, "甲", Verdict.CORRECTED, value="9").decision
    assert not is_open(store)
    assert state(store) == ("9", False, [])
    undo(store, "甲", SCORE, number)
    assert is_open(store)
    assert state(store) == before == ("8.5", True, ["absent", "score_rate"])


def test_an_undone_second_decision_lets_the_first_stand_again(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    second = say(store, "乙", Verdict.REJECTED).decision
    assert state(store) == (None, False, [])
    undo(store, "乙", SCORE, second)
    assert state(store) == ("9", False, [])


def test_an_undone_first_decision_leaves_the_second(store: Store) -> None:
    first = say(store, "甲", Verdict.CORRECTED, value="9").decision
    say(store, "乙", Verdict.CORRECTED, value="10")
    undo(store, "甲", SCORE, first)
    assert state(store) == ("10", False, [])


def test_the_last_decision_is_one_that_still_stands(store: Store) -> None:
    assert last_decision_by(store, "甲") is None
    first = say(store, "甲", Verdict.ACCEPTED).decision
    second = say(store, "甲", Verdict.ACCEPTED, WHOLE).decision
    say(store, "乙", Verdict.ACCEPTED, WHOLE)
    undo(store, "甲", WHOLE, second)
    last = last_decision_by(store, "甲")
    assert last is not None
    assert last.decision == first


# Later runs


@pytest.mark.parametrize(
    ("verdict", "value", "later", "opens"),
    [
        (Verdict.ACCEPTED, None, "8.5", False),
        (Verdict.ACCEPTED, None, " 8. 5", False),
        (Verdict.ACCEPTED, None, None, False),
        (Verdict.ACCEPTED, None, "8.6", True),
        (Verdict.CORRECTED, "9", "8.5", False),  # what the reviewer overruled
        (Verdict.CORRECTED, "9", "9", False),  # what they decided
        (Verdict.CORRECTED, "9", "9\n", False),
        (Verdict.CORRECTED, "9", None, False),
        (Verdict.CORRECTED, "9", "10", True),
        (Verdict.REJECTED, None, "8.5", False),
        (Verdict.REJECTED, None, None, False),
        (Verdict.REJECTED, None, "9", True),
    ],
)
def test_a_later_run_never_overwrites_but_what_nobody_has_seen_comes_back(
    store: Store, verdict: Verdict, value: str | None, later: str | None, opens: bool
) -> None:
    decided = say(store, "甲", verdict, value=value)
    read_again(store, reading(value=later))
    assert is_open(store) is opens
    found = state(store)
    assert (found[0] if found else None) == decided.value
    if opens:
        assert found[1]
        (reason,) = found[2]
        assert f"“{decided.value or '无'}”" in reason
        assert f"“{later}”" in reason


def test_a_field_that_was_filled_in_comes_back_where_a_later_run_reads_another(store: Store) -> None:
    weight = key(SURVIVAL, "weight")
    say(store, "甲", Verdict.CORRECTED, weight, "10")
    read_again(store, reading(field="weight", value="10"))
    assert not is_open(store, weight)
    read_again(store, reading(field="weight", value="9"))
    assert is_open(store, weight)
    assert state(store, weight)[0] == "10"


def test_what_was_looked_at_again_does_not_come_back_a_third_time(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    read_again(store, reading(value="8.6"))
    assert is_open(store)
    say(store, "甲", Verdict.ACCEPTED)  # 9, with the 8.6 beside it
    assert not is_open(store)
    for value in ("8.6", "8.5", "9"):
        read_again(store, reading(value=value))
        assert not is_open(store), value
        assert state(store)[0] == "9"
    read_again(store, reading(value="8.7"))
    assert is_open(store)


def test_what_an_undone_decision_overruled_has_nobodys_word(store: Store) -> None:
    first = say(store, "甲", Verdict.CORRECTED, value="9").decision
    undo(store, "甲", SCORE, first)
    read_again(store, reading(value="10"))
    say(store, "甲", Verdict.ACCEPTED)
    read_again(store, reading(value="9"))
    assert is_open(store)
    assert state(store)[0] == "10"


def test_another_reading_in_the_same_extraction_is_not_later(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    assert not is_open(store)


def test_a_decision_of_before_runs_were_noted_stands_and_stays_closed(store: Store) -> None:
    save_decision(store, plain(Verdict.CORRECTED, value="9"))
    read_again(store, reading(value="8.6"))
    assert state(store) == ("9", False, [])


# Records


def remedy(store: Store) -> list[tuple[Any, ...]]:
    return ask(store, "SELECT statement, quote FROM remedies")


def other_passage(text: str = "加强预算管理。\n自评得分 96分") -> Any:
    """The sample with its remedy read from another passage."""
    sample = sample_extraction()
    place = TEXT.index(text)
    moved = replace(sample.records[9], quote=GroundedField("quote", text, Status.EXACT, Span(place, place + len(text))))
    return replace(sample, records=(*sample.records[:9], moved))


def test_a_rejected_record_stays_gone(store: Store) -> None:
    say(store, "甲", Verdict.REJECTED, WHOLE)
    assert remedy(store) == []
    assert not is_open(store, WHOLE)
    read_again(store, sample_extraction(engine="llm"))
    assert remedy(store) == []
    assert not is_open(store, WHOLE)
    assert ask(store, "SELECT * FROM unmatched_decisions") == []


def test_a_rejected_record_comes_back_read_from_another_passage(store: Store) -> None:
    say(store, "甲", Verdict.REJECTED, WHOLE)
    read_again(store, other_passage())
    assert remedy(store) == [(REMEDY, "加强预算管理。\n自评得分 96分")]
    assert is_open(store, WHOLE)
    say(store, "甲", Verdict.REJECTED, WHOLE)
    assert remedy(store) == []
    assert not is_open(store, WHOLE)


def test_a_record_whose_rejection_is_undone_is_there_again(store: Store) -> None:
    number = say(store, "甲", Verdict.REJECTED, WHOLE).decision
    undo(store, "甲", WHOLE, number)
    assert remedy(store) == [(REMEDY, REMEDY)]
    assert is_open(store, WHOLE)


def test_an_accepted_record_is_settled_wherever_it_is_read(store: Store) -> None:
    say(store, "甲", Verdict.ACCEPTED, WHOLE)
    read_again(store, other_passage())
    assert not is_open(store, WHOLE)
    assert remedy(store) == [(REMEDY, "加强预算管理。\n自评得分 96分")]


def test_decided_fields_of_a_rejected_record_are_gone_with_it(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    say(store, "甲", Verdict.REJECTED, SCORE._replace(field=""))
    assert state(store) == ()
    assert ask(store, "SELECT name FROM indicators") == [("巡查次数",)]


def test_a_key_of_another_kind_of_record_is_another_field(store: Store) -> None:
    save_decision(store, Decision(REPORT_ID, RecordKind.GOAL, SURVIVAL, "score", Verdict.REJECTED, None, "甲"))
    assert state(store)[0] == "8.5"


# Unsure


def test_an_unsure_field_stays_open_with_its_reasons(store: Store) -> None:
    say(store, "甲", Verdict.UNSURE)
    value, flagged, flags = state(store)
    assert (value, flagged) == ("8.5", True)
    assert flags[:2] == ["absent", "score_rate"]
    assert "甲" in flags[2]
    assert is_open(store)
    say(store, "乙", Verdict.ACCEPTED)
    assert state(store) == ("8.5", False, [])


def test_an_unsure_field_that_was_not_flagged_is_open_now(store: Store) -> None:
    actual = key(PATROLS, "actual")
    assert not is_open(store, actual)
    say(store, "甲", Verdict.UNSURE, actual)
    assert is_open(store, actual)


def test_a_whole_record_may_be_unsure_though_nothing_doubted_it(store: Store) -> None:
    whole = key(PATROLS, "")
    say(store, "甲", Verdict.UNSURE, whole)
    assert is_open(store, whole)
    say(store, "乙", Verdict.ACCEPTED, whole)
    assert not is_open(store, whole)
    assert ask(store, "SELECT name, reviewed FROM indicators ORDER BY record") == [
        ("巡查次数", True),
        ("果苗成活率", False),
    ]


# Second looks


def test_a_second_look_that_agrees_settles_and_one_that_does_not_is_a_dispute(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    say(store, "乙", Verdict.CORRECTED, value="9", purpose=Purpose.SECOND)
    assert state(store) == ("9", False, [])
    say(store, "丙", Verdict.CORRECTED, value="10", purpose=Purpose.SECOND)
    value, flagged, (reason,) = state(store)
    assert (value, flagged) == ("9", True)
    assert "丙" in reason
    assert is_open(store)


def test_a_dispute_ends_with_the_next_decision(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    say(store, "乙", Verdict.REJECTED, purpose=Purpose.SECOND)
    assert is_open(store)
    say(store, "甲", Verdict.ACCEPTED)
    assert state(store) == ("9", False, [])


def test_a_second_look_alone_decides_nothing(store: Store) -> None:
    first = say(store, "甲", Verdict.ACCEPTED).decision
    say(store, "乙", Verdict.CORRECTED, value="9", purpose=Purpose.SECOND)
    undo(store, "甲", SCORE, first)
    assert state(store)[0] == "8.5"
    assert is_open(store)


def test_an_unsure_second_look_is_no_dispute(store: Store) -> None:
    say(store, "甲", Verdict.ACCEPTED)
    say(store, "乙", Verdict.UNSURE, purpose=Purpose.SECOND)
    assert not is_open(store)


def test_a_second_look_at_a_record_disputes_its_verdict(store: Store) -> None:
    say(store, "甲", Verdict.ACCEPTED, WHOLE)
    say(store, "乙", Verdict.REJECTED, WHOLE, purpose=Purpose.SECOND)
    assert is_open(store, WHOLE)


def test_a_second_look_at_a_rejected_value_is_a_dispute_whatever_later_runs_read(store: Store) -> None:
    say(store, "甲", Verdict.REJECTED)
    say(store, "乙", Verdict.CORRECTED, value="9", purpose=Purpose.SECOND)
    assert is_open(store)
    read_again(store, reading(value=None))
    assert is_open(store)


# Odd characters


@pytest.mark.parametrize("words", ["'; DROP TABLE data.decisions; --", "𠮷野家😀", "a\tb\nc", '"\\'])
def test_any_words_are_kept_as_they_are(store: Store, words: str) -> None:
    save_decision(store, plain(Verdict.CORRECTED, reviewer=words, value=words, note=words))
    (row,) = list_decisions(store)
    assert (row.reviewer, row.value, row.note) == (words, words, words)


def test_half_a_character_is_stored_as_the_replacement(store: Store) -> None:
    save_decision(store, plain(Verdict.CORRECTED, value="9\ud800", note="\udfff"))
    (row,) = list_decisions(store)
    assert (row.value, row.note) == ("9\ufffd", "\ufffd")


def test_what_was_shown_may_be_nothing(store: Store) -> None:
    save_decision(store, plain(shown=Shown(extraction_id(store), None)))
    (row,) = list_decisions(store)
    assert (row.before, row.shown, row.shown_span, row.confidence, row.reasons) == (None, None, None, None, [])


def test_samples_are_what_they_are_taken_for() -> None:
    assert not grounded("score", "8.5").status.vouched
