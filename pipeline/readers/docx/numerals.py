"""Numbers as Word writes them in automatic numbering: 一, 十一, ①, ⑴, IV, C, 甲."""

from __future__ import annotations

from collections.abc import Callable

_CHINESE = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def numeral(number: int, style: str) -> str:
    """The number in one of Word's ``numFmt`` styles; plain decimal for a style, or a number, that has no other form."""
    write = _STYLES.get(style)
    return (write(number) if write is not None else None) or str(number)


def _counting(number: int, digits: str, units: str) -> str | None:
    """一, 十, 十一, 二十, 一百零一; ``None`` from ten thousand on. ``units`` are the words for 10, 100, 1000."""
    if not 0 < number < 10_000:
        return None
    written, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit == 0:
            gap = bool(written)
            continue
        unit = units[power - 1] if power else ""
        plain_ten = power == 1 and digit == 1 and not written and digits is _CHINESE
        written += ("零" if gap else "") + ("" if plain_ten else digits[digit]) + unit
        gap = False
    return written


def _chinese(number: int) -> str | None:
    return _counting(number, _CHINESE, "十百千")


def _short_chinese(number: int) -> str | None:
    """Like counting up to 99; from 100 on digit by digit."""
    return _chinese(number) if number < 100 else _digits(number)


def _digits(number: int) -> str | None:
    return "".join(_CHINESE[int(digit)] for digit in str(number)) if number >= 0 else None


def _roman(number: int) -> str | None:
    if not 0 < number < 4000:
        return None
    written = ""
    for worth, letters in _ROMAN:
        count, number = divmod(number, worth)
        written += letters * count
    return written


def _letters(number: int) -> str | None:
    """A to Z, then AA to ZZ, AAA and so on, as Word does it."""
    repeats, place = divmod(number - 1, 26)
    return chr(ord("A") + place) * (repeats + 1) if 0 < number <= 780 else None


def _from(first: str, count: int) -> Callable[[int], str | None]:
    """The characters that follow one another in Unicode from ``first`` on, for 1 to ``count``."""
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= count else None


def _among(characters: str) -> Callable[[int], str | None]:
    return lambda number: characters[number - 1] if 0 < number <= len(characters) else None


def _wide(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in str(number))


_CIRCLED = "".join(chr(0x2460 + place) for place in range(20)) + "".join(chr(0x3251 + place) for place in range(15))
_STYLES: dict[str, Callable[[int], str | None]] = {
    "chineseCounting": _short_chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _short_chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "chineseLegalSimplified": lambda number: _counting(number, _LEGAL, "拾佰仟"),
    "ideographLegalTraditional": lambda number: _counting(number, _LEGAL_TRADITIONAL, "拾佰仟"),
    "ideographTraditional": _among("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _among("子丑寅卯辰巳午未申酉戌亥"),
    "ideographEnclosedCircle": _from("㊀", 10),
    "decimalEnclosedCircle": _among(_CIRCLED),
    "decimalEnclosedCircleChinese": _among(_CIRCLED),
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalZero": lambda number: f"{number:02d}",
    "numberInDash": lambda number: f"- {number} -",
    "upperRoman": _roman,
    "lowerRoman": lambda number: (_roman(number) or "").lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda number: (_letters(number) or "").lower(),
}
