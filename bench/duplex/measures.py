"""What one event did to the bot's speech, measured on the track at the caller's ear.

The bot's answers are known from a call in which nothing happens (`Reference`). What is heard is
laid beside that, so that a lowered voice, lost and repeated speech are measured to 20 ms, and a
pause that the bot makes anyway is not taken for a yield. Times are seconds on the call clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

from telephony.g711 import SAMPLE_RATE, ULAW_LEVELS, ULAW_SILENCE
from telephony.simulator.loudness import audible_spans

YIELD_WINDOW = 2.0
"""Seconds from the first sound of an interruption within which the bot has to fall silent."""
YIELD_GAP = 0.4
"""Silence, in seconds, from which a bot counts as having stopped."""
GAP_MARGIN = 0.1
"""Seconds by which a yield is longer than the longest pause of the undisturbed bot."""
TEMPLATE = 0.9
"""Seconds of speech that are looked up in the reference."""
ALIKE = 0.7
"""Correlation from which two stretches are the same speech."""
DUCKED = -3.0
"""dB against the reference, below which a voice is lowered."""
FRAME = SAMPLE_RATE // 50
APART = ULAW_SILENCE * 2 * SAMPLE_RATE
"""Between the undisturbed answers, where they are laid one after the other."""

_LEVELS = np.array(ULAW_LEVELS, dtype=np.float32) / 32768

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence of the bot."""

    begin: float
    end: float | None
    """None: the bot said nothing more."""


@dataclass(frozen=True, slots=True)
class Ducking:
    """A lowered voice."""

    begin: float
    depth: float
    """dB, at its lowest."""
    end: float | None
    """When the level was back; None if it was not before the measurement ended."""


def speaks_at(spans: Spans, moment: float) -> bool:
    """Return whether the bot is in the middle of speech: heard within 0.15 s before and after."""
    sample, near = moment * SAMPLE_RATE, 0.15 * SAMPLE_RATE
    before = any(first < sample and last > sample - near for first, last in spans)
    after = any(first < sample + near and last > sample for first, last in spans)
    return before and after


def silence_after(spans: Spans, onset: float, window: float, gap: float) -> Silence | None:
    """Return the first silence of at least `gap` that begins within `window` of `onset`."""
    begin, end = onset * SAMPLE_RATE, (onset + window) * SAMPLE_RATE
    for index, (_, last) in enumerate(spans):
        if not begin <= last <= end:
            continue
        following = spans[index + 1][0] if index + 1 < len(spans) else None
        if following is None or following - last >= gap * SAMPLE_RATE:
            return Silence(
                last / SAMPLE_RATE, None if following is None else following / SAMPLE_RATE
            )
    return None


def longest_pause(spans: Spans, longest: float = 1.2) -> float:
    """Return the longest silence inside utterances; longer ones (`longest`) divide them."""
    gaps = [(following - last) / SAMPLE_RATE for (_, last), (following, _) in pairwise(spans)]
    return max((gap for gap in gaps if gap < longest), default=0.0)


class Reference:
    """What the bot says when nothing disturbs it.

    Args:
        answers: What a caller hears who only listens, mu-law, one for each long answer.
    """

    def __init__(self, answers: Sequence[bytes]) -> None:
        self._samples = decoded(APART.join(answers))
        pauses = [longest_pause(audible_spans(answer)) for answer in answers]
        # The median: an answer that the bot began, took back and began again has a longer one.
        self.gap = max(YIELD_GAP, median(pauses) + GAP_MARGIN)
        """Seconds of silence from which the bot has stopped."""

    def locate(
        self, ear: NDArray[np.float32], begin: int, near: int | None = None, reach: int = 0
    ) -> int | None:
        """Return where the speech that begins at a sample of `ear` lies in the reference.

        Args:
            ear: The decoded track.
            begin: First sample of the stretch, `TEMPLATE` long.
            near: Where it is expected; None: look everywhere.
            reach: Samples around `near`.
        """
        size = round(TEMPLATE * SAMPLE_RATE)
        template = ear[max(0, begin) : max(0, begin) + size]
        if len(template) < size or float(np.sqrt(np.mean(template**2))) < 1e-3:
            return None
        first = 0 if near is None else max(0, near - reach)
        last = len(self._samples) if near is None else near + reach + size
        where = self._samples[first:last]
        if len(where) < size:
            return None
        products = correlate(where, template, mode="valid", method="fft")
        energy = np.concatenate([[0.0], np.cumsum(where.astype(np.float64) ** 2)])
        norms = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-6))
        likeness = products / (norms * float(np.linalg.norm(template)))
        best = int(np.argmax(likeness))
        return first + best if likeness[best] >= ALIKE else None

    def gains(self, ear: NDArray[np.float32], begin: int, end: int, lag: int) -> list[float | None]:
        """Return the level of each 20 ms of `ear` against the reference, in dB.

        Args:
            ear: The decoded track.
            begin: First sample of the stretch.
            end: The sample after its last.
            lag: What to add to a position in `ear` to get the one in the reference.

        None where the bot is silent by itself.
        """
        found: list[float | None] = []
        for start in range(begin, end - FRAME + 1, FRAME):
            heard = _rms(ear[start : start + FRAME])
            at = start + lag
            said = _rms(self._samples[at : at + FRAME]) if at >= 0 else 0.0
            found.append(20 * np.log10(max(heard, 1e-5) / said) if said > 0.01 else None)
        return found


def ducking(gains: Sequence[float | None], begin: float) -> Ducking | None:
    """Return the first lowering of the voice in a row of 20 ms gains that starts at `begin`.

    One frame alone is none: the edges of sounds do not lie on the same frames.
    """
    known = [(begin + i * 0.02, gain) for i, gain in enumerate(gains) if gain is not None]
    low = [gain < DUCKED for _, gain in known]
    first = next((i for i in range(len(low) - 1) if low[i] and low[i + 1]), None)
    if first is None:
        return None
    last = max(i for i in range(len(low) - 1) if low[i] and low[i + 1]) + 1
    depth = sorted(gain for (_, gain), is_low in zip(known, low, strict=True) if is_low)
    return Ducking(
        begin=known[first][0],
        depth=float(depth[len(depth) // 10]),
        end=None if last >= len(known) - 2 else known[last][0] + 0.02,
    )


def decoded(track: bytes) -> NDArray[np.float32]:
    """Return mu-law as float32, full scale 1.0."""
    samples: NDArray[np.float32] = _LEVELS[np.frombuffer(track, np.uint8)].astype(np.float32)
    return samples


def _rms(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
