"""Who holds the floor, told as scripts of facts with their times."""

from __future__ import annotations

import pytest

from tests.machines.script import (
    POLICY,
    asked,
    ended,
    heard,
    kinds,
    play,
)
from voicebot.journal import (
    AnswerForeseen,
    CallerTurnEnded,
    EngineFailed,
    NoInputNoticed,
    PlayoutFinished,
    PlayoutStarted,
    SoundIgnored,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.commands import TurnEvent
from voicebot.turntaking.endpointing import TurnEvidence, patience
from voicebot.turntaking.floor import Floor, JudgeTurnEnd, Prepare, Transcribe
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.turns import TurnTaker


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


def foreseen(text: str, understood: float | None, *, ends: bool = False) -> float:
    """Return how much silence ends a turn of these words, by what the dialogue makes of them."""
    script = [
        (1.0, VoiceStarted(0.9)),
        (2.1, VoiceStopped(2.0)),
        (2.15, TurnEndJudged(1, 0.3)),
        (2.3, heard(1, text)),
    ]
    if understood is not None:
        script.append((2.32, AnswerForeseen(text, understood, ends)))
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


def test_nobody_is_said_goodbye_to_in_a_short_pause() -> None:
    """ "No thank you, … that's all." """
    assert foreseen("No thank you.", 1.0) < TurnPolicy().farewell
    assert TurnPolicy().farewell == foreseen("No thank you.", 1.0, ends=True)


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
