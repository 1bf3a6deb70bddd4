"""Measured results stated in prose (定量成效): a measure, its number, and the target, rate and change said with it.

Each number of a sentence is given a role by the words around it (``roles``); roles other than a result of its own go
to the record that the sentence has open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.engines.rules.claims import Piece, candidate, claim, piece, quote_of
from pipeline.prose.numbers import POINTS
from pipeline.prose.phrases import (
    carries_name,
    clause_end,
    clause_start,
    counts_noun,
    first_noun_after,
    last_clause,
    split_sentences,
    strip_lead,
    strip_tail,
    tight,
)
from pipeline.prose.roles import CHANGE, Role, Setting, role_of
from pipeline.quantities import Quantity, find_quantities
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span

_DIGITS = frozenset("0123456789０１２３４５６７８９一二两三四五六七八九十百千万")
_TITLE_AMOUNT = re.compile(
    r"[^，。；\d]{2,40}(?:资金|经费|项目|专项|补助|补贴)\s*\d[\d.,]*\s*(?:万|亿)?元[；;。，]?\s*$"
)
_GOAL_SAID = re.compile(r"(?:绩效|总体|年度|预期|工作)目标(?:如下)?(?:为|是|[:：])")
_SCOPE = re.compile(r"涉及资金|纳入绩效|开展绩效(?:自评|评价)")  # how many projects were evaluated is no result
_MONEY_SUBJECT = re.compile(r"预算|支出|经费|决算|拨款|三公|资金")
_ACTUAL_SAID = re.compile(r"(?:(?:全年|年末|年底|最终)?(?:实际|完成|达到?|实现|已|共|建成|为)|$)")
_UNKNOWN_UNIT = re.compile(r"([\u4e00-\u9fff])(?=[，,。；;、（()）\s]|$)")
_COMPOUND_UNIT = re.compile(r"[（(][\u4e00-\u9fff][）)]次?")
_REACHED = re.compile(r"(?:达到|达|实现|完成|为)\s*")
_COMPARED = re.compile(r"(?:超过|高于|低于|超出|突破)\s*")
_FROM_EARLIER = re.compile(r"(?:由|从)[^，。；]{0,8}\d[^，。；]*$")
_BARE_VERB = re.compile(r"(?:实际)?(?:到位|完成|使用|利用|达到|完成值)")
_BARE_TARGET = re.compile(r"(?:年度|绩效)?(?:目标|指标)值")
_ROW_LABEL = re.compile(r"(?:[：:；;。\n①-⑳]|[)）])\s*([^：:；;。，,\n①-⑳（()）]{2,24})[：:]\s*\Z")
_REACH = 40
_LISTED = re.compile(r"\s*[、，,和及与]\s*(?:和|及)?\s*")
_IN_TITLE = re.compile(r"《[^》]*$")


@dataclass
class _Open:
    """The record that a sentence has open."""

    name: Piece
    actual: Piece | None = None
    extra: dict[str, Piece] = field(default_factory=dict)
    is_row: bool = False  # written like a row of a form: 门急诊量：目标值…，实际完成…，分值…，得分…


@dataclass(frozen=True, slots=True)
class _Number:
    """A quantity of the text with its place there."""

    quantity: Quantity
    span: Span


def read_narrative(text: str, span: Span, evaluation: str) -> Iterator[Candidate]:
    """Every measured result in the span."""
    last: _Open | None = None
    for sentence in split_sentences(text, span):
        words = text[sentence.start : sentence.end]
        if _GOAL_SAID.search(words):
            continue
        titled = sentence.start == span.start and _TITLE_AMOUNT.match(words)
        if _DIGITS.isdisjoint(words) or titled:
            continue  # a project's name and its amount, as a heading
        numbers = [_number(text, quantity, sentence) for quantity in find_quantities(words)]
        if _SCOPE.search(words):
            numbers = [number for number in numbers if number.quantity.unit not in ("个", "项")]
        if last is not None and numbers and _goes_on(text, last, sentence, numbers[0]):
            last.extra.setdefault("change", _change(text, sentence.start, numbers[0]))
            numbers = numbers[1:]
        for record in _read_sentence(text, sentence, numbers):
            if last is not None:
                yield _candidate(text, last, evaluation)
            last = record
    if last is not None:
        yield _candidate(text, last, evaluation)


def _goes_on(text: str, last: _Open, sentence: Span, number: _Number) -> bool:
    """True where a sentence begins with the change of the measure before it (``；同比增长8.4%``)."""
    match = CHANGE.search(text[sentence.start : number.span.start].strip())
    near = sentence.start - last.name.span.end < 80 and text[sentence.start - 1] in "；;"
    return match is not None and match.start() == 0 and near and "change" not in last.extra


def _number(text: str, quantity: Quantity, sentence: Span) -> _Number:
    """The quantity in its place. A bare number takes a single character before a stop as its unit (``186路，``)."""
    span = Span(quantity.span.start + sentence.start, quantity.span.end + sentence.start)
    if quantity.dimension == "none" and (match := _UNKNOWN_UNIT.match(text, span.end, sentence.end)):
        return _Number(replace(quantity, unit=match[1], dimension="count"), Span(span.start, match.end(1)))
    if quantity.dimension == "count" and (match := _COMPOUND_UNIT.match(text, span.end, sentence.end)):
        return _Number(quantity, Span(span.start, match.end()))
    return _Number(quantity, span)


def _read_sentence(text: str, sentence: Span, numbers: list[_Number]) -> list[_Open]:
    """The results of a sentence, in order."""
    records: list[_Open] = []
    current: _Open | None = None
    pending: _Open | None = None  # a measure whose target was said, its result not yet
    before, shared = sentence.start, 0
    for place, number in enumerate(numbers):
        if shared:
            shared -= 1
            continue
        following = numbers[place + 1].span.start if place + 1 < len(numbers) else sentence.end
        clause = clause_start(text, before, number.span.start)
        right = text[number.span.end : clause_end(text, number.span.end, following)]
        setting = Setting(
            quantity=number.quantity,
            left=tight(text[clause : number.span.start]),
            since=tight(text[before : number.span.start]),
            right=right.strip(),
            until=tight(text[number.span.end : following]),
            clause=tight(last_clause(text[sentence.start : number.span.start])),
            open_record=current is not None,
            more=following < sentence.end,
        )
        role = Role.SKIP if _is_name(text, number.span.start) else role_of(setting)
        if role in (Role.ATTRIBUTE, Role.EARLIER):
            continue  # the words before it still name the next number
        before = number.span.end
        opened: _Open | None = None
        if role in (Role.CHANGE, Role.COMPLETION, Role.TARGET) and current is not None:
            listed = "分别" in setting.left or (role is Role.COMPLETION and "分别" in setting.clause)
            group = _respective(text, numbers[place:]) if listed else numbers[place : place + 1]
            group = group if len(group) <= len(records) else group[:1]
            for record, one in zip(records[-len(group) :], group, strict=True):
                record.extra.setdefault(role.value, _extra(text, role, clause, one))
            shared = len(group) - 1
        elif role is Role.TARGET and pending is None:
            pending = _named_target(text, clause, number, right)
        elif role is Role.CHANGE_OF_OWN or (role is Role.CHANGE and setting.percent):
            opened = _change_only(text, clause, number)
            current = None if role is Role.CHANGE_OF_OWN else current  # what follows is about that other subject
        elif role is Role.ACTUAL and pending is not None and _ACTUAL_SAID.match(setting.left):
            opened, pending = _with_target(text, pending, number), None
        elif role is Role.ACTUAL:
            opened, pending = _named(text, clause, number, right, current), None
        elif current is not None and current.is_row and (points := POINTS.search(setting.left)):
            current.extra.setdefault(points.lastgroup or "", _value(text, number))
        if opened is not None:
            current = opened
            records.append(opened)
    return records or ([pending] if pending is not None else [])


def _respective(text: str, numbers: list[_Number]) -> list[_Number]:
    """The first number with those that are listed right after it (``分别增长5%、7%和9%``)."""
    group = numbers[:1]
    for number in numbers[1:]:
        if not _LISTED.fullmatch(text[group[-1].span.end : number.span.start]):
            break
        group.append(number)
    return group


def _is_name(text: str, place: int) -> bool:
    """True inside quotation marks or a title: what stands there is a name or a slogan, no result."""
    if _IN_TITLE.search(text[max(0, place - 40) : place]):
        return True
    opened = text.rfind("“", max(0, place - 60), place)
    return opened >= 0 and "”" not in text[opened:place] and "”" in text[place : place + 60]


def _named(text: str, clause: int, number: _Number, right: str, previous: _Open | None) -> _Open | None:
    """A record named by the words before the number, else by those after it, else by the sentence's last name."""
    start = clause + len(text[clause : number.span.start]) - len(strip_lead(text[clause : number.span.start]))
    words = strip_tail(_FROM_EARLIER.sub("", text[start : number.span.start]))
    actual = _value(text, number)
    if _BARE_VERB.fullmatch(words.strip()) and (lead_in := _lead_in(text, clause, actual)) is not None:
        return lead_in
    noun = first_noun_after(right)
    counted = number.quantity.dimension == "count" and noun and counts_noun(words, noun)
    if not counted and carries_name(words, has_noun=bool(noun)):
        return _Open(piece(text, Span(start, start + len(words))), actual)
    if noun:
        offset = number.span.end + right.index(noun)
        return _Open(piece(text, Span(offset, offset + len(noun))), actual)
    if previous is not None:
        return _Open(previous.name, actual)
    return (
        _Open(piece(text, Span(start, start + len(words))), actual)
        if len(words.strip()) >= 2
        else _lead_in(text, clause, actual)
    )


