"""Pure fold: what each side said in a call, piece by piece. Transcript and metrics build on it.

Works on a journal that breaks off anywhere: what has no end yet is told apart from what ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    CallId,
    DigitPressed,
    Entry,
    NoInputNoticed,
    OverlapIgnored,
    SoundIgnored,
    SpeechCut,
    SpeechHeard,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    ToolAnswered,
    ToolCalled,
    Transcribed,
    VoiceStarted,
    VoiceStopped,
)

NO_ANSWER = frozenset({"filler", "prompt:apology", "prompt:fallback"})
"""Sources of speech that fills a silence: it never stops the clock of a turn's latency."""

_NO_CALL = CallId("")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call as its journal tells it."""

    call_id: CallId = _NO_CALL
    carrier_call_id: str = ""
    channel: str = ""
    domain: str = ""
    caller: str = ""
    called: str = ""
    answered_at: float | None = None
    """Wall time, seconds since the epoch (UTC); None if the first entry is lost."""
    versions: Mapping[str, str] = field(default_factory=dict)
    ended: float | None = None
    """Call clock; None while the call goes on, and for ever if it ended abnormally."""
    disposition: str = ""
    cause: str = ""
    duration: float = 0.0
    """Call clock of the newest entry."""


class Fate(StrEnum):
    """What became of a segment of the bot's speech."""

    HEARD = "heard"
    CUT = "cut"
    UNCONFIRMED = "unconfirmed"
    """Sent, at least its beginning; nothing is known of its end."""
    UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Segment:
    """One clause of the bot's speech. Times on the call clock."""

    name: str
    text: str
    turn: int
    source: str
    queued: float
    started: float | None = None
    ended: float | None = None
    fate: Fate = Fate.UNSENT
    heard: str = ""
    unheard: str = ""
    reprompt: bool = False
    """Said into a silence of the caller, after the turn had its answer."""
    resumed: bool = False
    """It was cut off by a false alarm; the rest of it is the next segment."""

    @property
    def unconfirmed(self) -> str:
        """Words of which nobody knows whether they were heard."""
        return self.text if self.fate is Fate.UNCONFIRMED else ""

    @property
    def answers(self) -> bool:
        """Whether it is an answer to its turn: not a filler, an apology or a re-prompt."""
        return self.source not in NO_ANSWER and not self.reprompt


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """One turn of the caller. Times on the call clock."""

    number: int
    text: str
    started: float
    ended: float
    """The last voiced sample, or the last key."""
    decided: float | None
    """When it was taken to be over; None if it never was."""
    digits: str = ""
    superseded: bool = False
    """It was not over after all: the next turn says the same words and more."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One business action."""

    tool: str
    call_key: str
    arguments: Mapping[str, Any]
    side_effect: bool
    turn: int
    """The caller turn that it serves."""
    called: float
    ok: bool | None = None
    """None: no answer yet."""
    value: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    seconds: float | None = None


def facts_of(entries: Sequence[Entry]) -> CallFacts:
    """Return what the journal says of the call as a whole."""
    facts = CallFacts(duration=max((entry.at for entry in entries), default=0.0))
    for entry in entries:
        match entry.event:
            case CallAnswered() as answered:
                facts = replace(
                    facts,
                    call_id=CallId(answered.call_id),
                    carrier_call_id=answered.carrier_call_id,
                    channel=answered.channel,
                    domain=answered.domain,
                    caller=answered.caller,
                    called=answered.called,
                    answered_at=answered.answered_at,
                    versions=answered.versions,
                )
            case CallEnded(disposition, cause):
                facts = replace(facts, ended=entry.at, disposition=disposition, cause=cause)
    return facts


def segments_of(entries: Sequence[Entry]) -> tuple[Segment, ...]:
    """Return the bot's speech in the order in which it was queued."""
    segments: dict[str, Segment] = {}
    silent = False
    for entry in entries:
        match entry.event:
            case NoInputNoticed():
                silent = True
            case CallerTurnEnded():
                silent = False
            case SpeechResumed():
                # The rest comes again as segments of its own, from the same word on.
                cut = {name: s for name, s in segments.items() if s.fate is Fate.CUT and s.unheard}
                for name, known in cut.items():
                    segments[name] = replace(
                        known, text=known.heard, fate=Fate.HEARD, unheard="", resumed=True
                    )
            case SpeechQueued(name, text, turn, source):
                segments[name] = Segment(
                    name, text, turn, source, entry.at, unheard=text, reprompt=silent
                )
            case SpeechStarted(name) if name in segments:
                segments[name] = replace(
                    segments[name], started=entry.at, fate=Fate.UNCONFIRMED, unheard=""
                )
            case SpeechHeard(name) if name in segments:
                known = segments[name]
                segments[name] = replace(
                    known, ended=entry.at, fate=Fate.HEARD, heard=known.text, unheard=""
                )
            case SpeechCut(name, heard, unheard) if name in segments:
                segments[name] = replace(
                    segments[name], ended=entry.at, fate=Fate.CUT, heard=heard, unheard=unheard
                )
    return tuple(segments.values())


def caller_turns_of(entries: Sequence[Entry]) -> tuple[CallerTurn, ...]:
    """Return the caller's turns in order, the last one perhaps in the making."""
    turns: list[CallerTurn] = []
    open_turn: CallerTurn | None = None
    for entry in entries:
        match entry.event:
            case VoiceStarted(started):
                open_turn = open_turn or _begun(turns, started)
            case VoiceStopped(ended) if open_turn is not None:
                open_turn = replace(open_turn, ended=ended)
            case Transcribed(text=text) if open_turn is not None:
                open_turn = replace(open_turn, text=text.strip())
            case DigitPressed(digit):
                known = open_turn or _begun(turns, entry.at)
                open_turn = replace(known, digits=known.digits + digit, ended=entry.at)
            case OverlapIgnored() | SoundIgnored() | SpeechResumed():
                open_turn = None
            case CallerTurnEnded() as ended_turn:
                if turns and ended_turn.started <= turns[-1].started:
                    turns[-1] = replace(turns[-1], superseded=True)
                turns.append(
                    CallerTurn(
                        number=ended_turn.turn,
                        text=ended_turn.text,
                        started=ended_turn.started,
                        ended=ended_turn.ended,
                        decided=entry.at,
                        digits=ended_turn.digits,
                    )
                )
                open_turn = None
    if open_turn is not None and (open_turn.text or open_turn.digits):
        turns.append(open_turn)
    return tuple(turns)


def tools_of(entries: Sequence[Entry]) -> tuple[ToolUse, ...]:
    """Return the business actions in the order in which they began."""
    uses: dict[str, ToolUse] = {}
    turn = 0
    for entry in entries:
        match entry.event:
            case CallerTurnEnded(number):
                turn = number
            case ToolCalled(tool, key, arguments, side_effect):
                uses[key] = ToolUse(tool, key, arguments, side_effect, turn, entry.at)
            case ToolAnswered(_, key, ok, value, error, seconds) if key in uses:
                uses[key] = replace(uses[key], ok=ok, value=value, error=error, seconds=seconds)
    return tuple(uses.values())


def _begun(turns: Sequence[CallerTurn], started: float) -> CallerTurn:
    number = turns[-1].number + 1 if turns else 1
    return CallerTurn(number, "", started, started, None)
