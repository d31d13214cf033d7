"""Short journals to store."""

from __future__ import annotations

from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallId,
    Entry,
    JournalEvent,
    StreamStarted,
    VoiceStarted,
)
from voicebot.store import Store

MONDAY = 1_790_000_000.0
"""A wall time, seconds since the epoch."""


def answered(call_id: str, at: float = MONDAY, carrier: str = "") -> CallAnswered:
    return CallAnswered(
        call_id=call_id,
        channel="phone",
        domain="retail",
        answered_at=at,
        carrier_call_id=carrier,
        caller="+15550100",
        called="+15550199",
        versions={"voicebot": "0.1.0"},
    )


def journal(*events: JournalEvent, step: float = 0.5) -> list[Entry]:
    """Number the events, half a second apart."""
    return [Entry(seq, seq * step, event) for seq, event in enumerate(events)]


def whole_call(call_id: str, at: float = MONDAY, carrier: str = "") -> list[Entry]:
    return journal(
        answered(call_id, at, carrier),
        StreamStarted("MZ1"),
        VoiceStarted(0.9),
        CallEnded("resolved", "said goodbye"),
    )


def put(store: Store, call_id: str, entries: list[Entry]) -> None:
    for entry in entries:
        store.append(CallId(call_id), entry)
