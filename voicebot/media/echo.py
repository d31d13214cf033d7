"""EchoGuard: whether what comes in is what went out, some hundred milliseconds ago.

A telephone gives the bot's own voice back: by a handset's hybrid, or by a loudspeaker through a
room into a microphone. The guard remembers what the ear was given and when, finds the delay by
generalised cross-correlation (Knapp and Carter 1976, spectrum partly whitened), and then asks how
much of the incoming energy a short filter of the outgoing audio explains. The filter is fitted to
some blocks of the stretch and tried on the others, so that it cannot flatter itself: the speech of
somebody else is explained no better than chance, however alike the voices are.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from telephony.g711 import ULAW_LEVELS
from voicebot.ports import SAMPLE_RATE

_Floats = npt.NDArray[np.float32]

_LEVELS = np.array(ULAW_LEVELS, np.float32)
"""The sample of each mu-law code."""
_BLOCK = SAMPLE_RATE // 50
"""Samples that are fitted, or tried, together."""
_FOLDS = 4
"""Each block is tried with a filter that was fitted to three quarters of the others."""


_SIGNAL = 0.5
"""Share of a sound's energy that is not taken for noise, however noisy the line."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of an incoming stretch is what the bot said."""

    score: float = 0.0
    """Share of the incoming energy that the outgoing audio explains: 0 (somebody else, or nothing)
    to 1 (nothing but echo)."""
    delay: float = 0.0
    """Seconds by which it lags the time at which it was due at the ear; 0 where none was found."""


@dataclass(frozen=True, slots=True)
class EchoPolicy:
    """What an echo may be like. Times in seconds."""

    longest: float = 0.65
    """Delay after the due time at the ear, at most; a far mobile phone needs half a second."""
    memory: float = 4.0
    """Outgoing audio that is kept."""
    window: float = 1.0
    """The end of a longer stretch that is looked at."""
    taps: int = 64
    """Samples of the filter: 8 ms, a hybrid's response or a room's first reflections."""
    before: int = 12
    """Of them, those before the correlation's peak, which need not be the first path."""
    whitening: float = 0.7
    """Exponent on the cross-spectrum's magnitude: 0 lets loud bands decide the delay, 1 none."""
    loading: float = 0.03
    """Share of the outgoing power added to the normal equations, as speech excites few bands."""


