"""Ways by which the bot's voice comes back into a telephone."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import soundfile
from scipy.signal import fftconvolve

from audio_fixtures.sound import RATE, Sound

Path = Callable[[Sound, np.random.Generator], Sound]
"""What was said to its echo, of the same length and any level, before any delay."""


def line(said: Sound, random: np.random.Generator) -> Sound:
    """Nothing but an attenuation."""
    return said


def hybrid(said: Sound, random: np.random.Generator) -> Sound:
    """Return what a two-to-four-wire hybrid gives back: a response of some three milliseconds."""
    taps = np.arange(24)
    return _through(said, random.standard_normal(24) * np.exp(-taps / 6))


def room(said: Sound, random: np.random.Generator) -> Sound:
    """A loudspeaker and a microphone, 0.3 s of reverberation 3 dB below the direct sound."""
    decay = np.arange(int(0.3 * RATE)) / (0.3 * RATE)
    tail = random.standard_normal(len(decay)) * 10 ** (-3 * decay)
    return _through(said, np.append(1.0, 10 ** (-3 / 20) * tail / np.sqrt(np.sum(tail**2))))


def mobile(said: Sound, random: np.random.Generator) -> Sound:
    """The handset of a mobile: GSM full rate there and back, a small loudspeaker that distorts."""
    played = np.tanh(3 * _gsm(said)) / 3
    return _gsm(hybrid(played, random))


PATHS: Mapping[str, Path] = {"line": line, "hybrid": hybrid, "room": room, "mobile": mobile}


def _through(said: Sound, response: Sound) -> Sound:
    response = response / np.sqrt(np.sum(response**2))
    echo: Sound = fftconvolve(said, response)[: len(said)]
    return echo


def _gsm(sound: Sound) -> Sound:
    """Return what the GSM 06.10 codec makes of it."""
    coded = io.BytesIO()
    soundfile.write(coded, np.clip(sound, -1, 1), RATE, format="WAV", subtype="GSM610")
    coded.seek(0)
    decoded, _ = soundfile.read(coded)
    return np.resize(np.append(decoded, np.zeros(len(sound))), len(sound))
