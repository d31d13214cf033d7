"""The closed union of what can happen in a call, with its JSON form.

One journal per call: everything that happened, in and out, is appended as it happens, in order.
Transcript, latencies, exports, replay and golden tests are folds of it. Events are facts, so they
are named in the past tense; a decision is journalled as the fact that it was taken
(`CallerTurnEnded`, `BargedIn`). The `at` of an entry is in seconds on the call clock (0 = the call
was answered); wall time appears once, in `CallAnswered.answered_at`.

Knows nothing of storage. To add an event: add a dataclass here and to `JournalEvent`.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NewType, get_args, get_type_hints

CallId = NewType("CallId", str)


# --- the call and its stream -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The call began; always the first entry."""

    call_id: str
    channel: str
    """`phone`, `microphone` or `chat`."""
    domain: str
    answered_at: float
    """Wall time, seconds since the epoch (UTC)."""
    carrier_call_id: str = ""
    """The carrier's own name of the call (Twilio: `CA…`)."""
    caller: str = ""
    """E.164 where the carrier gave one."""
    called: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What ran: voicebot, recogniser model, voice, domain."""


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """Audio flows; a call may have several streams in turn."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """Audio stopped flowing; the call may go on."""

    reason: str
    """`stop` (the carrier said so), `closed`, `dropped`, `error:…`."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over; always the last entry. A journal without it ended abnormally."""

    disposition: str
    """`resolved`, `transferred`, `abandoned`, `caller_hung_up` or `failed`."""
    cause: str = ""


# --- what the caller did -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech was detected."""

    started: float
    """Call clock, seconds: the first voiced sample; before the entry's `at`."""


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """A silence began that may or may not end the turn."""

    ended: float
    """Call clock, seconds: the last voiced sample."""


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key of the telephone."""

    digit: str


@dataclass(frozen=True, slots=True)
class DecodeStarted:
    """The recogniser was given the turn so far."""

    utterance: int
    """Counts decodes within the call; a later decode supersedes an earlier one."""
    audio_seconds: float


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The recogniser answered."""

    utterance: int
    text: str
    avg_logprob: float
    audio_seconds: float
    decode_seconds: float
    """Time on the model, without queueing."""
    queued_seconds: float
    model: str
    fallback: bool = False
    """The short-context decode was poor and the full window was used."""


@dataclass(frozen=True, slots=True)
class TurnEndJudged:
    """The turn detector's opinion on whether the caller is done."""

    utterance: int
    probability: float
    """0 = in mid-thought, 1 = done."""


@dataclass(frozen=True, slots=True)
class AnswerForeseen:
    """The dialogue worked out, ahead, what it would say if the turn ended with these words."""

    text: str
    understood: float
    """How well, 0..1; 0 where it would only ask again, or which: then there is no hurry."""


@dataclass(frozen=True, slots=True)
class CallerTurnEnded:
    """Decision: the caller's turn is over and gets an answer."""

    turn: int
    text: str
    started: float
    """Call clock: first voiced sample of the turn (or first key)."""
    ended: float
    """Call clock: last voiced sample (or last key); voice-to-voice latency counts from here."""
    digits: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Why now: `silence`, and what `voicebot.endpointing.explanation` tells."""


# --- what the bot did ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyDecided:
    """The dialogue manager answered an input."""

    input: str
    """`start`, `user_turn`, `no_input`, `tool_returned` or `interrupted`."""
    turn: int
    """The caller turn it answers; 0 for the greeting."""
    acts: tuple[Mapping[str, Any], ...]
    """Each act as plain data with its `kind`."""
    trace: Mapping[str, Any]
    decide_seconds: float
    speculative: bool = False
    """Computed before the turn was confirmed."""
    expects: Mapping[str, Any] = field(default_factory=dict)
    """What the open question makes likely: `answer` (see `dialogue.acts.Answer`) and `digits`."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """The dialogue state after it, so that a call can be resumed and replayed."""


@dataclass(frozen=True, slots=True)
class PlayoutStarted:
    """The bot took the floor: the first segment of what it has to say was handed to the speaker."""


@dataclass(frozen=True, slots=True)
class PlayoutFinished:
    """The bot gave the floor back: all it had to say was heard, or was cut."""


@dataclass(frozen=True, slots=True)
class SpeechQueued:
    """A segment (clause) was handed to the speaker."""

    segment: str
    """Unique in the call; also the name of its mark."""
    text: str
    turn: int
    """The caller turn it answers; 0 for the greeting."""
    source: str = ""
    interruptible: bool = True
    """False: only a command ("stop", "agent") or a key cuts it off."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The segment's first audio was sent towards the caller."""

    segment: str
    cached: bool = False
    """Rendered ahead, so synthesis cost nothing."""


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """The carrier says that the segment was played to its end (mark of the current epoch)."""

    segment: str


@dataclass(frozen=True, slots=True)
class SpeechCut:
    """The segment was stopped before its end, or never began."""

    segment: str
    heard: str
    """Estimated from elapsed playing time (Piper gives no word times)."""
    unheard: str


