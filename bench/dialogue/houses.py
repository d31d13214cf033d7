"""The hotlines that simulated customers call, each with what its customers want and say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.dialogue.clinic_goals import CLINIC_GOALS
from bench.dialogue.goals import GOALS, Goal


@dataclass(frozen=True, slots=True)
class House:
    """One hotline's customers."""

    domain: str
    goals: tuple[Goal, ...]
    phrases: tuple[str, ...]
    """Files of what they say; a later one says it instead of an earlier one."""


HOUSES: Mapping[str, House] = {
    house.domain: house
    for house in (
        House("retail", GOALS, ("phrases.yaml",)),
        House("clinic", CLINIC_GOALS, ("phrases.yaml", "clinic_phrases.yaml")),
    )
}
"""By the hotline's name."""

BY_NAME: Mapping[str, Goal] = {goal.name: goal for house in HOUSES.values() for goal in house.goals}
"""All goals; no two houses have one of the same name."""
