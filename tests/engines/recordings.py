"""The project's own recordings, for tests of the models."""

from __future__ import annotations

import tomllib
import wave
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
SHARED = Path(__file__).parents[3] / "shared" / "data"
RECORDINGS: list[dict[str, Any]] = tomllib.loads(
    (FIXTURES / "manifest.toml").read_text(encoding="utf-8")
)["recording"]


def pcm_of(file: str) -> bytes:
    """Return a recording as PCM16 at 8 kHz."""
    with wave.open(str(FIXTURES / file)) as wav:
        return wav.readframes(wav.getnframes())


def of_kind(kind: str) -> list[dict[str, Any]]:
    """Return the manifest's entries of one kind."""
    return [recording for recording in RECORDINGS if recording["kind"] == kind]
