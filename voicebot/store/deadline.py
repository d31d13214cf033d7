"""Asking the store, which blocks, from a loop that must not, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from voicebot.store.database import StoreError

T = TypeVar("T")

STORE_SECONDS = 4.0
"""Longest wait for the store while somebody waits for an answer."""


async def in_time(ask: Callable[[], T]) -> T:
    """Ask the store in a thread.

    Raises:
        StoreError: the database failed, or did not answer in time.
    """
    try:
        async with asyncio.timeout(STORE_SECONDS):
            return await asyncio.to_thread(ask)
    except TimeoutError:
        raise StoreError("The database did not answer in time.") from None
