"""How well is it known when each word is spoken? Beside the share of characters, in one run.

Run: `python -m bench.word_times [--clauses N] [--json OUT]`. Clauses of the hotline are rendered
anew, and the ends of their words are judged in three ways: by where faster-whisper puts them when
it aligns the known text with the sound (some 0.1 s early before a pause, so it compares ways of
telling and is not the truth), by where silence begins after each of ten codes' digits, and by ear:
what the recogniser hears of a clause that is cut where a word is said to end.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from dialogue.loading import load_domain
from telephony.g711 import ulaw_to_pcm16
from voicebot.engines.audio import MODEL_RATE, resampled, to_samples
from voicebot.engines.bundle import Engines, load_engines
from voicebot.engines.models import locate_voice, locate_whisper
from voicebot.engines.synthesiser import PiperSynthesiser
from voicebot.folds.metrics import percentile
from voicebot.ports import SAMPLE_RATE, Rendered
from voicebot.settings import ModelSettings, Settings
from voicebot.word_times import SpokenWord, estimated, written_words

READ_OUT = (
    "Your order 4 4 1 1 7 is on its way to you.",
    "We have refunded $12.50 to the card that you paid with.",
    "It will be with you by the end of the week, on Friday 4 December.",
    "Please call again between 9 a.m. and 5 p.m., from Monday to Friday.",
)
"""Clauses in which what is spoken differs most from what is written."""

_FRAME = 0.01
"""Seconds of one frame of Whisper's features, and of those that silence is looked for in."""
_SILENT = 10 ** (-45 / 20)
"""Level (RMS) below which a frame is silent; speech is at -20 dBFS."""

Spoken = tuple[str, Rendered]
"""A clause, and its sound."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How far the ends of words were told from where they are, in seconds."""

    way: str
    words: int
    median: float
    p95: float
    mean_signed: float
    """Positive: told too late."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What was heard of clauses that were cut where a word was told to end."""

    way: str
    cuts: int
    right: int
    """Exactly the words before the cut were heard."""


class Aligner:
    """Finds where in a sound each word of a known text ends, by Whisper's attention."""

    def __init__(self, folder: Path) -> None:
        """Load a Whisper model."""
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
        self._tokens = Tokenizer(
            self._model.hf_tokenizer,
            self._model.model.is_multilingual,
            task="transcribe",
            language="en",
        )

    def ends(self, text: str, ulaw: bytes) -> list[float]:
        """Return the end of each written word, in seconds of the sound; NaN where there is none."""
        samples = resampled(to_samples(ulaw_to_pcm16(ulaw)), SAMPLE_RATE, MODEL_RATE)
        features = self._model.feature_extractor(samples)
        frames = min(round(samples.size / MODEL_RATE / _FRAME), features.shape[-1])
        encoded = self._model.encode(features[:, : self._model.feature_extractor.nb_max_frames])
        (aligned,) = self._model.find_alignment(
            self._tokens, [self._tokens.encode(f" {text}")], encoded, frames
        )
        return _by_written_word(text, aligned)


def _by_written_word(text: str, aligned: Sequence[dict[str, Any]]) -> list[float]:
    # The text that was aligned begins with one space more.
    reached, ends = -1, list[tuple[int, float]]()
    for word in aligned:
        reached += len(word["word"])
        if any(character.isalnum() for character in word["word"]):
            ends.append((reached, float(word["end"])))
    found: list[float] = []
    for begin, end in written_words(text):
        inside = [at for count, at in ends if begin < count <= end]
        found.append(inside[-1] if inside else float("nan"))
    return found


async def rendered(
    texts: Sequence[str], engines: Engines, models: ModelSettings, *, slow: bool = False
) -> list[Spoken]:
    """Return the clauses of these texts as today's build speaks them, with nothing cached."""
    found: list[Spoken] = []
    with tempfile.TemporaryDirectory() as folder:
        voice = PiperSynthesiser(locate_voice(models), engines.scheduler, cache_dir=Path(folder))
        for text in texts:
            for clause in voice.clauses(text):
                found.append((clause, await voice.render(clause, slow=slow, timeout=60.0)))
    return found


def aligned_errors(clauses: Sequence[Spoken], aligner: Aligner) -> list[Errors]:
    """Return the errors of each way of telling against Whisper's alignment.

    The last word of each clause is left out: it ends with the sound whatever way it is told.
    """
    true = [end for text, speech in clauses for end in aligner.ends(text, speech.audio)[:-1]]
    return [
        _errors(way, [w.ended for words in told for w in words[:-1]], true)
        for way, told in _ways(clauses)
    ]


