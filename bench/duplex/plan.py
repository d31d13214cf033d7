"""Which events happen in which call, on which line: drawn ahead, the same for every system."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.callers import SHARED, RecordingsMissing
from bench.duplex import corpus
from bench.duplex.corpus import KINDS, Event
from bench.duplex.line import CONDITIONS, CallLine, Condition
from telephony.g711 import SAMPLE_RATE

SPLIT = "figures"

EVENTS_A_CALL = 20

BEDS = ("crowded-room", "kitchen", "office-ambience-24000-mono")

LAST_WORDS = ("person", "agent")
"""An interruption with one of these ends the call, so nothing can come after it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One call that is to be made."""

    number: int
    condition: Condition
    events: tuple[Event, ...]
    questions: tuple[Event, ...]
    bed: str
    echo_delay: float
    """Seconds; used where the condition has an echo."""

    def line(self) -> CallLine:
        """Return the line of this call.

        Raises:
            RecordingsMissing: the noise is not there.
        """
        return CallLine(
            bed=_bed(self.bed) if self.condition.noise else None,
            echo_delay=self.echo_delay if self.condition.echo else 0.0,
        )


def plans(events: int, seed: int) -> list[Plan]:
    """Draw so many events of each class and deal them out to calls on every kind of line."""
    rng = random.Random(seed)
    dealt: dict[Condition, list[Event]] = {condition: [] for condition in CONDITIONS}
    for turn, kind in enumerate(KINDS):
        # Each class begins with another line, so that few events are dealt out evenly too.
        for index, event in enumerate(corpus.drawn(SPLIT, kind, events, seed), start=turn):
            dealt[CONDITIONS[index % len(CONDITIONS)]].append(event)
    made: list[Plan] = []
    for condition, pile in dealt.items():
        rng.shuffle(pile)
        calls = max(1, round(len(pile) / EVENTS_A_CALL))
        for index in range(calls):
            mine = sorted(pile[index::calls], key=_ends_call)
            made.append(
                Plan(
                    number=len(made),
                    condition=condition,
                    events=tuple(mine),
                    questions=tuple(corpus.drawn(SPLIT, "turn", 40, seed + len(made))),
                    bed=rng.choice(BEDS),
                    echo_delay=rng.uniform(0.1, 0.5),
                )
            )
    rng.shuffle(made)
    return made


def listening() -> list[Event]:
    """Return one question for each of the long answers, in a row."""
    asked: dict[str, Event] = {}
    for event in corpus.events(SPLIT, "turn"):
        for word in ("return", "deliver", "warranty", "membership"):
            if word in event.text.lower():
                asked.setdefault(word, event)
    return list(asked.values())


def _ends_call(event: Event) -> bool:
    words: Sequence[str] = event.text.lower().replace(",", " ").replace("?", " ").split()
    return event.kind == "interruption" and any(word in words for word in LAST_WORDS)


def _bed(name: str) -> NDArray[np.float32]:
    path = SHARED / "noise" / f"{name}.flac"
    if not path.is_file():
        raise RecordingsMissing(f"{path} is not there")
    samples, _ = soundfile.read(path, dtype="float32")
    # The second half, as for the events of the figures.
    half: NDArray[np.float32] = samples[len(samples) // 2 + SAMPLE_RATE // 2 :]
    return half
