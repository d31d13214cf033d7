"""The dialogue manager on the engines' threads: decisions take milliseconds, and the loop none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dialogue.acts import Channel, Circumstances, DialogueInput
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.ports import EngineError, Priority, StaleWork


class ScheduledDialogue:
    """See `voicebot.ports.Dialogue`."""

    def __init__(
        self,
        manager: DialogueManager,
        scheduler: Scheduler,
        timeout: float = 5.0,
        *,
        circumstances: Callable[[], Circumstances] = Circumstances,
    ) -> None:
        self._manager = manager
        self._circumstances = circumstances
        self._scheduler = scheduler
        self._timeout = timeout

    async def start(
        self,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.PHONE,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        """Return the greeting."""
        now = self._circumstances()
        return await self._run(
            lambda: self._manager.start(
                call_id, caller, channel, circumstances=now, occasion=occasion
            )
        )

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        """Return the answer to one input, as people are busy by now."""
        now = self._circumstances()
        if (state.wait, state.staffed) != (now.wait, now.staffed):
            state = replace(state, wait=now.wait, staffed=now.staffed)
        return await self._run(lambda: self._manager.handle(state, given))

    async def _run(self, work: Callable[[], Step]) -> Step:
        try:
            done = await self._scheduler.run(
                Lane.DIALOGUE, work, priority=Priority.FINAL, timeout=self._timeout
            )
        except StaleWork as stale:
            raise EngineError(str(stale)) from stale
        return done.value
