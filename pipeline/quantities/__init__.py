"""Everything numeric that a report contains: text → Decimal, unit, scale, comparator; and its dates."""

from pipeline.quantities.dates import DateMention, DatePoint, find_dates
from pipeline.quantities.quantity import Quantity, same_quantity, tolerance
from pipeline.quantities.reading import find_quantities, parse_quantity

__all__ = [
    "DateMention",
    "DatePoint",
    "Quantity",
    "find_dates",
    "find_quantities",
    "parse_quantity",
    "same_quantity",
    "tolerance",
]
