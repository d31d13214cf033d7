"""The union of all events, an entry of a journal, and both as JSON."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args, get_type_hints

from voicebot.journal import call, caller, dialogue, speech, transfer, turn

JournalEvent = (
    call.CallAnswered
    | call.StreamStarted
    | call.StreamEnded
    | call.CallEnded
    | call.HandoffDecided
    | call.EngineFailed
    | caller.VoiceStarted
    | caller.VoiceStopped
    | caller.DigitPressed
    | caller.DecodeStarted
    | caller.Transcribed
    | caller.TurnEndJudged
    | caller.SoundMeasured
    | caller.Glimpsed
    | turn.CallerTurnEnded
    | turn.OverlapNoticed
    | turn.BargedIn
    | turn.OverlapIgnored
    | turn.SpeechResumed
    | turn.TurnRetracted
    | turn.SoundIgnored
    | turn.NoInputNoticed
    | dialogue.AnswerForeseen
    | dialogue.ReplyDecided
    | dialogue.QuestionUnanswered
    | dialogue.ToolCalled
    | dialogue.ToolAnswered
    | speech.PlayoutStarted
    | speech.PlayoutFinished
    | speech.SpeechQueued
    | speech.SpeechStarted
    | speech.SpeechHeard
    | speech.SpeechCut
    | speech.SpeechSilenced
    | transfer.TransferBegan
    | transfer.CallerQueued
    | transfer.PersonMissed
    | transfer.PersonReady
    | transfer.CallerBridged
    | transfer.TransferEnded
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a call's journal."""

    seq: int
    """Counts from 0 within the call, without gaps."""
    at: float
    """Seconds on the call clock."""
    event: JournalEvent


class UnknownEvent(ValueError):
    """A stored entry is of a type, or has fields, that this version does not know."""


_TYPES: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(JournalEvent)}
_TUPLES: dict[str, dict[str, bool]] = {
    kind.__name__: {
        f.name: typing.get_origin(get_type_hints(kind)[f.name]) is tuple for f in fields(kind)
    }
    for kind in get_args(JournalEvent)
}
"""The fields of each event, and which of them JSON turns into lists."""


_RARE = frozenset(("alternatives",))
"""Fields that are left out where they are empty, as they mostly are."""


def event_type(event: JournalEvent) -> str:
    """Return the name under which an event is stored: its class name."""
    return type(event).__name__


def event_body(event: JournalEvent) -> dict[str, Any]:
    """Return the event's fields as plain JSON data."""
    return {name: value for name, value in asdict(event).items() if value or name not in _RARE}


def event_from(kind: str, body: Mapping[str, Any]) -> JournalEvent:
    """Rebuild an event from its stored form.

    Raises:
        UnknownEvent: the type is not in the union, or the fields do not fit it.
    """
    cls = _TYPES.get(kind)
    if cls is None:
        raise UnknownEvent(f"no journal event is called {kind!r}")
    tuples = _TUPLES[kind]
    if unknown := set(body) - set(tuples):
        raise UnknownEvent(f"{kind} has no field {sorted(unknown)[0]!r}")
    values = {
        name: _hardened(value) if tuples[name] and isinstance(value, list) else value
        for name, value in body.items()
    }
    try:
        event: JournalEvent = cls(**values)
    except TypeError as error:
        raise UnknownEvent(f"{kind}: {error}") from error
    return event


def _hardened(value: list[Any]) -> tuple[Any, ...]:
    """Return lists, and lists in them, as the tuples that they were."""
    return tuple(_hardened(item) if isinstance(item, list) else item for item in value)


def entry_to_json(entry: Entry) -> str:
    """Return an entry as one line of JSON, keys in a fixed order."""
    return json.dumps(
        {
            "seq": entry.seq,
            "at": round(entry.at, 4),
            "type": event_type(entry.event),
            "body": event_body(entry.event),
        },
        ensure_ascii=False,
    )


def entry_from_json(line: str) -> Entry:
    """Rebuild an entry from `entry_to_json`.

    Raises:
        UnknownEvent: the line is not a journal entry of this version.
    """
    try:
        data = json.loads(line)
        return Entry(
            seq=int(data["seq"]),
            at=float(data["at"]),
            event=event_from(data["type"], data["body"]),
        )
    except UnknownEvent:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownEvent(f"not a journal entry: {error}") from error
