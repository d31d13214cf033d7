"""CallControl: the port through which a live call is steered from outside its media stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from telephony.calls import AccountStatus, CallStatus, ControlOutcome


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to be made."""

    to: str = field(repr=False)
    """E.164, from our own settings and never from what a caller said."""
    caller_id: str = field(repr=False)
    """One of the account's numbers, E.164."""
    url: str
    """Asked for instructions once it is answered."""
    status_url: str
    """Told how it gets on."""
    ring_seconds: int = 25
    longest_seconds: int = 4 * 3_600
    machine_url: str = ""
    """Told, while the call goes on, whether a person or a machine answered; empty: nobody listens
    for it."""
    until_beep: bool = False
    """Whether it is told only once a machine has said all of its greeting."""


class CallLookup(Protocol):
    """Questions to the carrier about calls that we made."""

    async def call_status(self, call_sid: str) -> CallStatus | None:
        """Return how a call stands; None where the carrier knows no such call.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
        """
        ...

    async def calls_to(self, number: str, since: float) -> tuple[tuple[str, CallStatus], ...]:
        """Return the calls that we made to a number, newest first, with how they stand.

        Args:
            number: E.164.
            since: Only those made from then on, seconds since the epoch.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
        """
        ...


class CallControl(Protocol):
    """Orders to the carrier. All but `dial` are idempotent: giving one twice does no harm."""

    async def dial(self, call: OutgoingCall) -> str:
        """Make a call, and return the carrier's name of it.

        Never repeated by itself where it may have succeeded: nobody is rung twice.

        Raises:
            CarrierRefused: the carrier said no, and rings nobody.
            CarrierUnavailable: it did not answer in time; the call may be made nevertheless.
            ValueError: a number is not in E.164 form.
        """
        ...

    async def redirect(self, call_sid: str, url: str) -> ControlOutcome:
        """Have a live call ask there how it goes on; this ends its media stream.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
        """
        ...

    async def room_members(self, room: str) -> frozenset[str]:
        """Return the calls that are in a conference; none where there is no such conference.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
        """
        ...

    async def hang_up(self, call_sid: str) -> ControlOutcome:
        """End a call.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
        """
        ...

    async def update_twiml(self, call_sid: str, twiml: str) -> ControlOutcome:
        """Have a live call go on with other instructions; this ends its media stream.

        Raises:
            CarrierRefused: the carrier said no.
            CarrierUnavailable: it did not answer in time.
            ValueError: the document is longer than the carrier takes.
        """
        ...

    async def check_account(self) -> AccountStatus:
        """Ask the carrier whether our credentials are right and the account works.

        Raises:
            CarrierRefused: the credentials are wrong.
            CarrierUnavailable: it did not answer in time.
        """
        ...
