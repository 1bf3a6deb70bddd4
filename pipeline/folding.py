"""A text made ready for look-ups: folded forms with a map back to its own offsets, and where words may not be cut."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from schemas.text import Span

NUMERALS = "零〇一二两三四五六七八九十廿卅百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
CUTS_START, CUTS_END = 1, 2

_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_PUNCTUATION = dict(zip("。・•‧〜∶〔〕", ".···~:[]", strict=True))
_PUNCTUATION |= dict.fromkeys("‐‑‒–—―─−", "-") | dict.fromkeys("“”„‟＂", '"') | dict.fromkeys("‘’‚‛＇´`", "'")
_LONG_UNITS = "[人家场台车批户件]次|个月|个百分点|分钟|小时|千瓦时|平方公里|[平立]方米|公里|公斤|公顷"

# No value may start or end inside one of these (inside the group, where there is one).
_WHOLES = (
    re.compile(r"[0-9]+(?:[.,\xad]{1,2}[0-9]+|，[0-9]{3}(?![0-9])|[百千万亿]+[0-9]+)*"),
    re.compile(r"[A-Za-zÀ-ɏ]+(?:[0-9.]*[0-9]|[²³¹⁰⁴-⁹₀-₉]+)?"),  # PM2.5, A4, m²
    re.compile(rf"(?!百分之)[{NUMERALS}]+(?:点|分之)[{NUMERALS}]+|[{NUMERALS}]{{2,}}"),
    re.compile(rf"[0-9{NUMERALS}]\s*({_LONG_UNITS})"),  # 18人 is not 18人次
)
# In 五十|万元 the number ends and the unit starts, as in 50万元; in 五|千克 a unit starts, but no number ends.
_MONEY_UNIT = re.compile(rf"(?<=[{NUMERALS}])[万亿]+(?=[美欧日港]?元)")
_SCALED_UNIT = re.compile(rf"(?<=[{NUMERALS}])[千万亿]+(?![{NUMERALS}])")
# A full line of prose that breaks off inside a number, as against a list number or year that starts the next line.
_BROKEN_NUMBER = re.compile(r"(?<=\S{20}[0-9.,])\n(?=[0-9])(?!(?:19|20)[0-9]{2}年|[0-9]{1,2}(?:[、)]|\.(?![0-9])))")
_BREAK = "\xad"  # stands for such a line end in the narrowed text
_SIGN = re.compile(r"(?<![0-9A-Za-z%‰)\]\"”’\-])[-+±](?=[0-9])")
_RANGE_START = re.compile(r"[0-9]\s*([^\W\d_]{1,3}|℃)\Z")
_DIGITS = re.compile(r"[0-9][0-9.,]*")
_DATE_UNITS = "年月日号时点"
_AMOUNT = re.compile(
    r"[≥≤><=≧≦]*[-+±]?[0-9]+(?:[.,，/~—–-][0-9]+)*(?:[百千万亿]*[美欧日港]?元|[百千万亿]+|%|‰)?"
    rf"|[{NUMERALS}]+"
)
_AMOUNT_WIDTH = str.maketrans("，—–", ",--")
# White space is dropped unless numbers stand on both sides: the cells 12 and 5 are not 125.
_LOOSE_SPACE = re.compile(r"(?<![0-9.,+\-/\s])\s++|\s++(?![0-9.,+\-/])")


class _Fold(dict[int, str]):
    """Each character's folded form, worked out when first met; "" for white space."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


