"""Who is served first, on real threads: the laws of the engines' scheduler."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicebot.engines.scheduler import Lane, LanePolicy, Scheduler
from voicebot.ports import EngineError, Priority, StaleWork

LANES = {
    Lane.RECOGNISER: LanePolicy(patience=0.3),
    Lane.AHEAD: LanePolicy(yields=True),
}


class Gate:
    """Work that occupies a lane until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def work(self) -> str:
        self.entered.set()
        assert self.open.wait(5)
        return "gate"


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler({**LANES, Lane.RECOGNISER: LanePolicy(patience=10)})
    yield made
    made.close()


async def occupy(scheduler: Scheduler, gate: Gate) -> asyncio.Task[object]:
    task: asyncio.Task[object] = asyncio.create_task(scheduler.run(Lane.RECOGNISER, gate.work))
    await asyncio.to_thread(gate.entered.wait, 5)
    return task


def noting(done: list[int], number: int) -> Callable[[], int]:
    def work() -> int:
        done.append(number)
        return number

    return work


@given(
    st.lists(st.tuples(st.sampled_from(list(Priority)), st.integers(1, 50)), min_size=1, max_size=8)
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_most_urgent_work_goes_first(jobs: list[tuple[Priority, int]]) -> None:
    async def run() -> list[int]:
        scheduler = Scheduler({Lane.RECOGNISER: LanePolicy(patience=10)})
        done: list[int] = []
        gate = Gate()
        first = await occupy(scheduler, gate)
        waiting = [
            asyncio.create_task(
                scheduler.run(
                    Lane.RECOGNISER, noting(done, number), priority=priority, timeout=10 + deadline
                )
            )
            for number, (priority, deadline) in enumerate(jobs)
        ]
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(first, *waiting)
        await asyncio.to_thread(scheduler.close)
        return done

    order = asyncio.run(run())

    assert sorted(range(len(jobs)), key=lambda n: (jobs[n][0], jobs[n][1], n)) == order


async def test_work_whose_time_passed_while_it_waited_is_never_begun(
    scheduler: Scheduler,
) -> None:
    gate, done = Gate(), list[int]()
    first = await occupy(scheduler, gate)
    with pytest.raises(StaleWork):
        await scheduler.run(Lane.RECOGNISER, noting(done, 1), timeout=0.05)
    gate.open.set()
    await first
    await scheduler.run(Lane.RECOGNISER, noting(done, 2))

    assert [2] == done


async def test_work_that_was_cancelled_while_it_waited_is_never_begun(
    scheduler: Scheduler,
) -> None:
    gate, done = Gate(), list[int]()
    first = await occupy(scheduler, gate)
    waiting = asyncio.create_task(scheduler.run(Lane.RECOGNISER, noting(done, 1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.open.set()
    await first
    await scheduler.run(Lane.RECOGNISER, noting(done, 2))

    assert [2] == done


async def test_rendering_ahead_waits_while_a_caller_does(scheduler: Scheduler) -> None:
    gate, done = Gate(), list[int]()
    first = await occupy(scheduler, gate)
    ahead = asyncio.create_task(scheduler.run(Lane.AHEAD, noting(done, 1)))
    await asyncio.sleep(0.05)

    assert [] == done
    gate.open.set()
    await asyncio.gather(first, ahead)
    assert [1] == done


async def test_a_job_that_hangs_is_given_up_and_the_lane_goes_on() -> None:
    scheduler = Scheduler(LANES)
    gate = Gate()
    try:
        with pytest.raises(EngineError, match="hung"):
            await scheduler.run(Lane.RECOGNISER, gate.work)

        assert 7 == (await scheduler.run(Lane.RECOGNISER, lambda: 7)).value
    finally:
        gate.open.set()
        await asyncio.to_thread(scheduler.close)


async def test_work_that_raises_is_an_engine_error_without_its_words(
    scheduler: Scheduler,
) -> None:
    def work() -> None:
        raise ValueError("what the caller said")

    with pytest.raises(EngineError) as failed:
        await scheduler.run(Lane.RECOGNISER, work)

    assert "what the caller said" not in str(failed.value)


async def test_a_closed_scheduler_fails_what_waits_and_takes_nothing_new() -> None:
    scheduler = Scheduler(LANES)
    gate = Gate()
    first = await occupy(scheduler, gate)
    waiting = asyncio.create_task(scheduler.run(Lane.RECOGNISER, lambda: 1))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(scheduler.close))
    with pytest.raises(EngineError):
        await waiting
    gate.open.set()
    await asyncio.gather(first, closing, return_exceptions=True)

    with pytest.raises(EngineError):
        await scheduler.run(Lane.RECOGNISER, lambda: 1)
