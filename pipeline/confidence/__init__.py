"""How sure we are of each field, as a number in [0, 1] with the signals that made it, and the reasons to flag it.

The number is the chance that the field is right, fitted on labels (``extract eval calibrate``). A value that the text
does not have, or whose evidence says something else, is never more than unlikely, whatever the labels taught.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.confidence.model import ConfidenceModel, default_model, doubts_in, read_model
from pipeline.confidence.recognition import UNSURE
from pipeline.confidence.signals import CONTRADICTED, WORDS, second_word, signals_of
from pipeline.confidence.surroundings import Surroundings, company_of
from pipeline.settings import DEFAULT_THRESHOLD
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord, ScoredField, Status
from schemas.text import Document

__all__ = ["STATUS_FLAGS", "ConfidenceModel", "Trust", "confidence_in", "default_model", "read_model", "score_fields"]

STATUS_FLAGS = {
    Status.AMBIGUOUS: "原文中有多处相同内容，无法确定出处",
    Status.NUMBER_MISMATCH: "原文相应位置的数字与此不符",
    Status.ABSENT: "原文中找不到此内容",
}
"""Why a value that the text does not vouch for is flagged."""
_MOST_IF_DOUBTED = 0.3
_MOST_DOUBTS = 3


class Trust(NamedTuple):
    """What makes the confidence, and below which a field is flagged; ``model`` is ``None`` for the project's own."""

    threshold: float = DEFAULT_THRESHOLD
    model: ConfidenceModel | None = None


_DEFAULT = Trust()


def score_fields(
    document: Document,
    records: Sequence[GroundedRecord],
    findings: Sequence[Finding],
    trust: Trust = _DEFAULT,
) -> tuple[ScoredField, ...]:
    """The confidence in every field of every record, in order, with flags where it is low or a check failed."""
    around = Surroundings(document, records, findings)
    model = trust.model or default_model()
    return tuple(score for record in records for score in _score_record(around, record, model, trust.threshold))


def confidence_in(signals: Mapping[str, float], model: ConfidenceModel) -> float:
    """The chance that a field with these signals is right; where the evidence speaks against the value, at most that
    of a doubt, which no fit on labels may outweigh.
    """
    chance = model.probability(signals)
    return min(chance, _MOST_IF_DOUBTED) if any(name in signals for name in CONTRADICTED) else chance


def _score_record(
    around: Surroundings, record: GroundedRecord, model: ConfidenceModel, threshold: float
) -> Iterator[ScoredField]:
    company = dict(company_of(around, record))
    for field in record.fields:
        ref = FieldRef(record.index, field.name)
        findings = around.doubts.get(ref, ())
        signals = signals_of(around, record, field, company)
        flags = list(_reasons(record, field, findings, supported=record.index not in around.unsupported))
        flags += _unsure_words(around, field)
        confidence = confidence_in(signals, model)
        if confidence < threshold and not flags:
            doubts = [WORDS[name] for name in doubts_in(signals, model) if name in WORDS]
            flags.append(_low(confidence, threshold, doubts))
        if flags:  # where the report contradicts itself, its values may well be read right: that alone is no doubt
            flags += [finding.detail for finding in findings if finding.about_report]
        yield ScoredField(ref, round(confidence, 4), signals, tuple(flags))


def _low(confidence: float, threshold: float, doubts: Sequence[str]) -> str:
    why = "、".join(dict.fromkeys(doubts[:_MOST_DOUBTS])) or "与此相似的读法错得较多"
    return f"可信度{confidence:.0%}，低于{threshold:.0%}：{why}"


def _unsure_words(around: Surroundings, field: GroundedField) -> Iterator[str]:
    """That the recognition was not sure of what the value is read from, whatever else speaks for it."""
    least = around.recognition.least_sure(field.span)
    if least is not None and least.confidence < UNSURE:
        word = around.document.quote(least.span)
        yield f"扫描件识别对“{word}”没有把握（{least.confidence:.0%}），请对照原件"


def _reasons(
    record: GroundedRecord, field: GroundedField, findings: Iterable[Finding], *, supported: bool
) -> Iterator[str]:
    """Why a field is flagged whatever its confidence."""
    if not field.status.vouched:
        yield STATUS_FLAGS[field.status]
    yield from (finding.detail for finding in findings if not finding.about_report)
    word = second_word(record, field)
    if not supported:
        if field.status.vouched:
            yield "这一条没有可以核对的出处"
    elif word == "unconfirmed":
        yield "只有一种读法读出这一条，负责这段原文的读法没有读出，请核对"
    elif word == "disagreed":
        yield f"两种读法不同，另一种读作“{field.other}”"
