"""What flags and confidence are worth, on small cases worked by hand."""

from __future__ import annotations

import pytest

from eval.flags import caught_share, flag_data, flag_figures, flag_lines
from eval.judged import JudgedField
from schemas.records import RecordKind
from schemas.stages import FieldRef, GroundedField, GroundedRecord, ScoredField, Status
from schemas.text import Span

QUOTE = GroundedField("quote", "检查12次", Status.EXACT, Span(0, 5))


def judged(
    confidence: float, right: bool, *, name: str = "actual", status: Status = Status.EXACT, flagged: bool = False
) -> JudgedField:
    field = GroundedField(name, "12次", status, Span(2, 5) if status.vouched else None)
    record = GroundedRecord(0, RecordKind.INDICATOR, {}, (field,), QUOTE, "rules", "narrative.measure")
    flags = ("疑",) if flagged else ()
    return JudgedField("甲", record, field, ScoredField(FieldRef(0, name), confidence, {}, flags), right)


def test_nothing_read_is_nothing_wrong() -> None:
    figures = flag_figures([])
    assert (figures.fields, figures.wrong, figures.unflagged_wrong) == (0, 0, 0.0)


@pytest.mark.parametrize(
    ("pairs", "share"),
    [
        ([(0.1, False), *[(0.9, True)] * 9], 1.0),  # the one wrong field is the riskiest tenth
        ([*[(0.1, True)] * 1, (0.2, False), *[(0.9, True)] * 8], 0.0),  # it comes second
        ([*[(0.5, True)] * 9, (0.5, False)], 0.1),  # of equal ones a fair share counts
        ([(0.1, False), (0.2, False), *[(0.9, True)] * 8], 0.5),
        ([(0.1, True)] * 10, 1.0),  # nothing is wrong, so nothing is missed
    ],
)
def test_the_share_of_errors_among_the_riskiest_tenth(pairs: list[tuple[float, bool]], share: float) -> None:
    assert caught_share(pairs, 0.1) == pytest.approx(share)


def test_counts_of_flags_and_of_numbers_that_the_text_does_not_have() -> None:
    figures = flag_figures(
        [
            judged(0.95, True),
            judged(0.95, False),
            judged(0.2, False, flagged=True),
            judged(0.2, False, status=Status.ABSENT, flagged=True),
            judged(0.9, False, status=Status.ABSENT),
            judged(0.9, True, name="name", status=Status.ABSENT),
        ]
    )
    assert (figures.fields, figures.wrong, figures.flagged, figures.flagged_wrong) == (6, 4, 2, 2)
    assert (figures.vouched, figures.vouched_wrong) == (3, 2)
    assert figures.invented == 1  # a number, not a name, that neither stands in the text nor is flagged
    assert figures.unflagged_wrong == pytest.approx(2 / 4)


def test_what_is_believed_for_sure_and_is_wrong_costs_calibration() -> None:
    sure = flag_figures([judged(1.0, True)] * 9 + [judged(1.0, False)])
    fair = flag_figures([judged(0.9, True)] * 9 + [judged(0.9, False)])
    assert sure.calibration_error == pytest.approx(0.1)
    assert fair.calibration_error == pytest.approx(0.0)


def test_another_model_flags_below_its_threshold_and_keeps_what_was_flagged() -> None:
    assert judged(0.99, True).with_confidence(0.5, 0.9).score.flags
    assert not judged(0.2, True).with_confidence(0.95, 0.9).score.flags
    assert judged(0.2, True, flagged=True).with_confidence(0.95, 0.9).score.flags == ("疑",)


def test_the_table_and_the_data_tell_the_same() -> None:
    figures = {"甲": flag_figures([judged(0.1, False, flagged=True), *[judged(0.9, True)] * 9])}
    lines = "\n".join(flag_lines(figures))
    (data,) = flag_data(figures)
    assert "100.0%" in lines
    assert data["caught"]["0.1"] == 1.0
    assert data["reader"] == "甲"
