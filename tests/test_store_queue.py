"""Open fields: who is shown which, in which order, how many there are, and what is drawn at random."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.review.deciding import undo
from pipeline.review.entries import entry_of
from pipeline.store import (
    LEASE,
    Decision,
    Draw,
    FieldKey,
    OpenField,
    Order,
    Purpose,
    QueueFilter,
    Shown,
    Store,
    Verdict,
    count_open,
    decisions_on,
    hand_out,
    list_open,
    open_store,
    queue,
    renew_leases,
    save_decision,
    skip_field,
)
from schemas.records import RecordKind
from schemas.stages import FieldRef, Status
from tests.review_samples import (
    EVERYTHING,
    PATROLS,
    SCORE,
    WHOLE,
    Clock,
    copy_of,
    field_of,
    folder_of,
    key,
    keys_of,
    make_corpus,
    make_sample,
    next_fields,
    read_again,
    read_corpus,
    reading,
    say,
)
from tests.store_samples import sample_extraction

MINUTES = LEASE.total_seconds() / 60
SECOND = Draw(second=1.0)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("small") / "x.duckdb")


@pytest.fixture
def store(small: Path, tmp_path: Path) -> Iterator[Store]:
    """One report with two open fields."""
    with open_store(copy_of(small, tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("corpus") / "x.duckdb")


@pytest.fixture(scope="module")
def read_only(corpus: Path) -> Iterator[Store]:
    """Ten reports that no test changes anything about but who has what before them."""
    with open_store(corpus) as opened:
        yield opened


@pytest.fixture
def reports(read_only: Store) -> Store:
    read_only.connection.execute("DELETE FROM data.leases")
    return read_only


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(queue, "now", clock)
    return clock


# Leases


def test_two_reviewers_never_have_the_same_field(reports: Store) -> None:
    shown: dict[FieldKey, str] = {}
    total = len(list_open(reports, EVERYTHING))
    for number in range(9):
        reviewer = f"复核人{number}"
        for field in next_fields(reports, reviewer, order=list(Order)[number % 2], count=10):
            assert shown.setdefault(field.key, reviewer) == reviewer
    assert len(shown) == total


def test_what_is_before_a_reviewer_stays_theirs_and_comes_first(reports: Store) -> None:
    mine = next_fields(reports, "甲", count=3)
    assert not any(field.mine for field in mine)
    again = next_fields(reports, "甲", count=5)
    assert keys_of(again)[:3] == keys_of(mine)
    assert [field.mine for field in again] == [True, True, True, False, False]


def test_the_riskiest_go_to_the_first_and_the_next_to_the_second(reports: Store) -> None:
    in_order = keys_of(list_open(reports, EVERYTHING, 4))
    assert keys_of(next_fields(reports, "甲", count=2)) == in_order[:2]
    assert keys_of(next_fields(reports, "乙", count=2)) == in_order[2:]


def test_a_lease_runs_out(store: Store, clock: Clock) -> None:
    assert len(next_fields(store, "甲")) == 2
    clock.pass_by(MINUTES - 0.1)
    assert next_fields(store, "乙") == ()
    clock.pass_by(0.2)
    assert len(next_fields(store, "乙")) == 2
    assert next_fields(store, "甲") == ()


def test_a_sign_of_life_renews_all_leases_of_the_reviewer(store: Store, clock: Clock) -> None:
    next_fields(store, "甲")
    clock.pass_by(MINUTES - 1)
    renew_leases(store, "甲")
    clock.pass_by(MINUTES - 1)
    assert next_fields(store, "乙") == ()
    clock.pass_by(2)
    assert len(next_fields(store, "乙")) == 2


def test_a_sign_of_life_of_somebody_else_renews_nothing(store: Store, clock: Clock) -> None:
    next_fields(store, "甲")
    clock.pass_by(MINUTES - 1)
    renew_leases(store, "乙")
    clock.pass_by(2)
    assert len(next_fields(store, "乙")) == 2


def test_to_ask_again_renews_and_lets_go_of_what_is_no_longer_wanted(store: Store, clock: Clock) -> None:
    next_fields(store, "甲")
    clock.pass_by(MINUTES - 1)
    next_fields(store, "甲", count=1)
    clock.pass_by(2)
    assert keys_of(next_fields(store, "乙")) == [WHOLE]


def test_decided_fields_are_shown_to_nobody(store: Store) -> None:
    next_fields(store, "甲")
    say(store, "甲", Verdict.ACCEPTED)
    assert keys_of(next_fields(store, "甲")) == [WHOLE]
    assert next_fields(store, "乙") == ()


def test_an_undone_decision_brings_the_field_back(store: Store) -> None:
    number = say(store, "甲", Verdict.ACCEPTED).decision
    undo(store, "甲", SCORE, number)
    assert SCORE in keys_of(next_fields(store, "甲"))


# Skipping


def test_skipped_fields_come_back_last_and_are_left_to_others_meanwhile(store: Store) -> None:
    assert keys_of(next_fields(store, "甲", count=1)) == [SCORE]
    skip_field(store, "甲", SCORE)
    assert keys_of(next_fields(store, "甲", count=1)) == [WHOLE]
    assert keys_of(next_fields(store, "乙")) == [SCORE]
    next_fields(store, "乙", QueueFilter(report="nothing"))  # lets go
    say(store, "甲", Verdict.ACCEPTED, WHOLE)
    assert keys_of(next_fields(store, "甲")) == [SCORE]


def test_to_skip_twice_is_to_skip_once(store: Store) -> None:
    skip_field(store, "甲", SCORE)
    skip_field(store, "甲", SCORE)
    assert store.connection.execute("SELECT count(*) FROM data.leases").fetchone() == (1,)
    assert keys_of(next_fields(store, "甲")) == [WHOLE]


def test_skipping_outlasts_a_lease(store: Store, clock: Clock) -> None:
    skip_field(store, "甲", SCORE)
    clock.pass_by(MINUTES * 4)
    assert keys_of(next_fields(store, "甲")) == [WHOLE]


def test_an_empty_filter_does_not_bring_back_what_was_skipped_elsewhere(store: Store) -> None:
    skip_field(store, "甲", SCORE)
    assert next_fields(store, "甲", QueueFilter(kind="goal")) == ()
    assert keys_of(next_fields(store, "甲")) == [WHOLE]


# Unsure


def test_what_one_could_not_tell_is_for_others(store: Store) -> None:
    say(store, "甲", Verdict.UNSURE)
    assert keys_of(next_fields(store, "甲")) == [WHOLE]
    (first, *_) = next_fields(store, "乙", QueueFilter(reason="unsure"))
    assert (first.key, first.reason, first.purpose) == (SCORE, "unsure", "review")


def test_who_asks_for_unsure_ones_sees_their_own(store: Store) -> None:
    say(store, "甲", Verdict.UNSURE)
    assert keys_of(next_fields(store, "甲", QueueFilter(reason="unsure"))) == [SCORE]


def test_what_two_could_not_tell_is_for_a_third(store: Store) -> None:
    say(store, "甲", Verdict.UNSURE)
    say(store, "乙", Verdict.UNSURE)
    for reviewer in ("甲", "乙"):
        assert SCORE not in keys_of(next_fields(store, reviewer)), reviewer
        next_fields(store, reviewer, QueueFilter(report="nothing"))
    assert SCORE in keys_of(next_fields(store, "丙"))


def test_unsure_no_more_once_it_is_taken_back(store: Store) -> None:
    number = say(store, "甲", Verdict.UNSURE).decision
    undo(store, "甲", SCORE, number)
    (first, *_) = next_fields(store, "甲")
    assert (first.key, first.reason) == (SCORE, "absent")


# Filters and counts


UNITS = {e.document.source.name: next(r.value("unit_name") or "" for r in e.records) for e in read_corpus()}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two reports whose open fields have all kinds of reasons, units, kinds and findings."""
    sample = sample_extraction()
    refs = {
        FieldRef(3, "rate"): ("check_failed", Status.EXACT),
        FieldRef(6, "target"): ("", Status.NUMBER_MISMATCH),
        FieldRef(6, "score"): ("", Status.AMBIGUOUS),
        FieldRef(7, "score"): ("", Status.ABSENT),
        FieldRef(8, "description"): ("unconfirmed", Status.FOLDED),
        FieldRef(4, "executed"): ("disagreed", Status.EXACT),
        FieldRef(5, "statement"): ("rule", Status.EXACT),
    }
    records = tuple(
        replace(
            record,
            fields=tuple(
                replace(field, status=refs[FieldRef(record.index, field.name)][1])
                if FieldRef(record.index, field.name) in refs
                else field
                for field in record.fields
            ),
        )
        for record in sample.records
    )
    scores = tuple(
        replace(score, flags=("x",), confidence=n / 100, signals={refs[score.ref][0] or "grounding": 1.0})
        if score.ref in refs
        else replace(score, flags=(), confidence=0.9)
        for n, score in enumerate(sample.scores)
    )
    first = replace(sample, records=records, scores=scores)
    source = replace(sample.document.source, name="青石镇报告", sha256="f" * 64)
    unnamed = field_of(records[0], "unit_name", "青石镇人民政府")
    second = replace(first, document=replace(sample.document, source=source), records=(unnamed, *records[1:]))
    with open_store(tmp_path_factory.mktemp("mixed") / "x.duckdb") as opened:
        read_again(opened, first)
        read_again(opened, second)
        say(opened, "丁", Verdict.UNSURE, key("department|完成果园巡查", "statement", RecordKind.GOAL))
        decided = key("培训经费|培训经费", "executed", RecordKind.FUNDING)
        save_decision(opened, Decision(*decided, Verdict.CORRECTED, "1.3亿元", "丁"))
        say(opened, "戊", Verdict.CORRECTED, decided, "250.5", purpose=Purpose.SECOND, meant=True)
        yield opened


