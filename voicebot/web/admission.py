"""Admission: which callers are taken, and how many. Sans-I/O.

How many calls one machine can take is not a constant: it depends on the machine, the models and on
what callers say. It is learnt from the one thing that callers feel, the time that their words wait
for the recogniser: the limit grows by one while that time is short and the limit is used, and falls
below what is live when it is long (additive increase, multiplicative decrease: Chiu and Jain 1989,
as TCP does it). Times are seconds since the epoch, by a clock that never runs backwards.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.store.usage import Usage


class Verdict(StrEnum):
    """What becomes of a caller."""

    TAKEN = "taken"
    BLOCKED = "blocked"
    """This caller is not served."""
    CROWD = "crowd"
    """This caller has calls enough already, or calls too often."""
    FULL = "full"
    """More calls would make everybody wait."""
    SPENT = "spent"
    """The day's minutes are used up."""
    CLOSED = "closed"
    """No calls are taken at all, on somebody's order."""


@dataclass(frozen=True, slots=True)
class AdmissionPolicy:
    """Bounds."""

    calls: int = 32
    """Most calls at once, and how many are trusted before anything was learnt."""
    short: float = 0.15
    """Seconds of waiting for the recogniser that nobody notices."""
    long: float = 0.5
    """Seconds of waiting at which the machine has too many calls."""
    settle: float = 5.0
    """Seconds after a change of the limit before its effect is judged."""
    per_caller: int = 2
    """Calls of one number at once; 0: any."""
    per_caller_hour: int = 20
    """Calls of one number within an hour; 0: any."""
    minutes_per_day: int = 0
    """Minutes of calls in one day (UTC); 0: any."""
    blocked: tuple[str, ...] = ()
    """Numbers, or beginnings of numbers, that are not served."""
    expected: float = 60.0
    """Seconds for which a caller who was let in has a place without being there."""


@dataclass(slots=True)
class Capacity:
    """How many calls at once leave nobody waiting."""

    policy: AdmissionPolicy
    limit: int = field(init=False)
    _judge_from: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        """Begin with what is trusted."""
        self.limit = self.policy.calls

    def observe(self, waited: float, live: int, now: float) -> None:
        """Learn from how long the newest work waited while so many calls were live."""
        if now < self._judge_from:
            return
        if waited > self.policy.long and live > 1:
            # Those who are here stay; the next ones wait until some have left.
            self._set(max(1, int(min(live, self.limit) * 0.85)), now)
        elif waited < self.policy.short and live >= self.limit:
            self._set(min(self.limit + 1, self.policy.calls), now)

    def _set(self, limit: int, now: float) -> None:
        if limit != self.limit:
            self.limit = limit
            self._judge_from = now + self.policy.settle


@dataclass(slots=True)
class _Call:
    caller: str
    since: float
    begun: bool = False


_HOUR = 3600.0
_DAY = 86_400.0
_REMEMBERED = 10_000
"""Numbers whose calls are counted; the longest silent are forgotten."""


class Admission:
    """Decides on each caller who rings."""

    def __init__(self, policy: AdmissionPolicy) -> None:
        self.policy = policy
        self.capacity = Capacity(policy)
        self.closed = False
        """Whether somebody ordered that no calls are taken."""
        self._calls: dict[str, _Call] = {}
        self._lately: OrderedDict[str, deque[float]] = OrderedDict()
        self._day = -1
        self._seconds = 0.0

    @property
    def live(self) -> int:
        """Calls that were let in and are not over."""
        return len(self._calls)

    def decide(self, caller: str, now: float, counted: Usage | None = None) -> Verdict:
        """Decide on a caller.

        Args:
            caller: Their number; empty if it is withheld.
            now: Seconds since the epoch.
            counted: What all processes have taken on, where there are several.
        """
        policy = self.policy
        self._forget_no_shows(now)
        if self.closed or (counted is not None and counted.closed):
            return Verdict.CLOSED
        if caller and any(caller.startswith(number) for number in policy.blocked):
            return Verdict.BLOCKED
        if self._is_crowd(caller, now, counted):
            return Verdict.CROWD
        spent = max(self.seconds_today(now), counted.seconds_today if counted else 0.0)
        if policy.minutes_per_day and spent >= policy.minutes_per_day * 60:
            return Verdict.SPENT
        if self.live >= self.capacity.limit:
            return Verdict.FULL
        return Verdict.TAKEN

    def let_in(self, call_sid: str, caller: str, now: float) -> None:
        """A caller was let in, and has a place from now on."""
        self._calls[call_sid] = _Call(caller, now)
        if caller and self.policy.per_caller_hour:
            lately = self._lately.setdefault(caller, deque(maxlen=self.policy.per_caller_hour))
            lately.append(now)
            self._lately.move_to_end(caller)
            while len(self._lately) > _REMEMBERED:
                self._lately.popitem(last=False)

    def began(self, call_sid: str, now: float) -> None:
        """A call is looked after from now on, for the first time or once more."""
        call = self._calls.setdefault(call_sid, _Call("", now))
        call.since, call.begun = now, True

    def ended(self, call_sid: str, now: float) -> None:
        """A call is over, as far as we look after it."""
        call = self._calls.pop(call_sid, None)
        if call is not None and call.begun:
            self._roll(now)
            self._seconds += now - max(call.since, self._day * _DAY)

    def seconds_today(self, now: float) -> float:
        """Return the seconds of calls since midnight (UTC), those under way included."""
        self._roll(now)
        midnight = self._day * _DAY
        return self._seconds + sum(
            now - max(call.since, midnight) for call in self._calls.values() if call.begun
        )

    def _forget_no_shows(self, now: float) -> None:
        for call_sid, call in list(self._calls.items()):
            if not call.begun and now - call.since >= self.policy.expected:
                del self._calls[call_sid]

    def _is_crowd(self, caller: str, now: float, counted: Usage | None) -> bool:
        policy = self.policy
        if not caller:
            return False
        here = sum(call.caller == caller for call in self._calls.values())
        if policy.per_caller and policy.per_caller <= max(
            here, counted.now_of_caller if counted else 0
        ):
            return True
        lately = self._lately.get(caller, ())
        recent = max(
            sum(now - at < _HOUR for at in lately), counted.hour_of_caller if counted else 0
        )
        return bool(policy.per_caller_hour) and recent >= policy.per_caller_hour

    def _roll(self, now: float) -> None:
        day = int(now // _DAY)
        if day != self._day:
            self._day, self._seconds = day, 0.0
