"""What the writer writes: rows made of journal entries, and the statements that store them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any, NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from voicebot.journal import CallAnswered, CallEnded, CallId, Entry, event_type
from voicebot.store.database import JsonText
from voicebot.store.presence import Process
from voicebot.store.tables import calls, entries, processes


class Row(NamedTuple):
    """One entry, ready to be stored."""

    call_id: str
    seq: int
    at: float
    type: str
    body: JsonText
    milestone: CallAnswered | CallEnded | None
    """The event itself where it changes the call's row."""


def row_of(call_id: CallId, entry: Entry) -> Row:
    """Turn an entry into a row.

    Raises:
        TypeError, ValueError: its body is not JSON data.
    """
    event = entry.event
    # Shallow: `asdict` would copy the whole dialogue state only to have it written down here.
    body = {f.name: getattr(event, f.name) for f in fields(event)}
    return Row(
        call_id=storable(call_id),
        seq=entry.seq,
        at=entry.at,
        type=event_type(event),
        body=JsonText(body_json(body)),
        milestone=event if isinstance(event, CallAnswered | CallEnded) else None,
    )


def body_json(body: Mapping[str, Any]) -> str:
    """Return a body as strict JSON in ASCII, which holds any text, NUL and lone surrogates too.

    JSON has no infinities and no NaN (RFC 8259, 6): they become null.
    """
    try:
        return json.dumps(body, default=_plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(json.loads(json.dumps(body, default=_plain))), allow_nan=False)


def storable(text: str) -> str:
    """Return a text as every database takes it: without NUL and lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def insert(connection: Connection, batch: Sequence[Row], process_id: str) -> None:
    """Store entries and the calls that they begin and end.

    An entry that is there already stays as it is: a batch whose commit was answered by a broken
    connection can be sent again.
    """
    if not batch:
        return
    insert_or = upsert(connection)
    connection.execute(
        insert_or(entries).on_conflict_do_nothing(index_elements=["call_id", "seq"]),
        [
            {"call_id": r.call_id, "seq": r.seq, "at": r.at, "type": r.type, "body": r.body}
            for r in batch
        ],
    )
    for row in batch:
        match row.milestone:
            case CallAnswered() as answered:
                values = _call_values(answered, process_id)
                connection.execute(
                    insert_or(calls)
                    .values(call_id=row.call_id, **values)
                    .on_conflict_do_update(index_elements=["call_id"], set_=values)
                )
            case CallEnded() as ended:
                connection.execute(
                    calls.update()
                    .where(calls.c.call_id == row.call_id)
                    .values(
                        ended_at=calls.c.answered_at + row.at,
                        disposition=storable(ended.disposition),
                        cause=storable(ended.cause),
                    )
                )


def register(connection: Connection, process: Process) -> None:
    """Note that a process writes from now on."""
    connection.execute(
        upsert(connection)(processes)
        .values(**asdict(process))
        .on_conflict_do_nothing(index_elements=["id"])
    )


def beat(connection: Connection, process_id: str, now: float) -> None:
    """Note that a process still lives."""
    connection.execute(
        processes.update().where(processes.c.id == process_id).values(heartbeat_at=now)
    )


def sign_off(connection: Connection, process_id: str, now: float) -> None:
    """Note that a process will write no more."""
    connection.execute(
        processes.update()
        .where(processes.c.id == process_id)
        .values(heartbeat_at=now, stopped_at=now)
    )


def _call_values(event: CallAnswered, process_id: str) -> dict[str, Any]:
    return {
        "carrier_call_id": storable(event.carrier_call_id),
        "channel": storable(event.channel),
        "domain": storable(event.domain),
        "caller": storable(event.caller),
        "called": storable(event.called),
        "answered_at": event.answered_at,
        "process_id": process_id,
    }


def upsert(connection: Connection) -> Any:
    """Return the `insert` of a database that knows "on conflict"."""
    # "on conflict" is the same in both databases, but no part of the common SQL language.
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def _plain(value: object) -> Any:
    """Turn what `json` does not know into what it knows; the same shapes as `event_body`."""
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON data")


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list():
            return [_finite(item) for item in value]
        case _:
            return value
