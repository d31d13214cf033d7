"""Hearing: the recogniser and the turn detector at the service of one call.

Answers the turn-taker's requests with events, and gives up work that a longer stretch of the same
speech has made worthless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from dialogue.said import Grammar
from voicebot.journal import EngineFailed, Glimpsed, Transcribed, TurnEndJudged
from voicebot.ports import (
    Ears,
    EngineError,
    Priority,
    Recogniser,
    StaleWork,
    Transcription,
    TurnDetector,
)
from voicebot.turntaking.floor import JudgeTurnEnd, Transcribe
from voicebot.turntaking.overhearing import TakeGlimpse

GLIMPSE = 2.0
"""Seconds of a long sound that a look takes in, at most."""

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Hearing:
    """Puts one caller's speech into words."""

    def __init__(
        self,
        recogniser: Recogniser,
        turn_detector: TurnDetector,
        ears: Ears,
        *,
        timeout: float,
        post: Callable[[Transcribed | TurnEndJudged | Glimpsed | EngineFailed], None],
        spawn: Spawn,
    ) -> None:
        self._recogniser = recogniser
        self._turn_detector = turn_detector
        self._ears = ears
        self._timeout = timeout
        self._post = post
        self._spawn = spawn
        self._decodes: dict[float, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def transcribe(
        self, request: Transcribe, vocabulary: Sequence[str], grammar: Grammar | None = None
    ) -> None:
        """Begin to decode; replaces the decode of a shorter stretch from the same start."""
        if (stale := self._decodes.pop(request.started, None)) is not None:
            stale.cancel()
        pcm = self._ears.audio(request.started, request.ended)
        self._decodes[request.started] = self._spawn(
            self._decode(request, pcm, vocabulary, grammar)
        )

    def judge(self, request: JudgeTurnEnd) -> None:
        """Begin to judge whether the turn sounds complete."""
        self._spawn(self._judge(request, self._ears.audio(request.started, request.ended)))

    def glimpse(self, request: TakeGlimpse) -> None:
        """Look at the words of a sound over the bot; replaces a look that is under way."""
        if self._looking is not None:
            self._looking.cancel()
        pcm = self._ears.audio(max(request.started, request.until - GLIMPSE), request.until)
        self._looking = self._spawn(self._look(request, pcm))

    async def _look(self, request: TakeGlimpse, pcm: bytes) -> None:
        try:
            seen = await self._recogniser.glimpse(pcm, over=request.over)
        except (EngineError, StaleWork):
            # Missed, not needed: the sound is then judged by its length.
            return
        self._post(
            Glimpsed(
                started=request.started,
                until=request.until,
                text=seen.text,
                avg_logprob=seen.avg_logprob,
                kinds=seen.kinds,
                decode_seconds=seen.decode_seconds,
                queued_seconds=seen.queued_seconds,
            )
        )

    async def _decode(
        self,
        request: Transcribe,
        pcm: bytes,
        vocabulary: Sequence[str],
        grammar: Grammar | None,
    ) -> None:
        try:
            heard = await self._recogniser.transcribe(
                pcm,
                vocabulary=vocabulary,
                grammar=grammar,
                priority=Priority.SPECULATIVE,
                timeout=self._timeout,
            )
        except (EngineError, StaleWork) as error:
            self._post(EngineFailed("recogniser", type(error).__name__))
            return
        finally:
            if self._decodes.get(request.started) is asyncio.current_task():
                del self._decodes[request.started]
        self._post(transcribed(request.utterance, heard))

    async def _judge(self, request: JudgeTurnEnd, pcm: bytes) -> None:
        try:
            probability = await self._turn_detector.probability(pcm)
        except (EngineError, StaleWork) as error:
            self._post(EngineFailed("turn_detector", type(error).__name__))
        else:
            self._post(TurnEndJudged(request.utterance, probability))


def transcribed(utterance: int, heard: Transcription) -> Transcribed:
    """Return what the journal says of a decode."""
    return Transcribed(
        utterance=utterance,
        text=heard.text,
        avg_logprob=heard.avg_logprob,
        audio_seconds=heard.audio_seconds,
        decode_seconds=heard.decode_seconds,
        queued_seconds=heard.queued_seconds,
        model=heard.model,
        fallback=heard.fallback,
        alternatives=tuple((one.text, one.price) for one in heard.alternatives),
    )
