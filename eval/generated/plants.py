"""Facts with a contradiction in them: what is planted, and how facts are changed without breaking more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from eval.generated.drawing import score_of
from eval.generated.facts import Assessed, Facts, Line, Mark
from eval.generated.style import Style


class Plant(NamedTuple):
    """A planted contradiction: what a finding says of it, and the keys of the places that show it, chief one first."""

    code: str
    detail: str
    keys: tuple[str, ...]


class Planted(NamedTuple):
    """Facts with a contradiction in them."""

    facts: Facts
    plant: Plant


Planter = Callable[[Facts, Style, Random], Planted | None]


def marked(facts: Facts, style: Style, random: Random) -> Assessed | None:
    """An evaluation whose form has marks."""
    fit = [each for each in facts.evaluations if each.has_form and style.layout(each.id) not in ("L7", "L8")]
    return random.choice(fit) if fit else None


def exchange(marks: Sequence[Mark], changed: Mark) -> tuple[Mark, ...]:
    """The rows with one of them changed."""
    return tuple(changed if mark.key == changed.key else mark for mark in marks)


def with_marks(assessed: Assessed, marks: tuple[Mark, ...]) -> Assessed:
    """The evaluation with other rows; its total moves with their scores."""
    moved = score_of(assessed.lines, marks) - score_of(assessed.lines, assessed.marks)
    return replace(assessed, marks=marks, total_score=assessed.total_score + moved)


def with_lines(facts: Facts, assessed: Assessed, lines: tuple[Line, ...]) -> Facts:
    """The facts with other money of an evaluation; its total moves with the score of the rate."""
    moved = score_of(lines, assessed.marks) - score_of(assessed.lines, assessed.marks)
    return with_assessed(facts, replace(assessed, lines=lines, total_score=assessed.total_score + moved))


def with_assessed(facts: Facts, changed: Assessed) -> Facts:
    """The facts with an evaluation changed."""
    evaluations = tuple(changed if each.id == changed.id else each for each in facts.evaluations)
    return replace(facts, evaluations=evaluations)
