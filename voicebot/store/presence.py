"""Whether the process that owns a call still lives."""

from __future__ import annotations

import os
import socket
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

HEARTBEAT = 2.0
"""Seconds between two signs of life."""

SILENCE = 15.0
"""Seconds without a sign of life after which a process elsewhere is taken for dead.

Compared across hosts by wall clock; a few seconds of difference between hosts are within it.
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One run of a program that writes journals."""

    id: str
    host: str
    """The space in which `pid` means something: host, boot and pid namespace."""
    pid: int
    pid_ticks: int | None
    """Start of the pid in clock ticks since boot; None where the system does not tell."""
    started_at: float
    heartbeat_at: float
    stopped_at: float | None = None
    """When it closed the store by itself."""


def this_process(now: float | None = None) -> Process:
    """Describe the running process under a fresh id."""
    at = time.time() if now is None else now
    pid = os.getpid()
    return Process(
        id=uuid.uuid4().hex,
        host=pid_space(),
        pid=pid,
        pid_ticks=pid_ticks(pid),
        started_at=at,
        heartbeat_at=at,
    )


def is_alive(process: Process, *, host: str, now: float) -> bool:
    """Tell whether a process still lives, as seen from `host` (see `pid_space`) at `now`.

    On the same host the kernel knows, however long ago the last heartbeat was: a slow disk must not
    make a live call look dead. Elsewhere only the heartbeat can tell.
    """
    if process.stopped_at is not None:
        return False
    if process.host == host and process.pid_ticks is not None:
        return pid_ticks(process.pid) == process.pid_ticks
    return now - process.heartbeat_at <= SILENCE


def pid_space() -> str:
    """Name the space in which a pid means one process: two containers of one host differ."""
    boot = _read("/proc/sys/kernel/random/boot_id")[:8]
    try:
        namespace = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        namespace = ""
    return "/".join(part for part in (socket.gethostname(), boot, namespace) if part)


def pid_ticks(pid: int) -> int | None:
    """Return when a pid began, in clock ticks since boot; None if there is none (or no /proc)."""
    # proc_pid_stat(5): the second field is a name in parentheses that may itself hold ")" and
    # spaces; the start time is field 22, and field 3 is a state in which Z and X are dead.
    _, _, rest = _read(f"/proc/{pid}/stat").rpartition(")")
    values = rest.split()
    if len(values) < 20 or values[0] in {"Z", "X", "x"}:
        return None
    return int(values[19])


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