def test_every_reason_is_told(mixed: Store) -> None:
    assert set(count_open(mixed, EVERYTHING).reasons) == {
        "unsure",
        "changed",
        "absent",
        "number_mismatch",
        "ambiguous",
        "checked",
        "unconfirmed",
        "disagreed",
        "low",
    }


def test_counts_agree_with_the_list_under_every_filter(mixed: Store) -> None:
    everything = list_open(mixed, EVERYTHING)
    facets = count_open(mixed, EVERYTHING)
    assert facets.total == len(everything) == 14
    assert dict(facets.reports) == Counter(field.report for field in everything)
    assert facets.kinds == Counter(field.kind for field in everything)
    assert facets.reasons == Counter(field.reason for field in everything)
    assert dict(facets.units) == {"清河县林果局": 7, "青石镇人民政府": 7}
    assert facets.codes == {"UNMET_FULL_SCORE": 4}
    for name, counted in zip(QueueFilter._fields, facets[1:], strict=True):
        for value, count in dict(counted).items():
            wanted = EVERYTHING._replace(**{name: value})
            listed = list_open(mixed, wanted)
            assert len(listed) == count == count_open(mixed, wanted).total, (name, value)
            if name in ("reason", "code"):
                assert keys_of(next_fields(mixed, "庚", wanted, count=60)) == keys_of(listed)
                mixed.connection.execute("DELETE FROM data.leases")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (QueueFilter(report="青石镇"), lambda field: field.report == "青石镇报告"),
        (QueueFilter(unit="果局"), lambda field: field.report != "青石镇报告"),
        (QueueFilter(kind="funding"), lambda field: field.kind == "funding"),
        (QueueFilter(reason="absent"), lambda field: field.reason == "absent"),
        (QueueFilter(code="UNMET_FULL_SCORE"), lambda field: field.record == 6),
        (QueueFilter(report="青石镇", kind="indicator"), lambda f: (f.report, f.kind) == ("青石镇报告", "indicator")),
        (QueueFilter(report="%"), lambda _: False),
        (QueueFilter(unit="_"), lambda _: False),
        (QueueFilter(code="unmet_full_score"), lambda _: False),
        (QueueFilter(kind="nothing"), lambda _: False),
        (QueueFilter(reason="'"), lambda _: False),
    ],
)
def test_a_filter_keeps_what_it_says(mixed: Store, wanted: QueueFilter, kept: Callable[[OpenField], bool]) -> None:
    everything = list_open(mixed, EVERYTHING)
    assert list_open(mixed, wanted) == tuple(field for field in everything if kept(field))


