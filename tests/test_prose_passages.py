"""Wrapped lines joined, real ends kept, and every character with its place."""

from __future__ import annotations

import pytest

from pipeline.prose.passages import read_passages
from schemas.text import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("支出67,\n215.30万元", "支出67,215.30万元"),
        ("支出 12 万元 。", "支出12万元。"),
        ("（一）支出情况\n\n全年支出", "（一）支出情况\n全年支出"),
        ("完成任务。\n下一步", "完成任务。\n下一步"),
        ("其中：\n（1）修桥；\n（2）铺路", "其中：\n（1）修桥；\n（2）铺路"),
        ("全年支出\n二、绩效情况", "全年支出\n二、绩效情况"),
        ("支出\t12", "支出\n12"),
    ],
)
def test_lines_are_joined_where_they_were_wrapped(text: str, expected: str) -> None:
    (passage,) = read_passages(text, [])
    assert passage.text == expected
    assert len(passage.places) == len(expected)
    assert all(text[place] == char for char, place in zip(passage.text, passage.places, strict=True) if char != "\n")


def test_tables_are_no_prose() -> None:
    text = "甲乙丙丁"
    passages = list(read_passages(text, [Span(1, 2), Span(2, 3)]))
    assert [(p.text, p.span(0, 1)) for p in passages] == [("甲", Span(0, 1)), ("丁", Span(3, 4))]
    assert list(read_passages(text, [Span(0, 4)])) == []
