"""Order numbers from isolated spoken digits, through the real recogniser and the real dialogue.

Each caller rings once for each of their numbers and says it at most twice, each time from other
recordings. The shop knows 200 numbers. What is asked back is answered truthfully.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import soundfile

from audio_fixtures.sound import RATE, Sound, at_level, mixed, over_the_wire
from bench.recordings import DATA, noises
from dialogue.acts import CallTool, ToolReturned, UserTurn
from dialogue.expected import grammar_for
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.question import Topic
from dialogue.said import Grammar
from dialogue.step import Step
from voicebot.engines.bundle import load_engines
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.models import locate_encoder
from voicebot.settings import Settings

SPEAKERS = ("george", "jackson", "lucas")
KNOWN = 200
_LEVEL = -26.0
"""Level of the speech, in dB below full scale."""
_QUIET = 35.0
"""Decibels of the speech over the hiss of a quiet line."""
_EDGE = 0.3
_ATTEMPTS = 2
_TURNS = 8
"""Answers of a caller after which nothing more is hoped for."""

Recognise = Callable[[bytes, Sequence[str]], Awaitable[str]]


@dataclass(slots=True)
class Call:
    """One number, and what became of it."""

    speaker: str
    code: str
    heard: list[str] = field(default_factory=list)
    captured: str = ""
    attempts: int = 0
    asked_back: int = 0


def takes() -> Mapping[tuple[str, str], list[Sound]]:
    """Return the recordings by speaker and digit."""
    found: dict[tuple[str, str], list[Sound]] = defaultdict(list)
    for path in sorted((DATA / "digits").glob("*.flac")):
        digit, speaker, _ = path.stem.split("_")
        sound, rate = soundfile.read(path)
        assert rate == RATE
        found[speaker, digit].append(sound)
    return found


def said(
    code: str,
    speaker: str,
    recordings: Mapping[tuple[str, str], list[Sound]],
    draw: Random,
    snr: float | None = None,
) -> bytes:
    """Return digits said one after the other, in groups or evenly, as PCM16 from a telephone.

    Args:
        code: The digits.
        speaker: Who says them.
        recordings: See `takes`.
        draw: Chooses among recordings, gaps and noise.
        snr: Decibels of the speech over a bed of recorded noise; None for a quiet line.
    """
    grouped = draw.random() < 0.5
    pieces = [np.zeros(int(_EDGE * RATE))]
    for i, digit in enumerate(code):
        if i:
            gap = draw.uniform(0.15, 0.4)
            if grouped:
                gap = draw.uniform(0.3, 0.4) if i in (2, 3) else draw.uniform(0.15, 0.2)
            pieces.append(np.zeros(int(gap * RATE)))
        pieces.append(at_level(draw.choice(recordings[speaker, digit]), _LEVEL))
    pieces.append(np.zeros(int(_EDGE * RATE)))
    sound = np.concatenate(pieces)
    if snr is None:
        hiss = np.random.default_rng(draw.randrange(1 << 30)).standard_normal(len(sound))
        return over_the_wire(mixed(sound, hiss, _QUIET))
    bed = draw.choice(noises())
    start = draw.randrange(max(1, len(bed) - len(sound)))
    return over_the_wire(mixed(sound, bed[start : start + len(sound)], snr))


class Shop:
    """Knows some order numbers."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = frozenset(numbers)

    def run(self, act: CallTool) -> Mapping[str, Any]:
        """Return what a tool answers."""
        if act.tool == "find_order":
            if act.arguments["order"] not in self.numbers:
                return {"outcome": "unknown"}
            return {"outcome": "packing", "items": "a lamp", "expected": "2026-03-05",
                    "today": "2026-03-02"}  # fmt: skip
        given = act.arguments["candidates"].split(",")
        known = [one for one in given if one in self.numbers]
        return {"outcome": "found" if known else "unknown", "matches": ",".join(known)}


async def ring(
    call: Call, manager: DialogueManager, shop: Shop, say: Callable[[str], Awaitable[UserTurn]],
    vocabulary: list[Sequence[str]], grammar: list[Grammar | None],
) -> None:  # fmt: skip
    """Hold one conversation about one number."""

    def take(step: Step) -> Step:
        while step.state.pending is not None:
            act = next(a for a in reversed(step.acts) if isinstance(a, CallTool))
            value = shop.run(act)
            if act.tool == "find_order" and value["outcome"] != "unknown":
                call.captured = act.arguments["order"]
            step = manager.handle(step.state, ToolReturned(act.call_key, True, value))
        return step

    step = take(manager.handle(manager.start("bench").state, UserTurn("where is my order")))
    for _ in range(_TURNS):
        question = step.state.question
        if call.captured or question is None:
            return
        if question.topic is Topic.VALUE:
            call.asked_back += 1
            right = question.options[0] == call.code
            step = take(manager.handle(step.state, UserTurn("yes" if right else "no")))
            continue
        if call.attempts == _ATTEMPTS or question.topic is not Topic.SLOT:
            return
        begun = step.state.partial.get("order", "")
        rest = call.code[len(begun) :] if begun and call.code.startswith(begun) else call.code
        call.attempts += 1
        vocabulary[:] = [(*step.expects.vocabulary, *manager.domain.vocabulary)]
        grammar[:] = [grammar_for(manager.domain, step.state)]
        turn = await say(rest)
        call.heard.append(turn.text)
        step = take(manager.handle(step.state, turn))


async def calls(each: int, seed: int, snr: float | None = None) -> list[Call]:
    """Return `each` calls of every speaker."""
    settings = Settings().models
    engines = await asyncio.to_thread(load_engines, settings)
    files = locate_encoder(settings)
    encoder = MiniLmEncoder(files.model, files.tokenizer)
    manager = DialogueManager(
        load_domain("retail"), LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    )
    draw = Random(seed)
    numbers = [f"{draw.randrange(100_000):05d}" for _ in range(KNOWN)]
    shop, recordings = Shop(numbers), takes()
    done: list[Call] = []
    vocabulary: list[Sequence[str]] = [()]
    grammar: list[Grammar | None] = [None]
    try:
        for speaker in SPEAKERS:
            for code in draw.sample(numbers, each):
                call = Call(speaker, code)

                async def say(digits: str, speaker: str = speaker) -> UserTurn:
                    pcm = said(digits, speaker, recordings, draw, snr)
                    heard = await engines.recogniser.transcribe(
                        pcm, vocabulary=vocabulary[0], timeout=60.0, grammar=grammar[0]
                    )
                    return UserTurn(heard.text, alternatives=heard.alternatives)

                await ring(call, manager, shop, say, vocabulary, grammar)
                done.append(call)
    finally:
        await asyncio.to_thread(engines.close)
    return done


def voice_table(done: Sequence[Call]) -> str:
    """Return the calls as a Markdown table, one row a speaker."""
    rows = ["| speaker | calls | right at once | right within two | asked back | wrong |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    for speaker in (*SPEAKERS, "all"):
        of = [call for call in done if speaker in (call.speaker, "all")]
        right = [call for call in of if call.captured == call.code]
        once = sum(call.attempts == 1 for call in right)
        asked = sum(call.asked_back > 0 for call in of)
        wrong = sum(bool(call.captured) and call.captured != call.code for call in of)
        rows.append(
            f"| {speaker} | {len(of)} | {100 * once / len(of):.0f} % | "
            f"{100 * len(right) / len(of):.1f} % | {asked} | {wrong} |"
        )
    return "\n".join(rows)
