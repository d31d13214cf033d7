"""A telephone network in miniature, on virtual time, that makes one transfer difficult.

It knows what is really the case (who is in which room, whose telephone rings) and tells the machine
only what a carrier tells: callbacks late, twice, out of order or never; orders refused, unanswered
though carried out, or carried out much later. Requests for a document do arrive, perhaps twice, as
the carrier repeats those. Sources: `twilio.com/docs/usage/webhooks` (best effort, unordered), and
the conference and call resources' own pages.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from telephony.calls import CallStatus
from telephony.transfer import commands, facts
from telephony.transfer.commands import Command, Outcome
from telephony.transfer.facts import Fact, Key, Order
from telephony.transfer.machine import WarmTransfer
from telephony.transfer.state import Stage, TransferPolicy, TransferState

LONGEST = 6 * 3_600.0
"""Virtual seconds after which a history that goes on counts as stuck."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How bad the day is, as probabilities and seconds."""

    lost: float = 0.0
    """Callbacks that never come."""
    repeated: float = 0.0
    """Callbacks, and requests for documents, that come twice."""
    late: float = 0.2
    """Mean delay of a callback."""
    refused: float = 0.0
    """Orders that the carrier refuses."""
    unclear: float = 0.0
    """Orders without an answer; half of them are carried out, some of these seconds later."""


class At(StrEnum):
    """Where the caller is."""

    BOT = "bot"
    ROOM = "room"
    BETWEEN = "between"
    """On the way: their leg fetches a document."""
    MESSAGE = "message"
    HUNG_UP = "hung-up"


@dataclass(slots=True)
class Person:
    """Somebody whose telephone can ring."""

    does: str
    """`answers`, `busy`, `no-answer`, `fails`, `voicemail`, or `elsewhere`: offered somebody else
    at the same time."""
    answer_after: float
    key: Key
    key_after: float
    leaves_after: float
    """From entering the room."""
    rung: int = 0
    noted: list[commands.Went] = field(default_factory=list)
    ringing: bool = False
    talking: bool = False
    in_room: bool = False


