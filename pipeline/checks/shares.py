"""Shares and rates of prose against the two numbers of their sentence that they are the quotient of (RATE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.amounts import COLUMNS, fold_words, refs_of, show, span_of
from pipeline.checks.enumerations import prose_passages
from pipeline.checks.registry import CheckedReport, check
from pipeline.prose.columns import money_column
from pipeline.prose.passages import Passage
from pipeline.prose.phrases import tight
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, GroundedRecord, Severity
from schemas.text import Span

_NUMBER = r"\d[\d,，]*(?:\.\d+)?"
_SHARE = re.compile(
    rf"(?P<part>{_NUMBER})(?P<unit>[\u4e00-\u9fff]{{1,3}})(?:，|（)(?:占比|占|(?P<name>[\u4e00-\u9fff]{{2,6}})率)(?:为|达到?|是)?"
    r"(?P<rate>\d+(?:\.\d+)?)[%％]"
)
_EXECUTED = re.compile(
    rf"(?P<part>{_NUMBER})(?P<unit>亿元|万元|元)，(?:预算)?(?P<name>执行率)(?:为|达到?|是)?(?P<rate>\d+(?:\.\d+)?)[%％]"
)
_OF_ALL = re.compile(
    r"占全[省市州县区镇乡](?P<name>[\u4e00-\u9fff]{2,8}?)(?:总额|总量|总数)?的(?P<rate>\d+(?:\.\d+)?)[%％]"
)
_AMOUNT = rf"{_NUMBER}[\u4e00-\u9fff]{{1,3}}(?=[，；])"
_BODY = re.compile(r"公司|企业|集团|合作社|厂|基地")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_CLAUSE_END = re.compile(r"[，；。、（：:\n]")
_OTHER_RATE = re.compile(r"增长|下降|完成|执行|控制|覆盖|达标|满意|到位|使用|中标")
_REACH = 200
_WORDS = 24


class _Number(NamedTuple):
    value: Decimal
    half: Decimal
    start: int
    end: int


@check("RATE", Severity.ERROR)
def wrong_shares(report: CheckedReport) -> Iterator[Finding]:
    """占比或比率与同一句中两个数之商不符。

    ``86所，其中…的81所，占比94.19%`` and ``抽检428批次，合格426批次，合格率99.53%``: part and whole in one unit. Counts
    are exact; a share that fits any number of its unit before it in the sentence is let pass.
    """
    for passage in prose_passages(report):
        for match in _SHARE.finditer(passage.text):
            wholes = tuple(_wholes(passage.text, match))
            part, rate = _number(match, "part"), _number(match, "rate")
            known = [whole for whole in wholes if whole.value >= part.value > 0]
            if known and not any(_fits(part, whole, rate) for whole in wholes):
                yield _finding(passage, match, known[-1], ())


@check("RATE", Severity.ERROR)
def wrong_execution_rates_in_prose(report: CheckedReport) -> Iterator[Finding]:
    """正文中的执行率与前文的预算数、执行数不符。

    For a rate whose budget stands in the sentence before; a record that has all three is checked by itself.
    """
    for passage in prose_passages(report):
        for match in _EXECUTED.finditer(passage.text):
            place = passage.span(*match.span("rate"))
            budgets = () if _is_recorded(report, place) else tuple(_budgets(passage.text, match, report.year))
            part, rate = _number(match, "part"), _number(match, "rate")
            if budgets and not any(_fits(part, budget, rate) for budget in budgets):
                yield _finding(passage, match, budgets[-1], _refs(report, place))


@check("CONFLICT", Severity.ERROR)
def shares_beyond_the_whole(report: CheckedReport) -> Iterator[Finding]:
    """一个主体的数已占全部，同一句又说另一主体占有份额，合计超过100%。

    ``甲公司完成出口300万元，乙公司出口额占全县进出口的42.76%`` beside 全县进出口300万元: the amount before the share is
    another body's, and the whole is the result of that name elsewhere in the report.
    """
    results = [record for record in report.of_kind(RecordKind.INDICATOR) if record.value("actual")]
    for passage in prose_passages(report):
        for share in _OF_ALL.finditer(passage.text):
            start = _sentence_start(passage.text, share.start())
            before = passage.text[start : share.start()]
            for part in re.finditer(_AMOUNT, before):
                between, words = before[part.end() :], before[max(0, part.start() - _WORDS) : part.start()]
                whole = next(
                    (r for r in results if _is_whole(r, share["name"], part[0], passage, start + part.start())), None
                )
                if whole is None or not (_BODY.search(words) and _BODY.search(between)):
                    continue
                detail = (
                    f"全部{share['name']}为{whole.value('actual')}，一个主体即达{part[0]}，另一主体又占{share['rate']}%"
                )
                evidence = (*span_of(whole), passage.span(start + part.start(), share.end()))
                yield Finding("CONFLICT", Severity.ERROR, detail, evidence, refs_of(whole, ("actual",)))


def _is_whole(record: GroundedRecord, name: str, amount: str, passage: Passage, place: int) -> bool:
    """True for a result of that name with exactly that amount which is told in another place."""
    actual = record.get("actual")
    if actual is None or actual.span is None or name not in fold_words(record.value("name")):
        return False
    return tight(actual.value) == amount and not actual.span.covers(passage.span(place, place + 1))


def _wholes(text: str, match: re.Match[str]) -> Iterator[_Number]:
    """The numbers in the part's unit before it in its sentence, those before the 其中 that leads to a bare share."""
    start = _sentence_start(text, match.start())
    clauses = [end.end() for end in _CLAUSE_END.finditer(text, start, match.start())]
    words = text[clauses[-1] if clauses else start : match.start()]
    stop = match.start()
    if match["name"] is None:
        stop = text.rfind("其中", start, match.start())
    elif match["name"] not in words or _OTHER_RATE.search(match["name"]):
        return
    if stop >= 0:
        for number in re.finditer(rf"(?P<part>{_NUMBER}){match['unit']}(?![\u4e00-\u9fff]?次)", text[start:stop]):
            yield _number(number, "part", start)


