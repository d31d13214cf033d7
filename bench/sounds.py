"""What sounds over the bot are like, and how well its echo is told from its callers.

Run: `python -m bench.sounds [--quick] [--json OUT]`. Every line goes through the listener that
calls use, in batches of 40 ms, with Silero and the echo guard; each onset that the detector finds
is measured some tenths of a second after it began, as a verdict would. The bot's voice is that of
one half of the recorded prompts; the other half of them, the same person, is the hardest caller.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from sklearn.metrics import roc_auc_score

from audio_fixtures.sound import (
    Sound,
    at_level,
    over_the_wire,
    segments,
    silence,
    telephone_band,
    trimmed,
)
from bench.paths import PATHS
from bench.recordings import DATA, callers, kinds, noises, prompts
from telephony.g711 import pcm16_to_ulaw
from voicebot.engines.bundle import load_engines
from voicebot.journal import SoundMeasured, VoiceStarted, VoiceStopped
from voicebot.media.echo import EchoGuard
from voicebot.media.listener import Listener
from voicebot.ports import SAMPLE_RATE, SpeechDetector
from voicebot.settings import Settings

JUDGED = (0.3, 0.5, 0.8)
"""Seconds of a sound at which it is measured."""
SAID = -20.0
"""dBFS of the bot at the caller's ear, and of the caller."""
GAINS = (-10.0, -20.0, -30.0)
"""dB of the echo relative to the bot."""
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)
BATCH = SAMPLE_RATE // 25
FEATURES = ("level", "snr", "speech", "voiced", "pitch", "pitch_range", "echo")

Open = Callable[[], SpeechDetector]


@dataclass(frozen=True, slots=True)
class Judged:
    """One sound over the bot, measured."""

    kind: str
    """What it was; on a line without a caller, `echo` where that is 3 dB above the noise."""
    line: str
    """The echo path and the noise."""
    after: float
    """Seconds of it that were heard."""
    sound: SoundMeasured


def listen(
    line: Sound, said: Sound, open_detector: Open, begun: Sequence[float] | None = None
) -> Iterator[tuple[float, SoundMeasured]]:
    """Hear a line on which the bot says something, and measure the sounds on it.

    Args:
        line: What comes in.
        said: What the bot says, at the ear without a delay.
        open_detector: Makes a detector.
        begun: When callers begin; the sound that then runs, which may have begun as an echo, is
            measured each of the times after it. None: every sound, after its own onset.
    """
    now = 0.0
    onsets: list[float] = []
    running: list[float] = []

    def post(event: object) -> None:
        if isinstance(event, VoiceStarted):
            onsets.append(event.started)
            running.append(event.started)
        elif isinstance(event, VoiceStopped):
            running.clear()

    guard = EchoGuard()
    listener = Listener(
        open_detector(),
        clock=lambda: now,
        post=post,
        echo=guard,
    )
    heard, spoken = over_the_wire(np.clip(line, -1, 1)), pcm16_to_ulaw(over_the_wire(said))
    waiting = [(at, after) for at in begun or () for after in JUDGED]
    for start in range(0, len(line) - BATCH + 1, BATCH):
        guard.played(spoken[start : start + BATCH], start / SAMPLE_RATE)
        now = (start + BATCH) / SAMPLE_RATE
        listener.feed(heard[2 * start : 2 * (start + BATCH)])
        if begun is None:
            waiting += [(onset, after) for onset in onsets for after in JUDGED]
            onsets.clear()
        for at, after in [due for due in waiting if now >= sum(due)]:
            waiting.remove((at, after))
            if begun is None or running:
                yield after, listener.measure(at if begun is None else running[-1])


@dataclass(frozen=True, slots=True)
class Line:
    """What comes in on one line, by its parts, while the bot speaks."""

    name: str
    said: Sound
    """By the bot, at the ear."""
    echo: Sound
    bed: Sound
    """Noise."""
    near: Sound
    """Callers."""
    begun: Sequence[float]
    """Seconds at which they begin."""


def lines(random: np.random.Generator, quick: bool) -> Iterator[Line]:
    """Yield a line for each path, gain and noise."""
    bots, others = prompts(SAID)
    people = [*callers(SAID), *others]
    beds = noises()
    for name, path in PATHS.items():
        for gain in GAINS[:1] if quick else GAINS:
            for noisy in (False, True):
                said = _one_after_another(bots, random, 10.0 if quick else 45.0, 0.4)
                delay = silence(float(random.uniform(0.1, 0.5)))
                echo = np.concatenate((delay, path(said, random)))[: len(said)]
                echo = at_level(telephone_band(echo), SAID + gain)
                bed = _bed(beds, random, len(said), SAID - 15.0 if noisy else -65.0)
                near, begun = _overlaid(people, random, len(said))
                place = f"{name}{', noise' if noisy else ''}"
                yield Line(place, said, echo, bed, near, begun)


def _one_after_another(
    sounds: Sequence[Sound], random: np.random.Generator, seconds: float, pause: float
) -> Sound:
    said = [silence(1.0)]
    while sum(map(len, said)) < seconds * SAMPLE_RATE:
        said += [sounds[int(random.integers(len(sounds)))], silence(pause)]
    return np.concatenate(said)


def _overlaid(
    people: Sequence[Sound], random: np.random.Generator, samples: int
) -> tuple[Sound, list[float]]:
    """Return callers who speak now and then for up to two seconds, and when they begin."""
    near, begun = np.zeros(samples), []
    at = 2.0
    while at * SAMPLE_RATE < samples - 3 * SAMPLE_RATE:
        person = trimmed(people[int(random.integers(len(people)))], 0.0, 0.0)[: 2 * SAMPLE_RATE]
        first = int(at * SAMPLE_RATE)
        near[first : first + len(person)] += person
        begun.append(at + segments(person)[0][0])
        at += float(random.uniform(3.0, 4.0))
    return near, begun


