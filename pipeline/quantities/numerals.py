"""Written numerals → Decimal, and the folding that lets one grammar read every way to write them.

Chinese numerals are read here and not by cn2an: it takes 三五 (three to five) for 35 and 十四五 for a number, gives
floats for 一点二, and cannot tell the scale (万) from the numeral (三百五十) before it, which tolerances need.
"""

from __future__ import annotations

from decimal import Decimal

_FOLDED = {
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    **{chr(0xFF21 + letter): chr(0x41 + letter) for letter in range(26)},
    **{chr(0xFF41 + letter): chr(0x61 + letter) for letter in range(26)},
    **dict.fromkeys("％﹪", "%"),
    **dict.fromkeys("－−﹣", "-"),
    **dict.fromkeys("–―─", "—"),
    **dict.fromkeys("～〜∼", "~"),
    **dict.fromkeys("≧⩾≥", "≥"),
    **dict.fromkeys("≦⩽≤", "≤"),
    **dict.fromkeys("＞﹥", ">"),
    **dict.fromkeys("＜﹤", "<"),
    **dict.fromkeys("＝﹦═", "="),
    **dict.fromkeys("，﹐", ","),
    **dict.fromkeys("　\xa0\u2002\u2003\u2009\u200b\ufeff\r", " "),
    **dict(zip("．＋（）：∶；／＄＊萬億兩個餘約○", ".+()::;/$*万亿两个余约〇", strict=True)),
}

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")


def fold_text(text: str) -> str:
    """The text with widths, dashes and traditional scales made uniform, character by character: offsets stay."""
    if text.isascii():
        return text.replace("\r", " ")
    for written, folded in _FOLDED.items():  # faster than translate, which looks every character up
        if written in text:
            text = text.replace(written, folded)
    return text


def arabic_number(digits: str) -> Decimal:
    """The value of digits with optional sign, thousands separators and point."""
    return Decimal(digits.replace(",", "").replace("负", "-").replace(" ", ""))


def chinese_number(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral (二十, 一亿二千万, 三点五, 壹拾贰), or None where it is no single number."""
    if numeral in _DIGITS:
        return Decimal(_DIGITS[numeral])
    whole, point, fraction = numeral.translate(_CAPITALS).replace("廿", "二十").replace("卅", "三十").partition("点")
    value = _whole_number(whole)
    if value is None or (point and not fraction):
        return None
    if not point:
        return Decimal(value)
    return Decimal(f"{value}.{''.join(str(_DIGITS[character]) for character in fraction)}")


def _whole_number(numeral: str) -> int | None:
    """Digits multiply the scale after them; scales fall from left to right inside each 万 or 亿 section."""
    if numeral in _DIGITS:
        return _DIGITS[numeral]  # 零 of 零点五
    total, section, digit = 0, 0, None
    small, large, last = 10**4, 10**12, 10  # the smallest scales so far, and the scale a trailing digit is a tenth of
    for character in numeral:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
            last = 10 if digit == 0 else last
        elif character in _SMALL:
            scale = _SMALL[character]
            if scale >= small or (not digit and character != "十"):
                return None
            section, digit, small, last = section + (digit or 1) * scale, None, scale, scale
        else:
            scale = _LARGE[character]
            section += (digit or 0) * (last // 10 if section else 1)
            if scale >= large or not section:
                return None
            total, section, digit = total + section * scale, 0, None
            small, large, last = 10**4, scale, scale
    if not total and not section:
        return None  # digits in a row (二〇二三, 三五) are a year, a code or a guess, not a number
    # 一百二 is 120, 一万二 is 12,000; after 零 or 十 the digit counts ones.
    return total + section + (digit or 0) * (last // 10)


def neighbouring_numbers(numeral: str) -> tuple[Decimal, Decimal] | None:
    """The two ends of a spoken range (三五 → 3 and 5, 二三十 → 20 and 30, 十五六 → 15 and 16), or None."""
    for index in range(len(numeral) - 1):
        low, high = _DIGITS.get(numeral[index]), _DIGITS.get(numeral[index + 1])
        if not low or not high or not (high == low + 1 or numeral == "三五"):
            continue
        first = chinese_number(numeral[: index + 1] + numeral[index + 2 :])
        second = chinese_number(numeral[:index] + numeral[index + 1 :])
        if first is not None and second is not None and first < second:
            return first, second
    return None