def _named_target(text: str, clause: int, number: _Number, right: str) -> _Open | None:
    """A measure whose target is said first, named without the word 目标值."""
    opened = _named(text, clause, number, right, None)
    if opened is None:
        return None
    label = _ROW_LABEL.search(text, max(0, clause - _REACH), clause)
    if label is not None and _BARE_TARGET.fullmatch(text[opened.name.span.start : opened.name.span.end]):
        return _Open(piece(text, Span(*label.span(1))), opened.actual, is_row=True)
    match = re.search(
        r"的?(?:年度|全年|年初)?(?:绩效)?(?:目标|计划|指标|任务)(?:值|任务|数)?$",
        text[opened.name.span.start : opened.name.span.end],
    )
    if match is None or match.start() < 2:
        return opened
    return _Open(piece(text, Span(opened.name.span.start, opened.name.span.start + match.start())), opened.actual)


def _lead_in(text: str, clause: int, actual: Piece) -> _Open | None:
    """The name from the short sentence before (``二是苗木栽植。实际栽植…``)."""
    match = re.search(
        r"(?:[一二三四五六七八九十]是|^|[。；\n])([^。；，\n]{2,16})[。：:]\s*$", text[max(0, clause - 24) : clause]
    )
    if match is None:
        return None
    start = max(0, clause - 24) + match.start(1)
    return _Open(piece(text, Span(start, start + len(match[1]))), actual)


