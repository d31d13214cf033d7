"""What is known of a call from one webhook to the next, in one process and in several."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from telephony.calls import CallStatus
from telephony.desk import (
    Accept,
    FallbackMenu,
    Goodbye,
    IncomingCall,
    NextStep,
    StreamOver,
    TransferTo,
)
from tests.store.calls import answered
from tests.store.conftest import database_url, postgres_url, sqlite_url
from voicebot.call.parts import Outcome
from voicebot.journal import CallEnded, CallId, Entry, HandoffDecided, JournalEvent
from voicebot.settings import HandoffSettings, LimitSettings
from voicebot.store import Store, open_store
from voicebot.web.reception import Reception
from voicebot.web.registers import CallRegister, LocalRegister, SharedRegister
from voicebot.web.workforce import Workforce

__all__ = ["database_url", "postgres_url", "sqlite_url"]

CALL = IncomingCall("CA1", "+15550100001", "+15550100000", "AC1", "+15550100009")
HANDOFF = HandoffDecided("service", "asked", (), {"route": "person"})


def shared(store: Store) -> SharedRegister:
    """A register of one of several processes."""
    return SharedRegister(store, 60.0, Workforce(store.workers), "key")


@pytest.fixture(params=["local", "shared"])
def registers(
    request: pytest.FixtureRequest, database_url: str
) -> Iterator[tuple[CallRegister, CallRegister]]:
    """Two registers of the same calls: of one process, or of two."""
    if request.param == "local":
        local = LocalRegister(60.0)
        yield local, local
        return
    with open_store(database_url) as one, open_store(database_url) as other:
        yield shared(one), shared(other)


async def test_a_token_serves_once_wherever_the_stream_comes(
    registers: tuple[CallRegister, CallRegister],
) -> None:
    here, there = registers
    token = await here.ring(CALL, 1_000.0)

    assert await there.redeem("CA1", "0" * 32, 1_001.0) is None
    assert await there.redeem("CA2", token, 1_001.0) is None
    assert CALL == await there.redeem("CA1", token, 1_001.0)
    assert await here.redeem("CA1", token, 1_001.0) is None
    assert CALL.called == await there.called("CA1")
    assert "" == await there.called("CA2")


async def test_a_token_ages_and_a_new_one_voids_the_old(
    registers: tuple[CallRegister, CallRegister],
) -> None:
    here, there = registers
    old = await here.ring(CALL, 1_000.0)
    assert await there.redeem("CA1", old, 1_060.0) is None
    new = await here.ring(CALL, 1_100.0)
    assert await there.redeem("CA1", old, 1_101.0) is None
    assert CALL == await there.redeem("CA1", new, 1_101.0)


async def test_who_is_asked_again_on_the_same_occasion_says_the_same(
    registers: tuple[CallRegister, CallRegister],
) -> None:
    here, there = registers
    assert await there.redeem("CA1", await here.ring(CALL, 1_000.0), 1_001.0)
    token = await here.again("CA1", 1_010.0, "back from a")
    assert token == await there.again("CA1", 1_011.0, "back from a")
    assert CALL == await there.redeem("CA1", token, 1_012.0)

    # They went on, and come back once more.
    further = await here.again("CA1", 1_013.0, "back from a")
    assert further == await there.again("CA1", 1_013.5, "back from a") != token
    assert await there.redeem("CA1", token, 1_014.0) is None
    assert CALL == await there.redeem("CA1", further, 1_015.0)
    other = await there.again("CA1", 1_020.0, "back from b")
    assert CALL == await here.redeem("CA1", other, 1_021.0)


async def test_a_call_belongs_to_who_let_its_stream_in_while_they_live(database_url: str) -> None:
    with open_store(database_url) as store:
        one, two = Workforce(store.workers), Workforce(store.workers)
        here, there = (SharedRegister(store, 60.0, worker, "key") for worker in (one, two))
        await one.beat()
        await two.beat()
        assert await here.redeem("CA1", await here.ring(CALL, 1_000.0), 1_001.0)
        assert None is await here.elsewhere("CA1") is await there.elsewhere("CA2")
        owner = await there.elsewhere("CA1")
        assert owner is not None
        assert one.me == owner.id

        token = await there.again("CA1", 1_010.0, "again")
        assert await there.redeem("CA1", token, 1_011.0)
        assert one.me == store.ringing.owner("CA1")

        store.workers.leave(one.me)
        await two.beat()
        assert await there.elsewhere("CA1") is None
        token = await there.again("CA1", 1_020.0, "and again")
        assert await there.redeem("CA1", token, 1_021.0)
        assert two.me == store.ringing.owner("CA1")


async def test_of_many_streams_with_one_token_one_is_let_in(
    registers: tuple[CallRegister, CallRegister],
) -> None:
    token = await registers[0].ring(CALL, 1_000.0)
    let_in = await asyncio.gather(
        *(registers[n % 2].redeem("CA1", token, 1_001.0) for n in range(8))
    )

    assert [CALL] == [call for call in let_in if call is not None]


def tell(store: Store, *events: JournalEvent) -> None:
    for seq, event in enumerate(events):
        store.append(CallId("c1"), Entry(seq, float(seq), event), durable=True)


def reception(store: Store) -> Reception:
    return Reception(
        LimitSettings(),
        HandoffSettings(number="+15550109999"),
        ready=lambda: True,
        register=shared(store),
    )


async def next_step(front: Reception) -> NextStep:
    return await front.stream_ended(StreamOver("CA1", CallStatus.IN_PROGRESS, 1))


async def test_another_process_knows_how_a_call_ended(database_url: str) -> None:
    with open_store(database_url) as one, open_store(database_url) as other:
        here, there = reception(one), reception(other)
        taken = await here.answer(CALL)
        assert isinstance(taken, Accept)
        assert CALL == await there.admit("CA1", taken.parameters["token"])
        # The session runs there, and the webhook that follows comes here before it has ended.
        rang = answered("c1", time.time(), "CA1")
        tell(other, rang)
        await other.flush()
        waits = asyncio.create_task(next_step(here))
        await asyncio.sleep(0.3)
        assert not waits.done()
        tell(other, rang, HANDOFF, CallEnded("transferred", ""))
        there.ended("CA1", Outcome("transferred", HANDOFF))

        assert isinstance(await waits, TransferTo)


async def test_a_call_that_was_resolved_elsewhere_ends(database_url: str) -> None:
    with open_store(database_url) as one, open_store(database_url) as other:
        tell(
            other,
            answered("c1", time.time(), "CA1"),
            CallEnded("resolved", ""),
        )
        await other.flush()

        assert isinstance(await next_step(reception(one)), Goodbye)


async def test_a_call_that_nobody_knows_gets_the_menu(database_url: str) -> None:
    with open_store(database_url) as store:
        assert isinstance(await next_step(reception(store)), FallbackMenu)


async def test_a_stream_that_was_let_in_is_waited_for_although_its_journal_is_late(
    database_url: str,
) -> None:
    with open_store(database_url) as one, open_store(database_url) as other:
        here, there = reception(one), reception(other)
        taken = await here.answer(CALL)
        assert isinstance(taken, Accept)
        await there.admit("CA1", taken.parameters["token"])
        waits = asyncio.create_task(next_step(here))
        await asyncio.sleep(0.3)
        assert not waits.done()
        tell(other, answered("c1", time.time(), "CA1"), CallEnded("resolved", ""))

        assert isinstance(await waits, Goodbye)
