"""Sentences and clauses around a number."""

from __future__ import annotations

import pytest

from pipeline.prose.phrases import clause_end, clause_start, last_clause, sentence_at, wrapped_sentence_at
from schemas.text import Span

NUMBER = "96%"


def around(text: str) -> Span:
    start = text.index(NUMBER)
    return Span(start, start + len(NUMBER))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("96%", "96%"),
        ("上一句。满意度96%，群众认可。下一句。", "满意度96%，群众认可"),
        ("上一句！满意度96%；群众认可？", "满意度96%；群众认可"),
        ("标题\n满意度96%\n下一行", "满意度96%"),
        ("\t满意度\n\t96%\n\t10", "96%"),
        ("上一句。96%。", "96%"),
    ],
    ids=["alone", "full stops", "other stops", "lines", "cells", "right behind a stop"],
)
def test_sentence_ends_at_stops_lines_and_cells(text: str, sentence: str) -> None:
    assert text[slice(*sentence_at(text, around(text)))] == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("满意\n度96%，群众\n认可。下一句", "满意\n度96%，群众\n认可"),
        ("标题\n\n满意度96%\n \n下一段", "满意度96%"),
        ("主要有：\n满意度96%；\n其他", "满意度96%；"),
        ("（一）服务\n（二）满意度96%\n三、其他", "\n（二）满意度96%"),
        ("一、服务\n1.满意度96%\n2.其他", "\n1.满意度96%"),
        ("满意度\n3.5分，96%\n附件1", "满意度\n3.5分，96%"),
        ("\t满意度\n\t96%\n\t10", "96%\n"),
    ],
    ids=[
        "wrapped",
        "empty lines",
        "colon and semicolon",
        "chinese headings",
        "items",
        "decimal on a new line",
        "cells",
    ],
)
def test_wrapped_line_ends_no_sentence_but_a_heading_does(text: str, sentence: str) -> None:
    assert text[slice(*wrapped_sentence_at(text, around(text)))].strip("\n") == sentence.strip("\n")


def test_a_sentence_begins_no_farther_than_it_is_looked_for() -> None:
    text = "无" * 1000 + NUMBER
    assert sentence_at(text, around(text)) == Span(600, 1003)


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        ("", ""),
        ("满意度", "满意度"),
        ("投诉减少，满意度", "满意度"),
        ("投诉减少；满意度", "满意度"),
        ("支出1,250.60万元满意度", "支出1,250.60万元满意度"),
        ("比上年：满意度", "满意度"),
        ("满意度，", ""),
    ],
    ids=["empty", "one", "comma", "semicolon", "comma of a number", "colon", "nothing behind"],
)
def test_last_clause(words: str, clause: str) -> None:
    assert last_clause(words) == clause


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("12期、满意度", "满意度"),
        ("12期，投诉减少，满意度", "满意度"),
        ("12期。甲、乙满意度", "甲、乙满意度"),
    ],
    ids=["list behind a number", "comma", "list behind a stop"],
)
def test_words_of_a_number_begin_behind_the_number_before_it(text: str, clause: str) -> None:
    before = text.index("期") + 1 if "。" not in text else text.index("。") + 1
    assert text[clause_start(text, before, len(text)) :] == clause


def test_words_of_a_number_end_at_the_next_stop_or_number() -> None:
    text = "96%的群众认可，比上年"
    assert text[3 : clause_end(text, 3, len(text))] == "的群众认可"
    assert text[3 : clause_end(text, 3, 5)] == "的群"
