"""Text to speech for all calls: Piper at telephone level, clause by clause, with a phrase cache.

Piper is GPL-3.0-or-later and is imported here only, behind the port `voicebot.ports.Synthesiser`:
another voice replaces this module and nothing else. Each clause comes with the times of its words,
from the durations of its phonemes. What is rendered ahead (`warm`) is the
hotline's own text and survives restarts on disk; what a single caller is told stays in memory.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from telephony.g711 import pcm16_to_ulaw
from voicebot.engines.alignment import Phone, estimated_phones, word_times
from voicebot.engines.audio import Samples, resampled, to_pcm
from voicebot.engines.clauses import clauses, is_speakable
from voicebot.engines.durations import locate_timed_voice
from voicebot.engines.models import VoiceFiles
from voicebot.engines.onnx import open_session
from voicebot.engines.phrases import PhraseCache
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.ports import SAMPLE_RATE, EngineError, Priority, Rendered, SpokenWord

LONGEST_CLAUSE = 1_000
"""Characters; `clauses` stays far below."""
SLOWER = 1.4
"""Stretch of a clause that the caller asked to hear slowly; Piper makes about 1.2 of it."""
LEVEL = 10 ** (-20 / 20)
"""Level of speech (RMS over its voiced parts): -20 dBFS, clear on a telephone without clipping."""
PEAK = 0.89
"""Highest sample, -1 dBFS."""
LEAD_IN = 0.02
"""Seconds of silence before a clause."""
PAUSES = {".": 0.28, "!": 0.28, "?": 0.28, "…": 0.28, ",": 0.12, ";": 0.16, ":": 0.16}
"""Seconds of silence after a clause, by the mark that ends it."""

_SETTINGS = "2"
"""Part of each cache key; raise it when the same text would be rendered differently."""
_RENDER_AHEAD_TIMEOUT = 120.0
_DIGIT_GAP = re.compile(r"(?<=\b\d) (?=\d\b)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class PiperSynthesiser:
    """The synthesiser of `voicebot.ports`, on one shared voice."""

    def __init__(
        self,
        files: VoiceFiles,
        scheduler: Scheduler,
        *,
        cache_dir: Path,
        threads: int = 1,
        ahead: int = 1,
    ) -> None:
        """Load the voice.

        Args:
            files: Its weights and settings.
            scheduler: Renders in the lane `SYNTHESISER`, ahead of time in `AHEAD`.
            cache_dir: Where phrases survive restarts, and the model with durations is kept.
            threads: Of one rendering; with 1 it has the priority of the lane's thread.
            ahead: Phrases that `warm` renders at once.

        Raises:
            EngineError: the voice cannot be loaded.
        """
        from piper.config import PiperConfig
        from piper.voice import PiperVoice

        try:
            config = PiperConfig.from_dict(json.loads(files.config.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EngineError(f"{files.config.name} is not a Piper voice's settings") from error
        model = locate_timed_voice(files, cache_dir)
        self._voice = PiperVoice(config=config, session=open_session(model, threads=threads))
        self._fingerprint = files.fingerprint
        is_timed = len(self._voice.session.get_outputs()) > 1
        # Phrases whose times were only estimated are not kept once there are better ones.
        self._settings = _SETTINGS if is_timed else f"{_SETTINGS} estimated"
        self._scheduler = scheduler
        self._cache = PhraseCache(cache_dir / "phrases")
        self._ahead = ahead

    def clauses(self, text: str) -> Sequence[str]:
        """Split a text into the pieces that are spoken, marked and cached one by one."""
        return clauses(text)

    def cached(self, clause: str, *, slow: bool = False) -> Rendered | None:
        """Return the clause if it is in memory, else None. Never blocks."""
        if not is_speakable(clause):
            return Rendered(b"")
        return self._cache.remembered(self._key(clause, slow))

    async def render(
        self,
        clause: str,
        *,
        slow: bool = False,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Rendered:
        """Return the clause with the times of its words; see `voicebot.ports.Synthesiser`."""
        known = self.cached(clause, slow=slow)
        if known is not None:
            return known
        lane = Lane.AHEAD if priority is Priority.BACKGROUND else Lane.SYNTHESISER
        work = partial(self._render, clause, slow, on_disk=False)
        done = await self._scheduler.run(lane, work, priority=priority, timeout=timeout)
        return done.value

    async def warm(
        self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Make the clauses of these texts ready in memory and on disk, yielding to calls.

        Args:
            texts: What the hotline says whoever calls; nothing about a single caller.
            progress: Told how many clauses are ready, of how many.

        Raises:
            StaleWork: the machine was too busy for minutes.
            EngineError: the voice failed.
        """
        wanted = list(dict.fromkeys(clause for text in texts for clause in clauses(text)))
        done = 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress(done, len(wanted))

        missing = await asyncio.to_thread(self._not_recalled, wanted)
        tell(len(wanted) - len(missing))
        left = iter(missing)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._ahead, len(missing))):
                    group.create_task(self._render_ahead(left, tell))
        except* Exception as errors:
            raise errors.exceptions[0] from None

    async def _render_ahead(self, left: Iterator[str], tell: Callable[[int], None]) -> None:
        for clause in left:
            await self._scheduler.run(
                Lane.AHEAD,
                partial(self._render, clause, slow=False, on_disk=True),
                priority=Priority.BACKGROUND,
                timeout=_RENDER_AHEAD_TIMEOUT,
            )
            tell(1)

    def _not_recalled(self, wanted: Sequence[str]) -> list[str]:
        return [c for c in wanted if self._cache.recall(self._key(c, slow=False)) is None]

    def _key(self, clause: str, slow: bool) -> str:
        return PhraseCache.key(
            self._fingerprint, self._settings, "slow" if slow else "plain", clause
        )

    def _render(self, clause: str, slow: bool, on_disk: bool) -> Rendered:
        key = self._key(clause, slow)
        # Somebody else may have asked for the same clause and been served first.
        known = self._cache.remembered(key)
        if known is None:
            known = self._speak(clause, slow)
            self._cache.keep(key, known, on_disk=on_disk)
        return known

    def _speak(self, clause: str, slow: bool) -> Rendered:
        from piper.config import SynthesisConfig

        if len(clause) > LONGEST_CLAUSE:
            raise EngineError(f"a clause of {len(clause)} characters is too long to speak")
        if not is_speakable(clause):
            return Rendered(b"")
        # Digits one by one need air between them: without it one code in eight was misheard.
        text = _DIGIT_GAP.sub(", ", _harmless(clause))
        scale = self._voice.config.length_scale * (SLOWER if slow else 1.0)
        settings = SynthesisConfig(length_scale=scale, normalize_audio=False)
        chunks = list(self._voice.synthesize(text, settings, include_alignments=True))
        if not chunks:
            return Rendered(b"")
        wide = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float32)
        narrow = resampled(wide, self._voice.config.sample_rate, SAMPLE_RATE)
        pause = _pause(clause)
        levelled, moved = at_telephone_level(narrow, pause=pause)
        if not levelled.size:
            return Rendered(b"")
        phones = [phone for chunk in chunks for phone in _phones(chunk)]
        latest = levelled.size / SAMPLE_RATE - pause
        words = tuple(
            SpokenWord(word.text_end, min(max(word.ended + moved, LEAD_IN), latest))
            for word in word_times(clause, phones, self._pronounced)
        )
        return Rendered(pcm16_to_ulaw(to_pcm(levelled)), words)

    def _pronounced(self, word: str) -> list[str]:
        sentences = self._voice.phonemize(_harmless(word))
        return [symbol for sentence in sentences for symbol in sentence]


