"""The events of the duplex benchmark: what callers do while the bot speaks, by class and split.

Each item belongs to `tune`, which thresholds may be chosen on, or to `figures`, which the benchmark
plays: no text, voice, human clip or stretch of noise is in both. Human speech, echo and noise come
from the development recordings beside the repository, everything else is synthesised here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from audio_fixtures import sound
from audio_fixtures.sound import RATE, Sound
from bench.callers import SHARED, RecordingsMissing
from bench.duplex import sounds, texts, voices

KINDS = ("interruption", "backchannel", "tic", "side_speech", "noise", "echo")
"""The classes of events over the bot; `turn` is a caller's turn with pauses inside."""

SPLITS = ("tune", "figures")

LEVEL = -20.0
"""dBFS, active level (RMS over the loud frames) of what people say, and of bangs."""
BED_LEVEL = -26.0
"""dBFS of stretches of background noise: well above the 15 dB below speech of a noisy line."""
RESIDUAL_LEVEL = -40.0
"""dBFS of the residual echo of a real echo canceller, 20 dB below speech."""
OWN_ECHO_GAIN = -25.0
"""dB by which the bot's own speech comes back in an `own` echo."""

TIC_STRETCH = 1.7
"""Factor on the length of an "um": people draw it out, synthesisers read it as a word."""

EDGE = 0.05
"""Seconds of silence put around what is said."""
LONGEST_CLIP = 3.0
"""Seconds of noise and of echo in one event."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One thing that the caller does."""

    kind: str
    """One of `KINDS`, or `turn`."""
    label: str
    """Unique name, `KIND/VOICE/WHAT`."""
    text: str
    """The words; empty where there are none, or they are not known."""
    voice: str
    """Speaker, clip or source."""
    samples: NDArray[np.float32]
    """8,000 Hz, mono, full scale 1.0; in an echo of the bot's own speech silence."""
    speech: tuple[float, float]
    """Seconds in `samples`: the first and the end of the last sound."""
    split: str
    weight: float = 1.0
    """How often it happens, relative to the others of its class."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Seconds in `samples`: the pauses inside a turn."""
    echo_delay: float = 0.0
    """Seconds by which the bot's own speech comes back (at `OWN_ECHO_GAIN`) for the length of
    `samples`; 0: not an echo of its own speech."""


@cache
def events(split: str, kind: str) -> tuple[Event, ...]:
    """Return all events of a class, each once.

    Raises:
        ValueError: there is no such split or class.
        RecordingsMissing: the development recordings are not beside the repository.
    """
    if split not in SPLITS:
        raise ValueError(f"no split is called {split!r}: {' or '.join(SPLITS)}")
    match kind:
        case "interruption":
            found = [*_said(split, kind, _even(texts.INTERRUPTIONS[split], 30)), *_commands(split)]
        case "backchannel":
            found = [*_backchannels(split)]
        case "tic":
            found = [*_said(split, kind, _even(texts.TICS[split], 32)), *_made(split, kind)]
        case "side_speech":
            found = [*_said(split, kind, _even(texts.SIDE_SPEECH[split], 20)), *_phrases(split)]
        case "noise":
            found = [*_beds(split), *_made(split, kind)]
        case "echo":
            found = [*_residual_echo(split), *_own_echo(split)]
        case "turn":
            found = [*_turns(split)]
        case _:
            raise ValueError(f"no class is called {kind!r}: {', '.join(KINDS)} or turn")
    return tuple(found)


def drawn(split: str, kind: str, count: int, seed: int = 0) -> list[Event]:
    """Return so many events of a class by their weights: as few repeats as the weights allow."""
    pool = events(split, kind)
    random = np.random.default_rng([seed, zlib.crc32(f"{split}/{kind}".encode())])
    weights = np.array([event.weight for event in pool])
    # Systematic sampling: an event of weight w comes floor or ceil of its expected number of times.
    order = random.permutation(len(pool))
    steps = (np.arange(count) + random.random()) / count
    edges = np.cumsum(weights[order]) / weights.sum()
    chosen = [pool[order[min(int(np.searchsorted(edges, s)), len(pool) - 1)]] for s in steps]
    return [chosen[index] for index in random.permutation(count)]


