"""Value types of call control: what the carrier tells of calls, and of what we asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


class CallStatus(StrEnum):
    """State of a call or leg, in the carrier's words."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


class DialStatus(StrEnum):
    """How an attempt to reach a person from within a call ended."""

    COMPLETED = "completed"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class ControlOutcome(StrEnum):
    """What became of an order to a live call."""

    DONE = "done"
    GONE = "gone"
    """The call had ended already; the caller was quicker than we were."""


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """The carrier account as the carrier sees it."""

    sid: str
    status: str
    """`active`, `suspended` or `closed`."""

    @property
    def active(self) -> bool:
        """Whether calls can be made and taken."""
        return self.status == "active"


def is_e164(number: str) -> bool:
    """Return whether this is a phone number in E.164 form, such as `+15551234567`."""
    return _E164.fullmatch(number) is not None
