"""The schema, once, for every database.

Times are seconds: wall times since the epoch (UTC), `entries.at` on the call clock.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, MetaData, String, Table

SCHEMA_VERSION = 1
"""Raised by one with every change of the tables below."""

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

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Float, nullable=False),
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
