"""Ending: how a call will end, once all that is to be said was heard."""

from __future__ import annotations

from voicebot.journal import HandoffDecided


class Ending:
    """The end that was decided, if any; an interruption may take it back."""

    def __init__(self) -> None:
        self.disposition: str | None = None
        """See `voicebot.journal.CallEnded`; None while the call goes on."""
        self.handoff: HandoffDecided | None = None
        """A person takes over; this is never taken back."""
        self._parked: str | None = None
        """Taken back by an interruption that may prove to be none."""

    def decide(self, disposition: str) -> None:
        """The call ends so."""
        self.disposition = disposition

    def hand_over(self, handoff: HandoffDecided, disposition: str) -> None:
        """The call ends with a person, or for want of one."""
        self.handoff = handoff
        self.disposition = disposition

    def park(self) -> None:
        """Take the end back: "Wait, one more thing" over the goodbye."""
        if self.handoff is None and self.disposition is not None:
            self._parked, self.disposition = self.disposition, None

    def unpark(self) -> None:
        """It was no interruption: what was decided holds."""
        self.disposition, self._parked = self._parked or self.disposition, None
