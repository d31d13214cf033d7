"""Text to speech for all calls: Piper at telephone level, clause by clause, with a phrase cache.

Piper is GPL-3.0-or-later and is imported here only, behind the port `voicebot.ports.Synthesiser`:
another voice replaces this module and nothing else. What is rendered ahead (`warm`) is the
hotline's own text and survives restarts on disk; what a single caller is told stays in memory.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from telephony.g711 import pcm16_to_ulaw
from voicebot.engines.audio import Samples, resampled, to_pcm
from voicebot.engines.clauses import clauses, is_speakable
from voicebot.engines.models import VoiceFiles
from voicebot.engines.onnx import open_session
from voicebot.engines.phrases import PhraseCache
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.ports import SAMPLE_RATE, EngineError, Priority

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
            cache_dir: Where phrases survive restarts.
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
        self._voice = PiperVoice(config=config, session=open_session(files.model, threads=threads))
        self._fingerprint = files.fingerprint
        self._scheduler = scheduler
        self._cache = PhraseCache(cache_dir / "phrases")
        self._ahead = ahead

    def clauses(self, text: str) -> Sequence[str]:
        """Split a text into the pieces that are spoken, marked and cached one by one."""
        return clauses(text)

    def cached(self, clause: str, *, slow: bool = False) -> bytes | None:
        """Return the clause as mu-law if it is in memory, else None. Never blocks."""
        if not is_speakable(clause):
            return b""
        return self._cache.remembered(self._key(clause, slow))

    async def render(
        self,
        clause: str,
        *,
        slow: bool = False,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> bytes:
        """Return the clause as mu-law; see `voicebot.ports.Synthesiser`."""
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
        return PhraseCache.key(self._fingerprint, _SETTINGS, "slow" if slow else "plain", clause)

    def _render(self, clause: str, slow: bool, on_disk: bool) -> bytes:
        key = self._key(clause, slow)
        # Somebody else may have asked for the same clause and been served first.
        known = self._cache.remembered(key)
        if known is None:
            known = self._speak(clause, slow)
            self._cache.keep(key, known, on_disk=on_disk)
        return known

    def _speak(self, clause: str, slow: bool) -> bytes:
        from piper.config import SynthesisConfig

        if len(clause) > LONGEST_CLAUSE:
            raise EngineError(f"a clause of {len(clause)} characters is too long to speak")
        if not is_speakable(clause):
            return b""
        # Double brackets would be taken for raw phonemes, and what is said may quote anybody.
        text = _CONTROL.sub(" ", clause).replace("[[", "[").replace("]]", "]")
        # Digits one by one need air between them: without it one code in eight was misheard.
        text = _DIGIT_GAP.sub(", ", text)
        scale = self._voice.config.length_scale * (SLOWER if slow else 1.0)
        settings = SynthesisConfig(length_scale=scale, normalize_audio=False)
        chunks = [c.audio_float_array for c in self._voice.synthesize(text, settings)]
        if not chunks:
            return b""
        wide = np.concatenate(chunks).astype(np.float32)
        narrow = resampled(wide, self._voice.config.sample_rate, SAMPLE_RATE)
        return pcm16_to_ulaw(to_pcm(at_telephone_level(narrow, pause=_pause(clause))))


def at_telephone_level(samples: Samples, *, pause: float) -> Samples:
    """Return 8 kHz speech at `LEVEL`, with set silence before and `pause` seconds after it."""
    frame = SAMPLE_RATE // 100
    whole = np.pad(samples, (0, -samples.size % frame))
    energy = np.sqrt(np.square(whole.reshape(-1, frame)).mean(axis=1))
    loudest = float(energy.max(initial=0.0))
    if loudest < 1e-5:
        return np.zeros(0, np.float32)
    (voiced,) = np.nonzero(energy > loudest * 0.01)
    speech = whole[voiced[0] * frame : (voiced[-1] + 1) * frame]
    active = energy[energy > loudest * 0.1]
    gain = LEVEL / float(np.sqrt(np.square(active).mean()))
    gain = min(gain, PEAK / float(np.abs(speech).max()))
    before = np.zeros(int(LEAD_IN * SAMPLE_RATE), np.float32)
    after = np.zeros(int(pause * SAMPLE_RATE), np.float32)
    return np.concatenate([before, (speech * gain).astype(np.float32), after])


def _pause(clause: str) -> float:
    return PAUSES.get(clause.rstrip(" \"'”’)")[-1:], 0.1)
