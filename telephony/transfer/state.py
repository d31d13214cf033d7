"""TransferState: all that a warm transfer remembers; frozen plain data, so it can be stored.

Any process that has it can go on with the transfer. Times are seconds of one clock that all of
these processes share (the wall clock).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from telephony.transfer.commands import Outcome, Reason, Went


class Stage(StrEnum):
    """How far a transfer is."""

    DIALING = "dialing"
    """A person's telephone rings."""
    SCREENING = "screening"
    """They hear the brief."""
    JOINING = "joining"
    """They took the call, and are on their way into the room."""
    ANNOUNCING = "announcing"
    """They are in the room; the caller hears that they are connected now."""
    MOVING = "moving"
    """The caller is on the way into the room."""
    BRIDGED = "bridged"
    """Both hear each other."""
    RETURNING = "returning"
    """The caller is on the way back."""
    CLEARING = "clearing"
    """The caller's fate is settled; legs of people are still open."""
    ENDED = "ended"


WITH_BOT = (Stage.DIALING, Stage.SCREENING, Stage.JOINING, Stage.ANNOUNCING)
"""Stages in which the bot keeps the caller."""
OVER = (Stage.CLEARING, Stage.ENDED)


class LegState(StrEnum):
    """What is known of a person's leg."""

    ASKED = "asked"
    """The carrier was asked to ring them, and has not answered yet."""
    UNCLEAR = "unclear"
    """It did not answer: they may be rung or not."""
    LIVE = "live"
    ANSWERED = "answered"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Leg:
    """A person who was rung."""

    state: LegState = LegState.ASKED
    sid: str = ""
    """The carrier's name of it, once it is known."""
    unwanted: bool = False
    """It is to end, as soon as it is known and if it is not over by itself."""
    orders: int = 0
    """How often its end was ordered."""
    taken: bool = False
    """The person took the call."""
    fate: Went | None = Went.SPARED
    """What is noted of somebody who did not take it; None: nothing, as they were not offered it."""
    again_at: float | None = None
    """When its end is ordered again, or it is given up."""


@dataclass(frozen=True, slots=True)
class TransferPolicy:
    """How long things may take, in seconds."""

    ring: float = 25.0
    """How long a person's telephone rings."""
    slack: float = 8.0
    """How much later than it is due the carrier's word may come."""
    screen: float = 35.0
    """From answering to the key: the brief, and time to press."""
    patience: float = 90.0
    """How long a caller waits for somebody to take the call."""
    check: float = 2.0
    """After which the carrier is asked for what it should have told."""
    join: float = 8.0
    """From the key to the room."""
    announce: float = 8.0
    """Longest announcement; then the caller is moved, whether it was heard or not."""
    alone: float = 2.0
    """How long a caller may be alone in the room before something is done about it."""
    order: float = 15.0
    """An order to the carrier without a result after this time has none."""
    again: float = 1.0
    """Before an order is repeated; longer each time, up to five times as long."""
    returns: int = 60
    """Orders to bring the caller back; nobody listens any more when they have all failed."""
    talk: float = 4 * 3_600.0
    """Longest talk; the carrier's own limit."""


@dataclass(frozen=True, slots=True)
class TransferState:
    """Where a transfer stands."""

    people: int
    """How many there are to ring."""
    stage: Stage = Stage.DIALING
    legs: tuple[Leg, ...] = ()
    """Of the people who were rung so far, in their order; the last one is the current one."""
    step_at: float | None = None
    """When the stage has lasted too long."""
    cap_at: float | None = None
    """When the caller has waited long enough."""
    reason: Reason = Reason.NONE
    """Why the last person could not be reached."""
    outcome: Outcome | None = None
    ordered: bool = False
    """`MoveCaller` or `BringBack` is under way."""
    checks: int = 0
    """How often the room was looked into in this stage."""
    roomed: bool = False
    """The caller's leg asked for the room, and was given it."""
    joined: bool = False
    """The caller was seen in the room."""
    bridged: bool = False
    returns: int = 0
    """How often `BringBack` was ordered."""

    @property
    def person(self) -> int:
        """The person who is being tried."""
        return len(self.legs) - 1

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TransferState:
        """Rebuild a state from `to_json`.

        Raises:
            ValueError: the data is not a state of this version.
        """
        try:
            values = dict(data)
            values["stage"] = Stage(values["stage"])
            values["reason"] = Reason(values["reason"])
            values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
            values["legs"] = tuple(
                Leg(
                    **{
                        **leg,
                        "state": LegState(leg["state"]),
                        "fate": Went(leg["fate"]) if leg["fate"] else None,
                    }
                )
                for leg in values["legs"]
            )
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a transfer of this version: {error}") from error