def test_a_limit_takes_the_least_sure(mixed: Store) -> None:
    assert list_open(mixed, EVERYTHING, 3) == list_open(mixed, EVERYTHING)[:3]


# Orders


def test_the_least_sure_come_first(reports: Store) -> None:
    found = [field.confidence or 0 for field in next_fields(reports, count=60)]
    assert found == sorted(found)
    assert len(set(found)) > 20


def test_report_by_report_the_one_with_the_least_sure_field_first(reports: Store) -> None:
    found = next_fields(reports, order=Order.REPORT, count=60)
    names = list(dict.fromkeys(field.report for field in found))
    everything = list_open(reports, EVERYTHING)
    assert names == list(dict.fromkeys(field.report for field in everything))[: len(names)]
    blocks = [field.report for n, field in enumerate(found) if n == 0 or found[n - 1].report != field.report]
    assert blocks == names, "a report is left and come back to"


def test_within_a_report_in_the_order_of_its_text(reports: Store) -> None:
    spans = {
        (extraction.document.source.sha256, record.index, field.name): field.span
        for extraction in read_corpus()
        for record in extraction.records
        for field in record.fields
    }
    for name in UNITS:
        found = next_fields(reports, wanted=QueueFilter(report=name), order=Order.REPORT, count=60)
        starts = [span.start for f in found if (span := spans[f.report_id, f.record, f.field])]
        assert starts == sorted(starts)


