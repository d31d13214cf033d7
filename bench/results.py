"""What was measured, as it is written to JSON: raw values, no averages."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

VERSION = 1
"""Of the JSON's form."""

PACKAGES = ("pipecat-ai", "faster-whisper", "ctranslate2", "piper-tts", "onnxruntime", "voicebot")


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a caller and the answer, in seconds at the caller's ear."""

    line: str
    response: float | None
    """Voice to voice: last audible sample of the caller to the first of an answer. Neither a filler
    nor an apology is one. None: not answered."""
    heard: str = ""
    """The answer as a recogniser hears it at the caller's ear; empty if nobody listened."""
    right: bool | None = None
    """Whether the answer is one to this question; None if nobody listened."""
    talked_over: bool = False
    """The bot began to speak before the caller was done; such a turn has no latency."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a latency run."""

    caller: str
    greeting: float | None
    """First audible bot sample, after the stream's start."""
    turns: list[Turn]
    ended_by: str
    stages: dict[str, float] = field(default_factory=dict)
    """Mean seconds by stage, as the server journalled them (ours only)."""


@dataclass(frozen=True, slots=True)
class LatencyRun:
    """So many calls at once to one server."""

    system: str
    at_once: int
    repeat: int
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class Interruption:
    """One answer cut off by the caller, in seconds."""

    system: str
    repeat: int
    words: str
    yielded: float | None
    """Caller's first sound over the bot to the bot's silence at the ear; None: it talked on."""
    decided: float | None = None
    """The server's decision to the bot's silence at the ear (ours only)."""


@dataclass(frozen=True, slots=True)
class IdleRun:
    """Processor time of a call in which nobody speaks, as a share of one core."""

    system: str
    repeat: int
    line: str
    """`silence`, or the noise on the line."""
    cpu: float
    """With the call, less what the server takes without one."""
    cpu_without_call: float


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """Resident bytes of a server."""

    system: str
    repeat: int
    ready: int
    first: int
    """The highest during the first call."""
    peaks: dict[str, int]
    """By number of calls at once: the highest while they ran. Under "1" every caller has called
    once, one after the other, so that every model has been used in every way."""
    after: int
    """Ten seconds after the last call."""
    calls: int
    """How many there were."""


@dataclass(slots=True)
class Results:
    """Everything of one run of the benchmarks."""

    options: dict[str, Any]
    latency: list[LatencyRun] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)
    idle: list[IdleRun] = field(default_factory=list)
    memory: list[MemoryRun] = field(default_factory=list)
    recognition: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    """Why the run stopped before everything was measured; empty if it did not."""

    def to_json(self) -> str:
        """Return it with the facts of the machine and the time."""
        body = {
            "version": VERSION,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine_facts(),
            **asdict(self),
        }
        return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def load(path: Path) -> dict[str, Any]:
    """Read results.

    Raises:
        ValueError: the file is not such results.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as results of the benchmarks: {error}") from error
    if not isinstance(body, dict) or body.get("version") != VERSION:
        raise ValueError(f"{path} is not results of the benchmarks in version {VERSION}")
    return body


def machine_facts() -> Mapping[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
