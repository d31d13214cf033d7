"""Shelf: the demo shop's one SQLite file, opened anew for each action."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path


class Shelf:
    """Where the shop keeps its data. Safe to share between threads and processes."""

    def __init__(self, path: Path, *, today: Callable[[], date] = date.today) -> None:
        """
        Args:
            path: The file.
            today: What days are counted from.
        """
        self._path = path
        self._today = today

    def _day(self, offset: int) -> str:
        return (self._today() + timedelta(days=offset)).isoformat()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        shelf = sqlite3.connect(self._path, timeout=2.0, isolation_level=None)
        try:
            # Reading and writing what was read must not be torn apart by another call.
            shelf.execute("BEGIN IMMEDIATE")
            yield shelf
            shelf.execute("COMMIT")
        except BaseException:
            if shelf.in_transaction:
                shelf.execute("ROLLBACK")
            raise
        finally:
            shelf.close()
