"""What is done to the sound: telephone band, level, speech segments, noise.

Sound is float64, mono, 8,000 Hz, full scale at 1.0. Everything is a function of its arguments:
noise comes from a generator that the caller seeds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16

Sound = NDArray[np.float64]

RATE = 8_000
"""Hz."""

FRAME = RATE // 100
"""Samples of the 10 ms over which loudness is taken."""

AUDIBLE = -45.0
"""dBFS, RMS of a frame: louder is speech, in a recording without noise."""

SOFT_ONSET = 0.05
"""Seconds kept before the first audible frame: an "h" or an "s" begins below that level."""

SOFT_DECAY = 0.08
"""Seconds kept after the last audible frame."""

SHORTEST_GAP = 0.3
"""Seconds: a shorter silence belongs to the words around it (a stop consonant, a comma)."""


def telephone_band(sound: Sound) -> Sound:
    """Keep 300-3,400 Hz, the band of a telephone channel."""
    sections = butter(4, [300, 3400], btype="bandpass", fs=RATE, output="sos")
    filtered: Sound = sosfiltfilt(sections, sound)
    return filtered


def over_the_wire(sound: Sound) -> bytes:
    """Return what comes out of a mu-law channel, as PCM16."""
    samples = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    return ulaw_to_pcm16(pcm16_to_ulaw(samples.tobytes()))


def frame_levels(sound: Sound) -> Sound:
    """Return the RMS of each whole 10 ms frame, in dBFS (-120 for digital silence)."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    levels: Sound = 20 * np.log10(np.maximum(np.sqrt(np.mean(frames**2, axis=1)), 1e-6))
    return levels


def speech_level(sound: Sound) -> float:
    """Return the RMS in dBFS over the frames within 20 dB of the loudest one."""
    levels = frame_levels(sound)
    loud = levels[levels > levels.max() - 20]
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def at_level(sound: Sound, level: float) -> Sound:
    """Scale to a speech level in dBFS."""
    return sound * 10 ** ((level - speech_level(sound)) / 20)


def segments(sound: Sound) -> list[tuple[float, float]]:
    """Return the stretches of speech as (start, end) in seconds."""
    found: list[tuple[float, float]] = []
    for index in np.flatnonzero(frame_levels(sound) > AUDIBLE):
        start, end = index / 100, (index + 1) / 100
        if found and start - found[-1][1] < SHORTEST_GAP:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start >= 0.03]


def trimmed(sound: Sound, lead: float, trail: float) -> Sound:
    """Put `lead` and `trail` seconds of silence in place of what is around the speech."""
    voiced = segments(sound)
    start = max(0, round((voiced[0][0] - SOFT_ONSET) * RATE))
    end = round((voiced[-1][1] + SOFT_DECAY) * RATE)
    return np.concatenate([silence(lead), sound[start:end], silence(trail)])


def silence(seconds: float) -> Sound:
    """Return digital silence."""
    return np.zeros(round(seconds * RATE))


def pink(seconds: float, random: np.random.Generator) -> Sound:
    """Return noise with equal energy in each octave."""
    size = round(seconds * RATE)
    spectrum = np.fft.rfft(random.standard_normal(size))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    shaped = spectrum / np.sqrt(np.maximum(frequency, 20.0))
    noise: Sound = np.fft.irfft(shaped, size)
    return noise


def hum(seconds: float, random: np.random.Generator) -> Sound:
    """Return the harmonics of a 50 Hz mains that a telephone band lets through."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros_like(time)
    for harmonic in range(6, 26):
        phase = random.uniform(0, 2 * np.pi)
        sound += np.sin(2 * np.pi * 50 * harmonic * time + phase) / harmonic
    return sound


def cough(seconds: float, random: np.random.Generator) -> Sound:
    """Return two bursts of breath noise, as of a cough: a sharp onset and a slower decay."""
    sound = silence(seconds)
    for start, length, strength in ((0.15, 0.28, 1.0), (0.58, 0.32, 0.7)):
        time = np.arange(round(length * RATE)) / RATE
        envelope = strength * np.minimum(time / 0.012, 1.0) * np.exp(-time / 0.09)
        at = round(start * RATE)
        sound[at : at + len(time)] += envelope * random.standard_normal(len(time))
    return sound


def mixed(sound: Sound, noise: Sound, snr: float) -> Sound:
    """Lay noise under speech, `snr` decibels below it; the noise is repeated as needed."""
    under = np.resize(noise, len(sound))
    wanted = speech_level(sound) - snr
    actual = 10 * np.log10(np.mean(under**2))
    total: Sound = sound + under * 10 ** ((wanted - actual) / 20)
    return total
