"""Rehearsal: the first words of a likely answer, rendered before they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from dialogue.acts import Ask, Pace, Say
from dialogue.step import Step
from voicebot.ports import EngineError, Priority, StaleWork, Synthesiser

_CLAUSES = 2
"""Clauses of an answer that are looked at: one of them is missing, or there is time."""
_TIMEOUT = 2.0
"""Seconds after which it is too late for a rehearsal."""


class Rehearsal:
    """Has the voice ready; what comes of it is in the synthesiser's cache."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._synthesiser = synthesiser
        self._spawn = spawn

    def begin(self, step: Step) -> None:
        """Render the first clause of an answer that is not there yet."""
        first = next((act for act in step.acts if isinstance(act, Say | Ask)), None)
        if first is None:
            return
        slow = first.pace is Pace.SLOW
        for clause in self._synthesiser.clauses(first.text)[:_CLAUSES]:
            if self._synthesiser.cached(clause, slow=slow) is None:
                self._spawn(self._render(clause, slow))
                return

    async def _render(self, clause: str, slow: bool) -> None:
        try:
            await self._synthesiser.render(
                clause, slow=slow, priority=Priority.SPECULATIVE, timeout=_TIMEOUT
            )
        except (EngineError, StaleWork):
            # The answer itself will ask again, and report it.
            return
