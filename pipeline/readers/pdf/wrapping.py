"""Where a line was broken because it was full, and where because the writer meant it; and how full ones are joined."""

from __future__ import annotations

import re
import unicodedata

from pipeline.readers.pdf.lines import Line

_WORD = re.compile(r"[“‘「《〈（(【\[]*(?:[A-Za-z0-9.,%/:+\-]+|.)[，。、；：？！”’」》〉）)】\]%％…]*", re.DOTALL)
_ITEM = re.compile(r"\d{1,2}[.．、](?!\d)|[（(][一二三四五六七八九十\d]{1,2}[)）]|[①-⑳]")
_ITEM_END = tuple("；;。")
_CUT_NUMBER = re.compile(r"\d[.．]\Z")
_PADDING = 6.0  # points: cells keep that free on each side (Word: 5.4)


def is_full(line: Line, following: Line, right: float, slack: float = 2 * _PADDING) -> bool:
    """True where the first word of the following line had no room before ``right``."""
    return right - line.rect.right < first_word_width(following) + slack


def first_word_width(line: Line) -> float:
    """The width of what a line begins with and cannot be broken: an ideograph, a number, with its punctuation."""
    match = _WORD.match(line.text)
    return width_of(match[0] if match else line.text[:1]) * line.size


def width_of(text: str) -> float:
    """The width of a text in its size, roughly."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.58 for one in text)


def cell_joint(before: Line, after: Line, width: float, widest: float) -> str:
    """What stands between two lines of a cell: nothing where the first was full, else a line break.

    ``width`` is the cell's, ``widest`` that of its widest line, which shows how far its lines may reach.
    """
    taken = before.rect.right - before.rect.left
    room = max(width - 2 * _PADDING, widest) - taken
    if _CUT_NUMBER.search(before.text) and after.text[:1].isdigit():
        return ""
    meant = room >= first_word_width(after) + 1.0 and before.page == after.page
    if meant or (_ITEM.match(after.text) and before.text.endswith(_ITEM_END)):
        return "\n"
    return glue(before, after, in_cell=True)


def glue(before: Line, after: Line, in_cell: bool = False) -> str:
    """What joins a full line to its continuation: a space between words of letters, nothing in Chinese.

    Numbers are never joined in prose, where no writer breaks one; a narrow cell does break them.
    """
    left, right = before.text[-1:], after.text[:1]
    latin = [one.isascii() and one.isalnum() for one in (left, right)]
    if before.spaced and any(latin):
        return " "
    if not all(latin):
        return ""
    if left.isalpha() and right.isalpha():
        return " "
    return "" if in_cell else " "
