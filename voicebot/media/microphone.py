"""MicrophoneLine: the sound card as one leg of a call, for developers.

Differs from the phone only in what carries the audio: the same session, dialogue and machines. The
card asks for audio on a thread of its own; marks are exact, since we know what it took.

On loudspeakers the microphone hears the bot, so what the loudspeaker plays is taken out of it once
the room is known, within a second; with headphones there is nothing to take out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from telephony.g711 import ulaw_to_pcm16
from voicebot.call.inbox import SessionEvent
from voicebot.call.speech import MarkEchoed, SegmentSent
from voicebot.journal import StreamEnded
from voicebot.media.canceller import EchoCanceller
from voicebot.media.echo import EchoGuard
from voicebot.media.listener import Listener
from voicebot.media.speaker import DUCKED
from voicebot.ports import SAMPLE_RATE, SpeechDetector

BLOCK = 0.02
"""Seconds of audio a callback."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """Speech that waits for the card."""

    name: str
    """Empty for the dying away of one that was cut off."""
    ulaw: bytes
    pcm: bytes
    """The same at the card's rate."""


class NoSoundCard(ValueError):
    """There is nothing to hear or speak with; the message says what to do."""


class MicrophoneLine:
    """The speaker and the ears of a session at a sound card of any rate."""

    def __init__(
        self,
        detector: SpeechDetector,
        *,
        rate: int,
        headphones: bool,
        post: Callable[[SessionEvent], None],
        clock: Callable[[], float],
    ) -> None:
        """Make a line; a sound card then calls `exchange`.

        Args:
            detector: This call's own.
            rate: The card's, Hz.
            headphones: Whether the microphone cannot hear the bot.
            post: Takes what happens on the line.
            clock: The call clock.
        """
        self._loop = asyncio.get_running_loop()
        self._post = post
        self._clock = clock
        self._echo = EchoGuard()
        # A card's buffers may be shorter than a carrier's.
        self._canceller = None if headphones else EchoCanceller(self._echo, soonest=0.0)
        self._due = 0.0
        """Call clock at which what the card took so far has been played."""
        self._rate = rate
        # In floats: with integers soxr dithers, so that silence would not stay silence.
        self._in = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        self._waiting: deque[_Segment] = deque()
        self._playing: _Segment | None = None
        self._position = 0
        self._level = self._wanted = 1.0
        """Factors: of what was played last, and of what is played next."""
        self.ears = Listener(detector, clock=clock, post=post, echo=self._echo)

    # --- the session's side: on the event loop -----------------------------------------------

    def play(self, segment: str, audio: bytes) -> None:
        """Queue one segment of mu-law."""
        pcm = np.frombuffer(ulaw_to_pcm16(audio), "<i2")
        if len(pcm) and self._rate != SAMPLE_RATE:
            pcm = soxr.resample(pcm, SAMPLE_RATE, self._rate)
        self._waiting.append(_Segment(segment, audio, pcm.tobytes()))

    def duck(self) -> None:
        """Lower the voice."""
        self._wanted = 10 ** (-DUCKED / 20)

    def restore(self) -> None:
        """Bring the voice back."""
        self._wanted = 1.0

    def hold(self, wanted: bool) -> None:
        """Nobody waits at a microphone: there is no person to be rung."""

    def silence(self, tail: float = 0.0) -> None:
        """Stop, dying away over `tail` seconds."""
        playing, position = self._playing, self._position
        self._waiting.clear()
        self._playing = None
        if playing is not None and tail > 0:
            rest = np.frombuffer(playing.pcm, "<i2")[position // 2 :][: round(tail * self._rate)]
            faded = rest * np.linspace(self._level, 0.0, len(rest), dtype=np.float32)
            self._waiting.append(_Segment("", b"", faded.astype("<i2").tobytes()))
        self._level = self._wanted = 1.0

    def _listen(self, pcm: bytes) -> None:
        clean = self._canceller.clean(pcm, self._clock()) if self._canceller else pcm
        self.ears.feed(clean)

    def fail(self, reason: str) -> None:
        """The sound card is gone."""
        self._post(StreamEnded(f"error:{reason}"))

    # --- the card's side: on its own thread --------------------------------------------------

    def exchange(self, heard: bytes, wanted: int) -> bytes:
        """Take what the microphone heard and return as many bytes as the loudspeaker wants.

        Both PCM16 mono at the card's rate.
        """
        spoken = self._speech(wanted)
        near = np.frombuffer(heard, "<i2")
        samples = self._in.resample_chunk(near.astype(np.float32))
        pcm = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
        self._tell(self._listen, pcm)
        return spoken

    def _speech(self, wanted: int) -> bytes:
        out = bytearray()
        while len(out) < wanted:
            playing = self._playing or self._next()
            if playing is None:
                return bytes(out).ljust(wanted, b"\x00")
            if self._position == 0 and playing.name:
                self._tell(self._post, SegmentSent(playing.name))
            first = self._position
            piece = playing.pcm[first : first + wanted - len(out)]
            out += self._at_level(piece)
            self._position += len(piece)
            self._remember(playing.ulaw[self._samples(first) : self._samples(self._position)])
            if self._position >= len(playing.pcm):
                self._playing = None
                if playing.name:
                    self._tell(self._post, MarkEchoed(playing.name))
        return bytes(out)

    def _at_level(self, piece: bytes) -> bytes:
        begin, self._level = self._level, self._wanted
        if begin == self._level == 1.0:
            return piece
        samples = np.frombuffer(piece, "<i2")
        ramp = np.linspace(begin, self._level, len(samples), dtype=np.float32)
        return (samples * ramp).astype("<i2").tobytes()

    def _remember(self, ulaw: bytes) -> None:
        """Tell the guard what the card took now, the pieces of a callback end to end."""
        due = max(self._due, self._clock())
        self._due = due + len(ulaw) / SAMPLE_RATE
        self._tell(self._echo.played, ulaw, due)

    def _samples(self, position: int) -> int:
        """Turn bytes at the card's rate into samples at 8 kHz."""
        return position // 2 * SAMPLE_RATE // self._rate

    def _next(self) -> _Segment | None:
        try:
            self._playing = self._waiting.popleft()
        except IndexError:
            return None
        self._position = 0
        return self._playing

    def _tell(self, what: Callable[..., None], *args: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *args)
