"""Random histories: people, callers and faults drawn by a seed, and what became of the caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from bench.transfer.world import Person, Trouble, World
from telephony.transfer.facts import Key

DAYS = (
    Trouble(),
    Trouble(repeated=0.3, late=1.0),
    Trouble(lost=0.2, repeated=0.2, late=0.8),
    Trouble(refused=0.15, unclear=0.15),
    Trouble(lost=0.3, repeated=0.3, late=2.0, refused=0.1, unclear=0.2),
)
"""From a good day to one that no carrier has."""

ALONE = 6.0
"""Seconds that a caller may be alone in a room, where our own orders do not fail: two until it is
noticed, and a look and an order, each with a repeated request for a document."""


@dataclass(slots=True)
class Tally:
    """What many histories came to."""

    histories: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    bridged: int = 0
    wrongs: list[str] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    """Longest stays alone, in seconds, where there was one."""


def play(seed: int) -> World:
    """Play one history."""
    random = Random(seed)
    people = [_person(random) for _ in range(random.randint(1, 3))]
    does = []
    if random.random() < 0.5:
        does.append((random.expovariate(1 / 25), random.choice(("hangs-up", "withdraws", "drops"))))
    # Nobody stays on the line for ever.
    does.append((random.uniform(200, 900), "hangs-up"))
    world = World(random, random.choice(DAYS), people)
    world.run(sorted(does))
    return world


def tally(seeds: Iterable[int]) -> Tally:
    """Play many histories."""
    total = Tally()
    for seed in seeds:
        world = play(seed)
        total.histories += 1
        total.bridged += world.together
        total.outcomes.update(settled.outcome.value for settled in world.settled)
        if world.alone:
            total.alone.append(world.alone)
        wrongs = list(world.wrongs)
        if world.alone > ALONE + world.alone_through_faults:
            wrongs.append(f"the caller was alone for {world.alone:.1f} s")
        total.wrongs += [f"history {seed}: {wrong}" for wrong in wrongs]
    return total


def _person(random: Random) -> Person:
    return Person(
        does=random.choices(
            ("answers", "busy", "no-answer", "fails", "voicemail", "elsewhere"),
            (57, 9, 10, 5, 14, 5),
        )[0],
        answer_after=random.uniform(1, 30),
        key=random.choices((Key.ACCEPT, Key.DECLINE, Key.NONE), (80, 12, 8))[0],
        key_after=random.uniform(1, 15),
        leaves_after=random.choice((0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 60.0, 60.0, 60.0)),
    )
