"""One attempt: what is known of it so far, in whichever order the news came, and its result."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telephony.calls import CallStatus
from voicebot.outbound.contacts import Attempt, Result

LOOK_AFTER = 120.0
"""Seconds without news of a call after which the carrier is asked about it."""
LONGEST = 4 * 3600.0
"""Seconds after which a call of which nothing is heard is given up; the carrier ends it by then."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The carrier took the order."""

    attempt_id: str
    call_sid: str


@dataclass(frozen=True, slots=True)
class OrderFailed:
    """The order was not taken, or nobody knows whether it was."""

    attempt_id: str
    certain: bool
    """False: the carrier did not answer, and may have placed the call."""


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """The carrier told how a call stands; may come late, twice, or in the wrong order."""

    attempt_id: str
    status: CallStatus
    call_sid: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The carrier knows no such call: it was never placed."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class MachineAnswered:
    """A machine answered, and was dealt with."""

    attempt_id: str
    message_left: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """The conversation settled something."""

    attempt_id: str
    result: Result


CallNews = Ordered | OrderFailed | StatusSeen | NotFound | MachineAnswered | Noted

_UNCONNECTED = {
    CallStatus.BUSY: Result.BUSY,
    CallStatus.NO_ANSWER: Result.NO_ANSWER,
    CallStatus.FAILED: Result.FAILED,
    CallStatus.CANCELED: Result.FAILED,
}
_STRONGEST = (Result.OPTED_OUT, Result.REACHED, Result.WRONG_PERSON, Result.NOT_HERE)
"""What a conversation may settle, weightiest first; the weightiest counts."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All news of one attempt so far."""

    attempt: Attempt
    look_at: float
    """When to ask the carrier, unless news comes before."""
    noted: Result | None = None
    machine: Result | None = None
    final: Result | None = None
    """Set once the call is over, or never began."""

    @property
    def over(self) -> bool:
        """Whether there is no call any more."""
        return self.final is not None

    @property
    def result(self) -> Result | None:
        """What came of it; None while it is under way."""
        if self.final is None:
            return None
        # Whatever the carrier says, what was settled in words was.
        return self.noted or self.machine or self.final

    def take(self, news: CallNews, now: float) -> Progress:
        """Return what is known after some news; the same news twice changes nothing more."""
        heard = replace(self, look_at=now + LOOK_AFTER)
        match news:
            case Ordered(call_sid=sid):
                return _named(heard, sid)
            case OrderFailed(certain=True):
                return _ended(self, Result.REFUSED)
            case OrderFailed():
                return replace(self, look_at=min(self.look_at, now + LOOK_AFTER / 4))
            case StatusSeen(status=status, call_sid=sid):
                heard = _named(heard, sid)
                if status is CallStatus.COMPLETED:
                    return _ended(heard, Result.HUNG_UP)
                if (result := _UNCONNECTED.get(status)) is not None:
                    return _ended(heard, result)
                return heard
            case NotFound():
                return _ended(self, Result.LOST)
            case MachineAnswered(message_left=left):
                return replace(heard, machine=Result.MESSAGE_LEFT if left else Result.MACHINE)
            case Noted(result=result):
                if self.noted is not None and _rank(self.noted) <= _rank(result):
                    return heard
                return replace(heard, noted=result)


def _named(progress: Progress, sid: str) -> Progress:
    if not sid or progress.attempt.call_sid:
        return progress
    return replace(progress, attempt=replace(progress.attempt, call_sid=sid))


def _ended(progress: Progress, result: Result) -> Progress:
    # The first end counts; the carrier may send its callbacks again.
    return progress if progress.final is not None else replace(progress, final=result)


def _rank(result: Result) -> int:
    return _STRONGEST.index(result) if result in _STRONGEST else len(_STRONGEST)
