"""MicrophoneLine: the sound card as one leg of a call, for developers.

Differs from the phone only in what carries the audio: the same session, dialogue and machines. The
card asks for audio on a thread of its own; marks are exact, since we know what it took.

On loudspeakers the microphone would hear the bot, so while the bot is audible (and shortly after)
the session is given silence instead; with headphones it is given everything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import numpy as np
import soxr

from telephony.g711 import ulaw_to_pcm16
from voicebot.journal import StreamEnded
from voicebot.media.listener import Listener
from voicebot.ports import SAMPLE_RATE, SpeechDetector
from voicebot.session import SessionEvent
from voicebot.speech import MarkEchoed, SegmentSent

BLOCK = 0.02
"""Seconds of audio a callback."""
ECHO_TAIL = 0.35
"""Seconds after the bot's last sound in which a room still gives it back."""


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
        self._headphones = headphones
        self._rate = rate
        # In floats: with integers soxr dithers, so that silence would not stay silence.
        self._in = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._playing: tuple[str, bytes] | None = None
        self._position = 0
        self._quiet_for = 0.0
        self.ears = Listener(detector, clock=clock, post=post)

    # --- the session's side: on the event loop -----------------------------------------------

    def play(self, segment: str, audio: bytes) -> None:
        """Queue one segment of mu-law."""
        pcm = np.frombuffer(ulaw_to_pcm16(audio), "<i2")
        if len(pcm) and self._rate != SAMPLE_RATE:
            pcm = soxr.resample(pcm, SAMPLE_RATE, self._rate)
        self._waiting.append((segment, pcm.tobytes()))

    def silence(self) -> None:
        """Stop at once."""
        self._waiting.clear()
        self._playing = None

    def fail(self, reason: str) -> None:
        """The sound card is gone."""
        self._post(StreamEnded(f"error:{reason}"))

    # --- the card's side: on its own thread --------------------------------------------------

    def exchange(self, heard: bytes, wanted: int) -> bytes:
        """Take what the microphone heard and return as many bytes as the loudspeaker wants.

        Both PCM16 mono at the card's rate.
        """
        spoken = self._speech(wanted)
        audible = bool(spoken.strip(b"\x00"))
        self._quiet_for = 0.0 if audible else self._quiet_for + wanted / 2 / self._rate
        if not self._headphones and self._quiet_for < ECHO_TAIL:
            heard = bytes(len(heard))
        samples = self._in.resample_chunk(np.frombuffer(heard, "<i2").astype(np.float32))
        pcm = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
        self._tell(self.ears.feed, pcm)
        return spoken

    def _speech(self, wanted: int) -> bytes:
        out = bytearray()
        while len(out) < wanted:
            playing = self._playing or self._next()
            if playing is None:
                return bytes(out).ljust(wanted, b"\x00")
            name, audio = playing
            if self._position == 0:
                self._tell(self._post, SegmentSent(name))
            piece = audio[self._position : self._position + wanted - len(out)]
            out += piece
            self._position += len(piece)
            if self._position >= len(audio):
                self._playing = None
                self._tell(self._post, MarkEchoed(name))
        return bytes(out)

    def _next(self) -> tuple[str, bytes] | None:
        try:
            self._playing = self._waiting.popleft()
        except IndexError:
            return None
        self._position = 0
        return self._playing

    def _tell(self, what: Callable[..., None], *args: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *args)
