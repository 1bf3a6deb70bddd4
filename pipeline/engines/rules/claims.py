"""What the rules say, as claims: a value with the characters it was read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Cell, Span

ENGINE = "rules"
LONG_TEXT = 200
"""A long text is cut after the sentence in which it passes this many characters (labeling guide)."""

_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef，。；：、！？“”‘’（）《》〔〕【】]"
_INNER_SPACE = re.compile(rf"\s*[\n\t]\s*|(?<={_CJK})\s+|\s+(?={_CJK})")
_SENTENCE_END = re.compile(r"[。！？!?]")
_ITEM = re.compile(
    r"(?:(?<=^)|(?<=[\n；;。:：\s]))\s*"
    r"(?:(?:目标|指标|任务)\s*(?P<a>\d{1,2}|[一二三四五六七八九十])(?:完成情况)?\s*[:：、.．]?|(?P<b>\d{1,2})\s*[、.．](?!\d)|[(（](?P<c>\d{1,2})[)）]、?|(?P<d>[①-⑳]))\s*"
)
_NUMERALS = {
    **{chr(0x2460 + place): place + 1 for place in range(20)},
    **{c: n for n, c in enumerate("一二三四五六七八九十", 1)},
}


class Piece(NamedTuple):
    """A part of the text: its words, tidied, and where they stand."""

    text: str
    span: Span


def tidy(text: str) -> str:
    """The words without outer white space, line breaks, or spaces beside Chinese characters."""
    return _INNER_SPACE.sub("", text.strip())


def piece(text: str, span: Span) -> Piece:
    """The part of the text in the span, its outer white space left out."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    end = max(start, span.end - (len(words) - len(words.rstrip())))
    return Piece(tidy(words), Span(start, end))


def cut_long(text: str, span: Span) -> Piece:
    """The part of the text in the span, cut after the sentence in which it passes ``LONG_TEXT`` characters."""
    whole = piece(text, span)
    if len(whole.text) <= LONG_TEXT:
        return whole
    for match in _SENTENCE_END.finditer(text, whole.span.start, whole.span.end):
        shorter = piece(text, Span(whole.span.start, match.end()))
        if len(shorter.text) > LONG_TEXT:
            return shorter
    return whole


def split_items(text: str, span: Span) -> tuple[tuple[int, Span], ...]:
    """The items of a numbered list (1. 2. 3. …) as number and span without it; () where the text is no such list.

    Only numbers that count up from one make a list: ``2.5亿元`` in mid-sentence is no item.
    """
    marks: list[tuple[int, re.Match[str]]] = []
    for match in _ITEM.finditer(text, span.start, span.end):
        number = _numeral(match["a"] or match["b"] or match["c"] or match["d"])
        if number == len(marks) + 1:
            marks.append((number, match))
    if not marks or text[span.start : marks[0][1].start()].strip():
        return ()  # words before the first number: no list, or one with an introduction
    ends = [match.start() for _, match in marks[1:]] + [span.end]
    return tuple((number, Span(match.end(), end)) for (number, match), end in zip(marks, ends, strict=True))


def _numeral(word: str) -> int:
    return _NUMERALS[word] if word in _NUMERALS else int(word)


def trim_end(part: Piece, marks: str = "；;，,、") -> Piece:
    """The part without closing separators."""
    shorter = part.text.rstrip(marks)
    return Piece(shorter, Span(part.span.start, part.span.end - (len(part.text) - len(shorter))))


def claim(part: Piece) -> Claim:
    """The part as a claim."""
    return Claim(part.text, part.span)


def claim_cell(cell: Cell) -> Claim:
    """The cell's words as a claim."""
    return Claim(tidy(cell.text), cell.span)


def quote_of(text: str, spans: Sequence[Span]) -> Claim:
    """The shortest passage that contains all the spans."""
    span = Span(min(s.start for s in spans), max(s.end for s in spans))
    return Claim(text[span.start : span.end], span)


def candidate(
    kind: RecordKind, references: Mapping[str, str], fields: Mapping[str, Claim], quote: Claim, rule: str
) -> Candidate:
    """A record as this engine claims it."""
    return Candidate(kind=kind, references=references, fields=fields, quote=quote, engine=ENGINE, rule=rule)
