"""Passages to items: numbered lists of any style, run-in ones (一是…二是…) too, and plain paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.engines.rules.claims import piece, trim_end
from schemas.text import Span

_MARK = re.compile(
    r"(?:^|(?<=[\n\t])|(?<=[。；;：:，]))[ \t\u3000]*(?:"
    r"(?P<cn>[一二三四五六七八九十]{1,2})、|[（(](?P<cnp>[一二三四五六七八九十]{1,2})[)）]|"
    r"(?P<n>\d{1,2})\s*[、.．](?!\d)|[（(](?P<np>\d{1,2})[)）]|(?P<circle>[①-⑳])|"
    r"(?P<run>[一二三四五六七八九十])(?:是|要)|第(?P<th>[一二三四五六七八九十])[，,、]|"
    r"(?P<order>首先|其次|再次|最后)[，,、]?)[ \u3000]*"
)
_NUMBERS = {
    **{c: n for n, c in enumerate("一二三四五六七八九十", 1)},
    **{chr(0x2460 + place): place + 1 for place in range(20)},
    "首先": 1,
    "其次": 2,
    "再次": 3,
}
_HEADING_STOP = re.compile(r"[。！？!?：:；;\n]")
_MAX_HEADING = 60
_SHORT_CLAUSE = re.compile(r"([^，。；：\n]{4,18})，")
_CAUSED_CLAUSE = re.compile(r"([^，。；：\n]{4,18})，(?=由于|因|受|主要|原因|源于|究其)")
_RUN_IN = ("run", "th", "order")  # 一是…；二是…: each a fault and what it comes from
META = re.compile(
    r"存在(?:的)?(?:主要)?问题|改进措施|有关建议|原因分析|下一步|主要问题|以下(?:几个)?(?:方面|问题|不足|几点)|如下[:：]?$|几点(?:建议|措施)|为此|针对(?:上述|以上)"
)
FAULT = re.compile(r"不|未|欠|缺|弱|低|难|慢|滞后|有待|偏|差|少|问题|压力|单一|粗放|薄|矛盾|风险|短板")


class Item(NamedTuple):
    """An item of a list: its whole text, its heading where it has one, and what stands after the heading."""

    span: Span
    heading: Span | None
    details: Span | None


def split_heading(text: str, span: Span, heading_end: int, clause: re.Pattern[str] = _CAUSED_CLAUSE) -> Item:
    """The item's heading and details: the first line or short first sentence, where something follows it; in an item
    of one sentence its first clause, if it names a fault and is of the given form.
    """
    stop = _HEADING_STOP.search(text, span.start, span.end)
    end = stop.start() if stop else span.end
    if span.start < heading_end < span.end:
        end = heading_end
    head = trim_end(piece(text, Span(span.start, end)), "。！？!?：:；;")
    after = end
    while after < span.end and text[after] in "。！？!?：:；; \u3000\n":
        after += 1
    rest = piece(text, Span(after, span.end))
    commas = head.text.count("，")
    if len(rest.text) < 2 or len(head.text) > _MAX_HEADING or (commas > 2 and len(head.text) > 40):
        first = clause.match(text, span.start, span.end)
        if first and FAULT.search(first[1]):
            return Item(span, Span(first.start(1), first.end(1)), piece(text, Span(first.end(), span.end)).span)
        return Item(span, None, None)
    return Item(span, head.span, rest.span)


def list_items(text: str, span: Span) -> Iterator[Item]:
    """The items of a numbered list in a passage: of the style of its first number, counted up from one."""
    starts: list[tuple[int, int]] = []
    style: str | None = None
    before = text[max(0, span.start - 20) : span.start]
    indent = len(before) - len(before.rstrip(" \t\u3000"))
    for match in _MARK.finditer(text, span.start - indent, span.end):
        name, number = next((n, v) for n, v in match.groupdict().items() if v)
        value = _number(number, len(starts))
        if style is None and value == 1:
            style = name
        if name == style and value == len(starts) + 1:
            starts.append((match.start(), match.end()))
    ends = [start for start, _ in starts[1:]] + [span.end]
    for (_, start), end in zip(starts, ends[: len(starts)], strict=True):
        whole = piece(text, Span(start, end))
        if len(whole.text) >= 4:
            clause = _SHORT_CLAUSE if style in _RUN_IN else _CAUSED_CLAUSE
            yield split_heading(text, whole.span, whole.span.end, clause)


def _number(word: str, counted: int) -> int:
    """The number of a mark; 最后 comes after however many were counted."""
    if word.isdecimal():
        return int(word)
    if word == "最后":
        return counted + 1
    if len(word) == 2 and word[0] == "十":
        return 10 + _NUMBERS.get(word[1], 0)
    return _NUMBERS.get(word, 0)


def paragraphs(text: str, span: Span) -> Iterator[Item]:
    """Unnumbered items: each paragraph that is not merely an introduction. A wrapped line goes on in the next."""
    start = span.start
    for match in re.finditer(r"\n", text[span.start : span.end] + "\n"):
        end = min(span.start + match.start(), span.end)
        line = text[start:end].strip()
        if not line:
            start = end
            continue
        if line[-1] not in "。！？!?；;" and end < span.end and len(line) > 12:
            continue  # the paragraph goes on after a line wrap
        whole = piece(text, Span(start, end))
        start = end
        introduces = whole.text.endswith(("：", ":")) or (META.search(whole.text) and len(whole.text) < 24)
        if len(whole.text) >= 6 and not introduces:
            yield Item(whole.span, None, None)
