"""Whatever happens, in whichever order: nobody is called who must not be, and it ends."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.calls import CallStatus
from tests.outbound.people import BERLIN, LIST, LOS_ANGELES, MONDAY, NEW_YORK, TERMS, dialler
from voicebot.outbound.attempts import (
    CallNews,
    MachineAnswered,
    Noted,
    NotFound,
    Ordered,
    OrderFailed,
    StatusSeen,
)
from voicebot.outbound.contacts import Contact, Result
from voicebot.outbound.dialler import Closed, Dialler, Look, Place
from voicebot.outbound.pace import DAY, Limits
from voicebot.outbound.permission import zones_of

LIMITS = Limits(per_second=0.5, at_once=2, a_day=5, number_a_day=2)
NUMBERS = (NEW_YORK, LOS_ANGELES, BERLIN)
SETTLED = (Result.REACHED, Result.NOT_HERE, Result.WRONG_PERSON, Result.OPTED_OUT)

people = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from([True, True, True, False])),
    min_size=2,
    max_size=6,
)
kinds = st.sampled_from(
    ["wait", "wait", "ordered", "unsure", "refused", "status", "gone", "machine", "noted", "stop"]
)
steps = st.lists(
    st.tuples(
        kinds, st.integers(0, 20), st.sampled_from(list(CallStatus)), st.sampled_from(SETTLED)
    ),
    min_size=5,
    max_size=60,
)
waits = (0.5, 2.0, 60.0, 1_800.0, 7_200.0, 30_000.0)


class Watch:
    """Holds a dialler to its promises."""

    def __init__(self, given_people: list[tuple[str, bool]]) -> None:
        contacts = [
            Contact(f"c{n}", LIST, number, consent)
            for n, (number, consent) in enumerate(given_people)
        ]
        self.machine: Dialler = dialler(*contacts, limits=LIMITS)
        self.now = MONDAY
        self.placed: list[tuple[float, str]] = []
        self.attempts: list[str] = []
        self.live: dict[str, str] = {}
        self.out: set[str] = set()
        self.tries: Counter[str] = Counter()
        self.stopped = False

    def expire(self) -> None:
        for decision in self.machine.expire(self.now):
            match decision:
                case Place(attempt=attempt, contact=contact):
                    assert contact.consent
                    assert not self.stopped
                    assert contact.number not in self.out
                    assert contact.number not in self.live.values()
                    assert TERMS.hours.open_at(self.now, zones_of(contact))
                    last = max((at for at, _ in self.placed), default=float("-inf"))
                    assert self.now - last >= 1 / LIMITS.per_second
                    today = [n for at, n in self.placed if at > self.now - DAY]
                    assert len(today) < LIMITS.a_day
                    assert today.count(contact.number) < LIMITS.number_a_day
                    self.placed.append((self.now, contact.number))
                    self.attempts.append(attempt.id)
                    self.live[attempt.id] = contact.number
                    assert len(self.live) <= LIMITS.at_once
                    self.tries[contact.id] += 1
                    assert self.tries[contact.id] <= TERMS.attempts
                case Closed(attempt=attempt):
                    self.live.pop(attempt.id, None)
                case Look():
                    pass

    def tell(self, news: CallNews) -> None:
        if isinstance(news, Noted) and news.result is Result.OPTED_OUT:
            progress = self.machine.progress_of(news.attempt_id)
            assert progress is not None
            self.out.add(progress.attempt.number)
        for decision in self.machine.handle(news, self.now):
            assert isinstance(decision, Closed)
            self.live.pop(decision.attempt.id, None)
        assert len(self.live) == self.machine.live

    def play(self, kind: str, number: int, status: CallStatus, settled: Result) -> None:
        if kind == "wait":
            self.now += waits[number % len(waits)]
        elif kind == "stop":
            self.stopped = not self.stopped
            if self.stopped:
                self.machine.stop(LIST)
            else:
                self.machine.resume(LIST, self.now)
        elif self.attempts:
            name = self.attempts[number % len(self.attempts)]
            self.tell(
                {
                    "ordered": Ordered(name, f"CA{name}"),
                    "unsure": OrderFailed(name, certain=False),
                    "refused": OrderFailed(name, certain=True),
                    "status": StatusSeen(name, status),
                    "gone": NotFound(name),
                    "machine": MachineAnswered(name, message_left=bool(number % 2)),
                    "noted": Noted(name, settled),
                }[kind]
            )
        self.expire()


@settings(max_examples=250, deadline=None)
@given(people, steps)
def test_nobody_is_called_who_must_not_be_and_the_list_comes_to_an_end(
    given_people: list[tuple[str, bool]],
    played: list[tuple[str, int, CallStatus, Result]],
) -> None:
    watch = Watch(given_people)
    watch.expire()
    for step in played:
        watch.play(*step)
    # From here on nothing is heard of any call but that it was not answered.
    if watch.stopped:
        watch.play("stop", 0, CallStatus.QUEUED, Result.REACHED)
    for _ in range(400):
        for name in list(watch.live):
            watch.tell(StatusSeen(name, CallStatus.NO_ANSWER))
        watch.expire()
        if watch.machine.deadline is None:
            break
        watch.now = max(watch.now, watch.machine.deadline)
    assert watch.machine.deadline is None, "everybody is settled, one way or another"
    assert not watch.live
    for prospect in watch.machine.prospects(watch.now):
        assert prospect.obstacle is not None