def silence_errors(clauses: Sequence[Spoken]) -> list[Errors]:
    """Return the errors of each way against the sound itself, in codes read out digit by digit.

    Each digit but the last is followed by silence, so the n-th silence begins where the n-th digit
    ends; a code in which another number of silences is found is left out.
    """
    kept = [
        (spoken, found)
        for spoken in clauses
        if len(found := _silences(spoken[1].audio)) == len(written_words(spoken[0]))
    ]
    true = [begin for _, found in kept for begin in found[:-1]]
    return [
        _errors(way, [w.ended for words in told for w in words[:-1]], true)
        for way, told in _ways([spoken for spoken, _ in kept])
    ]


async def heard_cuts(
    way: str,
    clauses: Sequence[Spoken],
    told: Sequence[Sequence[SpokenWord]],
    engines: Engines,
) -> Cuts:
    """Cut each clause at two of its words, and return how often just those before were heard."""
    chance = random.Random(5)
    cuts = right = 0
    for (text, speech), words in zip(clauses, told, strict=True):
        for word in chance.sample(words[2:-1], min(2, len(words[2:-1]))):
            cut = speech.audio[: int(word.ended * SAMPLE_RATE)]
            heard = await engines.recogniser.transcribe(ulaw_to_pcm16(cut), timeout=60.0)
            cuts += 1
            right += _normal(heard.text) == _normal(text[: word.text_end])
    return Cuts(way, cuts, right)


def _ways(clauses: Sequence[Spoken]) -> list[tuple[str, list[Sequence[SpokenWord]]]]:
    return [
        ("durations", [speech.words for _, speech in clauses]),
        ("share of characters", [estimated(text, speech.seconds) for text, speech in clauses]),
    ]


def _errors(way: str, told: Sequence[float], true: Sequence[float]) -> Errors:
    apart = [a - b for a, b in zip(told, true, strict=True) if not np.isnan(b)]
    distances = [abs(a) for a in apart]
    return Errors(
        way,
        len(apart),
        percentile(distances, 50),
        percentile(distances, 95),
        float(np.mean(apart)),
    )


def _silences(ulaw: bytes) -> list[float]:
    """Return where silences of at least 0.1 s begin, from the first sound on."""
    samples = to_samples(ulaw_to_pcm16(ulaw))
    frame = int(_FRAME * SAMPLE_RATE)
    levels = np.sqrt(np.square(samples[: samples.size // frame * frame].reshape(-1, frame)).mean(1))
    quiet = "".join("s" if level < _SILENT else "v" for level in levels)
    return [match.end(1) * _FRAME for match in re.finditer(r"(v)s{10,}", quiet)]


def _normal(text: str) -> list[str]:
    return re.sub(r"[^\w']+", " ", text.lower()).split()


@click.command()
@click.option("--clauses", default=40, help="Clauses of the retail hotline, besides numbers.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Where the figures go.")
def main(clauses: int, out: Path | None) -> None:
    """Measure, and print one line for each measure and way of telling."""
    chance = random.Random(3)
    texts = list(load_domain("retail").fixed_phrases())
    chance.shuffle(texts)
    chosen = [text for text in texts if len(text.split()) >= 6][:clauses]
    codes = [" ".join(chance.choices("123456789", k=5)) + "." for _ in range(10)]
    models = Settings().models
    aligner = Aligner(locate_whisper(models).folder)
    engines = load_engines(models)
    found: list[dict[str, Any]] = []

    def tell(measure: str, results: Sequence[Errors | Cuts]) -> None:
        for result in results:
            found.append({"measure": measure, **asdict(result)})
            click.echo(
                f"{measure:24} {result.way:20} "
                + (
                    f"{result.right} of {result.cuts}"
                    if isinstance(result, Cuts)
                    else f"{result.words:4} words  median {result.median:.3f} s  "
                    f"p95 {result.p95:.3f} s  mean {result.mean_signed:+.3f} s"
                )
            )

    try:
        plain = asyncio.run(rendered(chosen, engines, models))
        read_out = asyncio.run(rendered(READ_OUT, engines, models))
        slow = asyncio.run(rendered(chosen, engines, models, slow=True))
        tell("Whisper's alignment", aligned_errors([*plain, *read_out], aligner))
        tell("the same, slow pace", aligned_errors(slow, aligner))
        tell("silence after digits", silence_errors(asyncio.run(rendered(codes, engines, models))))
        for way, told in _ways(plain):
            tell("heard right when cut", [asyncio.run(heard_cuts(way, plain, told, engines))])
    finally:
        engines.close()
    if out is not None:
        out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
