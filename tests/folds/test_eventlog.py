"""Golden event logs: order exact, times within a tolerance, words by their error rate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.folds import stories
from tests.folds.stories import journal
from voicebot.folds.eventlog import compare_logs, event_log, word_error_rate
from voicebot.journal import CallerTurnEnded, Entry, StreamStarted, Transcribed, VoiceStarted

GOLDEN = event_log(journal(stories.BARGE_IN))


def differences(expected: str, actual: str, **tolerances: float) -> list[str]:
    return [str(difference) for difference in compare_logs(expected, actual, **tolerances)]


def test_an_event_log_is_one_line_an_entry_with_rounded_times() -> None:
    entries = [
        Entry(0, 0.0512, StreamStarted("MZ1")),
        Entry(1, 3.6049, VoiceStarted(3.40499)),
        Entry(2, 12.0, Transcribed(1, "two\nlines", -0.25, 1.0, 0.3, 0.1, "base")),
    ]
    assert (
        "    0.050 StreamStarted {}\n"
        '    3.600 VoiceStarted {"started": 3.4}\n'
        '   12.000 Transcribed {"utterance": 1, "text": "two\\nlines", "avg_logprob": -0.25, '
        '"audio_seconds": 1.0, "model": "base", "fallback": false}\n'
    ) == event_log(entries)


def test_names_numbers_and_the_machines_pace_are_not_in_it() -> None:
    for private in ("+1555", "CA77", "4f1a", "1790000000", "MZ1", "decode_seconds", "cached"):
        assert private not in GOLDEN


def test_a_log_agrees_with_itself() -> None:
    assert [] == differences(GOLDEN, GOLDEN, time_tolerance=0.0)


def test_a_golden_file_may_have_comments_and_empty_lines() -> None:
    assert [] == differences("# the caller cuts in\n\n" + GOLDEN, GOLDEN)


def later(seconds: float) -> str:
    entries = journal(stories.BARGE_IN)
    return event_log([replace(entry, at=entry.at + seconds) for entry in entries])


def test_times_may_differ_within_the_tolerance_and_not_beyond() -> None:
    assert [] == differences(GOLDEN, later(0.1), time_tolerance=0.1)
    found = differences(GOLDEN, later(0.12), time_tolerance=0.1)
    assert len(stories.BARGE_IN) == len(found)
    assert "0.00 s: CallAnswered at should be 0.000, and is 0.120" == found[0]


def test_a_missing_event_is_named() -> None:
    lines = GOLDEN.splitlines(keepends=True)
    without = "".join(line for line in lines if "BargedIn" not in line)
    what = (
        '{"speech_seconds": 0.4, "reason": "words", "kind": "interruption", "text": "Stop", '
        '"evidence": {"interruption": 0.97}}'
    )
    assert [f"8.40 s: BargedIn did not happen: {what}"] == differences(GOLDEN, without)
    assert [f"8.40 s: BargedIn was not expected: {what}"] == differences(without, GOLDEN)


def test_the_order_is_exact_even_at_the_same_time() -> None:
    one, two = "1.000 SpeechSilenced {}\n", "1.000 PlayoutFinished {}\n"
    assert [
        "1.00 s: PlayoutFinished was not expected: {}",
        "1.00 s: PlayoutFinished did not happen: {}",
    ] == differences(one + two, two + one)


def turn(text: str) -> str:
    return event_log([Entry(0, 1.0, CallerTurnEnded(1, text, 0.0, 0.9))])


def test_words_are_compared_by_their_error_rate() -> None:
    golden = turn("Where is my order, please?")
    assert [] == differences(golden, turn("where is my order please"), text_tolerance=0.2)
    assert [] == differences(golden, turn("where is the order please"), text_tolerance=0.2)
    assert 1 == len(differences(golden, turn("where was the order please"), text_tolerance=0.2))
    assert [
        '1.00 s: CallerTurnEnded.text should be "Where is my order, please?", '
        'and is "where is my order please"'
    ] == differences(golden, turn("where is my order please"))


def test_what_is_not_words_is_compared_exactly() -> None:
    golden = '1.000 DigitPressed {"digit": "1"}\n'
    actual = '1.000 DigitPressed {"digit": "2"}\n'
    assert ['1.00 s: DigitPressed.digit should be "1", and is "2"'] == differences(
        golden, actual, text_tolerance=1.0
    )


@pytest.mark.parametrize(
    "line", ["PlayoutStarted", "1.0 PlayoutStarted", "1.0 PlayoutStarted {", "x PlayoutStarted {}"]
)
def test_a_line_that_is_none(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is not one of an event log"):
        compare_logs("1.0 PlayoutStarted {}\n" + line, "")


def test_a_tolerance_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="above zero"):
        event_log([], tolerance=0.0)


@pytest.mark.parametrize(
    ("expected", "actual", "rate"),
    [
        ("one two three four", "one two three four", 0.0),
        ("One, two; three. FOUR!", "one two three four", 0.0),
        ("one two three four", "one three four", 0.25),
        ("one two three four", "one two two three four", 0.25),
        ("one two three four", "one two tree four", 0.25),
        ("one two", "", 1.0),
        ("", "one", 1.0),
        ("", "", 0.0),
        ("one", "two three", 2.0),
    ],
)
def test_word_error_rate(expected: str, actual: str, rate: float) -> None:
    assert rate == word_error_rate(expected, actual)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=())), st.floats(0, 1e4))
def test_any_words_and_times_can_be_written_and_compared(text: str, at: float) -> None:
    log = event_log([Entry(0, at, CallerTurnEnded(1, text, at, at, digits=text))])
    assert [] == compare_logs(log, log, time_tolerance=0.0)
