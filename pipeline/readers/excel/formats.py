"""Number formats: what a cell shows of the number that it holds, as Excel and WPS show it in Chinese.

Excel's own number of significant digits is 15: a binary fraction like 0.30000000000000004 is never shown. Digits in
Chinese (``[DBNum1]``) are shown for dates only; the width of a column, which can cut digits off, is not looked at.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from pipeline.readers.excel.dates import is_date, shown_date

_MONTH_DAY, _YEAR_MONTH = 'm"月"d"日"', 'yyyy"年"m"月"'
_HALF_DAY = '上午/下午h"时"mm"分"'
_MONEY, _MONEY_CENTS = '"¥"#,##0;"¥"-#,##0', '"¥"#,##0.00;"¥"-#,##0.00'
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: _MONEY, 6: _MONEY, 7: _MONEY_CENTS, 8: _MONEY_CENTS,
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _YEAR_MONTH, 28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 34: _HALF_DAY, 35: _HALF_DAY + 'ss"秒"', 36: _YEAR_MONTH,
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: _YEAR_MONTH, 51: _MONTH_DAY,
    52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _MONTH_DAY, 55: _HALF_DAY, 56: _HALF_DAY + 'ss"秒"', 57: _YEAR_MONTH,
    58: _MONTH_DAY,
}  # fmt: skip
"""The formats that files name by number only, as a Chinese Excel shows them."""
BY_LOCALE = frozenset((14, 22))
"""Those that follow the reader's own settings even where the file spells them out in American."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<blank>.)|\*(?P<filler>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<exponent>[Ee][+-])|(?P<digit>[0#?])|(?P<mark>[.,%/@])|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_TESTS = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
_MAX_WHOLE = Decimal(10) ** 15
_GENERAL_WIDTH = 11


class _Token(NamedTuple):
    kind: str  # literal, digit, general, exponent, bracket, or the mark itself
    text: str


class _Section(NamedTuple):
    code: str
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    date: bool


def shown_number(value: float, code: str, *, since_1904: bool = False) -> str:
    """What a cell with the number and the format shows, spaces that only align it left out."""
    number = _decimal(value)
    sections = _sections(code)
    section, signed = _chosen(sections, number)
    if section is None:
        return shown_general(number)
    if section.date:
        return shown_date(value, section.code, since_1904=since_1904) or shown_general(number)
    if any(token.kind in ("general", "@") for token in section.tokens):
        return _literally(section, shown_general(abs(number) if signed else number))
    shown = _shown(abs(number), section.tokens)
    return f"-{shown}" if number < 0 and not signed and re.search(r"[1-9]", shown) else shown


def shown_text(text: str, code: str) -> str:
    """What a cell with text and the format shows: ``@"元"`` adds to it."""
    if "@" not in code:
        return text
    section = _sections(code)[-1]
    return _literally(section, text) if any(token.kind == "@" for token in section.tokens) else text


def shown_general(number: Decimal) -> str:
    """A number without a format: up to eleven places, except that whole numbers keep all their digits.

    Excel itself shows long whole numbers as 1.23457E+11; the digits are in the file, and no auditor wants them rounded.
    """
    if number == number.to_integral_value() and abs(number) < _MAX_WHOLE:
        return str(int(number))
    whole = max(1, number.adjusted() + 1)
    places = max(0, _GENERAL_WIDTH - 1 - whole)
    if whole < _GENERAL_WIDTH:
        rounded = _rounded(number, places)
        if abs(number) >= Decimal("0.0001") or rounded == number:
            return f"{rounded:f}".rstrip("0").rstrip(".")
    mantissa, _, exponent = f"{number:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{int(exponent):+03d}"


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.15g}")


def _rounded(number: Decimal, places: int) -> Decimal:
    """Rounded half up, as Excel does, whatever the size of the number."""
    if number.adjusted() + places > 25:
        return number
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    found: list[_Section] = []
    tokens: list[_Token] = []
    start = 0
    for match in _TOKEN.finditer(code[:1000]):
        if match[0] == ";":
            found.append(_section(code[start : match.start()], tokens))
            tokens, start = [], match.end()
        else:
            tokens.append(_token(match))
    found.append(_section(code[start:], tokens))
    return tuple(found)


def _section(code: str, tokens: list[_Token]) -> _Section:
    conditions = [_CONDITION.fullmatch(token.text) for token in tokens if token.kind == "bracket"]
    condition = next(((match[1], Decimal(match[2])) for match in conditions if match), None)
    return _Section(code, tuple(tokens), condition, is_date(code))


def _token(match: re.Match[str]) -> _Token:
    kind = match.lastgroup or "other"
    text = match[kind]
    if kind in ("quoted", "escaped", "other"):
        return _Token("literal", text)
    if kind in ("blank", "filler"):
        return _Token("literal", "")
    if kind == "bracket" and text.startswith("$"):  # [$￥-804]: a currency sign with the language it is of
        return _Token("literal", text[1:].partition("-")[0])
    return _Token(text if kind == "mark" else kind, text)


