"""Board: everything the fake carrier knows: its calls, conferences, numbers, people and log."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol, TypeVar

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier.alerts import Alerts
from telephony.simulator.carrier.faults import CarrierFaults
from telephony.simulator.carrier.handset import Exchange
from telephony.simulator.carrier.options import CarrierOptions, Chance
from telephony.simulator.carrier.people import Answer, Person
from telephony.simulator.carrier.postman import Postman, Webhook
from telephony.simulator.carrier.rooms import Paths

_MOST_LOG_LINES = 50_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the carrier's log."""

    at: float
    """Seconds since the carrier opened."""
    call_sid: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.at:8.3f} {self.call_sid[:8]:8} {self.what} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Number:
    """One of the account's own telephone numbers."""

    voice_url: str
    status_callback: str = ""
    fallback_url: str = ""


@dataclass(slots=True)
class Recording:
    """Something that was recorded."""

    sid: str
    call_sid: str
    channels: tuple[bytes, ...] = field(repr=False)
    """Mu-law: one track, or the person and what they heard."""
    created: datetime
    source: str
    status: str = "completed"

    @property
    def seconds(self) -> int:
        """Length, rounded as Twilio does."""
        longest = max(map(len, self.channels), default=0)
        return max(1, round(longest / SAMPLE_RATE)) if longest else 0


class Kept(Protocol):
    """What the carrier keeps a book of."""

    @property
    def sid(self) -> str:
        """Its name in the API."""
        ...

    @property
    def live(self) -> bool:
        """Whether it has not ended; what has is forgotten some day."""
        ...


_Kept = TypeVar("_Kept", bound=Kept)


class Board:
    """What all parts of the carrier share."""

    def __init__(self, options: CarrierOptions, reach: Mapping[str, str]) -> None:
        self.options = options
        self.chance = Chance(options)
        self.alerts = Alerts()
        self.faults = CarrierFaults()
        self.exchange = Exchange()
        self.paths: Paths = {}
        self.log: deque[Happening] = deque(maxlen=_MOST_LOG_LINES)
        self.numbers: dict[str, Number] = {}
        self.people: dict[str, Person] = {}
        self.recordings: dict[str, Recording] = {}
        self.postman = Postman(options, self.chance, self.alerts, self.faults, reach, self.note)
        self.closing = asyncio.Event()
        self.api_url = ""
        """Where the REST API listens."""
        self._books: dict[type, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._next_call_at = 0.0

    @property
    def busy(self) -> int:
        """Tasks that run in the background."""
        return len(self._tasks)

    def note(self, call_sid: str, what: str, detail: str = "") -> None:
        """Write a line into the log."""
        self.log.append(Happening(self.exchange.seconds(), call_sid, what, detail))
        self.exchange.beat()

    def own(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something in the background, until the carrier closes at the latest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.alerts.add(0, f"the fake carrier itself failed: {error!r}", mistake=True)

    async def close(self) -> None:
        """End all that runs."""
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.postman.close()

    def tell(self, webhook: Webhook | None, form: Mapping[str, str]) -> None:
        """Send a callback, if somebody wants it."""
        if webhook is not None:
            self.postman.tell(webhook, form)

    def book(self, kind: type[_Kept]) -> dict[str, _Kept]:
        """Return all that is known of one kind (calls, conferences) by sid, the oldest first."""
        return self._books.setdefault(kind, {})

    def enter(self, kept: Kept) -> None:
        """Take something new into the book of its kind, and forget the oldest if it is full."""
        book = self.book(type(kept))
        book[kept.sid] = kept
        over = [old.sid for old in book.values() if not old.live]
        for sid in over[: max(0, len(over) - self.options.most_calls_kept)]:
            self._forget(book, sid)

    def _forget(self, book: dict[str, Any], sid: str) -> None:
        del book[sid]
        for pair in [pair for pair in self.paths if sid in pair]:
            del self.paths[pair]
        for name in [one.sid for one in self.recordings.values() if one.call_sid == sid]:
            del self.recordings[name]

    def person(self, number: str) -> Person:
        """Return who is behind a number; nobody that a test has not put there can be reached."""
        person = self.people.get(number)
        if person is None:
            self.alerts.add(0, f"nobody is behind the number ending in {number[-4:]}")
            return Person(answer=Answer.UNREACHABLE)
        return person

    def reserve_call(self) -> float:
        """Return for how many seconds a new call by REST has to queue."""
        rate = self.options.calls_per_second
        if rate is None:
            return 0.0
        now = self.exchange.clock()
        start = max(now, self._next_call_at)
        self._next_call_at = start + 1 / rate
        return start - now


def now_utc() -> datetime:
    """Return the time of day, as in the API's dates."""
    return datetime.now(UTC)


def rfc2822(when: datetime | None) -> str | None:
    """Return a date as the API and the callbacks write it."""
    return None if when is None else format_datetime(when)
