"""What is known of each field that tells how likely it is right: named numbers, which stand beside the confidence.

Most are 1 where something is the case and left out where it is not, so that a reviewer reads only what speaks for or
against a value; the few that grade are in [0, 1].
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.confidence.surroundings import Surroundings
from pipeline.folding import fold
from pipeline.prose.columns import told_column
from pipeline.prose.numbers import spoken_in, told_fields
from pipeline.prose.phrases import sentence_at
from pipeline.quantities import parse_quantity, same_quantity
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import FieldRef, GroundedField, GroundedRecord, Status
from schemas.text import Span

CONTRADICTED = (
    *("check_failed", "unsupported", "unconfirmed"),
    *(f"grounding={Status.NUMBER_MISMATCH.value}:{kind.value}" for kind in FieldType),
    *(f"grounding={status.value}:{FieldType.NUMBER.value}" for status in (Status.AMBIGUOUS, Status.ABSENT)),
)
"""The signals that say that the evidence, or the reader in charge of the passage, speaks against a value."""
WORDS = {
    "repeated:prose": "同样的金额或数另有一条记录",
    "repeated:form": "同样的金额或数另有一条记录",
    "name_repeated:prose": "同名的另有一条记录",
    "claimed_twice": "同一个数被两条记录取用",
    "name_elsewhere": "名称不在引文之内",
    "no_name": "名称不像一项指标或资金",
    "money_name": "名称像是资金而不是成效",
    "money_result": "数额像是资金而不是成效",
    "named_like_project": "名称与项目或资金相同",
    "name_behind": "名称取自数的后面",
    "told_nothing": "句中没有词语说明这个数是什么",
    "told_unsure": "句中词语可作两种解释",
    "told_otherwise": "句中词语另有所指",
    "numbers_around": "一句里有许多数",
    "neighbour_doubted": "同一条的其他值有疑点",
    "alone": "另一种读法没有读出",
    "disagreed": "两种读法不同",
    "composed_name": "名称由句中的词拼成",
    "odd_shape": "值的样子不像这一栏的",
    "short_value": "值过短",
    "long_value": "值过长",
    "remedy_inside": "原因里似乎混有措施",
    "model_doubt": "模型自己拿不准",
    "sent_back": "模型的回答退回过一次",
    "ocr": "由扫描件识别而来",
    "ocr_doubt": "识别时对其中的字没有把握",
}
"""What a signal says, for reviewers; signals that speak of no one field in particular have no words."""
_NUMERIC_ONLY = frozenset(
    {
        *("weight", "score", "total_score", "rate", "completion_rate"),
        *("prior_executed", "initial_budget", "annual_budget", "executed", "authorized_staff", "actual_staff"),
    }
)
_LISTED = {
    "unit": re.compile(r"[十百千万亿]*([美欧日港]?元|[百千万亿])"),
    "grade": re.compile(r"[“”\"]?(优秀?|良好?|中等?|较?差|(基本|不)?合格|达标|[一二三ABCD][级等]?|[ABCD])[“”\"]?"),
}
"""What units of money and grades look like."""
_CAUSES = frozenset({"reason", "description", "deviation_reason"})
_REMEDY = re.compile(r"[；。，](?:下一?步|今后|将|拟|已|目前已|计划|我[局委办校院镇县区])|改进措施|整改措施")
_SHORTEST_NAME, _LONGEST_NAME, _SHORTEST_TEXT = 2, 24, 4  # characters
_MANY_NUMBERS = 8


def signals_of(
    around: Surroundings, record: GroundedRecord, field: GroundedField, company: Mapping[str, float]
) -> Mapping[str, float]:
    """The signals of one field, by name; ``company`` are those of its record as a whole (``company_of``)."""
    return {
        **dict(_origin(record, field)),
        **dict(_grounding(around, record, field)),
        **dict(_place(around, record, field)),
        **company,
        **dict(_readers(record, field)),
        **dict(_recognition(around, field)),
        **dict(_shape(record, field)),
    }


def second_word(record: GroundedRecord, field: GroundedField) -> str:
    """What a second reader of the same passage made of a field: ``agreed``, ``disagreed``, ``alone`` where it read the
    record without the field, ``unconfirmed`` where it saw no such record; "" where there was none.
    """
    if record.confirmed is False:
        return "unconfirmed"
    if field.other is None:
        return ""
    if not field.other:
        return "alone"
    return "agreed" if _alike(record, field) else "disagreed"


def _origin(record: GroundedRecord, field: GroundedField) -> Iterator[tuple[str, float]]:
    origin = record.references.get("origin", "")
    yield f"rule={record.rule}", 1.0
    yield f"field={record.kind.value}{'.' + origin if origin else ''}.{field.name}", 1.0


def _grounding(around: Surroundings, record: GroundedRecord, field: GroundedField) -> Iterator[tuple[str, float]]:
    if not field.status.vouched:
        kind = field_types(record.kind).get(field.name, FieldType.NAME)
        composed = kind is FieldType.NAME and _is_composed(around.document.text, record, field)
        yield ("composed_name" if composed else f"grounding={field.status.value}:{kind.value}"), 1.0
    if record.index in around.unsupported:
        yield "unsupported", 1.0
    doubts = around.doubts.get(FieldRef(record.index, field.name), ())
    if any(not finding.about_report for finding in doubts):
        yield "check_failed", 1.0
    elif record.index in around.doubted:
        yield "neighbour_doubted", 1.0
    if any(finding.about_report for finding in doubts):
        yield "report_contradicts", 1.0


def _is_composed(text: str, record: GroundedRecord, field: GroundedField) -> bool:
    """True for a name whose characters stand in the sentence in that order, with others between them."""
    if record.quote.span is None:
        return False
    passage = iter(fold(text[slice(*sentence_at(text, record.quote.span))]))
    return all(char in passage for char in fold(field.value))


def _place(around: Surroundings, record: GroundedRecord, field: GroundedField) -> Iterator[tuple[str, float]]:
    """Whether column and row, or the words around it, say that the value is the field's."""
    if field.span is None:
        return
    text = around.document.text
    stands = around.standings.at_number(text, field.span)
    number = field_types(record.kind).get(field.name) is FieldType.NUMBER
    if stands is not None:
        yield "in_form", 1.0
        if number and stands.code == field.name:
            yield "own_column", 1.0
        return
    if number:
        if around.claimed[field.span.start] > 1:
            yield "claimed_twice", 1.0
        yield from _told(text, record, field, field.span)
    if record.quote.span is not None and record.kind in (RecordKind.INDICATOR, RecordKind.FUNDING):
        sentence = sentence_at(text, Span(record.quote.span.start, record.quote.span.start + 1))
        yield "numbers_around", min(len(spoken_in(text, sentence)), _MANY_NUMBERS) / _MANY_NUMBERS
    if record.kind is RecordKind.INDICATOR and field.name == "name":
        actual = record.get("actual")
        if actual is not None and actual.span is not None and actual.span.start < field.span.start:
            yield "name_behind", 1.0


