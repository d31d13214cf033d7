"""Opening a store: it makes what is missing, and says in one sentence what is wrong."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.store.calls import put, whole_call
from voicebot.store import Store, StoreError, open_store
from voicebot.store.database import normalised, open_database
from voicebot.store.tables import HEAD

AS_NOBODY = """
import os, sys
from voicebot.store import StoreError, open_store
open_store(sys.argv[2]).close()  # What it imports may lie where only root can read.
if os.geteuid() == 0:
    os.setuid(65534)
try:
    open_store(sys.argv[1])
    print("opened")
except StoreError as error:
    print(error)
"""


def complaint(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url).close()
    message = str(caught.value)
    assert 1 == len(message.splitlines())
    assert message.endswith(".")
    return message


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "deep" / "voicebot.sqlite3"
    open_store(f"sqlite:///{path}").close()
    assert path.is_file()


def test_a_sqlite_file_is_in_wal_mode_so_that_readers_do_not_wait(
    sqlite_url: str, tmp_path: Path
) -> None:
    open_store(sqlite_url).close()
    with sqlite3.connect(tmp_path / "journals" / "voicebot.sqlite3") as connection:
        assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()


def test_what_was_stored_is_there_when_it_is_opened_again(database_url: str) -> None:
    with open_store(database_url) as store:
        put(store, "a", whole_call("a"))
    with open_store(database_url) as again:
        assert whole_call("a") == again.entries("a")


def test_many_may_open_a_new_database_at_once(database_url: str) -> None:
    """Two workers start on an empty database; both make the schema, and neither fails."""

    def use(number: int) -> str:
        with open_store(database_url) as store:
            put(store, f"call-{number}", whole_call(f"call-{number}"))
        return f"call-{number}"

    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(use, range(4)))
    with open_store(database_url) as store:
        assert names == {row.call_id for row in store.calls()}


def test_reading_alone_leaves_no_trace_of_a_process(database_url: str) -> None:
    with open_store(database_url) as store:
        assert [] == store.calls()
    engine = open_database(normalised(database_url))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM processes").scalar()
    engine.dispose()
    assert 0 == rows


@pytest.mark.parametrize(
    "url", ["", "var/voicebot.sqlite3", "postgresql://user:hunter2@host:port/x"]
)
def test_no_url(url: str) -> None:
    message = complaint(url)
    assert message.startswith("The database URL cannot be read")
    assert "hunter2" not in message


@pytest.mark.parametrize("url", ["mysql://host/name", "oracle://host/name", "nonsense://x"])
def test_an_unsupported_database(url: str) -> None:
    assert "not supported: use sqlite:///FILE or postgresql://HOST/NAME" in complaint(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_would_die_with_the_process(url: str) -> None:
    assert "name a file" in complaint(url)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert f"The database '{tmp_path}' is a folder: name a file." == complaint(
        f"sqlite:///{tmp_path}"
    )


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot be made" in complaint(f"sqlite:///{tmp_path}/file/voicebot.sqlite3")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk, bread, eggs, " * 100)
    assert "file is not a database" in complaint(f"sqlite:///{tmp_path}/notes.txt")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("exists", [False, True], ids=["new file", "existing file"])
def test_a_read_only_folder(open_folder: Path, tmp_path: Path, exists: bool) -> None:
    """Tried as an ordinary user, because root may write anywhere."""
    url = f"sqlite:///{open_folder / 'voicebot.sqlite3'}"
    if exists:
        open_store(url).close()
        (open_folder / "voicebot.sqlite3").chmod(0o444)
    open_folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, url, f"sqlite:///{tmp_path}/other.sqlite3"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    expected = "attempt to write a readonly database" if exists else "unable to open database file"
    assert f"The database '{open_folder}/voicebot.sqlite3' cannot be used: {expected}.\n" == (
        done.stdout
    )


def test_a_server_that_does_not_answer() -> None:
    """Port 1 of this machine: refused at once."""
    message = complaint("postgresql://user:hunter2@127.0.0.1:1/calls")
    assert message.startswith("The PostgreSQL database 'calls' at 127.0.0.1:1 cannot be used: ")
    assert "hunter2" not in message


def newer(url: str) -> None:
    engine = open_database(normalised(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()


def test_a_database_of_a_newer_voicebot_is_left_alone(database_url: str) -> None:
    newer(database_url)
    assert "has schema 9999" in complaint(database_url)
    assert "upgrade this one" in complaint(database_url)


def test_somebody_elses_tables_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE calls (id INTEGER)")
    connection.close()
    assert "give voicebot a database of its own" in complaint(f"sqlite:///{path}")


@pytest.mark.postgres
def test_a_plain_postgres_url_means_the_driver_that_we_use(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql://")
    assert "postgresql+psycopg" == normalised(postgres_url).drivername
    with open_store(postgres_url) as store:
        assert isinstance(store, Store)
    with psycopg.connect(postgres_url) as connection:
        assert (HEAD,) == connection.execute("SELECT version_num FROM alembic_version").fetchone()


@pytest.mark.postgres
def test_a_read_only_server_such_as_a_standby(postgres_url: str) -> None:
    url = postgres_url + "%20-cdefault_transaction_read_only%3Don"
    assert complaint(url).endswith("cannot be used: it is read-only.")
