"""From a call's recording, and what the server wrote down, to what came of each event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.duplex.measures import (
    TEMPLATE,
    YIELD_WINDOW,
    Reference,
    Silence,
    Spans,
    decoded,
    ducking,
    silence_after,
    speaks_at,
)
from bench.duplex.outcomes import Outcome, TurnOutcome
from bench.duplex.player import Played
from bench.journalled import stream_start
from telephony.g711 import SAMPLE_RATE
from telephony.simulator import CallRecording, TurnMeasure
from telephony.simulator.loudness import audible_spans
from voicebot.journal import BargedIn, Entry, OverlapIgnored, SpeechCut, SpeechResumed

LATE = 1.0
"""Seconds after an event's last sound in which a bot that stops still stops because of it."""
AFTERMATH = 1.5
"""Seconds after the caller's last sound in which a yield is still because of it."""
SPOKEN_INTO = 0.05
"""Seconds before the end of a turn from which a bot that begins has not waited for it."""
REACH = round(3.0 * SAMPLE_RATE)
"""Samples by which the bot's speech is looked for earlier and later than it should be."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to judge."""

    system: str
    condition: str
    recording: CallRecording
    played: Sequence[Played]
    entries: Sequence[Entry]
    """The server's journal; empty where there is none."""


def judge(call: Call, reference: Reference) -> tuple[list[Outcome], list[TurnOutcome]]:
    """Return what came of a call's events and turns."""
    ear = decoded(call.recording.ear_track)
    spans = audible_spans(call.recording.ear_track)
    outcomes: list[Outcome] = []
    turns: list[TurnOutcome] = []
    begins = [p.spoken.audible_from / SAMPLE_RATE for p in call.played]
    untils = [*begins, call.recording.seconds][1:]
    for played, until, measure in zip(
        call.played,
        untils,
        call.recording.turns,
        strict=True,
    ):
        if played.event.kind == "turn":
            turns.append(_turn(call, played, measure))
            continue
        outcome, silence = _outcome(call, played, until, spans, reference)
        if not outcome.void and silence is None:
            outcome = _spoken_on(outcome, played, until, ear, reference)
        elif not outcome.void and silence is not None:
            if outcome.kind == "interruption":
                turns.append(_interrupting_turn(call, played, silence, until))
            else:
                outcome = _taken_up(outcome, played, silence, until, ear, reference, call)
        outcomes.append(outcome)
    return outcomes, turns


def stray_stops(call: Call) -> int:
    """Return how often the server yielded while the caller neither spoke nor had just spoken."""
    offset = stream_start(call.entries)
    busy = [
        (p.spoken.audible_from / SAMPLE_RATE, p.spoken.audible_to / SAMPLE_RATE + AFTERMATH)
        for p in call.played
    ]
    stops = [e.at - offset for e in call.entries if isinstance(e.event, BargedIn)]
    return sum(not any(begin <= at <= end for begin, end in busy) for at in stops)


def window(kind: str, seconds: float) -> float:
    """Return for how long after an event's first sound a silence of the bot is its doing."""
    return YIELD_WINDOW if kind == "interruption" else max(YIELD_WINDOW, seconds + LATE)


def _outcome(
    call: Call, played: Played, until: float, spans: Spans, reference: Reference
) -> tuple[Outcome, Silence | None]:
    event = played.event
    at = played.spoken.audible_from / SAMPLE_RATE
    seconds = event.speech[1] - event.speech[0]
    within = min(window(event.kind, seconds), until - at)
    verdict, decided = _verdict(call.entries, at, min(at + within + LATE, until))
    outcome = Outcome(
        system=call.system,
        condition=call.condition,
        call=call.recording.call_sid[-8:],
        kind=event.kind,
        label=event.label,
        text=event.text,
        voice=event.voice,
        at=round(at, 3),
        seconds=round(seconds, 3),
        verdict=verdict,
        decided_after=decided,
    )
    if not speaks_at(spans, at):
        return replace(outcome, void="the bot was not speaking"), None
    silence = silence_after(spans, at, within, reference.gap)
    if silence is None:
        return outcome, None
    if call.entries and not _was_cut(call.entries, at, silence.begin):
        return replace(outcome, void="the bot came to its own end"), None
    stopped = silence.begin - at
    if verdict.startswith("yield") and decided is not None:
        # In a pause of its own the bot is silent already, and has not yielded before it decides.
        stopped = max(stopped, decided)
    if stopped > within:
        return outcome, None
    return replace(outcome, stopped_after=round(stopped, 3)), silence


