"""Whether a process lives is asked of the kernel here, and of the clock elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from voicebot.store.presence import (
    SILENCE,
    Process,
    is_alive,
    pid_space,
    pid_ticks,
    this_process,
)

HERE = pid_space()

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system has no /proc to ask"
)


@pytest.fixture
def process() -> Process:
    return this_process(now=1_000.0)


@needs_proc
def test_a_process_here_lives_however_long_its_disk_is_stuck(process: Process) -> None:
    assert is_alive(process, host=HERE, now=1_000.0 + 100 * SILENCE)


@needs_proc
def test_a_reused_pid_is_another_process(process: Process) -> None:
    assert process.pid_ticks is not None
    before = replace(process, pid_ticks=process.pid_ticks - 1)
    assert not is_alive(before, host=HERE, now=1_000.0)


@needs_proc
def test_a_process_that_is_gone_is_dead_at_once() -> None:
    """Already as a zombie, which still has its pid."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        ticks = pid_ticks(child.pid)
        assert ticks is not None
        row = Process("x", HERE, child.pid, ticks, time.time(), time.time())
        assert is_alive(row, host=HERE, now=time.time())
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(row, host=HERE, now=time.time())
    assert not is_alive(row, host=HERE, now=time.time())


def test_a_process_elsewhere_lives_as_long_as_its_heart_beats(process: Process) -> None:
    assert is_alive(process, host="elsewhere", now=1_000.0 + SILENCE)
    assert not is_alive(process, host="elsewhere", now=1_000.1 + SILENCE)


def test_a_process_that_signed_off_is_not_alive(process: Process) -> None:
    assert not is_alive(replace(process, stopped_at=1_000.0), host=HERE, now=1_000.0)
    assert not is_alive(replace(process, stopped_at=1_000.0), host="elsewhere", now=1_000.0)


@needs_proc
def test_a_pid_without_a_process_has_no_beginning() -> None:
    assert pid_ticks(2**30) is None
