"""Sounds over the bot, told as scripts of facts with their times."""

from __future__ import annotations

import pytest

from tests.machines.script import (
    BOT_SPEAKS,
    POLICY,
    asked,
    ended,
    heard,
    kinds,
    play,
    seen,
)
from voicebot.journal import (
    BargedIn,
    Glimpsed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    PlayoutStarted,
    SoundMeasured,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.floor import Transcribe
from voicebot.turntaking.overhearing import TakeGlimpse
from voicebot.turntaking.policy import OVERLAP_MODES, TurnPolicy
from voicebot.turntaking.turns import TurnTaker


def test_words_that_want_the_floor_take_it_at_the_first_look() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Where is", 0.97)),
            (6.1, VoiceStopped(6.0)),
            (6.15, TurnEndJudged(2, 0.9)),
            (6.2, heard(2, "Where is my order?")),
        ]
    )

    assert [
        (5.0, OverlapNoticed(4.9)),
        (pytest.approx(4.9 + POLICY.overlap.first_look), TakeGlimpse(4.9, pytest.approx(5.12))),
    ] == log[4:6]
    [(at, barged_in)] = [(at, c) for at, c in log if isinstance(c, BargedIn)]
    assert 5.2 == at
    assert ("interruption", "words", "Where is") == (
        barged_in.kind,
        barged_in.reason,
        barged_in.text,
    )
    assert 0.97 == barged_in.evidence["interruption"]
    assert (6.2, "Where is my order?", "") == ended(log)[-1]


def test_speech_whose_words_are_not_to_be_had_takes_the_floor_by_its_length() -> None:
    log = play([*BOT_SPEAKS, (5.0, VoiceStarted(4.9))], until=7.0)

    assert (pytest.approx(4.9 + POLICY.overlap.blind), "speech") in [
        (at, c.reason) for at, c in log if isinstance(c, BargedIn)
    ]


def test_a_plain_vad_yields_to_all_that_lasts() -> None:
    taker = TurnTaker(TurnPolicy(overlap=OVERLAP_MODES["vad"], foresight=0.0))
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.25, VoiceStopped(5.2)),
            (7.0, VoiceStarted(6.9)),
        ],
        taker=taker,
        until=8.0,
    )

    assert [OverlapNoticed, OverlapIgnored, OverlapNoticed, BargedIn] == [
        type(c)
        for _, c in log
        if isinstance(c, OverlapNoticed | OverlapIgnored | BargedIn | TakeGlimpse)
    ]


def test_a_backchannel_changes_nothing() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Mm-hm.", 0.05)),
            (5.35, VoiceStopped(5.3)),
            (5.45, seen(4.9, 5.3, "Mm-hm.", 0.03)),
        ]
    )

    ignored = log[-1][1]
    assert isinstance(ignored, OverlapIgnored)
    assert ("backchannel", "Mm-hm.") == (ignored.kind, ignored.text)
    assert pytest.approx(0.4) == ignored.speech_seconds
    assert BargedIn not in kinds(log)


def test_a_command_takes_the_floor_whatever_its_length() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Stop.", 0.5)),
            (5.25, VoiceStopped(5.2)),
            (5.4, heard(2, "Stop.")),
        ]
    )

    assert [(5.2, "command")] == [(at, c.reason) for at, c in log if isinstance(c, BargedIn)]
    assert "Stop." == ended(log)[-1][1]


def test_what_must_be_heard_is_cut_off_by_a_command_only() -> None:
    must_be_heard = [
        *BOT_SPEAKS[:-1],
        (2.29, SpeechQueued("s1", "This call is recorded.", 1, "", False)),
        (2.3, SpeechStarted("s1")),
        (2.3, PlayoutStarted()),
    ]
    question = play(
        [
            *must_be_heard,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Where is", 0.99)),
            (5.6, VoiceStopped(5.5)),
            (5.7, seen(4.9, 5.5, "Where is it?", 0.99)),
        ]
    )
    command = play(
        [*must_be_heard, (5.0, VoiceStarted(4.9)), (5.2, seen(4.9, 5.12, "Stop.", 0.99))]
    )

    assert BargedIn not in kinds(question)
    assert BargedIn in kinds(command)


def test_two_sounds_with_a_short_pause_are_judged_together() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "No", 0.6)),
            (5.25, VoiceStopped(5.2)),
            (5.3, VoiceStarted(5.28)),
            (5.45, seen(4.9, 5.4, "No, the other", 0.95)),
        ]
    )

    assert [(5.45, "No, the other")] == [(at, c.text) for at, c in log if isinstance(c, BargedIn)]


def test_what_was_ignored_counts_when_more_follows_at_once() -> None:
    """ "Sorry, … stop": the beginning was nothing by itself, and is part of the turn."""
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Um", 0.1)),
            (5.25, VoiceStopped(5.2)),
            (5.3, seen(4.9, 5.2, "Sorry", 0.3)),
            (5.7, VoiceStarted(5.6)),
            (5.95, seen(4.9, 5.82, "Sorry, stop", 0.9)),
            (6.6, VoiceStopped(6.5)),
            (6.7, heard(2, "Sorry, stop. Where is it?")),
        ],
        until=7.5,
    )

    assert [OverlapIgnored, BargedIn] == [
        type(c) for _, c in log if isinstance(c, OverlapIgnored | BargedIn)
    ]
    assert (6.6, Transcribe(2, 4.9, 6.5)) in log


