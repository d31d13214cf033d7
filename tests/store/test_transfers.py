"""Transfers in the store: who is late to save learns so, and whatever is overdue is found."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from telephony.transfer import commands
from telephony.transfer.commands import Outcome, Reason
from telephony.transfer.outbox import Outbox
from telephony.transfer.records import After, TransferRecord
from telephony.transfer.state import Leg, TransferState
from voicebot.store import Store, open_store
from voicebot.store.wire import Saved
from voicebot.store.workers import Worker

PEOPLE = ("+15550109991", "+15550109992")


def record(number: int, **changes: object) -> TransferRecord:
    made = TransferRecord(
        f"{number:032x}",
        f"CA{number}",
        PEOPLE,
        "+15550100000",
        "A refund.",
        After.BOT,
        TransferState(2, legs=(Leg(sid=f"CAleg{number}"),)),
        owner="here",
        due_at=100.0 + number,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_transfer_comes_back_as_it_was_with_its_orders_and_news(store: Store) -> None:
    asked = [
        commands.Dismiss(0, "CAleg1", answered=True),
        commands.TellNext(Reason.DECLINED),
        commands.Dial(1),
        commands.Settle(Outcome.RETURNED, Reason.BUSY),
    ]
    kept = record(1, outbox=Outbox().with_commands(asked, "here", 100.0))
    assert store.transfers.save(kept)

    found = store.transfers.load(kept.transfer_id)
    assert replace(kept, version=1) == found == store.transfers.of_call("CA1")
    assert [1, 2] == [pending.number for pending in found.outbox.orders]
    assert None is store.transfers.load("0" * 32)


def test_who_is_late_to_save_learns_so(store: Store) -> None:
    assert store.transfers.save(record(1))
    assert not store.transfers.save(record(1))
    assert store.transfers.save(record(1, version=1, due_at=None))
    assert not store.transfers.save(record(1, version=1))

    assert {f"{1:032x}": 2} == store.transfers.versions([f"{1:032x}", "unknown"])


def test_what_is_overdue_is_found_and_the_legs_that_are_known(store: Store) -> None:
    for number in (3, 1, 2):
        store.transfers.save(record(number))

    assert (f"{1:032x}", f"{2:032x}") == store.transfers.due(102.5, 10)
    assert frozenset({"CAleg1", "CAleg2", "CAleg3"}) == store.transfers.legs(0.0)
    assert frozenset() == store.transfers.legs(9e9)


def test_workers_live_as_long_as_their_lease(store: Store) -> None:
    one, other = (Worker(name, "http://127.0.0.1:1", "s", 110.0) for name in ("one", "other"))
    assert [one] == store.workers.beat(one, 107.0)
    later = replace(other, until=113.0)
    assert {one, later} == set(store.workers.beat(later, 109.0))
    assert [later] == store.workers.beat(later, 111.0)
    store.workers.leave("other")
    assert [one] == store.workers.beat(one, 107.0)


def test_all_workers_together_keep_one_pace(store: Store) -> None:
    reserved = [store.workers.reserve("dial", 100.0, 1.0, 2.0) for _ in range(4)]

    assert [100.0, 101.0, 102.0, None] == reserved
    assert 103.0 == store.workers.reserve("dial", 101.5, 1.0, 2.0)
    assert 200.0 == store.workers.reserve("dial", 200.0, 1.0, 2.0)


@pytest.mark.postgres
async def test_a_save_is_told_to_whoever_listens(postgres_url: str) -> None:
    with open_store(postgres_url) as store, open_store(postgres_url) as other:
        heard: asyncio.Queue[Saved] = asyncio.Queue()
        wire = other.wire
        listening = asyncio.create_task(wire.listen(heard.put_nowait))
        async with asyncio.timeout(5.0):
            for version in range(500):
                # Nobody is told who does not listen yet.
                await asyncio.to_thread(store.transfers.save, record(1, version=version))
                await asyncio.sleep(0.01)
                if not heard.empty():
                    break
            news = await heard.get()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert f"{1:032x}" == news.transfer_id
    assert 0 < news.version <= version + 1
    assert not wire.is_up