@dataclass(frozen=True, slots=True)
class OverlapNoticed:
    """Decision: the caller makes a sound while the bot speaks; the bot lowers its voice."""

    started: float
    """Call clock: the first sample of the sound."""


@dataclass(frozen=True, slots=True)
class SoundMeasured:
    """What the sound over the bot is like so far; evidence beside its words."""

    started: float
    """Call clock: the first sample of the sound; names the overlap it belongs to."""
    until: float
    """Call clock: the last sample that was measured."""
    level: float
    """dBFS (RMS) of its loud part."""
    snr: float
    """dB of its loud part above the noise of the line."""
    speech: float
    """Mean probability of speech, by Silero, 0..1."""
    voiced: float
    """Share of it that has a pitch, 0..1."""
    pitch: float
    """Median fundamental frequency in Hz; 0 where there is none."""
    pitch_range: float
    """Semitones between the 10th and the 90th percentile of the pitch."""
    echo: float
    """Likeness to what the bot has just said on this line, 0 (none) to 1 (its echo)."""
    echo_delay: float = 0.0
    """Seconds by which it lags the bot's speech, where it is like it."""


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """The recogniser had a look at the first words of a sound over the bot; the sound may go on."""

    started: float
    """Call clock: the first sample of the sound; names the overlap it belongs to."""
    until: float
    """Call clock: the last sample that was looked at."""
    text: str
    """Empty when there were no words."""
    avg_logprob: float
    """Mean log-probability of the words; below about -1 they are a guess."""
    kinds: Mapping[str, float] = field(default_factory=dict)
    """Probability of each kind of sound (`interruption`, `backchannel`, `tic`, `noise`), 0..1."""
    decode_seconds: float = 0.0
    """Time on the model, without queueing."""
    queued_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BargedIn:
    """Decision: the caller takes the floor while the bot speaks."""

    speech_seconds: float
    """Caller speech at the decision; 0 for a key press."""
    reason: str
    """`speech` (it lasted), `words` (what was said), `resumed` (the caller went on after a pause
    that was taken for the end of the turn) or `digit`."""
    kind: str = "interruption"
    """What it was taken for; see `voicebot.overlap.OverlapKind`."""
    text: str = ""
    """Words at the decision, as far as they were known."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What spoke for it; see `voicebot.overlap`."""


@dataclass(frozen=True, slots=True)
class OverlapIgnored:
    """Decision: the caller made a sound while the bot spoke and did not want the floor."""

    speech_seconds: float
    reason: str
    kind: str = ""
    """What it was taken for; see `voicebot.overlap.OverlapKind`."""
    text: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """Decision: what cut the bot off was no interruption; it goes on from that very word."""

    reason: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TurnRetracted:
    """Decision: the last turn was not over; its answer is undone, and its words come again."""


@dataclass(frozen=True, slots=True)
class SoundIgnored:
    """Decision: a sound while nobody else spoke held no words and was too short to ask about."""

    speech_seconds: float


@dataclass(frozen=True, slots=True)
class SpeechSilenced:
    """`clear` was sent: what the carrier still held is not heard."""


@dataclass(frozen=True, slots=True)
class NoInputNoticed:
    """Decision: the caller stayed silent after a prompt was heard."""

    count: int


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A business action began."""

    tool: str
    call_key: str
    arguments: Mapping[str, Any]
    side_effect: bool


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A business action ended."""

    tool: str
    call_key: str
    ok: bool
    value: Mapping[str, Any]
    error: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HandoffDecided:
    """The dialogue wants a person to take over."""

    queue: str
    reason: str
    summary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """A model failed or missed its deadline; the caller hears an apology, never dead air."""

    engine: str
    """`recogniser`, `synthesiser`, `turn_detector`, `speech_detector` or `dialogue`."""
    error: str
    """The kind of error; never the caller's words."""


JournalEvent = (
    CallAnswered
    | StreamStarted
    | StreamEnded
    | CallEnded
    | VoiceStarted
    | VoiceStopped
    | DigitPressed
    | DecodeStarted
    | Transcribed
    | TurnEndJudged
    | AnswerForeseen
    | CallerTurnEnded
    | ReplyDecided
    | PlayoutStarted
    | PlayoutFinished
    | SpeechQueued
    | SpeechStarted
    | SpeechHeard
    | SpeechCut
    | OverlapNoticed
    | SoundMeasured
    | Glimpsed
    | BargedIn
    | OverlapIgnored
    | SpeechResumed
    | TurnRetracted
    | SoundIgnored
    | SpeechSilenced
    | NoInputNoticed
    | ToolCalled
    | ToolAnswered
    | HandoffDecided
    | EngineFailed
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


def event_type(event: JournalEvent) -> str:
    """Return the name under which an event is stored: its class name."""
    return type(event).__name__


def event_body(event: JournalEvent) -> dict[str, Any]:
    """Return the event's fields as plain JSON data."""
    return asdict(event)


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
        name: tuple(value) if tuples[name] and isinstance(value, list) else value
        for name, value in body.items()
    }
    try:
        event: JournalEvent = cls(**values)
    except TypeError as error:
        raise UnknownEvent(f"{kind}: {error}") from error
    return event


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
