"""What the engines see of each event, look by look, without a call: for training and tuning.

Each event is put on a quiet and on a noisy line and goes through the real speech detector and
recogniser in the order and at the times of a call, faster than real time. No figure comes from
here: those are measured at the ear, over calls (`bench.duplex.suite`).
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_fixtures import sound
from audio_fixtures.sound import RATE
from bench.callers import SHARED
from bench.duplex import corpus, voices
from bench.duplex.corpus import Event
from dialogue.cues import USUAL
from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16
from voicebot.engines.audio import MODEL_RATE, resampled, to_samples
from voicebot.engines.glimpse import PROMPT, Features, features_of
from voicebot.engines.speech_detector import SpeechDetectors
from voicebot.engines.whisper import Whisper
from voicebot.media.acoustics import NoiseFloor, acoustics
from voicebot.ports import SpeechOnset

LINES = ("quiet", "noisy")
NOISY = 15.0
"""dB of speech above the noise of the noisy line."""
BEFORE = 1.0
"""Seconds of the line alone before each event."""
AFTER = 0.8
MARGIN = 0.3
"""Seconds before the onset that are looked at too; see `voicebot.media.listener`."""
BATCH = 320
"""Samples that arrive at once; see `voicebot.media.phone`."""
LABELS = {
    "interruption": "interruption",
    "backchannel": "backchannel",
    "tic": "tic",
    "noise": "noise",
    "echo": "noise",
    # Speech is speech: whom it is meant for is for the words and the level to tell.
    "side_speech": "interruption",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a sound. Seconds on the event's own clock (0 = its first audible sample)."""

    until: float
    text: str
    avg_logprob: float
    speech: float
    level: float
    features: Features


@dataclass(frozen=True, slots=True)
class Looked:
    """An event on one line, as it was seen."""

    kind: str
    label: str
    text: str
    line: str
    seconds: float
    """Length of the sound."""
    noticed: float | None
    """When its onset was found; None if never."""
    started: float
    """Where the onset was found to be."""
    ended: float | None
    """When its end was found."""
    looks: tuple[Look, ...]


class Lookout:
    """The engines, and the lines that events are put on."""

    def __init__(self, whisper: Whisper, detectors: SpeechDetectors, split: str) -> None:
        self._whisper = whisper
        self._detectors = detectors
        self._beds = [event.samples for event in corpus.events(split, "noise") if not event.text]
        self._beds = [bed for bed in self._beds if len(bed) >= RATE]
        self._cues = USUAL["en"]

    def look(self, event: Event, line: str, times: Sequence[float], seed: int = 0) -> Looked:
        """Look at an event at these times after its onset, while it lasts, and once at its end."""
        rng = np.random.default_rng([seed, len(event.label), len(event.samples)])
        pcm = self._on_line(event, line, rng)
        first = BEFORE + event.speech[0]
        detector, floor = self._detectors.open(), NoiseFloor()
        noticed = ended = None
        started = 0.0
        for at in range(0, len(pcm), 2 * BATCH):
            piece = pcm[at : at + 2 * BATCH]
            floor.feed(piece)
            now = (at + len(piece)) / 2 / RATE
            for found in detector.feed(piece):
                if isinstance(found, SpeechOnset):
                    noticed = noticed or now
                    started = started or found.started
                    ended = None
                elif noticed:
                    ended = now
        looks = []
        if noticed is not None:
            last = ended if ended is not None else len(pcm) / 2 / RATE
            due = [max(noticed, started + t) for t in times]
            for until in sorted({round(t, 3) for t in [*due, last] if t <= last}):
                begin = max(started, until - 2.0) - MARGIN
                seen = pcm[2 * int(begin * RATE) : 2 * int(until * RATE)]
                sounding = acoustics(
                    pcm[2 * int(started * RATE) : 2 * int(until * RATE)], floor.level
                )
                looks.append(
                    self._seen(
                        seen, until - first, detector.confidence(started, until), sounding.level
                    )
                )
        return Looked(
            event.kind,
            event.label,
            event.text,
            line,
            event.speech[1] - event.speech[0],
            None if noticed is None else noticed - first,
            started - first,
            None if ended is None else ended - first,
            tuple(looks),
        )

    def _seen(self, pcm: bytes, until: float, speech: float, level: float) -> Look:
        samples = resampled(to_samples(pcm), RATE, MODEL_RATE)
        seconds = samples.size / MODEL_RATE
        encoded, summary = self._whisper.glimpse(samples)
        words = self._whisper.decode(encoded, seconds=min(seconds, 1.0), previous=PROMPT)
        features = features_of(summary, words, seconds, self._cues)
        return Look(until, words.text, words.avg_logprob, speech, level, features)

    def _on_line(self, event: Event, line: str, rng: np.random.Generator) -> bytes:
        before, after = round(BEFORE * RATE), round(AFTER * RATE)
        samples = np.concatenate([np.zeros(before), event.samples, np.zeros(after)])
        if line == "noisy" and event.kind != "noise":
            bed = self._beds[int(rng.integers(len(self._beds)))]
            under = np.resize(bed, len(samples))
            actual = 10 * np.log10(np.mean(under**2) + 1e-12)
            samples = samples + under * 10 ** ((corpus.LEVEL - NOISY - actual) / 20)
        samples = samples + rng.standard_normal(len(samples)) * 10 ** (-70 / 20)
        samples = samples * 10 ** (rng.uniform(-9, 3) / 20)
        wire = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes()
        return ulaw_to_pcm16(pcm16_to_ulaw(wire))


def further_events(count: int, seed: int = 1) -> Iterator[Event]:
    """Return sentences of real meetings and of customers, said by the voices of tuning.

    Their variety is what the regression learns from; the corpus has few texts by design.
    """
    rng = random.Random(seed)
    said = _sentences()
    rng.shuffle(said)
    speakers = voices.speakers("tune")
    for text in said[:count]:
        speaker = rng.choice(speakers)
        raw = sound.at_level(voices.say(speaker, text), corpus.LEVEL)
        found = sound.segments(raw)
        if not found:
            continue
        begin, end = round(max(0.0, found[0][0] - 0.03) * RATE), round(found[-1][1] * RATE)
        edge = np.zeros(round(corpus.EDGE * RATE))
        samples: NDArray[np.float32] = np.concatenate([edge, raw[begin:end], edge]).astype(
            np.float32
        )
        speech = (found[0][0] - begin / RATE + corpus.EDGE, (end - begin) / RATE + corpus.EDGE)
        yield Event(
            "interruption",
            f"further/{speaker.name}/{text}",
            text,
            speaker.name,
            samples,
            speech,
            "tune",
        )


def _sentences() -> list[str]:
    with (SHARED / "overlap" / "onsets.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    meeting = [
        row["text"].replace("o_k", "okay")
        for row in rows
        if row["class"] in ("statement/other", "question")
        and 3 <= len(row["text"].split()) <= 14
        and not set(row["text"]) & set("{}<>@-_")
    ]
    clinc = json.loads((SHARED / "intents" / "clinc150.json").read_text(encoding="utf-8"))
    with (SHARED / "intents" / "banking77_train.csv").open(encoding="utf-8") as file:
        banking = [row[0] for row in csv.reader(file)][1:]
    customers = [text for text, _ in clinc["train"]] + banking
    rng = random.Random(0)
    return rng.sample(meeting, 300) + rng.sample([t for t in customers if len(t) < 90], 500)
