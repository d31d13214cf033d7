"""Who does not have the order number, or is not understood twice, gets another way to it."""

from __future__ import annotations

import json

import pytest

from dialogue.manager import DialogueManager
from dialogue.question import Topic
from dialogue.state import DialogueState
from tests.dialogue.conversation import HUGO, Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


@pytest.fixture
def hugo(manager: DialogueManager, shop: DemoShop) -> Conversation:
    """A conversation with a customer of two orders, an armchair and a wall clock."""
    return Conversation(manager, shop.tools(), caller=HUGO.phone)


def test_after_two_attempts_the_order_is_looked_up_by_the_callers_number(
    hugo: Conversation,
) -> None:
    hugo.say("where is my order")
    hugo.say("99999")
    assert "find it by your phone number" in hugo.say("99998")
    assert "zip code" in hugo.say("yes please")
    assert "an armchair or a wall clock" in hugo.say("97205")
    assert "It was delivered" in hugo.say("the clock")


@pytest.mark.parametrize("line", ["I don't have it with me", "no idea", "I can't find the number"])
def test_who_does_not_have_it_is_offered_it_at_once(hugo: Conversation, line: str) -> None:
    hugo.say("cancel my order")
    assert "find it by your phone number" in hugo.say(line)


def test_the_task_goes_on_with_what_was_found(hugo: Conversation, shop: DemoShop) -> None:
    hugo.say("cancel my order")
    hugo.say("can you look it up by my phone number")
    hugo.say("97205")
    assert "Shall I cancel this order?" in hugo.say("the armchair")
    assert "packing" == shop.find_order("90210")["outcome"]
    hugo.say("yes")
    assert "cancelled" == shop.find_order("90210")["outcome"]


def test_nothing_of_it_is_told_before_the_zip_code_matches(hugo: Conversation) -> None:
    hugo.say("which orders do I have")
    told = hugo.said + hugo.say("11111") + hugo.say("22222")
    assert "armchair" not in told
    assert "orders_of" not in str(hugo.called)
    assert "I can connect you to a colleague" in hugo.said


def test_a_withheld_number_is_asked_for(withheld: Conversation) -> None:
    withheld.say("where is my order")
    withheld.say("I don't know the number")
    assert "Which phone number" in withheld.say("okay")
    withheld.say("555 234 0142")
    assert "an armchair or a wall clock" in withheld.say("97205")


def test_who_does_not_know_the_phone_number_either_gives_their_email_address(
    withheld: Conversation,
) -> None:
    withheld.say("where is my order")
    withheld.say("I don't know the number")
    withheld.say("okay")
    assert "by your email address" in withheld.say("I don't know which phone number")
    withheld.say("yes")
    withheld.say("hugo dot evans at example dot com")
    assert "armchair" not in withheld.said
    assert "an armchair or a wall clock" in withheld.say("97205")
    assert "still being packed" in withheld.say("the armchair")


def test_keys_do_it_all(hugo: Conversation) -> None:
    hugo.say("where is my order")
    hugo.say("no idea")
    hugo.press("1")
    hugo.press("97205")
    assert "It was delivered" in hugo.press("2")


def test_who_declines_gets_a_person(hugo: Conversation) -> None:
    hugo.say("where is my order")
    hugo.say("I don't have it")
    assert "I can connect you to a colleague" in hugo.say("no")


def test_it_is_offered_once_in_a_task(hugo: Conversation) -> None:
    hugo.say("where is my order")
    hugo.say("I don't have it")
    hugo.say("no")
    hugo.say("no")
    assert "phone number" not in hugo.say("I don't have it")


def test_an_order_that_was_found_for_no_task_is_asked_about(hugo: Conversation) -> None:
    hugo.say("can you see my orders by my number")
    hugo.say("97205")
    assert hugo.say("the armchair").endswith("Do you want to track it, return it or cancel it?")


def test_a_question_in_between_loses_nothing(hugo: Conversation) -> None:
    hugo.say("where is my order")
    hugo.say("I don't have it")
    hugo.say("yes")
    assert hugo.say("when are you open").endswith("What's your zip code?")
    stored = json.loads(json.dumps(hugo.state.to_json()))
    assert hugo.state == DialogueState.from_json(stored)
    hugo.say("97205")
    assert hugo.state.question is not None
    assert Topic.PICK is hugo.state.question.topic
    assert hugo.state == DialogueState.from_json(json.loads(json.dumps(hugo.state.to_json())))


def test_none_of_what_was_found_leads_to_a_person(hugo: Conversation) -> None:
    hugo.say("where is my order")
    hugo.say("look it up by my phone number")
    hugo.say("97205")
    assert "I can connect you to a colleague" in hugo.say("none of those")


# --- vague needs ---------------------------------------------------------------------------------


def test_a_vague_need_is_asked_about_by_what_the_caller_is_waiting_for(
    call: Conversation, shop: DemoShop
) -> None:
    assert call.say("I need help with my order").startswith("Do you want to track it")
    assert ["caller_orders(15550100001)"] == call.called
    call.say("start over")
    call.say("there's an issue with my order")
    assert 1 == len(call.called)


def test_who_has_everything_is_asked_about_a_return_first(
    manager: DialogueManager, shop: DemoShop
) -> None:
    shop.cancel_order("90210")
    hugo = Conversation(manager, {**shop.tools(), "caller_orders": _delivered}, HUGO.phone)
    said = hugo.say("I need help with my order")
    assert said.endswith("Do you want to return it, track it or cancel it?")
    hugo.press("1")
    assert hugo.state.task is not None
    assert "return_item" == hugo.state.task.flow


def test_a_shop_that_is_down_changes_nothing_about_it(manager: DialogueManager) -> None:
    def broken(phone: str) -> dict[str, str]:
        raise OSError(phone)

    call = Conversation(manager, {"caller_orders": broken}, HUGO.phone)
    assert "track it, return it or cancel it?" in call.say("I need help with my order")


def test_a_vague_need_that_names_a_task_is_that_task(withheld: Conversation) -> None:
    withheld.say("it's about my order, I have to cancel something there")
    assert withheld.state.task is not None
    assert "cancel_order" == withheld.state.task.flow


def _delivered(phone: str) -> dict[str, str]:
    return {"outcome": "known", "newest": "delivered"}
