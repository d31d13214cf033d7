"""Processes that share a store make calls at one pace."""

from __future__ import annotations

import asyncio
import time

from tests.store.conftest import sqlite_url
from voicebot.store import open_store
from voicebot.web.pace import SharedPace

__all__ = ["sqlite_url"]


async def test_turns_of_all_processes_are_spaced(sqlite_url: str) -> None:
    with open_store(sqlite_url) as one, open_store(sqlite_url) as other:
        paces = [SharedPace(store.workers, 10.0) for store in (one, other)]
        began = time.monotonic()
        await asyncio.gather(*(paces[n % 2].turn() for n in range(4)))
        assert 0.25 <= time.monotonic() - began < 3.0
