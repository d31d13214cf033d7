"""`voicebot transcribe`: recordings into words, the way a call would hear them.

A file goes down to telephone quality, the speech detector finds who speaks when, stretches that a
caller would have said in one turn are put together, and the shared recogniser decodes them.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from telephony.g711 import ulaw_to_pcm16
from voicebot.engines.bundle import Engines, load_engines
from voicebot.media.recordings import BadRecording, read_ulaw
from voicebot.ports import SAMPLE_RATE, EngineError, SpeechDetector, SpeechOnset, StaleWork
from voicebot.settings import ModelSettings

_BLOCK = SAMPLE_RATE // 50 * 2
"""Bytes of 20 ms of PCM16."""
_PAUSE = 1.0
"""Seconds of silence that a turn may hold."""
_LONGEST = 28.0
"""Seconds decoded at once; Whisper looks at 30."""
_BEFORE, _AFTER = 0.3, 0.3
"""Seconds kept around speech, as the listener of a call keeps them."""
_TIMEOUT = 120.0
"""Seconds for one stretch; nobody waits on a line here."""


@dataclass(frozen=True, slots=True)
class FileTranscription:
    """What was heard in one file."""

    file: str
    text: str
    audio_seconds: float
    decode_ms: float
    """Time on the recogniser, all stretches together."""


def vocabulary_from(text: str) -> tuple[str, ...]:
    """Return the entries of a vocabulary file: phrases between line ends, commas or semicolons."""
    entries = (entry.strip() for entry in re.split(r"[\n,;]", text))
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def speech_in(pcm: bytes, detector: SpeechDetector) -> list[tuple[float, float]]:
    """Return the stretches of speech in PCM16, in seconds, as turns of at most 28 s."""
    pcm = pcm + bytes(SAMPLE_RATE * 2)  # A second of silence lets the last stretch end.
    found: list[tuple[float, float]] = []
    started: float | None = None
    for at in range(0, len(pcm), _BLOCK):
        for event in detector.feed(pcm[at : at + _BLOCK]):
            if isinstance(event, SpeechOnset):
                started = event.started
            elif started is not None:
                found.append((started, event.ended))
                started = None
    if started is not None:
        found.append((started, len(pcm) / 2 / SAMPLE_RATE))
    turns: list[tuple[float, float]] = []
    for start, end in found:
        if turns and start - turns[-1][1] <= _PAUSE and end - turns[-1][0] <= _LONGEST:
            turns[-1] = (turns[-1][0], end)
        else:
            turns.append((start, end))
    return turns


async def transcribe_file(
    path: Path, vocabulary: Sequence[str], engines: Engines
) -> FileTranscription:
    """Return the words of one WAV or FLAC file.

    Raises:
        BadRecording: it cannot be read.
        EngineError: the recogniser failed.
    """
    pcm = ulaw_to_pcm16(await asyncio.to_thread(read_ulaw, path))
    stretches = await asyncio.to_thread(speech_in, pcm, engines.speech_detector())
    texts: list[str] = []
    seconds = 0.0
    for start, end in stretches:
        first = max(0, int((start - _BEFORE) * SAMPLE_RATE)) * 2
        last = int((end + _AFTER) * SAMPLE_RATE) * 2
        heard = await engines.recogniser.transcribe(
            pcm[first:last], vocabulary=vocabulary, timeout=_TIMEOUT
        )
        seconds += heard.decode_seconds
        texts.append(heard.text)
    return FileTranscription(
        file=str(path),
        text=" ".join(text for text in texts if text),
        audio_seconds=round(len(pcm) / 2 / SAMPLE_RATE, 3),
        decode_ms=round(seconds * 1000, 1),
    )


async def transcribe_files(
    files: Iterable[str], vocabulary: Sequence[str], engines: Engines
) -> AsyncIterator[FileTranscription | str]:
    """Yield the words of each file, or what is wrong with it in one sentence."""
    for name in files:
        try:
            yield await transcribe_file(Path(name), vocabulary, engines)
        except BadRecording as error:
            yield str(error)
        except (EngineError, StaleWork) as error:
            yield f"{name}: {error}"


def transcribe_command(
    models: ModelSettings,
    files: Sequence[str],
    words: str,
    *,
    show: Callable[[str], None],
    complain: Callable[[str], None],
    as_json: bool,
) -> bool:
    """Transcribe files one after another; True if every one could be.

    Raises:
        ModelUnavailable: a model is not to be had.
    """
    engines = load_engines(models)
    try:
        return asyncio.run(_run(engines, files, vocabulary_from(words), show, complain, as_json))
    finally:
        engines.close()


async def _run(
    engines: Engines,
    files: Sequence[str],
    vocabulary: Sequence[str],
    show: Callable[[str], None],
    complain: Callable[[str], None],
    as_json: bool,
) -> bool:
    well = True
    async for result in transcribe_files(files, vocabulary, engines):
        if isinstance(result, str):
            well = False
            complain(result)
        elif as_json:
            show(json.dumps(asdict(result), ensure_ascii=False))
        else:
            show(f"{result.file}: {result.text}")
    return well
