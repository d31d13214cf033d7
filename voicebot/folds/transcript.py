"""Pure fold: a journal to the transcript of the call, honest about what the caller really heard.

A turn of the bot is all it said in answer to one turn of the caller; a re-prompt after a silence is
a turn of its own. Works on a journal that breaks off anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voicebot.folds.exchanges import (
    CallerTurn,
    CallFacts,
    Fate,
    Segment,
    ToolUse,
    caller_turns_of,
    facts_of,
    segments_of,
    tools_of,
)
from voicebot.journal import (
    BargedIn,
    EngineFailed,
    Entry,
    HandoffDecided,
    NoInputNoticed,
    OverlapIgnored,
    ReplyDecided,
    SpeechQueued,
    SpeechResumed,
    StreamEnded,
    TurnRetracted,
)


class Speaker(StrEnum):
    """Who speaks."""

    CALLER = "caller"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One party's time on the floor. Times in seconds on the call clock."""

    speaker: Speaker
    number: int
    """Of the caller's turn; for the bot, of the turn that it answers (0: the greeting)."""
    started: float
    ended: float
    text: str
    """All that was said, or was to be said."""
    heard_text: str
    """For the bot: what the caller heard, as far as the carrier confirmed it."""
    unheard_text: str = ""
    """For the bot: what an interruption kept from the caller."""
    unconfirmed_text: str = ""
    """For the bot: what was sent, but not confirmed before the journal ended."""
    interrupted: bool = False
    complete: bool = True
    """False for words of the caller whose turn never came to its end."""
    latency: float | None = None
    """For the bot: from the caller's last voiced sample to the first audio of the answer."""
    digits: str = ""
    sources: tuple[str, ...] = ()
    """Where the bot's words come from, in order."""
    intent: str = ""
    """What the caller was understood to want; of the bot's turn."""
    confidence: float | None = None
    tools: tuple[ToolUse, ...] = ()
    segments: tuple[Segment, ...] = ()


class RemarkKind(StrEnum):
    """What is worth a remark between the turns."""

    BARGED_IN = "barged in"
    OVERLAP_IGNORED = "overlap ignored"
    RESUMED = "went on"
    RETRACTED = "answer undone"
    NO_INPUT = "no input"
    HANDOFF = "handoff"
    ENGINE_FAILED = "engine failed"
    STREAM_ENDED = "stream ended"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened between the lines."""

    at: float
    kind: RemarkKind
    detail: str
    brief: Mapping[str, Any] = field(default_factory=dict)
    """For a handoff: what the person was told (see `dialogue.brief`)."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call, readable."""

    call: CallFacts
    turns: tuple[Turn, ...]
    """By the time at which they began."""
    remarks: tuple[Remark, ...]


def transcript_of(entries: Sequence[Entry]) -> Transcript:
    """Fold a journal into a transcript."""
    caller_turns = caller_turns_of(entries)
    turns = [_caller(turn) for turn in caller_turns if not turn.superseded]
    turns += _assistant(entries, {turn.number: turn for turn in caller_turns})
    turns.sort(key=lambda turn: turn.started)
    return Transcript(call=facts_of(entries), turns=tuple(turns), remarks=_remarks(entries))


def _caller(turn: CallerTurn) -> Turn:
    return Turn(
        speaker=Speaker.CALLER,
        number=turn.number,
        started=turn.started,
        ended=turn.ended,
        text=turn.text,
        heard_text=turn.text,
        digits=turn.digits,
        complete=turn.decided is not None,
    )


def _assistant(entries: Sequence[Entry], answered: dict[int, CallerTurn]) -> list[Turn]:
    segments = {segment.name: segment for segment in segments_of(entries)}
    tools = tools_of(entries)
    understood = {
        entry.event.turn: entry.event
        for entry in entries
        if isinstance(entry.event, ReplyDecided) and entry.event.input == "user_turn"
    }
    turns = []
    known: set[int] = set()
    for number, names in _groups(entries):
        group = tuple(segments[name] for name in names)
        first = number not in known
        known.add(number)
        turns.append(
            _reply(
                number,
                group,
                tuple(use for use in tools if use.turn == number and first),
                answered.get(number) if first else None,
                understood.get(number) if first else None,
            )
        )
    # Actions whose turn was never spoken about, because the call ended before.
    for number in dict.fromkeys(use.turn for use in tools if use.turn not in known):
        silent = tuple(use for use in tools if use.turn == number)
        turns.append(_reply(number, (), silent, None, understood.get(number)))
    return turns


