"""The carrier's error log: what the server under test did wrong, and what failed between us.

Codes are Twilio's (twilio.com/docs/api/errors) where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 12_200
"""A document does not fit TwiML's schema."""
HTTP_FAILED = 11_200
"""A webhook failed: no connection, a status other than 2xx, or no answer in time."""
NOT_XML = 12_100
"""A document cannot be parsed."""
LABEL_TAKEN = 16_025
"""Two participants of a conference may not have one label."""
NOBODY_TO_COACH = 13_240
"""Somebody enters a conference to coach a call that is not in it."""
HANDSHAKE = 31_920
"""A media stream's socket could not be opened."""
UNREAD = 31_930
"""A media stream's other end does not read; audio was discarded."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of the error log."""

    code: int
    """Twilio's error code; 0 where it has none."""
    text: str
    call_sid: str = ""
    mistake: bool = False
    """Whether it is a mistake in a document or request, rather than something that failed."""

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.code} {self.text}" + (f" ({self.call_sid})" if self.call_sid else "")


class Alerts(list[Alert]):
    """The log, oldest first."""

    def add(self, code: int, text: str, call_sid: str = "", *, mistake: bool = False) -> None:
        """Write a line."""
        self.append(Alert(code, text, call_sid, mistake))

    @property
    def mistakes(self) -> list[Alert]:
        """The lines that a correct server never causes."""
        return [alert for alert in self if alert.mistake]


class CarrierComplains(AssertionError):
    """The server under test made mistakes that the carrier's error log lists."""

    def __init__(self, mistakes: list[Alert]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))
