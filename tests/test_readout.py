"""An extraction as text: nothing is left out, every doubt stands beside its value, and places are right."""

from __future__ import annotations

from dataclasses import replace

from pipeline.detail import detail_of, line_starts, place_of
from pipeline.readout import place_words, read_out
from schemas.stages import GroundedField, Status
from schemas.text import Document, Source, Span
from tests.store_samples import TEXT, sample_extraction


def test_every_value_of_every_record_is_shown() -> None:
    extraction = sample_extraction()
    shown = "".join(read_out(extraction, flagged_only=False, width=180).split())
    for record in extraction.records:
        for field in record.fields:
            assert "".join(field.value.split()) in shown, field


def test_flags_stand_beside_the_value_with_their_reasons() -> None:
    text = read_out(sample_extraction(), flagged_only=False, width=180)
    assert "8.5 ⚑" in text
    assert "⚑ 得分“8.5”未找到：absent" in text
    assert "⚑ 得分“8.5”未找到：score_rate" in text
    assert "⚑ 整条记录：unpaired" in text
    assert "10 ⚑" not in text


def test_only_flagged_records_are_shown_when_asked_and_all_findings() -> None:
    text = read_out(sample_extraction(), flagged_only=True, width=180)
    assert "果苗成活率" in text
    assert "加强预算管理" in text
    assert "预算编制不够精细" not in text
    assert "巡查次数 " not in text.partition("■ 矛盾与核对")[0]
    assert "目标≥12次，实际10次，仍得满分10" in text


def test_records_of_an_unknown_evaluation_are_shown_too() -> None:
    extraction = sample_extraction()
    stray = replace(extraction.records[5], references={"evaluation": "p9"})
    records = tuple(stray if record.index == 5 else record for record in extraction.records)
    text = read_out(replace(extraction, records=records), flagged_only=False, width=180)
    assert "■ 未知的评价对象 p9" in text
    assert "完成果园巡查" in text


def test_what_the_report_hides_in_a_value_does_not_reach_the_terminal() -> None:
    extraction = sample_extraction()
    *others, remedy = extraction.records
    field = GroundedField("statement", "加强\x1b]0;管理", Status.ABSENT, None)
    records = (*others, replace(remedy, fields=(field,)))
    assert "\x1b" not in read_out(replace(extraction, records=records), flagged_only=False, width=180)


def test_places_tell_line_page_offsets_and_words() -> None:
    document = Document(Source("甲", "甲.docx", "0" * 64, "docx"), "一\n二三四\n五", pages=(0, 2))
    lines = line_starts(document.text)
    assert lines == [0, 2, 6]
    assert place_words(document, lines, Span(3, 5)) == "第2页 第2行 [3, 5)「三四」"
    assert place_words(document, lines, Span(0, 1)) == "第1页 第1行 [0, 1)「一」"
    assert place_words(document, lines, None) == "原文中未找到"
    whole = {"start": 0, "end": 7, "line": 1, "page": 1, "text": document.text}
    assert place_of(document, lines, Span(0, 7)) == whole
    assert place_of(document, lines, None) is None


def test_details_point_at_the_characters_they_came_from() -> None:
    detail = detail_of(sample_extraction())
    assert len(detail["records"]) == 10
    for record in detail["records"]:
        for field in (record["quote"], *record["fields"].values()):
            place = field["place"]
            if place is not None:
                assert TEXT[place["start"] : place["end"]] == place["text"] == field["value"]
                assert place["line"] == TEXT.count("\n", 0, place["start"]) + 1


def test_details_of_flagged_records_only() -> None:
    assert [record["record"] for record in detail_of(sample_extraction(), flagged_only=True)["records"]] == [7, 9]
