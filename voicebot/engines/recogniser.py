"""Speech to text for all calls: trims, decodes with the domain's words, and doubts the result.

A decode goes through the short context of `voicebot.engines.whisper`, with the vocabulary as
previous text. One that looks poor (hardly probable, stopped by its ceiling, or only the vocabulary
read back) is checked by a second decode of the same encoding without vocabulary, which is quick
and tells sound without words from words; if that is no better, by one decode of the full window.
Without vocabulary the full window is used at once. Sound without words gives an empty text.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from dialogue.cues import USUAL
from dialogue.said import Alternative, Grammar, allows
from voicebot.engines.audio import MODEL_RATE, Samples, resampled, to_samples, voiced_part
from voicebot.engines.glimpse import (
    CERTAIN,
    COMMANDS,
    PROMPT,
    features_of,
    kinds_by_words,
    packaged_weights,
)
from voicebot.engines.models import WhisperFiles
from voicebot.engines.narrow import NarrowSearch
from voicebot.engines.repetition import without_repetition
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.engines.vocabulary import fitting, is_echo, prompt_text, words_of
from voicebot.engines.whisper import LONGEST, PROMPT_TOKENS, Hypothesis, Whisper
from voicebot.engines.whisper_decoder import WhisperDecoder
from voicebot.ports import (
    SAMPLE_RATE,
    EngineError,
    Glimpse,
    Priority,
    StaleWork,
    Transcription,
)

_MARGIN = 0.2
"""Seconds kept around the speech."""
_POOR = -1.0
"""Mean log-probability below which a text is a guess."""
_SILENT = 0.6
"""No-speech probability above which a doubtful text is no speech; OpenAI's threshold."""
_SURE = -0.25
"""Mean log-probability from which a text that a grammar allows needs no second look."""
_SEARCH = 1.0
"""Seconds that a narrowed search may take."""
_SEARCHED = 14.0
"""Seconds of speech from which no value is searched for."""
_BUSY = 0.15
"""Seconds that callers wait for the recogniser from which nobody gets a second look."""
_ALTERNATIVES = 5
_UNSAID = 0.2
"""Price in nats of each letter that was heard and is missing from an alternative."""
_SHORTER = 1.3
"""How much shorter it may be than what was heard, free of charge."""
_PHRASES_OF_SILENCE = frozenset(
    {
        "thank you",
        "thanks for watching",
        "you",
        "bye",
        "thank you very much",
        "thank you for watching",
    }
)
"""What Whisper writes for sound without words, from its training on subtitles."""


@dataclass(frozen=True, slots=True)
class _Heard:
    text: str
    avg_logprob: float
    fallback: bool
    total: float = 0.0
    """Log-probability of all of it."""
    alternatives: tuple[Alternative, ...] = ()


