"""The contract of a JournalSink, kept by the store on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from tests.store.calls import answered, journal, put, whole_call
from voicebot.journal import CallId, Entry, ToolCalled, Transcribed, VoiceStarted
from voicebot.ports import JournalSink
from voicebot.store import CallState, Store, open_store
from voicebot.store.database import normalised, open_database
from voicebot.store.tables import processes
from voicebot.store.writer import BATCH, QueueLimits


async def test_a_store_is_a_journal_sink_and_keeps_what_it_is_given(store: Store) -> None:
    sink: JournalSink = store
    entries = whole_call("a")
    for entry in entries:
        sink.append(CallId("a"), entry)
    assert await sink.flush()
    assert entries == store.entries("a")


async def test_flushing_an_empty_store_is_done_at_once(store: Store) -> None:
    assert await store.flush(timeout=0.0)


async def test_calls_do_not_mix(store: Store) -> None:
    for pair in zip(whole_call("a"), whole_call("b"), strict=True):
        store.append(CallId("a"), pair[0])
        store.append(CallId("b"), pair[1])
    assert await store.flush()
    assert whole_call("a") == store.entries("a")
    assert whole_call("b") == store.entries("b")


async def test_entries_are_stored_within_200_ms_without_anybody_asking(store: Store) -> None:
    """The reader polls another connection, as another process would."""
    put(store, "warm-up", whole_call("warm-up"))
    assert await store.flush()
    appended = time.monotonic()
    store.append(CallId("a"), Entry(0, 0.0, VoiceStarted(0.0)))
    assert 1 == len(await stored(store, "a", 1))
    # 200 ms is the promise; the rest is for a machine that is busy with other things.
    assert time.monotonic() - appended < 0.2 + 0.8


async def stored(store: Store, call_id: str, count: int) -> list[Entry]:
    """Poll until so many entries are there; give up after five seconds."""
    give_up = time.monotonic() + 5.0
    while True:
        entries = await asyncio.to_thread(store.entries, call_id)
        if len(entries) >= count or time.monotonic() > give_up:
            return entries


PATIENT = QueueLimits(linger=3600.0)
"""A writer that waits an hour for company: what is stored sooner had a reason."""


async def test_a_durable_entry_wakes_the_writer_at_once(database_url: str) -> None:
    tool = ToolCalled("cancel_order", "a:1", {"order": "4411"}, side_effect=True)
    with open_store(database_url, PATIENT) as store:
        put(store, "a", [Entry(0, 0.0, VoiceStarted(0.0))])
        store.append(CallId("a"), Entry(1, 0.1, tool), durable=True)
        assert [Entry(0, 0.0, VoiceStarted(0.0)), Entry(1, 0.1, tool)] == await stored(
            store, "a", 2
        )


async def test_so_do_the_beginning_and_the_end_of_a_call(database_url: str) -> None:
    begin, *middle, end = whole_call("a")
    with open_store(database_url, PATIENT) as store:
        put(store, "a", [begin])
        assert [begin] == await stored(store, "a", 1)
        put(store, "a", [*middle, end])
        assert whole_call("a") == await stored(store, "a", 4)


async def test_a_full_batch_does_not_wait(database_url: str) -> None:
    with open_store(database_url, PATIENT) as store:
        put(store, "a", [Entry(seq, 0.0, VoiceStarted(0.0)) for seq in range(BATCH)])
        assert BATCH == len(await stored(store, "a", BATCH))


async def test_whoever_flushes_does_not_wait(database_url: str) -> None:
    with open_store(database_url, PATIENT) as store:
        put(store, "a", [Entry(0, 0.0, VoiceStarted(0.0))])
        assert await store.flush(timeout=5.0)
        assert 0 == store.waiting


async def test_an_entry_that_comes_twice_is_stored_once(store: Store) -> None:
    """As when a commit succeeds and the answer to it is lost: the batch is sent again."""
    put(store, "a", whole_call("a"))
    assert await store.flush()
    put(store, "a", whole_call("a"))
    assert await store.flush()
    assert whole_call("a") == store.entries("a")
    assert 1 == len(store.calls())


async def test_what_is_appended_is_what_is_stored_even_if_it_changes_afterwards(
    store: Store,
) -> None:
    arguments: dict[str, Any] = {"order": "4411"}
    store.append(CallId("a"), Entry(0, 0.0, ToolCalled("status", "a:1", arguments, False)))
    arguments["order"] = "9999"
    assert await store.flush()
    assert [{"order": "4411"}] == [
        entry.event.arguments for entry in store.entries("a") if isinstance(entry.event, ToolCalled)
    ]


async def test_any_mapping_is_json_data(store: Store) -> None:
    arguments: Mapping[str, Any] = MappingProxyType({"order": MappingProxyType({"id": 4411})})
    store.append(CallId("a"), Entry(0, 0.0, ToolCalled("status", "a:1", arguments, False)))
    assert await store.flush()
    stored = ToolCalled("status", "a:1", {"order": {"id": 4411}}, False)
    assert [Entry(0, 0.0, stored)] == store.entries("a")


async def test_an_entry_that_cannot_be_stored_is_counted_and_the_call_goes_on(
    store: Store,
) -> None:
    with capture_logs() as logs:
        secret = {"words of the caller": object()}
        store.append(CallId("a"), Entry(0, 0.0, ToolCalled("status", "a:1", secret, False)))
        store.append(CallId("a"), Entry(1, 0.5, VoiceStarted(0.4)))
        assert not await store.flush(), "who lost an entry must not be told that it is stored"
    assert 1 == store.lost
    assert [Entry(1, 0.5, VoiceStarted(0.4))] == store.entries("a")
    assert ["journal entry unstorable"] == [line["event"] for line in logs]
    assert "words of the caller" not in str(logs)


async def test_one_entry_that_the_database_refuses_does_not_take_its_batch_with_it(
    store: Store,
) -> None:
    """A `seq` beyond the column's range stands for whatever a database may refuse."""
    good = [Entry(seq, 0.1 * seq, VoiceStarted(0.0)) for seq in range(40)]
    with capture_logs() as logs:
        put(store, "a", [*good[:17], Entry(2**70, 0.0, VoiceStarted(0.0)), *good[17:]])
        assert not await store.flush()
    assert good == store.entries("a")
    assert 1 == store.lost
    assert ["journal entry refused"] == [line["event"] for line in logs]


