"""Which numbers of a report are total scores: by their row, their label, or the words before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.forms.blocks import BlockKind
from pipeline.forms.standing import Standings
from pipeline.forms.vocabulary import TOTAL_ROW, fold_header, pair_label
from schemas.text import Cell, Document, Span

_SAID = re.compile(r"(?:总分|得分|评分|总评|自评分|分数|评价)[^，,。；;\d]{0,10}$")
_REACHED = re.compile(r"(?:自评|评价|综合|结果|得|打|计)[^，,。；;\d]{0,6}$")
_POINTS = re.compile(r"\s*\d{1,3}(?:\.\d+)?\s*分?\s*")
_FULL = re.compile(r"\s*100(?:\.0+)?\s*分?\s*")
_REACH = 24


def tells_total(document: Document, standings: Standings, span: Span) -> bool:
    """True where the number in the span is said to be a total score."""
    table = next((table for table in document.tables if table.span.overlaps(span)), None)
    if table is None:
        before = re.sub(r"\s+", "", document.text[max(0, span.start - _REACH) : span.start])
        points = "分" in document.text[span.start : span.end + 2]
        return _SAID.search(before) is not None or (points and _REACHED.search(before) is not None)
    stands = standings.at(span)
    kind = stands.row.block.kind if stands is not None else None
    if stands is not None and kind is BlockKind.SUMMARY:
        return stands.code in ("total_score", "score")
    if kind is BlockKind.FUNDING:  # 合计 of amounts
        return False
    row = next((cell.row for cell in table.cells if cell.text and cell.span.overlaps(span)), None)
    filled = [cell for cell in table.cells if cell.row == row and cell.text]
    labels = [cell for cell in filled if cell.span.end <= span.start]
    told = any(fold_header(cell.text) in TOTAL_ROW or pair_label(cell.text) == "total_score" for cell in labels)
    return told and not _is_full_marks(filled, span)


def _is_full_marks(filled: Sequence[Cell], span: Span) -> bool:
    """True for the 100 of ``总分 | 100 | 95.5``: what the weights come to, not what was scored."""
    points = [cell for cell in filled if _POINTS.fullmatch(cell.text)]
    return len(points) > 1 and points[0].span.overlaps(span) and _FULL.fullmatch(points[0].text) is not None
