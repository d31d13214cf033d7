"""A hotline behind the application that understands nothing, keeps nothing, and costs little."""

from __future__ import annotations

from typing import Any

from tests.calls.story import MemoryJournal, ScriptedRecogniser
from tests.transfer.world import ScriptedService
from voicebot.call.parts import SessionPolicy
from voicebot.journal import CallId, Entry
from voicebot.ports import Transcription
from voicebot.turntaking.policy import TurnPolicy


class Forgetful(MemoryJournal):
    """Counts entries."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        self.count += 1


class Deaf(ScriptedRecogniser):
    """Hears sounds, and no words."""

    async def transcribe(self, pcm: bytes, **how: Any) -> Transcription:
        return Transcription("", -0.2, 1.0, 0.0, 0.0, "deaf")


def deaf_hotline() -> ScriptedService:
    """Return the service; a lost line is waited for no longer than the fuzzer waits."""
    service = ScriptedService([])
    service.journal = Forgetful()
    service.recogniser = Deaf([])
    service.session_policy = SessionPolicy(
        turns=TurnPolicy(), call_seconds=5.0, resume_seconds=0.05
    )
    return service
