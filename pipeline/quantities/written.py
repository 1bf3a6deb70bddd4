"""A written number with its measure, from where it starts: Arabic, Chinese, fractions and ranges."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from pipeline.quantities.designations import at_clause_start, idiom_end, is_label, is_name
from pipeline.quantities.measures import Measure, read_measure
from pipeline.quantities.numerals import arabic_number, chinese_number, neighbouring_numbers
from pipeline.quantities.units import ARABIC_ONLY, CURRENCY_SIGNS, ONE, SCALES, UNIT_STARTS
from schemas.text import Span

_CHINESE = "零〇一二两三四五六七八九十百千万亿廿卅"
_CAPITAL = "壹贰叁肆伍陆柒捌玖拾佰仟"
NUMBER_START = re.compile(f"[0-9{_CHINESE}{_CAPITAL}]")
_ARABIC = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]|,[0-9])|[0-9]+)(?:\.[0-9]+)?")
_CELL_END = re.compile(r"\n *[\t\n]|\n?\Z")
_LONGEST_AMOUNT = 10
_CODE_REST = re.compile(r"(?:[-.~—/+:·•至、_]?[0-9A-Za-z]+)*")
_NUMERAL = re.compile(f"[{_CHINESE}]+(?:点[零〇一二三四五六七八九]+)?")
_CAPITALS = re.compile(f"[{_CAPITAL}零万亿]{{2,}}(?=[元圆])")
_FRACTION = re.compile(
    f"(?P<whole>[{_CHINESE}]+)分之 ?(?P<part>[{_CHINESE}]+(?:点[零〇一二三四五六七八九]+)?|[0-9]+(?:\\.[0-9]+)?)"
)
_SLASH = re.compile(r"([0-9]{1,3})/([0-9]{1,3})(?![0-9/.])")
_SLASH_BEFORE = re.compile(r"(?:的|约|近|占|超过|不足|达|≥|≤) ?\Z")
_SLASH_AFTER = re.compile(r" ?(?:以上|以下|以内|左右|的)")
_TO = re.compile(f" ?(?:——|[-~—至到]) ?(?=[0-9{_CHINESE}])")
_TRAILING_SCALE = re.compile("(?<=.)(?:万亿|[万亿])\\Z")
_BARE_SCALES = re.compile("[百千万亿]{1,2}\\Z")
_BARE_LEAD = re.compile("(?:(?<![人户总件个次台倍笔家指岁分参基函系点页号])数|几|上|近|成|过|逾|超|破)\\Z")
_HAS_SCALE = re.compile("[万亿]")
_NUMERAL_FOLLOWERS = UNIT_STARTS | frozenset("余多来几万亿 \n分至到-~—点")
_PARTS = {"百": ("percent", "%"), "千": ("permille", "‰")}


class WrittenNumber(NamedTuple):
    """A numeral that was read: its value, how precise it is, and where it stands."""

    value: Decimal
    decimals: int
    span: Span
    measure: Measure
    upper: Decimal | None = None  # in the unit of ``value``, for spoken ranges
    lead: str = ""


class Skip(NamedTuple):
    """No quantity: go on at ``end``."""

    end: int


def lone_numeral(text: str) -> Decimal | None:
    """The value of a text of at least two characters that is a Chinese numeral and nothing else, or None."""
    return chinese_number(text) if len(text) > 1 and _NUMERAL.fullmatch(text) else None


def read_number(text: str, start: int, limit: int, floor: int) -> WrittenNumber | Skip:
    """The number that starts at a ``NUMBER_START`` of a folded text and ends by ``limit``, or where to go on.

    ``floor`` is where the quantity or date before it ended.
    """
    return _read_arabic(text, start, limit, floor) if text[start] in "0123456789" else _read_chinese(text, start)


def _read_arabic(text: str, start: int, limit: int, floor: int) -> WrittenNumber | Skip:
    match = _ARABIC.match(text, start, limit)
    assert match is not None  # the anchor is a digit before the limit
    end = match.end()
    if text[start - 1 : start] == "\t" and end - start <= _LONGEST_AMOUNT and _CELL_END.match(text, end):
        digits = match.group()  # most numbers of a report fill a cell of a form, and nothing around them can matter
        return WrittenNumber(arabic_number(digits), len(digits.partition(".")[2]), Span(start, end), Measure(end))
    if is_name(text, start, end):
        rest = _CODE_REST.match(text, end)
        return Skip(rest.end() if rest is not None else end)
    measure = read_measure(text, end)
    slash = _SLASH.match(text, start) if text[end : end + 1] == "/" else None
    if slash is not None and measure.is_bare and _is_fraction(text, slash):
        value = Decimal(slash[1]) / Decimal(slash[2])
        return WrittenNumber(value, 0, Span(*slash.span()), Measure(slash.end(), dimension="multiple"))
    if measure.is_bare and not _next_measure(text, end) and is_label(text, start, end):
        return Skip(end)
    if _hides_list_mark(text, start, end, measure):
        return Skip(text.index(".", start) + 1)
    first = start if start - 1 == floor else _signed(text, start, end)  # 8个-5个: a dash between two is no sign
    digits = text[first:end]
    number = WrittenNumber(arabic_number(digits), len(digits.partition(".")[2]), Span(first, end), measure)
    return _with_currency(text, _with_upper(text, number, limit))


def _is_fraction(text: str, slash: re.Match[str]) -> bool:
    if not 0 < int(slash[1]) < int(slash[2]):
        return False
    before = _SLASH_BEFORE.search(text, max(0, slash.start() - 4), slash.start())
    return before is not None or _SLASH_AFTER.match(text, slash.end()) is not None


def _next_measure(text: str, end: int) -> bool:
    """True where a range follows whose end has a unit: the 5 of 5-8个 is no label."""
    to = _TO.match(text, end)
    second = _ARABIC.match(text, to.end()) if to is not None else None
    return second is not None and not read_measure(text, second.end()).is_bare


def _hides_list_mark(text: str, start: int, end: int, measure: Measure) -> bool:
    """2.12个乡镇 at the start of a line is item 2 about 12 乡镇: nothing counts 2.12 of them."""
    if "." not in text[start:end] or measure.dimension != "count" or measure.scale != 1 or measure.unit == "分":
        return False
    return "\u4e00" <= text[measure.end : measure.end + 1] <= "\u9fff" and at_clause_start(text, start)


def _signed(text: str, start: int, end: int) -> int:
    """Where the number starts with its sign and a point without zero (.5); a dash after a word part is no sign."""
    if (
        text[start - 1 : start] == "."
        and "." not in text[start:end]
        and not text[start - 2 : start - 1].strip(" \t\n:")
    ):
        start -= 1
    before = text[start - 1 : start]
    if before == "负" and text[start - 2 : start - 1] not in {"抱", "担", "肩"}:
        return start - 1
    if before and before in "+-":
        previous = text[start - 2 : start - 1]
        if not (previous.isascii() and previous.isalnum()) and previous not in {"-", "+", "%", ")", "—"}:
            return start - 1
    return start


def _with_currency(text: str, number: WrittenNumber) -> WrittenNumber:
    sign = text[number.span.start - 1 : number.span.start]
    if sign not in CURRENCY_SIGNS or number.measure.unit not in {None, "元"} or not sign:
        return number
    measure = number.measure._replace(unit=number.measure.unit or sign, dimension=CURRENCY_SIGNS[sign])
    return number._replace(measure=measure, lead=sign)


def _with_upper(text: str, number: WrittenNumber, limit: int) -> WrittenNumber:
    """The number with the end of its range, where one follows: 5-8个, 20%-30%, 三至五家, 5000元-1万元."""
    to = _TO.match(text, number.measure.end)
    if to is None or ("到" in to.group() and text[number.span.start - 1 : number.span.start] in {"从", "由"}):
        return number
    arabic = text[number.span.end - 1].isdigit()
    second = (_ARABIC if arabic else _NUMERAL).match(text, to.end(), max(to.end(), limit) if arabic else len(text))
    if second is None:
        return number
    value = arabic_number(second.group()) if arabic else None
    last_scale = ONE
    if value is None:
        value, last_scale = _scaled_numeral(second.group())
    if value is None:
        return number
    last = read_measure(text, second.end())
    last = last._replace(scale=last.scale * last_scale)
    first = number.measure
    if first.unit is not None and first.dimension != last.dimension:
        return number
    scale = last.scale if first.is_bare else first.scale
    upper = value * last.scale * last.factor
    if upper <= number.value * scale * (first.factor if first.unit else last.factor):
        return number
    measure = last._replace(
        scale=scale, factor=first.factor if first.unit else last.factor, hedge=first.hedge + last.hedge
    )
    return number._replace(measure=measure, upper=upper / (measure.scale * measure.factor))


def _scaled_numeral(numeral: str) -> tuple[Decimal | None, Decimal]:
    """三百五十万 → 350 and 10000; a numeral of several sections (一亿二千万) stays whole."""
    tail = _TRAILING_SCALE.search(numeral)
    if tail is not None and not set(numeral[: tail.start()]) & set("万亿"):
        return chinese_number(numeral[: tail.start()]), SCALES[tail.group()]
    return chinese_number(numeral), ONE


def _read_chinese(text: str, start: int) -> WrittenNumber | Skip:
    numeral = _NUMERAL.match(text, start)
    if numeral is None:
        return _read_capitals(text, start) or Skip(start + 1)
    after = text[numeral.end() : numeral.end() + 1]
    if after not in _NUMERAL_FOLLOWERS and not _HAS_SCALE.search(numeral.group()):
        return Skip(numeral.end())
    fraction = _FRACTION.match(text, start)
    if fraction is not None:
        return _read_fraction(fraction) or Skip(fraction.end())
    if text.startswith("百分百", start):
        return WrittenNumber(
            Decimal(100), 0, Span(start, start + 3), Measure(start + 3, unit="百分百", dimension="percent")
        )
    idiom = idiom_end(text, start)
    if idiom is not None:
        return Skip(max(idiom, numeral.end()))
    return _read_numeral(text, numeral) or Skip(numeral.end())


def _read_capitals(text: str, start: int) -> WrittenNumber | None:
    """The 壹拾贰万叁仟 of amounts written out against forgery; a lone 壹 is part of a name."""
    match = _CAPITALS.match(text, start)
    value = None if match is None else chinese_number(match.group())
    if match is None or value is None:
        return None
    return WrittenNumber(value, 0, Span(*match.span()), read_measure(text, match.end()))


def _read_fraction(match: re.Match[str]) -> WrittenNumber | None:
    whole, part = match["whole"], match["part"]
    value = (
        Decimal(part)
        if part[0].isdigit() and part.isascii()
        else chinese_number(part)
        if part != "百"
        else Decimal(100)
    )
    if value is None:
        return None
    decimals = len(part.replace("点", ".").partition(".")[2])
    if whole in _PARTS:
        dimension, unit = _PARTS[whole]
        return WrittenNumber(
            value,
            decimals,
            Span(*match.span("part")),
            Measure(match.end(), unit=unit, dimension=dimension),
            lead=f"{whole}分之",
        )
    denominator = Decimal(10000) if whole == "万" else chinese_number(whole)
    if not denominator:
        return None
    return WrittenNumber(value / denominator, 0, Span(*match.span()), Measure(match.end(), dimension="multiple"))


def _read_numeral(text: str, match: re.Match[str]) -> WrittenNumber | None:
    """A Chinese numeral with its unit, or None: without unit or scale it is part of a word."""
    numeral, start, end = match.group(), match.start(), match.end()
    value, scale = _scaled_numeral(numeral)
    upper, lead = None, ""
    if value is None or _BARE_SCALES.match(numeral):
        ends = neighbouring_numbers(numeral[:-1] if scale != 1 else numeral)
        bare = _BARE_SCALES.match(numeral) and _BARE_LEAD.search(text, max(0, start - 2), start)
        if ends is not None:
            value, upper = ends
        elif bare:
            value, scale = _bare_scale(numeral)
            lead = bare.group() if bare.group() in "数几上" else ""
    elif (
        numeral.startswith("十")
        and text[start - 1 : start] in {"几", "数"}
        and _BARE_LEAD.search(text, max(0, start - 2), start)
    ):
        lead = text[start - 1]
    if value is None:
        return None
    measure = read_measure(text, end)
    if measure.unit in ARABIC_ONLY and scale == 1 and measure.scale == 1:
        return None
    number = WrittenNumber(
        value, len(numeral.partition("点")[2].rstrip("万亿")), Span(start, end), measure, upper, lead
    )
    number = number._replace(measure=measure._replace(scale=measure.scale * scale))
    if upper is None:
        number = _with_upper(text, number, len(text))
    return None if number.measure.is_bare else number


def _bare_scale(numeral: str) -> tuple[Decimal, Decimal]:
    """The 百万 of 数百万元 → 100 and 10000; the 亿 of 上亿元 → 1 and 100000000."""
    small = {"百": Decimal(100), "千": Decimal(1000)}
    if numeral[-1] in small:
        return small[numeral[-1]], ONE
    return small.get(numeral[0], ONE), SCALES[numeral[-1]]
