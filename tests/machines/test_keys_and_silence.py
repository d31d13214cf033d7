"""Keys and silence, told as scripts of facts with their times."""

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
)
from voicebot.journal import (
    BargedIn,
    DigitPressed,
    NoInputNoticed,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.commands import TurnEvent
from voicebot.turntaking.floor import ShowListening
from voicebot.turntaking.turns import TurnTaker


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
