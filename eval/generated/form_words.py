"""The columns of the indicator layouts, and what the rows of one form are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from eval.generated.facts import Facts
from eval.generated.figures import Figures
from eval.generated.style import Style

COLUMNS = {
    "L1": ("level1", "level2", "name", "target", "actual", "weight", "score", "reason"),
    "L2": ("level1", "name", "target", "actual", "weight", "score", "reason"),
    "L3": ("level1", "level2", "name", "weight", "target", "actual", "score", "reason"),
    "L4": ("level1", "level2", "name", "weight", "target", "actual", "method", "score", "reason"),
    "L5": ("level1", "level2", "name", "op", "number", "unit", "actual", "weight", "score", "reason"),
    "L6": ("level1", "level2", "name", "op", "number", "unit", "actual", "weight", "score", "reason"),
    "L7": ("level1", "level2", "name", "target", "actual", "reason"),
    "L8": ("level1", "level2", "name", "target", "actual", "score"),
    "L10": ("name", "unit", "op", "number", "weight", "actual", "score", "reason"),
}


@dataclass(frozen=True, slots=True)
class FormWords:
    """What the rows of one form are drawn from."""

    facts: Facts
    style: Style
    random: Random
    layout: str
    width: int

    @property
    def padding(self) -> int:
        """The columns that the name of an indicator takes beside its own, to fill the width.

        The two-row header of L6 is a label by itself; elsewhere a label stands before the rows.
        """
        return self.width - len(COLUMNS[self.layout]) - (self.layout != "L6")

    @property
    def figures(self) -> Figures:
        """How figures are written."""
        return self.style.figures
