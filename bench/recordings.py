"""The recordings of `bench.sounds`, by what they are. All at 8 kHz, full scale at 1."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

from audio_fixtures.sound import RATE, Sound, at_level

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
FIXTURES = ROOT / "audio_fixtures"

_BACKCHANNELS = ("mm_hm", "uh_huh", "yeah", "okay")
_ANSWERS = ("yes_please", "no-")
_COMMANDS = ("stop", "person_please")


def read(path: Path) -> Sound:
    """Return one recording."""
    sound, rate = soundfile.read(path)
    if rate != RATE:
        raise ValueError(f"{path.name}: is at {rate} Hz")
    samples: Sound = sound
    return samples


def prompts(level: float) -> tuple[list[Sound], list[Sound]]:
    """Return the bot's speech, and other words of the same person."""
    files = sorted((DATA / "prompts").glob("*.flac"))
    sounds = [at_level(sound, level) for sound in map(read, files) if len(sound) < 8 * RATE]
    return sounds[::2], sounds[1::2]


def callers(level: float) -> list[Sound]:
    """Return what other people say, each at the same level."""
    files = [*(DATA / "commands").glob("*.flac"), *(DATA / "phrases").glob("*.flac")]
    return [at_level(read(file), level) for file in sorted(files)] + fixtures("speech", level)


def fixtures(kind: str, level: float, names: Sequence[str] = ("",)) -> list[Sound]:
    """Return the project's own recordings of a kind whose names begin with one of these."""
    manifest = tomllib.loads((FIXTURES / "manifest.toml").read_text(encoding="utf-8"))
    return [
        at_level(read(FIXTURES / r["file"]), level)
        for r in manifest["recording"]
        if r["kind"] == kind and Path(r["file"]).name.startswith(tuple(names))
    ]


def noises() -> list[Sound]:
    """Return beds of noise."""
    return [read(file) for file in sorted((DATA / "noise").glob("*.flac"))]


def kinds(level: float) -> Mapping[str, list[Sound]]:
    """Return recordings by what a sound over the bot may be.

    Speech is brought to `level`; what the line itself brings (noise, residual echo) is as recorded.
    """
    echo = {
        name: [read(file) for file in sorted((DATA / "echo").glob(f"*_{name}/*.flac"))]
        for name in ("farend_singletalk", "doubletalk")
    }
    digits = sorted((DATA / "digits").glob("*.flac"))[::10]
    beds = [bed[at : at + 6 * RATE] for bed in noises() for at in range(0, len(bed), 6 * RATE)]
    return {
        "backchannel": fixtures("speech", level, _BACKCHANNELS),
        "yes or no": fixtures("speech", level, _ANSWERS),
        "one digit": [at_level(np.pad(read(file), 400), level) for file in digits],
        "stop, a person": fixtures("speech", level, _COMMANDS),
        "statement, own": fixtures("speech", level, ("where", "opening", "return_", "send", "del")),
        "statement, people": [
            at_level(read(file), level) for file in sorted((DATA / "commands").glob("*.flac"))
        ],
        "to somebody else": [
            at_level(read(file), level) for file in sorted((DATA / "phrases").glob("*.flac"))
        ],
        "cough": fixtures("noise", level, ("cough",)),
        "babble, own": fixtures("noise", level, ("babble",)),
        "noise": beds,
        "residual echo alone": echo["farend_singletalk"],
        "residual echo and speech": echo["doubletalk"],
    }
