"""An event loop on virtual time that does real I/O, so that simulated calls pass quickly.

Time jumps to the next timer once nothing is left to do: no callback is ready, no byte waits on any
socket of the loop, and no thread works for it. All parties of a conversation must live in the one
loop (a server under test, a fake carrier, their clients), connected over loopback, where what was
sent can be read at once. Work of other processes and of threads that the loop did not start does
not count, so time would run away under it.

A minute of a call passes in a second or two; the order of events is the same each time.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")

_BREATH = 0.0002
"""Real seconds that the kernel gets to hand over what was sent, before time jumps."""
_THREAD_WAIT = 0.05
"""Real seconds to wait at once for a thread that works for the loop."""


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for real for whatever is under way, and jumps over the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0
        """Jobs that threads do for the loop."""

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready and timeout != 0:
            # Not by the selector's own timeout, which counts whole milliseconds.
            time.sleep(_BREATH)
            ready = super().select(0)
        while not ready and timeout != 0 and self.working:
            ready = super().select(_THREAD_WAIT)
        if not ready and timeout is None:
            # No timer at all: only a signal or another thread can help.
            return super().select(_THREAD_WAIT)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A selector loop on virtual time, starting at 0."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return virtual seconds."""
        return self._jumping.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run something in a thread; time stands still meanwhile."""
        self._jumping.working += 1
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self._jumping.working -= 1


def run_on_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, and all that it starts in its loop, on virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
