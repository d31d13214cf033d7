"""Several processes that serve one hotline on PostgreSQL, and a carrier whose requests come to any.

In real time: processes are real, and die by SIGKILL.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import sqlalchemy as sa

from telephony.simulator import AfterBot, At, CallerLine
from telephony.simulator.carrier import Call, CarrierOptions, FakeCarrier, Person
from telephony.transfer.records import TransferRecord
from telephony.transfer.state import Stage
from tests.telephony.sounds import tone
from tests.transfer.worker import BYE, WISH
from tests.transfer.world import PUBLIC
from voicebot.store import Store, open_store
from voicebot.store.tables import processes
from voicebot.store.tables import workers as worker_table

_OPEN_SECONDS = 60.0
_ROOT = Path(__file__).resolve().parents[2]


class Fleet:
    """The processes. One that has died is replaced."""

    def __init__(self, environment: Mapping[str, str], listening: socket.socket, log: int) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(_ROOT)}
        self._listening = listening
        self._log = log
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self.killed = 0

    @property
    def size(self) -> int:
        """How many there are to be."""
        return len(self._running)

    def start(self) -> None:
        """Start one more."""
        descriptor = self._listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.transfer.worker", str(descriptor)],
            pass_fds=(descriptor,),
            env=self._environment,
            cwd=_ROOT,
            stdout=self._log,
            stderr=self._log,
        )
        self._running[process.pid] = process

    def kill(self, pid: int) -> bool:
        """Kill one, and start another; False where it has died already."""
        process = self._running.pop(pid, None)
        if process is None:
            return False
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed += 1
        self.start()
        return True

    def stop(self) -> None:
        """End all."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class FleetWorld:
    """The carrier, the processes behind its numbers, and their store."""

    def __init__(self, carrier: FakeCarrier, fleet: Fleet, store: Store) -> None:
        self.carrier = carrier
        self.fleet = fleet
        self.store = store

    async def caller(self, number: int, person: Person, *, bye: float = 20.0) -> Call:
        """Somebody rings a number, asks for its person, and says goodbye later, if to the bot."""
        called = f"+1555010{number:04}"
        self.carrier.add_number(called, f"{PUBLIC}/twilio/voice")
        self.carrier.add_person(called.replace("+1555010", "+1555019"), person)
        wish = CallerLine(tone(0.6, WISH), "person", AfterBot(0.5))
        goodbye = CallerLine(tone(0.6, BYE), "bye", At(bye))
        return await self.carrier.call(
            called, [wish, goodbye], caller=f"+1555011{number:04}", hang_up_after=12.0
        )

    async def transfer(self, caller: Call) -> TransferRecord | None:
        """Return the transfer of a caller, as the store knows it."""
        return await asyncio.to_thread(self.store.transfers.of_call, caller.sid)

    async def reached(self, caller: Call, stage: Stage, timeout: float = 30.0) -> TransferRecord:
        """Return once a transfer has reached a stage.

        Raises:
            TimeoutError: it does not.
        """
        async with asyncio.timeout(timeout):
            while True:
                record = await self.transfer(caller)
                if record is not None and record.state.stage is stage:
                    return record
                await asyncio.sleep(0.01)

    async def all_live(self) -> bool:
        """Whether no process is missing."""

        def count() -> int:
            with self.store._reading() as connection:
                found = connection.execute(
                    sa.select(sa.func.count()).where(worker_table.c.until > time.time())
                )
                return int(found.scalar() or 0)

        return await asyncio.to_thread(count) >= self.fleet.size

    async def owner(self, caller: Call) -> int:
        """Return the pid of the process that has a call's session."""

        def look() -> int | None:
            row = self.store.newest_of(caller.sid)
            if row is None:
                return None
            with self.store._reading() as connection:
                found: int | None = connection.execute(
                    sa.select(processes.c.pid).where(processes.c.id == row.process_id)
                ).scalar()
            return found

        async with asyncio.timeout(10.0):
            while True:
                pid = await asyncio.to_thread(look)
                if pid is not None:
                    return pid
                await asyncio.sleep(0.05)

    def legs(self, number: int) -> Sequence[Call]:
        """Return the calls to the person of a number."""
        return [call for call in self.carrier.calls if call.to == f"+1555019{number:04}"]


@asynccontextmanager
async def fleet_world(
    database_url: str, *, workers: int = 2, options: CarrierOptions | None = None, log: int = 2
) -> AsyncIterator[FleetWorld]:
    """Open a hotline of several processes, and wait until they take calls."""
    options = options or CarrierOptions(calls_per_second=None, say_rate=60.0, strict=False)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with FakeCarrier(options, reach={PUBLIC: url}) as carrier:
            environment = {
                "VOICEBOT_DATABASE_URL": database_url,
                "VOICEBOT_PUBLIC_URL": PUBLIC,
                "VOICEBOT_TWILIO__ACCOUNT_SID": carrier.account_sid,
                "VOICEBOT_TWILIO__AUTH_TOKEN": carrier.auth_token,
                "VOICEBOT_TWILIO__API_BASE_URL": carrier.api_url,
                "VOICEBOT_HANDOFF__NUMBER": "+15550190000",
                "VOICEBOT_LIMITS__PER_CALLER": "0",
                "VOICEBOT_LIMITS__PER_CALLER_HOUR": "0",
                "VOICEBOT_LOG_LEVEL": "INFO",
            }
            fleet = Fleet(environment, listening, log)
            # Made here once, so that the processes do not wait for each other.
            with open_store(database_url) as store:
                try:
                    for _ in range(workers):
                        fleet.start()
                    await _all_up(url, store, workers)
                    yield FleetWorld(carrier, fleet, store)
                finally:
                    await asyncio.to_thread(fleet.stop)


async def _all_up(url: str, store: Store, workers: int) -> None:
    def living() -> int:
        with store._reading() as connection:
            found = connection.execute(sa.select(sa.func.count()).select_from(worker_table))
            return int(found.scalar() or 0)

    async with asyncio.timeout(_OPEN_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                ready = (await http.get(f"{url}/readyz")).status_code == 200
                if ready and await asyncio.to_thread(living) == workers:
                    return
            await asyncio.sleep(0.1)
