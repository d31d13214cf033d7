"""Which words were said, and where speech can stop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.word_times import (
    SpokenWord,
    estimated,
    heard_characters,
    next_edge,
    written_words,
)

TEXT = "Your order is 4 4."
WORDS = (
    SpokenWord(4, 0.2),
    SpokenWord(10, 0.6),
    SpokenWord(13, 0.7),
    SpokenWord(15, 1.2),
    SpokenWord(18, 1.8),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Monday – Friday", ["Monday –", "Friday"]),
        ("Tom & Jerry's", ["Tom &", "Jerry's"]),
        ("– well, €12.50!", ["– well,", "€12.50!"]),
        ("one\x00two\nthree", ["one", "two", "three"]),
        (" … ?", []),
        ("", []),
    ],
)
def test_signs_belong_to_the_word_beside_them(text: str, words: list[str]) -> None:
    assert words == [text[begin:end] for begin, end in written_words(text)]


@pytest.mark.parametrize(
    ("position", "heard"),
    [
        (0.0, ""),
        (0.15, ""),
        (0.19, "Your"),  # what is missing of it is a breath
        (0.5, "Your"),
        (0.7, "Your order is"),
        (1.0, "Your order is"),
        (9.0, TEXT),
    ],
)
def test_a_word_is_heard_when_its_end_was_played(position: float, heard: str) -> None:
    assert heard == TEXT[: heard_characters(WORDS, position)]


def test_speech_that_stops_in_the_middle_of_a_word_goes_on_to_its_end() -> None:
    assert 0.6 == next_edge(WORDS, 0.5, within=0.2)


def test_speech_that_is_at_the_end_of_a_word_stops_there() -> None:
    assert 0.6 == next_edge(WORDS, 0.6, within=0.2)


def test_a_word_that_goes_on_for_too_long_is_not_waited_for() -> None:
    assert next_edge(WORDS, 0.3, within=0.2) is None


def test_after_the_last_word_speech_can_stop_anywhere() -> None:
    assert 1.9 == next_edge(WORDS, 1.9, within=0.2)


def test_without_times_there_is_no_edge() -> None:
    assert next_edge((), 0.5, within=0.2) is None


def test_an_edge_at_which_speech_stops_is_an_edge_up_to_which_it_was_heard() -> None:
    edge = next_edge(WORDS, 1.1, within=0.2)

    assert edge is not None
    assert "Your order is 4" == TEXT[: heard_characters(WORDS, edge)]


@given(st.text(max_size=80), st.floats(0.1, 20.0))
def test_estimated_times_rise_to_the_end_of_the_sound(text: str, seconds: float) -> None:
    words = estimated(text, seconds)

    assert [end for _, end in written_words(text)] == [word.text_end for word in words]
    assert sorted(word.ended for word in words) == [word.ended for word in words]
    assert all(0 < word.ended <= seconds * 1.000001 for word in words)
