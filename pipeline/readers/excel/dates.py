"""Dates and times of day as a cell shows them: the number of days since 1900 or 1904, through the cell's format."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<blank>.)|\*(?P<filler>.)|\[(?P<elapsed>h+|m+|s+)\]'
    r"|\[(?P<bracket>[^\]]*)\]|(?P<half>AM/PM|A/P|上午/下午)|(?P<general>General|G/通用格式)"
    r"|(?P<part>y+|m+|d+|h+|s+|a{3,4}|e+)|(?P<below>\.0+)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_DATED = ("part", "elapsed", "half")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_DAYS = "一二三四五六日"
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
_LONG_DATE, _LONG_TIME = 'yyyy"年"m"月"d"日"', "h:mm:ss"
_LAST_SERIAL = 2_958_466  # 10000-01-01


class _Piece(NamedTuple):
    kind: str
    text: str


def is_date(code: str) -> bool:
    """True where a section of a format shows a date or a time."""
    pieces = _pieces(code)
    # In a format with places for digits an "E" is an exponent, and a stray letter a word that nobody quoted.
    digits = any(piece.kind == "other" and piece.text in "0#?" for piece in pieces)
    return not digits and any(piece.kind in _DATED for piece in pieces)


def shown_date(value: float, code: str, *, since_1904: bool) -> str | None:
    """The date or time of the number in the format; ``None`` for a number that is none."""
    if not 0 <= value < _LAST_SERIAL:
        return None
    if "$-F800" in code.upper():
        code = _LONG_DATE
    elif "$-F400" in code.upper():
        code = _LONG_TIME
    pieces = _pieces(code)
    fine = next((len(piece.text) - 1 for piece in pieces if piece.kind == "below"), 0)
    seconds = round(value * 86_400, min(fine, 3))
    moment = _moment(seconds, since_1904=since_1904)
    half = any(piece.kind == "half" for piece in pieces)
    chinese = "[dbnum1]" in code.lower()
    return "".join(
        _shown(pieces, place, moment, seconds, half=half, chinese=chinese) for place in range(len(pieces))
    ).strip()


def _moment(seconds: float, *, since_1904: bool) -> datetime:
    if since_1904:
        return datetime(1904, 1, 1) + timedelta(seconds=seconds)
    # Excel counts a 29 February 1900, which never was.
    base = datetime(1899, 12, 31) if seconds < 60 * 86_400 else datetime(1899, 12, 30)
    return base + timedelta(seconds=seconds)


@lru_cache(maxsize=1024)
def _pieces(code: str) -> tuple[_Piece, ...]:
    found = []
    for match in _PIECE.finditer(code[:1000]):
        kind = match.lastgroup or "other"
        found.append(_Piece(kind, match[kind]))
    return tuple(found)


def _shown(
    pieces: tuple[_Piece, ...], place: int, moment: datetime, seconds: float, *, half: bool, chinese: bool
) -> str:
    kind, text = pieces[place]
    if kind in ("blank", "filler", "general"):
        return ""
    if kind == "bracket":
        return text[1:].partition("-")[0] if text.startswith("$") else ""
    if kind == "half":
        late = moment.hour >= 12
        first, _, second = text.partition("/")
        return second if late else first
    if kind == "elapsed":
        unit = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
        return f"{int(seconds // unit):0{len(text)}d}"
    if kind == "below":
        return f"{moment.microsecond / 1e6:.{len(text) - 1}f}"[1:]
    if kind != "part":
        return text
    if text[0] in "mM" and _is_minute(pieces, place):
        return f"{moment.minute:0{min(len(text), 2)}d}"
    return _part(text.lower(), moment, half=half, chinese=chinese)


def _part(text: str, moment: datetime, *, half: bool, chinese: bool) -> str:
    letter, width = text[0], len(text)
    if letter in "ye":
        year = f"{moment.year:04d}" if letter == "e" or width > 2 else f"{moment.year % 100:02d}"
        return year.translate(_CHINESE) if chinese else year
    if letter == "a":
        day = _CHINESE_DAYS[moment.weekday()]
        return f"星期{day}" if width > 3 else day
    if width > 2 and letter in "md":
        name = _MONTHS[moment.month - 1] if letter == "m" else _DAYS[moment.weekday()]
        return name if width == 4 else name[0] if width == 5 and letter == "m" else name[:3]
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return _chinese(number) if chinese else f"{number:0{min(width, 2)}d}"


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    digits = str(ones).translate(_CHINESE)
    if not tens:
        return digits
    return ("" if tens == 1 else str(tens).translate(_CHINESE)) + "十" + (digits if ones else "")


def _is_minute(pieces: tuple[_Piece, ...], place: int) -> bool:
    """True for an m that stands behind an hour or before a second."""
    parts = [(index, piece.text[0].lower()) for index, piece in enumerate(pieces) if piece.kind in ("part", "elapsed")]
    here = [index for index, _ in parts].index(place)
    before = parts[here - 1][1] if here else ""
    after = parts[here + 1][1] if here + 1 < len(parts) else ""
    return before == "h" or after == "s"
