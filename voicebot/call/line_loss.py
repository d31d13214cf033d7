"""LineLoss: a media stream that breaks off while its caller still listens. Sans-I/O.

The carrier asks us how the call goes on, and gets a new stream: once a call. Until it is there the
session waits, for a bounded time, with all that it knows. A line that breaks off again is none to
talk on, and the caller gets the keypad menu.
"""

from __future__ import annotations


class LineLoss:
    """Whether the session of a call waits for another stream.

    Args:
        resumes: How often a call is taken up again.
        seconds: How long a new stream is waited for.
    """

    def __init__(self, *, resumes: int, seconds: float) -> None:
        self._left = resumes
        self._seconds = seconds
        self.heard = ""
        """What the caller had heard of the words that the loss cut off."""
        self.deadline: float | None = None
        """Until when a new stream is waited for, on the call clock; None while there is a line."""

    @property
    def waits(self) -> bool:
        """Whether there is no line, and one may come."""
        return self.deadline is not None

    @property
    def can_wait(self) -> bool:
        """Whether the call would be taken up again if its line broke off now."""
        return self._left > 0 and not self.waits

    def lost(self, now: float) -> None:
        """The line broke off."""
        self._left -= 1
        self.deadline = now + self._seconds

    def back(self) -> None:
        """A new stream is there."""
        self.deadline = None

    def is_over(self, now: float) -> bool:
        """Whether no stream came in time."""
        return self.deadline is not None and self.deadline <= now
