"""What a glyph's character is: radicals that stand for the ideograph they look like, and those nobody can tell."""

from __future__ import annotations

import re
import unicodedata

from pipeline.readers.docx.symbols import symbol

UNKNOWN = "\ufffd"
"""Stands for a glyph that is shown but has no known character."""

_UNMAPPED = re.compile(r"\(cid:\d+\)")
# Fonts map 民 to the radical that looks the same. Unicode itself tells so for the Kangxi radicals, not for these.
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
_SYMBOL_FONT = re.compile(r"wingdings(?: ?2)?|symbol", re.IGNORECASE)
_SYMBOL_FONT = re.compile(r"wingdings(?: ?2)?|symbol", re.IGNORECASE)
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\0")
_SPACES = frozenset("\t\n\r\f\v\xa0\u2002\u2003\u2009")


def character(text: str, font: str = "") -> str:
    """The character or ligature that pdfminer tells for a glyph, as it is meant; empty for what is not seen."""
    if _UNMAPPED.fullmatch(text):
        return UNKNOWN
    named = _SYMBOL_FONT.search(font)
    if named:
        name = named[0].lower().replace("2", " 2").replace("  ", " ")
        text = "".join(symbol(ord(one), name) if "\uf000" <= one <= "\uf0ff" else one for one in text)
    shown = "".join(_shown(one) for one in text)
    return shown.translate(_RADICALS)


def _shown(one: str) -> str:
    if one in _INVISIBLE:
        return ""
    if one in _SPACES:
        return " "
    if one < " " or "\ud800" <= one <= "\uf8ff":  # controls, halves of pairs, private use
        return UNKNOWN
    if "\u2f00" <= one <= "\u2fdf" or "\uf900" <= one <= "\ufaff" or "\ufb00" <= one <= "\ufb06":
        return unicodedata.normalize("NFKC", one)
    return one
