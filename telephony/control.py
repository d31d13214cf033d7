"""CallControl: the port through which a live call is steered from outside its media stream."""

from __future__ import annotations

from typing import Protocol

from telephony.calls import AccountStatus, ControlOutcome


class CallControl(Protocol):
    """Orders to the carrier. All are idempotent: giving one twice does no harm."""

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
