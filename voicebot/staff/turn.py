"""Whose turn it is: whom to ring for somebody who waits, and how long that may take. Sans-I/O.

Whoever is on the line comes before whoever waits for a call: they are called by a person who asks
for them (`voicebot people next`, or from their telephone).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from voicebot.staff.line import Waiting, Waits, candidates, estimated_wait, in_order
from voicebot.staff.presence import Presence
from voicebot.staff.roster import Person, Roster


@dataclass(frozen=True, slots=True)
class Turn:
    """What there is for somebody who waits."""

    people: tuple[Person, ...] = ()
    """To be rung now, in this order; empty: it is not their turn."""
    wait: float | None = None
    """Seconds until it is; None: nobody who could help is there."""


def turn_of(
    one: Waiting,
    waiting: Sequence[Waiting],
    roster: Roster,
    presences: Mapping[str, Presence],
    now: float,
    *,
    talk: float,
    tried: Collection[str] = (),
) -> Turn:
    """Return whom to ring for somebody, once those before them have been thought of.

    Args:
        one: Who asks.
        waiting: Everybody who waits; `one` may be among them.
        roster: The people.
        presences: What they are doing.
        now: Seconds since the epoch.
        talk: Seconds of a talk, wrap-up included, on average.
        tried: People who were rung for this caller already, and are not rung again.
    """
    if not roster.is_open(one.queue, datetime.fromtimestamp(now, UTC)):
        return Turn()
    others = {name: person for name, person in roster.people.items() if name not in tried}
    left = replace(roster, people=others)
    on_the_line = [w for w in waiting if w.kind is Waits.ON_THE_LINE and w.call != one.call]
    free = candidates(left, presences, one.queue, one.language, now)
    everybody_free = candidates(roster, presences, "", "", now)
    for before in in_order([*on_the_line, one], now):
        if before.call == one.call:
            break
        theirs = next((person for person in everybody_free if before.suits(person)), None)
        if theirs is not None:
            everybody_free.remove(theirs)
            free = [person for person in free if person.id != theirs.id]
    wait = estimated_wait(one, on_the_line, left, presences, now, talk=talk)
    return Turn(tuple(free), wait)
