"""Whether two readings of the same reports differ, and by how much. The report is the unit: errors come in clusters.

Counts are arrays of reports x columns, a column for each thing that has an F1. ``right`` counts fields that are right,
``total`` twice those plus what is wrong on either side, so that micro F1 is ``2 * sum(right) / sum(total)``. Both may
be fractions, where they are means over repeats.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (percentile interval over clusters); Yeh 2000, More
accurate tests for the statistical significance of result differences (randomisation of F1); Holm 1979; Tarone 1990,
A modified Bonferroni method for discrete data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DRAWS = 10_000
ALPHA = 0.05
SEED = 20_240_607
MOST_ENUMERATED = 16
"""Up to so many reports that differ, every one of the 2^n ways to swap them is looked at: p is exact."""
FEWEST = 6
"""With fewer reports that differ, no p can be below 0.05: 2 of 2^5 ways to swap are as far apart as what was seen."""
_BLOCK = 500  # draws at a time: 1,000 reports take 4 MB then
_POWER = 1.959964 + 0.841621
"""The quantiles of the normal distribution for a two-sided test at 5 % that finds the difference 4 times out of 5."""
_EPSILON = 1e-12  # sums of the same numbers in another order are the same


class Counts(NamedTuple):
    """The counts of a reading, reports x columns."""

    right: Array
    total: Array


class Interval(NamedTuple):
    """Where 95 % of the draws lie."""

    low: float
    high: float


class Difference(NamedTuple):
    """The F1 of two readings in one column (NaN without fields), and what can be said of the second less the first.

    ``p`` is that of the sign-flip test, ``exact`` where all swaps were looked at, ``changed`` the reports whose counts
    differ. ``adjusted`` is p after Holm's correction over the family of columns. ``detectable`` is the smallest
    difference that these reports would show 4 times out of 5, ``None`` where there are too few to show any.
    """

    first: float
    second: float
    first_interval: Interval
    second_interval: Interval
    difference: float
    interval: Interval
    p: float
    adjusted: float
    exact: bool
    changed: int
    detectable: float | None

    @property
    def significant(self) -> bool:
        """True where both agree that there is a difference: p after correction, and the interval."""
        low, high = self.interval
        return self.adjusted <= ALPHA and (low > 0 or high < 0)


class Flip(NamedTuple):
    """The outcome of a sign-flip test."""

    p: float
    exact: bool
    changed: int

    @property
    def least(self) -> float:
        """The smallest p there could be: to swap no report and to swap all are always as far apart as what was seen."""
        return min(1.0, 2.0 ** (1 - self.changed))


def compare_counts(first: Counts, second: Counts, families: Sequence[int], draws: int = DRAWS) -> list[Difference]:
    """The difference in every column. ``families`` numbers the family of each, over which p is corrected.

    The same counts give the same figures: the seed is fixed.
    """
    reports = first.right.shape[0]
    drawn = [_bounds(samples) for samples in _bootstrap(first, second, draws)]
    flips = sign_flips(first, second, draws)
    adjusted = holm([flip.p for flip in flips], [flip.least for flip in flips], families)
    ones, others = _f1(first.right.sum(0), first.total.sum(0)), _f1(second.right.sum(0), second.total.sum(0))
    found = []
    for column, flip in enumerate(flips):
        (first_interval, _), (second_interval, _), (interval, error) = (part[column] for part in drawn)
        difference = _plain(float(others[column])) - _plain(float(ones[column]))
        detectable = _POWER * error if reports >= FEWEST else None
        found.append(
            Difference(
                float(ones[column]),
                float(others[column]),
                first_interval,
                second_interval,
                difference,
                interval,
                flip.p,
                adjusted[column],
                flip.exact,
                flip.changed,
                detectable,
            )
        )
    return found


def f1_intervals(counts: Counts, draws: int = DRAWS) -> list[Interval]:
    """The bootstrap interval of F1 in every column of a single reading."""
    return [interval for interval, _ in _bounds(next(iter(_bootstrap(counts, counts, draws))))]


def sign_flips(first: Counts, second: Counts, draws: int = DRAWS) -> list[Flip]:
    """For every column, how often swapping the two readings of reports at random sets them as far apart as they are.

    Exact where few reports differ, else from ``draws`` random swaps (p = (k + 1) / (draws + 1)).
    """
    right, total = second.right - first.right, second.total - first.total
    changed = ((right != 0) | (total != 0)).sum(0)
    found: list[Flip | None] = [None] * right.shape[1]
    for column in np.flatnonzero(changed <= MOST_ENUMERATED):
        rows = np.flatnonzero((right[:, column] != 0) | (total[:, column] != 0))
        swaps = _all_swaps(len(rows))
        moved = Counts(swaps @ right[rows][:, [column]], swaps @ total[rows][:, [column]])
        ends = [Counts(part.right.sum(0)[[column]], part.total.sum(0)[[column]]) for part in (first, second)]
        hits = _as_far(ends[0], ends[1], moved)
        found[column] = Flip(float(hits[0]) / len(swaps), True, len(rows))
    many = np.flatnonzero(changed > MOST_ENUMERATED)
    if len(many):
        hits = np.zeros(len(many))
        ends = [Counts(part.right.sum(0)[many], part.total.sum(0)[many]) for part in (first, second)]
        for swaps in _random_swaps(right.shape[0], draws):
            hits += _as_far(ends[0], ends[1], Counts(swaps @ right[:, many], swaps @ total[:, many]))
        for place, column in enumerate(many):
            found[column] = Flip(float(hits[place] + 1) / (draws + 1), False, int(changed[column]))
    return [flip for flip in found if flip is not None]


def holm(values: Sequence[float], least: Sequence[float], families: Sequence[int]) -> list[float]:
    """The p values after Holm's correction within each family, in their order.

    ``least`` is the smallest p that each could have had. One that could not have been small enough is no test at all:
    it becomes 1, and is not counted among those that are corrected for (Tarone 1990).
    """
    adjusted = [1.0] * len(values)
    for family in set(families):
        members = [place for place, own in enumerate(families) if own == family]
        count = 1
        while sum(least[place] <= ALPHA / count for place in members) > count:
            count += 1
        tested = sorted((place for place in members if least[place] <= ALPHA / count), key=values.__getitem__)
        highest = 0.0
        for rank, place in enumerate(tested):
            highest = max(highest, min(1.0, (len(tested) - rank) * values[place]))
            adjusted[place] = highest
    return adjusted


def _bootstrap(first: Counts, second: Counts, draws: int) -> tuple[Array, Array, Array]:
    """F1 of both readings and their difference in every draw of reports with replacement: arrays draws x columns."""
    parts: list[tuple[Array, Array]] = []
    stacked = np.hstack([first.right, first.total, second.right, second.total])
    columns = first.right.shape[1]
    for weights in _resamples(first.right.shape[0], draws):
        sums = weights @ stacked
        right, total, other_right, other_total = (sums[:, n * columns : (n + 1) * columns] for n in range(4))
        parts.append((_f1(right, total), _f1(other_right, other_total)))
    ones, others = (np.vstack([part[n] for part in parts]) for n in range(2))
    return ones, others, np.nan_to_num(others) - np.nan_to_num(ones)


def _resamples(reports: int, draws: int) -> Iterator[Array]:
    """How often each report was drawn: arrays draws x reports, a block of draws at a time."""
    random = np.random.default_rng(SEED)
    for start in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - start)
        drawn = random.integers(0, reports, size=(count, reports)) + np.arange(count)[:, None] * reports
        yield np.bincount(drawn.ravel(), minlength=count * reports).reshape(count, reports).astype(np.float64)


def _random_swaps(reports: int, draws: int) -> Iterator[Array]:
    random = np.random.default_rng(SEED + 1)
    for start in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - start)
        yield random.integers(0, 2, size=(count, reports), dtype=np.int8).astype(np.float64)


def _all_swaps(reports: int) -> Array:
    numbers = np.arange(2**reports)[:, None]
    return ((numbers >> np.arange(reports)) & 1).astype(np.float64)


def _as_far(first: Counts, second: Counts, moved: Counts) -> Array:
    """For every column, in how many swaps the readings are at least as far apart as they are."""
    seen = np.abs(np.nan_to_num(_f1(second.right, second.total)) - np.nan_to_num(_f1(first.right, first.total)))
    ones = _f1(first.right + moved.right, first.total + moved.total)
    others = _f1(second.right - moved.right, second.total - moved.total)
    far = np.abs(np.nan_to_num(others) - np.nan_to_num(ones)) >= seen - _EPSILON
    return np.asarray(far.sum(0), dtype=np.float64)


def _bounds(samples: Array) -> list[tuple[Interval, float]]:
    """For every column the interval that holds 95 % of the draws, and their standard deviation; NaN counts nothing."""
    found = []
    for column in range(samples.shape[1]):
        drawn = samples[:, column]
        drawn = drawn[~np.isnan(drawn)]
        if len(drawn):
            low, high = np.quantile(drawn, [ALPHA / 2, 1 - ALPHA / 2])
            found.append((Interval(float(low), float(high)), float(drawn.std())))
        else:
            found.append((Interval(np.nan, np.nan), 0.0))
    return found


def _f1(right: Array, total: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * right / total, dtype=np.float64)


def _plain(value: float) -> float:
    return 0.0 if np.isnan(value) else value
