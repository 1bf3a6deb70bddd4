"""What flags and confidence are worth: how many of the wrong fields a reviewer meets, and how many stay unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from eval.judged import JudgedField
from eval.report.confidence import worth_of
from pipeline.grids import text_table

BUDGETS = (0.05, 0.10, 0.20)
"""The shares of all fields that a reviewer may have the time for, riskiest first."""
_WIDTH = 140


class FlagFigures(NamedTuple):
    """Counts of the fields of one reader, and what its confidence is worth.

    ``caught`` is the share of the wrong fields among the riskiest of each of ``BUDGETS`` (fields of one confidence
    share alike), ``calibration_error`` the expected calibration error, ``risk_area`` that under the risk-coverage
    curve. ``vouched_wrong`` counts wrong numbers that the text vouches for, of ``vouched`` numbers (false grounding);
    ``invented`` the numbers that the text does not vouch for and that nothing flags.
    """

    fields: int
    wrong: int
    flagged: int
    flagged_wrong: int
    caught: tuple[float, ...]
    calibration_error: float
    risk_area: float
    vouched: int
    vouched_wrong: int
    invented: int

    @property
    def unflagged_wrong(self) -> float:
        """The share of wrong fields among those that are not flagged."""
        return (self.wrong - self.flagged_wrong) / max(self.fields - self.flagged, 1)


def flag_figures(judged: Sequence[JudgedField]) -> FlagFigures:
    """The figures of one reader's fields; all zero without any."""
    pairs = [(one.score.confidence, one.right) for one in judged]
    worth = worth_of(pairs)
    numbers = [one for one in judged if one.is_number]
    vouched = [one for one in numbers if one.field.status.vouched]
    return FlagFigures(
        len(judged),
        sum(not one.right for one in judged),
        sum(bool(one.score.flags) for one in judged),
        sum(bool(one.score.flags) and not one.right for one in judged),
        tuple(caught_share(pairs, budget) for budget in BUDGETS),
        0.0 if worth is None else worth.error,
        0.0 if worth is None else worth.area,
        len(vouched),
        sum(not one.right for one in vouched),
        sum(not one.field.status.vouched and not one.score.flags for one in numbers),
    )


def caught_share(pairs: Sequence[tuple[float, bool]], budget: float) -> float:
    """The share of the wrong ones among the riskiest ``budget`` of all; of equal confidence, a fair share counts."""
    wrong = sum(not right for _, right in pairs)
    left, caught = budget * len(pairs), 0.0
    for _, group in groupby(sorted(pairs, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        same = [right for _, right in group]
        taken = min(1.0, left / len(same))
        caught += taken * sum(not right for right in same)
        left -= len(same)
        if left <= 0:
            break
    return caught / wrong if wrong else 1.0


def flag_lines(figures: Mapping[str, FlagFigures]) -> Iterator[str]:
    """A table with a line for each reader."""
    caught = (f"最可疑{budget:.0%}中" for budget in BUDGETS)
    header = ("读法", "字段", "错", "待复核", "待复核中错", "未标记中错", *caught, "ECE", "AURC")
    rows = [
        (
            name,
            str(one.fields),
            str(one.wrong),
            f"{one.flagged} ({one.flagged / max(one.fields, 1):.1%})",
            str(one.flagged_wrong),
            f"{one.unflagged_wrong:.2%}",
            *(f"{share:.1%}" for share in one.caught),
            f"{one.calibration_error:.4f}",
            f"{one.risk_area:.4f}",
        )
        for name, one in figures.items()
    ]
    yield from text_table(header, rows, _WIDTH)
    for name, one in figures.items():
        yield (
            f"{name}：原文印证的数值 {one.vouched} 个，其中与标注不符 {one.vouched_wrong} 个；"
            f"原文没有、又未标记的数值 {one.invented} 个"
        )


def flag_data(figures: Mapping[str, FlagFigures]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "reader": name,
            **one._asdict(),
            "caught": dict(zip(map(str, BUDGETS), one.caught, strict=True)),
            "unflagged_wrong": one.unflagged_wrong,
        }
        for name, one in figures.items()
    ]
