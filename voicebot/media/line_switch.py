"""LineSwitch: the speaker and the ears of a call whose media streams come and go.

A call outlives its streams: while the caller is with a person there is none, and then a new one.
"""

from __future__ import annotations

from collections.abc import Callable

from voicebot.call.inbox import SessionEvent
from voicebot.journal import SoundMeasured
from voicebot.media.phone import PhoneLine


class LineSwitch:
    """Stands for whichever line the call has now, or had last."""

    def __init__(self, post: Callable[[SessionEvent], None]) -> None:
        """
        Args:
            post: Takes what happens on the line that the call has now.
        """
        self._post = post
        self._line: PhoneLine | None = None
        self._carries = False

    def post_of(self, line: Callable[[], PhoneLine]) -> Callable[[SessionEvent], None]:
        """Return what a line posts to; it is heard only while it is the call's."""

        def post(event: SessionEvent) -> None:
            if self._line is line():
                self._post(event)

        return post

    def connect(self, line: PhoneLine) -> None:
        """The call has this line from now on."""
        self._line = line

    async def carry(self, line: PhoneLine) -> None:
        """Carry the call on a line that was connected, until its stream ends or `close`."""
        self._carries = True
        try:
            await line.run()
        finally:
            if self._line is line:
                self._carries = False

    async def close(self) -> None:
        """End the stream, if there is one."""
        if self._line is not None and self._carries:
            await self._line.close()

    async def lose(self) -> None:
        """The carrier has ended the stream, whatever the socket looks like."""
        if self._line is not None and self._carries:
            await self._line.lose()

    # --- as a speaker ----------------------------------------------------------------------------

    def play(self, segment: str, audio: bytes) -> None:
        """Play on the line; see `voicebot.ports.Speaker`."""
        self._now.speaker.play(segment, audio)

    def duck(self) -> None:
        """Lower the voice."""
        self._now.speaker.duck()

    def restore(self) -> None:
        """Bring the voice back."""
        self._now.speaker.restore()

    def hold(self, wanted: bool) -> None:
        """Play music to a caller who waits, where there is a line."""
        if self._carries:
            self._now.speaker.hold(wanted)

    def silence(self, tail: float = 0.0) -> None:
        """Drop what was not sent, where there is a line."""
        if self._carries:
            self._now.speaker.silence(tail)

    # --- as ears ---------------------------------------------------------------------------------

    def audio(self, started: float, ended: float) -> bytes:
        """Return what was heard; see `voicebot.ports.Ears`."""
        return self._now.ears.audio(started, ended)

    def measure(self, started: float) -> SoundMeasured:
        """Return what a sound was like."""
        return self._now.ears.measure(started)

    @property
    def _now(self) -> PhoneLine:
        if self._line is None:
            raise RuntimeError("a call begins with a line")
        return self._line
