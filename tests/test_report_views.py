"""Side by side: the pieces are the text, evidence is found, and records that are the same are one."""

from __future__ import annotations

import pytest

from eval.matching import fold_text
from eval.report.views import Judgements, ReportView, cut_pieces, place_in, view_report
from pipeline.store import EvalJudgement
from schemas.records import Indicator, Labels
from schemas.text import Span

TEXT = "水渠长度 12公里，\n水库　２座。"


def judgement(
    field: str, outcome: str, gold: str | None, predicted: str | None, records: tuple[int | None, int | None]
) -> EvalJudgement:
    quote = "水渠长度 12公里"
    return EvalJudgement(1, "a", "indicator", "narrative", field, outcome, gold, predicted, quote, *records, None)


def labels(*names: str) -> Labels:
    return Labels(
        report="a",
        indicators=tuple(Indicator(evaluation="d", origin="narrative", name=n, quote="水库 2座") for n in names),
    )


def view(*runs: tuple[Judgements, Labels]) -> ReportView:
    return view_report("a", TEXT, runs)


RIGHT = judgement("name", "right", "水渠长度", "水渠长度", (0, 0))
WRONG = judgement("name", "wrong", "水渠长度", "水库", (0, 0))
OTHER = judgement("name", "wrong", "水渠长度", "鱼塘", (0, 0))
EXTRA = judgement("name", "invented", None, "水库", (None, 0))


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(Span(0, 4), 1)],
        [(Span(0, 8), 1), (Span(2, 5), 2), (Span(5, 8), 3)],
        [(Span(0, len(TEXT)), 1), (Span(0, len(TEXT)), 2)],
        [(Span(3, 3), 1)],
    ],
)
def test_the_pieces_are_the_whole_text(spans: list[tuple[Span, int]]) -> None:
    pieces = cut_pieces(TEXT, spans)
    assert "".join(piece.text for piece in pieces) == TEXT
    for span, number in spans:
        own = "".join(piece.text for piece in pieces if f" {number} " in piece.records)
        assert own == TEXT[span.start : span.end]


def test_a_text_without_characters_has_no_pieces() -> None:
    assert cut_pieces("", []) == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("鱼塘", None),
        ("", None),
        (" ", Span(4, 5)),
        ("水渠长度 12公里", Span(0, 9)),
        ("水渠长度12公里", Span(0, 9)),
        ("水库2座", Span(11, 16)),
        ("12公里,水库", Span(5, 13)),
    ],
)
def test_evidence_is_found_whatever_its_white_space_and_width(words: str, found: Span | None) -> None:
    assert place_in(fold_text(TEXT), words) == found


def test_right_in_both_is_no_difference() -> None:
    (record,) = view(([RIGHT], labels("水渠长度")), ([RIGHT], labels("水渠长度"))).records
    assert not record.differs
    assert not record.wrong
    assert not record.extra


def test_wrong_in_both_differs_only_with_another_value() -> None:
    (same,) = view(([WRONG], labels("水库")), ([WRONG], labels("水库"))).records
    (other,) = view(([WRONG], labels("水库")), ([OTHER], labels("鱼塘"))).records
    assert (same.differs, other.differs) == (False, True)
    assert same.wrong


def test_a_record_that_both_made_up_alike_is_one_and_a_second_copy_is_another() -> None:
    twice = [EXTRA, EXTRA._replace(predicted_record=1)]
    found = view(([EXTRA], labels("水库")), (twice, labels("水库", "水库")))
    assert [(record.extra, record.differs) for record in found.records] == [(True, False), (True, True)]
    assert [field.told[0].state for record in found.records for field in record.fields] == ["invented", ""]
    assert found.failing == 2
    assert found.differing == 1


def test_the_places_of_all_quotes_are_evidence() -> None:
    found = view(([WRONG], labels("水库")))
    marked = "".join(piece.text for piece in found.pieces if piece.records)
    assert marked == "水渠长度 12公里" + "水库　２座"  # gold's quote, and the one predicted
    assert found.records[0].name == "水渠长度"


def test_what_nobody_placed_is_told() -> None:
    lost = RIGHT._replace(quote="不在文中")
    one = Indicator(evaluation="d", origin="narrative", name="水渠长度", quote="不在文中")
    (record,) = view(([lost], Labels(report="a", indicators=(one,)))).records
    assert not record.placed
