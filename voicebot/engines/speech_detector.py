"""Finds speech in one call's audio: WebRTC's VAD as the cheap gate, Silero as the judge.

Silero runs only while the gate is open (and a little longer), beginning with what was heard just
before it opened, so that onsets are not lost and an idle line costs next to nothing. All calls
share Silero's ONNX session; each keeps its own recurrent state. Time is counted in samples.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.engines.audio import Gate, Samples, to_samples
from voicebot.engines.onnx import open_session
from voicebot.ports import SAMPLE_RATE, SpeechOffset, SpeechOnset

_WINDOW = 256
"""Samples that Silero judges at once at 8 kHz (32 ms)."""
_CONTEXT = 32
"""Samples before them that it wants to see again."""
_GATE = SAMPLE_RATE // 50
"""Samples of one gate frame (20 ms)."""
_LEVEL = 64
"""Samples over which a level is taken (8 ms)."""
_JUDGED = 10 * SAMPLE_RATE // _WINDOW
"""Judgements that are remembered: ten seconds of sound."""
_RATE = np.array(SAMPLE_RATE, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SpeechPolicy:
    """When sound counts as speech. Times in seconds."""

    voiced: float = 0.5
    """Silero's probability from which a window begins speech."""
    silent: float = 0.35
    """Probability below which a window of running speech is silent."""
    rising: float = 0.1
    """Probability from which a window just before speech belongs to it."""
    faint: float = 0.03
    """Level, relative to the loudest of this speech, below which its end is silent: Silero's own
    opinion lags some 130 ms behind the last sound of a clean voice."""
    onset: float = 0.09
    """Voiced sound that makes an onset."""
    offset: float = 0.09
    """Silence that makes an offset."""
    preroll: float = 0.256
    """Sound before the gate opened that Silero is shown."""
    hangover: float = 0.3
    """How long the gate stays open after the last frame that opened it."""
    aggressiveness: int = 2
    """Of the gate, 0 (lets most through) to 3."""


@dataclass(frozen=True, slots=True)
class SileroState:
    """What the model carries from one window to the next."""

    recurrent: npt.NDArray[np.float32]
    context: Samples

    @classmethod
    def fresh(cls) -> SileroState:
        """Return the state before any audio."""
        return cls(np.zeros((2, 1, 128), np.float32), np.zeros(_CONTEXT, np.float32))


class Silero:
    """The loaded model, shared by all calls."""

    def __init__(self, model: Path) -> None:
        """Load the model.

        Raises:
            EngineError: it cannot be loaded.
        """
        self._session = open_session(model)

    def probability(self, window: Samples, state: SileroState) -> tuple[float, SileroState]:
        """Return the probability of speech in 256 samples at 8 kHz, and the state after them."""
        seen = np.concatenate((state.context, window))
        out, recurrent = self._session.run(
            None, {"input": seen[np.newaxis], "state": state.recurrent, "sr": _RATE}
        )
        return float(out.item()), SileroState(recurrent, window[-_CONTEXT:])