def _spoken_on(
    outcome: Outcome, played: Played, until: float, ear: NDArray[np.float32], reference: Reference
) -> Outcome:
    """Add how the voice was lowered and what was lost, for a bot that did not stop."""
    begin, end = played.spoken.audible_from, played.spoken.audible_to
    before = begin - round((TEMPLATE + 0.05) * SAMPLE_RATE)
    place = reference.locate(ear, before)
    if place is None:
        return outcome
    lag = place - before
    last = min(round(until * SAMPLE_RATE), max(end, begin) + round(2.0 * SAMPLE_RATE))
    gains = reference.gains(ear, begin, last, lag)
    low = ducking(gains, begin / SAMPLE_RATE)
    if low is not None:
        outcome = replace(
            outcome,
            lowered_after=round(low.begin - outcome.at, 3),
            lowered_by=round(-low.depth, 1),
            lowered_for=None if low.end is None else round(low.end - low.begin, 3),
            level_back_after=None if low.end is None else round(low.end - end / SAMPLE_RATE, 3),
        )
    after = last - round(TEMPLATE * SAMPLE_RATE)
    later = reference.locate(ear, after, near=after + lag, reach=REACH)
    if later is None:
        return outcome
    return replace(outcome, skipped=round((later - lag - after) / SAMPLE_RATE, 3))


def _taken_up(
    outcome: Outcome,
    played: Played,
    silence: Silence,
    until: float,
    ear: NDArray[np.float32],
    reference: Reference,
    call: Call,
) -> Outcome:
    """Add how the bot went on with the same speech after a false stop, if it did."""
    if silence.end is None or silence.end > until:
        return outcome
    size = round(TEMPLATE * SAMPLE_RATE)
    cut, again = round(silence.begin * SAMPLE_RATE), round(silence.end * SAMPLE_RATE)
    # The voice may have been fading: look at what was said before the event.
    place = reference.locate(ear, played.spoken.audible_from - size)
    if place is None:
        return outcome
    expected = place - (played.spoken.audible_from - size) + cut
    later = reference.locate(ear, again, near=expected, reach=REACH)
    if later is None:
        return outcome
    since = max(silence.begin, played.spoken.audible_to / SAMPLE_RATE)
    return replace(
        outcome,
        resumed_after=round(silence.end - since, 3),
        skipped=round((later - expected) / SAMPLE_RATE, 3),
    )


def _interrupting_turn(call: Call, played: Played, silence: Silence, until: float) -> TurnOutcome:
    end = played.spoken.audible_to / SAMPLE_RATE
    begun = silence.end if silence.end is not None and silence.end < until else None
    spoken_into = begun is not None and begun < end - SPOKEN_INTO
    response = None if begun is None or spoken_into else round(begun - end, 3)
    return _turn_outcome(call, played, response, spoken_into)


def _turn(call: Call, played: Played, measure: TurnMeasure) -> TurnOutcome:
    spoken_into = measure.talked_over_at is not None
    response = measure.response_seconds
    if spoken_into or response is None or measure.overlapped:
        return _turn_outcome(call, played, None, spoken_into)
    return _turn_outcome(call, played, round(response, 3), False)


def _turn_outcome(
    call: Call, played: Played, response: float | None, spoken_into: bool
) -> TurnOutcome:
    event = played.event
    return TurnOutcome(
        system=call.system,
        condition=call.condition,
        call=call.recording.call_sid[-8:],
        kind=event.kind,
        label=event.label,
        text=event.text,
        voice=event.voice,
        pauses=tuple(round(end - begin, 3) for begin, end in event.pauses),
        response=response,
        spoken_into=spoken_into,
    )


def _verdict(entries: Sequence[Entry], begin: float, end: float) -> tuple[str, float | None]:
    """Return the server's decision between two times of the caller's clock; a yield rules."""
    offset = stream_start(entries)
    found: tuple[str, float | None] = ("", None)
    for entry in entries:
        at = entry.at - offset
        if not begin - SPOKEN_INTO <= at < end:
            continue
        match entry.event:
            case BargedIn(kind=kind, reason=reason):
                return f"yield:{kind or reason}", round(at - begin, 3)
            case OverlapIgnored(kind=kind, reason=reason) if not found[0]:
                found = (f"ignore:{kind or reason}", round(at - begin, 3))
    return found


def _was_cut(entries: Sequence[Entry], begin: float, silent: float) -> bool:
    """Return whether the bot's speech was cut rather than over; the journal tells which."""
    offset = stream_start(entries)
    return any(
        isinstance(entry.event, SpeechCut | BargedIn | SpeechResumed)
        and begin - SPOKEN_INTO <= entry.at - offset <= silent + 0.6
        for entry in entries
    )
