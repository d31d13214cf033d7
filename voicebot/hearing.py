"""Hearing: the recogniser and the turn detector at the service of one call.

Answers the turn-taker's requests with events, and gives up work that a longer stretch of the same
speech has made worthless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from voicebot.journal import EngineFailed, Transcribed, TurnEndJudged
from voicebot.ports import Ears, EngineError, Priority, Recogniser, StaleWork, TurnDetector
from voicebot.turns import JudgeTurnEnd, Transcribe

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
        post: Callable[[Transcribed | TurnEndJudged | EngineFailed], None],
        spawn: Spawn,
    ) -> None:
        self._recogniser = recogniser
        self._turn_detector = turn_detector
        self._ears = ears
        self._timeout = timeout
        self._post = post
        self._spawn = spawn
        self._decodes: dict[float, asyncio.Task[None]] = {}

    def transcribe(self, request: Transcribe, vocabulary: Sequence[str]) -> None:
        """Begin to decode; replaces the decode of a shorter stretch from the same start."""
        if (stale := self._decodes.pop(request.started, None)) is not None:
            stale.cancel()
        pcm = self._ears.audio(request.started, request.ended)
        self._decodes[request.started] = self._spawn(self._decode(request, pcm, vocabulary))

    def judge(self, request: JudgeTurnEnd) -> None:
        """Begin to judge whether the turn sounds complete."""
        self._spawn(self._judge(request, self._ears.audio(request.started, request.ended)))

    async def _decode(self, request: Transcribe, pcm: bytes, vocabulary: Sequence[str]) -> None:
        try:
            heard = await self._recogniser.transcribe(
                pcm, vocabulary=vocabulary, priority=Priority.SPECULATIVE, timeout=self._timeout
            )
        except (EngineError, StaleWork) as error:
            self._post(EngineFailed("recogniser", type(error).__name__))
            return
        finally:
            if self._decodes.get(request.started) is asyncio.current_task():
                del self._decodes[request.started]
        self._post(
            Transcribed(
                utterance=request.utterance,
                text=heard.text,
                avg_logprob=heard.avg_logprob,
                audio_seconds=heard.audio_seconds,
                decode_seconds=heard.decode_seconds,
                queued_seconds=heard.queued_seconds,
                model=heard.model,
                fallback=heard.fallback,
            )
        )

    async def _judge(self, request: JudgeTurnEnd, pcm: bytes) -> None:
        try:
            probability = await self._turn_detector.probability(pcm)
        except (EngineError, StaleWork) as error:
            self._post(EngineFailed("turn_detector", type(error).__name__))
        else:
            self._post(TurnEndJudged(request.utterance, probability))
