"""The worth of confidences, worked by hand."""

from __future__ import annotations

import pytest

from eval.report.charts import SIZE, bar_chart, calibration_plot, risk_plot
from eval.report.confidence import Bin, Point, worth_of
from eval.statistics import Interval

NONE = Interval(float("nan"), float("nan"))


def test_without_confidences_there_is_nothing_to_tell() -> None:
    assert worth_of(()) is None
    assert calibration_plot([None]).dots == ((),)
    assert risk_plot([None]).lines == ("",)


def test_four_fields_by_hand() -> None:
    worth = worth_of([(0.95, True), (0.95, False), (0.5, True), (1.0, True)])
    assert worth is not None
    assert worth.bins == (Bin(0.5, 1.0, 1), Bin(pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3))
    assert worth.error == pytest.approx((0.5 + 3 * (2.9 / 3 - 2 / 3)) / 4)
    assert worth.curve == (Point(0.25, 0), Point(0.75, pytest.approx(1 / 3)), Point(1.0, 0.25))
    assert worth.area == pytest.approx(0.5 / 3 + 0.25 * 0.25)


def test_fields_of_one_confidence_cannot_be_told_apart_whatever_their_order() -> None:
    pairs = [(0.9, True), (0.9, False), (0.9, True)]
    assert worth_of(pairs) == worth_of(pairs[::-1])
    worth = worth_of(pairs)
    assert worth is not None
    assert len(worth.curve) == 1


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    worth = worth_of([(n / 1000, n % 7 > 0) for n in range(1000)])
    assert worth is not None
    assert len(worth.curve) <= 130
    assert worth.curve[-1].coverage == 1


def test_sureness_that_is_borne_out_lies_on_the_diagonal() -> None:
    worth = worth_of([(0.75, n > 0) for n in range(4)])
    ((dot,),) = calibration_plot([worth]).dots
    assert (dot.x, dot.y) == (0.75 * SIZE, 0.25 * SIZE)
    assert worth is not None
    assert worth.error == 0


def test_the_scale_of_risk_holds_the_highest() -> None:
    assert risk_plot([worth_of([(0.5, True)] * 99 + [(0.4, False)])]).top == "1%"
    assert risk_plot([worth_of([(0.5, False)])]).top == "100%"


def test_bars_stay_on_their_axis_and_have_none_without_a_figure() -> None:
    chart = bar_chart([("全部", [(0.8, Interval(0.75, 0.85)), (float("nan"), NONE)], "持平")])
    (row,) = chart.rows
    assert row.bars[1] is None
    bar = row.bars[0]
    assert bar is not None
    assert (bar.start, bar.width, bar.tick) == pytest.approx((100 / 6, 100 / 3, 100 / 3), abs=0.01)
    assert [words for _, words in chart.ticks] == ["70", "77.5", "85", "92.5", "100"]
    assert bar.words == "80.0（75.0–85.0）"
