"""A fresh database for each test: a SQLite file, or a schema of its own in a PostgreSQL server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from voicebot.store import Store, open_store

LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/test"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journals' / 'voicebot.sqlite3'}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of a schema that lives as long as the test; skips where no server answers."""
    wanted = os.environ.get("VOICEBOT_TEST_POSTGRES_URL")
    server = wanted or LOCAL_SERVER
    schema = f"voicebot_test_{uuid.uuid4().hex}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        if wanted:
            raise
        pytest.skip(f"no PostgreSQL answers at {LOCAL_SERVER}; set VOICEBOT_TEST_POSTGRES_URL")
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            joint = "&" if "?" in server else "?"
            yield server + joint + urlencode({"options": f"-csearch_path={schema}"})
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
    connection.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url) as opened:
        yield opened