def test_noise_that_goes_on_is_ignored_and_watched_for_speech() -> None:
    noise = Glimpsed(4.9, 6.2, "", -2.0, {"interruption": 0.1, "noise": 0.8})
    taker = TurnTaker(POLICY)
    first = seen(4.9, 5.12, "", 0.1)
    script = [*BOT_SPEAKS, (5.0, VoiceStarted(4.9)), (5.2, first), (6.2, noise)]
    log = play(script, until=7.0, taker=taker)

    assert (6.2, "noise") in [(at, c.kind) for at, c in log if isinstance(c, OverlapIgnored)]
    looks = [c for at, c in log if isinstance(c, TakeGlimpse) and at > 6.2]
    assert looks, "somebody may still speak over the noise"
    spoken = play([(7.0, seen(looks[-1].started, 6.9, "Hello?", 0.95))], taker=taker, until=7.5)
    assert [BargedIn] == kinds(spoken)


def test_a_false_alarm_gives_the_floor_back() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.2, seen(4.9, 5.12, "Where", 0.9)),
            (5.21, PlayoutFinished()),
            (5.5, VoiceStopped(5.4)),
            (5.6, heard(2, "Yeah, yeah.")),
        ],
        until=5.7,
    )

    assert (5.6, SpeechResumed("words", "backchannel")) == log[-1]
    assert ["What is your return policy?"] == [text for _, text, _ in ended(log)]


def test_a_line_that_gave_the_bots_voice_back_is_expected_to_do_so_again() -> None:
    def measured(started: float, echo: float) -> SoundMeasured:
        return SoundMeasured(started, started + 0.22, -30.0, 20.0, 0.9, 0.8, 120.0, 3.0, echo, 0.2)

    first = [
        (5.0, VoiceStarted(4.9)),
        (5.12, measured(4.9, 0.9)),
        (5.3, VoiceStopped(5.2)),
        (5.4, seen(5.12, 5.2, "", 0.1)),
    ]
    second = [
        (7.0, VoiceStarted(6.9)),
        (7.12, measured(6.9, 0.4)),
        (7.2, seen(6.9, 7.12, "Returns are", 0.95)),
    ]

    echoing = play([*BOT_SPEAKS, *first, *second], until=7.3)
    assert ["echo", "echo"] == [c.kind for _, c in echoing if isinstance(c, OverlapIgnored)]
    assert BargedIn in kinds(play([*BOT_SPEAKS, *second], until=7.3))


def test_the_bots_own_voice_is_not_taken_for_a_caller() -> None:
    measured = SoundMeasured(4.9, 5.12, -45.0, 20.0, 0.9, 0.8, 120.0, 3.0, 0.9, 0.2)
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.12, measured),
            (5.2, seen(4.9, 5.12, "Returns are free", 0.95)),
        ],
        until=5.4,
    )

    assert [(5.12, "echo")] == [(at, c.kind) for at, c in log if isinstance(c, OverlapIgnored)]
    assert BargedIn not in kinds(log)


def test_a_yes_over_the_end_of_a_question_is_its_answer() -> None:
    script = [
        (0.1, asked("yes_no")),
        (0.2, PlayoutStarted()),
        (3.0, VoiceStarted(2.9)),
        (3.2, PlayoutFinished()),
        (3.3, VoiceStopped(3.25)),
        (3.4, heard(1, "Yes.")),
    ]

    assert [(3.45, "Yes.", "")] == ended(play(script))


def test_a_yes_wholly_inside_a_question_is_its_answer_too() -> None:
    script = [
        (0.1, asked("yes_no")),
        (0.2, PlayoutStarted()),
        (3.0, VoiceStarted(2.9)),
        (3.2, VoiceStopped(3.15)),
        (3.3, seen(2.9, 3.15, "Yes.", 0.2)),
        (3.4, heard(1, "Yes.")),
        (3.6, PlayoutFinished()),
    ]

    log = play(script)
    assert [(3.3, "acknowledgement")] == [(at, c.kind) for at, c in log if isinstance(c, BargedIn)]
    assert [(3.4, "Yes.", "")] == ended(log)


def test_a_caller_who_goes_on_before_the_answer_began_is_heard_out() -> None:
    log = play(
        [
            *BOT_SPEAKS[:-1],
            (2.4, VoiceStarted(2.3)),
            (3.6, VoiceStopped(3.5)),
            (3.65, TurnEndJudged(2, 0.9)),
            (3.7, heard(2, "For shoes, I mean.")),
        ]
    )

    assert (2.4, TurnRetracted()) in log
    assert (3.7, "What is your return policy? For shoes, I mean.", "") == ended(log)[-1]


def test_a_caller_who_goes_on_as_the_answer_begins_is_heard_out() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (2.6, VoiceStarted(2.5)),
            (2.8, seen(2.5, 2.72, "For shoes", 0.9)),
            (3.6, VoiceStopped(3.5)),
            (3.65, TurnEndJudged(2, 0.9)),
            (3.7, heard(2, "For shoes, I mean.")),
        ]
    )

    assert [BargedIn, TurnRetracted] == [
        type(command) for _, command in log if isinstance(command, BargedIn | TurnRetracted)
    ]
    assert ["resumed"] == [c.reason for _, c in log if isinstance(c, BargedIn)]
    assert (3.7, "What is your return policy? For shoes, I mean.", "") == ended(log)[-1]