async def test_hostile_text_comes_back_as_it_was(store: Store) -> None:
    """NUL and lone surrogates are no text to a database, but they are to JSON."""
    text = "\0 \ud800 \u202e '; DROP TABLE calls; -- \U0001f600 =1+1 \\u0000"
    entries = journal(answered("a"), Transcribed(1, text, -0.5, 1.0, 0.2, 0.0, "base"))
    put(store, "a", entries)
    assert await store.flush()
    assert entries == store.entries("a")


async def test_hostile_names_lose_only_what_no_database_takes(store: Store) -> None:
    call_id = "a\0\ud800"
    put(store, call_id, journal(answered(call_id, carrier="CA\0")))
    assert await store.flush()
    assert [("a�?", "CA�")] == [(row.call_id, row.carrier_call_id) for row in store.calls()]
    assert journal(answered(call_id, carrier="CA\0")) == store.entries(call_id)


async def test_numbers_that_json_lacks_come_back_as_not_a_number(store: Store) -> None:
    heard = Transcribed(1, "", float("-inf"), 1, 0.2, float("nan"), "base")
    put(store, "a", [Entry(0, 0.0, heard)])
    assert await store.flush()
    (event,) = [entry.event for entry in store.entries("a")]
    assert isinstance(event, Transcribed)
    assert "nan" == str(event.avg_logprob)
    assert "nan" == str(event.queued_seconds)
    assert "1.0" == str(event.audio_seconds), "a whole number is a float again"


async def test_closing_stores_what_is_left(database_url: str) -> None:
    store = open_store(database_url)
    put(store, "a", whole_call("a"))
    store.close()
    with open_store(database_url) as later:
        assert whole_call("a") == later.entries("a")


async def test_a_closed_store_takes_nothing_more_and_says_so(database_url: str) -> None:
    store = open_store(database_url)
    put(store, "a", whole_call("a")[:1])
    store.close()
    with capture_logs() as logs:
        put(store, "a", whole_call("a")[1:])
    assert 3 == store.lost
    assert not await store.flush()
    assert 1 == len(logs), "one line a burst"


async def test_a_call_whose_process_left_without_ending_it_ended_abnormally(
    database_url: str,
) -> None:
    store = open_store(database_url)
    put(store, "a", whole_call("a")[:2])
    assert await store.flush()
    assert CallState.IN_PROGRESS == store.find_call("a").state
    store.close()
    with open_store(database_url) as later:
        assert CallState.ENDED_ABNORMALLY == later.find_call("a").state


async def test_a_process_that_writes_gives_signs_of_life_while_nothing_happens(
    database_url: str,
) -> None:
    with open_store(database_url, heartbeat=0.02) as store:
        put(store, "a", whole_call("a")[:1])
        assert await store.flush()
        engine = open_database(normalised(database_url))
        beats: set[float] = set()
        give_up = time.monotonic() + 5.0
        while len(beats) < 3 and time.monotonic() < give_up:
            with engine.connect() as connection:
                beats |= set(connection.execute(sa.select(processes.c.heartbeat_at)).scalars())
        engine.dispose()
    assert 3 == len(beats)


@pytest.mark.postgres
async def test_a_connection_that_breaks_is_made_again_and_nothing_is_lost(
    postgres_url: str,
) -> None:
    name = f"voicebot_test_{uuid.uuid4().hex[:8]}"
    with open_store(f"{postgres_url}&application_name={name}") as store:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            for seq in range(20):
                store.append(CallId("a"), Entry(seq, 0.1 * seq, VoiceStarted(0.0)), durable=True)
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s",
                    [name],
                )
        with capture_logs():
            assert await store.flush(timeout=10.0)
        assert [Entry(seq, 0.1 * seq, VoiceStarted(0.0)) for seq in range(20)] == store.entries("a")
        assert 0 == store.lost
