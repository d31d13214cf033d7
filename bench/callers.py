"""Who calls in the benchmarks, what they say, and what a right answer contains.

The recordings are the project's own (`audio_fixtures`); where the development recordings lie
beside the repository, one caller dictates the order number in human voices.
"""

from __future__ import annotations

import tomllib
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import soundfile

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, pcm16_to_ulaw
from telephony.simulator import AfterBot, At, CallerLine, During

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "audio_fixtures"
SHARED = ROOT.parent / "shared" / "data"

DIGIT_PAUSE = 0.12
"""Seconds between dictated digits."""


class RecordingsMissing(Exception):
    """The benchmarks are run from a checkout, with its recordings."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a caller says."""

    recording: str
    """Below `audio_fixtures`, without `.wav`; or `human:SPEAKER:DIGITS`."""
    right: tuple[str, ...]
    """Words of which a right answer, written in lower case, contains at least one."""
    instead: str = ""
    """Recording to use where the development recordings are absent."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One call's script."""

    name: str
    lines: tuple[Line, ...]


HOURS = ("open", "nine", "seven", "9", "sunday")
COST = ("free", "fifty", "$50", "dollar")
RETURNS = ("free", "thirty", "30", "label", "refund", "unused")
WHICH_ORDER = ("number",)
STATUS = ("way", "arrive", "packed", "late", "delivered")
DURATION = ("three", "five", "3", "5", "days", "express")
FAREWELL = ("bye", "calling", "welcome")

CALLERS = (
    Caller(
        "dora",
        (
            Line("speech/opening_hours-dora", HOURS),
            Line("speech/delivery_cost-dora", COST),
            Line("speech/where_is_my_order-dora", WHICH_ORDER),
            Line("speech/number_44117-dora", STATUS),
            Line("speech/return_policy-bruno", RETURNS),
            Line("speech/no_thats_all-dora", FAREWELL),
        ),
    ),
    Caller(
        "angus",
        (
            Line("speech/return_policy-angus", RETURNS),
            Line("speech/where_is_my_order-angus", WHICH_ORDER),
            Line("speech/number_44117-angus", STATUS),
            Line("speech/delivery_cost-angus", COST),
            Line("speech/opening_hours-slow", HOURS),
            Line("speech/goodbye-angus", FAREWELL),
        ),
    ),
    Caller(
        "june",
        (
            Line("speech/delivery_time-june", DURATION),
            Line("speech/where_is_my_order-june", WHICH_ORDER),
            Line("human:lucas:44117", STATUS, instead="speech/number_44117-june"),
            Line("speech/opening_hours-june", HOURS),
            Line("speech/delivery_cost-june", COST),
            Line("speech/no_thats_all-june", FAREWELL),
        ),
    ),
    Caller(
        "rhett",
        (
            Line("speech/where_is_my_order-rhett", WHICH_ORDER),
            Line("speech/number_its_44117-rhett", STATUS),
            Line("speech/opening_hours-rhett", HOURS),
            Line("speech/delivery_time-rhett", DURATION),
            Line("speech/delivery_cost-bruno", COST),
            Line("speech/no_thats_all-bruno", FAREWELL),
        ),
    ),
)
"""Four callers with six turns each; all voices but the bot's own."""

INTERRUPTIONS = (
    ("speech/return_policy-angus", "speech/stop_wait-angus"),
    ("speech/return_policy-june", "speech/stop_wait-june"),
    ("speech/return_policy-bruno", "speech/stop_wait-bruno"),
    ("speech/return_policy-rhett", "speech/stop_where_is_my_order-rhett"),
)
"""A question with a long answer, and what cuts the answer off."""


def script(caller: Caller, turns: int | None = None) -> list[CallerLine]:
    """Return what a caller says, each line after the bot's answer to the one before."""
    return [
        CallerLine(
            audio=audio(line), label=line.recording, when=AfterBot(quiet=1.0), speech=_speech(line)
        )
        for line in caller.lines[:turns]
    ]


def interruption(question: str, words: str, after_seconds: float) -> list[CallerLine]:
    """Return a question, and words spoken over its answer."""
    asked, cut = Line(question, ()), Line(words, ())
    return [
        CallerLine(audio(asked), question, AfterBot(quiet=1.0), speech=_speech(asked)),
        CallerLine(audio(cut), words, During(after_seconds), speech=_speech(cut)),
    ]


def background(recording: str, seconds: float) -> CallerLine:
    """Return a recording repeated for so long, from the beginning of the call."""
    once = _wav(recording)
    repeats = int(seconds * SAMPLE_RATE / len(once)) + 1
    return CallerLine(once * repeats, recording, At(0.0))


def audio(line: Line) -> bytes:
    """Return a line as mu-law at 8,000 Hz.

    Raises:
        RecordingsMissing: it is not there.
    """
    name = _chosen(line)
    if name.startswith("human:"):
        _, speaker, digits = name.split(":")
        return _human_digits(speaker, digits)
    return _wav(name)


def _chosen(line: Line) -> str:
    return line.instead if line.instead and not (SHARED / "digits").is_dir() else line.recording


def _speech(line: Line) -> tuple[float, float] | None:
    """Return where the caller speaks, as the manifest has it."""
    segments = _manifest().get(f"{_chosen(line)}.wav")
    return (segments[0][0], segments[-1][1]) if segments else None


@cache
def _manifest() -> dict[str, list[list[float]]]:
    try:
        text = (FIXTURES / "manifest.toml").read_text(encoding="utf-8")
    except OSError as error:
        raise RecordingsMissing(
            f"{FIXTURES / 'manifest.toml'} cannot be read ({error.strerror}): run the benchmarks "
            "from a checkout of the repository."
        ) from error
    return {r["file"]: r["segments"] for r in tomllib.loads(text)["recording"]}


@cache
def _wav(name: str) -> bytes:
    try:
        with wave.open(str(FIXTURES / f"{name}.wav")) as file:
            return pcm16_to_ulaw(file.readframes(file.getnframes()))
    except OSError as error:
        raise RecordingsMissing(
            f"audio_fixtures/{name}.wav cannot be read ({error.strerror}): run the benchmarks "
            "from a checkout of the repository."
        ) from error


@cache
def _human_digits(speaker: str, digits: str) -> bytes:
    return b"".join(_dictated(speaker, digits))


def _dictated(speaker: str, digits: str) -> Iterator[bytes]:
    pause = ULAW_SILENCE * round(DIGIT_PAUSE * SAMPLE_RATE)
    for digit in digits:
        takes = sorted((SHARED / "digits").glob(f"{digit}_{speaker}_*.flac"))
        if not takes:
            raise RecordingsMissing(f"{SHARED / 'digits'} has no {digit} said by {speaker}.")
        samples, _ = soundfile.read(takes[0], dtype="int16")
        yield pcm16_to_ulaw(samples.astype("<i2").tobytes())
        yield pause