# Audits


def drawn(store: Store, share: float) -> list[OpenField]:
    """All that a draw has, whatever is flagged."""
    store.connection.execute("DELETE FROM data.leases")
    found = next_fields(store, "审", draw=Draw(audit=share), count=100_000)
    store.connection.execute("DELETE FROM data.leases")
    return [field for field in found if field.purpose == "audit"]


def unflagged() -> set[tuple[str, int, str]]:
    return {
        (extraction.document.source.sha256, score.ref.record, score.ref.field)
        for extraction in read_corpus()
        for score in extraction.scores
        if not score.flags
    }


def test_nothing_is_drawn_without_a_share(reports: Store) -> None:
    assert drawn(reports, 0.0) == []


def test_everything_unflagged_is_drawn_at_a_whole_share(reports: Store) -> None:
    found = drawn(reports, 1.0)
    assert {(field.report_id, field.record, field.field) for field in found} == unflagged()
    assert len(found) == len(unflagged())


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_about_the_share_of_the_unflagged_is_drawn(reports: Store, share: float) -> None:
    whole = len(unflagged())
    found = drawn(reports, share)
    assert {(field.report_id, field.record, field.field) for field in found} <= unflagged()
    assert abs(len(found) - share * whole) < 4 * math.sqrt(whole * share * (1 - share))
    assert {field.reason for field in found} == {"audit"}


def test_every_report_has_its_part_of_the_draw(reports: Store) -> None:
    whole = Counter(report for report, _, _ in unflagged())
    part = Counter(field.report_id for field in drawn(reports, 0.2))
    for report, count in whole.items():
        assert abs(part[report] - 0.2 * count) < 4.5 * math.sqrt(count * 0.16), report


def test_a_larger_share_holds_the_smaller_and_all_reviewers_draw_the_same(
    reports: Store, corpus: Path, tmp_path: Path
) -> None:
    few, again, more = drawn(reports, 0.05), drawn(reports, 0.05), drawn(reports, 0.1)
    assert keys_of(few) == keys_of(again)
    assert set(keys_of(few)) < set(keys_of(more))
    reports.connection.execute("CHECKPOINT")
    with open_store(copy_of(corpus, tmp_path)) as again_opened:
        assert keys_of(drawn(again_opened, 0.05)) == keys_of(few)


def test_a_draw_is_spread_evenly_among_the_flagged(reports: Store) -> None:
    found = next_fields(reports, draw=Draw(audit=0.05), count=100_000)
    purposes = [field.purpose for field in found]
    share = purposes.count("audit") / len(purposes)
    assert 0.3 < share < 0.8
    for end in range(10, len(purposes), 10):
        assert abs(purposes[:end].count("audit") - share * end) <= 1.5, "they bunch"


