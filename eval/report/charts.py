"""The geometry of the charts: plain numbers, which the template draws as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, isnan
from typing import NamedTuple

from eval.report.confidence import Worth
from eval.statistics import Interval

SIZE = 300.0
"""Side of the square that a plot of two axes is drawn in."""
_RADIUS = 3.0, 11.0  # of the dot for the fewest and for most fields


class Bar(NamedTuple):
    """A figure with its interval on a scale from 0 to 100."""

    start: float
    width: float
    tick: float
    words: str


class BarRow(NamedTuple):
    """A thing that has a figure in each run."""

    title: str
    bars: tuple[Bar | None, ...]
    verdict: str


class BarChart(NamedTuple):
    """Rows on a common axis; ``ticks`` are places and labels."""

    rows: tuple[BarRow, ...]
    ticks: tuple[tuple[float, str], ...]


class Dot(NamedTuple):
    """A place on a square plot, ``y`` downwards."""

    x: float
    y: float
    radius: float
    words: str


class Plot(NamedTuple):
    """A series for each run: dots, and the points of a line."""

    dots: tuple[tuple[Dot, ...], ...]
    lines: tuple[str, ...]
    top: str  # label of the upper end of the vertical axis


def bar_chart(rows: Sequence[tuple[str, Sequence[tuple[float, Interval]], str]]) -> BarChart:
    """A row for each title with a value and an interval for every run; NaN has no bar. The axis starts at a ten."""
    lows = [low for _, values, _ in rows for value, (low, _) in values if not isnan(value) and not isnan(low)]
    start = min(0.9, floor(10 * min(lows, default=0.9)) / 10)
    scale = 100 / (1 - start)

    def bar(value: float, interval: Interval) -> Bar | None:
        if isnan(value):
            return None
        low, high = (value if isnan(end) else end for end in interval)
        words = f"{100 * value:.1f}（{100 * low:.1f}–{100 * high:.1f}）"
        place, width = round((low - start) * scale, 2), round((high - low) * scale, 2)
        return Bar(place, width, round((value - start) * scale, 2), words)

    ticks = [(25.0 * step, f"{100 * (start + step * (1 - start) / 4):.4g}") for step in range(5)]
    return BarChart(
        tuple(
            BarRow(title, tuple(bar(value, interval) for value, interval in values), verdict)
            for title, values, verdict in rows
        ),
        tuple(ticks),
    )


def calibration_plot(worths: Iterable[Worth | None]) -> Plot:
    """Mean confidence to the right, share that is right upwards; dots grow with the number of fields."""
    dots = []
    for worth in worths:
        own = []
        for one in worth.bins if worth else ():
            share = (one.fields / worth.fields) ** 0.5 if worth else 0
            radius = round(_RADIUS[0] + (_RADIUS[1] - _RADIUS[0]) * share, 1)
            words = f"可信度约 {100 * one.confidence:.0f}% 的 {one.fields} 个字段，{100 * one.right:.1f}% 正确"
            own.append(Dot(round(SIZE * one.confidence, 1), round(SIZE * (1 - one.right), 1), radius, words))
        dots.append(tuple(own))
    return Plot(tuple(dots), tuple(" ".join(f"{dot.x},{dot.y}" for dot in own) for own in dots), "100%")


def risk_plot(worths: Iterable[Worth | None]) -> Plot:
    """Share of the fields kept, the surest first, to the right; share of them that is wrong upwards."""
    worths = tuple(worths)
    highest = max((point.risk for worth in worths if worth for point in worth.curve), default=0.0)
    top = next(end for end in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if end >= highest)
    lines = tuple(
        " ".join(
            f"{SIZE * point.coverage:.1f},{SIZE * (1 - point.risk / top):.1f}"
            for point in (worth.curve if worth else ())
        )
        for worth in worths
    )
    return Plot(tuple(() for _ in worths), lines, f"{100 * top:g}%")
