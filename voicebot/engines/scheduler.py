"""One scheduler for all model work: the most urgent first, stale work never.

Work waits in lanes, one for each part of the work that is worth keeping apart; each lane has its
own threads, its own bound and its own order: by priority, then by deadline. A lane that *yields*
starts a job only while no other lane has anything queued or running, and its threads run at a low
priority of the operating system, so that rendering ahead never delays what a caller waits for.

A thread cannot be killed. A job that runs past its lane's patience is given up: whoever waits for
it gets an `EngineError`, and the lane gets a fresh thread in place of the lost one.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from voicebot.ports import EngineError, Priority, StaleWork

T = TypeVar("T")


class Lane(StrEnum):
    """What work is kept apart from what."""

    RECOGNISER = "recogniser"
    SYNTHESISER = "synthesiser"
    SMALL = "small"
    """Quick models: the turn detector."""
    DIALOGUE = "dialogue"
    """Decisions, with their sentence embeddings: ten milliseconds that must not wait for others."""
    AHEAD = "ahead"
    """Rendering ahead; yields to all others."""


@dataclass(frozen=True, slots=True)
class LanePolicy:
    """How one lane works."""

    threads: int = 1
    queue: int = 64
    """Jobs that may wait; of more, the least urgent is dropped."""
    patience: float = 30.0
    """Seconds that a job may run before its thread is given up."""
    yields: bool = False


LANES: Mapping[Lane, LanePolicy] = {
    Lane.RECOGNISER: LanePolicy(),
    Lane.SYNTHESISER: LanePolicy(),
    Lane.SMALL: LanePolicy(patience=10.0),
    Lane.DIALOGUE: LanePolicy(patience=10.0),
    Lane.AHEAD: LanePolicy(queue=4096, yields=True),
}

_LOST_THREADS = 16
"""Hung jobs after which a lane is out of order, rather than collecting threads for ever."""
_LATELY, _WAITS = 10.0, 256
"""Seconds, and jobs, over which the delay of a lane is told."""
_NICENESS = 15
"""Of a yielding lane's threads: beside a busy thread the kernel gives them about 3 % of a core."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a job returned, and what it cost."""

    value: T
    queued_seconds: float
    ran_seconds: float


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Done[Any]]
    submitted: float
    deadline: float
    priority: Priority = Priority.FINAL
    started: float | None = None

    def settle(self, outcome: Done[Any] | BaseException) -> None:
        # A closed loop means that the process is going down: nobody waits any more.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._set, outcome)

    def _set(self, outcome: Done[Any] | BaseException) -> None:
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


@dataclass(slots=True, eq=False)
class _LaneState:
    lane: Lane
    policy: LanePolicy
    wake: threading.Condition
    queue: list[tuple[int, float, int, _Job]] = field(default_factory=list)
    threads: set[threading.Thread] = field(default_factory=set)
    running: dict[threading.Thread, _Job] = field(default_factory=dict)
    lost: int = 0
    waits: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_WAITS))
    """When the newest jobs that a caller waits for were begun, and how long they had waited."""

    @property
    def busy(self) -> bool:
        return bool(self.queue or self.running)

    def remove(self, job: _Job) -> None:
        self.queue = [entry for entry in self.queue if entry[3] is not job]
        heapq.heapify(self.queue)

    def fail_all(self, error: Callable[[], EngineError]) -> None:
        for *_, job in self.queue:
            job.settle(error())
        self.queue.clear()


