"""Runs business actions that are Python functions, off the calls' loop."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from dialogue.tools import ToolSpec
from voicebot.ports import ToolError

Tool = Callable[..., Mapping[str, Any]]

CALL_KEY = "call_key"
"""A function with a parameter of this name is given the idempotency key."""


class PythonToolRunner:
    """Functions in a small thread pool, each with a deadline; see `voicebot.ports.ToolRunner`.

    A tool with a side effect runs once for each call key: a retry joins the run that is still under
    way, or gets the result that came. A thread cannot be stopped, so a function that hangs keeps
    one of the pool's threads; what is queued behind it fails by its own deadline.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        specs: Mapping[str, ToolSpec],
        *,
        threads: int = 8,
        queued: int = 64,
        timeout: float | None = None,
        remembered: int = 4096,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            tools: Functions by name; they return plain JSON data and may raise anything.
            specs: What the hotline says of each tool.
            threads: Actions at once.
            queued: Actions under way or waiting; more are refused.
            timeout: Seconds until a run counts as failed; None: what the hotline says of each.
            remembered: Results of side effects kept for retries.
            on_close: Lets go of what the functions work with.

        Raises:
            ToolError: a tool of the hotline has no function.
        """
        if missing := sorted(set(specs) - set(tools)):
            raise ToolError(f"no function for the hotline's tool {missing[0]!r}")
        self._tools = tools
        self._specs = specs
        self._timeout = timeout
        self._queued = queued
        self._remembered = remembered
        self._on_close = on_close
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="tool")
        self._lock = Lock()
        self._waiting = 0
        self._runs: OrderedDict[str, Future[dict[str, Any]]] = OrderedDict()

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Run one action and return its result as plain JSON data.

        Raises:
            ToolError: it is unknown, refused its arguments, failed, or took too long.
        """
        future = self._submit(tool, arguments, call_key)
        timeout = self._timeout or self._specs[tool].timeout
        try:
            async with asyncio.timeout(timeout):
                # Shielded: a caller who gives up does not undo what a retry will ask for.
                return await asyncio.shield(asyncio.wrap_future(future))
        except TimeoutError as error:
            raise ToolError(f"{tool} did not answer within {timeout:g} s") from error

    def close(self) -> None:
        """Take no more work; what runs is left to end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._on_close()

    def _submit(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Future[dict[str, Any]]:
        function, spec = self._tools.get(tool), self._specs.get(tool)
        if function is None or spec is None:
            raise ToolError(f"there is no tool {tool!r}")
        given = dict(arguments)
        if CALL_KEY in inspect.signature(function).parameters:
            given[CALL_KEY] = call_key
        try:
            inspect.signature(function).bind(**given)
        except TypeError as error:
            raise ToolError(f"{tool} refused its arguments: {error}") from error
        with self._lock:
            if spec.side_effect and (known := self._runs.get(call_key)) is not None:
                return known
            if self._waiting >= self._queued:
                raise ToolError(f"{tool} was refused: {self._queued} actions are waiting")
            try:
                future = self._pool.submit(_result, tool, function, given)
            except RuntimeError as error:
                raise ToolError(f"{tool} was refused: the actions are shut down") from error
            self._waiting += 1
            if spec.side_effect:
                self._runs[call_key] = future
                self._forget_oldest()
        future.add_done_callback(lambda done: self._done(call_key, done))
        return future

    def _done(self, call_key: str, future: Future[dict[str, Any]]) -> None:
        with self._lock:
            self._waiting -= 1
            failed = future.cancelled() or future.exception() is not None
            if failed and self._runs.get(call_key) is future:
                # It took no effect, as far as is known: a retry may try again.
                del self._runs[call_key]

    def _forget_oldest(self) -> None:
        for key in list(self._runs):
            if len(self._runs) <= self._remembered:
                return
            if self._runs[key].done():
                del self._runs[key]


def _result(tool: str, function: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        value = function(**arguments)
    except ToolError:
        raise
    except Exception as error:
        # Only the kind: the message of a foreign error may hold what the caller said.
        raise ToolError(f"{tool} failed: {type(error).__name__}") from error
    try:
        plain = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ToolError(f"{tool} returned what is no JSON data") from error
    if not isinstance(plain, dict):
        raise ToolError(f"{tool} must return a mapping")
    return plain
