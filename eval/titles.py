"""What outcomes, fields and shares are called in everything of evaluation that people read."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from eval.metrics import FieldKey, Outcome
from pipeline.titles import KINDS, field_title
from schemas.records import RecordKind

if TYPE_CHECKING:
    from eval.comparison import Line

OUTCOMES = {
    Outcome.RIGHT: "正确",
    Outcome.WRONG: "错误",
    Outcome.INVENTED: "无中生有",
    Outcome.OMITTED: "遗漏",
}
ORIGINS = {"form": "表格", "narrative": "正文"}
BETTER, WORSE, TIED = "更好", "更差", "持平"


def field_name(key: FieldKey) -> str:
    """A field with its kind and origin: ``绩效指标（正文）·同比变化``."""
    kind = RecordKind(key.kind)
    origin = f"（{ORIGINS.get(key.origin, key.origin)}）" if key.origin else ""
    return f"{KINDS[kind]}{origin}·{field_title(key.field, kind)}"


def line_title(line: Line) -> str:
    """What a line of a comparison is about."""
    return line.key if isinstance(line.key, str) else field_name(line.key)


def line_verdict(line: Line) -> str:
    """Better, worse or tied."""
    if not line.difference.significant:
        return TIED
    return BETTER if line.difference.difference > 0 else WORSE


def percent(share: float | None) -> str:
    """A fraction as percent with a decimal; a dash for none."""
    return "–" if share is None or isnan(share) else f"{100 * share:.1f}"


def points(difference: float) -> str:
    """A difference of fractions in percentage points, with its sign."""
    return f"{100 * difference + 0:+.2f}"


MEASURES = {
    "invented_unflagged": "原文没有、又未标记的数值（在数值中）",
    "vouched_wrong": "原文印证、但与标注不符的数值（在印证的数值中）",
    "flagged": "待复核的字段（在全部字段中）",
    "flagged_wrong": "待复核中读错的（在读错的字段中）",
    "unflagged_wrong": "未标记中读错的（在未标记的字段中）",
}
"""Measures that are no field's, and in what they are counted."""


def measure_name(measure: str) -> str:
    """What a measure is called."""
    return MEASURES.get(measure, measure)
