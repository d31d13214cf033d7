"""Pure fold: a journal to its latencies, interruptions and outcome.

Latency is voice to voice as the server knows it: from the caller's last voiced sample to the first
audio of the answer sent. A filler or an apology never stops the clock (`exchanges.NO_ANSWER`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voicebot.folds.exchanges import CallerTurn, Segment, caller_turns_of, facts_of, segments_of
from voicebot.journal import (
    BargedIn,
    CallEnded,
    CallerBridged,
    CallerTurnEnded,
    EngineFailed,
    Entry,
    HandoffDecided,
    JournalEvent,
    NoInputNoticed,
    OverlapIgnored,
    ReplyDecided,
    SoundIgnored,
    SpeechResumed,
    SpeechSilenced,
    StreamStarted,
    ToolAnswered,
    ToolCalled,
    Transcribed,
    TransferBegan,
    TransferEnded,
    VoiceStarted,
    VoiceStopped,
)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile by nearest rank: the smallest value that so many per cent do not exceed.

    Always one of the values, so that it can be looked up in the journal; no interpolation.

    Raises:
        ValueError: there are no values, or `percent` is not in (0, 100].
    """
    if not values:
        raise ValueError("a percentile of nothing is not defined")
    if not 0 < percent <= 100:
        raise ValueError(f"percent must be above 0 and at most 100, not {percent}")
    # Rounded, because 0.95 * 20 may come out a hair above 19.
    rank = math.ceil(round(percent / 100 * len(values), 9))
    return sorted(values)[rank - 1]


@dataclass(frozen=True, slots=True)
class Response:
    """How one turn of the caller was answered. Seconds after the caller's last voiced sample.

    None where it did not happen, or the journal does not say.
    """

    turn: int
    voice_stopped: float | None
    """The silence was noticed."""
    transcribed: float | None
    """The words were there; before the end of the turn when decoded speculatively."""
    turn_ended: float
    """The turn was taken to be over."""
    understood: float | None
    """The dialogue first decided what to do."""
    decided: float | None
    """The dialogue decided what to say; later than `understood` where a tool was asked."""
    answered: float | None
    """The first audio of the answer was sent: the latency."""

    @property
    def stages(self) -> Mapping[str, float]:
        """The latency as a waterfall: seconds by stage, in order, which add up to `answered`.

        What happened ahead of its turn (a speculative decode) counts as much as it made us wait.
        """
        if self.answered is None:
            return {}
        milestones = {
            "detect": self.voice_stopped,
            "transcribe": self.transcribed,
            "endpoint": self.turn_ended,
            "understand": self.understood,
            "tools": self.decided,
            "speak": self.answered,
        }
        stages: dict[str, float] = {}
        reached = 0.0
        for name, at in milestones.items():
            at = reached if at is None else min(max(at, reached), max(self.answered, 0.0))
            stages[name] = at - reached
            reached = at
        return stages


@dataclass(frozen=True, slots=True)
class CallMetrics:
    """One call in figures; seconds."""

    duration: float
    ended: bool
    disposition: str
    handed_off: bool
    """A person took the call over, or was left to; not where people were rung and none was had."""
    greeting_latency: float | None
    """From the stream's start to the first audio of the bot."""
    responses: tuple[Response, ...]
    """One for each turn of the caller that was really over."""
    premature_ends: int
    """Turns that were taken to be over and were not."""
    interruptions: Mapping[str, int]
    """Barge-ins by reason."""
    yield_latencies: tuple[float, ...]
    """From the first voiced sample of each spoken barge-in to the bot's silence (`clear` sent)."""
    overlaps_ignored: Mapping[str, int]
    """By kind, or by reason where the kind is not known."""
    false_alarms: int
    """Interruptions that were none: the bot fell silent, and went on from the same word."""
    sounds_ignored: int
    no_inputs: int
    engine_failures: Mapping[str, int]
    """By engine."""
    tool_calls: int
    tool_failures: int
    decode_seconds: tuple[float, ...]
    """On the model, one for each decode."""
    queued_seconds: tuple[float, ...]
    decoded_audio_seconds: float
    fallback_decodes: int

    @property
    def latencies(self) -> tuple[float, ...]:
        """Voice to voice, of the answered turns, in order."""
        return tuple(r.answered for r in self.responses if r.answered is not None)

    @property
    def latency_p50(self) -> float | None:
        """Median of `latencies`; None without any."""
        return percentile(self.latencies, 50) if self.latencies else None

    @property
    def latency_p95(self) -> float | None:
        """95th percentile of `latencies`; None without any."""
        return percentile(self.latencies, 95) if self.latencies else None

    @property
    def unanswered(self) -> tuple[int, ...]:
        """Turns to which no answer was sent; a caller who hangs up at once leaves one."""
        return tuple(r.turn for r in self.responses if r.answered is None)

    @property
    def contained(self) -> bool:
        """Whether the caller's problem was solved without a person."""
        return self.disposition == "resolved" and not self.handed_off


