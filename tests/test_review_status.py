"""What the review has come to: agreement against worked examples, intervals against published ones, progress."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.review.deciding import undo
from pipeline.review.status import agreement_of, progress_data, status_data, status_lines, wilson
from pipeline.store import (
    Purpose,
    ReviewProgress,
    SecondLook,
    Store,
    Verdict,
    open_store,
    review_progress,
    second_looks,
)
from tests.review_samples import PATROLS, SCORE, SURVIVAL, WHOLE, copy_of, key, make_sample, say


def look(
    first: str | None,
    second: str | None,
    field: str = "score",
    kind: str = "indicator",
    verdicts: tuple[str, str] = ("corrected", "corrected"),
) -> SecondLook:
    return SecondLook(kind, field, "甲", "乙", *verdicts, first, second)


# Wilson's interval: Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3


@pytest.mark.parametrize(
    ("wrong", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_of_the_literature(wrong: int, whole: int, low: float, high: float) -> None:
    interval = wilson(wrong, whole)
    assert interval is not None
    assert interval.share == wrong / whole
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_an_interval_mirrors_and_stays_within_bounds() -> None:
    for whole in (1, 2, 7, 1000):
        for wrong in (0, 1, whole):
            interval, mirrored = wilson(wrong, whole), wilson(whole - wrong, whole)
            assert interval is not None
            assert mirrored is not None
            assert 0 <= interval.low <= interval.share + 1e-12
            assert interval.share - 1e-12 <= interval.high <= 1
            assert interval.low == pytest.approx(1 - mirrored.high)


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


# Krippendorff's alpha: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections A and B


def test_alpha_of_the_binary_example() -> None:
    first, second = "0100000010", "1110010000"
    words = {"0": "accepted", "1": "rejected"}
    looks = [look(None, None, verdicts=(words[a], words[b])) for a, b in zip(first, second, strict=True)]
    assert agreement_of(looks).verdict_alpha == pytest.approx(0.095, abs=0.0005)


def test_alpha_of_the_nominal_example() -> None:
    first, second = "aabbdcccedda", "babbbcccoddd".replace("o", "e")
    looks = [look(a, b, "grade", "evaluation") for a, b in zip(first, second, strict=True)]
    assert agreement_of(looks).category_alpha == pytest.approx(0.692, abs=0.0005)


def test_full_agreement_over_several_words_is_one() -> None:
    looks = [look(word, word, "grade", "evaluation") for word in "优良中"]
    assert agreement_of(looks).category_alpha == pytest.approx(1)


def test_systematic_disagreement_is_below_nought() -> None:
    looks = [look("优", "良", "grade", "evaluation"), look("良", "优", "grade", "evaluation")]
    alpha = agreement_of(looks).category_alpha
    assert alpha is not None
    assert alpha < 0


@pytest.mark.parametrize("looks", [[], [look("9", "9")], [look("优", "优", "grade", "evaluation")] * 5])
def test_one_word_alone_tells_nothing(looks: list[SecondLook]) -> None:
    found = agreement_of(looks)
    assert (found.verdict_alpha, found.category_alpha) == (None, None)


# Numbers


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("95%", "95%", True),
        ("95%", "９５％", True),
        ("≥ 95 %", "≥95%", True),
        ("95%", "95.0%", False),
        ("95%", "95", False),
        ("9", None, False),
        ("9", "-9", False),
    ],
)
def test_numbers_agree_digit_for_digit(first: str, second: str | None, same: bool) -> None:
    verdicts = ("corrected", "corrected" if second else "rejected")
    found = agreement_of([look(first, second, verdicts=verdicts)])
    assert (found.numbers, found.exact) == (1, int(same))
    assert len(found.differing) == int(not same)


def test_two_rejections_agree() -> None:
    found = agreement_of([look(None, None, verdicts=("rejected", "rejected"))])
    assert (found.numbers, found.exact, found.differing) == (1, 1, ())


def test_an_acceptance_and_a_correction_to_one_value_differ_in_nothing_but_the_verdict() -> None:
    found = agreement_of([look("9", "9", verdicts=("accepted", "corrected"))])
    assert (found.exact, found.differing) == (1, ())
    assert found.verdict_alpha is not None


def test_what_one_could_not_tell_counts_as_a_verdict_only() -> None:
    found = agreement_of([look("9", None, verdicts=("accepted", "unsure"))])
    assert (found.fields, found.numbers, found.exact, found.differing) == (1, 0, 0, ())


@pytest.mark.parametrize(
    ("field", "kind", "numeric", "category"),
    [
        ("score", "indicator", True, False),
        ("level1", "indicator", False, True),
        ("origin", "indicator", False, True),
        ("unit", "funding", False, True),
        ("name", "indicator", False, False),
        ("deviation_reason", "indicator", False, False),
        ("fiscal_year", "report", True, False),
        ("", "remedy", False, False),
    ],
)
def test_what_counts_as_what(field: str, kind: str, numeric: bool, category: bool) -> None:
    found = agreement_of([look("甲", "甲", field, kind), look("乙", "乙", field, kind)])
    assert found.numbers == (2 if numeric else 0)
    assert (found.category_alpha is not None) is category


def test_records_differ_where_their_verdicts_do() -> None:
    same = look(None, None, "", "remedy", ("accepted", "accepted"))
    other = look(None, None, "", "remedy", ("accepted", "rejected"))
    assert agreement_of([same, other]).differing == (other,)


# The error rate


def test_the_error_rate_has_its_interval() -> None:
    data = progress_data(ReviewProgress({}, {}, 20, 0))
    assert data["error_rate"]["share"] == 0
    assert round(data["error_rate"]["high"], 4) == 0.1611
    assert progress_data(ReviewProgress({}, {}, 0, 0))["error_rate"] is None


# Out of the database


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("template") / "x.duckdb")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(copy_of(template, tmp_path)) as opened:
        yield opened


def test_an_untouched_database_has_no_progress(store: Store) -> None:
    assert review_progress(store) == ReviewProgress({}, {}, 0, 0)
    assert second_looks(store) == ()
    assert list(status_lines(review_progress(store), (), 2))
    assert status_data(review_progress(store), (), 2)["agreement"] is None


def test_progress_by_verdict_reviewer_and_purpose(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    say(store, "乙", Verdict.ACCEPTED)  # stands over it
    say(store, "甲", Verdict.UNSURE, WHOLE)
    taken = say(store, "甲", Verdict.REJECTED, key(SURVIVAL, "name")).decision
    undo(store, "甲", key(SURVIVAL, "name"), taken)
    audited = [("name", Verdict.ACCEPTED), ("target", Verdict.REJECTED), ("actual", Verdict.UNSURE)]
    for field, verdict in audited:
        say(store, "丙", verdict, key(PATROLS, field), purpose=Purpose.AUDIT)
    say(store, "丁", Verdict.REJECTED, purpose=Purpose.SECOND)
    progress = review_progress(store)
    assert progress.verdicts == {"accepted": 2, "rejected": 1, "unsure": 2}
    assert progress.reviewers == {"甲": {"review": 1}, "乙": {"review": 1}, "丙": {"audit": 3}, "丁": {"second": 1}}
    assert (progress.audited, progress.audited_wrong) == (2, 1)


def test_a_second_look_stands_beside_what_was_decided_before_it(store: Store) -> None:
    say(store, "甲", Verdict.CORRECTED, value="9")
    say(store, "乙", Verdict.CORRECTED, value="10", meant=True, purpose=Purpose.SECOND)
    expected = SecondLook("indicator", "score", "甲", "乙", "corrected", "corrected", "9", "10")
    assert second_looks(store) == (expected,)
    say(store, "甲", Verdict.CORRECTED, value="10", meant=True)  # the dispute is settled; they did differ
    assert second_looks(store) == (expected,)
    lines = list(status_lines(review_progress(store), second_looks(store), 0))
    assert any("0/1（0.0%）" in line for line in lines)
    assert lines[-1] == "不一致 绩效指标·得分：甲“9”，乙“10”"


def test_what_was_taken_back_is_no_second_look(store: Store) -> None:
    first = say(store, "甲", Verdict.ACCEPTED).decision
    second = say(store, "乙", Verdict.REJECTED, purpose=Purpose.SECOND).decision
    undo(store, "乙", SCORE, second)
    assert second_looks(store) == ()
    say(store, "乙", Verdict.REJECTED, purpose=Purpose.SECOND)
    undo(store, "甲", SCORE, first)
    assert second_looks(store) == ()
