"""Who holds the floor, told as scripts of facts with their times."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.endpointing import TurnEvidence, patience
from voicebot.floor import Floor, JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.journal import (
    AnswerForeseen,
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundIgnored,
    SoundMeasured,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.overhearing import TakeGlimpse
from voicebot.turn_commands import TurnCommand, TurnEvent
from voicebot.turn_policy import OVERLAP_MODES, TurnPolicy
from voicebot.turns import TurnTaker

POLICY = TurnPolicy(foresight=0.0)
"""Asks nobody what the words mean: only some of these stories have a dialogue."""
HASTY = TurnPolicy(endpoint_longest=POLICY.endpoint, foresight=0.0)
"""Takes every pause for the end, in stories that are not about it."""


def heard(utterance: int, text: str) -> Transcribed:
    return Transcribed(utterance, text, -0.2, 1.0, 0.2, 0.0, "scripted")


def seen(started: float, until: float, text: str, wants: float) -> Glimpsed:
    """A look at a sound over the bot, and how likely it wants the floor."""
    rest = (1 - wants) / 3
    kinds = {"interruption": wants, "backchannel": rest, "tic": rest, "noise": rest}
    return Glimpsed(started, until, text, -0.3, kinds)


def asked(answer: str, digits: int | None = None) -> ReplyDecided:
    acts = ({"kind": "ask", "text": "…"},)
    return ReplyDecided("user_turn", 0, acts, {}, 0.0, expects={"answer": answer, "digits": digits})


def play(
    script: list[tuple[float, TurnEvent]], until: float = 60.0, taker: TurnTaker | None = None
) -> list[tuple[float, TurnCommand]]:
    """Run a script on a machine, with its timers, and return what it decided and when."""
    taker = taker or TurnTaker(HASTY)
    log: list[tuple[float, TurnCommand]] = []

    def run_timers(end: float) -> None:
        while (deadline := taker.deadline) is not None and deadline <= end:
            log.extend((round(deadline, 3), command) for command in taker.expire(deadline))

    for at, event in script:
        run_timers(at)
        log.extend((at, command) for command in taker.handle(event, at))
    run_timers(until)
    return log


def ended(log: list[tuple[float, TurnCommand]]) -> list[tuple[float, str, str]]:
    return [(at, c.text, c.digits) for at, c in log if isinstance(c, CallerTurnEnded)]


def kinds(log: list[tuple[float, TurnCommand]]) -> list[type]:
    return [type(command) for _, command in log]


def test_a_complete_turn_is_answered_soon_after_its_last_word() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.9)),
            (2.18, heard(1, "Where is my order?")),
        ]
    )

    assert [
        (2.1, Transcribe(1, 0.9, 2.0)),
        (2.1, JudgeTurnEnd(1, 0.9, 2.0)),
        (2.18, Prepare("Where is my order?")),
    ] == log[:3]
    assert [(2.2, "Where is my order?", "")] == ended(log)


def test_words_that_come_late_end_the_turn_the_moment_they_come() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.9)),
            (2.7, heard(1, "Where is my order?")),
        ]
    )

    assert [(2.7, "Where is my order?", "")] == ended(log)


def pausing_after(text: str, *asking: TurnEvent, probability: float = 0.9) -> CallerTurnEnded:
    """Return how a turn of these words ends if nothing follows them."""
    script: list[tuple[float, TurnEvent]] = [(0.1, question) for question in asking]
    script += [
        (1.0, VoiceStarted(0.9)),
        (2.1, VoiceStopped(2.0)),
        (2.15, TurnEndJudged(1, probability)),
        (2.18, heard(1, text)),
    ]
    log = play(script, taker=TurnTaker(POLICY))
    (turn,) = (command for _, command in log if isinstance(command, CallerTurnEnded))
    return turn


def test_how_long_a_pause_is_waited_out_depends_on_what_was_said() -> None:
    evidence = TurnEvidence(
        "My order number is", "My order number is", 0.9, -0.2, speech_seconds=1.1
    )
    silence = pausing_after("My order number is").evidence["silence"]

    assert pytest.approx(patience(evidence, POLICY), abs=0.001) == silence
    assert pausing_after("No, that's all, thank you.").evidence["silence"] < silence


def test_how_long_a_pause_is_waited_out_depends_on_what_was_asked() -> None:
    assert 0.2 == pausing_after("Yes.", asked("yes_no")).evidence["silence"]
    assert pausing_after("Yes.").evidence["silence"] > 0.2


def test_how_long_a_pause_is_waited_out_depends_on_how_it_sounds() -> None:
    unfinished, finished = (pausing_after("I ordered a lamp.", probability=p) for p in (0.1, 0.9))

    assert finished.evidence["silence"] < unfinished.evidence["silence"]


def test_a_pause_that_was_waited_out_is_evidence_at_the_next() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.2, heard(1, "I would like to")),
            (2.6, VoiceStarted(2.5)),
            (3.6, VoiceStopped(3.5)),
            (3.7, TurnEndJudged(2, 0.9)),
            (3.8, heard(2, "I would like to return a lamp.")),
        ],
        taker=TurnTaker(POLICY),
    )
    (turn,) = (command for _, command in log if isinstance(command, CallerTurnEnded))

    assert {"pauses": 0.2, "longest_pause": 0.5}.items() <= turn.evidence.items()


def foreseen(text: str, understood: float | None) -> float:
    """Return how much silence ends a turn of these words, by what the dialogue makes of them."""
    script = [
        (1.0, VoiceStarted(0.9)),
        (2.1, VoiceStopped(2.0)),
        (2.15, TurnEndJudged(1, 0.3)),
        (2.3, heard(1, text)),
    ]
    if understood is not None:
        script.append((2.32, AnswerForeseen(text, understood)))
    [(at, _, _)] = ended(play(script, taker=TurnTaker(TurnPolicy())))
    return round(at - 2.0, 3)


def test_a_turn_of_which_the_dialogue_makes_nothing_is_given_time() -> None:
    """ "I bought a lamp from you": true, and not what anybody calls for."""
    told = "I bought a lamp from you."
    policy = TurnPolicy()

    assert foreseen(told, 0.0) >= policy.puzzled
    assert foreseen(told, 0.95) <= policy.understood
    assert foreseen("What is your return policy?", 0.0) >= policy.puzzled
    # What is half understood is neither hurried nor held up.
    assert foreseen(told, 0.95) < foreseen(told, 0.6) <= foreseen(told, 0.0)
    # An opinion that never comes holds nobody up for long.
    assert foreseen("No, that's all, thank you.", None) <= 0.3 + policy.foresight


def test_understood_words_that_promise_more_are_given_time_too() -> None:
    assert foreseen("What is your return policy for", 0.95) > TurnPolicy().understood


def test_speech_after_a_pause_belongs_to_the_same_turn() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.2, heard(1, "I would like")),
            (2.5, VoiceStarted(2.4)),
            (3.6, VoiceStopped(3.5)),
            (3.7, TurnEndJudged(2, 0.9)),
            (4.6, heard(2, "I would like to return a lamp.")),
        ],
        taker=TurnTaker(POLICY),
    )

    assert [(4.6, "I would like to return a lamp.", "")] == ended(log)
    assert (3.6, Transcribe(2, 0.9, 3.5)) in log


def test_a_long_settled_stretch_is_not_decoded_again() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (10.1, VoiceStopped(10.0)),
            (10.4, heard(2, "It is a long story,")),
            (10.5, VoiceStarted(10.4)),
            (12.1, VoiceStopped(12.0)),
            (12.2, TurnEndJudged(3, 0.9)),
            (12.3, heard(3, "the lamp is broken.")),
        ],
        taker=TurnTaker(TurnPolicy(endpoint=0.6, endpoint_longest=0.6)),
    )

    assert (12.1, Transcribe(3, 10.4, 12.0)) in log
    assert [(12.6, "It is a long story, the lamp is broken.", "")] == ended(log)


def test_endless_speech_is_decoded_piece_by_piece() -> None:
    log = play(
        [
            (1.0, VoiceStarted(1.0)),
            (6.2, heard(1, "first")),
            (22.0, heard(2, "first part")),
            (42.0, heard(3, "second part")),
            (45.1, VoiceStopped(45.0)),
            (45.2, TurnEndJudged(4, 0.9)),
            (45.4, heard(4, "and the end.")),
        ]
    )

    # The first five seconds are looked at for words, then whole stretches are settled.
    assert [
        (6.0, Transcribe(1, 1.0, 6.0)),
        (21.0, Transcribe(2, 1.0, 21.0)),
        (41.0, Transcribe(3, 21.0, 41.0)),
    ] == log[:3]
    assert [(45.4, "first part second part and the end.", "")] == ended(log)


def test_a_noise_that_never_ends_does_not_hold_the_floor() -> None:
    taker = TurnTaker(POLICY)
    log = play([(1.0, VoiceStarted(1.0)), (6.2, heard(1, ""))], until=11.5, taker=taker)

    assert (6.2, SoundIgnored(pytest.approx(5.2))) in log
    # Somebody may speak over it, and does.
    [(at, probe)] = [(at, c) for at, c in log if isinstance(c, Transcribe) and at > 6.2]
    assert pytest.approx(11.2) == at
    spoken = [
        (11.6, heard(probe.utterance, "Hello, is anybody there?")),
        (13.0, VoiceStopped(12.9)),
    ]
    log = play([*spoken, (13.1, heard(3, "Hello?")), (13.1, TurnEndJudged(3, 0.9))], taker=taker)
    assert "Hello, is anybody there? Hello?" == ended(log)[0][1]


def test_a_caller_who_never_ends_is_answered_all_the_same() -> None:
    words = [(6.2, heard(1, "And")), (22.0, heard(2, "and then"))]
    log = play([(1.0, VoiceStarted(1.0)), *words], until=70.0)

    assert [(1.0 + POLICY.turn_longest, "and then", "")] == ended(log)[:1]


def test_a_yes_needs_no_second_opinion() -> None:
    log = play(
        [
            (0.1, asked("yes_no")),
            (1.0, VoiceStarted(0.9)),
            (1.3, VoiceStopped(1.2)),
            (1.35, heard(1, "Yes, please.")),
        ],
        taker=TurnTaker(POLICY),
    )

    assert [(1.4, "Yes, please.", "")] == ended(log)


def test_a_number_is_not_cut_at_its_pauses_but_ends_with_its_last_digit() -> None:
    log = play(
        [
            (0.1, asked("code", 5)),
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.95)),
            (2.2, heard(1, "four four")),
            (2.9, VoiceStarted(2.8)),
            (4.1, VoiceStopped(4.0)),
            (4.15, TurnEndJudged(2, 0.1)),
            (4.3, heard(2, "four four one one seven")),
        ],
        taker=TurnTaker(POLICY),
    )

    assert [(4.3, "four four one one seven", "")] == ended(log)


def test_a_short_noise_is_ignored_and_the_prompt_is_still_open() -> None:
    log = play(
        [
            (0.1, PlayoutStarted()),
            (1.0, PlayoutFinished()),
            (2.0, VoiceStarted(1.9)),
            (2.2, VoiceStopped(2.1)),
            (2.4, heard(1, "")),
        ],
        until=12.0,
    )

    assert [Transcribe, JudgeTurnEnd, SoundIgnored, NoInputNoticed] == kinds(log)


def test_speech_without_words_is_asked_about() -> None:
    log = play([(1.0, VoiceStarted(0.9)), (2.1, VoiceStopped(2.0)), (2.4, heard(1, ""))])

    assert [(2.4, "", "")] == ended(log)


def test_a_recogniser_that_never_answers_does_not_silence_the_bot() -> None:
    log = play([(1.0, VoiceStarted(0.9)), (2.1, VoiceStopped(2.0))])

    assert [(2.0 + POLICY.transcript_grace, "", "")] == ended(log)


def test_a_recogniser_that_fails_leaves_the_floor_to_the_bot() -> None:
    taker = TurnTaker(POLICY)
    play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.2, EngineFailed("recogniser", "EngineError")),
        ],
        until=2.3,
        taker=taker,
    )

    assert Floor.OWED is taker.floor


BOT_SPEAKS: list[tuple[float, TurnEvent]] = [
    (1.0, VoiceStarted(0.9)),
    (2.1, VoiceStopped(2.0)),
    (2.15, TurnEndJudged(1, 0.9)),
    (2.18, heard(1, "What is your return policy?")),
    (2.3, PlayoutStarted()),
]


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


def test_silence_after_a_prompt_is_noticed_again_and_again() -> None:
    log = play(
        [
            (0.1, PlayoutStarted()),
            (2.0, PlayoutFinished()),
            (8.5, PlayoutStarted()),
            (9.0, PlayoutFinished()),
        ],
        until=20.0,
    )

    assert [(8.0, NoInputNoticed(1)), (15.0, NoInputNoticed(2))] == log


def test_silence_is_not_counted_while_the_bot_speaks() -> None:
    assert [] == play([(0.1, PlayoutStarted())], until=60.0)


def test_keys_stop_the_bot_and_end_with_the_last_one() -> None:
    script: list[tuple[float, TurnEvent]] = [(0.1, asked("code", 5)), (0.2, PlayoutStarted())]
    script += [(1.0 + i / 4, DigitPressed(d)) for i, d in enumerate("44117")]
    log = play(script)

    assert (1.0, BargedIn(0.0, "digit")) == log[0]
    assert [(2.0, "", "44117")] == ended(log)


def test_keys_of_unknown_number_end_with_hash_or_a_pause() -> None:
    asking: list[tuple[float, TurnEvent]] = [(0.1, asked("code"))]
    keys: list[tuple[float, TurnEvent]] = [(1.0, DigitPressed("4")), (1.5, DigitPressed("2"))]

    assert [(2.0, "", "42#")] == ended(play([*asking, *keys, (2.0, DigitPressed("#"))]))
    assert [(1.5 + POLICY.digit_gap, "", "42")] == ended(play([*asking, *keys]))


def test_zero_reaches_a_person_at_once() -> None:
    assert [(1.0, "", "0")] == ended(play([(0.1, asked("open")), (1.0, DigitPressed("0"))]))


def test_zero_may_be_the_first_digit_of_a_code() -> None:
    keys = [(1.0 + i / 4, DigitPressed(d)) for i, d in enumerate("04117")]

    assert [(2.0, "", "04117")] == ended(play([(0.1, asked("code", 5)), *keys]))
    alone = ended(play([(0.1, asked("code", 5)), keys[0]]))
    assert [(1.0 + POLICY.digit_gap, "", "0")] == alone


def test_an_order_number_may_be_keyed_where_nothing_asked_for_it() -> None:
    script: list[tuple[float, TurnEvent]] = [(0.1, asked("open")), (0.2, PlayoutStarted())]
    script += [(1.0 + i / 4, DigitPressed(d)) for i, d in enumerate("44117")]

    assert [(2.0 + POLICY.digit_gap, "", "44117")] == ended(play(script))


def test_a_hash_after_a_complete_code_is_no_key_of_the_next_question() -> None:
    script: list[tuple[float, TurnEvent]] = [(0.1, asked("code", 5))]
    script += [(1.0 + i / 4, DigitPressed(d)) for i, d in enumerate("44117#")]
    script += [(2.5, asked("yes_no", 1)), (2.6, PlayoutStarted())]

    log = play(script, until=4.0)
    assert [(2.0, "", "44117")] == ended(log)
    assert BargedIn not in kinds(log)


def test_keys_typed_ahead_belong_to_the_next_question() -> None:
    script: list[tuple[float, TurnEvent]] = [
        *BOT_SPEAKS[:-1],
        *((2.25 + i / 100, DigitPressed(d)) for i, d in enumerate("441")),
        (2.3, asked("code", 5)),
        (2.31, PlayoutStarted()),
        (2.6, DigitPressed("1")),
        (2.8, DigitPressed("7")),
    ]
    log = play(script)

    assert (2.31, BargedIn(0.0, "digit")) in log
    assert (2.8, "", "44117") == ended(log)[-1]


def test_a_caller_who_asked_for_a_moment_is_left_in_peace() -> None:
    waits = ReplyDecided("user_turn", 0, (), {}, 0.0, expects={"answer": "code", "patience": 60.0})
    log = play([(0.1, waits), (0.2, PlayoutStarted()), (1.0, PlayoutFinished())], until=70.0)

    assert [(61.0, NoInputNoticed(1))] == log


def test_a_long_dictation_is_listened_to_audibly() -> None:
    log = play(
        [
            (0.1, asked("code", 5)),
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.1)),
            (2.2, heard(1, "four four")),
        ],
        until=2.8,
        taker=TurnTaker(POLICY),
    )

    assert (pytest.approx(2.0 + POLICY.listening), ShowListening()) == log[-1]


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
