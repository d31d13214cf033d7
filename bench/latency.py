"""Voice to voice at the caller's ear, and how quickly the bot yields."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bench.callers import CALLERS, INTERRUPTIONS, Caller, Line, interruption, script
from bench.hearing import Listener, is_right
from bench.journalled import (
    Journals,
    answer_without_filler,
    barge_in_decided_at,
    mean_stages,
    wait_until_ended,
)
from bench.results import Call, Interruption, LatencyRun, Turn
from bench.servers import VOICEBOT, Server
from telephony.simulator import CallRecording, SimulatedCaller, TurnMeasure, run_calls
from voicebot.journal import Entry

HANG_UP_AFTER = 4.0
"""Seconds of silence after the last answer, at which a caller leaves a bot that does not."""

CALL_SECONDS = 240.0

INTERRUPT_AFTER = 2.0
"""Seconds into the answer at which it is cut off."""

Progress = Callable[[str], None]


async def measure_latency(
    server: Server,
    *,
    at_once: int,
    repeat: int,
    turns: int | None,
    listener: Listener | None,
    progress: Progress,
) -> LatencyRun:
    """Have every caller call, so many at a time.

    One at a time they call one after the other; more than there are callers share the scripts.
    """
    rounds = (
        [[caller] for caller in CALLERS]
        if at_once == 1
        else [[CALLERS[index % len(CALLERS)] for index in range(at_once)]]
    )
    made: list[tuple[Caller, CallRecording]] = []
    for callers in rounds:
        names = ", ".join(caller.name for caller in callers)
        progress(f"{server.system.name}: {names} calling")
        simulated = [
            SimulatedCaller(
                server.voice_url,
                script(caller, turns),
                hang_up_after=HANG_UP_AFTER,
                max_seconds=CALL_SECONDS,
            )
            for caller in callers
        ]
        made += zip(callers, await run_calls(simulated), strict=True)
    journals = await asyncio.to_thread(_journals, server, [r.call_sid for _, r in made])
    if listener is not None:
        progress(f"{server.system.name}: listening to the answers")
    calls = [
        await asyncio.to_thread(
            _call, caller, recording, journals.of(recording.call_sid) if journals else [], listener
        )
        for caller, recording in made
    ]
    return LatencyRun(server.system.name, at_once, repeat, calls)


async def measure_interruptions(
    server: Server, *, repeat: int, count: int | None, progress: Progress
) -> list[Interruption]:
    """Cut long answers off, one call each."""
    found = []
    for question, words in INTERRUPTIONS[:count]:
        progress(f"{server.system.name}: interrupting with {words}")
        caller = SimulatedCaller(
            server.voice_url,
            interruption(question, words, INTERRUPT_AFTER),
            hang_up_after=2.0,
            max_seconds=60.0,
        )
        recording = await caller.run()
        journals = await asyncio.to_thread(_journals, server, [recording.call_sid])
        entries = journals.of(recording.call_sid) if journals else []
        found.append(_interruption(server.system.name, repeat, words, recording, entries))
    return found


def _interruption(
    system: str, repeat: int, words: str, recording: CallRecording, entries: Sequence[Entry]
) -> Interruption:
    cut = recording.turns[-1] if len(recording.turns) == 2 else None
    if cut is None or not cut.overlapped or cut.yielded_at is None:
        return Interruption(system, repeat, words, None)
    decided_at = barge_in_decided_at(entries)
    return Interruption(
        system,
        repeat,
        words,
        yielded=_rounded(cut.yield_seconds),
        decided=None if decided_at is None else _rounded(cut.yielded_at - decided_at),
    )


def _call(
    caller: Caller, recording: CallRecording, entries: Sequence[Entry], listener: Listener | None
) -> Call:
    nexts = [measure.spoke_from for measure in recording.turns[1:]]
    said = {line.recording: line for line in caller.lines}
    return Call(
        caller=caller.name,
        greeting=_rounded(recording.greeted_at),
        turns=[
            _turn(said[measure.label], measure, until, recording, entries, listener)
            for measure, until in zip(recording.turns, [*nexts, None], strict=False)
        ],
        ended_by=recording.ended_by.value,
        stages=mean_stages(entries),
    )


def _turn(
    line: Line,
    measure: TurnMeasure,
    until: float | None,
    recording: CallRecording,
    entries: Sequence[Entry],
    listener: Listener | None,
) -> Turn:
    talked_over = measure.talked_over_at is not None
    if measure.answered_at is None:
        return Turn(line.recording, None, right=False, talked_over=talked_over)
    answered_at = answer_without_filler(entries, measure.spoke_to, measure.answered_at, until)
    heard, right = "", None
    if listener is not None:
        heard = listener.hear(recording.ear_track, measure.answered_at, until)
        right = is_right(heard, line.right)
    return Turn(
        line=line.recording,
        response=(
            None if talked_over or answered_at is None else _rounded(answered_at - measure.spoke_to)
        ),
        heard=heard,
        right=right,
        talked_over=talked_over,
    )


def _journals(server: Server, call_sids: Sequence[str]) -> Journals | None:
    if server.system is not VOICEBOT:
        return None
    wait_until_ended(server.database_url, call_sids)
    return Journals(server.database_url)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
