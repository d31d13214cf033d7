"""Runs the duplex benchmark: the same planned calls to our server at each operating point."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.duplex import hotline, voices
from bench.duplex.judging import Call, judge, stray_stops
from bench.duplex.measures import Reference
from bench.duplex.outcomes import CallOutcome, Outcome, TurnOutcome
from bench.duplex.plan import Plan, listening, plans
from bench.duplex.player import EventPlayer, Played
from bench.journalled import Journals, wait_until_ended
from bench.results import machine_facts
from bench.servers import VOICEBOT, Server, ServerFailed, running
from telephony.g711 import SAMPLE_RATE
from telephony.simulator import CallRecording, EndedBy, SimulatedCaller, run_calls

BASELINE = "vad"
"""Knows sounds and no words."""

POINTS = ("quick", "careful", BASELINE)
"""Values of `VOICEBOT_TURNS__OVERLAP`."""

AS_SHIPPED = "default"
"""The point at which nothing is set."""

LISTENING_SECONDS = 120.0
"""Longest call that only listens to one answer."""
CALL_SECONDS = 45.0
EVENT_SECONDS = 15.0
"""A call lasts at most `CALL_SECONDS`, and this for each of its events: a bot that cuts itself off
makes every event wait."""
STAGGER = 1.7
"""Seconds between the first calls, so that callers do not act in step."""

VERSION = 1
"""Of the JSON's form."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    events: int = 200
    """Of each class."""
    baseline_events: int = 60
    """Of each class, for the baseline: it stops for nearly everything, so its calls take longer
    and its shares are far from ours."""
    calls: int = 3
    """At once."""
    points: tuple[str, ...] = POINTS
    seed: int = 1
    tries: int = 2
    """Calls that are made for the same events, where the first had no place for all of them."""


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One operating point."""

    system: str
    gap: float
    """Seconds of silence that counted as a stop."""
    calls: list[CallOutcome]
    not_played: int
    """Planned events for which there was no place: the bot cut itself off before it had spoken for
    a second, or ended the call."""
    seconds: float
    """How long the calls took."""
    outcomes: list[Outcome]
    turns: list[TurnOutcome]


@dataclass(slots=True)
class DuplexResults:
    """Everything of one run."""

    options: dict[str, Any]
    systems: list[SystemResult] = field(default_factory=list)
    voices_missing: tuple[str, ...] = ()
    failure: str = ""
    """Why the run stopped before everything was measured."""

    def to_json(self) -> str:
        """Return it with the facts of the machine and the time."""
        body = {
            "version": VERSION,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine_facts(),
            **asdict(self),
        }
        return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class _Made:
    """A call that was made."""

    plan: Plan
    recording: CallRecording
    played: list[Played]
    left: int


def measure(options: Options, results: DuplexResults, progress: Callable[[str], None]) -> None:
    """Run every operating point; what was measured before a failure stays in `results`.

    Raises:
        ServerFailed: a server did not come up, or went away.
        RecordingsMissing: the development recordings are not beside the repository.
    """
    results.voices_missing = voices.missing()
    if results.voices_missing:
        progress(f"voices that are not installed: {', '.join(results.voices_missing)}")
    for point in options.points:
        few = min(options.events, options.baseline_events)
        planned = plans(few if point == BASELINE else options.events, options.seed)
        results.systems.append(asyncio.run(_measure_point(point, planned, options, progress)))


async def _measure_point(
    point: str, planned: Sequence[Plan], options: Options, progress: Callable[[str], None]
) -> SystemResult:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="bench-duplex-") as folder:
        domain = hotline.build(Path(folder))
        environment = {"VOICEBOT_DOMAIN": str(domain)}
        if point != AS_SHIPPED:
            environment["VOICEBOT_TURNS__OVERLAP"] = point
        async with running(VOICEBOT, environment) as server:
            progress(f"{point}: listening to the undisturbed answers")
            reference = await _reference(server)
            began = loop.time()
            made, left = await _calls(server, point, planned, options, progress)
            seconds = loop.time() - began
            progress(f"{point}: judging")
            return await asyncio.to_thread(
                _judged, point, server, reference, made, left, round(seconds, 1)
            )


async def _reference(server: Server) -> Reference:
    """Listen to every long answer, each in a call of its own."""
    recordings = await run_calls(
        [
            SimulatedCaller(
                server.voice_url,
                EventPlayer([], [question], random.Random(0), answers=1),
                max_seconds=LISTENING_SECONDS,
            )
            for question in listening()
        ]
    )
    answers = []
    for recording in recordings:
        answered = recording.turns[0].answered_at if recording.turns else None
        if answered is None:
            raise ServerFailed(f"an undisturbed call ended by {recording.ended_by.value}")
        answers.append(recording.ear_track[round(answered * SAMPLE_RATE) :])
    return Reference(answers)


async def _calls(
    server: Server,
    point: str,
    planned: Sequence[Plan],
    options: Options,
    progress: Callable[[str], None],
) -> tuple[list[_Made], int]:
    """Make all calls, so many at once; return them, and how many events found no room."""
    waiting = deque((plan, options.tries) for plan in planned)
    made: list[_Made] = []
    left_over = 0

    async def work(index: int) -> None:
        nonlocal left_over
        await asyncio.sleep(index * STAGGER)
        while waiting:
            plan, tries = waiting.popleft()
            line = plan.line()
            rng = random.Random(plan.number * 100 + tries)
            player = EventPlayer(plan.events, plan.questions, rng, line)
            caller = SimulatedCaller(
                server.voice_url,
                player,
                max_seconds=CALL_SECONDS + EVENT_SECONDS * len(plan.events),
                effect=line,
            )
            recording = await caller.run()
            made.append(_Made(plan, recording, player.played, len(player.left)))
            left = player.left
            progressed = len(left) < len(plan.events)
            if left and progressed and recording.ended_by is EndedBy.BOT:
                # It handed over, or said goodbye: the next call goes on where this one ended.
                waiting.append((_rest(plan, len(left)), tries))
            elif left and tries > 1 and (progressed or recording.ended_by is EndedBy.BOT):
                waiting.append((_rest(plan, len(left)), tries - 1))
            else:
                left_over += len(left)
            progress(
                f"{point}: call {len(made)}, {plan.condition.name}, "
                f"{len(plan.events) - len(left)} events in {recording.seconds:.0f} s, "
                f"{len(waiting)} calls to go"
            )

    async with asyncio.TaskGroup() as group:
        for index in range(options.calls):
            group.create_task(work(index))
    return made, left_over


def _rest(plan: Plan, left: int) -> Plan:
    return Plan(
        number=plan.number,
        condition=plan.condition,
        events=plan.events[-left:],
        questions=plan.questions[1:] + plan.questions[:1],
        bed=plan.bed,
        echo_delay=plan.echo_delay,
    )


def _judged(
    point: str,
    server: Server,
    reference: Reference,
    made: Sequence[_Made],
    left: int,
    seconds: float,
) -> SystemResult:
    sids = [call.recording.call_sid for call in made]
    wait_until_ended(server.database_url, sids)
    journals = Journals(server.database_url)
    outcomes: list[Outcome] = []
    turns: list[TurnOutcome] = []
    calls: list[CallOutcome] = []
    for one in made:
        call = Call(
            system=point,
            condition=one.plan.condition.name,
            recording=one.recording,
            played=one.played,
            entries=journals.of(one.recording.call_sid),
        )
        found, answered = judge(call, reference)
        outcomes += found
        turns += answered
        calls.append(
            CallOutcome(
                system=point,
                condition=call.condition,
                call=one.recording.call_sid[-8:],
                seconds=round(one.recording.seconds, 1),
                stray_stops=stray_stops(call),
                not_played=one.left,
            )
        )
    return SystemResult(point, round(reference.gap, 3), calls, left, seconds, outcomes, turns)
