"""Feelings are read from words: what is said of oneself and of us, now, and in earnest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.feelings import (
    USUAL,
    Feeling,
    Sign,
    mood,
    read_sign,
    remembered,
    without_swearing,
)

ENGLISH = USUAL["en"]


def read(text: str, turn: int = 1, before: tuple[str, ...] = ()) -> Sign | None:
    return read_sign(text, ENGLISH, turn, before)


@pytest.mark.parametrize(
    ("feeling", "strength", "text"),
    [
        (Feeling.ANNOYED, 1, "This is ridiculous."),
        (Feeling.ANNOYED, 1, "No, this is ridiculous!"),
        (Feeling.ANNOYED, 1, "it doesn't work, it's useless"),
        (Feeling.ANNOYED, 2, "I'm really annoyed"),
        (Feeling.ANNOYED, 1, "I'm a bit angry to be honest"),
        (Feeling.ANNOYED, 1, "I am not happy with this"),
        (Feeling.ANNOYED, 1, "how many times do I have to tell you"),
        (Feeling.ANNOYED, 1, "I'm still waiting for my sofa"),
        (Feeling.ANNOYED, 1, "where is my fucking order"),
        (Feeling.ANNOYED, 2, "shit, fucking thing"),
        (Feeling.ANNOYED, 1, "agent, agent, agent!"),
        (Feeling.ANNOYED, 1, "No no no that's the wrong one"),
        (Feeling.ANNOYED, 1, "thank you very much for nothing"),
        (Feeling.ANGRY, 2, "I'm furious"),
        (Feeling.ANGRY, 3, "I'm absolutely furious"),
        (Feeling.ANGRY, 2, "you people are hopeless"),
        (Feeling.ANGRY, 2, "this makes me so angry"),
        (Feeling.ANGRY, 3, "you f***ing idiots"),
        (Feeling.ANGRY, 2, "go to hell"),
        (Feeling.ANGRY, 2, "I’m mad as hell"),
        (Feeling.ANGRY, 2, "what a rip off"),
        (Feeling.ANGRY, 2, "I was furious when it came broken"),
        (Feeling.UPSET, 1, "I'm worried it never arrives"),
        (Feeling.UPSET, 2, "very upset"),
        (Feeling.UPSET, 1, "it was for a funeral and I don't know what to do"),
        (Feeling.PLEASED, 1, "thank you so much, that helps a lot"),
        (Feeling.PLEASED, 1, "fucking awesome, thanks"),
        (Feeling.PLEASED, 1, "I was furious but it's fine now"),
    ],
)
def test_words_show_a_feeling(feeling: Feeling, strength: int, text: str) -> None:
    sign = read(text)
    assert sign is not None
    assert (feeling, strength) == (sign.feeling, sign.strength)
    assert sign.words


@pytest.mark.parametrize(
    "text",
    [
        "I'm not angry",
        "I'm not at all annoyed",
        "I am not really that angry",
        "don't worry, I'm not upset",
        "I wouldn't say it's ridiculous",
        "I don't think this is unacceptable",
        "I'm not saying you're useless",
        "no, it's not useless at all",
        "never been a waste of time with you",
        "I'd be furious if it came late",
        "I don't want to get angry",
        "are you angry with me",
        "don't be mad at me",
        "my wife is angry with the color",
        "my daughter gets so mad about it",
        "the other customer was furious with it, so he is angry",
        "that's insanely good",
        "it's ridiculously comfortable",
        "damn good lamp",
        "the angry birds toy",
        "I ordered the Mad Max poster",
        "fast and furious on disc",
        "an angry cat on a mug",
        "a cross body bag",
        "the rubbish bin I ordered",
        "sorry, stupid question",
        "I'm an idiot, I gave you the wrong number",
        "I hate to bother you",
        "not bad at all",
        "no joke, it was the neighbor",
        "holy shit that's cheap",
        "does the light come on by itself",
        "will it come on Monday",
        "I'm afraid I lost my number",
        "four four four one one",
        "no, no",
        "thanks",
        "great",
        "hell's kitchen apron",
        "",
        "?!",
    ],
)
def test_words_that_only_look_like_a_feeling(text: str) -> None:
    assert read(text) is None


def test_a_turn_that_is_said_a_third_time_is_impatient() -> None:
    line = "I want my money back"
    assert read(line, 2, (line,)) is None
    sign = read(line + "!", 3, (line, "i want my money back."))
    assert sign is not None
    assert Feeling.ANNOYED is sign.feeling
    assert "(3 times)" in sign.words


def test_a_number_said_three_times_is_no_impatience() -> None:
    assert read("44117", 3, ("44117", "44117")) is None


def moods(*turns: str) -> list[Feeling]:
    """Return the mood after each turn."""
    signs: tuple[Sign, ...] = ()
    found = []
    for number, text in enumerate(turns, 1):
        signs = remembered(signs, read(text, number, turns[: number - 1]))
        found.append(mood(signs, number))
    return found


def test_annoyance_that_goes_on_becomes_anger() -> None:
    assert [Feeling.ANNOYED, Feeling.ANNOYED, Feeling.ANNOYED, Feeling.ANGRY] == moods(
        "this is ridiculous", "44117", "what a waste of time", "you never listen"
    )


def test_a_mood_fades_when_nothing_more_is_said_of_it() -> None:
    calm = ("where is my order",) * 2 + ("44117", "okay", "yes", "and the other", "right")
    assert [Feeling.ANGRY] * 3 + [Feeling.ANNOYED] * 3 + [Feeling.CALM] * 2 == moods(
        "you idiots", *calm
    )[:8]


def test_thanks_end_a_bad_mood() -> None:
    assert [Feeling.ANGRY, Feeling.CALM, Feeling.CALM] == moods(
        "I'm furious", "oh, thank you so much", "44117"
    )


def test_distress_is_no_anger() -> None:
    assert [Feeling.UPSET, Feeling.UPSET] == moods("I'm so worried", "I'm in tears")


def test_a_hotline_writes_its_own_words() -> None:
    from dataclasses import replace

    words = replace(ENGLISH, annoyed=(*ENGLISH.annoyed, "gordon bennett"))
    sign = read_sign("oh Gordon Bennett", words, 1)
    assert sign is not None
    assert Feeling.ANNOYED is sign.feeling


def test_what_the_bot_says_back_has_no_swearing_in_it() -> None:
    assert "12 Elm Street" == without_swearing("12 fucking Elm Street", ENGLISH)
    assert "Dick Turpin Lane" != without_swearing("bullshit Lane", ENGLISH)


@given(st.text(max_size=2_000))
def test_any_text_is_read_in_bounds(text: str) -> None:
    sign = read(text)
    assert sign is None or (1 <= sign.strength <= 3 and len(sign.words) <= 80)
