"""Measured results stated in prose (定量成效): a measure, its number, and the target, rate and change said with it.

Each number of a sentence is given a role by the words before and after it; roles other than a result of its own go
to the record that the sentence has open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.engines.rules.claims import Piece, candidate, claim, piece, quote_of
from pipeline.engines.rules.phrases import (
    CLAUSE_END,
    carries_name,
    counts_noun,
    first_noun_after,
    split_sentences,
    strip_lead,
    strip_tail,
)
from pipeline.quantities import Quantity, find_quantities
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span

_CHANGE_VERB = r"(?:增长率|下降率|增长|下降|增加|减少|上升|提高|提升|降低|回落|增幅|降幅|增速|涨幅|翻|负增长|压减|压缩|下滑|缩短|节约|节省|扩大|增收|下调|上调)"
_CHANGE = re.compile(
    rf"(?:(?:与|比|较|同)?(?:上年|去年|上一年|前年|{r'20[0-9][0-9]'}年)(?:度|同期)?(?:相比)?|同比|环比|年均|同口径|名义|可比口径)?[，,]?\s*"
    rf"(?:同比|环比|累计|净|实现|分别)*\s*{_CHANGE_VERB}(?:了|达|为|幅度|约|近|超|逾|超过|高达|幅度为|幅度达|比例)*\s*[（(]?\s*$"
)
_COMPARED = re.compile(r"同比|环比|(?:比|较|同|与)(?:上年|去年|上一年|前年|20\d\d年)")
_PLAN = r"(?:任务|目标|计划|指标|考核|进度|年初|责任)"
_TARGET_BEFORE = re.compile(
    rf"(?:{_PLAN}(?:任务|目标|计划)?(?:数|值|额|量)?|任务数|目标值|计划数)(?:为|是|即|要求|定为|[:：])?\s*[（(]?\s*$"
)
_STATED_TARGET = re.compile(
    r"(?:目标值|计划值|指标值|年初目标|年度目标|目标任务|任务数|控制目标|(?:高于|低于|超过|超出|未达到?|不及)[^，。；]{0,8}(?:目标|标准|要求))(?:为|是|[:：])?\s*[（(]?\s*$"
)
_TARGET_AFTER = re.compile(r"^\s*的?[^，。；、\d]{0,6}(?:任务|目标|计划|指标|红线|要求|标准)")
_OF_TARGET = re.compile(rf"(?:^|[）)])\s*(?:的)?(?:年度|全年)?(?:目标|任务|计划|指标)*(?:数|值)*的\s*$")
_COMPLETION = re.compile(
    rf"(?:完成(?:了)?|占|为|达到?|达成|超额完成|实现)[^，。；]{{0,16}}(?:任务|目标|计划|指标)[^，。；\d]{{0,10}}的?\s*$|"
    r"(?:完成率|完成比例|完成进度|进度|目标完成率|任务完成率)(?:为|达|达到|约|是)?\s*[（(]?\s*$|(?:超额|超)完成(?:目标|任务)?\s*$"
)
_RATE_NAME = re.compile(r"(?:完成率|完成比例|完成进度|进度)(?:为|达|达到|约|是)?\s*$")
_EARLIER = re.compile(
    r"(?:上年|去年|上一年度?|上年度|同期|往年|20\d\d\s*年)(?:度|同期|底|末)?(?:的|为|是|仅|仅为|只有|数|值|共)*\s*$|(?:由|从)(?:原来的|之前的)?\s*$"
)
_PLANNED = re.compile(
    r"预计|计划(?:总)?投资|拟|力争|争取|将(?:达|实现|完成|新增|建)|有望|计划(?:新增|完成|实施|建|在|于)|规划|明年|下一年|下年|概算|估算|匡算|年内要|目标是"
)
_FUNDING = re.compile(
    r"预算|支出|经费|决算|拨款|结余|结转|执行|三公|涉及资金|专项资金|工资|下达|指标文|财政(?:资金|投入|补助|安排)|接待费|维护费|差旅|会议费|培训费|采购金额|上缴|收入\w{0,4}$|资产(?:总额|合计|原值)|到位率|拨付"
)
_BUDGET_RATE = re.compile(
    r"(?:预算|资金|支出|经费)[^，。；]{0,8}(?:执行率|完成率|支付率|使用率|支出率)|执行率|预算完成|(?:完成|占)[^，。；]{0,6}(?:预算|支出总额|总支出|支出)的?$"
)
_SCORE = re.compile(r"得分|评分|分值|扣分?|自评|权重|满分|加分")
_NO_RESULT = re.compile(
    r"(?:未发生|未出现|没有|无一|不足|原因[^，。；]{0,20}|较(?:年初|年度)?(?:目标|计划|任务)[^，。；]{0,4}(?:少|多|低|高)|(?:设定|设立|制定|编制|共|绩效)[^，。；]{0,8}(?:目标|指标)(?:共|共计|为)?)\s*$"
)
_ACTUAL_SAID = re.compile(r"(?:(?:全年|年末|年底|最终)?(?:实际|完成|达到?|实现|已|共|建成|为)|$)")
_STAFF = re.compile(
    r"编制|在职|在编|在岗|退休|离休|内设|下设|股室|科室|二级机构|所属(?:事业)?单位|党员|领导(?:班子|职数)|聘用人员|临聘"
)
_COMPARED_TO = re.compile(r"超过|高于|低于|超出|控制在|未达|达到|不及|不超过")
_SHARE = re.compile(r"^(?:约|仅|均)?占")
_TIME_MATTERS = re.compile(r"时间|时限|时长|缩短|压缩|工期|平均|办结|周期|提速")
_TITLE_AMOUNT = re.compile(
    r"[^，。；\d]{2,40}(?:资金|经费|项目|专项|补助|补贴)\s*\d[\d.,]*\s*(?:万|亿)?元[；;。，]?\s*$"
)
_PLAN_FILLER = re.compile(
    r"完成|实现|达到|超过|超额|高于|低于|年度|全年|年初|[年省市县区州镇]|下达|分解|设定|确定|[定设]|预期|考核|目标|任务|计划|指标|责任|[数值额的为是（(原既]|上级|比|较"
)
_UNKNOWN_UNIT = re.compile(r"([\u4e00-\u9fff])(?=[，,。；;、（()）\s]|$)")
_COMPOUND_UNIT = re.compile(r"[（(][\u4e00-\u9fff][）)]次?")
_REACHED = re.compile(r"^(?:达到|达|实现|完成|为)\s*")
_FROM_EARLIER = re.compile(r"(?:由|从)[^，。；]{0,8}\d[^，。；]*$")
_BARE_VERB = re.compile(r"(?:实际)?(?:到位|完成|使用|利用|达到|完成值)")
_BRACKETED = re.compile(r"《[^》]*$")


@dataclass
class _Open:
    """The record that a sentence has open."""

    name: Piece
    actual: Piece | None = None
    extra: dict[str, Piece] = field(default_factory=dict)


def read_narrative(text: str, span: Span, evaluation: str) -> Iterator[Candidate]:
    """Every measured result in the span."""
    last: _Open | None = None
    for sentence in split_sentences(text, span):
        words = text[sentence.start : sentence.end]
        if not any(c.isdigit() or c in "一二两三四五六七八九十百千万" for c in words) or _TITLE_AMOUNT.match(words):
            continue
        numbers = [_number(text, q, sentence) for q in find_quantities(words)]
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
    """True where a sentence begins with the change of the measure before it (``；同比增长9.5%``)."""
    left = text[sentence.start : number.span.start].strip()
    match = _CHANGE.search(left)
    near = sentence.start - last.name.span.end < 80
    return (
        match is not None
        and match.start() == 0
        and near
        and text[sentence.start - 1] in "；;"
        and "change" not in last.extra
    )


@dataclass(frozen=True, slots=True)
class _Number:
    """A quantity of the text with its place there."""

    quantity: Quantity
    span: Span


def _number(text: str, quantity: Quantity, sentence: Span) -> _Number:
    """The quantity in its place. A bare number takes a single character before a stop as its unit (``1985对，``)."""
    span = Span(quantity.span.start + sentence.start, quantity.span.end + sentence.start)
    if quantity.dimension == "none" and (match := _UNKNOWN_UNIT.match(text, span.end, sentence.end)):
        unit = match[1]
        quantity = replace(quantity, unit=unit, dimension="count")
        span = Span(span.start, match.end(1))
    elif quantity.dimension == "count" and (match := _COMPOUND_UNIT.match(text, span.end, sentence.end)):
        span = Span(span.start, match.end())
    return _Number(quantity, span)


def _read_sentence(text: str, sentence: Span, numbers: list[_Number]) -> Iterator[_Open]:
    current: _Open | None = None
    pending: _Open | None = None
    before = sentence.start
    for place, number in enumerate(numbers):
        following = numbers[place + 1].span.start if place + 1 < len(numbers) else sentence.end
        clause = _clause_start(text, before, number.span.start)
        left = text[clause : number.span.start]
        right = text[number.span.end : _clause_end(text, number.span.end, following)]
        role = _role(
            text, number, left, right, text[before : number.span.start], current is not None, following < sentence.end
        )
        if role in ("attribute", "earlier"):
            continue  # the words before it still name the next number
        if role in ("change", "completion_rate", "target") and current is not None:
            current.extra.setdefault(role, _extra(text, role, clause, number))
        elif role == "target" and pending is None:
            pending = _named_target(text, clause, number, right)
        elif role in ("change", "change_of_own"):
            opened = _change_only(text, clause, number)
            if opened is not None:
                if current is not None:
                    yield current
                current = opened
        elif role == "actual":
            if current is not None:
                yield current
            if pending is not None and _ACTUAL_SAID.match(re.sub(r"\s+", "", left)):
                current = _with_target(text, pending, number)
            else:
                current = _named(text, clause, number, right, current)
            pending = None
        before = number.span.end
    if current is None and pending is not None:
        current = pending
    if current is not None:
        yield current


def _role(text: str, number: _Number, left: str, right: str, since: str, open_record: bool, more: bool) -> str:
    """What the number says: actual, target, completion_rate, change; attribute (part of a name); or skip."""
    quantity = number.quantity
    tight = re.sub(r"\s+", "", left)
    if (
        quantity.dimension == "none"
        or quantity.unit == "分"
        or _BRACKETED.search(text[max(0, number.span.start - 40) : number.span.start])
    ):
        return "skip"
    percent = quantity.dimension in ("percent", "permille", "percentage_point", "multiple")
    if _quoted(text, number.span.start):
        return "skip"
    joined = bool(right.strip()) and not CLAUSE_END.match(right)
    if quantity.text.endswith(("以上", "以下", "以内")) and joined and more and not CLAUSE_END.search(right):
        return "attribute"
    if _NO_RESULT.search(tight) and not percent:
        return "skip"
    if _PLANNED.search(tight) or _SCORE.search(tight[-12:]) or _STAFF.search(tight[-14:]):
        return "skip"
    if quantity.dimension == "time" and not _TIME_MATTERS.search(tight):
        return "skip"
    change = _CHANGE.search(tight)
    if change and (percent or open_record or _COMPARED.search(tight)):
        own = len(strip_lead(tight[: change.start()])) >= 4
        return "change_of_own" if own else "change"
    if _STATED_TARGET.search(tight) and (open_record or more):
        return "target"
    if open_record and _TARGET_AFTER.match(right) and _COMPARED_TO.search(tight + quantity.text):
        return "target"
    if percent and open_record and (_COMPLETION.search(tight) or _OF_TARGET.search(re.sub(r"\s+", "", since))):
        return "completion_rate"
    if percent and _BUDGET_RATE.search(tight):
        return "skip"
    if _TARGET_BEFORE.search(tight) and not percent and (open_record or more):
        own = len(_PLAN_FILLER.sub("", strip_lead(tight))) >= 4
        return "actual" if own and open_record else "target"
    if _TARGET_AFTER.match(right.strip()) and open_record:
        return "target"
    if re.search(r"(?:由|从)(?:原来的|之前的)?$", tight) and more:
        return "earlier"
    if _EARLIER.search(tight) or (_SHARE.match(strip_lead(tight)) and open_record):
        return "skip"
    if quantity.dimension == "money:CNY" and _FUNDING.search(tight + right.strip()[:6]):
        return "skip"
    return "actual"


def _quoted(text: str, place: int) -> bool:
    """True inside quotation marks: what stands there is a name or a slogan, no result."""
    opened = text.rfind("“", max(0, place - 60), place)
    return opened >= 0 and "”" not in text[opened:place] and "”" in text[place : place + 60]


def _clause_start(text: str, before: int, start: int) -> int:
    """Where the words that belong to a number begin: after the last separator, or after the number before it."""
    place = before
    for match in CLAUSE_END.finditer(text, before, start):
        place = match.end()
    mark = text.rfind("、", place, start)
    return (
        mark + 1
        if mark >= 0 and place == before and before > 0 and text[before - 1 : before] not in "。；\n"
        else place
    )


def _clause_end(text: str, start: int, following: int) -> int:
    match = CLAUSE_END.search(text, start, following)
    return match.start() if match else following


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
    match = re.search(
        r"的?(?:年度|全年|年初)?(?:绩效)?(?:目标|计划|指标)(?:值|任务|数)?$",
        text[opened.name.span.start : opened.name.span.end],
    )
    if match is None or match.start() < 2:
        return opened
    return _Open(piece(text, Span(opened.name.span.start, opened.name.span.start + match.start())), opened.actual)


def _lead_in(text: str, clause: int, actual: Piece) -> _Open | None:
    """The name from the short sentence before (``四是外资到位。实际到位…``)."""
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
    return _Open(pending.name, _value(text, number), extra)


def _value(text: str, number: _Number) -> Piece:
    """The number with its unit, comparator and hedge, without the verb 达到 before it."""
    whole = piece(text, number.span)
    match = _REACHED.match(whole.text)
    if match is None:
        return whole
    raw = _REACHED.match(text, whole.span.start, whole.span.end)
    start = raw.end() if raw else whole.span.start
    return piece(text, Span(start, whole.span.end))


def _extra(text: str, role: str, clause: int, number: _Number) -> Piece:
    if role == "target":
        return _bare_target(text, number)
    if role != "change":
        return _value(text, number)
    return _change(text, clause, number)


def _bare_target(text: str, number: _Number) -> Piece:
    """The target without the verb that compares the result with it (``超过95%的年度目标`` sets 95%)."""
    whole = _value(text, number)
    match = re.match(r"(?:超过|高于|低于|超出|突破)\s*", text[whole.span.start : whole.span.end])
    return piece(text, Span(whole.span.start + match.end(), whole.span.end)) if match else whole


def _change(text: str, clause: int, number: _Number) -> Piece:
    match = _CHANGE.search(text[clause : number.span.start])
    start = clause + match.start() if match else number.span.start
    return piece(text, Span(start, number.span.end))


def _change_only(text: str, clause: int, number: _Number) -> _Open | None:
    """A measure of which only the change is stated (``粮食产量增长5%``)."""
    change = _change(text, clause, number)
    start = clause + len(text[clause : change.span.start]) - len(strip_lead(text[clause : change.span.start]))
    words = strip_tail(text[start : change.span.start])
    if len(words.strip()) < 2 or _FUNDING.search(words):
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
