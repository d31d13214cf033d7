"""The schema of a database: made if it is missing, brought up to date by Alembic, never guessed."""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.store.tables import HEAD, metadata

_REVISION = sa.table("alembic_version", sa.column("version_num", sa.String))
_BEFORE_ALEMBIC = sa.table("schema_version", sa.column("version", sa.Integer))
"""Where the first voicebots noted their schema, the one that revision 0001 makes."""


class SchemaError(Exception):
    """The tables are not ours to use; the message completes "The database … "."""


def prepare(connection: Connection) -> None:
    """Bring the schema up to date, within the transaction that is under way.

    Raises:
        SchemaError: the tables are somebody else's, or a newer voicebot's.
    """
    tables = set(sa.inspect(connection).get_table_names())
    found = _revision(connection, tables)
    if found == HEAD and _REVISION.name in tables:
        return
    if found is None and (foreign := tables & set(metadata.tables)):
        raise SchemaError(
            f"already holds a table {min(foreign)!r} that voicebot did not make: give voicebot a "
            "database of its own"
        )
    _upgrade(connection, found)


def _revision(connection: Connection, tables: set[str]) -> str | None:
    if _REVISION.name in tables:
        revision: str | None = connection.execute(sa.select(_REVISION.c.version_num)).scalar()
        return revision
    if _BEFORE_ALEMBIC.name in tables:
        version = connection.execute(sa.select(sa.func.max(_BEFORE_ALEMBIC.c.version))).scalar()
        return f"{version:04}" if version else None
    return None


def _upgrade(connection: Connection, found: str | None) -> None:
    # Imported here: a database that is up to date, as nearly always, does not need it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(resources.files("voicebot.store") / "migrations"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(
            f"has schema {found}, and this voicebot knows schemas up to {HEAD}: it was made by a "
            "newer voicebot; upgrade this one"
        )
    if found is not None:
        command.stamp(config, found)
    command.upgrade(config, HEAD)
