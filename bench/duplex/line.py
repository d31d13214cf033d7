"""CallerLine's way to the carrier: noise in the caller's room, and the bot's voice that comes back.

A `telephony.simulator.LineEffect`: mu-law frames in and out, mixed with numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.duplex.corpus import LEVEL
from telephony.g711 import SAMPLE_RATE, ULAW_LEVELS, pcm16_to_ulaw

SNR = 15.0
"""dB between the callers' active level and the noise under everything on a noisy line."""
ECHO_GAIN = -25.0
"""dB of the echo on a line that has one."""

_LEVELS = np.array(ULAW_LEVELS, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a line is like for a whole call."""

    noise: bool
    echo: bool

    @property
    def name(self) -> str:
        """How the report calls it."""
        return f"{'noise' if self.noise else 'clean'}{', echo' if self.echo else ''}"


CONDITIONS = (
    Condition(noise=False, echo=False),
    Condition(noise=True, echo=False),
    Condition(noise=False, echo=True),
    Condition(noise=True, echo=True),
)


@dataclass(frozen=True, slots=True)
class _Echo:
    begin: int
    end: int | None
    delay: int
    gain: float


class CallLine:
    """One call's line.

    Args:
        bed: Noise that is repeated under the whole call, float32, 8,000 Hz; None: a silent room.
        echo_delay: Seconds by which the bot's voice comes back all the time; 0: it does not.
        echo_gain: dB of that echo.
    """

    def __init__(
        self,
        bed: NDArray[np.float32] | None = None,
        echo_delay: float = 0.0,
        echo_gain: float = ECHO_GAIN,
    ) -> None:
        self._bed = None if bed is None else at_power(bed, LEVEL - SNR) * 32768
        self._echoes: list[_Echo] = []
        if echo_delay:
            self.echo_back(0, None, echo_delay, echo_gain)

    def echo_back(self, begin: int, end: int | None, delay: float, gain: float) -> None:
        """Let the bot's voice come back from one sample to another, `delay` seconds late."""
        self._echoes.append(_Echo(begin, end, round(delay * SAMPLE_RATE), 10 ** (gain / 20)))

    def __call__(self, payload: bytes, start: int, ear: bytearray) -> bytes:
        """Return a frame as the carrier sends it."""
        echoes = [e for e in self._echoes if e.begin <= start and (e.end is None or start < e.end)]
        if self._bed is None and not echoes:
            return payload
        mixed = _LEVELS[np.frombuffer(payload, np.uint8)].copy()
        if self._bed is not None:
            mixed += np.take(self._bed, range(start, start + len(payload)), mode="wrap")
        for echo in echoes:
            begin = max(0, start - echo.delay)
            # A copy: a view would keep the carrier from appending to its buffer.
            heard = bytes(ear[begin : max(0, start - echo.delay + len(payload))])
            # The ear's track ends where the bot has said nothing further.
            late = begin - (start - echo.delay)
            mixed[late : late + len(heard)] += _LEVELS[np.frombuffer(heard, np.uint8)] * echo.gain
        samples = np.clip(np.round(mixed), -32768, 32767).astype("<i2")
        return pcm16_to_ulaw(samples.tobytes())


def at_power(samples: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """Scale to a mean power in dBFS."""
    power = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    scaled: NDArray[np.float32] = (samples * (10 ** (level / 20) / max(power, 1e-9))).astype(
        np.float32
    )
    return scaled