class _Width(dict[int, str]):
    """Each character's form of ordinary width, one for one, so that offsets stay those of the text."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        wide = unicodedata.normalize("NFKC", char)
        keeps = len(wide) != 1 or char == "，" or unicodedata.category(char) == "No"
        self[code] = plain = char if keeps else wide.replace("−", "-")
        return plain


def _fold_character(char: str) -> str:
    if char.isspace() or char in _ZERO_WIDTH:
        return ""
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    parts = unicodedata.decomposition(char).split()
    # ①, ², ½ and ㈠ are marks, not digits.
    if not parts or unicodedata.category(char) == "No":
        return char
    return "".join(_fold_character(chr(int(part, 16))) for part in parts if not part.startswith("<"))


_FOLD = _Fold()
_WIDTH = _Width()


def fold(text: str) -> str:
    """The text without white space and differences of width: what two equal passages have in common.

    Each character is decomposed by itself, so that the folded form of a text is that of its pieces, one after another.
    """
    return text.translate(_FOLD)


def narrow(text: str) -> str:
    """The text with every character in its ordinary width, of the same length; full-width commas stay."""
    return text.translate(_WIDTH)


def find_amounts(text: str) -> tuple[str, ...]:
    """Every number in a narrowed text, with comparator, sign, scale, currency and percent sign, without white space."""
    return tuple(_AMOUNT.findall(_LOOSE_SPACE.sub("", text.replace(_BREAK, "")).translate(_AMOUNT_WIDTH)))


def mask_amounts(folded: str) -> tuple[str, list[int]]:
    """A folded text with each number as one ``#``, and the offset of each of its characters; one more for the end."""
    pieces, places, done = [], [], 0
    for match in _AMOUNT.finditer(folded):
        pieces += [folded[done : match.start()], "#"]
        places += [*range(done, match.start()), match.start()]
        done = match.end()
    pieces.append(folded[done:])
    return "".join(pieces), [*places, *range(done, len(folded) + 1)]


def starts_with_sign(text: str) -> bool:
    """True where a narrowed text starts with a plus or minus sign and a digit."""
    return _SIGN.match(text) is not None


@dataclass(frozen=True, slots=True)
class TextIndex:
    """A text made ready for many look-ups.

    ``plain`` is the narrowed text, with its offsets; ``folded`` has its own, and ``owners`` the offset in the text of
    each of its characters. ``cuts`` tells for each offset of the text whether a value that starts (1) or ends (2)
    there would be cut from a number or word; ``signs`` holds the offsets of plus and minus signs, as against dashes.
    """

    text: str
    plain: str
    folded: str
    owners: tuple[int, ...]
    cuts: bytes
    signs: frozenset[int]

    def unfold(self, start: int, end: int) -> Span | None:
        """The text's characters behind a range of ``folded``; ``None`` where it takes only a part of one (㎡)."""
        owners = self.owners
        if (start and owners[start - 1] == owners[start]) or (end < len(owners) and owners[end - 1] == owners[end]):
            return None
        return Span(owners[start], owners[end - 1] + 1)

    def covering(self, start: int, end: int) -> Span:
        """The text's characters that a range of ``folded`` touches."""
        return Span(self.owners[start], self.owners[end - 1] + 1)

    def folded_range(self, span: Span) -> tuple[int, int]:
        """The range of ``folded`` that stands for a span of the text."""
        return bisect_left(self.owners, span.start), bisect_left(self.owners, span.end)


def index_text(text: str) -> TextIndex:
    """The text made ready for look-ups: some milliseconds for a report, then microseconds for each look-up."""
    plain = _BROKEN_NUMBER.sub(_BREAK, narrow(text))
    signs = frozenset(match.start() for match in _SIGN.finditer(plain) if not _is_range_dash(plain, match.start()))
    return TextIndex(
        text=text,
        plain=plain,
        folded=fold(text),
        owners=tuple(place for place, char in enumerate(text) for _ in _FOLD[ord(char)]),
        cuts=_mark_cuts(plain, signs),
        signs=signs,
    )


def _is_range_dash(plain: str, place: int) -> bool:
    """True for the dash of 2021年-2023年 and 10万元-20万元, which has numbers with the same unit on both sides."""
    before = _RANGE_START.search(plain, max(0, place - 9), place)
    after = _DIGITS.match(plain, place + 1)
    if not before or not after:
        return False
    unit, follows = before[1], plain[after.end() : after.end() + len(before[1])]
    return follows == unit or (len(follows) == 1 and follows in _DATE_UNITS and unit in _DATE_UNITS)


def _mark_cuts(plain: str, signs: frozenset[int]) -> bytes:
    cuts = bytearray(len(plain) + 1)
    for whole in _WHOLES:
        for match in whole.finditer(plain):
            start, end = match.span(match.lastindex or 0)
            cuts[start + 1 : end] = bytes([CUTS_START | CUTS_END]) * (end - start - 1)
    for match in _SCALED_UNIT.finditer(plain):
        cuts[match.start()] = CUTS_END
    for match in _MONEY_UNIT.finditer(plain):
        cuts[match.start()] = 0
    for place in signs:
        cuts[place + 1] = CUTS_START | CUTS_END
    for place, char in enumerate(plain):
        if char > "\u02ff" and unicodedata.category(char).startswith("M"):
            cuts[place] = CUTS_START | CUTS_END
    return bytes(cuts)
