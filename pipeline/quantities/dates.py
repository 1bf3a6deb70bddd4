"""Dates and periods: 2023年, 2023年1-11月, 10月30日, 2023年12月31日前, 二〇二三年, 第三季度, 年底前."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.quantities.numerals import chinese_number, fold_text
from schemas.text import Span


class DatePoint(NamedTuple):
    """A day, or a month or a year where no more is stated; parts that are not stated are None."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date or period as it is written; ``end`` is set for periods, ``before`` for deadlines (12月31日前)."""

    span: Span
    year: int | None
    month: int | None
    day: int | None
    end: DatePoint | None = None
    before: bool = False


_YEAR = "(?:19|20)[0-9]{2}"
_MONTH = "(?:1[0-2]|0?[1-9])(?![0-9])"
_DAY = "(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
_GAP = "[ ]{0,2}"
_TO = f"{_GAP}(?:[-—~至到]|——){_GAP}"
_BEFORE = "(?P<before>(?:之|以)?前(?![ ]?[0-9一二三四五]|列|期|端|往|后|景|沿|瞻|述))?"
_YEAR_END = "(?:年?[底末](?!线|端|位|流|级|梢))"

_ISO_DATE = f"(?P<iy>{_YEAR})(?P<sep>[-./])(?P<im>{_MONTH})(?P=sep)(?P<id>{_DAY})"
_YEAR_MONTH = rf"(?P<my>{_YEAR})-(?P<mm>0[1-9]|1[0-2])(?![-0-9.])"
_MONTH_RANGE = rf"(?P<ry>{_YEAR})\.(?P<rm>{_MONTH}){_TO}(?P<ry2>{_YEAR})\.(?P<rm2>{_MONTH})"
_LISTED_YEAR = f"(?P<ly>{_YEAR})(?=(?:{_GAP}[、和及]{_GAP}{_YEAR}){{1,9}}{_GAP}年)"
_SHORT_YEAR = f"[0-9]{{2}}(?=年度|年{_GAP}[0-9]{{1,2}}{_GAP}[-~—至到月])"
_YEAR_PART = f"(?:(?:(?P<y1>{_YEAR}){_TO})?(?P<y>{_YEAR}|{_SHORT_YEAR}){_GAP}学?年(?:{_GAP}度)?{_GAP})?"
_FIRST_MONTH = f"(?:(?P<m1>{_MONTH}){_GAP}(?:月(?:(?P<d1>{_DAY}){_GAP}日)?)?{_TO})?"
_DAY_PART = f"(?:{_GAP}(?:(?P<d2>{_DAY}){_GAP}日?{_TO})?(?P<d>{_DAY}){_GAP}[日号])?"
_MONTH_PART = f"(?:{_FIRST_MONTH}(?P<m>{_MONTH}){_GAP}月(?!龄)(?:{_GAP}份|底|末|初|[上中下]旬)?{_DAY_PART})?"
_ARABIC_DATE = re.compile(
    f"(?:{_ISO_DATE}|{_YEAR_MONTH}|{_MONTH_RANGE}|{_LISTED_YEAR}|{_YEAR_PART}{_MONTH_PART}{_YEAR_END}?){_BEFORE}"
)
_DAY_ONLY = re.compile(
    f"(?:(?P<d1>{_DAY}){_TO})?(?P<d>{_DAY}){_GAP}日(?!内|以内|之内|以上|左右|历|常|报|均|[底末]){_BEFORE}"
)
_QUARTER = re.compile(f"(?P<q1>[1-4一二三四]){_TO}(?P<q2>[1-4一二三四]){_GAP}季度|(?P<q>[1-4一二三四]){_GAP}季度")
_CN_DIGIT = "〇零一二三四五六七八九"
_CHINESE_DATE = re.compile(
    f"(?:(?P<y>[一二][{_CN_DIGIT}]{{3}})年度?)?(?:(?P<m>十[一二]?|[一二三四五六七八九])月份?(?:底|末|初|[上中下]旬)?"
    f"(?:(?P<d>三十一?|[一二]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号])?)?{_YEAR_END}?{_BEFORE}"
)
_HALF_YEAR = re.compile("(?P<half>[上下])半年度?")
_YEAR_WORD = re.compile(f"年(?:[底末]{_BEFORE}|(?:(?<=[在于\\t\\n,:(]年)|(?<=^年))(?P<only>前))")
_DIGITS = re.compile(r"[0-9]{1,4}(?= {0,2}(?:学?年|[-/月日号季至到、和及~—])|\.[0-9]{1,2} ?[-.~—至到])")
_NUMERALS = re.compile(f"[{_CN_DIGIT}十]{{1,4}}(?=[年月季])")
# What stands before a length of time but not before a day of the month: 不超过15日.
_LENGTH_BEFORE = re.compile(r"(?:[过于少多足到近约达时为计共期≥≤<>=满提前]|缩短|延长)\s?\Z")
_JOINED = re.compile(r"\s{0,2}(?:[-—~至到]|——)\s{0,2}\Z")


def find_dates(text: str) -> tuple[DateMention, ...]:
    """Every date, period and deadline of the text, in order and without overlap."""
    return dates_in(fold_text(text))


def dates_in(folded: str) -> tuple[DateMention, ...]:
    """As ``find_dates``, for a text that is folded already."""
    found = [*_arabic_dates(folded), *_chinese_dates(folded), *_word_dates(folded)]
    return _join_periods(_without_overlap(found), folded)