@dataclass(slots=True)
class World:
    """One history."""

    random: Random
    trouble: Trouble
    people: list[Person]
    policy: TransferPolicy = field(default_factory=TransferPolicy)
    now: float = 0.0
    caller: At = At.BOT
    room: int = -1
    """Whose room the caller is in."""
    together: bool = False
    """The caller and a person heard each other."""
    settled: list[commands.Settle] = field(default_factory=list)
    moves: int = 0
    alone_since: float | None = None
    alone: float = 0.0
    """Longest stay of the caller alone in a room."""
    alone_through_faults: float = 0.0
    """Seconds of it for which our orders failed."""
    wrongs: list[str] = field(default_factory=list)
    """What must never happen, and did."""
    log: list[str] = field(default_factory=list)
    _queue: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0
    _machine: WarmTransfer = field(init=False)
    _timer: float | None = None
    _updates: int = 0
    """Orders to the caller's leg, so that one overtaken by a later one is not carried out."""

    @property
    def stage(self) -> Stage:
        return self._machine.state.stage

    def run(self, caller_does: list[tuple[float, str]]) -> None:
        """Play one transfer to its end.

        Args:
            caller_does: When the caller `hangs-up`, `withdraws`, or loses the stream (`drops`).
        """
        self._machine = WarmTransfer(TransferState(len(self.people)), self.policy)
        for at, what in caller_does:
            self._at(at, lambda what=what: self._caller_does(what))  # type: ignore[misc]
        self._obey(self._machine.begin(self.now))
        while self._queue and self.now < LONGEST:
            self.now, _, happens = heapq.heappop(self._queue)
            happens()
            self._arm()
        self._judge()

    # --- time ----------------------------------------------------------------------------------

    def _at(self, at: float, happens: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (at, self._count, happens))

    def _in(self, seconds: float, happens: Callable[[], None]) -> None:
        self._at(self.now + seconds, happens)

    def _arm(self) -> None:
        deadline = self._machine.deadline
        if deadline is not None and deadline != self._timer:
            self._timer = deadline
            self._at(max(deadline, self.now), self._expire)

    def _expire(self) -> None:
        deadline = self._machine.deadline
        if deadline is not None and deadline <= self.now:
            self._timer = None
            self._obey(self._machine.expire(self.now))

    # --- what the machine hears ------------------------------------------------------------------

    def _hear(self, fact: Fact) -> None:
        before = self._machine.state.stage
        self.log.append(f"{self.now:8.2f} {before:10} {fact}")
        self._obey(self._machine.handle(fact, self.now))

    def _callback(self, fact: Fact) -> None:
        """Best effort."""
        if self.random.random() < self.trouble.lost:
            return
        copies = 2 if self.random.random() < self.trouble.repeated else 1
        for _ in range(copies):
            delay = self.random.expovariate(1 / self.trouble.late)
            self._in(delay, lambda: self._hear(fact))

    def _asks(self, fact: Fact, then: Callable[[], None]) -> None:
        """A leg asks for a document, and goes on as the answer tells."""
        delay = self.random.uniform(0.05, 0.3)
        if self.random.random() < self.trouble.repeated:
            self._in(delay, lambda: self._hear(fact))
            delay += self.random.uniform(0.5, 3.0)

        def ask() -> None:
            self._hear(fact)
            then()

        self._in(delay, ask)

    # --- orders --------------------------------------------------------------------------------

    def _obey(self, orders: list[Command]) -> None:
        for order in orders:
            self.log.append(f"{self.now:8.2f} {'':10} -> {order}")
            match order:
                case commands.Dial(person):
                    self._dial(person)
                case commands.Dismiss(person):
                    self._order(
                        lambda person=person: self._hang_up(person),  # type: ignore[misc]
                        lambda result, person=person: facts.Dismissed(person, result),
                    )
                case commands.Mark(person, went):
                    self.people[person].noted.append(went)
                    self._in(0.01, lambda person=person: self._hear(facts.Marked(person)))  # type: ignore[misc]
                case commands.Announce():
                    self._announce()
                case commands.MoveCaller():
                    self.moves += 1
                    self._order(self._update(self._enter_room), facts.Moved)
                case commands.BringBack():
                    self._order(self._update(self._come_back), facts.BroughtBack)
                case commands.CheckRoom():
                    self._check()
                case commands.Settle():
                    self.settled.append(order)

    def _order(self, effect: Callable[[], bool], fact: Callable[[Order], Fact]) -> None:
        """Give an order; `effect` returns whether there was still a call to carry it out on."""
        seconds = self.random.uniform(0.1, 0.6)
        chance = self.random.random()
        if chance < self.trouble.refused:
            self._fault(seconds)
            self._in(seconds, lambda: self._hear(fact(Order.REFUSED)))
        elif chance < self.trouble.refused + self.trouble.unclear:
            if self.random.random() < 0.5:
                self._in(self.random.choice((0.2, 1.0, 6.0)), lambda: _ignore(effect()))
            seconds = self.random.uniform(4.0, 10.0)
            self._fault(seconds)
            self._in(seconds, lambda: self._hear(fact(Order.UNCLEAR)))
        else:
            taken = self.random.uniform(0.2, 0.9) * seconds

            def carry_out() -> None:
                result = Order.DONE if effect() else Order.GONE
                self._in(seconds - taken, lambda: self._hear(fact(result)))

            self._in(taken, carry_out)

    def _fault(self, seconds: float) -> None:
        if self.alone_since is not None:
            self.alone_through_faults += seconds + 5 * self.policy.again

    def _update(self, effect: Callable[[], None]) -> Callable[[], bool]:
        self._updates += 1

        def carry_out() -> bool:
            if self.caller is At.HUNG_UP:
                return False
            effect()
            return True

        return carry_out

    def _check(self) -> None:
        failed = self.random.random() < self.trouble.refused + self.trouble.unclear
        seconds = self.random.uniform(4.0, 10.0) if failed else self.random.uniform(0.1, 0.5)
        if failed:
            self._fault(seconds)

        def answer() -> None:
            person = self.people[self._machine.state.person]
            there = self.caller is At.ROOM and self.room == self._machine.state.person
            self._hear(facts.RoomUnseen() if failed else facts.RoomSeen(person.in_room, there))

        self._in(seconds, answer)

    # --- people --------------------------------------------------------------------------------

    def _dial(self, number: int) -> None:
        person = self.people[number]
        if person.does == "elsewhere":
            self._in(0.05, lambda: self._hear(facts.Unavailable(number)))
            return
        person.rung += 1
        if person.rung > 1:
            self.wrongs.append(f"person {number} was rung twice")

        def ring() -> bool:
            leg = f"leg{number}"
            self._callback(facts.LegChanged(number, CallStatus.QUEUED, leg))
            if person.does in ("busy", "fails"):
                ends = CallStatus.BUSY if person.does == "busy" else CallStatus.FAILED
                self._callback(facts.LegChanged(number, ends, leg))
                return True
            person.ringing = True
            self._callback(facts.LegChanged(number, CallStatus.RINGING, leg))
            if person.does == "no-answer" or person.answer_after > self.policy.ring:
                self._in(self.policy.ring, lambda: self._rings_out(number))
            else:
                self._in(person.answer_after, lambda: self._answers(number))
            return True

        def result(order: Order) -> Fact:
            return facts.Dialled(number, order, f"leg{number}" if order is Order.DONE else "")

        self._order(ring, result)

    def _rings_out(self, number: int) -> None:
        if self.people[number].ringing:
            self._leg_ends(number, CallStatus.NO_ANSWER)

    def _answers(self, number: int) -> None:
        person = self.people[number]
        if not person.ringing:
            return
        person.ringing, person.talking = False, True
        self._callback(facts.LegChanged(number, CallStatus.IN_PROGRESS, f"leg{number}"))
        self._asks(facts.Screened(number, f"leg{number}"), lambda: self._is_screened(number))

    def _is_screened(self, number: int) -> None:
        person = self.people[number]
        if not person.talking:
            return
        if not self._machine.is_wanted(number):
            self._leg_ends(number, CallStatus.COMPLETED)
            return
        key = Key.NONE if person.does == "voicemail" else person.key
        self._in(person.key_after, lambda: self._presses(number, key))

    def _presses(self, number: int, key: Key) -> None:
        if self.people[number].talking:
            chose = facts.Chose(number, key, f"leg{number}")
            self._asks(chose, lambda: self._enters(number, key))

    def _enters(self, number: int, key: Key) -> None:
        person = self.people[number]
        if not person.talking:
            return
        if key is not Key.ACCEPT or not self._machine.is_wanted(number):
            self._leg_ends(number, CallStatus.COMPLETED)
            return
        person.in_room = True
        self._callback(facts.PersonJoined(number))
        self._in(person.leaves_after, lambda: self._hangs_up(number))
        self._meet()

    def _hangs_up(self, number: int) -> None:
        if self.people[number].talking:
            self._leg_ends(number, CallStatus.COMPLETED)

    def _hang_up(self, number: int) -> bool:
        person = self.people[number]
        if not (person.ringing or person.talking):
            return False
        self._leg_ends(number, CallStatus.CANCELED if person.ringing else CallStatus.COMPLETED)
        return True

    def _leg_ends(self, number: int, status: CallStatus) -> None:
        person = self.people[number]
        was_there, person.in_room = person.in_room, False
        person.ringing = person.talking = False
        self._callback(facts.LegChanged(number, status, f"leg{number}"))
        if was_there:
            self._callback(facts.PersonLeft(number))
            if self.caller is At.ROOM and self.room == number:
                self._room_ends()

    # --- the caller ----------------------------------------------------------------------------

    def _caller_does(self, what: str) -> None:
        if self.caller is At.HUNG_UP:
            return
        if what == "hangs-up":
            was, self.caller = self.caller, At.HUNG_UP
            self._is_not_alone()
            if was is At.ROOM:
                self._callback(facts.CallerLeft())
                if self.people[self.room].in_room:
                    self._leg_ends(self.room, CallStatus.COMPLETED)
            # The leg's own last request, which does arrive; or the stream's `stop`.
            if was is not At.BETWEEN:
                self._in(self.random.uniform(0.05, 0.5), lambda: self._hear(facts.CallerGone()))
        elif self.caller is At.BOT and what == "withdraws":
            self._hear(facts.Withdrawn())
        elif self.caller is At.BOT and what == "drops":
            self._hear(facts.StreamLost())

    def _announce(self) -> None:
        def heard() -> None:
            if self.caller is At.BOT:
                self._hear(facts.Announced())

        self._in(self.random.uniform(1.0, 2.5), heard)

    def _enter_room(self) -> None:
        self._leave()
        self._asks(facts.RoomAsked(), self._given_room)

    def _given_room(self) -> None:
        if self.caller is not At.BETWEEN:
            return
        if not self._machine.is_room_open:
            self._given_way_back()
            return
        self.caller, self.room = At.ROOM, self._machine.state.person
        self._callback(facts.CallerJoined())
        self._meet()

    def _meet(self) -> None:
        if self.caller is not At.ROOM:
            return
        if self.people[self.room].in_room:
            self.together = True
            self._is_not_alone()
            self._callback(facts.RoomStarted(self.room))
        elif self.alone_since is None:
            self.alone_since = self.now

    def _room_ends(self) -> None:
        """The person has left, and with them the room ends for the caller too."""
        self._callback(facts.CallerLeft())
        self._come_back()

    def _come_back(self) -> None:
        self._leave()
        self._asks(facts.CallerReleased(), self._given_way_back)

    def _given_way_back(self) -> None:
        if self.caller is At.BETWEEN:
            self.caller = At.BOT
            self._callback(facts.CallerResumed())

    def _leave(self) -> None:
        if self.caller is At.ROOM and self.people[self.room].in_room:
            # Their leaving ends the room for the person too.
            self.people[self.room].in_room = self.people[self.room].talking = False
            self._callback(facts.PersonLeft(self.room))
            self._callback(facts.LegChanged(self.room, CallStatus.COMPLETED, f"leg{self.room}"))
        self.caller = At.BETWEEN
        self._is_not_alone()

    def _is_not_alone(self) -> None:
        if self.alone_since is not None:
            self.alone = max(self.alone, self.now - self.alone_since)
            self.alone_since = None

    # --- judgement -----------------------------------------------------------------------------

    def _judge(self) -> None:
        """Add what is wrong at the end."""
        if self.now >= LONGEST or self.stage is not Stage.ENDED:
            self.wrongs.append(f"it never ended: {self.stage}")
        if len(self.settled) != 1:
            self.wrongs.append(f"it was settled {len(self.settled)} times")
        if self.moves > 1:
            self.wrongs.append("the caller was moved twice")
        if self.caller in (At.ROOM, At.BETWEEN):
            self.wrongs.append(f"the caller was lost: {self.caller}")
        if any(person.ringing or person.talking for person in self.people):
            self.wrongs.append("a person's leg was left open")
        for number, person in enumerate(self.people):
            ends = [went for went in person.noted if went is not commands.Went.TAKEN]
            if len(ends) != person.rung:
                self.wrongs.append(f"person {number} stays taken: {person.noted}")
            if (commands.Went.FINISHED in ends) != (commands.Went.TAKEN in person.noted):
                self.wrongs.append(f"it is not noted that person {number} talked: {person.noted}")
        for settled in self.settled:
            if settled.outcome is Outcome.GONE and self.caller is not At.HUNG_UP:
                self.wrongs.append("the caller was taken for gone, and was not")
            if settled.outcome is Outcome.BRIDGED and not self.together:
                self.wrongs.append("they never heard each other")


def _ignore(done: bool) -> None:
    """The carrier's answer to this order was lost."""
