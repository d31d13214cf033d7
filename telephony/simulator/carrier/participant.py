"""Participant: one call in a conference, and how it came in and went."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.rooms import Seat
from telephony.simulator.carrier.run import Run

DEFAULT_MUSIC = None
"""A wait address that was not given: the carrier's own music."""


class Left(StrEnum):
    """Why a participant left (`ReasonParticipantLeft`)."""

    HUNG_UP = "participant_hung_up"
    UPDATED = "participant_updated_via_api"
    MODERATOR = "moderator_ended_conference"
    VIA_API = "conference_ended_via_api"
    ADD_FAILED = "participant_add_failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody enters a conference."""

    label: str = ""
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = DEFAULT_MUSIC
    wait_method: str = "POST"
    jitter_buffer: str = "large"
    most: int = 250
    coaches: str = ""
    beep: str = "true"
    record: bool = False
    callback: Webhook | None = None
    recording_callback: Webhook | None = None

    def fields(self, call_sid: str) -> dict[str, str]:
        """Return what a callback says of somebody who is not in yet, or no longer."""
        fields = {
            "CallSid": call_sid,
            "Muted": word(self.muted),
            "Hold": "false",
            "Coaching": word(bool(self.coaches)),
            "EndConferenceOnExit": word(self.end_on_exit),
            "StartConferenceOnEnter": word(self.start_on_enter),
        }
        if self.label:
            fields["ParticipantLabel"] = self.label
        return fields


@dataclass(eq=False, slots=True)
class Participant:
    """One call in a conference."""

    leg: Leg
    entry: Entry
    seat: Seat
    run: Run = field(repr=False)
    muted: bool = False
    hold: bool = False
    end_on_exit: bool = False
    hold_url: str | None = DEFAULT_MUSIC
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    reason: Left | None = None
    entertainment: asyncio.Task[None] | None = None

    @property
    def label(self) -> str:
        """The label, if one was given."""
        return self.entry.label

    def fields(self) -> dict[str, str]:
        """Return what a callback says of them."""
        return self.entry.fields(self.leg.sid) | {
            "Muted": word(self.muted),
            "Hold": word(self.hold),
            "Coaching": word(bool(self.seat.coaches)),
            "EndConferenceOnExit": word(self.end_on_exit),
        }


def word(value: bool) -> str:
    """Return a boolean as callbacks write it."""
    return "true" if value else "false"
