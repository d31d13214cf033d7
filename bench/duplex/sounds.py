"""Sounds that are not words, synthesised: hums, coughs and what is heard in a room.

Sound is float64, mono, 8,000 Hz, at any level. Everything is a function of the seeded generator
that is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from audio_fixtures.sound import RATE, Sound, silence

Random = np.random.Generator

HUMS = frozenset(("mm-hmm", "hmm", "mmm", "hm-hmm"))
"""Forms that are said with the mouth shut."""


def hum(form: str, random: Random) -> Sound:
    """Return "mm-hmm", "hmm" or "mmm" with the mouth shut: a voiced murmur through the nose."""
    pitch = random.uniform(95, 230)
    if form in ("mm-hmm", "hm-hmm"):
        first, breath, second = random.uniform(0.12, 0.2), 0.06, random.uniform(0.18, 0.32)
        return np.concatenate(
            [
                _murmur(first, pitch, pitch * random.uniform(0.9, 1.0), random),
                _breath(breath, random) * 0.15,
                _murmur(second, pitch * 1.1, pitch * random.uniform(1.1, 1.35), random),
            ]
        )
    length = random.uniform(0.25, 0.55)
    ending = pitch * (random.uniform(0.75, 0.9) if form == "hmm" else random.uniform(0.95, 1.05))
    murmur = _murmur(length, pitch, ending, random)
    return np.concatenate([_breath(0.05, random) * 0.12, murmur]) if form == "hmm" else murmur


def cough(random: Random) -> Sound:
    """Return one to three coughs: bursts of breath, the first the strongest."""
    pieces: list[Sound] = []
    for index in range(int(random.integers(1, 4))):
        burst = _burst(random.uniform(0.18, 0.35), random.uniform(0.05, 0.11), random)
        pieces += [burst * 0.8**index, silence(random.uniform(0.08, 0.25))]
    return _coloured(np.concatenate(pieces), 350, 3000)


def throat(random: Random) -> Sound:
    """Return a throat being cleared: rough voice, twice."""
    pieces: list[Sound] = []
    for _ in range(2):
        length = random.uniform(0.18, 0.32)
        rough = _murmur(length, random.uniform(70, 110), random.uniform(60, 90), random)
        pieces += [rough + 0.5 * _breath(length, random)[: len(rough)], silence(0.06)]
    return np.concatenate(pieces)


def sneeze(random: Random) -> Sound:
    """Return a breath drawn in, and a sneeze."""
    inhaled = _breath(random.uniform(0.25, 0.5), random) * 0.12
    burst = _burst(random.uniform(0.3, 0.45), random.uniform(0.07, 0.12), random)
    return _coloured(np.concatenate([inhaled, silence(0.08), burst]), 500, 3400)


def sniff(random: Random) -> Sound:
    """Return one or two sniffs."""
    one = _breath(random.uniform(0.12, 0.25), random)
    twice = np.concatenate([one, silence(0.15), one * 0.8])
    return _coloured(twice if random.random() < 0.5 else one, 900, 3400)


def door(random: Random) -> Sound:
    """Return a door that falls shut."""
    slam = _burst(random.uniform(0.3, 0.6), random.uniform(0.03, 0.08), random)
    latch = _burst(0.05, 0.008, random) * random.uniform(0.2, 0.5)
    return _coloured(np.concatenate([latch, silence(random.uniform(0.03, 0.1)), slam]), 200, 1200)


def keyboard(random: Random) -> Sound:
    """Return somebody who types."""
    pieces: list[Sound] = []
    for _ in range(int(random.integers(6, 16))):
        key = _burst(0.03, 0.006, random) * random.uniform(0.4, 1.0)
        pieces += [key, silence(random.uniform(0.05, 0.22))]
    return _coloured(np.concatenate(pieces), 1200, 3400)


def dog(random: Random) -> Sound:
    """Return a dog that barks: short voiced bursts that fall in pitch."""
    pitch = random.uniform(260, 600)
    pieces: list[Sound] = []
    for _ in range(int(random.integers(1, 5))):
        length = random.uniform(0.1, 0.2)
        bark = _murmur(length, pitch * 1.2, pitch * 0.7, random, formants=(700, 1500, 2500))
        pieces += [bark + 0.3 * _breath(length, random)[: len(bark)]]
        pieces += [silence(random.uniform(0.15, 0.4))]
    return np.concatenate(pieces)


def dishes(random: Random) -> Sound:
    """Return crockery: a few ringing clinks."""
    total = silence(random.uniform(0.8, 1.6))
    time = np.arange(round(0.25 * RATE)) / RATE
    for _ in range(int(random.integers(2, 6))):
        clink = np.zeros_like(time)
        for _partial in range(3):
            frequency = random.uniform(1200, 3300)
            clink += np.sin(2 * np.pi * frequency * time) * np.exp(
                -time / random.uniform(0.02, 0.09)
            )
        at = int(random.integers(0, len(total) - len(clink)))
        total[at : at + len(clink)] += clink * random.uniform(0.3, 1.0)
    return total


TICS: Mapping[str, Callable[[Random], Sound]] = {
    "cough": cough,
    "throat": throat,
    "sneeze": sneeze,
    "sniff": sniff,
}
NOISES: Mapping[str, Callable[[Random], Sound]] = {
    "door": door,
    "keyboard": keyboard,
    "dog": dog,
    "dishes": dishes,
}


def _murmur(
    seconds: float,
    begin: float,
    end: float,
    random: Random,
    formants: tuple[float, ...] = (270, 1050, 2200),
) -> Sound:
    """Return a voice with a gliding pitch (Hz) through resonances (Hz)."""
    size = round(seconds * RATE)
    pitch = np.linspace(begin, end, size) * (1 + 0.01 * random.standard_normal(size))
    phase = np.cumsum(pitch) / RATE
    pulses = np.diff(np.floor(phase), prepend=0.0) + 0.004 * random.standard_normal(size)
    sound = sosfilt(butter(1, 800, "lowpass", fs=RATE, output="sos"), pulses)
    total = np.zeros(size)
    for index, centre in enumerate(formants):
        radius = np.exp(-np.pi * (80 + 60 * index) / RATE)
        poles = [1.0, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2]
        total += lfilter([1.0 - radius], poles, sound) * 0.45**index
    return _faded(total, 0.02) / max(1e-9, float(np.abs(total).max()))


def _burst(seconds: float, decay: float, random: Random) -> Sound:
    time = np.arange(round(seconds * RATE)) / RATE
    shape = np.minimum(time / 0.006, 1.0) * np.exp(-time / decay)
    burst: Sound = shape * random.standard_normal(len(time))
    return burst


def _breath(seconds: float, random: Random) -> Sound:
    return _faded(random.standard_normal(round(seconds * RATE)) * 0.4, seconds / 4)


def _faded(sound: Sound, seconds: float) -> Sound:
    edge = min(round(seconds * RATE), len(sound) // 2)
    shape = np.ones(len(sound))
    if edge:
        shape[:edge] = np.linspace(0, 1, edge)
        shape[-edge:] = np.linspace(1, 0, edge)
    return sound * shape


def _coloured(sound: Sound, low: float, high: float) -> Sound:
    filtered: Sound = sosfilt(butter(2, [low, high], "bandpass", fs=RATE, output="sos"), sound)
    return filtered
