"""Presence: what one person is doing, and what may happen to them next. Sans-I/O.

A state is a value; each change returns a new one, or None where it does not fit any more, so that
a store can compare and set: two processes may both want to offer a caller, and one gets the person.
Times are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Doing(StrEnum):
    """What a person is doing."""

    AWAY = "away"
    FREE = "free"
    RINGING = "ringing"
    """A caller is being offered to them."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    """Writes up the last talk."""


_RINGS = 120.0
"""Seconds after which an offer counts as over whose end nobody reported."""
_TALKS = 4 * 3600.0
"""Seconds after which a talk counts as over whose end nobody reported."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The state of one person."""

    person: str
    doing: Doing = Doing.AWAY
    since: float = 0.0
    until: float | None = None
    """When it ends by itself."""
    call: str = ""
    """Whom they are offered, or talk to."""
    misses: int = 0
    """Offers in a row that they let ring."""
    leaving: bool = False
    """Whether they are away once the present talk is over."""
    version: int = 0
    """Raised by one with each change."""

    def at(self, now: float) -> Presence:
        """Return the state as it is by now."""
        if self.until is None or now < self.until:
            return self
        match self.doing:
            case Doing.WRAP_UP | Doing.RINGING | Doing.TALKING:
                return self._become(Doing.AWAY if self.leaving else Doing.FREE, self.until)
            case _:
                return self

    def sign_in(self, now: float) -> Presence:
        """They are ready to take calls."""
        state = self.at(now)
        if state.doing in (Doing.AWAY, Doing.WRAP_UP):
            return replace(state._become(Doing.FREE, now), misses=0)
        return replace(state, leaving=False, misses=0, version=state.version + 1)

    def sign_out(self, now: float) -> Presence:
        """They take no more calls; the present talk goes on."""
        state = self.at(now)
        if state.doing in (Doing.RINGING, Doing.TALKING):
            return replace(state, leaving=True, version=state.version + 1)
        return state._become(Doing.AWAY, now)

    def offer(self, call: str, now: float) -> Presence | None:
        """Offer them a caller; None unless they are free."""
        state = self.at(now)
        if state.doing is not Doing.FREE:
            return None
        return replace(state._become(Doing.RINGING, now), call=call, until=now + _RINGS)

    def take(self, call: str, now: float) -> Presence | None:
        """They took the caller; None if this was not offered to them."""
        state = self.at(now)
        if state.doing is not Doing.RINGING or state.call != call:
            return None
        talking = state._become(Doing.TALKING, now)
        return replace(talking, call=call, until=now + _TALKS, misses=0)

    def miss(self, call: str, now: float, *, most: int) -> Presence | None:
        """They did not answer; None if this was not offered to them.

        Args:
            call: Who was offered.
            now: The time.
            most: Misses in a row after which they count as away.
        """
        state = self.at(now)
        if state.doing is not Doing.RINGING or state.call != call:
            return None
        missed = state.misses + 1
        away = state.leaving or missed >= most
        return replace(state._become(Doing.AWAY if away else Doing.FREE, now), misses=missed)

    def decline(self, call: str, now: float) -> Presence | None:
        """They did not want this caller, or were not needed after all; None if not offered."""
        state = self.at(now)
        if state.doing is not Doing.RINGING or state.call != call:
            return None
        return state._become(Doing.AWAY if state.leaving else Doing.FREE, now)

    def finish(self, call: str, now: float, *, wrap_up: float) -> Presence | None:
        """The talk is over; None if they did not talk to this caller."""
        state = self.at(now)
        if state.doing is not Doing.TALKING or state.call != call:
            return None
        if state.leaving or not wrap_up:
            return state._become(Doing.AWAY if state.leaving else Doing.FREE, now)
        return replace(state._become(Doing.WRAP_UP, now), until=now + wrap_up)

    def _become(self, doing: Doing, since: float) -> Presence:
        leaving = self.leaving and doing is not Doing.AWAY
        return Presence(
            self.person,
            doing,
            since,
            misses=self.misses,
            leaving=leaving,
            version=self.version + 1,
        )
