"""Comfort: when a caller who waits hears music. Sans-I/O.

Silence on a telephone sounds like a call that broke off. So music begins soon after the last word,
goes on below the bot's words, and stops at once when the caller says something or the person is
there.
"""

from __future__ import annotations

from voicebot.ports import Speaker

PAUSE = 0.5
"""Seconds without a sound after which it begins."""
_HAIR = 1e-6
"""Seconds by which a timer may ring early: differences of times are rounded."""


class Comfort:
    """Whether music is played, and when it begins."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._plays = False
        self.deadline: float | None = None
        """When to call `update` at the latest, on the call clock."""

    def update(self, now: float, *, wanted: bool, speaking: bool) -> None:
        """Begin or stop.

        Args:
            now: Call clock.
            wanted: The caller waits, and says nothing.
            speaking: The bot says something, or is about to.
        """
        if not wanted or self._plays or speaking:
            self.deadline = None
            if self._plays and not wanted:
                self._plays = False
                self._speaker.hold(False)
        elif self.deadline is None:
            self.deadline = now + PAUSE
        elif self.deadline <= now + _HAIR:
            self.deadline = None
            self._plays = True
            self._speaker.hold(True)
