"""What stands around a number: scale, unit and hedge after it, comparator and hedge before it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from pipeline.quantities.units import ONE, SCALES, Unit, unit_at


class Measure(NamedTuple):
    """What follows a number: ``end`` is where it ends, which is the number's own end where nothing follows."""

    end: int
    scale: Decimal = ONE
    unit: str | None = None
    dimension: str = "none"
    factor: Decimal = ONE
    hedge: str = ""

    @property
    def is_bare(self) -> bool:
        """True for a number with neither unit nor scale."""
        return self.unit is None and self.scale == 1


class Limit(NamedTuple):
    """A comparator in its normal form and the hedge, as written, with the end they reach on their side."""

    position: int
    comparator: str | None
    hedge: str


# A line may break once inside a quantity, but a tab starts a cell and an empty line ends a paragraph.
_GAP = re.compile(r" {0,4}(?:\n {0,4})?")
_SCALE = re.compile(r"个亿|[十百千]?[万亿]|万亿|[百千]")
_SCALE_WORDS = frozenset("众里物象达能事科家村企佛盛向方户通")
_PER = re.compile(
    r"/(?:人次|平方米|立方米|公里|千克|公斤|小时|学期|学年|车次|[人户亩吨年月天日㎡个次件辆台头只株时度生床套家处kKtm])"
    r"(?:[·./](?:年|月|天|日|次|学期))?(?![A-Za-z0-9])"
)
_AFTER = re.compile(
    r" {0,2}(?:\(含[^()\n]{0,3}\) ?)?(?:(?P<ge>(?:及|含|或)?以上(?!述|所|情况|问题|原因|措施|数据|各项|内容|工作))"
    r"|(?P<le>(?:及|含|或)?以下(?!简|几|方|问题|情况|措施|工作|内容|任务|目标)|以内|之内)"
    r"|(?P<within>内(?!部|容|外|设|资|涝|蒙|控|需|生|销|环|循|河))|(?P<hedge>左右|上下(?!游|级|联|班|水)))(?:\(含\))?"
)
_NOT = "(?:不|不得|不能|不应|不可)"
_BEFORE = re.compile(
    rf"(?:(?P<comparator>(?P<ge>≥|>=|=>|大于(?:或)?等于|高于或等于|{_NOT}(?:低于|少于|小于)|至少有?|最少有?|不下于?)"
    rf"|(?P<le>≤|<=|=<|小于(?:或)?等于|低于或等于|{_NOT}(?:高于|超过|多于|大于|突破|超出|超)|(?:未|没有)超过|至多|最多)"
    r"|(?P<gt>>|大于|高于|多于|超过|突破|逾|(?<![赶反高])超)|(?P<lt><|小于|低于|少于|不足|不到)|(?P<eq>=))"
    r" {0,3}(?:\n {0,3})?)?"
    r"(?:(?P<hedge>大约|约为|将近|接近|大概|±|(?<![节预公契签合制大条特履违赴守邀规])约|(?<![附最亲邻就远将接靠临])近)"
    r" {0,3}(?:\n {0,3})?)?\Z"
)
_BEFORE_LAST = frozenset("≥≤><=有于少多过足到破逾超出约近概±为下")
_SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "eq": "="}
_CONTROL = re.compile(r"控制在[^,。;\n]{0,2}\Z")
_STRONG_DIMENSIONS = ("money", "percent", "permille")
_PROSE_LINE = 10


def skip_gap(text: str, position: int) -> int:
    """The position after the white space that may stand inside a quantity; the same position where there is none."""
    if text[position : position + 1] not in {" ", "\n"}:
        return position
    match = _GAP.match(text, position)
    return position if match is None else match.end()


def read_measure(text: str, end: int) -> Measure:
    """Hedge, scale and unit behind a number that ends at ``end``."""
    start = skip_gap(text, end)
    hedge = text[start : start + 1] if text[start : start + 1] in {"余", "多", "来", "几", "+"} else ""
    measure = _scaled_unit(text, skip_gap(text, start + 1) if hedge else start)
    if measure is None:
        bare_hedge = hedge in {"余", "+"} or (hedge == "多" and not text[start + 1 : start + 2].isalnum())
        return Measure(start + 1, hedge=hedge) if hedge and bare_hedge else Measure(end)
    if "\n" in text[end : measure.end] and not _joins_lines(text, end, measure):
        return Measure(end)
    return measure._replace(hedge=hedge + measure.hedge)


def _scaled_unit(text: str, start: int) -> Measure | None:
    unit = unit_at(text, start)
    scale = None if unit is not None and unit.word[0] in "千百" else _SCALE.match(text, start)
    if scale is None:
        return None if unit is None else _measure(text, start, ONE, unit)
    words = "万亿" if text.startswith("万亿", scale.start()) else scale.group()
    after = scale.start() + len(words)
    position = skip_gap(text, after)
    hedge = text[position : position + 1] if text[position : position + 1] in {"余", "多"} else ""
    unit_start = skip_gap(text, position + 1) if hedge else position
    unit = unit_at(text, unit_start)
    if unit is not None:
        measure = _measure(text, unit_start, SCALES[words], unit)
        return measure._replace(hedge=hedge + measure.hedge)
    if words in {"百", "千"} or text[after : after + 1] in _SCALE_WORDS:
        return None
    return Measure(position + 1 if hedge else after, SCALES[words], hedge=hedge)


def _measure(text: str, start: int, scale: Decimal, unit: Unit) -> Measure:
    end = start + len(unit.word)
    dimension = unit.dimension
    per = _PER.match(text, end)
    if per is not None:
        end, dimension = per.end(), dimension + per.group()
    hedge = ""
    if text[end : end + 1] in {"多", "余"} and dimension in {"time", "multiple", "length"}:
        hedge, end = text[end], end + 1
    return Measure(end, scale, text[start : end - len(hedge)], dimension, unit.factor, hedge)


def _joins_lines(text: str, end: int, measure: Measure) -> bool:
    """Money, percent and scales belong to the number above; a measure word only where that line is prose."""
    if measure.dimension.startswith(_STRONG_DIMENSIONS) or measure.scale != 1:
        return measure.unit is not None or "\n" not in text[end : measure.end]
    return end - (text.rfind("\n", 0, end) + 1) >= _PROSE_LINE


def read_limit_before(text: str, start: int, floor: int) -> Limit:
    """Comparator and hedge in front of ``start``, looking no further back than ``floor``."""
    last = text[max(floor, start - 6) : start].rstrip(" \n")[-1:]
    if last not in _BEFORE_LAST or not last:
        return Limit(start, None, "")
    match = _BEFORE.search(text, max(floor, start - 20), start)
    if match is None:
        return Limit(start, None, "")
    comparator = next((sign for name, sign in _SIGNS.items() if match[name]), None)
    return Limit(match.start(), comparator, match["hedge"] or "")


def read_limit_after(text: str, end: int, start: int, dimension: str) -> Limit:
    """Comparator or hedge behind a quantity that reaches from ``start`` to ``end``."""
    match = _AFTER.match(text, end)
    if match is None:
        return Limit(end, None, "")
    if match["within"] and dimension != "time" and _CONTROL.search(text, max(0, start - 6), start) is None:
        return Limit(end, None, "")
    comparator = "≥" if match["ge"] else "≤" if match["le"] or match["within"] else None
    return Limit(match.end(), comparator, match["hedge"] or "")