def _groups(entries: Sequence[Entry]) -> list[tuple[int, list[str]]]:
    """Return the segments by the turn that they answer, re-prompts apart."""
    groups: dict[tuple[int, int], list[str]] = {}
    silences = 0
    for entry in entries:
        match entry.event:
            case NoInputNoticed():
                silences += 1
            case SpeechQueued(name, _, turn):
                groups.setdefault((turn, silences), []).append(name)
    return [(turn, names) for (turn, _), names in groups.items()]


def _reply(
    number: int,
    segments: tuple[Segment, ...],
    tools: tuple[ToolUse, ...],
    answered: CallerTurn | None,
    understood: ReplyDecided | None,
) -> Turn:
    began = [s.started for s in segments if s.started is not None]
    queued = [s.queued for s in segments] or [use.called for use in tools]
    answers = [s.started for s in segments if s.started is not None and s.answers]
    started = min(began, default=min(queued))
    ends = [s.ended for s in segments if s.ended is not None]
    ends += [use.called + (use.seconds or 0.0) for use in tools if not segments]
    confidence = understood.trace.get("confidence") if understood else None
    return Turn(
        speaker=Speaker.ASSISTANT,
        number=number,
        started=started,
        ended=max([started, *began, *ends]),
        text=_joined(s.text for s in segments),
        heard_text=_joined(s.heard for s in segments),
        unheard_text=_joined(s.unheard for s in segments),
        unconfirmed_text=_joined(s.unconfirmed for s in segments),
        interrupted=any(s.fate is Fate.CUT for s in segments),
        latency=min(answers) - answered.ended if answered and answers else None,
        sources=tuple(dict.fromkeys(s.source for s in segments if s.source)),
        intent=str(understood.trace.get("intent", "")) if understood else "",
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        tools=tools,
        segments=segments,
    )


def _remarks(entries: Sequence[Entry]) -> tuple[Remark, ...]:
    remarks = []
    for entry in entries:
        match entry.event:
            case BargedIn() as barged_in:
                remarks.append(Remark(entry.at, RemarkKind.BARGED_IN, explained(barged_in)))
            case OverlapIgnored() as ignored:
                remarks.append(Remark(entry.at, RemarkKind.OVERLAP_IGNORED, explained(ignored)))
            case SpeechResumed(reason, kind):
                detail = f"{kind}: {reason}" if kind else reason
                remarks.append(Remark(entry.at, RemarkKind.RESUMED, detail))
            case TurnRetracted():
                remarks.append(Remark(entry.at, RemarkKind.RETRACTED, "the caller went on"))
            case NoInputNoticed(count):
                remarks.append(Remark(entry.at, RemarkKind.NO_INPUT, str(count)))
            case HandoffDecided(queue=queue, reason=reason, brief=brief):
                detail = f"{queue}: {reason}" if queue else reason
                remarks.append(Remark(entry.at, RemarkKind.HANDOFF, detail, brief))
            case EngineFailed(engine, error):
                remarks.append(Remark(entry.at, RemarkKind.ENGINE_FAILED, f"{engine}: {error}"))
            case StreamEnded(reason):
                remarks.append(Remark(entry.at, RemarkKind.STREAM_ENDED, reason))
    return tuple(remarks)


def explained(event: BargedIn | OverlapIgnored) -> str:
    """Return in a line what a sound over the bot was taken for, and why.

    Example: ``interruption (words) after 0.38 s: “Wait”, 94 % likely``.
    """
    parts = [f"{event.kind} ({event.reason})" if event.kind else event.reason]
    if event.speech_seconds:
        parts.append(f" after {event.speech_seconds:.2f} s")
    if event.text:
        parts.append(f": “{event.text}”")
    wanted = event.evidence.get("interruption")
    if wanted is not None:
        parts.append(f", {wanted:.0%} likely to want the floor")
    if (echo := event.evidence.get("echo", 0.0)) >= 0.3:
        parts.append(f", {echo:.0%} like the bot's own voice")
    return "".join(parts)


def _joined(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
