"""The servers under test, each a process of its own on this machine."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

READY_SECONDS = 300.0
"""Longest cold start: every phrase is rendered, on a machine that may be busy."""
STOP_SECONDS = 15.0


class ServerFailed(Exception):
    """A server did not come up, or went away; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class System:
    """Something that answers calls."""

    name: str
    command: tuple[str, ...]
    """`{port}` and `{folder}` are filled in."""
    environment: Mapping[str, str] = field(default_factory=dict)


VOICEBOT = System(
    "voicebot",
    (sys.executable, "-m", "voicebot", "serve", "--port", "{port}"),
    {
        "VOICEBOT_DATABASE_URL": "sqlite:///{folder}/calls.sqlite3",
        "VOICEBOT_SHOP_PATH": "{folder}/shop.sqlite3",
        "VOICEBOT_TWILIO__ACCOUNT_SID": "",
        "VOICEBOT_PUBLIC_URL": "",
    },
)
"""Ours, in development mode with a database of its own."""

PLAIN = System("plain pipecat bot", (sys.executable, "-m", "bench.plain_bot", "--port", "{port}"))


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    system: System
    voice_url: str
    database_url: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the processor time taken so far, children included."""
        total = 0.0
        for process in self._processes():
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def resident_bytes(self) -> int:
        """Return the resident memory, children included."""
        return sum(process.memory_info().rss for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@asynccontextmanager
async def running(
    system: System, extra_environment: Mapping[str, str] | None = None
) -> AsyncIterator[Server]:
    """Start a server, wait until it is ready, and stop it afterwards.

    Raises:
        ServerFailed: it ended, or was not ready in time.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(name), _free_port()
        places = {"port": str(port), "folder": name}
        settings = {**system.environment, **(extra_environment or {})}
        environment = {
            # Nothing set for another server counts here, and the folder holds no `.env`; which
            # models to use may be chosen, and then holds for both systems.
            **{key: value for key, value in os.environ.items() if not _is_foreign(key)},
            "PYTHONPATH": str(Path(__file__).parent.parent),
            **{key: value.format(**places) for key, value in settings.items()},
        }
        log = folder / "server.log"
        command = [part.format(**places) for part in system.command]
        child = await asyncio.to_thread(_start, command, folder, environment, log)
        try:
            await _ready(system, child, port, log)
            yield Server(
                system=system,
                voice_url=f"http://127.0.0.1:{port}/twilio/voice",
                database_url=f"sqlite:///{folder}/calls.sqlite3",
                process=psutil.Process(child.pid),
            )
            if child.poll() is not None:
                code = child.returncode
                raise ServerFailed(f"{system.name} ended ({code}) in the run: {_last_words(log)}")
        finally:
            await asyncio.to_thread(_stop, child)


def _is_foreign(variable: str) -> bool:
    return variable.startswith("VOICEBOT_") and not variable.startswith("VOICEBOT_MODELS__")


def _start(
    command: list[str], folder: Path, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


async def _ready(system: System, child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    url = f"http://127.0.0.1:{port}/readyz"
    loop = asyncio.get_running_loop()
    give_up = loop.time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
        while loop.time() < give_up:
            if child.poll() is not None:
                raise ServerFailed(f"{system.name} did not start: {_last_words(log)}")
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.2)
    raise ServerFailed(f"{system.name} not ready after {READY_SECONDS:.0f} s: {_last_words(log)}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-5:]) or "it said nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
