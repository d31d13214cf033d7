"""Opening a database: its URL, its engine, its schema, and clear words for what is wrong."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from voicebot.store.schema import SchemaError, prepare

BUSY_SECONDS = 2.0
"""How long one statement waits for another's lock on a SQLite file."""

CONNECT_SECONDS = 5
WAL_SECONDS = 5.0
"""How long to try to switch a new SQLite file to WAL while other processes open it too."""
STATEMENT_SECONDS = 15
"""Longest statement on PostgreSQL; a server that hangs must not hold the writer for ever."""

_SCHEMA_LOCK = 0x766F6963
"""PostgreSQL advisory lock under which the schema is made ("voic")."""


class StoreError(Exception):
    """The store cannot be used, or does not hold what was asked for; the message is one sentence
    for people."""


class JsonText(str):
    """JSON that is already text, on its way into a JSON column."""

    __slots__ = ()


def normalised(database_url: str) -> URL:
    """Parse a database URL and pick the driver.

    Raises:
        StoreError: it is not a URL, or names a database we do not support.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        # The message must not repeat the URL, which may hold a password.
        raise StoreError(
            "The database URL cannot be read: it must look like sqlite:///var/voicebot.sqlite3 or "
            "postgresql://user:password@host/name."
        ) from None
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if not url.database or url.database == ":memory:" or url.query.get("mode") == "memory":
                raise StoreError(
                    "The database URL names a SQLite database in memory, which dies with the "
                    "process: name a file, as in sqlite:///var/voicebot.sqlite3."
                )
            return url.set(drivername="sqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(
                f"The database URL names {other!r}, which is not supported: use sqlite:///FILE or "
                "postgresql://HOST/NAME."
            )


def open_database(url: URL) -> Engine:
    """Connect, make the schema if there is none, and return the engine.

    Raises:
        StoreError: the database cannot be reached or written, or its schema is not ours.
    """
    if url.drivername == "sqlite":
        _make_folder(Path(str(url.database)))
    try:
        engine = _create_engine(url)
    except (NoSuchModuleError, ImportError):
        raise StoreError(
            "PostgreSQL needs the psycopg package: pip install 'voicebot[postgres]'."
        ) from None
    try:
        _prepare_schema(engine, url)
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise StoreError(f"{_name(url)} cannot be used: {reason(error)}.") from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Connection:
    """Return a connection whose transactions are for writing from their begin."""
    return engine.connect().execution_options(voicebot_write=True)


def reason(error: BaseException) -> str:
    """Say in one line what a database error is about, without statements and their values."""
    if isinstance(error, PoolTimeoutError):
        return "all its connections are busy"
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, sqlite3.Error):
        return str(cause)
    # A PostgreSQL message may quote values from the second line on (DETAIL, CONTEXT).
    first = next(iter(str(cause).strip().splitlines()), "")
    return (first or type(cause).__name__).rstrip(".")


def is_passing(error: BaseException) -> bool:
    """Whether the same write may succeed later: locks, full disks, lost connections."""
    if isinstance(error, PoolTimeoutError | sqlite3.OperationalError | OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(
        error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.InternalError
    )


def _create_engine(url: URL) -> Engine:
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": _serialise}
    if url.drivername == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "voicebot",
        # Without these a server that vanished is noticed after two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": STATEMENT_SECONDS * 1000,
    }
    connect_args = {name: value for name, value in defaults.items() if name not in url.query}
    engine = sa.create_engine(url, connect_args=connect_args, pool_pre_ping=True, **options)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by us (`_begin_sqlite`), not guessed by the driver from the SQL.
    connection.isolation_level = None
    # WAL: readers, also in other processes, do not wait for the writer. synchronous=NORMAL is
    # enough for kill -9, because the kernel holds what a dead process committed; only a power
    # failure may take the last commits, and it never corrupts the file (sqlite.org/wal.html).
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL, where it stays; the busy timeout does not cover the switch."""
    until = time.monotonic() + WAL_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first and writes later
    # cannot wait for the lock and fails with SQLITE_BUSY (sqlite.org/isolation.html).
    write = connection.get_execution_options().get("voicebot_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {STATEMENT_SECONDS * 1000}")
    connection.commit()


def _prepare_schema(engine: Engine, url: URL) -> None:
    with writing(engine) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            if connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on":
                raise StoreError(f"{_name(url)} cannot be used: it is read-only.")
        try:
            prepare(connection)
        except SchemaError as error:
            raise StoreError(f"{_name(url)} {error}.") from error


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {str(path.parent)!r} of the database cannot be made: {error.strerror}."
        ) from error
    if path.is_dir():
        raise StoreError(f"The database {str(path)!r} is a folder: name a file.")


def _name(url: URL) -> str:
    """Name a database for people, without credentials."""
    if url.drivername == "sqlite":
        return f"The database {url.database!r}"
    where = f"{url.host or 'localhost'}:{url.port or 5432}"
    return f"The PostgreSQL database {url.database or ''!r} at {where}"


def _serialise(value: Any) -> str:
    return value if isinstance(value, JsonText) else json.dumps(value)
