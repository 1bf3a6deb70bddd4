"""Lists of amounts in prose: 项目支出792.50万元，包括A项目286.50万元、B项目506.00万元."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.checks.amounts import Amount, fold_words, item_of
from pipeline.quantities import Quantity, find_quantities, tolerance
from schemas.stages import GroundedRecord
from schemas.text import Span

_LEAD = re.compile(
    r"\s*(?:万元|亿元|元|万|亿)?\s*[，,；;：:。]?\s*"
    r"(?:(?P<whole>包括|具体包括|具体为|具体是|分别为|分别是)|(?P<part>其中)|(?P<bracket>[（(])(?P<inner>其中)?)\s*[:：]?"
)
_END = re.compile(r"[。\n\t！？]|(?P<nested>其中|包括|具体为|分别为)")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_SEPARATOR = re.compile(r"[；;、，,：:（(。\s]")
_COLUMN_WORDS = re.compile(
    r"预算|决算|实际|执行|完成|较|比|占|同比|增|减|降|节约|结余|剩余|超|人均|户均|每|平均|余额|收入|含|另|计划|下达|到位|追加|上年|去年|同期|"
    r"合计|共计|小计|总计"
)
_NO_TRAVEL_ABROAD = re.compile(r"(?:无|没有|未发生|未安排|不存在)[^，。；]{0,6}(?:因公)?出国")
_SOME_ONLY = re.compile(r"等\s*\Z|主要")
_COMPLETE = (("基本支出", "项目支出"), ("人员", "公用"))
_CJK = re.compile(r"[\u4e00-\u9fff]")


class Enumeration(NamedTuple):
    """The listed parts of an amount; ``complete`` where nothing but them makes up the whole."""

    parts: tuple[Amount, ...]
    complete: bool
    span: Span


def read_enumerations(text: str, record: GroundedRecord, total: Amount) -> Enumeration | None:
    """The list that follows a total in prose, or ``None`` where there is none, or it cannot be read for sure.

    Every amount of the list must have a name of its own in front of it; a list that gives two columns, shares,
    changes, or a second level of parts is left alone.
    """
    lead = _LEAD.match(text, total.span.end)
    if lead is None:
        return None
    end = _list_end(text, lead)
    span = Span(lead.end(), end.position)
    stretch = _BRACKETS.sub(lambda match: " " * len(match.group()), text[span.start : span.end])
    money = [q for q in find_quantities(stretch) if q.dimension != "count" and q.dimension != "time"]
    labels = list(_labels(stretch, money))
    if len(money) < 2 or len(labels) < len(money) or any(not q.dimension.startswith("money") for q in money):
        return None
    if any(q.hedge or q.comparator or q.upper is not None or q.dimension != total.dimension for q in money):
        return None
    parts = tuple(_part(quantity, span.start, total) for quantity in money)
    listed = bool(lead["whole"] or (lead["bracket"] and not lead["inner"]))
    whole = listed and not end.nested and _SOME_ONLY.search(stretch) is None
    return Enumeration(parts, whole or _is_complete(item_of(record), labels, stretch), span)


class _End(NamedTuple):
    """Where a list ends; ``nested`` where a list of the parts of a part cuts it short."""

    position: int
    nested: bool


def _list_end(text: str, lead: re.Match[str]) -> _End:
    end = _END.search(text, lead.end())
    stop = end.start() if end is not None else len(text)
    nested = end is not None and end["nested"] is not None
    if lead["bracket"]:
        close = re.search(r"[）)]", text[lead.end() : stop])
        return _End(lead.end() + close.start(), nested=False) if close is not None else _End(lead.end(), nested)
    return _End(stop, nested)


def _labels(stretch: str, money: Sequence[Quantity]) -> Iterator[str]:
    """The name before each amount, as long as each amount has one; an amount of another column ends the names."""
    floor = 0
    for quantity in money:
        before = stretch[floor : quantity.span.start]
        separators = [match.end() for match in _SEPARATOR.finditer(before)]
        label = fold_words(before[separators[-1] if separators else 0 :])
        if len(_CJK.findall(label)) < 2 or _COLUMN_WORDS.search(fold_words(before)):
            return
        yield label
        floor = quantity.span.end


def _is_complete(item: str, labels: Sequence[str], stretch: str) -> bool:
    joined = [label for label in labels if label]
    if len(labels) == 2:
        for first, second in _COMPLETE:
            if any(first in label for label in joined) and any(second in label for label in joined):
                return first == "基本支出" or item.startswith("基本支出")
    if "三公" not in item:
        return False
    abroad = any("出国" in label for label in joined) or _NO_TRAVEL_ABROAD.search(stretch) is not None
    return abroad and any("接待" in label for label in joined) and any("车" in label for label in joined)


def _part(quantity: Quantity, offset: int, total: Amount) -> Amount:
    span = Span(offset + quantity.span.start, offset + quantity.span.end)
    half = tolerance(quantity) if quantity.value else quantity.value
    return Amount(quantity.value, half, quantity.text, quantity.scale, quantity.dimension, span, total.ref)
