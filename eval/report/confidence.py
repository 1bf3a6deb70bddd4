"""What a reader's confidence is worth: how often fields of one confidence are right, and the risk of trusting most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

BINS = 10
_MOST_POINTS = 120

Pairs = Sequence[tuple[float, bool]]
"""For every predicted field its confidence in [0, 1] and whether it is right."""


class Bin(NamedTuple):
    """The fields whose confidence lies in a tenth of the scale: their mean confidence, and the share that is right."""

    confidence: float
    right: float
    fields: int


class Point(NamedTuple):
    """Of the surest fields, so large a share of all (``coverage``), the share that is wrong (``risk``)."""

    coverage: float
    risk: float


class Worth(NamedTuple):
    """``error`` is the expected calibration error (0 is best), ``area`` that under the curve of risk over coverage."""

    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    error: float
    area: float
    fields: int


def worth_of(pairs: Pairs) -> Worth | None:
    """What the confidences are worth; ``None`` without any."""
    if not pairs:
        return None
    bins = _bins(pairs)
    error = sum(one.fields * abs(one.confidence - one.right) for one in bins) / len(pairs)
    curve = _curve(pairs)
    area = sum(
        (after.coverage - before.coverage) * after.risk
        for before, after in zip((Point(0, 0), *curve), curve, strict=False)
    )
    return Worth(bins, _thinned(curve), error, area, len(pairs))


def _bins(pairs: Pairs) -> tuple[Bin, ...]:
    groups: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        groups.setdefault(min(int(pair[0] * BINS), BINS - 1), []).append(pair)
    return tuple(
        Bin(sum(sure for sure, _ in own) / len(own), sum(right for _, right in own) / len(own), len(own))
        for _, own in sorted(groups.items())
    )


def _curve(pairs: Pairs) -> list[Point]:
    """A point for each confidence that occurs, the highest first: fields of the same one cannot be told apart."""
    found: list[Point] = []
    seen = wrong = 0
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        own: Iterable[tuple[float, bool]] = tuple(group)
        seen += len(tuple(own))
        wrong += sum(not right for _, right in own)
        found.append(Point(seen / len(pairs), wrong / seen))
    return found


def _thinned(curve: Sequence[Point]) -> tuple[Point, ...]:
    step = len(curve) // _MOST_POINTS + 1
    return (*curve[:-1:step], curve[-1])
