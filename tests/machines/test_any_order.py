"""Facts in any order: the machine neither gets stuck nor forgets."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machines.script import (
    POLICY,
    heard,
    play,
    seen,
)
from voicebot.journal import (
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    OverlapIgnored,
    PlayoutFinished,
    PlayoutStarted,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.commands import TurnEvent
from voicebot.turntaking.floor import Floor
from voicebot.turntaking.overhearing import TakeGlimpse
from voicebot.turntaking.turns import TurnTaker

ALPHABET: tuple[TurnEvent, ...] = (
    VoiceStarted(0.0),
    VoiceStopped(0.0),
    heard(1, "Where is my order?"),
    heard(2, ""),
    seen(0.0, 0.0, "Wait", 0.9),
    TurnEndJudged(1, 0.9),
    DigitPressed("5"),
    PlayoutStarted(),
    PlayoutFinished(),
    EngineFailed("recogniser", "x"),
)


def stamped(event: TurnEvent, at: float) -> TurnEvent:
    match event:
        case VoiceStarted():
            return VoiceStarted(at - 0.05)
        case VoiceStopped():
            return VoiceStopped(at - 0.1)
        case Glimpsed():
            # Of the sound that began with the fact before it.
            return replace(event, started=at - 0.35, until=at - 0.1)
    return event


def test_no_sequence_of_events_leaves_the_machine_stuck() -> None:
    """After any four facts and then quiet, the floor is open or the bot's, or a timer runs."""
    for sequence in itertools.product(ALPHABET, repeat=4):
        taker = TurnTaker(POLICY)
        script = [(1.0 + 0.3 * i, stamped(e, 1.0 + 0.3 * i)) for i, e in enumerate(sequence)]
        log = play(script, until=120.0, taker=taker)

        # The caller's floor ends with a VoiceStopped, the bot's with a PlayoutFinished, an owed
        # answer with the session's own deadline; a pause ends by itself.
        assert taker.floor is not Floor.PENDING, sequence
        turns = [c.turn for _, c in log if isinstance(c, CallerTurnEnded)]
        assert sorted(set(turns)) == turns
        for at, command in log:
            if isinstance(command, CallerTurnEnded):
                assert command.started <= command.ended <= at


@given(
    st.lists(
        st.tuples(st.sampled_from(ALPHABET), st.floats(0.0, 3.0, allow_nan=False)), max_size=30
    )
)
def test_the_same_script_gives_the_same_log(steps: list[tuple[TurnEvent, float]]) -> None:
    at, script = 1.0, []
    for event, pause in steps:
        at += pause
        script.append((at, stamped(event, at)))

    assert play(script, until=at + 60) == play(script, until=at + 60)


@pytest.mark.parametrize("late", [0.0, 0.3, 1.5])
def test_no_sound_is_looked_at_in_the_step_that_judges_it(late: float) -> None:
    """A look brings evidence with it: a replay would judge by what the call did not have."""
    for sequence in itertools.product(ALPHABET, repeat=3):
        taker, at = TurnTaker(POLICY), 1.0
        taker.handle(PlayoutStarted(), at)
        for event in sequence:
            # A driver that comes late runs several timers at once.
            at += 0.3 + late
            for commands in (taker.expire(at), taker.handle(stamped(event, at), at)):
                judged = any(isinstance(c, BargedIn | OverlapIgnored) for c in commands)
                looks = any(isinstance(c, TakeGlimpse) for c in commands)
                assert not (judged and looks), sequence
