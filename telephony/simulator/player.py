"""LinePlayer: the caller's side of the conversation, frame by frame, without a clock.

`ScriptPlayer` speaks its lines in order; other callers find out what is due in their own way. For
each 20 ms frame a player is told what the caller has heard so far, and returns what the caller
sends.
Positions are samples on the call clock.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE
from telephony.simulator.loudness import AudibleMeter, audible_spans
from telephony.simulator.script import AfterBot, At, CallerLine, During

FRAME = SAMPLE_RATE // 50
"""Samples in one media message, by the carrier's convention."""

KEY_INTERVAL = SAMPLE_RATE // 4
"""Samples between two key presses."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line and where it lies on the call clock."""

    line: CallerLine
    began: int
    """Where its audio begins."""
    audible_from: int
    audible_to: int
    """The end of its last audible sample, or of its last key."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the caller sends in one 20 ms."""

    payload: bytes
    encoded: str
    """The payload in base64."""
    digits: str = ""
    started: Spoken | None = None
    ended: Spoken | None = None


def frame_of(payload: bytes) -> tuple[bytes, str]:
    """Return a payload with its base64."""
    return payload, b2a_base64(payload, newline=False).decode("ascii")


@lru_cache(maxsize=256)
def _frames(audio: bytes) -> tuple[tuple[bytes, str], ...]:
    # Cached, as many callers with the same audio share one process when load is tested.
    padded = audio + ULAW_SILENCE * (-len(audio) % FRAME)
    cut = (padded[i : i + FRAME] for i in range(0, len(padded), FRAME))
    return tuple(map(frame_of, cut))


SILENCE = Frame(*_frames(ULAW_SILENCE * FRAME)[0])


@lru_cache(maxsize=256)
def _heard(audio: bytes) -> tuple[int, int] | None:
    spans = audible_spans(audio)
    return (spans[0][0], spans[-1][1]) if spans else None


class LinePlayer(ABC):
    """A caller who says one line after the other, each when it is due."""

    def __init__(self) -> None:
        self._waiting_since = 0
        """The end of the last line, or the start of the stream."""
        self._floor = 0
        """The end of what the caller said last."""
        self._speaking: Spoken | None = None
        self._sent_keys = 0
        self._said: list[Spoken] = []

    @abstractmethod
    def due(self, start: int, bot: AudibleMeter) -> CallerLine | None:
        """Return the line that begins at a sample, if one does; asked while nothing is said."""

    @abstractmethod
    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether the caller leaves now."""

    @property
    def said(self) -> tuple[Spoken, ...]:
        """The lines begun so far."""
        return tuple(self._said)

    @property
    def speaking(self) -> Spoken | None:
        """The line in progress."""
        return self._speaking

    def begin(self, start: int) -> None:
        """A stream begins; a line that the last one cut off is not taken up again."""
        self._speaking = None
        self._waiting_since = start

    def next_frame(self, start: int, bot: AudibleMeter) -> Frame:
        """Return the frame that begins at a sample; `bot` has been measured up to there."""
        started = None
        if self._speaking is None and (line := self.due(start, bot)) is not None:
            started = self._begin_line(line, start)
        spoken = self._speaking
        if spoken is None:
            return SILENCE
        frames = _frames(spoken.line.audio)
        offset = start - spoken.began
        index = offset // FRAME
        payload, encoded = (
            frames[index] if index < len(frames) else (SILENCE.payload, SILENCE.encoded)
        )
        digits = ""
        keys = spoken.line.digits
        if self._sent_keys < len(keys) and offset >= self._sent_keys * KEY_INTERVAL:
            digits = keys[self._sent_keys]
            self._sent_keys += 1
        ended = None
        if index >= len(frames) - 1 and self._sent_keys == len(keys):
            ended = spoken
            self._speaking = None
            self._waiting_since = start + FRAME
        return Frame(payload, encoded, digits, started, ended)

    def _begin_line(self, line: CallerLine, start: int) -> Spoken:
        self._sent_keys = 0
        if line.speech is not None:
            bounds = (round(line.speech[0] * SAMPLE_RATE), round(line.speech[1] * SAMPLE_RATE))
        else:
            bounds = _heard(line.audio) or (0, 0)
        if line.digits:
            last_key = (len(line.digits) - 1) * KEY_INTERVAL
            bounds = (0, max(bounds[1], last_key))
        spoken = Spoken(line, start, start + bounds[0], start + bounds[1])
        self._floor = spoken.audible_to
        self._speaking = spoken
        self._said.append(spoken)
        return spoken


class ScriptPlayer(LinePlayer):
    """Plays the lines in order, each when its time has come."""

    def __init__(self, lines: Sequence[CallerLine], *, hang_up_after: float | None) -> None:
        super().__init__()
        self._lines = tuple(lines)
        self._hang_up_after = hang_up_after
        self._next = 0

    def due(self, start: int, bot: AudibleMeter) -> CallerLine | None:
        """Return the next line once its time has come."""
        if not self._is_due(start, bot):
            return None
        self._next += 1
        return self._lines[self._next - 1]

    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether all was said, and the bot has been silent for long enough."""
        if self._hang_up_after is None or self._speaking or self._next < len(self._lines):
            return False
        silent_since = max(bot.last_heard or 0, self._floor, self._waiting_since)
        return start - silent_since >= self._hang_up_after * SAMPLE_RATE

    def _is_due(self, start: int, bot: AudibleMeter) -> bool:
        if self._next == len(self._lines):
            return False
        when = self._lines[self._next].when
        match when:
            case At():
                return start >= when.seconds * SAMPLE_RATE
            case AfterBot():
                last = bot.last_heard
                if last is not None and last > self._floor:
                    return start - last >= when.quiet * SAMPLE_RATE
            case During():
                onset = bot.first_heard_since(self._floor)
                if onset is not None:
                    return start - onset >= when.after_seconds * SAMPLE_RATE
        return start - self._waiting_since >= when.max_wait * SAMPLE_RATE
