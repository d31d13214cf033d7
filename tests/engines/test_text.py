"""Text on its way into and out of the models: vocabulary and repetition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.engines.repetition import without_repetition
from voicebot.engines.vocabulary import fitting, is_echo, prompt_text


def count(text: str) -> int:
    return len(text.split())


def test_a_vocabulary_that_fits_is_taken_whole_and_most_likely_last() -> None:
    chosen = fitting(["latte", "soy milk", "latte"], tokens=10, count=count)
    assert ("latte", "soy milk") == chosen
    assert " soy milk, latte." == prompt_text(chosen)


def test_of_a_long_vocabulary_entries_without_a_new_word_go_first() -> None:
    entries = ["soy milk", "some soy", "soy", "some milk", "milk", "sugar"]
    assert ("soy milk", "some soy", "sugar") == fitting(entries, tokens=8, count=count)


@given(st.lists(st.text(max_size=100), max_size=60), st.integers(min_value=0, max_value=50))
def test_a_vocabulary_never_takes_more_room_than_there_is(entries: list[str], room: int) -> None:
    assert count(prompt_text(fitting(entries, tokens=room, count=count))) <= room


def test_the_vocabulary_read_back_is_an_echo_and_an_answer_in_its_words_is_not() -> None:
    entries = ["latte", "mocha", "soy milk", "sugar"]
    assert is_echo("sugar, soy milk, mocha", entries)
    assert not is_echo("mocha with soy milk and sugar", entries)
    assert not is_echo("latte", entries)


@pytest.mark.parametrize(
    ("text", "cut_short", "expected"),
    [
        ("Can I get a latte? Can I get a latte? Can I", True, "Can I get a latte?"),
        ("A small dark coffee please. A small", True, "A small dark coffee please."),
        ("zero, zero, zero, zero, ze", True, "zero, zero, zero, zero, ze"),
        ("zero, zero, zero, zero, zero", True, "zero"),
        ("4, 4, 1, 1, 4, 4, 1, 1", False, "4, 4, 1, 1, 4, 4, 1, 1"),
        ("no no no, that is wrong", False, "no no no, that is wrong"),
        ("I want to go home I want to go home", False, "I want to go home"),
        ("", True, ""),
    ],
)
def test_a_repetition_at_the_end_is_said_once(text: str, cut_short: bool, expected: str) -> None:
    assert expected == without_repetition(text, cut_short=cut_short)


@given(st.text(), st.booleans())
def test_what_is_left_is_how_the_text_began(text: str, cut_short: bool) -> None:
    assert text.strip().startswith(without_repetition(text, cut_short=cut_short).strip())
