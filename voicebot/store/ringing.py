"""RingingBook: calls that were taken and whose media stream is expected, for every process.

A token is kept as its digest only, and is used up by the one update that finds it unused. All
methods block on the database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from telephony.desk import IncomingCall
from voicebot.store.book import Book
from voicebot.store.statements import storable, upsert
from voicebot.store.tables import ringing

_TOKEN_BYTES = 16
_KEPT = 24 * 3600.0
"""Seconds after which a call that rang is forgotten: longer than any call."""


class RingingBook(Book):
    """Which calls rang, and the digests of their tokens."""

    def ring(self, call: IncomingCall, now: float, life: float) -> str:
        """Note a call, and return its token; one that it had before is void.

        Args:
            call: Who rings.
            now: Seconds since the epoch.
            life: Seconds that the token is good for.

        Raises:
            StoreError: the database failed.
        """
        token = secrets.token_hex(_TOKEN_BYTES)
        values = {
            "caller": storable(call.caller),
            "called": storable(call.called),
            "account": storable(call.account_sid),
            "forwarded_from": storable(call.forwarded_from),
            "token": _digest(token),
            "rang_at": now,
            "expires_at": now + life,
            "redeemed_at": None,
            "owner": "",
        }
        with self._writing() as connection:
            connection.execute(ringing.delete().where(ringing.c.rang_at < now - _KEPT))
            insert = upsert(connection)(ringing).values(call_sid=storable(call.call_sid), **values)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["call_sid"], set_=values)
            )
        return token

    def again(self, call_sid: str, tokens: Sequence[str], now: float, life: float) -> str:
        """Give a call that rang before a further token, and return it.

        Args:
            call_sid: The carrier's name of it.
            tokens: To be used up in this order, always the same on one occasion: while one of them
                is unused, whoever asks gets that one.
            now: Seconds since the epoch.
            life: Seconds that the token is good for.

        Raises:
            StoreError: the database failed.
        """
        mine = ringing.c.call_sid == storable(call_sid)
        with self._writing() as connection:
            row = connection.execute(sa.select(ringing).where(mine).with_for_update()).first()
            known = [_digest(token) for token in tokens]
            place = 0
            if row is not None and row.token in known:
                place = known.index(row.token)
                if row.redeemed_at is None:
                    return tokens[place]
                place = min(place + 1, len(tokens) - 1)
            connection.execute(
                ringing.update()
                .where(mine)
                .values(token=known[place], expires_at=now + life, redeemed_at=None)
            )
        return tokens[place]

    def redeem(
        self, call_sid: str, token: str, now: float, worker: str = "", living: Sequence[str] = ()
    ) -> tuple[IncomingCall, str] | None:
        """Use a token up and return its call and owner; None if it is wrong, used or too old.

        Args:
            call_sid: The carrier's name of the call.
            token: What its stream brought.
            now: Seconds since the epoch.
            worker: Becomes its owner, unless a worker that lives is.
            living: Workers that live.

        Raises:
            StoreError: the database failed.
        """
        mine = ringing.c.call_sid == storable(call_sid)
        with self._writing() as connection:
            used = connection.execute(
                ringing.update()
                .where(
                    mine,
                    ringing.c.token == _digest(token),
                    ringing.c.redeemed_at.is_(None),
                    ringing.c.expires_at > now,
                )
                .values(
                    redeemed_at=now,
                    owner=sa.case(
                        (ringing.c.owner.in_(list(living)), ringing.c.owner), else_=worker
                    ),
                )
            )
            if used.rowcount != 1:
                return None
            row = connection.execute(sa.select(ringing).where(mine)).mappings().one()
        call = IncomingCall(
            call_sid, row["caller"], row["called"], row["account"], row["forwarded_from"]
        )
        return call, row["owner"]

    def owner(self, call_sid: str) -> str:
        """Return which worker has a call's session; empty where none has.

        Raises:
            StoreError: the database failed.
        """
        mine = ringing.c.call_sid == storable(call_sid)
        with self._reading() as connection:
            found = connection.execute(sa.select(ringing.c.owner).where(mine)).scalar()
        return str(found or "")

    def disown(self, call_sid: str, worker: str) -> None:
        """A worker has a call's session no more.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(
                ringing.update()
                .where(ringing.c.call_sid == storable(call_sid), ringing.c.owner == worker)
                .values(owner="")
            )

    def called(self, call_sid: str) -> str:
        """Return the number that was called; empty for a call that never rang.

        Raises:
            StoreError: the database failed.
        """
        mine = ringing.c.call_sid == storable(call_sid)
        with self._reading() as connection:
            found = connection.execute(sa.select(ringing.c.called).where(mine)).scalar()
        return str(found or "")

    def is_redeemed(self, call_sid: str) -> bool:
        """Whether the media stream of a call was let in.

        Raises:
            StoreError: the database failed.
        """
        mine = ringing.c.call_sid == storable(call_sid)
        with self._reading() as connection:
            at = connection.execute(sa.select(ringing.c.redeemed_at).where(mine)).scalar()
        return at is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
