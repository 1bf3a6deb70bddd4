"""Contradictions planted into facts that close: one of every code, and the finding that tells it."""

from __future__ import annotations

from random import Random

from eval.generated import mark_plants, money_plants, word_plants
from eval.generated.closing import Violation, violations
from eval.generated.facts import Facts
from eval.generated.plants import Plant
from eval.generated.style import Style

PLANTERS = (*money_plants.PLANTERS, *mark_plants.PLANTERS, *word_plants.PLANTERS)
CHANCE = 0.075
"""Of each kind of contradiction, in a report that could have it."""


def plant_contradictions(facts: Facts, style: Style, random: Random) -> tuple[Facts, tuple[Plant, ...]]:
    """The facts with some contradictions planted; one that would bring another with it, or meet one, is left out."""
    plants: list[Plant] = []
    for planter in PLANTERS:
        if random.random() >= CHANCE:
            continue
        planted = planter(facts, style, random)
        if planted is None or any(set(planted.plant.keys) & set(plant.keys) for plant in plants):
            continue
        expected = {Violation(plant.code, plant.keys[0]) for plant in (*plants, planted.plant)}
        if violations(planted.facts) == expected:
            facts = planted.facts
            plants.append(planted.plant)
    return facts, tuple(plants)