def _with_target(text: str, pending: _Open, number: _Number) -> _Open:
    """The result of the measure whose target was said first."""
    extra = {"target": pending.actual} if pending.actual else {}
    return _Open(pending.name, _value(text, number), extra, pending.is_row)


def _value(text: str, number: _Number) -> Piece:
    """The number with its unit, comparator and hedge, without the verb 达到 before it."""
    match = _REACHED.match(text, number.span.start, number.span.end)
    return piece(text, Span(match.end() if match else number.span.start, number.span.end))


def _extra(text: str, role: Role, clause: int, number: _Number) -> Piece:
    if role is Role.TARGET:
        return _bare_target(text, number)
    return _change(text, clause, number) if role is Role.CHANGE else _value(text, number)


def _bare_target(text: str, number: _Number) -> Piece:
    """The target without the verb that compares the result with it (``超过95%的年度目标`` sets 95%)."""
    whole = _value(text, number)
    match = _COMPARED.match(text, whole.span.start, whole.span.end)
    return piece(text, Span(match.end(), whole.span.end)) if match else whole


def _change(text: str, clause: int, number: _Number) -> Piece:
    match = CHANGE.search(text[clause : number.span.start])
    start = clause + match.start() if match else number.span.start
    return piece(text, Span(start, number.span.end))


def _change_only(text: str, clause: int, number: _Number) -> _Open | None:
    """A measure of which only the change is stated (``粮食产量增长5%``)."""
    change = _change(text, clause, number)
    start = clause + len(text[clause : change.span.start]) - len(strip_lead(text[clause : change.span.start]))
    words = strip_tail(text[start : change.span.start])
    if len(words.strip()) < 2 or _MONEY_SUBJECT.search(words):
        return None
    return _Open(piece(text, Span(start, start + len(words))), None, {"change": change})


def _candidate(text: str, record: _Open, evaluation: str) -> Candidate:
    fields: dict[str, Claim] = {"name": claim(record.name)}
    if record.actual is not None:
        fields["actual"] = claim(record.actual)
    fields.update({role: claim(part) for role, part in record.extra.items()})
    quote = quote_of(text, [c.where for c in fields.values() if c.where])
    references = {"evaluation": evaluation, "origin": "narrative"}
    return candidate(RecordKind.INDICATOR, references, fields, quote, "narrative.measure")
