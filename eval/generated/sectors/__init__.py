"""The sectors whose units report: what they do, count, aim at, and why they miss it."""

from eval.generated.sectors.country import ENVIRONMENT, FARMING, FOREST, WATER
from eval.generated.sectors.model import Aim, Cause, Measure, Sector, Task, Undertaking
from eval.generated.sectors.people import CIVIL, CULTURE, HEALTH, SCHOOLS, WORK
from eval.generated.sectors.town import HOUSING, MARKET, ROADS, SAFETY

__all__ = ["SECTORS", "Aim", "Cause", "Measure", "Sector", "Task", "Undertaking"]

SECTORS: tuple[Sector, ...] = (
    *(WATER, FARMING, FOREST, ENVIRONMENT),
    *(SCHOOLS, HEALTH, CIVIL, WORK, CULTURE),
    *(ROADS, HOUSING, MARKET, SAFETY),
)
