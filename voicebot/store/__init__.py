"""Where journals are kept: the only place for SQL.

SQLAlchemy Core on SQLite (WAL) or PostgreSQL by URL, one code path. Calls append through one writer
thread with a bounded queue (datasette's pattern) and never wait for it, except where they ask to
(`Store.flush`); reads are plain SELECTs that return frozen dataclasses.

Knows journal entries as names and JSON bodies; what they mean is left to the folds.
"""

from voicebot.store.database import StoreError
from voicebot.store.outbound import CallList, OutboundBook, Record
from voicebot.store.queries import CallNotFound, CallRow, CallState, UnansweredRow
from voicebot.store.store import Store, open_store

__all__ = [
    "CallList",
    "CallNotFound",
    "CallRow",
    "CallState",
    "OutboundBook",
    "Record",
    "Store",
    "StoreError",
    "UnansweredRow",
    "open_store",
]
