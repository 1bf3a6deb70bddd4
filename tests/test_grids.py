"""Text for a terminal: widths of Chinese, wrapping, and nothing that the terminal would act upon."""

from __future__ import annotations

import pytest

from pipeline.grids import printable, shorten, text_table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a\ufffd[31mred"),
        ("右\u202e左", "右\ufffd左"),
        ("一\n\t 二\u3000三", "一 二 三"),
        ("\x00", "\ufffd"),
        ("执行率 95.59%", "执行率 95.59%"),
    ],
)
def test_text_is_made_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("中文四字", 8, "中文四字"), ("中文五个字", 8, "中文五…"), ("abcdef", 4, "abc…"), ("", 4, "")],
)
def test_text_is_cut_by_columns(text: str, columns: int, shown: str) -> None:
    assert shorten(text, columns) == shown


def test_columns_line_up_and_empty_ones_are_left_out() -> None:
    lines = text_table(("项目", "空", "n"), [("基本支出", "", "1"), ("ab", "", "22")], 40)
    assert lines == ["项目      n ", "────────  ──", "基本支出  1 ", "ab        22"]


def test_a_table_too_wide_is_wrapped_without_losing_a_character() -> None:
    text = "很长的指标名称" * 10
    lines = text_table(("名称", "值"), [(text, "10")], 40)
    assert all(sum(2 if ord(char) > 0x2E80 else 1 for char in line) <= 40 for line in lines)
    assert "".join(line.split("  ")[0].strip() for line in lines[2:]) == text
    assert lines[2].endswith("10    ") or lines[2].endswith("10")


@pytest.mark.parametrize("rows", [[], [("", "")]])
def test_a_table_without_any_value_has_no_lines(rows: list[tuple[str, str]]) -> None:
    assert text_table(("甲", "乙"), rows, 80) == []
