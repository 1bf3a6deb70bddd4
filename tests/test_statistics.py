"""Differences of F1: what is noise must not be called a difference, and small cases are worked by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from eval import statistics
from eval.statistics import ALPHA, FEWEST, Array, Counts, compare_counts, f1_intervals, holm, sign_flips


def column(right: list[int], total: list[int]) -> Counts:
    return Counts(np.array(right, float)[:, None], np.array(total, float)[:, None])


def drawn(seed: int, reports: int, rate: float) -> Counts:
    """A reading that has a share of 20 fields a report right, the others wrong."""
    right = np.random.default_rng(seed).binomial(20, rate, size=(reports, 1)).astype(float)
    return Counts(right, np.full((reports, 1), 40.0))


def f1(right: list[float], total: list[float]) -> float:
    return 2 * sum(right) / sum(total) if sum(total) else 0.0


def flip_by_hand(first: Counts, second: Counts) -> float:
    """All swaps, one by one, in plain Python."""
    one, other = first.right[:, 0].tolist(), second.right[:, 0].tolist()
    ones, others = first.total[:, 0].tolist(), second.total[:, 0].tolist()
    seen = abs(f1(other, others) - f1(one, ones))
    hits = 0
    for swaps in product((False, True), repeat=len(one)):
        pairs = [(b, a) if swap else (a, b) for swap, a, b in zip(swaps, one, other, strict=True)]
        totals = [(b, a) if swap else (a, b) for swap, a, b in zip(swaps, ones, others, strict=True)]
        left, right = (f1([p[n] for p in pairs], [t[n] for t in totals]) for n in (0, 1))
        hits += abs(right - left) >= seen - 1e-12
    return hits / 2 ** len(one)


def test_a_reading_is_tied_with_itself() -> None:
    counts = drawn(1, 30, 0.9)
    (found,) = compare_counts(counts, counts, [0])
    assert not found.significant
    assert (found.difference, found.interval, found.p, found.changed) == (0, (0, 0), 1, 0)


def test_readings_that_differ_by_noise_are_tied() -> None:
    alarms = 0
    for seed in range(60):
        (found,) = compare_counts(drawn(seed, 40, 0.9), drawn(seed + 1000, 40, 0.9), [0], draws=500)
        alarms += found.significant
    assert alarms <= 6  # 3 are expected at 5 %


def test_a_planted_change_for_the_worse_is_seen() -> None:
    misses = 0
    for seed in range(20):
        (found,) = compare_counts(drawn(seed, 40, 0.9), drawn(seed + 1000, 40, 0.8), [0], draws=500)
        misses += not (found.significant and found.difference < 0)
    assert misses == 0


@pytest.mark.parametrize("reports", [1, 3, FEWEST - 1])
def test_few_reports_cannot_show_anything_and_say_so(reports: int) -> None:
    first, second = column([20] * reports, [40] * reports), column([0] * reports, [40] * reports)
    (found,) = compare_counts(first, second, [0])
    assert found.p == 2 / 2**reports
    assert not found.significant
    assert found.detectable is None


def test_six_reports_that_all_get_worse_are_enough() -> None:
    (found,) = compare_counts(column([20] * 6, [40] * 6), column([19, 18, 19, 17, 19, 18], [40] * 6), [0])
    assert (found.p, found.exact, found.changed) == (2 / 64, True, 6)
    assert found.significant
    assert found.interval.high < 0


def test_p_is_exact_on_cases_small_enough_to_look_at_every_swap() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        reports = int(random.integers(1, 7))
        totals = [random.integers(1, 12, size=(reports, 1)).astype(float) for _ in range(2)]
        first, second = (Counts(np.floor(total / 2 * random.random((reports, 1))), total) for total in totals)
        (flip,) = sign_flips(first, second)
        assert flip.exact
        assert flip.p == pytest.approx(flip_by_hand(first, second))


def test_random_swaps_come_near_the_exact_p(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = drawn(4, 14, 0.9), drawn(5, 14, 0.87)
    (exact,) = sign_flips(first, second)
    monkeypatch.setattr(statistics, "MOST_ENUMERATED", 3)
    (near,) = sign_flips(first, second)
    assert exact.exact
    assert not near.exact
    assert near.p == pytest.approx(exact.p, abs=0.02)


def test_many_reports_never_give_a_p_of_nought() -> None:
    (found,) = compare_counts(drawn(1, 200, 0.99), drawn(2, 200, 0.5), [0], draws=400)
    assert found.p == 1 / 401


def test_holm_is_stepwise_and_within_families() -> None:
    assert holm([0.01, 0.04, 0.03], [0] * 3, [0, 0, 0]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.01, 0.04, 0.03], [0] * 3, [0, 1, 2]) == pytest.approx([0.01, 0.04, 0.03])
    assert holm([0.9, 0.8], [0] * 2, [0, 0]) == [1, 1]
    assert holm([], [], []) == []


def test_what_could_never_be_significant_is_no_test() -> None:
    # Three reports at most differ in the second and third: their p is 0.25 at least.
    assert holm([0.004, 0.25, 0.25], [0.002, 0.25, 0.25], [0] * 3) == pytest.approx([0.004, 1, 1])
    # Two could be below 0.025 each, so both count; the third, at 0.03 at least, could not be below 0.05 / 3.
    assert holm([0.02, 0.01, 0.03], [0.002, 0.002, 0.03], [0] * 3) == pytest.approx([0.02, 0.02, 1])


def test_a_field_is_not_significant_only_because_there_are_many() -> None:
    worse = np.array([19, 18, 19, 17, 19, 18, 17], float)[:, None]
    mixed = np.tile(np.array([19, 20, 19, 20, 19, 20, 20], float)[:, None], 9)
    first = Counts(np.hstack([np.full((7, 1), 20.0), np.full((7, 9), 19.5)]), np.full((7, 10), 40.0))
    second = Counts(np.hstack([worse, mixed]), np.full((7, 10), 40.0))
    assert compare_counts(first, second, range(10))[0].significant
    assert not compare_counts(first, second, [0] * 10)[0].significant


def test_columns_without_fields_are_no_figure_and_no_difference() -> None:
    none = column([0, 0], [0, 0])
    (found,) = compare_counts(none, none, [0])
    assert np.isnan(found.first)
    assert found.difference == 0
    assert not found.significant
    (interval,) = f1_intervals(none)
    assert np.isnan(interval.low)


def test_a_field_that_only_one_report_has_is_drawn_or_not() -> None:
    first, second = column([5, 0, 0], [10, 0, 0]), column([0, 0, 0], [10, 0, 0])
    (found,) = compare_counts(first, second, [0])
    assert found.interval == (-1, 0)  # two draws of three are without that report at times


def test_the_interval_is_over_reports_not_fields() -> None:
    even = column([18] * 20, [40] * 20)
    uneven = column([20] * 18 + [0, 0], [40] * 20)
    assert even.right.sum() == uneven.right.sum()
    (narrow,), (wide,) = f1_intervals(even), f1_intervals(uneven)
    assert narrow == (0.9, 0.9)
    assert wide.low < 0.8
    assert wide.high <= 1


def test_the_detectable_difference_shrinks_with_the_reports() -> None:
    def least(reports: int) -> float:
        (found,) = compare_counts(drawn(1, reports, 0.9), drawn(2, reports, 0.9), [0])
        assert found.detectable is not None
        return found.detectable

    assert least(100) == pytest.approx(least(25) / 2, rel=0.35)
    assert least(400) < least(100) < least(25)


def test_a_difference_of_the_detectable_size_is_seen_four_times_out_of_five() -> None:
    def error(seed: int, rate: float) -> Array:
        return drawn(seed, 60, rate).right

    seen = 0
    (pilot,) = compare_counts(drawn(1, 60, 0.9), drawn(2, 60, 0.9), [0])
    assert pilot.detectable is not None
    total = np.full((60, 1), 40.0)
    for seed in range(50):
        first, second = Counts(error(seed, 0.9), total), Counts(error(seed + 500, 0.9 - pilot.detectable), total)
        (found,) = compare_counts(first, second, [0], draws=500)
        seen += found.p <= ALPHA
    assert 30 <= seen <= 50


def test_the_same_counts_give_the_same_figures() -> None:
    first, second = drawn(1, 30, 0.9), drawn(2, 30, 0.9)
    assert compare_counts(first, second, [0]) == compare_counts(first, second, [0])
