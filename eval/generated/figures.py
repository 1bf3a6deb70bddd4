"""How a report writes its figures: separators, width, spaces, Chinese numerals, units of money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

_DIGITS = "零一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_YUAN = Decimal(10000)  # in a 万元


@dataclass(frozen=True, slots=True)
class Figures:
    """The hand of one report. Amounts are in 万元 whatever is written.

    ``trimmed``: rates without needless zeros (``97%``). ``spaced``: blanks around figures in prose.
    """

    thousands: bool = False
    full_width: bool = False
    spaced: bool = False
    trimmed: bool = False
    score_places: int | None = None
    form_unit: str = "万元"

    def number(self, value: Decimal) -> str:
        """A number as it stands, with separators if the report uses them."""
        written = f"{value:,f}" if self.thousands else f"{value:f}"
        return written.translate(_FULL_WIDTH) if self.full_width and "," not in written else written

    def form_amount(self, value: Decimal) -> str:
        """An amount of money in a form, in the form's unit."""
        return self.number(value if self.form_unit == "万元" else (value * _YUAN).quantize(Decimal("0.01")))

    def rate(self, value: Decimal) -> str:
        """A percentage; of two places unless trimmed."""
        return self.number(trim(value) if self.trimmed else value) + "%"

    def score(self, value: Decimal) -> str:
        """A score or weight, with as many places as the report gives scores."""
        if self.score_places is None:
            return f"{trim(value):f}"
        return f"{max(value, value.quantize(Decimal(1).scaleb(-self.score_places)), key=_places):f}"

    def in_prose(self, figure: str) -> str:
        """A figure with its unit as it stands in a sentence."""
        return f" {figure} " if self.spaced else figure


def draw_figures(random: Random) -> Figures:
    """The hand of a report; most are plain."""
    return Figures(
        thousands=random.random() < 0.3,
        full_width=random.random() < 0.06,
        spaced=random.random() < 0.1,
        trimmed=random.random() < 0.35,
        score_places=random.choice((None, None, None, 1, 2)),
        form_unit="元" if random.random() < 0.12 else "万元",
    )


def trim(value: Decimal) -> Decimal:
    """The value without zeros behind the point."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def rounded(value: Decimal, places: int) -> Decimal:
    """The value to so many places, half up."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def quotient(part: Decimal, whole: Decimal) -> Decimal:
    """The percentage of a part, to two places."""
    return rounded(part / whole * 100, 2)


def chinese(count: int) -> str:
    """A number from 1 to 9999 in Chinese numerals."""
    written, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = count // power % 10
        if digit:
            written += ("零" if gap and written else "") + _DIGITS[digit] + name
        gap = not digit
    return written[1:] if written.startswith("一十") else written


def draw(random: Random, low: Decimal, high: Decimal, places: int) -> Decimal:
    """A figure of the range with so many places, mostly without a zero at its end; small ones are likelier."""
    share = Decimal(str(round(random.random() ** 2, 6)))
    figure = rounded(low + (high - low) * share, places)
    if places and str(figure).endswith("0"):
        figure -= Decimal(random.randint(1, 9)).scaleb(-places)
    return figure


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
