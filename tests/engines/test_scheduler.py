"""Bounds of model work: full queues, deadlines of running jobs, and a hung model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from voicebot.engines.scheduler import Lane, LanePolicy, Scheduler
from voicebot.ports import EngineError, Priority, StaleWork

LANE = Lane.RECOGNISER


class Gate:
    """A job that holds its lane's only thread until it is let go."""

    def __init__(self, scheduler: Scheduler, lane: Lane = LANE) -> None:
        self._begun, self._open = threading.Event(), threading.Event()
        self.task = asyncio.create_task(scheduler.run(lane, self._hold, timeout=60.0))

    def _hold(self) -> bool:
        self._begun.set()
        return self._open.wait(30.0)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, 10.0)

    async def open(self) -> None:
        self._open.set()
        await asyncio.wait([self.task])


async def holding(
    story: Callable[[Scheduler, Gate], Awaitable[Any]], policy: LanePolicy | None = None
) -> None:
    """Tell a story in which the lane is held by a gate."""
    scheduler = Scheduler({LANE: policy or LanePolicy(), Lane.AHEAD: LanePolicy(yields=True)})
    gate = Gate(scheduler)
    try:
        await gate.begun()
        await story(scheduler, gate)
    finally:
        await gate.open()
        scheduler.close()


def submitted(coroutines: list[Any]) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(coroutine) for coroutine in coroutines]


async def test_a_full_queue_drops_its_least_urgent_job() -> None:
    async def story(scheduler: Scheduler, gate: Gate) -> None:
        urgencies = (Priority.SPECULATIVE, Priority.PARTIAL, Priority.FINAL)
        tasks = submitted([scheduler.run(LANE, lambda p=p: p, priority=p) for p in urgencies])
        await asyncio.sleep(0)
        assert {LANE: 3, Lane.AHEAD: 0} == scheduler.load()
        await gate.open()
        first, dropped, last = await asyncio.gather(*tasks, return_exceptions=True)
        assert (Priority.SPECULATIVE, Priority.FINAL) == (first.value, last.value)
        assert isinstance(dropped, StaleWork)

    await holding(story, LanePolicy(queue=2))


async def test_a_hung_job_fails_and_its_lane_gets_a_fresh_thread() -> None:
    scheduler = Scheduler({LANE: LanePolicy(patience=0.05)})
    hung = threading.Event()
    try:
        with pytest.raises(EngineError, match="hung"):
            await scheduler.run(LANE, lambda: hung.wait(30.0), timeout=30.0)
        assert "next" == (await scheduler.run(LANE, lambda: "next")).value
        assert {LANE: 0} == scheduler.load()
    finally:
        hung.set()
        scheduler.close()


async def test_a_caller_is_told_at_its_deadline_even_if_the_job_is_still_running() -> None:
    scheduler = Scheduler({LANE: LanePolicy()})
    running = threading.Event()
    try:
        with pytest.raises(EngineError, match="no result within"):
            await scheduler.run(LANE, lambda: running.wait(30.0), timeout=0.02)
    finally:
        running.set()
        scheduler.close()


async def test_what_a_job_waited_and_took_is_told_apart() -> None:
    async def story(scheduler: Scheduler, gate: Gate) -> None:
        task = asyncio.create_task(scheduler.run(LANE, lambda: None))
        await asyncio.sleep(0)
        with pytest.raises(StaleWork):
            await scheduler.run(LANE, lambda: None, timeout=0.02, priority=Priority.PARTIAL)
        await gate.open()
        done = await task
        assert done.queued_seconds >= 0.02
        assert done.ran_seconds < done.queued_seconds

    await holding(story)
