"""The headings of a report's prose: numbered lines, lines that the file marks, and bare lines in the genre's words."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from pipeline.sections.kinds import TOPIC_TAIL, squash, topic_kind
from pipeline.sections.lines import Line, ends_closed, ends_open, next_filled
from schemas.text import Document, OutlineMark, Span


class Style(IntEnum):
    """How a heading is numbered. The value is its usual rank: 1 stands above all others."""

    PART = 1
    CHINESE = 2
    BRACKETED_CHINESE = 3
    ARABIC = 4
    BRACKETED_ARABIC = 5
    CIRCLED = 6
    MARKED = 7  # by the file only
    BARE = 8  # by its words only


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading where it stands. ``topic`` is False for the leading sentence of an item, which names no topic."""

    start: int
    span: Span
    number: str
    title: str
    style: Style
    value: int = 0
    topic: bool = True
    outline: int = 0  # the level that the file gives it, 0 for none


class Marker(NamedTuple):
    """A number at the start of a line: its characters, style, value, and where the words after it start."""

    number: str
    style: Style
    value: int
    end: int


_DIGITS = "零一二三四五六七八九"
_NUMERAL = r"[一二三四五六七八九十]{1,3}"
_ANNEX = r"附\s*(?:件|表|录)?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?(?:\s*[-－—]\s*\d{1,2})?"
_MARKERS: tuple[tuple[Style, re.Pattern[str]], ...] = (
    (Style.PART, re.compile(rf"第\s*(?P<n>{_NUMERAL}|\d{{1,2}})\s*(?:部分|章|篇)\s*[、：:.．]?")),
    (Style.PART, re.compile(rf"{_ANNEX}(?:\s*[：:]|(?=\s*\Z)|(?<=[\d一二三四五六七八九十])(?:[、.．]|(?=\s)))")),
    (Style.CHINESE, re.compile(rf"(?P<n>{_NUMERAL})\s*[、.．](?!\s*{_NUMERAL}\s*[、是])")),
    (Style.BRACKETED_CHINESE, re.compile(rf"[（(]\s*(?P<n>{_NUMERAL})\s*[）)]\s*、?")),
    (Style.ARABIC, re.compile(r"(?P<n>\d{1,2})\s*[、.．]")),
    (Style.BRACKETED_ARABIC, re.compile(r"[（(]\s*(?P<n>\d{1,2})\s*[）)]\s*、?")),
    (Style.BRACKETED_ARABIC, re.compile(r"(?P<n>\d{1,2})\s*[）)]")),
    (Style.CIRCLED, re.compile(r"(?P<n>[①-⑳])\s*、?")),
)
_CONTENTS = re.compile(r"(…|\.{4,}|·{4,}|\t\s*\d+\s*\Z|PAGEREF|TOC )")
_YEAR = re.compile(r"\s*(19|20)\d{2}\s*[年-]")
_SENTENCE_END = re.compile(r"[。！？；]")
_REPORT = re.compile(r"报告|通知|年度")
_JOINED = re.compile(r"(及|和|与|以及|暨)\S{2,14}\Z")
_SHORT_END = re.compile(r"(?!无|没有|本)[^。，；：\s]{1,6}。")
_RUN_IN = re.compile(
    r"(?P<title>[^，。；：\n]{2,24}?(情况|概况|结论|措施|建议|问题|做法|分析|设置|职责|职能|目标))"
    r"(?:[ \u3000]+(?=[^\n]{12})"
    r"|(?=经自评|[我本](局|单位|部门|院|校|委|中心|县|市|区|乡|镇)|截[至止]|根据|按照|为了|通过|一是|全年|20\d{2}\s*年))"
)
_MAX_VALUE = 40
_MAX_TITLE = 48
_MAX_LABEL = 30
_MAX_BARE = 20


def parse_marker(text: str) -> Marker | None:
    """The number that a line's words start with, if they start with one."""
    for style, pattern in _MARKERS:
        match = pattern.match(text)
        if match is None:
            continue
        value = _value(match.groupdict().get("n") or "")
        if value <= _MAX_VALUE and not (style is Style.ARABIC and value == 0):
            return Marker(match[0].strip(), style, value, match.end())
    return None