def _arabic_dates(text: str) -> list[DateMention]:
    found: list[DateMention] = []
    taken = 0
    for digits in _DIGITS.finditer(text):
        start = digits.start()
        if start < taken or text[start - 1 : start].isdigit():
            continue
        mention = _arabic_date_at(text, start)
        if mention is not None:
            found.append(mention)
            taken = mention.span.end
    return found


def _arabic_date_at(text: str, start: int) -> DateMention | None:
    match = _ARABIC_DATE.match(text, start)
    if match is not None and any(match[name] for name in ("iy", "my", "ry", "ly", "y", "m")):
        return _arabic_mention(match)
    quarter = _QUARTER.match(text, start)
    if quarter is not None:
        return _quarter_mention(quarter, text)
    day = _DAY_ONLY.match(text, start)
    if day is None or _LENGTH_BEFORE.search(text, max(0, start - 4), start) or text[start - 1 : start] == ".":
        return None
    end = DatePoint(None, None, int(day["d"])) if day["d1"] else None
    return DateMention(Span(*day.span()), None, None, int(day["d1"] or day["d"]), end, bool(day["before"]))


def _arabic_mention(match: re.Match[str]) -> DateMention:
    part = match.groupdict()

    def number(*names: str) -> int | None:
        return next((int(part[name]) for name in names if part[name]), None)

    year = number("iy", "my", "ry", "ly", "y1", "y")
    last_year = number("ry2", "y") if part["y1"] or part["ry2"] else year
    year, last_year = _full_year(year), _full_year(last_year)
    month, last_month = number("im", "mm", "rm", "m1", "m"), number("rm2", "im", "mm", "m")
    day, last_day = number("id", "d1", "d2", "d"), number("id", "d")
    end = None
    if any(part[name] for name in ("ry2", "y1", "m1", "d2")):
        end = DatePoint(last_year, last_month, last_day)
        day = None if part["m1"] and not part["d1"] else day
    if part["y1"]:
        month = day = None
    return DateMention(Span(*match.span()), year, month, day, end, bool(part["before"]))


def _full_year(year: int | None) -> int | None:
    return 2000 + year if year is not None and year < 100 else year


def _quarter_mention(match: re.Match[str], text: str) -> DateMention:
    first, last = (_quarter_number(match[name] or match["q"]) for name in ("q1", "q2"))
    start = match.start()
    if text[start - 1 : start] in {"第", "前"}:
        first = 1 if text[start - 1] == "前" else first
        start -= 1
    return DateMention(Span(start, match.end()), None, 3 * first - 2, None, DatePoint(None, 3 * last, None))


def _quarter_number(word: str) -> int:
    return "一二三四".find(word) + 1 or int(word)


def _chinese_dates(text: str) -> list[DateMention]:
    found = []
    for numeral in _NUMERALS.finditer(text):
        start = numeral.start()
        quarter = _QUARTER.match(text, start)
        if quarter is not None:
            found.append(_quarter_mention(quarter, text))
            continue
        match = _CHINESE_DATE.match(text, start)
        if match is None or not (match["y"] or match["m"]):
            continue
        year = int("".join(str(chinese_number(digit)) for digit in match["y"])) if match["y"] else None
        month, day = (_chinese_part(match[name]) for name in ("m", "d"))
        found.append(DateMention(Span(*match.span()), year, month, day, None, bool(match["before"])))
    return found


def _chinese_part(numeral: str | None) -> int | None:
    value = chinese_number(numeral) if numeral else None
    return None if value is None else int(value)


def _word_dates(text: str) -> list[DateMention]:
    found = [
        DateMention(Span(*match.span()), None, None, None, None, bool(match["before"] or match["only"]))
        for match in _YEAR_WORD.finditer(text)
    ]
    for match in _HALF_YEAR.finditer(text):
        first, last = (1, 6) if match["half"] == "上" else (7, 12)
        found.append(DateMention(Span(*match.span()), None, first, None, DatePoint(None, last, None)))
    return found


def _without_overlap(found: list[DateMention]) -> list[DateMention]:
    kept: list[DateMention] = []
    for mention in sorted(found, key=lambda mention: (mention.span.start, -mention.span.end)):
        if not kept or kept[-1].span.end <= mention.span.start:
            kept.append(mention)
    return kept


def _join_periods(found: list[DateMention], text: str) -> tuple[DateMention, ...]:
    """Joins 2023年1月 至 12月 into one period, and 2023年 with the 第三季度 or 上半年 that follows."""
    joined: list[DateMention] = []
    for mention in found:
        last = joined[-1] if joined else None
        between = text[last.span.end : mention.span.start] if last is not None else ""
        if last is None or len(between) > 5 or last.before:
            joined.append(mention)
        elif last.end is None and mention.end is None and _JOINED.match(between):
            end = DatePoint(mention.year or last.year, mention.month, mention.day)
            span = Span(last.span.start, mention.span.end)
            joined[-1] = DateMention(span, last.year, last.month, last.day, end, mention.before)
        elif (
            last.year
            and not last.month
            and not last.end
            and not mention.year
            and not between.strip(" ")
            and len(between) < 3
        ):
            until = None if mention.end is None else DatePoint(last.year, mention.end.month, mention.end.day)
            span = Span(last.span.start, mention.span.end)
            joined[-1] = DateMention(span, last.year, mention.month, mention.day, until, mention.before)
        else:
            joined.append(mention)
    return tuple(joined)
