"""What a sector's units do, as tables of words from which facts are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Measure(NamedTuple):
    """A result that such units tell in prose, with the range of its figure; ``places`` are its decimal places.

    One that nobody aims at, or of which less is better, is ``aimless``: it is told without a target.
    """

    name: str
    unit: str
    low: Decimal
    high: Decimal
    places: int
    aimless: bool = False


class Task(NamedTuple):
    """A row of an indicator form: the kind of level 2, the name, and the range of its target.

    ``direction`` is ``≥``, ``≤`` or ``=``.
    """

    level2: str
    name: str
    unit: str
    direction: str
    low: Decimal
    high: Decimal
    places: int


class Undertaking(NamedTuple):
    """A project: its name, what it makes (with unit and range), for whom, and what else it achieves."""

    name: str
    product: Measure
    people: str
    extras: tuple[Measure, ...]


class Aim(NamedTuple):
    """A goal and what the unit says came of it."""

    statement: str
    outcome: str


class Cause(NamedTuple):
    """Why a target was missed, and what is done about it."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Sector:
    """The words of one sector."""

    suffixes: tuple[str, ...]
    topic: str
    projects: tuple[Undertaking, ...]
    measures: tuple[Measure, ...]
    tasks: tuple[Task, ...]
    aims: tuple[Aim, ...]
    causes: tuple[Cause, ...]


class Tables(NamedTuple):
    """The tables of a sector in text: a row a line, its cells between bars; ``*`` marks aimless measures."""

    projects: str
    measures: str
    tasks: str
    aims: str
    causes: str


def read_sector(suffixes: str, topic: str, tables: Tables) -> Sector:
    """A sector from its tables in text."""
    return Sector(
        suffixes=tuple(suffixes.split()),
        topic=topic,
        projects=tuple(_undertaking(line) for line in tables.projects.split()),
        measures=tuple(_measure(line.split("|")) for line in tables.measures.split()),
        tasks=tuple(_task(line.split("|")) for line in tables.tasks.split()),
        aims=tuple(Aim(*line.split("|")) for line in tables.aims.split()),
        causes=tuple(Cause(*line.split("|")) for line in tables.causes.split()),
    )


def _measure(cells: list[str]) -> Measure:
    name, unit, low, high = cells[:4]
    places = int(cells[4]) if len(cells) > 4 else 0
    return Measure(name.removesuffix("*"), unit, Decimal(low), Decimal(high), places, name.endswith("*"))


def _task(cells: list[str]) -> Task:
    level2, name, unit, direction, low, high = cells[:6]
    return Task(level2, name, unit, direction, Decimal(low), Decimal(high), int(cells[6]) if len(cells) > 6 else 0)


def _undertaking(line: str) -> Undertaking:
    cells = line.split("|")
    extras = tuple(_measure(cells[at : at + 4]) for at in range(5, len(cells), 4))
    return Undertaking(
        cells[0], _measure([cells[1], *cells[2:4], cells[4].split("@")[0]]), cells[4].split("@")[1], extras
    )
