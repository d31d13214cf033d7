"""UsageBook: what all processes together have taken on, from what is stored of calls anyway.

All methods block on the database.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.store.book import Book
from voicebot.store.presence import SILENCE
from voicebot.store.statements import storable, upsert
from voicebot.store.tables import calls, leases, processes, ringing

_DAY = 86_400.0
_HOUR = 3_600.0
_LONGEST_CALL = 6 * _HOUR
_CLOSED = "closed"
"""The lease during which no calls are taken."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts when the next caller rings."""

    seconds_today: float
    """Of calls since midnight (UTC), those under way included."""
    now_of_caller: int
    """Calls of that number under way or about to be."""
    hour_of_caller: int
    """Calls of that number taken within the last hour."""
    closed: bool
    """Whether somebody ordered that no calls are taken."""


class UsageBook(Book):
    """Counts over all processes."""

    def usage(self, caller: str, now: float, expected: float) -> Usage:
        """Count.

        Args:
            caller: Their number; empty if it is withheld, and nothing is counted for it.
            now: Seconds since the epoch.
            expected: Seconds for which a call that was taken is expected without being there.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return Usage(
                seconds_today=_seconds_today(connection, now),
                now_of_caller=_now_of(connection, caller, now, expected) if caller else 0,
                hour_of_caller=_hour_of(connection, caller, now) if caller else 0,
                closed=_is_closed(connection, now),
            )

    def close_until(self, until: float) -> None:
        """Take no calls until then, in any process.

        Args:
            until: Seconds since the epoch; one that has passed opens again.

        Raises:
            StoreError: the database failed.
        """
        values = {"holder": "", "until": until}
        with self._writing() as connection:
            connection.execute(
                upsert(connection)(leases)
                .values(name=_CLOSED, **values)
                .on_conflict_do_update(index_elements=["name"], set_=values)
            )


def _seconds_today(connection: Connection, now: float) -> float:
    midnight = now // _DAY * _DAY
    began = sa.case((calls.c.answered_at < midnight, midnight), else_=calls.c.answered_at)
    # A call whose process has died ended with that process's last sign of life.
    last = sa.case((processes.c.stopped_at.is_not(None), processes.c.stopped_at), else_=now)
    died = processes.c.heartbeat_at < now - SILENCE
    open_end = sa.case((died, processes.c.heartbeat_at), else_=last)
    ended = sa.func.coalesce(calls.c.ended_at, open_end, calls.c.answered_at)
    spent = sa.case((ended > began, ended - began), else_=0.0)
    total = connection.execute(
        sa.select(sa.func.sum(spent))
        .select_from(calls.outerjoin(processes, processes.c.id == calls.c.process_id))
        .where(calls.c.answered_at >= midnight - _LONGEST_CALL, calls.c.channel != "chat")
    ).scalar()
    return float(total or 0.0)


def _now_of(connection: Connection, caller: str, now: float, expected: float) -> int:
    live = connection.execute(
        sa.select(sa.func.count())
        .select_from(calls.join(processes, processes.c.id == calls.c.process_id))
        .where(
            calls.c.caller == storable(caller),
            calls.c.answered_at >= now - _LONGEST_CALL,
            calls.c.ended_at.is_(None),
            processes.c.stopped_at.is_(None),
            processes.c.heartbeat_at >= now - SILENCE,
        )
    ).scalar()
    coming = connection.execute(
        sa.select(sa.func.count()).where(
            ringing.c.caller == storable(caller),
            ringing.c.rang_at >= now - expected,
            ringing.c.redeemed_at.is_(None),
        )
    ).scalar()
    return int(live or 0) + int(coming or 0)


def _hour_of(connection: Connection, caller: str, now: float) -> int:
    found = connection.execute(
        sa.select(sa.func.count()).where(
            ringing.c.caller == storable(caller), ringing.c.rang_at >= now - _HOUR
        )
    ).scalar()
    return int(found or 0)


def _is_closed(connection: Connection, now: float) -> bool:
    until = connection.execute(sa.select(leases.c.until).where(leases.c.name == _CLOSED)).scalar()
    return until is not None and until > now
