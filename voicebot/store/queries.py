"""What people and programs read: plain SELECTs that return frozen dataclasses."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.journal import (
    CallerTurnEnded,
    CallId,
    Entry,
    JournalEvent,
    QuestionUnanswered,
    TurnRetracted,
    UnknownEvent,
    event_from,
)
from voicebot.store import presence
from voicebot.store.database import StoreError
from voicebot.store.presence import Process
from voicebot.store.statements import storable
from voicebot.store.tables import calls as calls_table
from voicebot.store.tables import entries as entries_table
from voicebot.store.tables import processes


class CallNotFound(StoreError):
    """No call, or more than one, goes by that name."""


class CallState(StrEnum):
    """What is known of a call's end."""

    IN_PROGRESS = "in progress"
    ENDED = "ended"
    ENDED_ABNORMALLY = "ended abnormally"
    """The process that had the call died; the journal lacks at most its last second."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of the list of calls. Wall times in seconds since the epoch (UTC)."""

    call_id: CallId
    carrier_call_id: str
    channel: str
    domain: str
    caller: str
    called: str
    answered_at: float
    ended_at: float | None
    """None unless the call ended properly."""
    disposition: str
    cause: str
    process_id: str
    state: CallState
    last_at: float
    """Call clock of the newest entry; the length of the call as far as it is known."""


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """A question that a hotline had to leave unanswered."""

    call_id: CallId
    domain: str
    asked_at: float
    """Wall time, seconds since the epoch (UTC)."""
    text: str
    """The caller's words."""
    rule: str
    articles: Mapping[str, float]
    """The nearest articles with their scores."""


def select_calls(connection: Connection, limit: int, before: str | None) -> list[CallRow]:
    """Return calls, newest first; `before` is the `call_id` of the last one already seen."""
    query = _select_calls().limit(limit)
    if before is not None:
        c = calls_table.alias("seen")
        seen = sa.select(c.c.answered_at, c.c.call_id).where(c.c.call_id == storable(before))
        query = query.where(
            sa.tuple_(calls_table.c.answered_at, calls_table.c.call_id) < seen.scalar_subquery()
        )
    return _calls(connection, query)


def select_call(connection: Connection, name: str) -> CallRow:
    """Return the call with this id, or the only one whose id or carrier id begins so.

    `last` is the newest call.

    Raises:
        CallNotFound: there is none, or there are several.
    """
    if name == "last":
        found = _calls(connection, _select_calls().limit(1))
        if not found:
            raise CallNotFound("There are no calls yet.")
        return found[0]
    name = storable(name)
    c = calls_table.c
    exact = _calls(connection, _select_calls().where(c.call_id == name))
    if exact:
        return exact[0]
    begins = sa.or_(
        c.call_id.startswith(name, autoescape=True),
        c.carrier_call_id.startswith(name, autoescape=True),
    )
    found = _calls(connection, _select_calls().where(begins).limit(4)) if name else []
    if not found:
        raise CallNotFound(f"No call's id begins with {name!r}; `voicebot calls` lists them.")
    if len(found) > 1:
        few = ", ".join(row.call_id for row in found[:3])
        more = ", …" if len(found) > 3 else ""
        raise CallNotFound(f"More than one call's id begins with {name!r}: {few}{more}.")
    return found[0]


def select_newest_of(connection: Connection, carrier_call_id: str) -> CallRow | None:
    """Return the newest session of a carrier's call; None if it had none."""
    mine = calls_table.c.carrier_call_id == storable(carrier_call_id)
    found = _calls(connection, _select_calls().where(mine).limit(1)) if carrier_call_id else []
    return found[0] if found else None


