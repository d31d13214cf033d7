"""The line: who waits for people, in which order, and how long it will take. Sans-I/O.

Urgent callers come first, but nobody waits for ever: each five minutes of waiting count as much as
one step of priority. A caller who asked to be called back keeps their place in it. Times are
seconds since the epoch.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.brief import Priority
from voicebot.staff.presence import Doing, Presence
from voicebot.staff.roster import Person, Roster

_STEP = 300.0
"""Seconds of waiting that count as one step of priority."""
_STEPS: Mapping[Priority, int] = {Priority.NORMAL: 0, Priority.HIGH: 1, Priority.URGENT: 2}


class Waits(StrEnum):
    """How somebody waits."""

    ON_THE_LINE = "line"
    FOR_A_CALL = "call"
    """Hung up, and is called back when it is their turn."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits."""

    call: str
    queue: str
    since: float
    language: str = ""
    priority: Priority = Priority.NORMAL
    kind: Waits = Waits.ON_THE_LINE
    number: str = field(default="", repr=False)
    """Where they are called back, E.164."""

    def rank(self, now: float) -> tuple[float, float, str]:
        """Return what orders a line: lower comes first."""
        urgency = _STEPS[self.priority] + (now - self.since) / _STEP
        return (-urgency, self.since, self.call)

    def suits(self, person: Person) -> bool:
        """Whether this person can help them."""
        return person.can_help(self.queue, self.language)


def in_order(waiting: Iterable[Waiting], now: float) -> list[Waiting]:
    """Return who comes first, second, …"""
    return sorted(waiting, key=lambda one: one.rank(now))


def candidates(
    roster: Roster,
    presences: Mapping[str, Presence],
    queue: str,
    language: str,
    now: float,
) -> list[Person]:
    """Return the people who are free for somebody; who has been free for longest comes first."""
    free = []
    for person in roster.who_can(queue, language):
        presence = presences.get(person.id)
        if presence is not None and (state := presence.at(now)).doing is Doing.FREE:
            free.append((state.since, person.id, person))
    return [person for *_, person in sorted(free, key=lambda one: one[:2])]


def next_for(person: Person, waiting: Iterable[Waiting], now: float) -> Waiting | None:
    """Return who is to be offered to a person that has become free."""
    return next((one for one in in_order(waiting, now) if one.suits(person)), None)


def estimated_wait(
    one: Waiting,
    waiting: Sequence[Waiting],
    roster: Roster,
    presences: Mapping[str, Presence],
    now: float,
    *,
    talk: float,
) -> float | None:
    """Return the seconds until it is somebody's turn, if all talks take as long as on average.

    The line is played through: whoever becomes free first takes the first in line whom they can
    help. None where nobody who could help is there.

    Args:
        one: Who asks.
        waiting: Everybody who waits; `one` may be among them.
        roster: Everybody who could help.
        presences: What they are doing.
        now: The time.
        talk: Seconds of a talk, wrap-up included, on average.
    """
    free: list[tuple[float, str]] = []
    for person in roster.people.values():
        presence = presences.get(person.id)
        if presence is None:
            continue
        state = presence.at(now)
        if state.leaving or state.doing is Doing.AWAY:
            continue
        left = 0.0
        if state.doing is not Doing.FREE:
            left = max(0.0, talk - (now - state.since))
        free.append((left, person.id))
    if not any(one.suits(roster.people[name]) for _, name in free):
        return None
    heapq.heapify(free)
    line = in_order([*(w for w in waiting if w.call != one.call), one], now)
    while free:
        at, name = heapq.heappop(free)
        person = roster.people[name]
        turn = next((w for w in line if w.suits(person)), None)
        if turn is None:
            continue  # Nobody whom they could help is left, and nobody comes.
        if turn.call == one.call:
            return at
        line.remove(turn)
        heapq.heappush(free, (at + talk, name))
    return None
