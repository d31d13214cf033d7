"""The schema, once, for every database.

Databases get it from `voicebot.store.migrations`. Times are seconds: wall times since the epoch
(UTC), `entries.at` on the call clock.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

HEAD = "0006"
"""Newest revision in `voicebot.store.migrations`; every change of the tables below needs one."""

metadata = MetaData(
    # Constraints with names that do not depend on the database, so that migrations can name them.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

processes = Table(
    "processes",
    metadata,
    Column("id", String, primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", BigInteger, nullable=False),
    # The kernel's start time of the pid, so that a reused pid is not taken for the same process.
    Column("pid_ticks", BigInteger, nullable=True),
    Column("started_at", Float, nullable=False),
    Column("heartbeat_at", Float, nullable=False),
    Column("stopped_at", Float, nullable=True),
)

# No foreign keys between the journal's tables: a loss in one place (a full queue) must not make
# the rest of a call unstorable.
calls = Table(
    "calls",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("carrier_call_id", String, nullable=False, default="", index=True),
    Column("channel", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("caller", String, nullable=False, default=""),
    Column("called", String, nullable=False, default=""),
    Column("answered_at", Float, nullable=False),
    Column("ended_at", Float, nullable=True),
    Column("disposition", String, nullable=False, default=""),
    Column("cause", String, nullable=False, default=""),
    Column("process_id", String, nullable=False),
)
Index("ix_calls_answered_at_call_id", calls.c.answered_at, calls.c.call_id)

entries = Table(
    "entries",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("type", String, nullable=False),
    # JSON rather than PostgreSQL's JSONB: jsonb refuses U+0000, and a caller's words decide what
    # is in here.
    Column("body", JSON, nullable=False),
)

outbound_lists = Table(
    "outbound_lists",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("stopped_at", Float, nullable=True),
)

outbound_contacts = Table(
    "outbound_contacts",
    metadata,
    Column("id", String, primary_key=True),
    Column("list_id", String, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)

outbound_attempts = Table(
    "outbound_attempts",
    metadata,
    # The contact's id and the number of the attempt: two processes cannot make the same one.
    Column("id", String, primary_key=True),
    Column("contact_id", String, nullable=False, index=True),
    Column("number", String, nullable=False),
    Column("placed_at", Float, nullable=False),
    Column("call_sid", String, nullable=False, default="", index=True),
    # What the conversation settled, written by whichever process had it.
    Column("noted", String, nullable=False, default=""),
    Column("result", String, nullable=False, default=""),
    Column("ended_at", Float, nullable=True),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("number", String, primary_key=True),
    Column("at", Float, nullable=False),
    Column("source", String, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Float, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("person", String, primary_key=True),
    Column("doing", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=True),
    Column("call", String, nullable=False, default=""),
    Column("misses", Integer, nullable=False, default=0),
    Column("leaving", Boolean, nullable=False, default=False),
    # Compared and set, so that of two processes one changes a person.
    Column("version", Integer, nullable=False),
)

waiting = Table(
    "waiting",
    metadata,
    Column("call", String, primary_key=True),
    Column("queue", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("language", String, nullable=False, default=""),
    Column("priority", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("number", String, nullable=False, default=""),
)

ringing = Table(
    "ringing",
    metadata,
    Column("call_sid", String, primary_key=True),
    Column("caller", String, nullable=False),
    Column("called", String, nullable=False),
    Column("account", String, nullable=False),
    Column("forwarded_from", String, nullable=False),
    # The digest of the one-use token of the call's media stream.
    Column("token", String, nullable=False),
    Column("rang_at", Float, nullable=False, index=True),
    Column("expires_at", Float, nullable=False),
    Column("redeemed_at", Float, nullable=True),
    # The worker that has the call's session; empty while none has.
    Column("owner", String, nullable=False, default="", server_default=""),
)

transfers = Table(
    "transfers",
    metadata,
    Column("transfer_id", String, primary_key=True),
    Column("caller_sid", String, nullable=False, index=True),
    # Compared and set, so that each fact is applied once, in one order.
    Column("version", Integer, nullable=False),
    Column("saved_at", Float, nullable=False, index=True),
    Column("due_at", Float, nullable=True, index=True),
    Column("body", JSON, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    # Where other workers bring the streams of calls whose sessions are here, and what they show.
    Column("address", String, nullable=False),
    Column("secret", String, nullable=False),
    # Dead after it, unless it gives another sign of life.
    Column("until", Float, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_at", Float, nullable=False),
)
