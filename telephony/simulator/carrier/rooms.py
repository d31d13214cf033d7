"""Room: who hears whom, and what; under a conference or two parties of a `<Dial>`."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony.g711 import ULAW_LEVELS, ULAW_SILENCE, pcm16_to_ulaw
from telephony.simulator.carrier.handset import FRAME_SECONDS, Handset
from telephony.simulator.player import FRAME, SILENCE

Paths = dict[tuple[str, str], list[tuple[float, float]]]
"""By listener and speaker (call sids): when the one could hear the other, in carrier seconds."""


@dataclass(eq=False, slots=True)
class Seat:
    """One party in a room."""

    call_sid: str
    handset: Handset
    delay: float = 0.0
    """Seconds by which the others hear this voice later: the jitter buffer."""
    muted: bool = False
    hold: bool = False
    coaches: str = ""
    """Call sid of the only party that hears this one; empty: all do."""
    voice: bytes | None = None
    """What the others may hear in this tick; None while the jitter buffer fills."""
    _pipe: deque[bytes] = field(default_factory=deque)

    def say(self) -> None:
        """Take what was said into the jitter buffer, and give out what comes of it."""
        self._pipe.append(self.handset.frame.payload)
        ready = len(self._pipe) > round(self.delay / FRAME_SECONDS)
        self.voice = self._pipe.popleft() if ready else None


class Room:
    """Mixes voices.

    Args:
        paths: Noted here is who could hear whom.
        mixing: Whether the parties hear each other yet.
    """

    def __init__(self, paths: Paths, *, mixing: bool) -> None:
        self.seats: list[Seat] = []
        self.mixing = mixing
        self.tape: bytearray | None = None
        """All voices together while the room mixes, for a recording; None: not recorded."""
        self._paths = paths
        self._sounds: list[tuple[bytes, str]] = []

    def play(self, audio: bytes, to: str = "") -> None:
        """Play something over what is said, from the next tick on.

        Args:
            audio: Mu-law.
            to: Call sid of the only one who hears it; empty: everybody.
        """
        self._sounds.append((audio, to))

    def mix(self, tick: int) -> None:
        """Put what was said in this tick to the ears."""
        for seat in self.seats:
            seat.say()
        sounds = [(audio[:FRAME].ljust(FRAME, ULAW_SILENCE), to) for audio, to in self._sounds]
        self._sounds = [(audio[FRAME:], to) for audio, to in self._sounds if len(audio) > FRAME]
        for listener in self.seats:
            voices = [audio for audio, to in sounds if to in ("", listener.call_sid)]
            if self.mixing:
                voices += self._voices_for(listener, tick)
            if voices:
                listener.handset.hear(voices[0] if len(voices) == 1 else mixed(voices))
        if self.mixing and self.tape is not None:
            said = [seat.voice for seat in self.seats if seat.voice and not seat.coaches]
            self.tape += mixed(said) if said else SILENCE.payload

    def _voices_for(self, listener: Seat, tick: int) -> list[bytes]:
        voices = []
        for speaker in self.seats:
            if self._hears(listener, speaker):
                self._note(listener.call_sid, speaker.call_sid, tick)
                if speaker.voice is not None and speaker.voice != SILENCE.payload:
                    voices.append(speaker.voice)
        return voices

    def _hears(self, listener: Seat, speaker: Seat) -> bool:
        return (
            listener is not speaker
            and speaker.voice is not None
            and not (listener.hold or speaker.hold or speaker.muted)
            and speaker.coaches in ("", listener.call_sid)
        )

    def _note(self, listener: str, speaker: str, tick: int) -> None:
        now = tick * FRAME_SECONDS
        spans = self._paths.setdefault((listener, speaker), [])
        if spans and now - spans[-1][1] < FRAME_SECONDS / 2:
            spans[-1] = (spans[-1][0], now + FRAME_SECONDS)
        else:
            spans.append((now, now + FRAME_SECONDS))


def mixed(voices: Sequence[bytes]) -> bytes:
    """Return the sum of frames of equal length, clipped."""
    levels = zip(*(map(ULAW_LEVELS.__getitem__, voice) for voice in voices), strict=True)
    total = array("h", (max(-32_768, min(32_767, sum(samples))) for samples in levels))
    return pcm16_to_ulaw(total.tobytes())
