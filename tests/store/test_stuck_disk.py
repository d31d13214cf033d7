"""A disk that is busy or stuck: the call goes on, memory stays bounded, and the loss is told."""

from __future__ import annotations

import asyncio
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.store.calls import answered, put
from voicebot.folds.metrics import percentile
from voicebot.journal import CallEnded, CallId, Entry, ToolCalled, VoiceStarted
from voicebot.store import CallState, Store, open_store
from voicebot.store.writer import QueueLimits


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "voicebot.sqlite3"


@contextmanager
def stuck(path: Path) -> Iterator[None]:
    """Hold the write lock of the database, as a hanging backup or a broken disk would."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def voices(first: int, count: int) -> list[Entry]:
    return [Entry(seq, 0.01 * seq, VoiceStarted(0.0)) for seq in range(first, first + count)]


async def test_what_waited_is_stored_when_the_disk_comes_back(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store:
        with capture_logs() as logs, stuck(path):
            put(store, "a", voices(0, 600))
            assert not await store.flush(timeout=0.3)
            assert 600 == store.waiting
        assert await store.flush(timeout=10.0)
        assert voices(0, 600) == store.entries("a")
        assert 0 == store.lost
        assert [] == [line for line in logs if line["event"] == "journal queue full"]


async def test_a_full_queue_loses_entries_but_not_time_memory_or_what_matters(
    path: Path,
) -> None:
    limits = QueueLimits(entries=2_000, bytes=1_000_000, reserve=10)
    with open_store(f"sqlite:///{path}", limits) as store:
        store.append(CallId("a"), Entry(0, 0.0, answered("a", time.time())))
        assert await store.flush()
        with capture_logs() as logs, stuck(path):
            tracemalloc.start()
            began = time.monotonic()
            put(store, "a", voices(1, 8_000))
            elapsed = time.monotonic() - began
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            cancel = ToolCalled("cancel_order", "a:1", {"order": "4411"}, side_effect=True)
            store.append(CallId("a"), Entry(8_001, 81.0, cancel), durable=True)
            store.append(CallId("a"), Entry(8_002, 82.0, CallEnded("resolved")))
            assert not await store.flush(timeout=0.1), "nothing is durable on a stuck disk"
        assert 6_000 == store.lost
        assert peak < 8_000_000
        # Under tracemalloc, which makes it several times slower than in a call.
        assert elapsed / 8_000 < 0.001
        assert ["journal queue full"] == [x["event"] for x in logs if x["log_level"] == "error"][:1]
        assert len(logs) <= 3, "one line for the loss, one for the failure, one when it is over"
        while store.waiting:
            await store.flush(timeout=10.0)
        assert 2_003 == len(store.entries("a"))
        assert cancel == store.entries("a")[-2].event
        assert CallState.ENDED == store.find_call("a").state


async def test_large_bodies_fill_the_queue_by_their_size(path: Path) -> None:
    limits = QueueLimits(entries=2_000, bytes=100_000, reserve=10)
    with open_store(f"sqlite:///{path}", limits) as store:
        with stuck(path), capture_logs():
            for seq in range(20):
                tool = ToolCalled("search", f"a:{seq}", {"text": "x" * 10_000}, side_effect=False)
                store.append(CallId("a"), Entry(seq, 0.0, tool))
        assert 11 == store.lost


async def test_closing_on_a_stuck_disk_gives_up_in_time_and_says_what_is_missing(
    path: Path,
) -> None:
    store = open_store(f"sqlite:///{path}")
    with capture_logs() as logs, stuck(path):
        put(store, "a", voices(0, 700))
        began = time.monotonic()
        store.close(timeout=0.2)
        assert time.monotonic() - began < 5.0
    (line,) = [line for line in logs if line["event"] == "journal closed incomplete"]
    assert 700 == line["unstored"]


async def speak(store: Store, call_id: str, count: int) -> list[float]:
    """Append as a call does, giving way to the others; return how long each append took."""
    seconds = []
    for entry in voices(0, count):
        began = time.perf_counter()
        store.append(CallId(call_id), entry, durable=entry.seq % 50 == 0)
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0)
    return seconds


async def test_32_calls_at_once_do_not_lag(database_url: str) -> None:
    """More than five seconds' worth of 1,000 entries a second, as fast as they will go."""
    with open_store(database_url) as store:
        began = time.monotonic()
        seconds = await asyncio.gather(*(speak(store, f"call-{n}", 160) for n in range(32)))
        assert await store.flush(timeout=10.0)
        assert 32 * 160 / (time.monotonic() - began) > 1_000
        # All but the few in which this thread lost the processor.
        assert percentile([one for call in seconds for one in call], 99) < 0.005
        assert [voices(0, 160)] * 32 == [store.entries(f"call-{n}") for n in range(32)]
        assert 0 == store.lost