class Scheduler:
    """Runs blocking model work on threads, in order of urgency. Shared by all calls."""

    def __init__(self, lanes: Mapping[Lane, LanePolicy] = LANES) -> None:
        """Start the lanes' threads."""
        self._lock = threading.Lock()
        self._supervision = threading.Condition(self._lock)
        self._order = itertools.count()
        self._closed = False
        self._lanes = {
            lane: _LaneState(lane, policy, threading.Condition(self._lock))
            for lane, policy in lanes.items()
        }
        with self._lock:
            for state in self._lanes.values():
                for _ in range(state.policy.threads):
                    self._start_thread(state)
        self._supervisor = threading.Thread(
            target=self._supervise, name="engine-supervisor", daemon=True
        )
        self._supervisor.start()

    async def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        *,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Done[T]:
        """Run `work` on one of the lane's threads and return its result with what it cost.

        Cancelling the awaiting task drops the work if it has not begun; work that has begun runs
        to its end, and its result is dropped.

        Raises:
            StaleWork: the timeout passed, or more urgent work filled the queue, before it began.
            EngineError: the work raised, or did not return in time, or the scheduler is closed.
        """
        loop = asyncio.get_running_loop()
        now = time.monotonic()
        job = _Job(work, loop, loop.create_future(), now, now + timeout, priority)
        state = self._lanes[lane]
        self._submit(state, job, priority)
        try:
            async with asyncio.timeout(timeout):
                return await job.future
        except TimeoutError:
            if self._drop(state, job):
                raise _stale(state) from None
            raise EngineError(f"{lane}: no result within {timeout:g} s") from None
        except asyncio.CancelledError:
            self._drop(state, job)
            raise

    def load(self) -> Mapping[Lane, int]:
        """Return how many jobs are queued or running in each lane."""
        with self._lock:
            return {lane: len(s.queue) + len(s.running) for lane, s in self._lanes.items()}

    def delay(self, lane: Lane) -> float:
        """Return the seconds that work for which a caller waits has to wait in a lane, lately.

        Nine in ten of the last ten seconds waited less, and so does what waits now.
        """
        now = time.monotonic()
        with self._lock:
            state = self._lanes[lane]
            waits = sorted(waited for at, waited in state.waits if now - at < _LATELY)
            waiting = [
                now - job.submitted
                for *_, job in state.queue
                if job.priority <= Priority.SPECULATIVE
            ]
        lately = waits[int(0.9 * (len(waits) - 1))] if waits else 0.0
        return max(lately, *waiting, 0.0)

    def close(self, timeout: float = 5.0) -> None:
        """Refuse new work, fail what waits, and wait for what runs.

        A job that does not end within `timeout` seconds is left to its daemon thread. Closing
        twice is harmless.
        """
        with self._lock:
            self._closed = True
            threads = [self._supervisor]
            for state in self._lanes.values():
                state.fail_all(lambda: EngineError("the engines were closed"))
                threads.extend(state.threads)
                state.wake.notify_all()
            self._supervision.notify_all()
        until = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _submit(self, state: _LaneState, job: _Job, priority: Priority) -> None:
        with self._lock:
            if self._closed:
                raise EngineError("the engines were closed")
            if not state.threads:
                raise _out_of_order(state)
            heapq.heappush(state.queue, (priority, job.deadline, next(self._order), job))
            if len(state.queue) > state.policy.queue:
                least = max(state.queue)[3]
                state.remove(least)
                least.settle(StaleWork(f"{state.lane}: the queue is full of more urgent work"))
            state.wake.notify()

    def _drop(self, state: _LaneState, job: _Job) -> bool:
        """Take a job that has not begun out of its queue; tell whether it had not."""
        with self._lock:
            if job.started is not None:
                return False
            state.remove(job)
            self._wake_yielding()
            return True

    def _start_thread(self, state: _LaneState) -> None:
        thread = threading.Thread(
            target=self._work, args=(state,), name=f"engine-{state.lane}", daemon=True
        )
        state.threads.add(thread)
        thread.start()

    def _work(self, state: _LaneState) -> None:
        """Run jobs until the scheduler is closed, or this thread was given up."""
        me = threading.current_thread()
        if state.policy.yields:
            _be_nice()
        while (job := self._take(state, me)) is not None:
            assert job.started is not None
            outcome: Done[Any] | BaseException
            try:
                value = job.work()
            except (EngineError, StaleWork) as error:
                outcome = error
            except Exception as error:
                outcome = EngineError(f"{state.lane}: {type(error).__name__}")
                outcome.__cause__ = error
            else:
                now = time.monotonic()
                outcome = Done(value, job.started - job.submitted, now - job.started)
                del value
            with self._lock:
                if state.running.get(me) is not job:
                    return
                del state.running[me]
                self._wake_yielding()
            job.settle(outcome)
            del job, outcome

    def _take(self, state: _LaneState, me: threading.Thread) -> _Job | None:
        with self._lock:
            while not self._closed:
                if state.queue and not (state.policy.yields and self._urgent_work()):
                    job = heapq.heappop(state.queue)[3]
                    now = time.monotonic()
                    if job.deadline <= now:
                        job.settle(_stale(state))
                        self._wake_yielding()
                        continue
                    job.started = now
                    if job.priority <= Priority.SPECULATIVE:
                        state.waits.append((now, now - job.submitted))
                    state.running[me] = job
                    self._supervision.notify()
                    return job
                state.wake.wait()
        return None

    def _urgent_work(self) -> bool:
        return any(state.busy for state in self._lanes.values() if not state.policy.yields)

    def _wake_yielding(self) -> None:
        if not self._urgent_work():
            for state in self._lanes.values():
                if state.policy.yields:
                    state.wake.notify_all()

    def _supervise(self) -> None:
        """Give up jobs that outran their lane's patience."""
        with self._lock:
            while not self._closed:
                now = time.monotonic()
                wait: float | None = None
                for state in self._lanes.values():
                    for thread, job in list(state.running.items()):
                        assert job.started is not None
                        left = job.started + state.policy.patience - now
                        if left <= 0:
                            self._give_up(state, thread, job)
                        else:
                            wait = left if wait is None else min(wait, left)
                self._supervision.wait(wait)

    def _give_up(self, state: _LaneState, thread: threading.Thread, job: _Job) -> None:
        del state.running[thread]
        state.threads.discard(thread)
        state.lost += 1
        job.settle(EngineError(f"{state.lane}: hung for {state.policy.patience:g} s"))
        if state.lost < _LOST_THREADS:
            self._start_thread(state)
        elif not state.threads:
            state.fail_all(lambda: _out_of_order(state))
        self._wake_yielding()


def _stale(state: _LaneState) -> StaleWork:
    return StaleWork(f"{state.lane}: its time passed while it waited")


def _out_of_order(state: _LaneState) -> EngineError:
    return EngineError(f"{state.lane}: out of order after {state.lost} hung jobs")


def _be_nice() -> None:
    """Lower this thread's priority; only Linux counts niceness by thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            me = threading.get_native_id()
            niceness = os.getpriority(os.PRIO_PROCESS, me) + _NICENESS
            os.setpriority(os.PRIO_PROCESS, me, min(niceness, 19))
