"""What departed from the plan and why, in one breath (…未达目标，主要原因是…): deviations outside the problem lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.engines.rules.claims import candidate, claim, cut_long, piece, quote_of
from pipeline.prose.phrases import split_sentences
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span

_CAUSE = re.compile(
    r"[，,。；;]?\s*(?:其|未完成的?|未达标的?|未达到的?|未达成的?|偏差的?|差异的?|偏离的?|结余的?)?的?(?:主要)?原因(?:主要)?(?:是|为|在于|系|[:：])(?:因为?|由于)?[:：]?\s*|"
    r"(?<=[下降减少足后成低高慢迟])系(?![统列数])|[，,；;]\s*(?:主要是|主要系|主要因为?|主要由于|系因|系|是由于|是因为|原因是)(?:因为?|由于)?\s*"
)
_BUDGET = re.compile(r"预算|支出|执行(?:率|数)?|决算|经费|资金|三公|结余|结转")
_FROM_PLAN = re.compile(
    r"预算[^，。；]{0,12}(?:调[增减]|减少|增加|偏离|偏差|差异|追加)|(?:高于|低于|小于|大于|超过?|超出|少于|多于|比)[^，。；]{0,10}(?:预算|计划|预期|目标)|"
    r"未(?:能)?(?:纳入|完成|达到|达|执行|使用|支付|实现)|超(?:支|预算)|结余|结转|偏(?:低|高|差|离|慢)|较(?:年初|预算|目标|计划|序时)|滞后|缓慢|不足|调[增减]|"
    r"仅(?:完成|为|占)|只完成|[小低高大少多]于[^，。；]{0,10}(?:数|值|率|预算|目标)|执行率[^，。；]{0,6}低"
)
_INDICATOR_END = re.compile(
    r"(?:数量|指标)?(?:仅|只|为|达|实际|未(?:能)?|低于|高于|超过|超出|不及|较(?:年初|目标|计划|预期)|没有|[约近]?\d|：|:|[，,])"
)
_REMEDY_SENTENCE = re.compile(r"\s*(?:下一步[^。；\n]{0,8}?[:：]|(?:改进|整改)措施\s*[:：])\s*")
_MEASURED = re.compile(r"(?<!执行)(?<!支出)率|面积|数量|人数|[户人家次个件处座台期场亩]")
_WHOLE_CLAUSE = re.compile(
    r"(?!比|较|低于|高于|超|未|同比|完成|仅|实际)[^\d，]{2,12}(?:小于|大于|低于|高于|未达|未完成|调[增减])"
)
_GAP = re.compile(r"未|偏差|差异|偏离|结余")
_NOT_SAID = re.compile(r"见附|详见|如下")


class Departure(NamedTuple):
    """What departed, why, and the remedy said right after it."""

    what: Span
    why: Span
    remedy: Span | None


def read_causes(text: str, span: Span, evaluation: str) -> Iterator[Candidate]:
    """A deviation for each departure from the plan whose cause the passage states."""
    for departure in find_departures(text, span):
        what = text[departure.what.start : departure.what.end]
        kind = "budget" if _BUDGET.search(what) and not _MEASURED.search(what) else "indicator"
        yield departure_record(text, departure, kind, evaluation)


def departure_record(text: str, departure: Departure, kind: str, evaluation: str) -> Candidate:
    """The departure as a record; an indicator's name is what stands before its figures or its verb."""
    fields: dict[str, Claim] = {"description": claim(cut_long(text, departure.what))}
    if kind == "indicator":
        words = text[departure.what.start : departure.what.end]
        end = _INDICATOR_END.search(words, 2)
        name = piece(text, Span(departure.what.start, departure.what.start + (end.start() if end else len(words))))
        fields["indicator"] = claim(name)
    fields["reason"] = claim(cut_long(text, departure.why))
    spans = [departure.what, departure.why]
    if departure.remedy is not None:
        fields["remedy"] = claim(cut_long(text, departure.remedy))
        spans.append(departure.remedy)
    references = {"evaluation": evaluation, "kind": kind}
    return candidate(RecordKind.DEVIATION, references, fields, quote_of(text, spans), "causes.sentence")


def find_departures(text: str, span: Span) -> Iterator[Departure]:
    """Every departure from the plan in a passage that is followed by its cause."""
    sentences = list(split_sentences(text, span))
    for place, sentence in enumerate(sentences):
        match = _CAUSE.search(text, sentence.start, sentence.end)
        if match is None:
            continue
        what = Span(sentence.start, match.start())
        if len(text[what.start : what.end].strip()) < 3 and place:
            what = piece(text, sentences[place - 1]).span
            what = Span(what.start, what.end - 1 if text[what.end - 1] in "。；;" else what.end)
        why = piece(text, Span(match.end(), sentence.end)).span
        why = Span(why.start, why.end - 1 if text[why.start : why.end].endswith(("；", ";")) else why.end)
        words = text[what.start : what.end]
        if (
            not (_FROM_PLAN.search(words) or _GAP.search(match[0]))
            or why.end - why.start < 4
            or _NOT_SAID.search(text[why.start : why.end])
        ):
            continue
        start = what.start + len(words) - len(_strip_label(words))
        comma = max(words.rfind("，"), words.rfind(","))
        if comma > 0 and _WHOLE_CLAUSE.match(words, comma + 1):
            start = what.start + comma + 1
        yield Departure(piece(text, Span(start, what.end)).span, why, _remedy_after(text, sentences, place))


def _strip_label(words: str) -> str:
    return (
        re.sub(r"^(?:\s|[（(]?\d{1,2}[)）、.．](?!\d)|其中|[，,])+", "", words)
        if words[:1] in "（( 0123456789\n\t，,"
        else words
    )


def _remedy_after(text: str, sentences: list[Span], place: int) -> Span | None:
    if place + 1 >= len(sentences):
        return None
    following = sentences[place + 1]
    match = _REMEDY_SENTENCE.match(text, following.start, following.end)
    return piece(text, Span(match.end(), following.end)).span if match else None