def metrics_of(entries: Sequence[Entry]) -> CallMetrics:
    """Fold a journal into figures."""
    facts = facts_of(entries)
    turns = [turn for turn in caller_turns_of(entries) if turn.decided is not None]
    segments = segments_of(entries)
    events = [entry.event for entry in entries]
    decodes = [event for event in events if isinstance(event, Transcribed)]
    return CallMetrics(
        duration=facts.duration,
        ended=facts.ended is not None,
        disposition=facts.disposition,
        handed_off=_handed_off(events),
        greeting_latency=_greeting_latency(entries, segments),
        responses=tuple(_response(t, entries, segments) for t in turns if not t.superseded),
        premature_ends=sum(turn.superseded for turn in turns),
        interruptions=_counts(event.reason for event in events if isinstance(event, BargedIn)),
        yield_latencies=_yield_latencies(entries),
        overlaps_ignored=_counts(
            e.kind or e.reason for e in events if isinstance(e, OverlapIgnored)
        ),
        false_alarms=sum(isinstance(event, SpeechResumed) for event in events),
        sounds_ignored=sum(isinstance(event, SoundIgnored) for event in events),
        no_inputs=sum(isinstance(event, NoInputNoticed) for event in events),
        engine_failures=_counts(e.engine for e in events if isinstance(e, EngineFailed)),
        tool_calls=sum(isinstance(event, ToolCalled) for event in events),
        tool_failures=sum(isinstance(e, ToolAnswered) and not e.ok for e in events),
        decode_seconds=tuple(decode.decode_seconds for decode in decodes),
        queued_seconds=tuple(decode.queued_seconds for decode in decodes),
        decoded_audio_seconds=math.fsum(decode.audio_seconds for decode in decodes),
        fallback_decodes=sum(decode.fallback for decode in decodes),
    )


def _response(turn: CallerTurn, entries: Sequence[Entry], segments: Sequence[Segment]) -> Response:
    decided_at = turn.decided if turn.decided is not None else turn.ended
    voice_stopped, transcribed = _before_end(turn.number, entries)
    spoken = [s for s in segments if s.turn == turn.number and s.answers and s.started is not None]
    answer = min(spoken, key=lambda segment: segment.started or 0.0, default=None)
    decisions = [
        entry.at
        for entry in entries
        if isinstance(entry.event, ReplyDecided)
        and entry.event.turn == turn.number
        and entry.event.input in {"user_turn", "tool_returned"}
        and (answer is None or entry.at <= answer.queued)
    ]
    return Response(
        turn=turn.number,
        voice_stopped=_since(turn, voice_stopped),
        transcribed=_since(turn, transcribed),
        turn_ended=decided_at - turn.ended,
        understood=_since(turn, decisions[0] if decisions else None),
        decided=_since(turn, decisions[-1] if decisions else None),
        answered=_since(turn, answer.started if answer else None),
    )


def _before_end(number: int, entries: Sequence[Entry]) -> tuple[float | None, float | None]:
    """Return when the last silence of a turn was noticed and when its last words came."""
    stopped: float | None = None
    transcribed: float | None = None
    for entry in entries:
        match entry.event:
            case VoiceStarted():
                stopped = transcribed = None
            case VoiceStopped():
                stopped, transcribed = entry.at, None
            case Transcribed():
                transcribed = entry.at
            case CallerTurnEnded(turn):
                if turn == number:
                    break
                stopped = transcribed = None
    return stopped, transcribed


def _since(turn: CallerTurn, at: float | None) -> float | None:
    return None if at is None else at - turn.ended


def _handed_off(events: Sequence[JournalEvent]) -> bool:
    handed = False
    for event in events:
        match event:
            case HandoffDecided():
                handed = True
            case TransferBegan():
                handed = False
            case CallerBridged() | TransferEnded(outcome="bridged"):
                return True
            case CallEnded(disposition="transferred"):
                return True
    return handed


def _greeting_latency(entries: Sequence[Entry], segments: Sequence[Segment]) -> float | None:
    stream = next((entry.at for entry in entries if isinstance(entry.event, StreamStarted)), None)
    spoken = [s.started for s in segments if s.turn == 0 and s.started is not None]
    return None if stream is None or not spoken else min(spoken) - stream


def _yield_latencies(entries: Sequence[Entry]) -> tuple[float, ...]:
    latencies = []
    onset: float | None = None
    barged_in = False
    for entry in entries:
        match entry.event:
            case VoiceStarted(started):
                onset = started
            case BargedIn(_, reason):
                barged_in = reason != "digit"
            case SpeechSilenced() if barged_in and onset is not None:
                latencies.append(entry.at - onset)
                barged_in = False
    return tuple(latencies)


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))