def _bed(beds: Sequence[Sound], random: np.random.Generator, samples: int, level: float) -> Sound:
    bed = np.resize(beds[int(random.integers(len(beds)))], samples)
    scaled: Sound = bed * (10 ** (level / 20) / np.sqrt(np.mean(bed**2)))
    return scaled


def measure_lines(open_detector: Open, quick: bool) -> list[Judged]:
    """Measure what is heard of every line: alone, with callers, and without its echo."""
    judged = []
    for line in lines(np.random.default_rng(11), quick):
        for after, sound in listen(line.echo + line.bed, line.said, open_detector):
            heard = slice(int(sound.started * SAMPLE_RATE), int(sound.until * SAMPLE_RATE))
            echo, bed = (float(np.mean(part[heard] ** 2)) for part in (line.echo, line.bed))
            judged.append(Judged("echo" if echo > 2 * bed else "noise", line.name, after, sound))
        for kind, echo_too in (("caller over echo", 1.0), ("caller", 0.0)):
            heard_line = line.echo * echo_too + line.bed + line.near
            for after, sound in listen(heard_line, line.said, open_detector, line.begun):
                judged.append(Judged(kind, line.name, after, sound))
    return judged


def measure_kinds(open_detector: Open, quick: bool) -> list[Judged]:
    """Measure recordings by what they are, on a quiet line on which the bot says nothing."""
    judged = []
    hiss = np.random.default_rng(5)
    for kind, sounds in kinds(SAID).items():
        for sound in sounds[:4] if quick else sounds:
            line = np.concatenate((silence(1.0), sound, silence(1.0)))
            line = line + hiss.standard_normal(len(line)) * 10 ** (-65 / 20)
            for after, measured in listen(line, np.zeros(len(line)), open_detector):
                judged.append(Judged(kind, f"{len(sounds)} recordings", after, measured))
    return judged


def echo_table(judged: Sequence[Judged], after: float) -> str:
    """Return the scores of each line, and what each threshold would take for echo."""
    at = [j for j in judged if j.after == after]
    rows = [
        f"After {after:g} s of the sound:",
        "",
        "| sound | line | sounds | 5 % | median | 95 % | " + _thresholds("≥ {:g}") + " |",
        "|---" * (6 + len(THRESHOLDS)) + "|",
    ]
    for kind in ("echo", "caller over echo", "caller", "noise"):
        of_kind = [j for j in at if j.kind == kind]
        for line in sorted({j.line for j in of_kind}):
            rows.append(_echo_row(kind, line, [j.sound.echo for j in of_kind if j.line == line]))
        rows.append(_echo_row(kind, "all", [j.sound.echo for j in of_kind]))
    for kind in ("caller", "caller over echo"):
        pair = [j for j in at if j.kind in ("echo", kind)]
        if len({j.kind for j in pair}) == 2:
            auc = roc_auc_score([j.kind == "echo" for j in pair], [j.sound.echo for j in pair])
            rows += ["", f"Area under the curve, echo against {kind}: {auc:.4f}"]
    return "\n".join(rows)


def _thresholds(form: str) -> str:
    return " | ".join(form.format(threshold) for threshold in THRESHOLDS)


def _echo_row(kind: str, line: str, scores: Sequence[float]) -> str:
    if not scores:
        return f"| {kind} | {line} | 0 |" + " – |" * (3 + len(THRESHOLDS))
    low, middle, high = np.percentile(scores, (5, 50, 95))
    over = " | ".join(f"{np.mean(np.array(scores) >= t):.3f}" for t in THRESHOLDS)
    return f"| {kind} | {line} | {len(scores)} | {low:.2f} | {middle:.2f} | {high:.2f} | {over} |"


def kinds_table(judged: Sequence[Judged], after: float) -> str:
    """Return the quartiles of every feature for each kind of sound."""
    rows = [
        f"After {after:g} s of the sound: 25 % / median / 75 %.",
        "",
        "| sound | onsets | " + " | ".join(FEATURES) + " |",
        "|---" * (2 + len(FEATURES)) + "|",
    ]
    for kind in dict.fromkeys(j.kind for j in judged):
        sounds = [j.sound for j in judged if j.kind == kind and j.after == after]
        cells = [
            " / ".join(
                f"{q:.3g}" for q in np.percentile([getattr(s, f) for s in sounds], _QUARTILES)
            )
            for f in FEATURES
            if sounds
        ]
        line = next(j.line for j in judged if j.kind == kind)
        rows.append(f"| {kind} ({line}) | {len(sounds)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


_QUARTILES = (25, 50, 75)


@click.command()
@click.option("--quick", is_flag=True, help="A few lines and recordings: a smoke test.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(quick: bool, output: Path | None) -> None:
    """Measure sounds over the bot, on the development recordings beside the repository."""
    if not DATA.is_dir():
        raise click.ClickException("the development recordings (../shared/data) are not here")
    engines = load_engines(Settings().models)
    try:
        _say("echo and callers")
        over = measure_lines(engines.speech_detector, quick)
        _say("kinds of sound")
        kinds_of_sound = measure_kinds(engines.speech_detector, quick)
    finally:
        engines.close()
    if output is not None:
        found: dict[str, Any] = {"sounds": [asdict(j) for j in (*over, *kinds_of_sound)]}
        output.write_text(json.dumps(found) + "\n", encoding="utf-8")
    for after in JUDGED[:2]:
        click.echo(echo_table(over, after) + "\n")
    for after in JUDGED[::2]:
        click.echo(kinds_table(kinds_of_sound, after) + "\n")


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
