"""Rows of indicator forms (绩效指标): each filled row is an indicator, each stated reason a deviation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.engines.rules.claims import candidate, claim, claim_cell, cut_long, piece, quote_of, tidy, trim_end
from pipeline.forms.grid import is_blank
from pipeline.forms.reading import Block
from pipeline.forms.standing import cells_by_code
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Cell, Span

_LEVEL_WEIGHT = re.compile(r"\s*[（(]\s*\d+(?:\.\d+)?\s*(?:分|%)?\s*[)）]?\s*$|[（(]\s*\d+(?:\.\d+)?\s*分?\s*[)）]")
_SLOT = re.compile(r"\s*指标\s*\d+\s*[:：、.．]?\s*")
_REMEDY = re.compile(
    r"(?:下一步)?(?:改进|整改)(?:措施|方案|建议)\s*[:：为]|(?:改进|整改)措施是|下一步\s*[:：]|"
    r"(?<=[，。；,;])\s*(?=下一?步|下一?阶段|下一?年|今后|将|后续|剩余|拟|计划|我[局委办校院镇县区]将|继续|加强|进一步|优化|完善|督促|强化|加大|加快)"
)
_REASON_LABEL = re.compile(r"\s*(?:未完成|偏差|扣分)?(?:的)?原因(?:分析|说明)?\s*[:：]\s*")
_NO_REASON = re.compile(r"[\s/／\-—－–*0]*\Z|无\Z|无偏差|不存在偏差|暂无")
_OPERATOR = re.compile(r"[≥≤><=＞＜＝≧≦﹦]")
_DEFINITE = ("target", "actual", "score")


def read_indicators(text: str, block: Block, evaluation: str) -> Iterator[Candidate]:
    """The block's filled rows as indicators, each followed by its deviation where a reason is stated."""
    level1: Cell | None = None
    level2: Cell | None = None
    for row in block.rows:
        cells = cells_by_code(row, block)
        upper, lower = cells.pop("level1", None), cells.pop("level2", None)
        if upper is not None and upper.text:
            level1, level2 = upper, None
        if lower is not None and lower.text:
            level2 = lower
        fields = _fields(text, cells)
        if not any(name in fields for name in _DEFINITE) or ("name" not in fields and "actual" not in fields):
            continue
        for name, cell in (("level1", level1), ("level2", level2)):
            value = _level(cell) if cell is not None else None
            if value is not None:
                fields[name] = value
        filled = [cell.span for cell in row if cell.text]
        if len(filled) < 2:
            continue
        quote = quote_of(text, filled)
        yield candidate(
            RecordKind.INDICATOR, {"evaluation": evaluation, "origin": "form"}, fields, quote, "indicators.row"
        )
        if "deviation_reason" in fields:
            yield _deviation(text, fields, quote, evaluation)


def _fields(text: str, cells: dict[str, Cell]) -> dict[str, Claim]:
    fields: dict[str, Claim] = {}
    name = cells.get("name")
    if name is not None and not is_blank(name.text):
        span = _without_slot(text, name.span)
        if span is not None:
            fields["name"] = claim(piece(text, span))
    for code in ("target", "actual", "weight", "score", "completion_rate"):
        cell = cells.get(code)
        if cell is not None and not is_blank(cell.text):
            fields[code] = _whole_target(text, cells) if code == "target" else claim_cell(cell)
    reason = cells.get("reason")
    if reason is not None and not _NO_REASON.match(reason.text):
        fields["deviation_reason"] = claim(cut_long(text, reason.span))
    return fields


def _whole_target(text: str, cells: dict[str, Cell]) -> Claim:
    """The target with the operator and the unit that stand right beside it in cells of their own (≥ | 20 | 个)."""
    target = cells["target"]
    start, end = target.span
    operator, unit = cells.get("operator"), cells.get("unit")
    if re.fullmatch(r"[\d.,，]+", target.text):
        if operator is not None and _OPERATOR.fullmatch(operator.text) and _adjoin(text, operator.span, target.span):
            start = operator.span.start
        if unit is not None and not is_blank(unit.text) and _adjoin(text, target.span, unit.span):
            end = unit.span.end
    return claim(piece(text, Span(start, end)))


def _adjoin(text: str, first: Span, second: Span) -> bool:
    """True where nothing but white space stands between the end of one cell and the start of the other."""
    return first.end <= second.start and not text[first.end : second.start].strip()


def _without_slot(text: str, span: Span) -> Span | None:
    """The name without the form's own ``指标1：``; None where the slot is empty."""
    match = _SLOT.match(text, span.start, span.end)
    if match is None:
        return span
    return None if is_blank(text[match.end() : span.end]) else Span(match.end(), span.end)


def _level(cell: Cell) -> Claim | None:
    """The level's word without the weight in its cell; None where only the weight is left."""
    word = _LEVEL_WEIGHT.sub("", cell.text)
    if not tidy(word):
        return None
    start = cell.span.start + cell.text.index(word[0]) if word[0] in cell.text else cell.span.start
    return Claim(tidy(word), Span(start, start + len(word)) if cell.text.startswith(word) else cell.span)


def _deviation(text: str, fields: dict[str, Claim], quote: Claim, evaluation: str) -> Candidate:
    """The stated reason as a deviation, what follows 改进措施： as its remedy."""
    where = fields["deviation_reason"].where
    assert where is not None
    parts = {"indicator": fields["name"]} if "name" in fields else {}
    parts |= split_reason(text, where)
    references = {"evaluation": evaluation, "kind": "indicator"}
    return candidate(RecordKind.DEVIATION, references, parts, quote, "indicators.reason")


def split_reason(text: str, where: Span) -> dict[str, Claim]:
    """The ``reason`` and the ``remedy`` that a stated reason for a deviation holds, its label left out."""
    label = _REASON_LABEL.match(text, where.start, where.end)
    start = label.end() if label else where.start
    match = _REMEDY.search(text, start, where.end)
    end = match.start() if match else where.end
    parts: dict[str, Claim] = {}
    if end > start:
        reason = cut_long(text, Span(start, end))
        parts["reason"] = claim(trim_end(reason, "，,、") if match else reason)
    if match and match.end() < where.end:
        parts["remedy"] = claim(cut_long(text, Span(match.end(), where.end)))
    return parts