def _told(text: str, record: GroundedRecord, field: GroundedField, span: Span) -> Iterator[tuple[str, float]]:
    if record.kind is RecordKind.INDICATOR:
        told = told_fields(text, span)
        if told:
            yield ("told" if told == {field.name} else "told_unsure" if field.name in told else "told_otherwise"), 1.0
        else:
            yield "told_nothing", 1.0
    elif record.kind is RecordKind.FUNDING:
        column = told_column(text, span, sentence_at(text, span), None)
        if column:
            yield ("told" if column == field.name else "told_otherwise"), 1.0
        else:
            yield "told_nothing", 1.0


def _readers(record: GroundedRecord, field: GroundedField) -> Iterator[tuple[str, float]]:
    if record.sent_back:
        yield "sent_back", 1.0
    if field.doubt is not None:
        yield "model_doubt", round(field.doubt, 4)
    word = second_word(record, field)
    if word:
        yield word, 1.0
        yield f"{word}:{field_types(record.kind).get(field.name, FieldType.NAME).value}", 1.0


def _recognition(around: Surroundings, field: GroundedField) -> Iterator[tuple[str, float]]:
    """That the value was read from an image, and how unsure the recognition was of its least sure word."""
    least = around.recognition.least_sure(field.span)
    if least is not None:
        yield "ocr", 1.0
        yield "ocr_doubt", round(1 - least.confidence, 4)


def _shape(record: GroundedRecord, field: GroundedField) -> Iterator[tuple[str, float]]:
    """What is unusual about the value: a score that is no number, a goal of two characters."""
    kind, length = field_types(record.kind).get(field.name), len(field.value)
    if kind is FieldType.NUMBER and field.name in _NUMERIC_ONLY and parse_quantity(field.value) is None:
        yield "odd_shape", 1.0
    elif field.name in _LISTED:
        if _LISTED[field.name].fullmatch(fold(field.value)) is None:
            yield "odd_shape", 1.0
    elif (kind is FieldType.TEXT and length < _SHORTEST_TEXT) or (kind is FieldType.NAME and length < _SHORTEST_NAME):
        yield "short_value", 1.0
    elif kind is FieldType.NAME and length > _LONGEST_NAME:
        yield "long_value", 1.0
    elif field.name in _CAUSES and _REMEDY.search(field.value):
        yield "remedy_inside", 1.0


def _alike(record: GroundedRecord, field: GroundedField) -> bool:
    """True where both readers read the same: numbers by value and unit, words where one holds the other."""
    one, other = fold(field.value), fold(field.other or "")
    if field_types(record.kind).get(field.name) is FieldType.NUMBER:
        first, second = parse_quantity(field.value), parse_quantity(field.other or "")
        return one == other or (first is not None and second is not None and same_quantity(first, second))
    return one in other or other in one
