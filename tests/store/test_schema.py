"""The schema: what the migrations make is what the tables say, and old databases come along."""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.store.calls import put, whole_call
from voicebot.store import open_store
from voicebot.store.database import normalised, open_database
from voicebot.store.tables import HEAD, metadata


def test_the_newest_revision_is_the_one_that_databases_get() -> None:
    config = Config()
    config.set_main_option("script_location", str(resources.files("voicebot.store") / "migrations"))

    assert [HEAD] == ScriptDirectory.from_config(config).get_heads()


def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    engine = open_database(normalised(database_url))
    with engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()


def test_a_database_from_before_alembic_keeps_its_calls(database_url: str) -> None:
    with open_store(database_url) as store:
        put(store, "a", whole_call("a"))
    engine = open_database(normalised(database_url))
    with engine.begin() as connection:
        for later in set(sa.inspect(connection).get_table_names()) - {
            "processes",
            "calls",
            "entries",
        }:
            connection.exec_driver_sql(f"DROP TABLE {later}")
        connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER)")
        connection.exec_driver_sql("INSERT INTO schema_version VALUES (1)")
    engine.dispose()

    with open_store(database_url) as store:
        assert whole_call("a") == store.entries("a")
    engine = open_database(normalised(database_url))
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    engine.dispose()
    assert HEAD == found
