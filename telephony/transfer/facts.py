"""What a warm transfer is told: facts of the carrier, of the people, and of the caller.

All of them may come late, twice, out of order, or not at all. A `person` is an index into the list
of people of the transfer; each is rung once at most, so it also names their leg.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telephony.calls import CallStatus


class Key(StrEnum):
    """What a person answered to "press 1 to take it, 2 to decline"."""

    ACCEPT = "accept"
    DECLINE = "decline"
    NONE = "none"
    """No key, or another one: a voicemail, most likely."""


class Order(StrEnum):
    """What became of an order to the carrier."""

    DONE = "done"
    GONE = "gone"
    """The call that it was about is over."""
    REFUSED = "refused"
    """The carrier said no, and nothing has changed."""
    UNCLEAR = "unclear"
    """The carrier did not answer: it may have been carried out, or not, or later."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What became of `Dial`."""

    person: int
    order: Order
    leg: str = ""
    """The carrier's name of the leg, once it is known."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """`Dial` was not carried out, as the person is offered somebody else, talks, or is away."""

    person: int


@dataclass(frozen=True, slots=True)
class Marked:
    """`Mark` was carried out."""

    person: int


@dataclass(frozen=True, slots=True)
class LegChanged:
    """The status callback of a person's leg."""

    person: int
    status: CallStatus
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    """A person's leg was answered, and asks what to play."""

    person: int
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Chose:
    """The person answered the brief."""

    person: int
    key: Key
    leg: str = ""


@dataclass(frozen=True, slots=True)
class PersonJoined:
    """The person is in the room."""

    person: int


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The person is no longer in the room."""

    person: int


@dataclass(frozen=True, slots=True)
class Dismissed:
    """What became of `Dismiss`."""

    person: int
    order: Order


@dataclass(frozen=True, slots=True)
class Announced:
    """The caller has heard that they are connected now."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The caller, still with the bot, does not want a person any more."""


@dataclass(frozen=True, slots=True)
class StreamLost:
    """The caller's media stream broke off, or the bot can no longer keep it; the call goes on."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller has hung up."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of `MoveCaller`."""

    order: Order


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """The caller is in the room."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller is no longer in the room."""


@dataclass(frozen=True, slots=True)
class RoomAsked:
    """The caller's leg follows `MoveCaller`, and asks for the room."""


@dataclass(frozen=True, slots=True)
class RoomStarted:
    """Two are in the room of this person and hear each other (`conference-start`)."""

    person: int


@dataclass(frozen=True, slots=True)
class CallerReleased:
    """The caller's leg left the room, or follows `BringBack`, and asks how it goes on."""

    bot: bool = True
    """Whether the bot can take them back; else they leave a message."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What became of `BringBack`."""

    order: Order


@dataclass(frozen=True, slots=True)
class CallerResumed:
    """The caller is with the bot again: their new media stream began."""


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """The answer to `CheckRoom`."""

    person_there: bool
    caller_there: bool


@dataclass(frozen=True, slots=True)
class RoomUnseen:
    """`CheckRoom` had no answer."""


OfPerson = (
    Dialled
    | Unavailable
    | Marked
    | LegChanged
    | Screened
    | Chose
    | PersonJoined
    | PersonLeft
    | Dismissed
)
"""Facts of one person's leg."""
Fact = (
    OfPerson
    | Announced
    | Withdrawn
    | StreamLost
    | CallerGone
    | Moved
    | CallerJoined
    | CallerLeft
    | RoomAsked
    | RoomStarted
    | CallerReleased
    | BroughtBack
    | CallerResumed
    | RoomSeen
    | RoomUnseen
)