def _even(said: tuple[str, ...], total: float) -> dict[str, float]:
    """Return equal weights; `total` is that of the clips beside them, so both are played alike."""
    return dict.fromkeys(said, total / len(said))


def _said(split: str, kind: str, weights: dict[str, float]) -> Iterator[Event]:
    for text, weight in weights.items():
        able = [s for s in voices.speakers(split) if s.can_say(text)]
        for speaker in able:
            pace = TIC_STRETCH if kind == "tic" else 1.0
            raw = voices.say(replace(speaker, stretch=speaker.stretch * pace), text)
            yield _event(split, kind, text, speaker.name, raw, weight=weight / len(able))


def _backchannels(split: str) -> Iterator[Event]:
    counts = texts.backchannels(SHARED / "overlap" / "onsets.tsv")[split]
    for form, count in counts.items():
        if form not in sounds.HUMS:
            yield from _said(split, "backchannel", {form: float(count)})
            continue
        able = [s for s in voices.speakers(split) if s.can_say(form)]
        makers = 8
        for speaker in able:
            raw = voices.say(speaker, form)
            weight = count / (len(able) + makers)
            yield _event(split, "backchannel", form, speaker.name, raw, weight=weight)
        for index in range(makers):
            raw = sounds.hum(form, _random(split, form, index))
            weight = count / (len(able) + makers)
            yield _event(split, "backchannel", form, f"hum{index}", raw, weight=weight)


def _made(split: str, kind: str) -> Iterator[Event]:
    makers = sounds.TICS if kind == "tic" else sounds.NOISES
    for name, make in makers.items():
        for index in range(8):
            raw = sound.telephone_band(make(_random(split, name, index)))
            yield _event(split, kind, "", f"{name}{index}", raw)


def _commands(split: str) -> Iterator[Event]:
    slots = json.loads((_folder("commands") / "slots.json").read_text(encoding="utf-8"))
    for path in _half(split, sorted(_folder("commands").glob("*.flac"))):
        text = ", ".join(slots.get(path.name, {}).values())
        yield _event(split, "interruption", text, f"human-{path.stem[:8]}", _clip(path))


def _phrases(split: str) -> Iterator[Event]:
    for path in _half(split, sorted(_folder("phrases").glob("*.flac"))):
        name = "human-" + path.stem.removeprefix("notwakeword-en-")[:8]
        yield _event(split, "side_speech", "", name, _clip(path))


