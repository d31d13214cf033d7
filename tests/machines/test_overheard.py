"""The bot's own words, come back as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.turntaking.overheard import repeats

SAID = (
    "Thanks. Your order 4 4 1 1 7 is on its way, and it arrives tomorrow by five o'clock. "
    "Returns are free for thirty days. Is there anything else I can do for you?"
)


@pytest.mark.parametrize(
    ("heard", "at_least"),
    [
        ("your order 44117 is on its way", 1.0),
        ("Your order four four one one seven", 1.0),
        ("arrives tomorrow by five o'clock", 1.0),
        ("your order is on it's weigh and arrives tomorrow", 0.8),
        ("return are free for 30 days", 0.7),
        ("anything else i can do", 1.0),
    ],
)
def test_the_bots_words_are_known_though_misheard(heard: str, at_least: float) -> None:
    assert repeats(heard, SAID) >= at_least


@pytest.mark.parametrize(
    "heard",
    [
        "no where is my order",
        "I want to speak to a person",
        "what are your opening hours",
        "stop stop that is not what I asked for",
        "can you cancel it and give me my money back",
        "the number is 5 5 2 9 1",
    ],
)
def test_a_callers_words_are_not_the_bots(heard: str) -> None:
    assert repeats(heard, SAID) <= 0.5


def test_words_from_everywhere_are_not_a_repetition() -> None:
    assert repeats("for is by on free", SAID) < 0.5


def test_nothing_repeats_nothing() -> None:
    assert 0 == repeats("", SAID)
    assert 0 == repeats("...", SAID)
    assert 0 == repeats("hello", "")


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_share_of_any_two_texts_is_a_share(heard: str, said: str) -> None:
    assert 0 <= repeats(heard, said) <= 1


@given(st.lists(st.sampled_from(SAID.lower().split()), min_size=1, max_size=30))
def test_a_text_repeats_itself(words: list[str]) -> None:
    assert repeats(" ".join(words), " ".join(words)) in (0.0, 1.0)
