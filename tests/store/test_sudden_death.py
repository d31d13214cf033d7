"""`kill -9` in the middle of a call: at most the last second is missing, and the call says so."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from voicebot.store import CallState, open_store

ROOT = Path(__file__).parents[2]


def test_a_call_whose_process_is_killed_keeps_all_but_its_last_second(database_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.hotline", database_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as hotline:
        assert hotline.stdout is not None
        for line in hotline.stdout:
            if int(line.split()[0]) == 150:
                break
        with open_store(database_url) as reader:
            assert CallState.IN_PROGRESS == reader.find_call("last").state
        hotline.send_signal(signal.SIGKILL)
        rest = hotline.stdout.read()
    assert -signal.SIGKILL == hotline.returncode
    # The last line may be torn.
    complete = [line for line in (rest[: rest.rfind("\n") + 1]).splitlines() if line]
    last_said = float((complete or [line])[-1].split()[1])

    with open_store(database_url) as reader:
        row = reader.find_call("last")
        entries = reader.entries(row.call_id)
    assert CallState.ENDED_ABNORMALLY == row.state
    assert row.ended_at is None
    assert list(range(len(entries))) == [entry.seq for entry in entries]
    assert last_said - row.last_at <= 1.0
    assert entries[-1].at == row.last_at
