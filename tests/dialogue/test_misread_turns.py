"""Turns that were once read as something else, each in the few lines that it takes."""

from __future__ import annotations

import pytest

from dialogue.understanding.answers import Polarity, read_polarity
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    "text",
    [
        "ok whats your return policy if I don't like it",
        "okay and what happens if it breaks",
        "right, how do I return it if it doesn't fit",
    ],
)
def test_a_question_with_an_if_in_it_is_no_conditional_yes(call: Conversation, text: str) -> None:
    assert read_polarity(text)[1] != ""
    call.say("when are you open on saturdays")
    assert "What is it?" not in call.say(text)


@pytest.mark.parametrize(
    "text", ["yes, if it's free", "okay but only if it is today", "sure, as long as it's blue"]
)
def test_a_yes_that_depends_on_something_is_still_none(text: str) -> None:
    assert Polarity.UNSURE is read_polarity(text)[0]


def test_the_postcode_of_an_address_is_no_order(call: Conversation) -> None:
    call.say("I want to change my delivery address")
    call.say("44117")
    said = call.say("27 Birch Lane, Portland, 97209")
    assert "9 7 2 0 9" not in said
    assert "44117" == call.state.slots.get("order")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("do you have the oak desk in white", "Luna"),
        ("how much is the wall paint", "clock"),
        ("is the coat you sell warm", "rack"),
    ],
)
def test_a_word_that_only_describes_a_product_does_not_name_it(
    call: Conversation, text: str, other: str
) -> None:
    assert other not in call.say(text)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("do you have the luna in white", "Luna desk lamp"),
        ("do you have the desk lamp in white", "Luna desk lamp"),
        ("is the rug still in stock", "Fjord wool rug"),
        ("how much is the Tarn", "Tarn mirror"),
        ("what does the blanket cost", "Moss throw blanket"),
    ],
)
def test_a_product_is_named_by_its_name_or_by_what_it_is(
    call: Conversation, text: str, product: str
) -> None:
    assert product in call.say(text)


def test_what_is_to_be_returned_is_no_question_about_the_catalogue(call: Conversation) -> None:
    call.say("I want to return something")
    for line in ("the chair", "it's too small"):
        said = call.say(line)
        assert "Hollow" not in said
        assert said.rstrip("?").endswith("order number") or "order number" in said


@pytest.mark.parametrize("text", ["my phone is 503 555 0142", "yes it's 5 0 3 5 5 5 0 1 4 2"])
def test_the_number_that_another_way_takes_is_as_good_as_a_yes(
    withheld: Conversation, text: str
) -> None:
    withheld.say("cancel my order")
    withheld.say("I don't have the number")
    assert "zip code" in withheld.say(text)
    assert "5035550142" == withheld.state.slots.get("phone_on_file")


def test_a_new_address_that_comes_early_is_kept(withheld: Conversation) -> None:
    withheld.say("I moved")
    withheld.say("so the new address is 12 Elm Street in Salem")
    assert "12 Elm Street" in withheld.state.slots.get("address", "")


def test_an_address_alone_is_kept_too(withheld: Conversation) -> None:
    withheld.say("I want to change my delivery address")
    assert "order number" in withheld.say("12 Elm Street in Salem")
    assert "12 Elm Street" in withheld.state.slots.get("address", "")


def test_a_zip_code_that_is_called_so_is_no_order(withheld: Conversation) -> None:
    withheld.say("where is my order")
    withheld.say("I don't have the number")
    assert "9 7 3 0 1" not in withheld.say("my zip is 97301")


def test_what_angers_somebody_is_their_complaint(call: Conversation) -> None:
    call.say("I want to make a complaint")
    assert "Shall I pass it on" in call.say("you people never answer my emails")


@pytest.mark.parametrize("text", ["ok thanks", "okay thank you", "alright thanks a lot"])
def test_thanks_are_no_wish_for_more(call: Conversation, text: str) -> None:
    call.say("when are you open on saturdays")
    assert "What is it?" not in call.say(text)


def test_regret_is_told_once(call: Conversation) -> None:
    call.say("where is order 44117")
    said = call.say("that's far too long, I'm really annoyed, I want to complain")
    assert 1 == said.count("sorry")


def test_a_size_is_asked_for_by_its_letters(call: Conversation) -> None:
    call.say("how much is the Aspen jacket")
    assert "139" in call.say("and how much is it in xl")
