"""Comparators of values against those of their evidence: ≥, 不低于, 以上, 以内."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checks.evidence import doubt, vouched_numbers
from pipeline.checks.places import cell_at, table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.prose.numbers import Spoken, spoken_in
from pipeline.prose.phrases import sentence_at
from pipeline.quantities import find_quantities
from schemas.stages import FieldRef, Finding, GroundedField, Severity
from schemas.text import Span

_LIMITED = frozenset({"target", "actual", "completion_rate", "change"})
_NAMES = {"≥": "不低于（≥）", "≤": "不超过（≤）", ">": "超过（>）", "<": "低于（<）", "=": "等于（=）"}
_SIGNS = {"＞": ">", "＜": "<", "＝": "=", "≧": "≥", "≦": "≤", "﹦": "="}
_SIGN_BEFORE = re.compile(r"(?<!\S)(?P<sign>[≥≤><=＞＜＝≧≦﹦])\s*\Z")
_REACH = 12
_SHORT_CELL = 60  # characters; a longer one is prose
_COMPARES = re.compile(r"(?:超过|高于|低于|超出|比|较)")
_HEDGES = re.compile(r"(?:突破|逾|近|约)")


@check("COMPARATOR_DIFFERS", Severity.ERROR)
def differing_comparators(report: CheckedReport) -> Iterator[Finding]:
    """数值丢掉或改了原文的比较符号（≥、≤、以上、以内等）。"""
    for record, field, span in vouched_numbers(report):
        if field.name not in _LIMITED:
            continue
        written, own = _written(report, field, span), _own(field.value)
        if written is None or written[0] == own:
            continue
        said, place = written
        kept = f"写成了{_NAMES[own]}" if own in _NAMES else "没有比较符号"
        detail = f"“{field.value}”{kept}，原文是{_NAMES[said]}：“{report.document.quote(place).strip()}”"
        yield doubt("COMPARATOR_DIFFERS", Severity.ERROR, detail, (place,), FieldRef(record.index, field.name))


def _own(value: str) -> str:
    """The comparator of a value, "" for none; a date has none but its sign (≤7月)."""
    sign = _SIGNS.get(value.strip()[:1], value.strip()[:1])
    quantity = next(iter(find_quantities(value)), None)
    return sign if sign in _NAMES else (quantity.comparator or "") if quantity is not None else ""


def _written(report: CheckedReport, field: GroundedField, span: Span) -> tuple[str, Span] | None:
    """The comparator that the evidence has, and where; ``None`` where it has none."""
    text, table = report.document.text, table_at(report.document, span)
    sign = _SIGN_BEFORE.search(text, max(0, span.start - _REACH), span.start) if table is not None else None
    if sign is not None and field.name == "target":  # ≥20个 in one cell, or ≥ | 20 | 个 in three
        return _SIGNS.get(sign["sign"], sign["sign"]), Span(sign.start(), span.end)
    stands = report.standings.at_number(text, span)
    cell = stands.cell if stands is not None else cell_at(table, span) if table is not None else None
    around = cell.span if cell is not None and len(cell.text) <= _SHORT_CELL else sentence_at(text, span)
    spoken = next((s for s in spoken_in(text, around) if s.number.overlaps(span)), None)
    if spoken is None or spoken.quantity.comparator is None or _only_compares(text, spoken, field.name):
        return None
    return spoken.quantity.comparator, spoken.span


def _only_compares(text: str, spoken: Spoken, name: str) -> bool:
    """True for ``超过95%的年度目标``, where the verb compares the result with the target and is no part of it, and for
    ``突破``, which is a way to say 达到.
    """
    lead = text[spoken.span.start : spoken.number.start].strip()
    return _HEDGES.match(lead) is not None or (name != "actual" and _COMPARES.match(lead) is not None)