class WhisperRecogniser:
    """The recogniser of `voicebot.ports`, on one shared Whisper model."""

    def __init__(
        self, files: WhisperFiles, scheduler: Scheduler, *, language: str = "en", threads: int = 0
    ) -> None:
        """Load the model.

        Args:
            files: Its weights.
            scheduler: Runs the decodes, in the lane `RECOGNISER`.
            language: Whisper's code of what callers speak.
            threads: Of one decode; 0 takes all the cores that this process may use.

        Raises:
            EngineError: the model cannot be loaded, or does not know the language.
        """
        self.model = files.name
        self._scheduler = scheduler
        self._whisper = Whisper(
            files.folder, language=language, threads=threads or available_cores()
        )
        self._prompts: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._glimpses = packaged_weights(files.name)
        self._narrow = _narrow_search(files.folder, self._whisper)
        self._cues = USUAL.get(language, USUAL["en"])

    def warm(self) -> None:
        """Decode a second of noise, so that the first caller does not wait for lazy set-up."""
        noise = np.random.default_rng(1).standard_normal(MODEL_RATE).astype(np.float32) * 0.05
        self._whisper.decode(self._whisper.encode(noise), seconds=1.0)

    async def glimpse(self, pcm: bytes, *, over: bool = False, timeout: float = 0.6) -> Glimpse:
        """Look at the first words of a sound over the bot; see `voicebot.ports.Recogniser`."""
        done = await self._scheduler.run(
            Lane.RECOGNISER,
            partial(self._look, pcm, over),
            priority=Priority.FINAL,
            timeout=timeout,
        )
        words, kinds = done.value
        return Glimpse(
            text="" if _is_silence(words) else _text(words),
            avg_logprob=words.avg_logprob,
            kinds=kinds,
            decode_seconds=done.ran_seconds,
            queued_seconds=done.queued_seconds,
        )

    def _look(self, pcm: bytes, over: bool) -> tuple[Hypothesis, Mapping[str, float]]:
        samples = resampled(to_samples(pcm), SAMPLE_RATE, MODEL_RATE)
        seconds = samples.size / MODEL_RATE
        encoded, summary = self._whisper.glimpse(samples)
        words = self._whisper.decode(encoded, seconds=min(seconds, 1.0), previous=PROMPT)
        if self._glimpses is None:
            kinds = kinds_by_words(words, self._cues)
        else:
            kinds = self._glimpses.kinds(features_of(summary, words, seconds, self._cues))
        if not over or kinds["interruption"] >= 0.8 or self._cues.is_command(words.text):
            return words, kinds
        second = self._whisper.decode(encoded, seconds=min(seconds, 1.0), previous=COMMANDS)
        certain = second.avg_logprob >= CERTAIN and self._cues.is_command(second.text)
        return (second if certain else words), kinds

    async def transcribe(
        self,
        pcm: bytes,
        *,
        vocabulary: Sequence[str] = (),
        grammar: Grammar | None = None,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Transcription:
        """Transcribe one utterance of PCM16 at 8 kHz; see `voicebot.ports.Recogniser`."""
        abandoned = threading.Event()
        work = partial(self._hear, pcm, tuple(vocabulary), grammar, abandoned)
        try:
            done = await self._scheduler.run(
                Lane.RECOGNISER, work, priority=priority, timeout=timeout
            )
        except (asyncio.CancelledError, EngineError, StaleWork):
            abandoned.set()
            raise
        return Transcription(
            text=done.value.text,
            avg_logprob=done.value.avg_logprob,
            audio_seconds=len(pcm) / 2 / SAMPLE_RATE,
            decode_seconds=done.ran_seconds,
            queued_seconds=done.queued_seconds,
            model=self.model,
            fallback=done.value.fallback,
            alternatives=done.value.alternatives,
        )

    def _hear(
        self,
        pcm: bytes,
        vocabulary: tuple[str, ...],
        grammar: Grammar | None,
        abandoned: threading.Event,
    ) -> _Heard:
        speech = to_samples(voiced_part(pcm, _MARGIN))
        samples = resampled(speech, SAMPLE_RATE, MODEL_RATE)
        entries = self._fitting(vocabulary)
        heard = [self._hear_piece(piece, entries, abandoned) for piece in pieces(samples)]
        spoken = [piece for piece in heard if piece.text]
        if len(heard) == 1 and grammar is not None:
            _go_on(abandoned)
            return replace(heard[0], alternatives=self._narrowed(samples, heard[0], grammar))
        if not spoken:
            return _Heard("", 0.0, any(piece.fallback for piece in heard))
        return _Heard(
            " ".join(piece.text for piece in spoken),
            min(piece.avg_logprob for piece in spoken),
            any(piece.fallback for piece in heard),
        )

    def _hear_piece(
        self, samples: Samples, entries: tuple[str, ...], abandoned: threading.Event
    ) -> _Heard:
        seconds = samples.size / MODEL_RATE
        if not entries:
            return _heard(self._decode_full(samples, ""), fallback=False)
        encoded = self._whisper.encode(samples)
        _go_on(abandoned)
        previous = prompt_text(entries)
        first = self._whisper.decode(encoded, seconds=seconds, previous=previous)
        echo = is_echo(first.text, entries)
        if not (_is_poor(first) or echo):
            return _heard(first, fallback=False)
        _go_on(abandoned)
        second = self._whisper.decode(encoded, seconds=seconds)
        if _is_silence(second):
            return _Heard("", second.avg_logprob, False)
        if _is_cured(first) and not echo:
            return _heard(first, fallback=False)
        if not _is_poor(second):
            return _heard(second, fallback=False)
        _go_on(abandoned)
        third = self._decode_full(samples, "" if echo else previous)
        if _is_silence(third) or is_echo(third.text, entries):
            return _Heard("", third.avg_logprob, True)
        candidates = [second, third] if echo else [first, second, third]
        best = max(candidates, key=lambda h: (not h.cut_short, h.avg_logprob))
        return _heard(best, fallback=True)

    def _narrowed(
        self, samples: Samples, heard: _Heard, grammar: Grammar
    ) -> tuple[Alternative, ...]:
        """Return what a grammar makes of a sound, unless what was heard needs no second look."""
        seconds = samples.size / MODEL_RATE
        busy = self._scheduler.delay(Lane.RECOGNISER) > _BUSY
        if self._narrow is None or busy or not heard.text or seconds > _SEARCHED:
            return ()
        if heard.avg_logprob >= _SURE and allows(grammar, heard.text):
            return ()
        found = self._narrow.best(
            self._narrow.decoder.sound(np.asarray(self._whisper.encode(samples))[0]),
            self._whisper.before(grammar.example),
            grammar,
            count=_ALTERNATIVES,
            longest=self._whisper.ceiling(seconds),
            until=time.monotonic() + _SEARCH,
        )
        return tuple(
            Alternative(one.text, round(price + unsaid(heard.text, one.text), 2))
            for one in found
            for price in [heard.total - one.logprob]
        )

    def _decode_full(self, samples: Samples, previous: str) -> Hypothesis:
        encoded = self._whisper.encode(samples, full=True)
        return self._whisper.decode(encoded, seconds=samples.size / MODEL_RATE, previous=previous)

    def _fitting(self, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
        known = self._prompts.get(vocabulary)
        if known is None:
            if len(self._prompts) >= 64:
                self._prompts.clear()
            known = fitting(vocabulary, tokens=PROMPT_TOKENS, count=self._whisper.count_tokens)
            self._prompts[vocabulary] = known
        return known


def pieces(samples: Samples, longest: float = LONGEST) -> list[Samples]:
    """Cut 16 kHz sound into pieces that one decode takes, at the quietest place near each end."""
    most, frame = int(longest * MODEL_RATE), MODEL_RATE // 50
    found: list[Samples] = []
    while samples.size > most:
        # Between two thirds of the longest piece and all of it.
        begin = most * 2 // 3 // frame * frame
        window = samples[begin : begin + (most - begin) // frame * frame].reshape(-1, frame)
        quietest = int(np.argmin(np.square(window).sum(axis=1)))
        cut = begin + quietest * frame + frame // 2
        found.append(samples[:cut])
        samples = samples[cut:]
    if samples.size:
        found.append(samples)
    return found


def unsaid(heard: str, alternative: str) -> float:
    """Return the price in nats of what an alternative leaves unsaid.

    Whisper hardly minds that a text is over before the speech is: "January twenty-six" passes for
    any sentence, if nothing else may be said.
    """
    missing = _letters(heard) - _SHORTER * _letters(alternative)
    return _UNSAID * max(0.0, missing)


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def available_cores() -> int:
    """Return how many cores this process may use, by affinity and by a container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        if quota != "max":
            cores = min(cores, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        pass
    return max(1, cores)


def _narrow_search(folder: Path, whisper: Whisper) -> NarrowSearch | None:
    """Return the narrowed search of a model; None where its file cannot be read for it."""
    try:
        return NarrowSearch(WhisperDecoder(folder / "model.bin"), whisper.tokens)
    except EngineError:
        return None


def _go_on(abandoned: threading.Event) -> None:
    """Stop between two stages of a decode whose result nobody waits for any more."""
    if abandoned.is_set():
        raise StaleWork("recogniser: given up by its caller")


def _heard(hypothesis: Hypothesis, *, fallback: bool) -> _Heard:
    text = "" if _is_silence(hypothesis) else _text(hypothesis)
    total = hypothesis.avg_logprob * (hypothesis.tokens + 1)
    return _Heard(text, hypothesis.avg_logprob, fallback, total)


def _text(hypothesis: Hypothesis) -> str:
    text = without_repetition(hypothesis.text, cut_short=hypothesis.cut_short)
    # A comma at the end is the style of the vocabulary, not the caller's.
    return text.rstrip(" ,;") if words_of(text) else ""


def _is_silence(hypothesis: Hypothesis) -> bool:
    words = words_of(hypothesis.text)
    if not words:
        return True
    if hypothesis.no_speech > _SILENT and hypothesis.avg_logprob < _POOR:
        return True
    return " ".join(words) in _PHRASES_OF_SILENCE and hypothesis.no_speech > _SILENT / 2


def _is_poor(hypothesis: Hypothesis) -> bool:
    return hypothesis.avg_logprob < _POOR or hypothesis.cut_short


def _is_cured(hypothesis: Hypothesis) -> bool:
    """Tell whether only the end was diseased: without it there are several probable words."""
    text = _text(hypothesis)
    shorter = len(text) < len(hypothesis.text) - 1
    return shorter and hypothesis.avg_logprob >= _POOR and len(words_of(text)) >= 3
