"""The telephony exception tree.

TelephonyError
├── ProtocolViolation     the other side sent what the protocol does not allow
├── StreamNotStarted      we wanted to send before the stream had begun
└── CarrierError          a request to the carrier did not succeed
    ├── CarrierRefused    it said no: our mistake, its rule or a suspended account
    └── CarrierUnavailable  it did not answer, answered 5xx, or told us to slow down

Expected outcomes (busy, no answer, the caller is gone) are values, not exceptions. Messages never
hold phone numbers, tokens or the caller's words, so they may be logged.
"""

from __future__ import annotations

from typing import ClassVar


class TelephonyError(Exception):
    """Whatever goes wrong between us and the telephone network."""


class ProtocolViolation(TelephonyError):
    """The other side of a media stream broke the protocol; the stream cannot be trusted."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        """A few fixed words, fit for a log line and a websocket close frame."""
        super().__init__(reason)


class StreamNotStarted(TelephonyError):
    """A command for a stream was asked for before the carrier named the stream."""


class CarrierError(TelephonyError):
    """The carrier did not do what we asked."""

    retryable: ClassVar[bool] = False
    """Whether the same request may succeed a little later."""

    def __init__(self, message: str, *, status: int = 0, code: int = 0) -> None:
        self.status = status
        """HTTP status; 0 when there was no answer."""
        self.code = code
        """The carrier's own error code; 0 when it gave none."""
        super().__init__(message)


class CarrierRefused(CarrierError):
    """The carrier understood and said no; asking again will not help."""


class CarrierUnavailable(CarrierError):
    """The carrier did not answer in time, or could not serve us now."""

    retryable = True
