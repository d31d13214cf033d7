"""Whom the bot is to call, how, and what became of it: the words of the outbound side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.outbound.hours import CallingHours


class Result(StrEnum):
    """What came of one attempt."""

    REACHED = "reached"
    """The right person heard what the call is about."""
    NOT_HERE = "not_here"
    """Somebody else answered; the person is not there now."""
    WRONG_PERSON = "wrong_person"
    """The number is not that person's."""
    OPTED_OUT = "opted_out"
    HUNG_UP = "hung_up"
    """Somebody answered and hung up before anything was settled."""
    MACHINE = "machine"
    MESSAGE_LEFT = "message_left"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    """The network could not put it through."""
    REFUSED = "refused"
    """The carrier did not take the order; the message is in the log."""
    LOST = "lost"
    """Nobody can say: it may have been placed, and no news of it came."""


class Obstacle(StrEnum):
    """Why somebody is not called now."""

    NO_CONSENT = "no consent"
    OPTED_OUT = "opted out"
    NOT_A_NUMBER = "not an ordinary number"
    COUNTRY = "country is not allowed"
    PREFIX = "prefix is not allowed"
    NO_ZONE = "time zone is not known"
    NEVER_OPEN = "calling hours never come"
    HOURS = "outside calling hours"
    LINE = "the number is being called"
    NUMBER_CAP = "the number was called often enough today"
    RETRY = "waits for its next attempt"
    STOPPED = "stopped"
    DONE = "done"


FOREVER = frozenset(
    {
        Obstacle.NO_CONSENT,
        Obstacle.OPTED_OUT,
        Obstacle.NOT_A_NUMBER,
        Obstacle.COUNTRY,
        Obstacle.PREFIX,
        Obstacle.NO_ZONE,
        Obstacle.NEVER_OPEN,
    }
)
"""Obstacles that waiting does not remove."""


class OnMachine(StrEnum):
    """What to do when a machine answers."""

    HANG_UP = "hang_up"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Retry:
    """Whether a result is worth another attempt."""

    wait: float
    """Seconds until then."""
    most: int
    """Further attempts after this result."""


HOUR = 3600.0
USUAL_RETRIES: Mapping[Result, Retry] = {
    Result.NO_ANSWER: Retry(4 * HOUR, 2),
    Result.BUSY: Retry(0.5 * HOUR, 3),
    Result.NOT_HERE: Retry(4 * HOUR, 2),
    Result.MACHINE: Retry(20 * HOUR, 1),
    Result.FAILED: Retry(HOUR, 1),
    Result.LOST: Retry(HOUR, 1),
    Result.REFUSED: Retry(HOUR, 1),
}
USUAL_HOURS = "mon-fri 9:00-20:00, sat 10:00-16:00"


@dataclass(frozen=True, slots=True)
class Terms:
    """How the people of one list are called."""

    hotline: str
    """Packaged name or folder; it has an `outbound.yaml`."""
    hours: CallingHours = field(default_factory=lambda: CallingHours.parse(USUAL_HOURS))
    retries: Mapping[Result, Retry] = field(default_factory=lambda: USUAL_RETRIES)
    attempts: int = 4
    """At most so many, whatever the results."""
    on_machine: OnMachine = OnMachine.HANG_UP
    ring: int = 30
    """Seconds to let it ring."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call about one thing."""

    id: str
    list_id: str
    number: str = field(repr=False)
    """E.164."""
    consent: bool
    """Whether they agreed to be called by an automated assistant."""
    reference: str = ""
    """What it is about, in the words of whoever gave the order; for people, never spoken."""
    language: str = ""
    """Empty: the hotline's own."""
    zone: str = ""
    """IANA name of their time zone; empty: what the number tells."""
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the call is about, as the hotline's `outbound.yaml` describes it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to a contact."""

    id: str
    contact_id: str
    number: str = field(repr=False)
    placed_at: float
    """Seconds since the epoch; noted before the order is given."""
    call_sid: str = ""
    """The carrier's name of it; empty while it is not known."""
    result: Result | None = None
    """None while it is under way."""
    ended_at: float | None = None
