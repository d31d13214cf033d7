"""StaffBook: what the people are doing and who waits for them, in the database for every process.

A person's state is compared and set: of two processes that want to offer them a caller at the same
moment, one does. All methods block on the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from dialogue.brief import Priority
from voicebot.staff.line import Waiting, Waits
from voicebot.staff.presence import Doing, Presence
from voicebot.store.book import Book
from voicebot.store.database import StoreError
from voicebot.store.statements import storable, upsert
from voicebot.store.tables import staff, waiting

Change = Callable[[Presence], Presence | None]
"""What becomes of a person; None where it does not fit what they are doing."""

_TRIES = 10
"""Times that a change is made anew because somebody else was quicker."""


class StaffBook(Book):
    """The people, as all processes see them."""

    # --- people -----------------------------------------------------------------------------

    def presences(self) -> dict[str, Presence]:
        """Return what everybody is doing who ever did anything.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            rows = connection.execute(sa.select(staff)).mappings()
            return {row["person"]: _presence(row) for row in rows}

    def change(self, person: str, change: Change) -> Presence | None:
        """Change what one person is doing, if it fits; None if it does not.

        Raises:
            StoreError: the database failed, or others change this person all the time.
        """
        for _ in range(_TRIES):
            with self._reading() as connection:
                row = (
                    connection.execute(sa.select(staff).where(staff.c.person == person))
                    .mappings()
                    .first()
                )
            before = Presence(person) if row is None else _presence(row)
            after = change(before)
            if after is None:
                return None
            if self._set(after, before.version, is_new=row is None):
                return after
        raise StoreError(f"What {person!r} is doing could not be changed: others change it too.")

    def _set(self, after: Presence, version: int, *, is_new: bool) -> bool:
        values = {
            "doing": after.doing.value,
            "since": after.since,
            "until": after.until,
            "call": storable(after.call),
            "misses": after.misses,
            "leaving": after.leaving,
            "version": after.version,
        }
        with self._writing() as connection:
            if is_new:
                insert = upsert(connection)(staff).values(person=after.person, **values)
                made = connection.execute(insert.on_conflict_do_nothing())
                return made.rowcount == 1
            changed = connection.execute(
                staff.update()
                .where(staff.c.person == after.person, staff.c.version == version)
                .values(**values)
            )
            return changed.rowcount == 1

    # --- the line -----------------------------------------------------------------------------

    def join(self, one: Waiting) -> None:
        """Somebody waits; who waits already keeps their place, and may now wait for a call.

        Raises:
            StoreError: the database failed.
        """
        row = {
            "call": storable(one.call),
            "queue": storable(one.queue),
            "since": one.since,
            "language": storable(one.language),
            "priority": one.priority.value,
            "kind": one.kind.value,
            "number": storable(one.number),
        }
        with self._writing() as connection:
            insert = upsert(connection)(waiting).values(**row)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["call"],
                    set_={name: row[name] for name in ("priority", "kind", "number")},
                )
            )

    def leave(self, call: str, kind: Waits | None = None) -> bool:
        """Somebody waits no more; False if they did not wait, or not in this way.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            mine = waiting.delete().where(waiting.c.call == storable(call))
            if kind is not None:
                mine = mine.where(waiting.c.kind == kind.value)
            gone = connection.execute(mine)
            return gone.rowcount == 1

    def waiting(self) -> list[Waiting]:
        """Return who waits, in the order in which they came.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            rows = connection.execute(
                sa.select(waiting).order_by(waiting.c.since, waiting.c.call)
            ).mappings()
            return [_waiting(row) for row in rows]


def _presence(row: RowMapping) -> Presence:
    return replace(
        Presence(row["person"]),
        doing=Doing(row["doing"]),
        since=row["since"],
        until=row["until"],
        call=row["call"],
        misses=row["misses"],
        leaving=row["leaving"],
        version=row["version"],
    )


def _waiting(row: RowMapping) -> Waiting:
    return Waiting(
        call=row["call"],
        queue=row["queue"],
        since=row["since"],
        language=row["language"],
        priority=Priority(row["priority"]),
        kind=Waits(row["kind"]),
        number=row["number"],
    )
