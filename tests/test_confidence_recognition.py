"""Values over recognized words: what of the recognition tells on them, and in which words."""

from __future__ import annotations

import pytest

from pipeline.confidence import Trust, default_model, score_fields
from pipeline.confidence.model import ConfidenceModel
from pipeline.confidence.recognition import UNSURE, Recognition
from schemas.records import RecordKind
from schemas.stages import GroundedField, GroundedRecord, ScoredField, Status
from schemas.text import Document, RecognizedWord, Source, Span

TEXT = "新建口袋公园7个，栽植行道树1800株。"
SURE = ConfidenceModel(9.0, {}, {}, "")


def document(**confidences: float) -> Document:
    """The text as recognized, one word for each digit run or other character, with the confidences of some."""
    spans = [Span(place, place + 1) for place in range(len(TEXT)) if not TEXT[place].isdigit()]
    spans += [Span(TEXT.index(number), TEXT.index(number) + len(number)) for number in ("7", "1800")]
    words = [RecognizedWord(span, confidences.get(TEXT[slice(*span)], 0.99)) for span in sorted(spans)]
    return Document(Source("甲", "甲.png", "0" * 64, "scan"), TEXT, recognized=tuple(words))


def score(read: Document, value: str, model: ConfidenceModel = SURE, status: Status = Status.EXACT) -> ScoredField:
    start = TEXT.index(value)
    span = Span(start, start + len(value)) if status.vouched else None
    quote = GroundedField("quote", TEXT, Status.EXACT, Span(0, len(TEXT)))
    fields = (GroundedField("actual", value, status, span),)
    record = GroundedRecord(0, RecordKind.INDICATOR, {}, fields, quote, "rules", "indicators.row")
    (scored,) = score_fields(read, [record], [], Trust(model=model))
    return scored


def doubts(read: Document, value: str) -> list[str]:
    return [flag for flag in score(read, value).flags if "识别" in flag]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (Document(Source("甲", "甲.txt", "0" * 64, "text"), TEXT), "1800株"),
        (document(), "1800株"),
        (document(**{"1800": UNSURE}), "1800株"),
        (document(**{"7": 0.2, "，": 0.2, "栽": 0.2}), "1800株"),  # beside the value
        (document(**{"，": 0.2}), "7个，栽植"),  # a comma is no word
    ],
)
def test_values_that_the_recognition_was_sure_of(read: Document, value: str) -> None:
    assert doubts(read, value) == []


@pytest.mark.parametrize(
    ("read", "value", "word"),
    [
        (document(**{"1800": UNSURE - 0.01}), "1800株", "1800"),
        (document(**{"1800": 0.4, "株": 0.3}), "1800株", "株"),
        (document(**{"1800": 0.4}), "800", "1800"),  # a part of a word
    ],
)
def test_a_doubt_names_the_least_sure_word_with_its_confidence(read: Document, value: str, word: str) -> None:
    (told,) = doubts(read, value)
    assert f"“{word}”" in told
    assert "%" in told


def test_every_value_of_a_scan_has_the_signal_and_no_other_has() -> None:
    assert score(document(**{"7": 0.9}), "7个").signals["ocr_doubt"] == pytest.approx(0.1)
    assert score(document(), "7个").signals["ocr"] == 1.0
    assert "ocr" not in score(Document(Source("甲", "甲.txt", "0" * 64, "text"), TEXT), "7个").signals
    assert "ocr" not in score(document(), "7个", status=Status.ABSENT).signals


def test_the_less_sure_the_recognition_the_lower_the_confidence() -> None:
    sure, fair, poor = (score(document(**{"7": c}), "7个", default_model()).confidence for c in (1.0, 0.8, 0.4))
    typed = score(Document(Source("甲", "甲.txt", "0" * 64, "text"), TEXT), "7个", default_model()).confidence
    assert typed > sure > fair > poor


def test_words_under_a_span() -> None:
    words = Recognition(TEXT, document().recognized)
    assert [TEXT[slice(*word.span)] for word in words.under(Span(5, 8))] == ["园", "7", "个"]
    assert list(words.under(Span(len(TEXT), len(TEXT) + 3))) == []
    assert words.least_sure(None) is None
    assert Recognition(TEXT, ()).least_sure(Span(0, 5)) is None
