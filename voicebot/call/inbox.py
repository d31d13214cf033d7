"""Inbox: what the leg, the models and the tools tell a call session, in order of arrival."""

from __future__ import annotations

import asyncio

import structlog

from voicebot.call.conversation import Decided, DecisionFailed
from voicebot.call.speech import ClauseFailed, ClauseRendered, MarkEchoed, SegmentSent
from voicebot.call.transferring import TransferNews
from voicebot.journal import (
    AnswerForeseen,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    StreamEnded,
    StreamStarted,
    ToolAnswered,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)

INBOX = 512
"""Events that may wait for a session; a leg posts fewer than one a second in normal use."""

_log = structlog.get_logger(__name__)


SessionEvent = (
    VoiceStarted
    | VoiceStopped
    | DigitPressed
    | StreamEnded
    | StreamStarted
    | TransferNews
    | SegmentSent
    | MarkEchoed
    | ClauseRendered
    | ClauseFailed
    | Decided
    | DecisionFailed
    | Transcribed
    | TurnEndJudged
    | AnswerForeseen
    | Glimpsed
    | EngineFailed
    | ToolAnswered
)


class Inbox:
    """A bounded queue that never makes anybody wait."""

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id
        self._events: asyncio.Queue[SessionEvent] = asyncio.Queue(INBOX)

    def post(self, event: SessionEvent) -> None:
        """Add an event; drops it, and says so, when the inbox is full."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            name = type(event).__name__
            _log.warning("session inbox full", call_id=self._call_id, dropped=name)

    async def next(self, seconds: float) -> SessionEvent | None:
        """Return the next event, or None if none comes within this time."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await self._events.get()
        except TimeoutError:
            return None