def _value(numeral: str) -> int:
    if not numeral:
        return 0
    if numeral.isdecimal():
        return int(numeral)
    if len(numeral) == 1 and "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS.find(numeral) if len(numeral) == 1 else _MAX_VALUE + 1
    return 10 * (_DIGITS.find(tens) if tens else 1) + (_DIGITS.find(ones) if ones else 0)


def find_headings(document: Document, lines: Sequence[Line], width: int) -> tuple[Heading, ...]:
    """Every heading among the lines, in order; ``width`` is the length from which a line may have been wrapped."""
    marks = {mark.span.start: mark for mark in document.outline}
    contents = _contents(lines)
    found: list[Heading] = []
    counted: set[tuple[Style, int]] = set()
    numbered = any(parse_marker(line.text) for line in lines)
    covered = 0
    for place, line in enumerate(lines):
        if line.blank or line.start < covered or place in contents:
            continue
        mark = next((marks[at] for at in range(line.start, line.first + 1) if at in marks), None)
        last = found[-1] if found else None
        heading = _heading(document, lines, place, _Seen(last, counted, width, mark, numbered))
        if heading is not None:
            found.append(heading)
            counted.add((heading.style, heading.value))
            covered = heading.span.end
    return tuple(found)


class _Seen(NamedTuple):
    """What decides about a line besides the line itself."""

    last: Heading | None  # the heading before it
    counted: Set[tuple[Style, int]]  # the numbers that came before it
    width: int
    mark: OutlineMark | None
    numbered: bool


def _heading(document: Document, lines: Sequence[Line], place: int, seen: _Seen) -> Heading | None:
    line = lines[place]
    if _CONTENTS.search(line.text):
        return None
    marker = parse_marker(line.text)
    if marker is None or (marker.style is Style.PART and not _is_part(lines, place, marker, seen.last is not None)):
        return _unnumbered(lines, place, seen)
    level = seen.mark.level if seen.mark else 0
    if not level and not _is_fresh(lines, place, marker, seen):
        return None
    start = line.first + marker.end
    end, topic = _title_end(document.text, lines, place, start, seen.width)
    title = re.sub(r"\s*\n\s*", "", document.text[start:end]).strip(" \t\u3000\xa0：:。；;*\n\f")
    if not title:
        end = line.first + len(line.text[: marker.end].rstrip())
    span = Span(line.first, end)
    return Heading(line.start, span, marker.number, title, marker.style, marker.value, topic and bool(title), level)


def _is_part(lines: Sequence[Line], place: int, marker: Marker, later: bool) -> bool:
    """False for an annex mark that stands over the report's own title, and for prose that speaks of its annexes."""
    line, following = lines[place], next_filled(lines, place)
    rest = line.text[marker.end :]
    if marker.number.startswith("附") and not later:
        titled = rest.strip() or (lines[following].text if following is not None else "")
        if not re.search(r"表\s*\Z", titled):
            return False
    return len(rest) <= _MAX_TITLE and _SENTENCE_END.search(rest.rstrip("。；")) is None


def _is_fresh(lines: Sequence[Line], place: int, marker: Marker, seen: _Seen) -> bool:
    """False for a number that came to stand at the start of a line because its sentence was wrapped there."""
    before = next((lines[at] for at in range(place - 1, -1, -1) if not lines[at].blank), None)
    rest = lines[place].text[marker.end :]
    follows = marker.value == 1 or (marker.style, marker.value - 1) in seen.counted
    headed = seen.last is not None and before is not None and seen.last.span.end >= before.first
    closed = before is None or ends_closed(before) or (headed and not ends_open(before))
    if marker.style is Style.ARABIC and rest[:1].isdecimal() and not _YEAR.match(rest):
        return closed and follows and marker.value > 1
    if before is None or closed:
        return True
    if ends_open(before) and not headed:
        return marker.style is Style.CHINESE and topic_kind(rest) is not None and bool(TOPIC_TAIL.search(squash(rest)))
    # a line without an end that is short, or follows its forerunner, is a paragraph of its own all the same
    return follows or before.last - before.start < seen.width or marker.style is Style.CHINESE