class EchoGuard:
    """The memory of what the bot said on one line. Times are of the call clock, in seconds."""

    def __init__(self, policy: EchoPolicy | None = None) -> None:
        """Begin with nothing said."""
        self._policy = policy or EchoPolicy()
        self._pieces: deque[tuple[float, bytes]] = deque()
        """Due time and mu-law; in order, without overlap."""

    def played(self, ulaw: bytes, at: float) -> None:
        """Take what goes out, and when its first sample is due at the ear.

        What was told before of later times is forgotten: a piece is due earlier than the end of
        the one before only when that one was dropped.
        """
        self.cleared(at)
        if ulaw:
            self._pieces.append((at, ulaw))
        while self._pieces and _end(self._pieces[0]) < at - self._policy.memory:
            self._pieces.popleft()

    def cleared(self, at: float) -> None:
        """Forget what was due later: it was dropped, and nobody will hear it."""
        while self._pieces and self._pieces[-1][0] >= at:
            self._pieces.pop()
        if self._pieces and _end(self._pieces[-1]) > at:
            due, ulaw = self._pieces.pop()
            self._pieces.append((due, ulaw[: round((at - due) * SAMPLE_RATE)]))

    def likeness(self, pcm: bytes, ended: float, *, noise: float = 0.0) -> Likeness:
        """Compare what came in with what went out before it.

        Args:
            pcm: PCM16 at 8 kHz, 0.15 s or more; its last second is looked at. Below 0.08 s
                nothing can be told.
            ended: When its last sample was heard.
            noise: Mean square of the line's noise, of samples in -32,768..32,767; it is nobody's,
                so the share is of what exceeds it.
        """
        policy = self._policy
        heard = np.frombuffer(pcm[: len(pcm) & ~1], "<i2").astype(np.float32)
        blocks = min(len(heard), int(policy.window * SAMPLE_RATE)) // _BLOCK
        if blocks < _FOLDS:
            return Likeness()
        heard = heard[len(heard) - blocks * _BLOCK :]
        longest = int(policy.longest * SAMPLE_RATE)
        # The sample heard[i] of an echo of delay `lag` is said[i + taps + longest - lag].
        origin = ended - (len(heard) + longest + policy.taps) / SAMPLE_RATE
        said = self.said(origin, len(heard) + longest + 2 * policy.taps)
        if not said.any() or not heard.any():
            return Likeness()
        lag = self._lag(heard, said, longest)
        first = policy.taps + longest - lag + policy.before - policy.taps + 1
        windows = sliding_window_view(said, policy.taps)[first : first + len(heard)]
        energy = float(heard @ heard)
        energy = max(energy - noise * len(heard), _SIGNAL * energy)
        score = min(1.0, max(0.0, self._explained(heard, windows) / energy))
        return Likeness(score, lag / SAMPLE_RATE) if score > 0 else Likeness()

    def spoke_since(self, at: float) -> bool:
        """Whether anything was due at the ear after a time."""
        return bool(self._pieces) and _end(self._pieces[-1]) > at

    def said(self, origin: float, samples: int) -> _Floats:
        """Return what was due at the ear from `origin` on, -32,768..32,767; silence elsewhere."""
        said = np.zeros(samples, np.float32)
        for due, ulaw in self._pieces:
            first = round((due - origin) * SAMPLE_RATE)
            if -len(ulaw) < first < samples:
                piece = _LEVELS[np.frombuffer(ulaw, np.uint8)]
                said[max(0, first) : first + len(ulaw)] = piece[max(0, -first) : samples - first]
        return said

    def _lag(self, heard: _Floats, said: _Floats, longest: int) -> int:
        """Return the delay in samples at which the two are most alike."""
        size = 1 << (len(said) - 1).bit_length()
        cross = np.fft.rfft(said, size) * np.conj(np.fft.rfft(heard, size))
        magnitude = np.abs(cross)
        cross /= np.maximum(magnitude, 1e-4 * magnitude.max() + 1e-9) ** self._policy.whitening
        taps = self._policy.taps
        correlation = np.abs(np.fft.irfft(cross, size)[taps : taps + longest + 1])
        return longest - int(correlation.argmax())

    def _explained(self, heard: _Floats, windows: _Floats) -> float:
        """Return the energy of `heard` that filters of `windows` explain; not above 0 if none.

        Args:
            heard: Samples, a whole number of blocks.
            windows: For each of them, the outgoing samples that may have made it, (n, taps).
        """
        taps = self._policy.taps
        targets = heard.reshape(-1, _BLOCK)
        inputs = windows.reshape(-1, _BLOCK, taps)
        folds = []
        for fold in range(_FOLDS):
            x = inputs[fold::_FOLDS].reshape(-1, taps)
            y = targets[fold::_FOLDS].ravel()
            folds.append((x.T @ x, x.T @ y))
        gram = np.sum([g for g, _ in folds], axis=0)
        moment = np.sum([m for _, m in folds], axis=0)
        loading = np.eye(taps, dtype=np.float32) * (
            self._policy.loading * float(np.trace(gram)) / taps + 1.0
        )
        explained = 0.0
        for gram_tried, moment_tried in folds:
            fitted = np.linalg.solve(gram - gram_tried + loading, moment - moment_tried)
            explained += float(2 * fitted @ moment_tried - fitted @ gram_tried @ fitted)
        return explained


def _end(piece: tuple[float, bytes]) -> float:
    return piece[0] + len(piece[1]) / SAMPLE_RATE
