"""Who cannot be helped now is offered a person or a call-back; the latter is taken down."""

from __future__ import annotations

import pytest

from dialogue.manager import DialogueManager
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


@pytest.fixture
def known(manager: DialogueManager, shop: DemoShop) -> Conversation:
    """A call whose number is known."""
    return Conversation(manager, shop.tools(), caller="+15552340142")


def offered(call: Conversation) -> None:
    call.say("where is my order 44117")
    call.say("where is my other order")
    for _ in range(3):
        call.silence()
    assert call.said.startswith("I can connect you to a colleague, or have one call you back.")


@pytest.mark.parametrize("line", ["call me back please", "the second one", "a callback", "2"])
def test_a_call_back_is_taken_by_voice_or_key_on_the_known_number(
    known: Conversation, shop: DemoShop, line: str
) -> None:
    offered(known)
    asked = known.press(line) if line.isdigit() else known.say(line)
    assert asked == "Shall a colleague call you on 5 5 5 2 3 4 0 1 4 2?"
    assert known.say("yes please").startswith("Done. A colleague will call you back.")
    (noted,) = shop.call_backs()
    assert "5552340142" == noted.phone
    assert "Order 44117 is on its way" in noted.about
    assert known.say("no that's all") == "Thanks for calling. Goodbye."


@pytest.mark.parametrize("line", ["yes please", "connect me", "a colleague", "1"])
def test_a_person_is_taken_by_voice_or_key(known: Conversation, line: str) -> None:
    offered(known)
    known.press(line) if line.isdigit() else known.say(line)
    assert known.handoff is not None


@pytest.mark.parametrize("line", ["no", "neither", "no, I don't want a person", "3"])
def test_neither_goes_on_with_the_task(known: Conversation, line: str) -> None:
    offered(known)
    known.press(line) if line.isdigit() else known.say(line)
    assert known.handoff is None
    assert "order number" in known.said


def test_a_withheld_number_is_asked_for_and_can_be_keyed(
    withheld: Conversation, shop: DemoShop
) -> None:
    assert withheld.say("can somebody call me back") == "On which number can we reach you?"
    assert withheld.press("5552340142#") == "Shall a colleague call you on 5 5 5 2 3 4 0 1 4 2?"
    withheld.say("yes")
    assert ["5552340142"] == [noted.phone for noted in shop.call_backs()]


def test_another_number_than_the_known_one(known: Conversation, shop: DemoShop) -> None:
    known.say("call me back")
    assert "ten digits" in known.say("no")
    known.say("five five five, two three four, zero one nine nine")
    known.say("yes")
    assert ["5552340199"] == [noted.phone for noted in shop.call_backs()]


def test_a_no_that_says_the_right_number(known: Conversation) -> None:
    known.say("call me back")
    assert known.say("no, on 555 234 0199") == "Shall a colleague call you on 5 5 5 2 3 4 0 1 9 9?"


def test_nobody_is_offered_the_call_back_that_they_are_asking_for(call: Conversation) -> None:
    call.say("call me back")
    for _ in range(3):
        call.silence()
    assert call.said == "Shall I connect you to a colleague?"


def test_a_phone_number_that_comes_unasked_is_no_order(call: Conversation) -> None:
    call.say("555 234 0142")
    assert "track it" not in call.said
    assert call.say("call me back") == "Shall a colleague call you on 5 5 5 2 3 4 0 1 4 2?"
