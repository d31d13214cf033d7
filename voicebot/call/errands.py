"""Errands: the business actions of one call that are under way.

A tool runs off the call's task and its result comes back as an event. The journal has an action
with a side effect on disk before it begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from dialogue.acts import CallTool
from voicebot.journal import ToolAnswered
from voicebot.ports import JournalSink, ToolError, ToolRunner


class Errands:
    """Runs tools, and knows when their caller has waited long enough to be told so."""

    def __init__(
        self,
        tools: ToolRunner,
        journal: JournalSink,
        *,
        filler_after: float,
        post: Callable[[ToolAnswered], None],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._tools = tools
        self._journal = journal
        self._filler_after = filler_after
        self._post = post
        self._spawn = spawn
        self._running: dict[str, CallTool] = {}
        self._filler_at: dict[str, float] = {}

    @property
    def busy(self) -> bool:
        """Whether any tool is running."""
        return bool(self._running)

    @property
    def deadline(self) -> float | None:
        """When the next filler is due, on the call clock."""
        return min(self._filler_at.values(), default=None)

    def run(self, act: CallTool, now: float) -> None:
        """Begin an errand; its end is posted as `ToolAnswered`."""
        self._running[act.call_key] = act
        if act.filler:
            self._filler_at[act.call_key] = now + self._filler_after
        self._spawn(self._run(act))

    def answered(self, event: ToolAnswered) -> None:
        """An errand is done."""
        self._running.pop(event.call_key, None)
        self._filler_at.pop(event.call_key, None)

    def fillers(self, now: float) -> list[str]:
        """Return what to say for the errands that take long; each is said once."""
        due = [key for key, at in self._filler_at.items() if at <= now]
        for key in due:
            del self._filler_at[key]
        return [self._running[key].filler for key in due]

    async def _run(self, act: CallTool) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        ok, value, error = True, dict[str, Any](), ""
        try:
            if act.side_effect:
                await self._journal.flush()
            value = dict(await self._tools.run(act.tool, act.arguments, act.call_key))
        except ToolError as failure:
            ok, error = False, str(failure)
        self._post(ToolAnswered(act.tool, act.call_key, ok, value, error, clock() - began))