def select_entries(connection: Connection, call_id: str, after: int) -> list[Entry]:
    """Return a call's entries in order, those with a `seq` above `after`.

    Raises:
        StoreError: one was written by a newer version.
    """
    e = entries_table.c
    rows = connection.execute(
        sa.select(e.seq, e.at, e.type, e.body)
        .where(e.call_id == storable(call_id), e.seq > after)
        .order_by(e.seq)
    )
    try:
        return [Entry(seq=r.seq, at=r.at, event=_event(r.type, r.body)) for r in rows]
    except UnknownEvent as error:
        raise StoreError(
            f"The journal of {call_id} was written by another version of voicebot: {error}."
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        # The body may hold a caller's words: name the kind of trouble only.
        raise StoreError(
            f"The journal of {call_id} is damaged: a body is not what was written "
            f"({type(error).__name__})."
        ) from error


def select_unanswered(
    connection: Connection, since: float, domain: str, limit: int
) -> list[UnansweredRow]:
    """Return questions without an answer, newest first.

    A turn that was taken back, because the caller went on speaking, asked nothing yet.

    Args:
        connection: Where to read.
        since: Wall time of the earliest call.
        domain: Only of this hotline; empty for all.
        limit: At most so many.
    """
    e, c = entries_table.c, calls_table.c
    kinds = (QuestionUnanswered.__name__, TurnRetracted.__name__, CallerTurnEnded.__name__)
    asked = sa.select(e.call_id).where(e.type == kinds[0])
    query = (
        sa.select(e.call_id, e.at, e.type, e.body, c.domain, c.answered_at)
        .select_from(entries_table.join(calls_table, c.call_id == e.call_id))
        .where(e.type.in_(kinds), e.call_id.in_(asked), c.answered_at >= since)
        .order_by(c.answered_at.desc(), e.call_id, e.seq.desc())
    )
    if domain:
        query = query.where(c.domain == storable(domain))
    found: list[UnansweredRow] = []
    retracted = ""
    for row in connection.execute(query):
        if row.type == TurnRetracted.__name__:
            retracted = row.call_id
        elif row.type == CallerTurnEnded.__name__:
            retracted = ""
        elif retracted != row.call_id:
            event = _event(row.type, row.body)
            assert isinstance(event, QuestionUnanswered)
            found.append(
                UnansweredRow(
                    call_id=CallId(row.call_id),
                    domain=row.domain,
                    asked_at=row.answered_at + row.at,
                    text=event.text,
                    rule=event.rule,
                    articles=event.articles,
                )
            )
            if len(found) == limit:
                break
    return sorted(found, key=lambda asked: -asked.asked_at)


def _select_calls() -> sa.Select[Any]:
    e, c, p = entries_table.c, calls_table.c, processes.c
    newest = (
        sa.select(e.at).where(e.call_id == c.call_id).order_by(e.seq.desc()).limit(1)
    ).scalar_subquery()
    return (
        sa.select(
            calls_table,
            newest.label("last_at"),
            *(column.label(f"process_{column.name}") for column in p if column.name != "id"),
        )
        .select_from(calls_table.outerjoin(processes, p.id == c.process_id))
        .order_by(c.answered_at.desc(), c.call_id.desc())
    )


def _calls(connection: Connection, query: sa.Select[Any]) -> list[CallRow]:
    host, now = presence.pid_space(), time.time()
    return [_call(row, host, now) for row in connection.execute(query).mappings()]


def _call(row: Mapping[Any, Any], host: str, now: float) -> CallRow:
    return CallRow(
        call_id=CallId(row["call_id"]),
        carrier_call_id=row["carrier_call_id"],
        channel=row["channel"],
        domain=row["domain"],
        caller=row["caller"],
        called=row["called"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        disposition=row["disposition"],
        cause=row["cause"],
        process_id=row["process_id"],
        state=_state(row, host, now),
        last_at=row["last_at"] or 0.0,
    )


def _state(row: Mapping[Any, Any], host: str, now: float) -> CallState:
    if row["ended_at"] is not None:
        return CallState.ENDED
    if row["process_host"] is None:
        return CallState.ENDED_ABNORMALLY
    process = Process(
        id=row["process_id"],
        host=row["process_host"],
        pid=row["process_pid"],
        pid_ticks=row["process_pid_ticks"],
        started_at=row["process_started_at"],
        heartbeat_at=row["process_heartbeat_at"],
        stopped_at=row["process_stopped_at"],
    )
    alive = presence.is_alive(process, host=host, now=now)
    return CallState.IN_PROGRESS if alive else CallState.ENDED_ABNORMALLY


_FLOATS: dict[str, frozenset[str]] = {
    kind.__name__: frozenset(name for name, hint in get_type_hints(kind).items() if hint is float)
    for kind in get_args(JournalEvent)
}


def _event(kind: str, body: Mapping[str, Any]) -> JournalEvent:
    # JSON has neither NaN nor a float that differs from an integer: give them back their type.
    floats = _FLOATS.get(kind, frozenset())
    return event_from(
        kind,
        {
            name: (math.nan if value is None else float(value)) if name in floats else value
            for name, value in body.items()
        },
    )
