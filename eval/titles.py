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