class SileroSpeechDetector:
    """The speech detector of `voicebot.ports`, for one call."""

    def __init__(self, silero: Silero, policy: SpeechPolicy | None = None) -> None:
        """Begin at the first sample of a call."""
        self._silero = silero
        self._policy = policy or SpeechPolicy()
        self._gate = Gate(self._policy.aggressiveness)
        self._onset_windows = max(1, round(self._policy.onset * SAMPLE_RATE / _WINDOW))
        self._offset_windows = max(1, math.ceil(self._policy.offset * SAMPLE_RATE / _WINDOW))
        self._preroll = int(self._policy.preroll * SAMPLE_RATE)
        self._hangover = int(self._policy.hangover * SAMPLE_RATE)
        self._kept = bytearray()
        """Audio not yet judged, or kept as pre-roll."""
        self._kept_from = 0
        """Sample index of its first sample."""
        self._gated = 0
        """Samples that the gate has seen."""
        self._open_until = 0
        self._judging = False
        self._state = SileroState.fresh()
        self._since_reset = 0
        self._quiet_windows = 0
        self._speaking = False
        self._run_from: int | None = None
        """First sample of the rise that may become speech."""
        self._run_windows = 0
        self._voiced_to = 0
        self._loudest = 0.0
        self._silent_windows = 0
        self._judged: deque[tuple[int, float]] = deque(maxlen=_JUDGED)
        """First sample and probability of each window of late."""

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        """Take the next PCM16 samples (any length) and return what was found, in order."""
        self._kept += pcm
        found: list[SpeechOnset | SpeechOffset] = []
        while (self._gated - self._kept_from + _GATE) * 2 <= len(self._kept):
            at = (self._gated - self._kept_from) * 2
            frame = bytes(self._kept[at : at + 2 * _GATE])
            self._gated += _GATE
            if self._gate.is_open(frame):
                self._open_until = self._gated + self._hangover
            self._judge(found)
        return found

    def confidence(self, started: float, ended: float) -> float:
        """Return the mean probability of speech, 0..1, between two times of the last ten seconds.

        What was not judged, as the gate was shut or the model has not seen it yet, does not count.

        Args:
            started: Seconds of audio since the first sample.
            ended: The same.

        Returns:
            0 where nothing was judged.
        """
        first, last = started * SAMPLE_RATE - _WINDOW / 2, ended * SAMPLE_RATE - _WINDOW / 2
        within = [probability for at, probability in self._judged if first <= at < last]
        return sum(within) / len(within) if within else 0.0

    def _judge(self, found: list[SpeechOnset | SpeechOffset]) -> None:
        """Show Silero what it has not seen, while there is a reason to."""
        if not (self._speaking or self._run_windows or self._gated < self._open_until):
            self._judging = False
            self._forget(self._gated - self._preroll)
            return
        if not self._judging:
            self._judging = True
            self._reset()
        while self._kept_from + _WINDOW <= self._gated:
            window = to_samples(bytes(self._kept[: 2 * _WINDOW]))
            probability, self._state = self._silero.probability(window, self._state)
            self._judged.append((self._kept_from, probability))
            self._settle(probability, window, found)
            self._forget(self._kept_from + _WINDOW)
            self._refresh(probability)

    def _settle(
        self, probability: float, window: Samples, found: list[SpeechOnset | SpeechOffset]
    ) -> None:
        """Take the judgement of the window that begins at `_kept_from`."""
        voiced = probability >= (
            self._policy.silent if self._run_windows or self._speaking else self._policy.voiced
        )
        if not self._speaking and self._run_from is None and probability >= self._policy.rising:
            self._run_from = self._kept_from
        if voiced:
            self._silent_windows = 0
            self._run_windows += 1
            self._mark_voiced(window)
            if not self._speaking and self._run_windows >= self._onset_windows:
                assert self._run_from is not None
                self._speaking = True
                found.append(SpeechOnset(self._run_from / SAMPLE_RATE))
            return
        if self._speaking:
            self._silent_windows += 1
            if self._silent_windows < self._offset_windows:
                return
            self._speaking = False
            found.append(SpeechOffset(self._voiced_to / SAMPLE_RATE))
            self._run_from = None
        self._run_windows, self._loudest = 0, 0.0
        if probability < self._policy.rising:
            self._run_from = None

    def _mark_voiced(self, window: Samples) -> None:
        """Move the end of speech to the last sound in a voiced window that is not faint."""
        levels = np.sqrt(np.square(window.reshape(-1, _LEVEL)).mean(axis=1))
        self._loudest = max(self._loudest, float(levels.max()))
        (sounding,) = np.nonzero(levels > self._loudest * self._policy.faint)
        if sounding.size:
            self._voiced_to = self._kept_from + (int(sounding[-1]) + 1) * _LEVEL

    def _refresh(self, probability: float) -> None:
        """Reset the model now and then in clear non-speech, as pipecat does and explains.

        Music, and at 8 kHz long noise, shift its state so that it misses the speech after them.
        """
        self._since_reset += 1
        self._quiet_windows = self._quiet_windows + 1 if probability < 0.1 else 0
        if (
            self._since_reset * _WINDOW >= 2 * SAMPLE_RATE
            and not self._speaking
            and self._quiet_windows >= 5
        ):
            self._reset()

    def _reset(self) -> None:
        self._state = SileroState.fresh()
        self._since_reset = 0
        self._quiet_windows = 0

    def _forget(self, before: int) -> None:
        drop = before - self._kept_from
        if drop > 0:
            del self._kept[: 2 * drop]
            self._kept_from = before


class SpeechDetectors:
    """Makes a detector for each call, over one shared Silero."""

    def __init__(self, model: Path, policy: SpeechPolicy | None = None) -> None:
        """Load the model.

        Raises:
            EngineError: it cannot be loaded.
        """
        self._silero = Silero(model)
        self._policy = policy or SpeechPolicy()

    def open(self) -> SileroSpeechDetector:
        """Return a detector for one call."""
        return SileroSpeechDetector(self._silero, self._policy)