def _beds(split: str) -> Iterator[Event]:
    for path in sorted(_folder("noise").glob("*.flac")):
        clip = _clip(path)
        # A second between the halves belongs to neither.
        middle = len(clip) // 2
        half = clip[: middle - RATE // 2] if split == "tune" else clip[middle + RATE // 2 :]
        random = _random(split, path.stem, 0)
        for index in range(8):
            size = round(random.uniform(1.0, LONGEST_CLIP) * RATE)
            begin = int(random.integers(0, len(half) - size))
            piece = half[begin : begin + size]
            yield _event(split, "noise", "", f"{path.stem}{index}", piece, level=BED_LEVEL)


def _residual_echo(split: str) -> Iterator[Event]:
    for folder in ("clean_farend_singletalk", "noisy_farend_singletalk"):
        for path in _half(split, sorted((_folder("echo") / folder).glob("*.flac"))):
            clip = _clip(path)
            size = round(LONGEST_CLIP * RATE)
            sums = np.cumsum(np.concatenate([[0.0], clip**2]))
            energy = (sums[size:] - sums[:-size])[:: RATE // 10]
            # The canceller has not settled in the first seconds; the loudest stretch is the worst.
            for index, begin in enumerate(_peaks(energy, 4, apart=15)):
                piece = clip[begin * RATE // 10 :][:size]
                name = f"{folder[:5]}-{path.stem[:8]}-{index}"
                yield _event(split, "echo", "", name, piece, level=RESIDUAL_LEVEL)


def _own_echo(split: str) -> Iterator[Event]:
    delays = np.arange(0.10, 0.501, 0.04) if split == "tune" else np.arange(0.12, 0.501, 0.04)
    for delay in delays.round(2):
        size = round(LONGEST_CLIP * RATE)
        yield Event(
            kind="echo",
            label=f"echo/own/{delay:.2f}",
            text="",
            voice="own",
            samples=np.zeros(size, np.float32),
            speech=(0.0, LONGEST_CLIP),
            split=split,
            # As many of the bot's own echo as of the residual kind.
            weight=32 / len(delays),
            echo_delay=float(delay),
        )


def _turns(split: str) -> Iterator[Event]:
    for text in texts.TURNS[split]:
        for speaker in voices.speakers(split):
            random = _random(split, f"{text}{speaker.name}", 0)
            pieces: list[Sound] = []
            pauses: list[tuple[float, float]] = []
            for part in text.split(" | "):
                said = sound.at_level(voices.say(speaker, part), LEVEL)
                said = sound.trimmed(said, 0.0, 0.0)
                if pieces:
                    at = sum(map(len, pieces)) / RATE
                    length = float(random.uniform(0.3, 1.2))
                    pieces.append(sound.silence(length))
                    pauses.append((at, at + len(pieces[-1]) / RATE))
                pieces.append(said)
            whole = np.concatenate(pieces)
            yield _event(
                split, "turn", text.replace(" |", ""), speaker.name, whole, pauses=tuple(pauses)
            )


def _event(
    split: str,
    kind: str,
    text: str,
    voice: str,
    raw: Sound,
    *,
    level: float = LEVEL,
    weight: float = 1.0,
    pauses: tuple[tuple[float, float], ...] = (),
) -> Event:
    edge = sound.silence(EDGE)
    if level != LEVEL:
        # A stretch of background has no onset but its own; without a ramp it begins with a click.
        ramp = np.minimum(1.0, np.arange(len(raw)) / (0.05 * RATE))
        raw = raw * ramp * ramp[::-1]
    levelled = sound.at_level(raw, LEVEL)
    found = sound.segments(levelled) or [(0.0, len(levelled) / RATE)]
    begin, end = float(found[0][0]), float(found[-1][1])
    if level == LEVEL and not pauses:
        levelled = levelled[max(0, round((begin - 0.03) * RATE)) : round((end + 0.06) * RATE)]
        found = sound.segments(levelled) or [(0.0, len(levelled) / RATE)]
        begin, end = float(found[0][0]), float(found[-1][1])
    padded = np.concatenate([edge, levelled, edge]) * 10 ** ((level - LEVEL) / 20)
    return Event(
        kind=kind,
        label=f"{kind}/{voice}/{_slug(text)}".rstrip("/"),
        text=text,
        voice=voice,
        samples=np.clip(padded, -1.0, 1.0).astype(np.float32),
        speech=(begin + EDGE, end + EDGE),
        split=split,
        weight=weight,
        pauses=tuple((a + EDGE, b + EDGE) for a, b in pauses),
    )


def _peaks(energy: Sound, count: int, apart: int) -> list[int]:
    """Return the places of the highest values that lie so far apart."""
    chosen: list[int] = []
    for place in np.argsort(energy)[::-1]:
        if all(abs(int(place) - other) >= apart for other in chosen):
            chosen.append(int(place))
        if len(chosen) == count:
            break
    return sorted(chosen)


def _half(split: str, paths: list[Path]) -> list[Path]:
    return paths[SPLITS.index(split) :: 2]


def _clip(path: Path) -> Sound:
    samples, rate = soundfile.read(path, dtype="float64")
    if rate != RATE:
        raise RecordingsMissing(f"{path.name} has {rate} Hz, not {RATE}")
    clip: Sound = samples
    return clip


def _folder(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        raise RecordingsMissing(f"the development recordings {folder} are not there")
    return folder


def _random(split: str, name: str, index: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(f"{split}/{name}".encode()), index])


def _slug(text: str) -> str:
    return "-".join("".join(c for c in text.lower() if c.isalnum() or c in " -'").split())[:48]
