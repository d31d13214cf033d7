"""Hotlines: which one a called number belongs to, and those that are loaded, at most so many.

A hotline is loaded by its first call, off the loop and with a deadline; the least recently used one
makes room for another. When its files change it is loaded anew beside the old one, and takes the
next call; a call keeps the hotline that it began with. One that cannot be loaded says why in the
log, and harms no other.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from dialogue.domain import Domain
from dialogue.state import DialogueState
from voicebot.ports import ClosingToolRunner, Dialogue

T = TypeVar("T")

_READERS = 2
"""Threads that load: a folder on a disk that hangs keeps one, and the others still load."""
_log = structlog.get_logger(__name__)


class HotlineUnavailable(Exception):
    """A hotline cannot take a call now; the message says why."""


@dataclass(frozen=True, slots=True)
class Hotline:
    """One hotline, ready to talk: shared by its calls, never changed."""

    domain: Domain
    dialogue: Dialogue
    tools: ClosingToolRunner
    translations: tuple[Domain, ...] = ()
    """The same hotline in other languages, in which a conversation may go on."""

    def domain_of(self, state: DialogueState | None) -> Domain:
        """Return the hotline in the language that a conversation is in."""
        name = state.domain if state else ""
        return next((one for one in self.translations if one.name == name), self.domain)


@dataclass(frozen=True, slots=True)
class HotlinePolicy:
    """Bounds of what is loaded; times in seconds."""

    most: int = 8
    """Hotlines loaded at once; those that calls still use are kept beside them."""
    deadline: float = 10.0
    """How long a call waits for its hotline to be loaded."""
    recheck: float = 5.0
    """How often at most the files of a hotline are looked at, or a broken one is tried again."""


@dataclass(slots=True, eq=False)
class _Loaded:
    """A hotline and the calls that use it."""

    hotline: Hotline
    checked_at: float
    calls: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    at: float


class Hotlines:
    """Finds and keeps hotlines. Lives on one event loop; folders are read on threads of its own."""

    def __init__(
        self,
        default: str,
        numbers: Mapping[str, str],
        *,
        load: Callable[[str], Hotline],
        version: Callable[[str], str],
        policy: HotlinePolicy | None = None,
        loaded: Callable[[Hotline], None] = lambda hotline: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            default: The hotline of every number that is not listed: its packaged name or folder.
            numbers: Called number (E.164) to hotline.
            load: Reads and trains one; blocking, may raise anything.
            version: Returns what changes with its files; blocking, may raise anything.
            policy: Bounds.
            loaded: Told of each hotline that is ready, on the loop.
            clock: Seconds.
        """
        self._default = default
        self._numbers = {_digits(number): name for number, name in numbers.items()}
        self._load = load
        self._version = version
        self._policy = policy or HotlinePolicy()
        self._told = loaded
        self._clock = clock
        self._kept: OrderedDict[str, _Loaded] = OrderedDict()
        self._loading: dict[str, asyncio.Task[_Loaded]] = {}
        self._checking: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, _Failure] = {}
        self._reader = ThreadPoolExecutor(_READERS, thread_name_prefix="hotlines")

    @property
    def names(self) -> tuple[str, ...]:
        """All hotlines that a number leads to, the default first."""
        return tuple(dict.fromkeys((self._default, *self._numbers.values())))

    def name_for(self, called: str) -> str:
        """Return the hotline that a called number belongs to."""
        return self._numbers.get(_digits(called), self._default)

    def loaded(self, name: str) -> Domain | None:
        """Return a hotline's folder as it was read last; None while it is not loaded."""
        kept = self._kept.get(name)
        return kept.hotline.domain if kept else None

    def states(self) -> dict[str, str]:
        """Return what became of each hotline: `loaded`, `loading`, `failed` or `not loaded`."""
        found: dict[str, str] = {}
        for name in self.names:
            if name in self._kept:
                found[name] = "loaded"
            elif name in self._loading:
                found[name] = "loading"
            else:
                found[name] = "failed" if name in self._failures else "not loaded"
        return found

    def expect(self, name: str) -> bool:
        """Begin to load a hotline that a call is coming for; False if it is known to be broken."""
        if name in self._kept or name in self._loading:
            return True
        if self._failed(name) is not None:
            return False
        self._begin(name)
        return True

    @asynccontextmanager
    async def lease(self, name: str, *, deadline: float = 0.0) -> AsyncIterator[Hotline]:
        """Keep a hotline for the length of a call, whatever becomes of its files meanwhile.

        Args:
            name: Which.
            deadline: Seconds to wait for it to be loaded; 0: as long as a call waits.

        Raises:
            HotlineUnavailable: it is broken, or could not be loaded in time.
        """
        kept = await self._get(name, deadline or self._policy.deadline)
        kept.calls += 1
        try:
            yield kept.hotline
        finally:
            kept.calls -= 1
            self._let_go(kept)

    async def close(self) -> None:
        """Let go of all hotlines."""
        tasks: list[asyncio.Task[Any]] = [*self._loading.values(), *self._checking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._reader.shutdown(wait=False, cancel_futures=True)
        for kept in self._kept.values():
            kept.retired = True
            kept.calls = 0
            self._let_go(kept)
        self._kept.clear()

    async def _get(self, name: str, deadline: float) -> _Loaded:
        if (kept := self._kept.get(name)) is not None:
            self._kept.move_to_end(name)
            self._look_for_changes(name, kept)
            return kept
        if (failure := self._failed(name)) is not None:
            raise HotlineUnavailable(failure.reason)
        task = self._loading.get(name) or self._begin(name)
        try:
            async with asyncio.timeout(deadline):
                # Shielded: who waits for it next finds it ready.
                return await asyncio.shield(task)
        except TimeoutError as error:
            raise HotlineUnavailable(
                f"hotline {name!r} was not loaded within {deadline:g} s"
            ) from error

    def _failed(self, name: str) -> _Failure | None:
        """Return why a hotline is not tried again yet."""
        failure = self._failures.get(name)
        if failure is None or self._clock() - failure.at >= self._policy.recheck:
            return None
        return failure

    def _begin(self, name: str) -> asyncio.Task[_Loaded]:
        task = asyncio.create_task(self._make(name))
        self._loading[name] = task
        task.add_done_callback(partial(self._ended, name))
        return task

    def _ended(self, name: str, task: asyncio.Task[_Loaded]) -> None:
        self._loading.pop(name, None)
        if not task.cancelled():
            task.exception()  # Looked at here, because nobody may be waiting for it any more.

    async def _make(self, name: str) -> _Loaded:
        began = self._clock()
        try:
            hotline = await self._off_the_loop(self._load, name)
        except Exception as error:
            # Whatever is the matter with one folder, the others go on.
            reason = f"hotline {name!r} cannot be loaded: {error}"
            self._note_failure(name, reason)
            raise HotlineUnavailable(reason) from error
        self._failures.pop(name, None)
        kept = _Loaded(hotline, self._clock())
        self._keep(name, kept)
        seconds = round(self._clock() - began, 2)
        _log.info("hotline loaded", hotline=name, version=hotline.domain.version, seconds=seconds)
        self._told(hotline)
        return kept

    def _note_failure(self, name: str, reason: str) -> None:
        before = self._failures.get(name)
        self._failures[name] = _Failure(reason, self._clock())
        if before is None or before.reason != reason:
            _log.error("hotline cannot be loaded", hotline=name, reason=reason)

    def _keep(self, name: str, kept: _Loaded) -> None:
        old = self._kept.pop(name, None)
        self._kept[name] = kept
        if old is not None:
            old.retired = True
            self._let_go(old)
        while len(self._kept) > self._policy.most:
            _, oldest = self._kept.popitem(last=False)
            oldest.retired = True
            self._let_go(oldest)

    def _let_go(self, kept: _Loaded) -> None:
        if kept.retired and kept.calls == 0:
            kept.hotline.tools.close()

    def _look_for_changes(self, name: str, kept: _Loaded) -> None:
        now = self._clock()
        if now - kept.checked_at < self._policy.recheck or name in self._checking:
            return
        kept.checked_at = now
        task = asyncio.create_task(self._reload_if_changed(name, kept))
        self._checking[name] = task
        task.add_done_callback(lambda _: self._checking.pop(name, None))

    async def _reload_if_changed(self, name: str, kept: _Loaded) -> None:
        try:
            version = await self._off_the_loop(self._version, name)
            if version == kept.hotline.domain.version:
                return
            hotline = await self._off_the_loop(self._load, name)
        except Exception as error:
            # The one that works goes on until its folder is right again.
            self._note_failure(name, f"hotline {name!r} was changed and is now wrong: {error}")
            return
        self._failures.pop(name, None)
        if self._kept.get(name) is not kept:
            hotline.tools.close()  # It had to make room meanwhile.
            return
        self._keep(name, _Loaded(hotline, self._clock()))
        _log.info("hotline reloaded", hotline=name, version=hotline.domain.version)
        self._told(hotline)

    async def _off_the_loop(self, work: Callable[[str], T], name: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, name)


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit())
