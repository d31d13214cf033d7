"""The demo: starts the server, calls it with recorded audio, and shows the call as it happens.

The server is `voicebot serve` in a process of its own, in development mode; the caller is the
simulated carrier, over a real websocket. What is left afterwards: a stereo WAV (caller left, bot
right, as heard at the caller's ear) and the transcript.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.status import Status

from telephony.simulator import AfterBot, CallerLine, CallRecording, During, EndedBy
from voicebot.commands.calling import Target, measured_table, simulated_caller
from voicebot.commands.live import LiveView
from voicebot.commands.rendering import transcript_json, transcript_table
from voicebot.folds.transcript import transcript_of
from voicebot.folds.vtt import vtt_of
from voicebot.media.recordings import read_ulaw
from voicebot.store import Store, open_store

START_SECONDS = 120.0
"""How long the server may take to be ready; a cold start joins weights and renders phrases."""

_FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures"


class DemoFailed(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a demo leaves behind."""

    wav: Path
    transcript: Path
    subtitles: Path


def demo_lines(fixtures: Path = _FIXTURES) -> list[CallerLine]:
    """Return what the recorded caller says, in order.

    Raises:
        DemoFailed: the recordings are not there.
    """
    manifest = fixtures / "manifest.toml"
    if not manifest.exists():
        raise DemoFailed(
            "the recordings of the demo's caller come with a checkout of the repository "
            "(audio_fixtures/): run `voicebot demo` from there, after pip install -e ."
        )
    lines: list[dict[str, Any]] = tomllib.loads(manifest.read_text())["demo_call"]
    return [
        CallerLine(
            read_ulaw(fixtures / line["file"]),
            line["text"],
            During(line["after_seconds"]) if line["when"] == "during" else AfterBot(),
        )
        for line in lines
    ]


async def run_demo(folder: Path, console: Console) -> DemoFiles:
    """Run the whole demo; leaves its files in `folder`.

    Raises:
        DemoFailed: the server did not start, or the call did not come about.
    """
    lines = demo_lines()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    database = f"sqlite:///{folder / 'voicebot.sqlite3'}"
    port = free_port()
    with server_process(folder, database, port, {}):
        await until_ready(f"http://127.0.0.1:{port}/readyz", folder, console)
        store = open_store(database)
        try:
            return await _call(port, lines, store, folder, console)
        finally:
            store.close()


async def _call(
    port: int, lines: list[CallerLine], store: Store, folder: Path, console: Console
) -> DemoFiles:
    caller = simulated_caller(Target.at(f"http://127.0.0.1:{port}"), lines)
    console.print(f"Calling http://127.0.0.1:{port}/twilio/voice\n", style="dim")
    calling = asyncio.create_task(caller.run())
    try:
        await watch(store, caller.call_sid, calling, console)
        recording = await calling
    finally:
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    if recording.ended_by in (EndedBy.REJECTED, EndedBy.FAILED) or not recording.turns:
        raise DemoFailed(f"the call did not come about ({recording.ended_by}); see server.log")
    return _leave_files(recording, store, folder, console)


async def watch(store: Store, call_sid: str, calling: asyncio.Task[Any], console: Console) -> None:
    """Show the journal of a call while it grows, until the task that places it is done."""
    view, seen, call_id = LiveView(console), -1, ""
    over = False
    while not over:
        over = calling.done()
        if not call_id:
            call_id = await asyncio.to_thread(_find, store, call_sid)
        if call_id:
            for entry in await asyncio.to_thread(store.entries_after, call_id, seen):
                seen = entry.seq
                view.show(entry)
        if not over:
            await asyncio.wait([calling], timeout=0.1)


def _find(store: Store, call_sid: str) -> str:
    found = [row.call_id for row in store.calls(5) if row.carrier_call_id == call_sid]
    return found[0] if found else ""


def _leave_files(
    recording: CallRecording, store: Store, folder: Path, console: Console
) -> DemoFiles:
    files = DemoFiles(folder / "call.wav", folder / "transcript.json", folder / "transcript.vtt")
    recording.save_wav(files.wav)
    call_id = _find(store, recording.call_sid)
    if not call_id:
        raise DemoFailed("the call left no journal; see server.log")
    transcript = transcript_of(store.entries(call_id))
    files.transcript.write_text(transcript_json(transcript) + "\n")
    files.subtitles.write_text(vtt_of(transcript))
    console.print()
    console.print(transcript_table(transcript))
    console.print()
    console.print(measured_table("Measured at the caller's ear", recording))
    for path in (files.wav, files.transcript, files.subtitles):
        console.print(f"  {path}", style="dim", soft_wrap=True)
    return files


@contextmanager
def server_process(
    folder: Path, database: str, port: int, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `voicebot serve` beside this process.

    Args:
        folder: For its log and the demo shop.
        database: Its store.
        port: On loopback.
        settings: Further settings, as environment variables.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VOICEBOT_TWILIO")}
    environment |= {
        "VOICEBOT_DATABASE_URL": database,
        "VOICEBOT_SHOP_PATH": str(folder / "demo-shop.sqlite3"),
        "VOICEBOT_TWILIO__ACCOUNT_SID": "",
        "VOICEBOT_PUBLIC_URL": "",
        **settings,
    }
    command = [
        sys.executable,
        "-m",
        "voicebot",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        f"{port}",
    ]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield server
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


async def until_ready(url: str, folder: Path, console: Console) -> None:
    """Wait until a server can take calls.

    Args:
        url: Its `/readyz`.
        folder: Where its log is.
        console: Shows how far it is.

    Raises:
        DemoFailed: it cannot, or not in time.
    """
    began = time.monotonic()
    with console.status("starting the server") as status:
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
            while time.monotonic() - began < START_SECONDS:
                if await _is_ready(http, url, status, began):
                    return
                await asyncio.sleep(0.25)
    raise DemoFailed(
        f"the server was not ready within {START_SECONDS:g} s; see {folder}/server.log"
    )


async def _is_ready(http: httpx.AsyncClient, url: str, status: Status, began: float) -> bool:
    try:
        answer = await http.get(url)
    except httpx.TransportError:
        return False
    body = answer.json()
    if body["status"] == "failed":
        raise DemoFailed(body["reason"])
    seconds = time.monotonic() - began
    step = body.get("step", "")
    status.update(f"loading models and rendering phrases ({seconds:.0f} s) {step}")
    return answer.status_code == 200


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
