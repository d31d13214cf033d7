"""OutboundBook: lists of calls, attempts, opt-outs and the dialler's lease, in the database.

An attempt is stored before its call is ordered, in the same transaction in which it is made sure
that the number has not opted out, so that nobody is called twice or against their will, whatever
dies in between. All methods block on the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from voicebot.outbound.contacts import Attempt, Contact, Result, Terms
from voicebot.outbound.plain import (
    contact_from_json,
    contact_to_json,
    terms_from_json,
    terms_to_json,
)
from voicebot.store.book import Book
from voicebot.store.statements import storable, upsert
from voicebot.store.tables import (
    leases,
    opt_outs,
    outbound_attempts,
    outbound_contacts,
    outbound_lists,
)

_DIALLER = "dialler"
_ALL = "*"
"""In the place of a list's id: the kill switch."""


@dataclass(frozen=True, slots=True)
class CallList:
    """People to be called under the same terms."""

    id: str
    name: str
    """For people: the file's name."""
    terms: Terms
    created_at: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A contact with its attempts, oldest first."""

    contact: Contact
    attempts: tuple[Attempt, ...]


class OutboundBook(Book):
    """What the outbound side must not forget."""

    # --- lists ------------------------------------------------------------------------------

    def add_list(self, made: CallList, contacts: Sequence[Contact]) -> None:
        """Store a list and its contacts, all or nothing.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(
                outbound_lists.insert().values(
                    id=made.id,
                    name=storable(made.name),
                    terms=terms_to_json(made.terms),
                    created_at=made.created_at,
                )
            )
            if contacts:
                connection.execute(
                    outbound_contacts.insert(),
                    [
                        {
                            "id": contact.id,
                            "list_id": made.id,
                            "position": position,
                            "body": contact_to_json(contact),
                        }
                        for position, contact in enumerate(contacts)
                    ],
                )

    def lists(self) -> list[CallList]:
        """Return all lists, oldest first.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            rows = connection.execute(
                sa.select(outbound_lists)
                .where(outbound_lists.c.id != _ALL)
                .order_by(outbound_lists.c.created_at, outbound_lists.c.id)
            ).mappings()
            return [
                CallList(
                    row["id"],
                    row["name"],
                    terms_from_json(row["terms"]),
                    row["created_at"],
                    row["stopped_at"] is not None,
                )
                for row in rows
            ]

    def records(self, list_id: str) -> list[Record]:
        """Return a list's contacts in their order, with what was tried.

        Raises:
            StoreError: the database failed.
        """
        tried: dict[str, list[Attempt]] = {}
        with self._reading() as connection:
            ours = sa.select(outbound_contacts.c.id).where(outbound_contacts.c.list_id == list_id)
            for row in connection.execute(
                sa.select(outbound_attempts)
                .where(outbound_attempts.c.contact_id.in_(ours))
                .order_by(outbound_attempts.c.placed_at, outbound_attempts.c.id)
            ).mappings():
                tried.setdefault(row["contact_id"], []).append(_attempt(row))
            people = connection.execute(
                sa.select(outbound_contacts)
                .where(outbound_contacts.c.list_id == list_id)
                .order_by(outbound_contacts.c.position)
            ).mappings()
            return [
                Record(
                    contact_from_json(row["id"], list_id, row["body"]),
                    tuple(tried.get(row["id"], ())),
                )
                for row in people
            ]

    def contact(self, contact_id: str) -> tuple[Contact, Terms] | None:
        """Return a contact and how it is called; None if there is none.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            row = (
                connection.execute(
                    sa.select(outbound_contacts, outbound_lists.c.terms)
                    .join(outbound_lists, outbound_lists.c.id == outbound_contacts.c.list_id)
                    .where(outbound_contacts.c.id == contact_id)
                )
                .mappings()
                .first()
            )
        if row is None:
            return None
        contact = contact_from_json(row["id"], row["list_id"], row["body"])
        return contact, terms_from_json(row["terms"])

    def stop(self, list_id: str, now: float) -> bool:
        """Place no more calls of a list; of none at all where it is empty (the kill switch).

        Returns:
            False where there is no such list.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            if not list_id:
                connection.execute(
                    upsert(connection)(outbound_lists)
                    .values(id=_ALL, name="", terms={}, created_at=now, stopped_at=now)
                    .on_conflict_do_update(index_elements=["id"], set_={"stopped_at": now})
                )
                return True
            return self._mark(connection, list_id, now)

    def resume(self, list_id: str) -> bool:
        """Go on with a list, or lift the kill switch; False where there is no such list.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            return self._mark(connection, list_id or _ALL, None)

    def killed(self) -> bool:
        """Whether no calls are placed at all.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            at = connection.execute(
                sa.select(outbound_lists.c.stopped_at).where(outbound_lists.c.id == _ALL)
            ).scalar()
        return at is not None

    # --- attempts ---------------------------------------------------------------------------

    def begin(self, attempt: Attempt) -> bool:
        """Store an attempt before its call is ordered.

        Returns:
            False where it must not be ordered: another process has made it, or the number has
            opted out meanwhile.

        Raises:
            StoreError: the database failed; nothing must be ordered.
        """
        with self._writing() as connection:
            if connection.execute(
                sa.select(opt_outs.c.number).where(opt_outs.c.number == attempt.number)
            ).first():
                return False
            stored = connection.execute(
                upsert(connection)(outbound_attempts)
                .values(
                    id=attempt.id,
                    contact_id=attempt.contact_id,
                    number=attempt.number,
                    placed_at=attempt.placed_at,
                    call_sid="",
                    noted="",
                    result="",
                )
                .on_conflict_do_nothing(index_elements=["id"])
                # Not the count of rows: PostgreSQL's driver does not tell it of an insert.
                .returning(outbound_attempts.c.id)
            )
            return stored.first() is not None

    def save(self, attempt: Attempt) -> None:
        """Store what is known of an attempt by now.

        Raises:
            StoreError: the database failed.
        """
        named = {"call_sid": storable(attempt.call_sid)} if attempt.call_sid else {}
        with self._writing() as connection:
            connection.execute(
                outbound_attempts.update()
                .where(outbound_attempts.c.id == attempt.id)
                .values(
                    **named,
                    result=attempt.result.value if attempt.result else "",
                    ended_at=attempt.ended_at,
                )
            )

    def name(self, attempt_id: str, call_sid: str) -> None:
        """Store the carrier's name of an attempt's call, unless it is known.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(
                outbound_attempts.update()
                .where(outbound_attempts.c.id == attempt_id, outbound_attempts.c.call_sid == "")
                .values(call_sid=storable(call_sid))
            )

    def attempt_of(self, call_sid: str) -> str | None:
        """Return which attempt a call is; None if it is none of ours.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            found: str | None = connection.execute(
                sa.select(outbound_attempts.c.id).where(
                    outbound_attempts.c.call_sid == storable(call_sid)
                )
            ).scalar()
        return found

    def note(self, attempt_id: str, result: Result) -> None:
        """Store what the conversation settled; an opt-out stays, whatever is noted after it.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(
                outbound_attempts.update()
                .where(
                    outbound_attempts.c.id == attempt_id,
                    outbound_attempts.c.noted != Result.OPTED_OUT.value,
                )
                .values(noted=result.value)
            )

    def noted(self, attempt_id: str) -> Result | None:
        """Return what the conversation settled, in whichever process it was.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            found = connection.execute(
                sa.select(outbound_attempts.c.noted).where(outbound_attempts.c.id == attempt_id)
            ).scalar()
        return Result(found) if found else None

    # --- opt-outs ---------------------------------------------------------------------------

    def opt_out(self, number: str, now: float, source: str) -> None:
        """Store that a number is never called again; nothing here takes it back.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(
                upsert(connection)(opt_outs)
                .values(number=number, at=now, source=source)
                .on_conflict_do_nothing(index_elements=["number"])
            )

    def opted_out(self) -> frozenset[str]:
        """Return all numbers that are never called again.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return frozenset(connection.execute(sa.select(opt_outs.c.number)).scalars())

    # --- who dials --------------------------------------------------------------------------

    def lease(self, holder: str, now: float, until: float) -> bool:
        """Become, or stay, the only process that places calls.

        Args:
            holder: This process.
            now: Seconds since the epoch.
            until: When the lease ends unless it is renewed.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            taken = connection.execute(
                upsert(connection)(leases)
                .values(name=_DIALLER, holder=holder, until=until)
                .on_conflict_do_update(
                    index_elements=["name"],
                    set_={"holder": holder, "until": until},
                    where=(leases.c.holder == holder) | (leases.c.until <= now),
                )
                .returning(leases.c.name)
            )
            return taken.first() is not None

    def release(self, holder: str) -> None:
        """Let another process place calls.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(leases.delete().where(leases.c.holder == holder))

    def is_leased(self, now: float) -> bool:
        """Whether some process places calls.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            until = connection.execute(
                sa.select(leases.c.until).where(leases.c.name == _DIALLER)
            ).scalar()
        return until is not None and until > now

    # --- inside -----------------------------------------------------------------------------

    def _mark(self, connection: Connection, list_id: str, stopped_at: float | None) -> bool:
        changed = connection.execute(
            outbound_lists.update()
            .where(outbound_lists.c.id == list_id)
            .values(stopped_at=stopped_at)
        )
        return bool(changed.rowcount)


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(
        id=row["id"],
        contact_id=row["contact_id"],
        number=row["number"],
        placed_at=row["placed_at"],
        call_sid=row["call_sid"],
        result=Result(row["result"]) if row["result"] else None,
        ended_at=row["ended_at"],
    )
