"""Make the recordings anew from `script.toml`: `python -m audio_fixtures.make`.

Run from the repository's root. Writes the WAV files (8 kHz, mono, 16-bit, through a telephone band
and a mu-law channel) and `manifest.toml` beside this file. The same versions of the synthesis
programs on the same kind of processor give the same bytes; others sound alike, with other
checksums, and the manifest is written to match.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import wave
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from audio_fixtures import sound, voices
from audio_fixtures.sound import RATE, Sound
from audio_fixtures.voices import Voice

HERE = Path(__file__).parent
LEAD = 0.12
"""Seconds of silence before the first word."""
TRAIL = 0.2
"""Seconds of silence after the last word."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, with what the manifest says of it."""

    name: str
    """Path below this folder, without `.wav`."""
    kind: str
    """`speech`, `noise`, `variant` or `demo`."""
    samples: Sound
    segments: list[tuple[float, float]] = field(default_factory=list)
    """Where the caller speaks, in seconds; taken before noise is laid under it."""
    facts: dict[str, str | float | bool] = field(default_factory=dict)


class Script:
    """`script.toml`, and the recordings made from it."""

    def __init__(self, path: Path) -> None:
        self._script: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        self.voices = {name: Voice(**v) for name, v in self._script["voices"].items()}
        self._made: dict[str, Recording] = {}

    @property
    def licence(self) -> str:
        """SPDX name of the licence of every recording."""
        licence: str = self._script["licence"]
        return licence

    @property
    def demo_call(self) -> list[dict[str, Any]]:
        """The lines of the demo's caller, in order."""
        lines: list[dict[str, Any]] = self._script["demo_call"]["line"]
        return lines

    def recordings(self) -> Iterator[Recording]:
        """Make every recording, in the script's order."""
        for line in self._script["speech"]:
            for voice in line["voices"]:
                yield self._keep(self._speech(f"speech/{line['name']}-{voice}", line, voice))
        for line in self.demo_call:
            yield self._speech(f"demo_call/{line['name']}", line, line["voice"], kind="demo")
        for entry in self._script["noise"]:
            yield self._keep(self.noise(entry["name"]))
        for entry in self._script["variant"]:
            for original in entry["of"]:
                yield self._variant(entry, self._made[f"speech/{original}"])

    def noise(self, name: str) -> Recording:
        """Make one of the sounds that are not speech."""
        entry = next(e for e in self._script["noise"] if e["name"] == name)
        random = np.random.default_rng(zlib.crc32(name.encode()))
        match entry["kind"]:
            case "silence":
                samples = sound.silence(entry["seconds"])
            case "babble":
                samples = self._babble(entry["seconds"], random)
            case kind:
                make = {"pink": sound.pink, "hum": sound.hum, "cough": sound.cough}[kind]
                samples = sound.telephone_band(make(entry["seconds"], random))
        if level := entry.get("level"):
            samples = sound.at_level(samples, level)
        return Recording(f"noise/{name}", "noise", samples, facts={"noise": entry["kind"]})

    def _speech(
        self, name: str, line: dict[str, Any], voice: str, kind: str = "speech"
    ) -> Recording:
        parts = line.get("parts", [line.get("text")])
        pieces = [
            self._said(voice, line.get("spoken", part))
            if isinstance(part, str)
            else sound.silence(part)
            for part in parts
        ]
        samples = np.concatenate([sound.silence(LEAD), *pieces, sound.silence(TRAIL)])
        described = self.voices[voice]
        facts: dict[str, str | float | bool] = {
            "text": " ".join(part for part in parts if isinstance(part, str)),
            "written": line.get("written", ""),
            "voice": voice,
            "speaker": described.about,
            "speed": round(1 / described.stretch, 2),
            "clear": described.clear and line.get("heard", True),
        }
        return Recording(name, kind, samples, sound.segments(samples), facts)

    def _said(self, voice: str, text: str) -> Sound:
        said = sound.telephone_band(voices.say(self.voices[voice], text))
        return sound.trimmed(sound.at_level(said, self._script["level"]), lead=0, trail=0)

    def _babble(self, seconds: float, random: np.random.Generator) -> Sound:
        talk = [made.samples for made in self._made.values() if made.kind == "speech"]
        mix = sound.silence(seconds)
        for _ in range(7):
            order = random.permutation(len(talk))
            speaker = np.concatenate([talk[index] for index in order])
            mix += np.roll(np.resize(speaker, len(mix)), random.integers(len(mix)))
        return mix

    def _variant(self, entry: dict[str, Any], original: Recording) -> Recording:
        facts = {**original.facts, "of": f"{original.name}.wav", "clear": False}
        samples = original.samples * 10 ** (entry.get("gain", 0.0) / 20)
        if "noise" in entry:
            noise = self._made[f"noise/{entry['noise']}"].samples
            samples = sound.mixed(samples, noise, entry["snr"])
        name = f"variants/{original.name.removeprefix('speech/')}-{entry['name']}"
        return Recording(name, "variant", samples, original.segments, facts)

    def _keep(self, recording: Recording) -> Recording:
        self._made[recording.name] = recording
        return recording


def write_wav(path: Path, samples: Sound) -> None:
    """Write samples as they come out of a mu-law channel: 8 kHz, mono, 16-bit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.over_the_wire(samples))


def manifest_entry(recording: Recording, file: Path, licence: str) -> str:
    """Return the recording's table of `manifest.toml`."""
    lines = [
        "[[recording]]",
        f"file = {_toml(f'{recording.name}.wav')}",
        f"kind = {_toml(recording.kind)}",
        *(f"{key} = {_toml(value)}" for key, value in recording.facts.items() if value != ""),
        f"seconds = {len(recording.samples) / RATE:.3f}",
        f"segments = [{', '.join(f'[{a:.2f}, {b:.2f}]' for a, b in recording.segments)}]",
        f"licence = {_toml(licence)}",
        f"sha256 = {_toml(hashlib.sha256(file.read_bytes()).hexdigest())}",
    ]
    return "\n".join(lines)


def demo_entry(line: dict[str, Any]) -> str:
    """Return one line of the demo's caller, as the manifest orders them."""
    facts = {"file": f"demo_call/{line['name']}.wav", "text": line["text"], "when": line["when"]}
    if "after_seconds" in line:
        facts["after_seconds"] = line["after_seconds"]
    return "\n".join(
        ["[[demo_call]]", *(f"{key} = {_toml(value)}" for key, value in facts.items())]
    )


def _toml(value: str | float | bool) -> str:
    # JSON's strings, numbers and booleans are also TOML's.
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write all recordings and the manifest; return the exit code."""
    script = Script(HERE / "script.toml")
    try:
        voices.require_programs(list(script.voices.values()))
    except voices.VoiceMissing as error:
        print(error, file=sys.stderr)
        return 1
    entries = ["# Written by make.py from script.toml; times in seconds."]
    kept = set()
    for recording in script.recordings():
        path = HERE / f"{recording.name}.wav"
        write_wav(path, recording.samples)
        kept.add(path)
        entries.append(manifest_entry(recording, path, script.licence))
        print(f"{len(kept):4} {recording.name}", file=sys.stderr)
    entries += map(demo_entry, script.demo_call)
    (HERE / "manifest.toml").write_text("\n\n".join(entries) + "\n", encoding="utf-8")
    for stale in set(HERE.rglob("*.wav")) - kept:
        stale.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
