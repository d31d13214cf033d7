"""Dialler: decides who is called when, and what follows from each result. Sans-I/O.

Holds the contacts of all lists. `expire(now)` says whom to call and which calls to ask the carrier
about; `handle(news, now)` takes what came back; `deadline` is when to come again. Times are seconds
since the epoch, because calling hours are.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from voicebot.outbound.attempts import LONGEST, LOOK_AFTER, CallNews, Noted, NotFound, Progress
from voicebot.outbound.contacts import (
    FOREVER,
    Attempt,
    Contact,
    Obstacle,
    Result,
    Terms,
)
from voicebot.outbound.pace import Limits, Pace
from voicebot.outbound.permission import AllowList, Permission, zones_of


@dataclass(frozen=True, slots=True)
class Place:
    """Decision: call now. To be stored before the order is given."""

    attempt: Attempt
    contact: Contact


@dataclass(frozen=True, slots=True)
class Look:
    """Decision: ask the carrier what became of a call."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Closed:
    """Decision: an attempt is over, or its result was put right. To be stored."""

    attempt: Attempt
    again_at: float | None
    """When the contact is called again; None: never."""


Decision = Place | Look | Closed


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be said of a contact now."""

    contact: Contact
    obstacle: Obstacle | None
    """Why it is not called now; None: it is its turn, or it is being called."""
    at: float | None
    """When it will be called at the earliest; None: never, or not foreseeable."""
    attempts: int
    result: Result | None
    calling: bool


@dataclass(slots=True)
class _Case:
    contact: Contact
    due: float
    results: list[Result] = field(default_factory=list)
    placed: int = 0
    calling: bool = False
    over: bool = False
    blocked: Obstacle | None = None
    """What ended it, where it was no result."""


class Dialler:
    """Who is called when. All lists share the limits; each has terms of its own."""

    def __init__(self, limits: Limits, allowed: AllowList, opted_out: Iterable[str] = ()) -> None:
        self._pace = Pace(limits)
        self._permission = Permission(allowed, opted_out)
        self._terms: dict[str, Terms] = {}
        self._stopped: set[str] = set()
        self._killed = False
        self._cases: dict[str, _Case] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._pushed = 0
        self._progress: dict[str, Progress] = {}
        """By attempt: those under way, and those that are over."""
        self._lines: dict[str, str] = {}
        """Numbers that are being called, with the attempt."""
        self._behind: dict[str, list[str]] = {}
        """Contacts that wait until a number is free."""

    # --- lists ------------------------------------------------------------------------------

    def add_list(self, list_id: str, terms: Terms) -> None:
        """Make a list known, before its contacts."""
        self._terms[list_id] = terms

    def add(self, contact: Contact, now: float, attempts: Iterable[Attempt] = ()) -> None:
        """Take a contact on, with the attempts that were made before this process began."""
        case = _Case(contact, now)
        self._cases[contact.id] = case
        last: Attempt | None = None
        for attempt in attempts:
            self._remember(case, attempt, now)
            last = attempt
        if last is not None and last.result is not None:
            self._decide(case, last.result, last.ended_at or last.placed_at)
        elif not case.calling:
            self._push(case)

    def stop(self, list_id: str = "") -> None:
        """Place no more calls of a list, or of any: the kill switch. Calls under way go on."""
        if list_id:
            self._stopped.add(list_id)
        else:
            self._killed = True

    def resume(self, list_id: str, now: float) -> None:
        """Go on with a list."""
        self._stopped.discard(list_id)
        for case in self._cases.values():
            if case.contact.list_id == list_id and not case.over and not case.calling:
                case.due = max(case.due, now)
                self._push(case)

    def is_stopped(self, list_id: str) -> bool:
        """Whether no more calls of a list are placed."""
        return self._killed or list_id in self._stopped

    def opt_out(self, number: str) -> None:
        """Never call a number again, from whichever list."""
        self._permission.opt_out(number)

    # --- time and news ----------------------------------------------------------------------

    @property
    def live(self) -> int:
        """Calls under way."""
        return self._pace.live

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do; None: not before news comes."""
        times = [p.look_at for p in self._under_way()]
        if self._queue and not self._killed:
            free = self._pace.free_at(float("-inf"))
            if free is not None:
                times.append(max(self._queue[0][0], free))
        return min(times, default=None)

    def expire(self, now: float) -> list[Decision]:
        """Decide what is due: calls to place, and calls to ask about."""
        decisions: list[Decision] = []
        for progress in list(self._under_way()):
            if progress.look_at <= now:
                decisions += self._look(progress, now)
        while self._queue and self._queue[0][0] <= now and not self._killed:
            free = self._pace.free_at(now)
            if free is None or free > now:
                break
            due, _, name = heapq.heappop(self._queue)
            case = self._cases[name]
            if case.over or case.calling or case.due != due:
                continue
            if (placed := self._place(case, now)) is not None:
                decisions.append(placed)
        return decisions

    def handle(self, news: CallNews, now: float) -> list[Decision]:
        """Take news of a call; news of unknown calls is ignored."""
        before = self._progress.get(news.attempt_id)
        if before is None:
            return []
        after = before.take(news, now)
        if isinstance(news, Noted) and news.result is Result.OPTED_OUT:
            self._permission.opt_out(after.attempt.number)
        if after.result == before.result and after.over == before.over:
            self._progress[news.attempt_id] = after
            return []
        attempt = replace(after.attempt, result=after.result, ended_at=now)
        self._progress[news.attempt_id] = replace(after, attempt=attempt)
        case = self._cases[attempt.contact_id]
        if before.over:
            return self._put_right(case, attempt)
        return self._close(case, attempt, now)

    # --- what people want to know -----------------------------------------------------------

    def prospects(self, now: float, list_id: str = "") -> list[Prospect]:
        """Return who will be called when, and why not now; of one list, or of all."""
        return [
            self._prospect(case, now)
            for case in self._cases.values()
            if not list_id or case.contact.list_id == list_id
        ]

    def contact_of(self, attempt_id: str) -> Contact | None:
        """Return whom an attempt calls."""
        progress = self._progress.get(attempt_id)
        return self._cases[progress.attempt.contact_id].contact if progress else None

    def terms_of(self, contact: Contact) -> Terms:
        """Return how a contact is called."""
        return self._terms[contact.list_id]

    def progress_of(self, attempt_id: str) -> Progress | None:
        """Return what is known of an attempt that is under way, or was its contact's last."""
        return self._progress.get(attempt_id)

    # --- inside -----------------------------------------------------------------------------

    def _under_way(self) -> Iterable[Progress]:
        return (self._progress[attempt] for attempt in self._lines.values())

    def _remember(self, case: _Case, attempt: Attempt, now: float) -> None:
        case.placed += 1
        live = attempt.result is None
        self._pace.placed(attempt.number, attempt.placed_at, live=live)
        # Nobody knows what came of a call that was under way: the carrier is asked at once.
        progress = Progress(attempt, look_at=now)
        if attempt.result is not None:
            case.results.append(attempt.result)
            progress = replace(progress, final=attempt.result)
        else:
            case.calling = True
            self._lines[attempt.number] = attempt.id
        self._progress[attempt.id] = progress

    def _push(self, case: _Case) -> None:
        self._pushed += 1
        heapq.heappush(self._queue, (case.due, self._pushed, case.contact.id))

    def _look(self, progress: Progress, now: float) -> list[Decision]:
        attempt = progress.attempt
        if now - attempt.placed_at > LONGEST:
            return self.handle(NotFound(attempt.id), now)
        self._progress[attempt.id] = replace(progress, look_at=now + LOOK_AFTER)
        return [Look(attempt)]

    def _place(self, case: _Case, now: float) -> Place | None:
        contact = case.contact
        terms = self._terms[contact.list_id]
        if contact.list_id in self._stopped:
            return None  # `resume` puts it back.
        if (forbidden := self._permission.obstacle(contact, terms, now)) is not None:
            case.over, case.blocked = True, forbidden
            return None
        if contact.number in self._lines:
            self._behind.setdefault(contact.number, []).append(contact.id)
            return None
        at = self._earliest(contact, terms, now)
        if at is None or at > now:
            case.due = at if at is not None else now + LOOK_AFTER
            self._push(case)
            return None
        case.placed += 1
        attempt = Attempt(f"{contact.id}.{case.placed}", contact.id, contact.number, now)
        case.calling = True
        self._lines[contact.number] = attempt.id
        self._progress[attempt.id] = Progress(attempt, now + terms.ring + LOOK_AFTER)
        self._pace.placed(contact.number, now)
        return Place(attempt, contact)

    def _earliest(self, contact: Contact, terms: Terms, now: float) -> float | None:
        free = self._pace.number_free_at(contact.number, now)
        return terms.hours.next_open(free, zones_of(contact))

    def _close(self, case: _Case, attempt: Attempt, now: float) -> list[Decision]:
        self._pace.ended()
        self._lines.pop(attempt.number, None)
        case.calling = False
        if attempt.result is not None:
            case.results.append(attempt.result)
            self._decide(case, attempt.result, now)
        for name in self._behind.pop(attempt.number, ()):
            behind = self._cases[name]
            behind.due = max(behind.due, now)
            self._push(behind)
        return [Closed(attempt, None if case.over else case.due)]

    def _put_right(self, case: _Case, attempt: Attempt) -> list[Decision]:
        """An attempt that was over turned out otherwise than it seemed."""
        if attempt.result is None:
            return []
        if not case.calling and case.results:
            case.results[-1] = attempt.result
            case.over = False
            self._decide(case, attempt.result, attempt.ended_at or attempt.placed_at)
        return [Closed(attempt, None if case.over or case.calling else case.due)]

    def _decide(self, case: _Case, result: Result, now: float) -> None:
        """Decide whether a contact is called again after a result."""
        terms = self._terms[case.contact.list_id]
        rule = terms.retries.get(result)
        spent = case.results.count(result)
        if rule is None or spent > rule.most or case.placed >= terms.attempts:
            case.over = True
            return
        case.due = now + rule.wait
        self._push(case)

    def _prospect(self, case: _Case, now: float) -> Prospect:
        contact, terms = case.contact, self._terms[case.contact.list_id]
        result = case.results[-1] if case.results else None
        obstacle, at = case.blocked, None
        if case.over:
            obstacle = obstacle or Obstacle.DONE
        elif not case.calling:
            obstacle = self._permission.obstacle(contact, terms, now)
            if obstacle is None and self.is_stopped(contact.list_id):
                obstacle = Obstacle.STOPPED
            if obstacle is None:
                obstacle, at = self._waits_for(case, terms, now)
        if obstacle in FOREVER:
            at = None
        return Prospect(contact, obstacle, at, case.placed, result, case.calling)

    def _waits_for(
        self, case: _Case, terms: Terms, now: float
    ) -> tuple[Obstacle | None, float | None]:
        contact = case.contact
        at = self._earliest(contact, terms, max(now, case.due))
        if contact.number in self._lines:
            return Obstacle.LINE, None
        if self._pace.number_free_at(contact.number, now) > now:
            return Obstacle.NUMBER_CAP, at
        if case.results and case.due > now:
            return Obstacle.RETRY, at
        if not terms.hours.open_at(now, zones_of(contact)):
            return Obstacle.HOURS, at
        return None, at
