"""A process dies in the middle of a transfer, and another one goes on with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telephony.calls import CallStatus, ControlOutcome
from telephony.control import OutgoingCall
from telephony.errors import CarrierUnavailable
from telephony.transfer.commands import Announce, Connected, Outcome
from telephony.transfer.facts import (
    Announced,
    CallerGone,
    CallerReleased,
    Chose,
    Fact,
    Key,
    PersonJoined,
    RoomAsked,
    RoomStarted,
)
from telephony.transfer.records import MemoryTransfers, TransferRecord
from telephony.transfer.state import Stage
from telephony.transfers import News, TransferOrder, Transfers
from tests.telephony.transferring import CALLER, PEOPLE, PUBLIC, WrittenOrders

LEG = "CAperson0"


class Crowd:
    """Who of two processes lives."""

    def __init__(self, me: str, dead: set[str]) -> None:
        self.me = me
        self._dead = dead

    def lives(self, process: str) -> bool:
        return process not in self._dead


class Dying(WrittenOrders):
    """Orders of a process that dies over the next one, before or after the carrier took it."""

    def __init__(self) -> None:
        super().__init__()
        self.dies: str = ""

    async def dial(self, call: OutgoingCall) -> str:
        await self._die("dial")
        return await super().dial(call)

    async def redirect(self, call_sid: str, url: str) -> ControlOutcome:
        await self._die("redirect")
        return await super().redirect(call_sid, url)

    async def hang_up(self, call_sid: str) -> ControlOutcome:
        await self._die("hang_up")
        return await super().hang_up(call_sid)

    async def _die(self, order: str) -> None:
        if self.dies == order:
            await asyncio.Event().wait()


class Two:
    """One process that begins a transfer, and one that is left."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.dead: set[str] = set()
        self.store = MemoryTransfers()
        self.first, self.second = Dying(), WrittenOrders()
        self.heard: list[News] = []
        self.one = self._process("one", self.first)
        self.other = self._process("other", self.second)
        self.id = ""

    def _process(self, name: str, orders: WrittenOrders) -> Transfers:
        return Transfers(
            orders,
            self.store,
            base_url=f"{PUBLIC}/twilio/transfer",
            peers=Crowd(name, self.dead),
            clock=lambda: self.now,
        )

    async def begin(self) -> None:
        order = TransferOrder(CALLER, PEOPLE, "+15550100000", "A refund.")
        self.id = await self.one.begin(order, self.heard.append)
        await quiet()

    async def facts(self, *given: Fact, by: Transfers | None = None) -> None:
        for fact in given:
            await (by or self.other).tell(self.id, fact)
            await quiet()

    async def die(self) -> None:
        """The first one is no more, and is missed after a while."""
        self.dead.add("one")
        await self.one.close()
        await self.later(4.0)

    async def later(self, seconds: float) -> None:
        self.now += seconds
        await self.other.look()
        await quiet()

    async def record(self) -> TransferRecord:
        record = await self.store.load(self.id)
        assert record is not None
        return record


async def quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


TAKEN = (Chose(0, Key.ACCEPT, LEG), PersonJoined(0))


async def test_facts_may_come_to_any_process_and_the_news_come_to_who_has_the_caller() -> None:
    two = Two()
    await two.begin()
    await two.facts(*TAKEN)
    assert [] == two.heard

    two.one.changed(two.id, 99)
    await quiet()
    assert [Announce()] == two.heard
    await two.facts(Announced(), by=two.one)
    await two.facts(RoomAsked(), RoomStarted(0))
    # Nobody said so; it is found by looking.
    await two.one.look()
    await quiet()
    assert [Announce(), Connected()] == two.heard
    assert [(CALLER, f"{two.id}/room?person=0")] == two.first.redirected + two.second.redirected


@pytest.mark.parametrize(
    ("made", "rung", "leg"),
    [
        ([], 1, "CAperson0"),
        ([("CAmade", CallStatus.RINGING)], 0, "CAmade"),
        ([("CAmade", CallStatus.RINGING), ("CAtwo", CallStatus.RINGING)], 0, ""),
    ],
)
async def test_who_died_over_ringing_somebody_may_have_rung_them(
    made: list[Any], rung: int, leg: str
) -> None:
    two = Two()
    two.first.dies = "dial"
    two.second.made = made
    await two.begin()
    await two.later(2.6)
    # Whoever is slow is not dead.
    assert [] == two.second.dialled
    await two.die()

    assert rung == len(two.second.dialled)
    assert leg == (await two.record()).state.legs[0].sid
    assert () == (await two.record()).outbox.orders


async def test_where_the_carrier_cannot_say_nobody_is_rung_a_second_time() -> None:
    two = Two()
    two.first.dies = "dial"
    two.second.fails = CarrierUnavailable("no answer")
    await two.begin()
    await two.die()

    assert [] == two.second.dialled
    assert Stage.DIALING is (await two.record()).state.stage


async def test_somebody_who_was_found_by_the_carriers_own_word_is_not_rung_again() -> None:
    two = Two()
    two.first.dies = "dial"
    await two.begin()
    await two.facts(*TAKEN)
    await two.die()

    assert [] == two.second.dialled
    assert Stage.ANNOUNCING is (await two.record()).state.stage


@pytest.mark.parametrize(("asked", "moved"), [(False, 1), (True, 0)])
async def test_a_caller_is_moved_by_who_is_left_unless_they_were(asked: bool, moved: int) -> None:
    two = Two()
    await two.begin()
    await two.facts(*TAKEN)
    two.first.dies, two.second.members = "redirect", frozenset({LEG})
    await two.facts(Announced(), by=two.one)
    if asked:
        await two.facts(RoomAsked(), RoomStarted(0))
    await two.die()

    assert [(CALLER, f"{two.id}/room?person=0")] * moved == two.second.redirected


async def test_a_telephone_stops_ringing_though_its_caller_and_process_are_gone() -> None:
    two = Two()
    await two.begin()
    two.first.dies = "hang_up"
    await two.facts(CallerGone(), by=two.one)
    await two.die()

    assert [LEG] == two.second.ended
    assert Stage.ENDED is (await two.record()).state.stage


async def test_what_is_due_is_done_by_whoever_is_left() -> None:
    two = Two()
    await two.begin()
    await two.die()
    await two.later(34.0)
    # Nobody answered: the second person is tried.
    assert [PEOPLE[1]] == [call.to for call in two.second.dialled]

    two = Two()
    await two.begin()
    await two.facts(*TAKEN)
    await two.die()
    await two.later(9.0)
    # Nobody said that the caller has heard it; they are moved all the same.
    assert Stage.MOVING is (await two.record()).state.stage

    await two.facts(RoomAsked(), RoomStarted(0), CallerReleased())
    assert Outcome.BRIDGED is (await two.record()).state.outcome