def at_telephone_level(samples: Samples, *, pause: float) -> tuple[Samples, float]:
    """Return 8 kHz speech at `LEVEL`, with set silence before and `pause` seconds after it.

    Also returns by how many seconds its sounds are later than they were; mostly negative.
    """
    frame = SAMPLE_RATE // 100
    whole = np.pad(samples, (0, -samples.size % frame))
    energy = np.sqrt(np.square(whole.reshape(-1, frame)).mean(axis=1))
    loudest = float(energy.max(initial=0.0))
    if loudest < 1e-5:
        return np.zeros(0, np.float32), 0.0
    (voiced,) = np.nonzero(energy > loudest * 0.01)
    speech = whole[voiced[0] * frame : (voiced[-1] + 1) * frame]
    active = energy[energy > loudest * 0.1]
    gain = LEVEL / float(np.sqrt(np.square(active).mean()))
    gain = min(gain, PEAK / float(np.abs(speech).max()))
    before = np.zeros(int(LEAD_IN * SAMPLE_RATE), np.float32)
    after = np.zeros(int(pause * SAMPLE_RATE), np.float32)
    levelled = np.concatenate([before, (speech * gain).astype(np.float32), after])
    return levelled, (before.size - int(voiced[0]) * frame) / SAMPLE_RATE


def _harmless(text: str) -> str:
    """Return a text that the voice reads out, whatever it says.

    Double brackets would be taken for raw phonemes, and what is said may quote anybody.
    """
    return _CONTROL.sub(" ", text).replace("[[", "[").replace("]]", "]")


def _phones(chunk: Any) -> list[Phone]:
    """Return what was spoken in one of Piper's chunks, and for how long."""
    from piper.const import BOS, EOS

    rate = chunk.sample_rate
    if chunk.phoneme_alignments is None:
        return estimated_phones(chunk.phonemes, chunk.audio_float_array.size / rate)
    return [
        Phone(
            "" if spoken.phoneme in (BOS, EOS) else spoken.phoneme, int(spoken.num_samples) / rate
        )
        for spoken in chunk.phoneme_alignments
    ]


def _pause(clause: str) -> float:
    return PAUSES.get(clause.rstrip(" \"'”’)")[-1:], 0.1)