def _chosen(sections: tuple[_Section, ...], number: Decimal) -> tuple[_Section | None, bool]:
    """The section for the number, and whether it tells the sign itself."""
    numeric = sections[:3] if len(sections) > 3 or not _is_for_text(sections[-1]) else sections[:-1] or sections
    if any(section.condition for section in numeric):
        for section in numeric:
            sign, bound = section.condition or ("", Decimal(0))
            if not sign or _TESTS[sign](number, bound):
                return section, section is not numeric[0] or sign in ("<", "<=")
        return None, False
    if number < 0 and len(numeric) > 1:
        return numeric[1], True
    if number == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], False


def _is_for_text(section: _Section) -> bool:
    return any(token.kind == "@" for token in section.tokens)


def _literally(section: _Section, words: str) -> str:
    parts = (
        words if token.kind in ("general", "@") else token.text for token in section.tokens if token.kind != "bracket"
    )
    return "".join(parts)


def _shown(number: Decimal, tokens: tuple[_Token, ...]) -> str:
    """The number in the places of a format; its sign is not looked at."""
    kinds = [token.kind for token in tokens]
    if "digit" not in kinds:
        return "".join(token.text for token in tokens if token.kind not in ("bracket", ",", "."))
    number = number * Decimal(100) ** kinds.count("%")
    if "exponent" in kinds:
        return _scientific(number, tokens)
    if "/" in kinds and kinds.count("digit") > 1:
        return _as_fraction(number, tokens)
    last = len(kinds) - 1 - kinds[::-1].index("digit")
    point = kinds.index(".") if "." in kinds else len(kinds)
    end = point if point < len(kinds) else last + 1
    scaled = last + 1
    while scaled < len(kinds) and kinds[scaled] == ",":  # a comma behind the places divides by a thousand
        scaled += 1
    number /= Decimal(1000) ** (scaled - last - 1)
    before_point = end
    while before_point > 0 and kinds[before_point - 1] == "," and point < len(kinds):
        before_point -= 1
        number /= 1000
    places = kinds[point:].count("digit")
    whole, _, fraction = f"{_rounded(number, places):f}".partition(".")
    grouped = "," in kinds[kinds.index("digit") : before_point]
    return _whole(whole, tokens[:end], grouped=grouped) + _fraction(fraction, tokens[end:])


def _whole(digits: str, tokens: tuple[_Token, ...], *, grouped: bool) -> str:
    """The digits before the point in their places, from the right; those without a place stand before the first."""
    digits = digits.lstrip("0")
    places = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    written: dict[int, str] = {}
    count = 0
    for index in reversed(places):
        rest = digits if index == places[0] else digits[-1:]
        digits = digits[: len(digits) - len(rest)]
        filled = rest or {"0": "0"}.get(tokens[index].text, "")
        piece = ""
        for digit in reversed(filled):
            piece = digit + ("," if grouped and count and count % 3 == 0 else "") + piece
            count += 1
        written[index] = piece
    if not places and digits:  # a format like .00
        return "".join(token.text for token in tokens if token.kind == "literal") + digits
    skipped = ("digit", ",", "bracket")
    return "".join(
        written[index] if token.kind == "digit" else "" if token.kind in skipped else token.text
        for index, token in enumerate(tokens)
    )


def _fraction(digits: str, tokens: tuple[_Token, ...]) -> str:
    """The point and the digits behind it. A place of # shows no zero at the end."""
    kept = len(digits)
    places = [token.text for token in tokens if token.kind == "digit"]
    while kept and digits[kept - 1] == "0" and places[kept - 1] in "#?":
        kept -= 1
    digits, used = digits[:kept], 0
    parts: list[str] = []
    for token in tokens:
        if token.kind == "digit":
            parts.append(digits[used : used + 1])
            used += 1
        elif token.kind not in (",", "bracket"):
            parts.append(token.text)
    return "".join(parts)


def _scientific(number: Decimal, tokens: tuple[_Token, ...]) -> str:
    kinds = [token.kind for token in tokens]
    at = kinds.index("exponent")
    point = kinds.index(".") if "." in kinds[:at] else at
    places = kinds[point:at].count("digit")
    mantissa, _, exponent = f"{number:.{places}E}".partition("E")
    sign = "-" if int(exponent) < 0 else "+" if tokens[at].text.endswith("+") else ""
    width = kinds[at:].count("digit")
    return f"{mantissa}E{sign}{abs(int(exponent)):0{width}d}"


def _as_fraction(number: Decimal, tokens: tuple[_Token, ...]) -> str:
    kinds = [token.kind for token in tokens]
    slash = kinds.index("/")
    below = "".join(token.text for token in tokens[slash + 1 :] if token.kind in ("digit", "literal")).strip()
    mixed = " " in "".join(token.text for token in tokens[:slash] if token.kind != "bracket").strip()
    whole = int(number) if mixed else 0
    rest = Fraction(number - whole)
    if below.isdigit() and int(below):
        top, bottom = round(rest * int(below)), int(below)
    else:
        near = rest.limit_denominator(10 ** max(1, len(below)) - 1)
        top, bottom = near.numerator, near.denominator
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    if not top:
        return str(whole)
    return f"{whole} {top}/{bottom}" if whole else f"{top}/{bottom}"
