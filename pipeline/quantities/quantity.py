"""What a written quantity says, and when two of them say the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from schemas.text import Span


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity as it stands in a text.

    ``scale`` takes the number as written to the base unit of its dimension (1.2亿元 → 120000000 元, 3公里 → 3000 米,
    2小时 → 7200 秒; percent stays in percent points), so ``value`` is always ``number * scale``.
    ``dimension`` is one of money:CNY (USD …), percent, permille, percentage_point, multiple, area, length, volume,
    mass, energy, power, time, count and none; a rate has what it is per behind it: money:CNY/人.
    """

    span: Span
    text: str
    number: Decimal
    value: Decimal
    unit: str | None
    dimension: str
    scale: Decimal
    comparator: str | None
    hedge: str | None
    upper: Decimal | None
    decimals: int
    number_span: Span


def same_quantity(a: Quantity, b: Quantity) -> bool:
    """True where comparator, value (with the end of a range) and dimension agree, however they are written."""
    return (a.comparator, a.value, a.upper, a.dimension) == (b.comparator, b.value, b.upper, b.dimension)


def tolerance(q: Quantity) -> Decimal:
    """Half a unit of the last digit as written, in the base unit: 94.00% → 0.005, 1.2亿元 → 5000000."""
    if not q.decimals and q.number != q.number.to_integral_value():
        return Decimal(0)  # 三分之一 is exact
    return Decimal(1).scaleb(-q.decimals) / 2 * q.scale
