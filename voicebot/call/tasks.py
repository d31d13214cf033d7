"""CallTasks: the slow work of one call, each piece a task that ends with the call at the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from voicebot.journal import EngineFailed

_log = structlog.get_logger(__name__)


class CallTasks:
    """Holds on to tasks while they run."""

    def __init__(self, call_id: str, post: Callable[[EngineFailed], None]) -> None:
        self._call_id = call_id
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a piece of work; a defect in it is posted as a failure."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def close(self) -> None:
        """Cancel what is under way, and wait until it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect of ours: the caller must not be left in silence because of it.
            _log.error("call task failed", call_id=self._call_id, error=type(error).__name__)
            self._post(EngineFailed("dialogue", type(error).__name__))