def test_a_draw_stays_spread_while_it_is_worked_off(store: Store) -> None:
    found: list[OpenField] = []
    while batch := next_fields(store, draw=Draw(audit=0.3), count=1):
        found += batch
        save_decision(store, Decision(*batch[0].key, Verdict.ACCEPTED, "x", "甲", purpose=Purpose(batch[0].purpose)))
    purposes = [field.purpose for field in found]
    assert purposes.count("review") == 2
    assert purposes.count("audit") > 3
    assert "audit" in purposes[: purposes.index("review", purposes.index("review") + 1)]
    assert len(set(keys_of(found))) == len(found)


def test_an_audited_field_that_is_decided_is_drawn_no_more(store: Store) -> None:
    before = drawn(store, 1.0)
    about = key(PATROLS, "score")
    assert about in keys_of(before)
    say(store, "甲", Verdict.ACCEPTED, about, purpose=Purpose.AUDIT)
    assert set(keys_of(before)) - set(keys_of(drawn(store, 1.0))) == {about}


def test_fields_of_a_rejected_record_are_not_drawn(store: Store) -> None:
    say(store, "甲", Verdict.REJECTED, key(PATROLS, ""))
    assert PATROLS not in {field.record_key for field in drawn(store, 1.0)}


# Second looks


def test_second_looks_are_at_what_others_decided(store: Store) -> None:
    assert next_fields(store, "乙", draw=SECOND) == ()
    say(store, "甲", Verdict.CORRECTED, value="9")
    assert next_fields(store, "甲", draw=SECOND) == ()
    (found,) = next_fields(store, "乙", draw=SECOND)
    assert (found.key, found.purpose, found.reason) == (SCORE, "second", "second")
    assert next_fields(store, "丙", draw=SECOND) == (), "somebody has it before them"


def test_what_is_unsure_or_disputed_or_looked_at_twice_is_no_second_look(store: Store) -> None:
    say(store, "甲", Verdict.UNSURE)
    assert next_fields(store, "乙", draw=SECOND) == ()
    say(store, "甲", Verdict.ACCEPTED)
    say(store, "乙", Verdict.ACCEPTED, purpose=Purpose.SECOND)
    assert next_fields(store, "丙", draw=SECOND) == ()
    say(store, "乙", Verdict.REJECTED, purpose=Purpose.SECOND)
    assert next_fields(store, "丙", draw=SECOND) == ()
    assert SCORE in keys_of(next_fields(store, "丙"))


def test_about_the_share_of_the_decided_is_looked_at_again(reports: Store, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    reports.connection.execute("CHECKPOINT")
    with open_store(copy_of(reports.path, folder)) as own:
        for field in list_open(own, EVERYTHING):
            shown = Shown(field.extraction_id, "x")
            save_decision(own, Decision(*field.key, Verdict.ACCEPTED, "x", "甲", shown=shown))
        assert list_open(own, EVERYTHING) == ()
        whole = len(next_fields(own, "乙", draw=SECOND, count=500))
        half = next_fields(own, "乙", draw=Draw(second=0.5), count=500)
        assert keys_of(half) == keys_of(next_fields(own, "乙", draw=Draw(second=0.5), count=500))
    assert whole == 75
    assert 75 * 0.5 - 18 < len(half) < 75 * 0.5 + 18


def test_a_second_look_shows_nothing_of_the_first(store: Store) -> None:
    folder = folder_of(store)
    before = entry_of(folder, SCORE, Purpose.SECOND, ())
    say(store, "第一人", Verdict.CORRECTED, value="9", note="机密备注")
    history = decisions_on(store, SCORE)
    blind = entry_of(folder_of(store), SCORE, Purpose.SECOND, history)
    assert blind == before
    assert "第一人" not in repr(blind)
    assert "机密备注" not in repr(blind)
    open_entry = entry_of(folder_of(store), SCORE, Purpose.REVIEW, history)
    assert open_entry["value"] == "9"
    assert open_entry["history"][0]["reviewer"] == "第一人"


def test_a_second_look_is_at_what_the_first_was_shown(store: Store) -> None:
    first = folder_of(store).extraction_id
    say(store, "甲", Verdict.ACCEPTED)
    read_again(store, reading(value=None))
    (found,) = next_fields(store, "乙", draw=SECOND)
    assert found.extraction_id == first


def test_hand_out_takes_no_more_than_asked(reports: Store) -> None:
    assert len(hand_out(reports, "甲", EVERYTHING, Draw(audit=0.5), Order.RISK, 7)) == 7
