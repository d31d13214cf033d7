"""Accuracy and speed of the recogniser, beside faster-whisper's own `transcribe`, in one run.

Run: `python -m bench.recognition [--quick] [--json OUT]`. Human commands are scored by the slot
words that came out right, telephone prompts by word error rate. Decodes come one at a time, on
files trimmed by the same speech detector that calls use, so times are those of a turn.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import jiwer
import numpy as np
import soxr
from faster_whisper import WhisperModel

from bench.table import recognition_table
from telephony.g711 import ulaw_to_pcm16
from voicebot.commands.transcription import speech_in
from voicebot.engines.bundle import load_engines
from voicebot.engines.models import locate_whisper
from voicebot.folds.metrics import percentile
from voicebot.media.recordings import read_ulaw
from voicebot.ports import SAMPLE_RATE
from voicebot.settings import ModelSettings, Settings

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_NUMBERS = {"8": "eight", "12": "twelve", "16": "sixteen", "20": "twenty"}

Decode = Callable[[bytes, Sequence[str]], Awaitable[tuple[str, float]]]
"""PCM16 at 8 kHz and a vocabulary to the words, and the seconds that took."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording, trimmed, with what is in it."""

    pcm: bytes
    slots: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What one way of decoding made of one set of recordings."""

    model: str
    way: str
    """`ours`, or `transcribe` for faster-whisper's own."""
    data: str
    vocabulary: bool
    clips: int
    slots_right: float | None
    """Share of slot words, 0..1."""
    word_error_rate: float | None
    decode_mean: float
    """Seconds."""
    decode_p95: float
    audio_mean: float


def normal(text: str) -> str:
    """Return words as they are compared: lower case, no punctuation, small numbers in letters."""
    words = re.sub(r"[^\w']+", " ", text.lower()).split()
    return " ".join(_NUMBERS.get(word, word) for word in words)


def commands(detect: Callable[[bytes], bytes], limit: int | None) -> list[Clip]:
    """Return the human commands with their slot words."""
    folder = DATA / "commands"
    slots: Mapping[str, Mapping[str, str]] = json.loads((folder / "slots.json").read_text())
    names = list(slots)[:limit]
    return [
        Clip(detect(ulaw_to_pcm16(read_ulaw(folder / name))), tuple(slots[name].values()))
        for name in names
    ]


def prompts(detect: Callable[[bytes], bytes], limit: int | None) -> list[Clip]:
    """Return the telephone prompts with their words."""
    folder = DATA / "prompts"
    texts: Mapping[str, str] = json.loads((folder / "text.json").read_text())
    names = sorted(texts)[:: 1 if limit is None else max(1, len(texts) // limit)]
    clips = (
        Clip(detect(ulaw_to_pcm16(read_ulaw(folder / name))), text=texts[name]) for name in names
    )
    return [clip for clip in clips if clip.pcm and normal(clip.text)]


async def score(
    model: str,
    way: str,
    decode: Decode,
    data: str,
    clips: Sequence[Clip],
    vocabulary: Sequence[str],
) -> Score:
    """Decode all clips one at a time and compare with what is in them."""
    heard = [await decode(clip.pcm, vocabulary) for clip in clips]
    right = [
        normal(slot) in normal(text)
        for clip, (text, _) in zip(clips, heard, strict=True)
        for slot in clip.slots
    ]
    spoken = [
        (normal(clip.text), normal(text))
        for clip, (text, _) in zip(clips, heard, strict=True)
        if clip.text
    ]
    seconds = [taken for _, taken in heard]
    return Score(
        model=model,
        way=way,
        data=data,
        vocabulary=bool(vocabulary),
        clips=len(clips),
        slots_right=sum(right) / len(right) if right else None,
        word_error_rate=(
            float(jiwer.wer([a for a, _ in spoken], [b for _, b in spoken])) if spoken else None
        ),
        decode_mean=float(np.mean(seconds)),
        decode_p95=percentile(seconds, 95),
        audio_mean=float(np.mean([len(clip.pcm) / 2 / SAMPLE_RATE for clip in clips])),
    )


def plain_decode(models: ModelSettings) -> Decode:
    """Return faster-whisper's own `transcribe`, as a plain bot would use it."""
    model = WhisperModel(
        str(locate_whisper(models).folder),
        device="cpu",
        compute_type="int8",
        cpu_threads=models.threads or 0,
    )

    async def decode(pcm: bytes, vocabulary: Sequence[str]) -> tuple[str, float]:
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        wide = soxr.resample(samples, SAMPLE_RATE, 16_000)
        began = time.perf_counter()
        prompt = ", ".join(vocabulary) + "." if vocabulary else None
        segments, _ = model.transcribe(
            wide, language="en", beam_size=1, temperature=0.0, initial_prompt=prompt
        )
        text = " ".join(segment.text for segment in segments)
        return text, time.perf_counter() - began

    return decode


async def measure(models: Sequence[str], quick: bool) -> list[Score]:
    """Return the scores of all models, ours beside the plain way."""
    scores: list[Score] = []
    limit = 8 if quick else None
    for name in models:
        settings = Settings().models.model_copy(update={"whisper": name})
        engines = await asyncio.to_thread(load_engines, settings)
        try:

            def detect(pcm: bytes, engines: Any = engines) -> bytes:
                found = speech_in(pcm, engines.speech_detector())
                if not found:
                    return b""
                first = max(0, int((found[0][0] - 0.3) * SAMPLE_RATE)) * 2
                return pcm[first : int((found[-1][1] + 0.3) * SAMPLE_RATE) * 2]

            async def ours(
                pcm: bytes, vocabulary: Sequence[str], engines: Any = engines
            ) -> tuple[str, float]:
                heard = await engines.recogniser.transcribe(
                    pcm, vocabulary=vocabulary, timeout=120.0
                )
                return heard.text, heard.decode_seconds

            clips = await asyncio.to_thread(commands, detect, limit)
            words = sorted({slot for clip in clips for slot in clip.slots})
            ways: list[tuple[str, Decode]] = [
                ("ours", ours),
                ("transcribe", plain_decode(settings)),
            ]
            for way, decode in ways:
                for vocabulary in (words, []):
                    _say(f"{name}, {way}, commands, {len(vocabulary)} words of vocabulary")
                    scores.append(await score(name, way, decode, "commands", clips, vocabulary))
            spoken = await asyncio.to_thread(prompts, detect, limit)
            for way, decode in ways:
                _say(f"{name}, {way}, prompts")
                scores.append(await score(name, way, decode, "prompts", spoken, []))
        finally:
            await asyncio.to_thread(engines.close)
    return scores


@click.command()
@click.option("--quick", is_flag=True, help="A few recordings of each kind.")
@click.option("--models", default="base,tiny.en", show_default=True)
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(quick: bool, models: str, output: Path | None) -> None:
    """Score the recogniser on the development recordings beside the repository."""
    if not DATA.is_dir():
        raise click.ClickException("the development recordings (../shared/data) are not here")
    scores = [asdict(s) for s in asyncio.run(measure(models.split(","), quick))]
    if output is not None:
        output.write_text(json.dumps({"scores": scores}, indent=2) + "\n", encoding="utf-8")
    click.echo(recognition_table(scores))


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
