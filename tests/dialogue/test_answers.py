"""Yes and no in many forms, and one of a few options."""

from __future__ import annotations

import pytest

from dialogue.understanding.answers import (
    Polarity,
    free_text,
    read_choice,
    read_polarity,
    refuses,
    refuses_all,
)


@pytest.mark.parametrize(
    "said",
    [
        "yes", "Yeah.", "yep, go ahead", "sure thing", "um, yes please", "that's right", "correct",
        "okay do it", "of course", "uh huh", "no problem, go ahead", "Right.", "I think so",
        "absolutely, thank you", "please do", "all right then",
        "that works for me", "go on then", "I don't mind", "yes of course", "let's do it, please",
        "fine by me", "I suppose so", "sounds right", "you can, yes", "very well then",
    ],
)  # fmt: skip
def test_yes(said: str) -> None:
    assert read_polarity(said) == (Polarity.YES, "")


@pytest.mark.parametrize(
    "said",
    [
        "no", "Nope.", "no thanks", "no, thank you very much", "not really", "that's not right",
        "I don't think so", "okay, no", "right, no thanks", "no no no", "nothing else, thanks",
        "that's all", "I'm good, thank you", "please don't", "uh, no", "never", "that's wrong",
        "I'd rather not", "no way", "not today, thanks", "I've changed my mind", "no need",
        "better not", "of course not", "not quite", "let's leave it", "I'd prefer not to",
    ],
)  # fmt: skip
def test_no(said: str) -> None:
    assert read_polarity(said) == (Polarity.NO, "")


@pytest.mark.parametrize(
    "said",
    [
        "maybe",
        "I'm not sure",
        "I don't know",
        "yes, no",
        "yes I guess",
        "hmm maybe yes",
        "I guess so",
        "if it's free then yes",
        "yes, as long as it's free",
        "okay, but only if it is today",
        "yes and no",
        "probably",
        "it depends",
        "kind of",
        "I can't decide",
    ],
)
def test_neither_yes_nor_no(said: str) -> None:
    assert Polarity.UNSURE is read_polarity(said)[0]


@pytest.mark.parametrize(
    "said",
    [
        "where is my order",
        "is it the right one",
        "I know",
        "nobody came",
        "yesterday",
        "",
        "is it free if I say yes",
        "what if I stop",
    ],
)
def test_words_that_only_look_like_an_answer(said: str) -> None:
    assert Polarity.NONE is read_polarity(said)[0]


def test_what_comes_with_an_answer_is_kept() -> None:
    assert read_polarity("Yes, where is my order?") == (Polarity.YES, "where is my order")
    assert read_polarity("no, it's 44118") == (Polarity.NO, "44118")


OPTIONS = (("track", "where"), ("return", "send back"), ("cancel",))


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ("track it", 0),
        ("I want to send back something", 1),
        ("cancel", 2),
        ("the second one please", 1),
        ("one", 0),
        ("the last one", 2),
        ("track or cancel", None),
        ("I backtracked", None),
        ("something else", None),
    ],
)
def test_one_of_three(said: str, index: int | None) -> None:
    assert index == read_choice(said, OPTIONS)


def test_refusing_what_is_named() -> None:
    assert refuses("no, don't cancel it", ("cancel",))
    assert refuses("I do not want to cancel my order", ("cancel",))
    assert not refuses("don't send it, cancel it", ("cancel",))
    assert not refuses("I don't want it, can you cancel", ("cancel",))


@pytest.mark.parametrize("said", ["Neither them.", "No tanks.", "no, can't, no", "none of the"])
def test_a_refusal_is_understood_as_a_recogniser_writes_it(said: str) -> None:
    assert refuses_all(said)


def test_what_people_say_before_an_address_is_no_part_of_it() -> None:
    assert "12 Elm Street, Salem" == free_text("Um, it's, 12 Elm Street, Salem.")
    assert "5 Mill Lane" == free_text("okay so, my new address is 5 Mill Lane")
    assert "it's" == free_text("it's")
