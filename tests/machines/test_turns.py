"""Who holds the floor, told as scripts of facts with their times."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.journal import (
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    NoInputNoticed,
    OverlapIgnored,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundIgnored,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turn_policy import TurnPolicy
from voicebot.turns import (
    Floor,
    JudgeTurnEnd,
    Prepare,
    Retract,
    Transcribe,
    TurnCommand,
    TurnEvent,
    TurnTaker,
)

POLICY = TurnPolicy()


def heard(utterance: int, text: str) -> Transcribed:
    return Transcribed(utterance, text, -0.2, 1.0, 0.2, 0.0, "scripted")


def asked(answer: str, digits: int | None = None) -> ReplyDecided:
    acts = ({"kind": "ask", "text": "…"},)
    return ReplyDecided("user_turn", 0, acts, {}, 0.0, expects={"answer": answer, "digits": digits})


def play(
    script: list[tuple[float, TurnEvent]], until: float = 60.0, taker: TurnTaker | None = None
) -> list[tuple[float, TurnCommand]]:
    """Run a script on a machine, with its timers, and return what it decided and when."""
    taker = taker or TurnTaker(POLICY)
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


def test_a_turn_that_sounds_unfinished_is_given_time() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.1)),
            (2.2, heard(1, "I ordered a lamp")),
        ]
    )

    assert [(2.0 + POLICY.endpoint_patient, "I ordered a lamp", "")] == ended(log)


def test_a_turn_that_reads_complete_but_does_not_sound_so_is_given_some_time() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.1)),
            (2.2, heard(1, "How much does delivery cost?")),
        ]
    )

    assert [(2.0 + POLICY.endpoint_sentence, "How much does delivery cost?", "")] == ended(log)


def test_a_hesitation_is_given_more_time_than_a_pause() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.15, TurnEndJudged(1, 0.9)),
            (2.2, heard(1, "My order number is")),
        ]
    )

    assert [(2.0 + POLICY.hesitation, "My order number is", "")] == ended(log)


def test_speech_after_a_pause_belongs_to_the_same_turn() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (2.1, VoiceStopped(2.0)),
            (2.2, heard(1, "I would like")),
            (2.5, VoiceStarted(2.4)),
            (3.6, VoiceStopped(3.5)),
            (3.7, TurnEndJudged(2, 0.9)),
            (3.8, heard(2, "I would like to return a lamp.")),
        ]
    )

    assert [(3.8, "I would like to return a lamp.", "")] == ended(log)
    assert (3.6, Transcribe(2, 0.9, 3.5)) in log


def test_a_long_settled_stretch_is_not_decoded_again() -> None:
    log = play(
        [
            (1.0, VoiceStarted(0.9)),
            (10.1, VoiceStopped(10.0)),
            (10.4, heard(1, "It is a long story,")),
            (10.5, VoiceStarted(10.4)),
            (12.1, VoiceStopped(12.0)),
            (12.2, TurnEndJudged(2, 0.9)),
            (12.3, heard(2, "the lamp is broken.")),
        ]
    )

    assert (12.1, Transcribe(2, 10.4, 12.0)) in log
    assert [(12.3, "It is a long story, the lamp is broken.", "")] == ended(log)


def test_endless_speech_is_decoded_piece_by_piece() -> None:
    log = play(
        [
            (1.0, VoiceStarted(1.0)),
            (22.0, heard(1, "first part")),
            (42.0, heard(2, "second part")),
            (45.1, VoiceStopped(45.0)),
            (45.2, TurnEndJudged(3, 0.9)),
            (45.4, heard(3, "and the end.")),
        ]
    )

    assert [(21.0, Transcribe(1, 1.0, 21.0)), (41.0, Transcribe(2, 21.0, 41.0))] == log[:2]
    assert [(45.4, "first part second part and the end.", "")] == ended(log)


def test_a_yes_needs_no_second_opinion() -> None:
    log = play(
        [
            (0.1, asked("yes_no")),
            (1.0, VoiceStarted(0.9)),
            (1.3, VoiceStopped(1.2)),
            (1.35, heard(1, "Yes, please.")),
        ]
    )

    assert [(1.4, "Yes, please.", "")] == ended(log)


def test_a_number_is_not_cut_at_its_pauses_but_ends_with_its_last_digit() -> None:
    script: list[tuple[float, TurnEvent]] = [
        (0.1, asked("code", 5)),
        (1.0, VoiceStarted(0.9)),
        (2.1, VoiceStopped(2.0)),
        (2.15, TurnEndJudged(1, 0.95)),
        (2.2, heard(1, "four four")),
    ]
    assert [(2.0 + POLICY.endpoint_patient, "four four", "")] == ended(play(script))

    script += [
        (2.8, VoiceStarted(2.7)),
        (4.1, VoiceStopped(4.0)),
        (4.15, TurnEndJudged(2, 0.1)),
        (4.3, heard(2, "four four one one seven")),
    ]
    assert [(4.3, "four four one one seven", "")] == ended(play(script))


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

    assert [(2.0 + POLICY.endpoint_patient, "", "")] == ended(log)


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


def test_speech_that_lasts_takes_the_floor_from_the_bot() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (6.1, VoiceStopped(6.0)),
            (6.15, TurnEndJudged(2, 0.9)),
            (6.2, heard(2, "Stop, where is my order?")),
        ]
    )

    assert (5.3, BargedIn(pytest.approx(0.4), "speech")) in log
    assert (6.2, "Stop, where is my order?", "") == ended(log)[-1]


def test_a_backchannel_does_not() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (5.0, VoiceStarted(4.9)),
            (5.25, VoiceStopped(5.2)),
            (5.4, heard(2, "Mm-hm.")),
        ]
    )

    assert [OverlapIgnored] == kinds(log)[-1:]
    assert BargedIn not in kinds(log)


def test_a_short_word_that_is_no_backchannel_does() -> None:
    log = play(
        [*BOT_SPEAKS, (5.0, VoiceStarted(4.9)), (5.25, VoiceStopped(5.2)), (5.4, heard(2, "Stop."))]
    )

    assert [BargedIn(pytest.approx(0.3), "words")] == [
        command for _, command in log if isinstance(command, BargedIn)
    ]
    assert (5.4, "Stop.", "") == ended(log)[-1]


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
        (3.4, heard(1, "Yes.")),
        (3.6, PlayoutFinished()),
    ]

    assert [(3.4, "Yes.", "")] == ended(play(script))


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

    assert (2.4, Retract()) in log
    assert (3.7, "What is your return policy? For shoes, I mean.", "") == ended(log)[-1]


def test_a_caller_who_goes_on_as_the_answer_begins_is_heard_out() -> None:
    log = play(
        [
            *BOT_SPEAKS,
            (2.6, VoiceStarted(2.5)),
            (3.6, VoiceStopped(3.5)),
            (3.65, TurnEndJudged(2, 0.9)),
            (3.7, heard(2, "For shoes, I mean.")),
        ]
    )

    assert [BargedIn(pytest.approx(0.4), "resumed"), Retract()] == [
        command for _, command in log if isinstance(command, BargedIn | Retract)
    ]
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

    assert [(2.0, "", "42")] == ended(play([*asking, *keys, (2.0, DigitPressed("#"))]))
    assert [(1.5 + POLICY.digit_gap, "", "42")] == ended(play([*asking, *keys]))


def test_zero_reaches_a_person_at_once() -> None:
    assert [(1.0, "", "0")] == ended(play([(0.1, asked("code", 5)), (1.0, DigitPressed("0"))]))


ALPHABET: tuple[TurnEvent, ...] = (
    VoiceStarted(0.0),
    VoiceStopped(0.0),
    heard(1, "Where is my order?"),
    heard(2, ""),
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
