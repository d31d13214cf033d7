"""All measurements of one run, in order: each server by itself, ours and the plain one by turns."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.hearing import Listener
from bench.latency import measure_interruptions, measure_latency
from bench.resources import IDLE_ENVIRONMENT, measure_idle, measure_memory
from bench.results import Results
from bench.servers import PLAIN, VOICEBOT, System, running

PARTS = ("latency", "interruptions", "idle", "memory", "recognition")

RECOGNITION = "bench.recognition"
"""A program of its own, which measures the recogniser without calls."""

RECOGNITION_SECONDS = 1800.0


class PartFailed(Exception):
    """A benchmark that is a program of its own did not end well."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and how long."""

    parts: tuple[str, ...]
    calls: tuple[int, ...]
    """Calls at once, one latency run for each."""
    turns: int | None
    """Lines of each caller; None: all."""
    repeat: int
    idle_seconds: float
    quick: bool
    """Short and rough: does everything work?"""
    only: str
    """The name of the only system to measure, or its beginning; empty for both."""
    listen: bool
    """Check by ear that our answers are right."""

    def facts(self) -> dict[str, Any]:
        """Return them as the results keep them."""
        return asdict(self)


def measure(options: Options, results: Results, progress: Callable[[str], None]) -> None:
    """Run everything that was asked for; what was measured before a failure stays in `results`.

    Raises:
        ServerFailed: a server did not come up, or went away.
        RecordingsMissing: this is no checkout.
        ModelUnavailable: there is no recogniser to check answers with.
        PartFailed: the recogniser's benchmark failed.
    """
    if "recognition" in options.parts and find_spec(RECOGNITION) is None:
        raise PartFailed(f"{RECOGNITION} is not here: run the benchmarks from a checkout")
    systems = [system for system in (VOICEBOT, PLAIN) if system.name.startswith(options.only)]
    calling = set(options.parts) - {"recognition"}
    listener = Listener() if options.listen and "latency" in options.parts else None
    for repeat in range(options.repeat if calling else 0):
        for system in systems:
            progress(f"run {repeat + 1} of {options.repeat}: {system.name}")
            ears = listener if system is VOICEBOT else None
            asyncio.run(_measure_system(system, options, repeat, ears, results, progress))
    if "recognition" in options.parts:
        progress("recognition")
        results.recognition = _recognition(options.quick)


async def _measure_system(
    system: System,
    options: Options,
    repeat: int,
    listener: Listener | None,
    results: Results,
    progress: Callable[[str], None],
) -> None:
    if {"latency", "interruptions"} & set(options.parts):
        async with running(system) as server:
            for count in options.calls if "latency" in options.parts else ():
                results.latency.append(
                    await measure_latency(
                        server,
                        at_once=count,
                        repeat=repeat,
                        turns=options.turns,
                        listener=listener,
                        progress=progress,
                    )
                )
            if "interruptions" in options.parts:
                results.interruptions += await measure_interruptions(
                    server, repeat=repeat, count=1 if options.quick else None, progress=progress
                )
    if "idle" in options.parts:
        async with running(system, IDLE_ENVIRONMENT) as server:
            results.idle += await measure_idle(
                server, repeat=repeat, seconds=options.idle_seconds, progress=progress
            )
    if "memory" in options.parts:
        # A server of its own: what earlier calls left behind is not this one's.
        async with running(system) as server:
            at_once = (2,) if options.quick else (4,)
            results.memory.append(
                await measure_memory(server, repeat=repeat, at_once=at_once, progress=progress)
            )


def _recognition(quick: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "recognition.json"
        command = [sys.executable, "-m", RECOGNITION, "--json", str(output)]
        done = subprocess.run(
            command + (["--quick"] if quick else []),
            stdout=subprocess.DEVNULL,
            timeout=RECOGNITION_SECONDS,
            check=False,
        )
        if done.returncode or not output.is_file():
            raise PartFailed(f"{RECOGNITION} ended with code {done.returncode}")
        body: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return body