def _title_end(text: str, lines: Sequence[Line], place: int, start: int, width: int) -> tuple[int, bool]:
    """Where the title that starts at ``start`` ends (``start`` itself for none), and whether it names a topic."""
    line = lines[place]
    rest = text[start : line.last]
    following = next_filled(lines, place)
    after = lines[following] if following is not None else None
    if after and (parse_marker(after.text) or text[line.last : after.first].strip()):
        after = None  # a heading of its own, or a table between
    if not rest.strip():
        return (after.last, True) if after and len(after.text) <= _MAX_LABEL else (start, False)
    run_in = _RUN_IN.match(rest)
    if run_in and topic_kind(run_in["title"]) is not None:
        return start + run_in.end("title"), True
    stop = _SENTENCE_END.search(rest)
    if stop is None and after is not None and (joined := _joined_end(text, line, after, rest, width)):
        rest = text[start:joined]
        stop = _SENTENCE_END.search(rest)
    colon = re.search("[：:]", rest[: stop.start()] if stop else rest)
    if colon and 0 < colon.start() <= _MAX_LABEL and colon.end() < len(rest.rstrip()):
        label = squash(rest[: colon.start()])
        if TOPIC_TAIL.search(label) and "，" not in label and not label.endswith("方面"):
            return start + colon.start(), True
    lead = stop.end() if stop else len(rest.rstrip())
    if len(rest[:lead].strip()) > _MAX_TITLE:
        label_fits = colon is not None and 0 < colon.start() <= _MAX_LABEL
        return (start + colon.start(), False) if colon and label_fits else (start, False)
    return start + lead, _is_topic(rest[:lead], stop is None)


def _is_topic(title: str, whole_line: bool) -> bool:
    words = squash(title)
    if whole_line:
        return "，" not in words or len(words) <= _MAX_BARE
    return len(words) <= _MAX_BARE and "，" not in words and TOPIC_TAIL.search(words) is not None


def _joined_end(text: str, line: Line, after: Line, rest: str, width: int) -> int | None:
    """Where a title ends that goes on in the next filled line; ``None`` where it does not."""
    for opening, closing in ("（）", "()", "“”", "《》"):
        if rest.count(opening) > rest.count(closing) and closing in after.text[:_MAX_LABEL]:
            end = after.last if len(after.text) <= _MAX_LABEL else after.first + after.text.index(closing) + 1
            return end if len(rest) < _MAX_TITLE else None
    if _JOINED.match(after.text) and not ends_closed(after) and not ends_closed(line):
        return after.last
    if TOPIC_TAIL.search(squash(rest)) or ends_closed(line):
        return None
    short = _SHORT_END.match(after.text)
    if short:
        return after.first + short.end()
    indented = after.first > after.start
    adjacent = text.count("\n", line.last, after.first) == 1 and not indented
    return after.last if adjacent and line.last - line.start >= width else None


def _unnumbered(lines: Sequence[Line], place: int, seen: _Seen) -> Heading | None:
    line = lines[place]
    span = Span(line.first, line.last)
    title = line.text.strip(" \t\u3000\xa0：:")
    if len(title) > _MAX_TITLE or (seen.last is None and _REPORT.search(title)):
        return None
    if seen.mark is not None:
        return Heading(line.start, span, "", title, Style.MARKED, outline=seen.mark.level)
    before = next((lines[at] for at in range(place - 1, -1, -1) if not lines[at].blank), None)
    words = squash(title)
    kind = topic_kind(title)
    plausible = (
        kind is not None
        and len(words) <= _MAX_BARE
        and TOPIC_TAIL.search(words) is not None
        and re.search(r"[，。；：:、\d]", words) is None
        and not ends_closed(line)
        and (before is None or ends_closed(before) or (seen.last is not None and seen.last.span.end >= before.first))
        and next_filled(lines, place) is not None
        and (seen.last is not None or not seen.numbered)
    )
    return Heading(line.start, span, "", title, Style.BARE) if plausible else None


def _contents(lines: Sequence[Line]) -> range:
    """The places of the lines of a table of contents: from 目录 to where its first entry comes again."""
    for place, line in enumerate(lines[:80]):
        if squash(line.text) != "目录":
            continue
        entries = [at for at in range(place + 1, len(lines)) if not lines[at].blank]
        first = re.sub(r"[\s….·]+\d*\s*\Z", "", lines[entries[0]].text) if entries else ""
        again = next((at for at in entries[1:] if first and squash(lines[at].text) == squash(first)), None)
        return range(place, again) if again is not None else range(0)
    return range(0)
