"""The wire: what one process tells all others that share a PostgreSQL database, at once.

`LISTEN/NOTIFY`: what is announced within a transaction is told when that has succeeded, and only to
those who listen at that moment. So nobody relies on it alone: whoever needs to know also looks from
time to time. With SQLite there is nobody to tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL, Connection, Engine

if TYPE_CHECKING:
    import psycopg

_CHANNEL = "voicebot"
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_IDLE_SECONDS = 20.0
"""Silence on the connection after which it is tried whether the server is still there."""
_ANSWER_SECONDS = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """A transfer was saved."""

    transfer_id: str
    version: int


def announce(connection: Connection, news: Saved) -> None:
    """Tell all processes, once the transaction has succeeded."""
    if connection.dialect.name == "postgresql":
        payload = f"{news.transfer_id} {news.version}"
        connection.execute(sa.select(sa.func.pg_notify(_CHANNEL, payload)))


class Wire:
    """Listens."""

    def __init__(self, engine: Engine) -> None:
        self._url: URL = engine.url
        self._is_shared = engine.dialect.name == "postgresql"
        self.is_up = False
        """Whether news come at once."""

    async def listen(self, hear: Callable[[Saved], None]) -> None:
        """Tell of all news until cancelled; a lost connection is made anew."""
        if not self._is_shared:
            return
        pause = _FIRST_PAUSE
        while True:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    connection = await self._connect()
            except Exception as error:
                _log.warning("news do not come at once", error=type(error).__name__)
            else:
                self.is_up, pause = True, _FIRST_PAUSE
                try:
                    await self._hear_all(connection, hear)
                except Exception as error:
                    _log.warning("news do not come at once", error=type(error).__name__)
                finally:
                    self.is_up = False
                    await _closed(connection)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _connect(self) -> psycopg.AsyncConnection:
        import psycopg

        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        try:
            await connection.execute(f"LISTEN {_CHANNEL}")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _hear_all(
        self, connection: psycopg.AsyncConnection, hear: Callable[[Saved], None]
    ) -> None:
        while True:
            async for notice in connection.notifies(timeout=_IDLE_SECONDS):
                news = _read(notice.payload)
                if news is not None:
                    hear(news)
            async with asyncio.timeout(_ANSWER_SECONDS):
                await connection.execute("SELECT 1")


async def _closed(connection: psycopg.AsyncConnection) -> None:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await connection.close()
    except Exception as error:
        _log.debug("a connection broke as it was closed", error=type(error).__name__)


def _read(payload: str) -> Saved | None:
    transfer_id, _, version = payload.partition(" ")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        return None
    return Saved(transfer_id, int(version))
