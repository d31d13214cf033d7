"""Processor time of an idle call, and memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bench.callers import CALLERS, Caller, background, script
from bench.results import IdleRun, MemoryRun
from bench.servers import Server
from telephony.simulator import Faults, SimulatedCaller, run_calls

GREETING_SECONDS = 6.0
"""From the stream's start until the greeting is over, with room."""

IDLE_ENVIRONMENT = {"VOICEBOT_TURNS__NO_INPUT": "600"}
"""Nobody asks a silent caller whether they are there: an idle call is a line with no speech."""

SETTLE_SECONDS = 10.0
TURNS = 2
"""Of each caller, while memory is watched."""

NOISE = "noise/line_noise"

Progress = Callable[[str], None]


async def measure_idle(
    server: Server, *, repeat: int, seconds: float, progress: Progress
) -> list[IdleRun]:
    """Take the processor time without a call, with a silent one, and with one on a noisy line."""
    progress(f"{server.system.name}: no call, {seconds:.0f} s")
    without = await _cpu(server, seconds)
    runs = []
    for name in ("silence", NOISE):
        progress(f"{server.system.name}: idle call with {name}, {seconds:.0f} s")
        length = GREETING_SECONDS + seconds + 1.0
        caller = SimulatedCaller(
            server.voice_url,
            [] if name == "silence" else [background(name, length)],
            max_seconds=length + 30.0,
            faults=Faults(hang_up_at=length),
        )
        call = asyncio.create_task(caller.run())
        try:
            await asyncio.sleep(GREETING_SECONDS)
            cpu = await _cpu(server, seconds)
        finally:
            await call
        runs.append(
            IdleRun(
                server.system.name, repeat, name, round(cpu - without, 4), cpu_without_call=without
            )
        )
    return runs


async def measure_memory(
    server: Server, *, repeat: int, at_once: tuple[int, ...], progress: Progress
) -> MemoryRun:
    """Watch the memory while every caller calls once, and then so many at once, in that order."""
    ready = server.resident_bytes()
    progress(f"{server.system.name}: memory with one call, then another")
    each = [await _peak_of(server, [caller]) for caller in CALLERS]
    peaks = {"1": max(each)}
    for count in at_once:
        progress(f"{server.system.name}: memory with {count} calls at once")
        callers = [CALLERS[index % len(CALLERS)] for index in range(count)]
        peaks[str(count)] = await _peak_of(server, callers)
    await asyncio.sleep(SETTLE_SECONDS)
    return MemoryRun(
        server.system.name,
        repeat,
        ready=ready,
        first=each[0],
        peaks=peaks,
        after=server.resident_bytes(),
        calls=len(CALLERS) + sum(at_once),
    )


async def _peak_of(server: Server, callers: Sequence[Caller]) -> int:
    """Have callers call at once, and return the most memory that the server took."""
    calls = [
        SimulatedCaller(
            server.voice_url, script(caller, TURNS), hang_up_after=1.0, max_seconds=120.0
        )
        for caller in callers
    ]
    peak = _Peak(server)
    watching = asyncio.create_task(peak.watch())
    try:
        await run_calls(calls)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return peak.bytes


async def _cpu(server: Server, seconds: float) -> float:
    """Return the share of a core taken over so many seconds."""
    loop = asyncio.get_running_loop()
    began, used = loop.time(), server.cpu_seconds()
    await asyncio.sleep(seconds)
    return round((server.cpu_seconds() - used) / (loop.time() - began), 4)


class _Peak:
    def __init__(self, server: Server) -> None:
        self._server = server
        self.bytes = server.resident_bytes()

    async def watch(self) -> None:
        while True:
            self.bytes = max(self.bytes, self._server.resident_bytes())
            await asyncio.sleep(0.2)