def _budgets(text: str, match: re.Match[str], year: int | None) -> Iterator[_Number]:
    """The budgets in the unit of what was spent, in the sentence before; none where its own sentence has a budget."""
    start = _sentence_start(text, match.start())
    if start <= 0 or "预算" in text[start : match.start()] or "：" in text[start : match.start()]:
        return
    begin = _sentence_start(text, start - 1)
    for number in re.finditer(rf"(?P<part>{_NUMBER}){match['unit']}", text[begin:start]):
        clause = text[begin : begin + number.start()][-_WORDS:]
        words = clause[max((end.end() for end in _CLAUSE_END.finditer(clause)), default=0) :]
        if money_column(words, year) in ("annual_budget", "initial_budget"):
            yield _number(number, "part", begin)


def _sentence_start(text: str, place: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, place - _REACH), place)]
    return ends[-1] if ends else max(0, place - _REACH)


def _number(match: re.Match[str], name: str, offset: int = 0) -> _Number:
    digits = match[name].replace(",", "").replace("，", "")
    decimals = len(digits.partition(".")[2])
    exact = not decimals and name == "part" and not match[0].endswith("元")
    half = Decimal(0) if exact else Decimal(1).scaleb(-decimals) / 2
    return _Number(Decimal(digits), half, offset + match.start(name), offset + match.end(name))


def _fits(part: _Number, whole: _Number, rate: _Number) -> bool:
    if whole.value <= whole.half:
        return True
    low = (part.value - part.half) / (whole.value + whole.half) * 100
    high = (part.value + part.half) / (whole.value - whole.half) * 100
    return low <= rate.value + rate.half and rate.value - rate.half <= high


def _is_recorded(report: CheckedReport, place: Span) -> bool:
    for record in report.of_kind(RecordKind.FUNDING):
        rate = record.get("rate")
        if rate is not None and rate.span is not None and rate.span.overlaps(place):
            return record.get("annual_budget") is not None or record.get("initial_budget") is not None
    return False


def _refs(report: CheckedReport, place: Span) -> tuple[FieldRef, ...]:
    return tuple(
        FieldRef(record.index, field.name)
        for record in report.of_kind(RecordKind.FUNDING)
        for field in record.fields
        if field.name not in COLUMNS and field.span is not None and field.span.overlaps(place)
    )


def _finding(passage: Passage, match: re.Match[str], whole: _Number, refs: tuple[FieldRef, ...]) -> Finding:
    part, unit = match["part"], match["unit"]
    written = passage.text[whole.start : whole.end]
    quotient = show(_number(match, "part").value / whole.value * 100)
    detail = f"{match['name'] or '占比'}：{part}{unit}/{written}{unit}={quotient}%，报告写{match['rate']}%"
    evidence = (passage.span(whole.start, whole.end), passage.span(match.start(), match.end()))
    return Finding("RATE", Severity.ERROR, detail, evidence, refs)
