"""The map of fields and reports: where the errors sit, run by run, and where they came and went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eval.figures import Figures
from eval.metrics import FieldKey, Tally
from eval.titles import field_name, percent
from schemas.records import RecordKind

_LEVELS = (1.0, 0.95, 0.9, 0.75, 0.5)
"""The F1 that each level of colour reaches at least; below the last is one level more."""
_STEPS = (1, 3, 6)
"""How many errors more or less the levels of a difference start at."""


class HeatCell(NamedTuple):
    """A field in a report: for each run the level of its F1 and its errors; ``change`` from ``b3`` to ``w3``."""

    levels: tuple[str, ...]
    errors: tuple[str, ...]
    change: str
    more: str
    words: str


class HeatRow(NamedTuple):
    """A field over all reports of the map."""

    title: str
    cells: tuple[HeatCell, ...]


class Heat(NamedTuple):
    """The map; fields without an error in any of its reports are left out, and only counted."""

    reports: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    faultless: int


def heat_map(figures: Sequence[Figures], reports: Sequence[str]) -> Heat:
    """The map of one run or two over these reports."""
    runs = [_tallies(one, frozenset(reports)) for one in figures]
    order = list(RecordKind)
    keys = sorted({key for run in runs for key, _ in run}, key=lambda key: (order.index(key.kind), key))
    rows = []
    for key in keys:
        cells = [[run.get((key, name), Tally()) for run in runs] for name in reports]
        if any(_errors(tally) for tallies in cells for tally in tallies):
            words = field_name(key)
            pairs = zip(reports, cells, strict=True)
            rows.append(HeatRow(words, tuple(_cell(f"{name} {words}", tallies) for name, tallies in pairs)))
    return Heat(tuple(reports), tuple(rows), len(keys) - len(rows))


def _cell(title: str, tallies: Sequence[Tally]) -> HeatCell:
    errors = [_errors(tally) for tally in tallies]
    more = errors[-1] - errors[0]
    step = sum(abs(more) >= start for start in _STEPS)
    change = f"{'w' if more > 0 else 'b'}{step}" if step else ("none" if not any(map(sum, tallies)) else "same")
    told = "；".join(f"F1 {percent(tally.f1)}，错 {count}" for tally, count in zip(tallies, errors, strict=True))
    shown = tuple(str(count) if count else "" for count in errors)
    return HeatCell(tuple(map(_level, tallies)), shown, change, f"{more:+d}" if more else "", f"{title}：{told}")


def _level(tally: Tally) -> str:
    f1 = tally.f1
    return "none" if f1 is None else f"l{sum(f1 < least for least in _LEVELS)}"


def _errors(tally: Tally) -> int:
    return tally.wrong + tally.invented + tally.omitted


def _tallies(figures: Figures, reports: frozenset[str]) -> dict[tuple[FieldKey, str], Tally]:
    found: dict[tuple[FieldKey, str], Tally] = {}
    for one in figures.counts:
        if one.report in reports and one.repeat == 1:
            key = FieldKey(RecordKind(one.kind), one.origin, one.field), one.report
            found[key] = Tally(one.right, one.wrong, one.invented, one.omitted)
    return found
