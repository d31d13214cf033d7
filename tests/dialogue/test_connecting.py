"""A person is rung while the conversation goes on, and what comes of it."""

from __future__ import annotations

import pytest

from dialogue.acts import CancelHandoff, Connecting, Connection, EndCall, Handoff
from dialogue.brief import Route
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


@pytest.fixture
def calling(call: Conversation) -> Conversation:
    """A caller for whom a person is rung."""
    call.say("I want to speak to a person")
    assert isinstance(call.acts[-1], Handoff)
    assert "" == call.give(Connecting(Connection.CALLING))
    return call


def test_questions_are_answered_meanwhile(calling: Conversation) -> None:
    assert "44117" in calling.say("where is my order 44117").replace(" ", "")
    assert calling.state.connecting
    assert not any(isinstance(act, Handoff) for act in calling.acts)


@pytest.mark.parametrize("line", ["I want to speak to a person", "agent", "0"])
def test_a_person_is_not_asked_for_twice(calling: Conversation, line: str) -> None:
    said = calling.press(line) if line == "0" else calling.say(line)

    assert "already calling" in said
    assert not any(isinstance(act, Handoff) for act in calling.acts)


@pytest.mark.parametrize(
    "line",
    ["never mind", "I changed my mind, don't connect me", "oh cancel that", "No need, thanks."],
)
def test_the_caller_may_change_their_mind(calling: Conversation, line: str) -> None:
    said = calling.say(line)

    assert CancelHandoff() in calling.acts
    assert said.startswith("All right, I won't connect you.")
    assert not calling.state.connecting
    # Nothing is left of it: the next wish for a person is one.
    calling.say("I want to speak to a person")
    assert isinstance(calling.acts[-1], Handoff)


def test_the_same_words_mean_something_else_when_nobody_is_rung(call: Conversation) -> None:
    call.say("never mind")

    assert CancelHandoff() not in call.acts


def test_a_caller_whom_nobody_could_take_is_offered_a_call_back(calling: Conversation) -> None:
    said = calling.give(Connecting(Connection.MISSED))

    assert "I'm sorry, I couldn't reach a colleague." in said
    assert "call you back" in said
    assert "call you on" in calling.say("yes please")


def test_who_wants_no_call_back_goes_on(calling: Conversation) -> None:
    calling.give(Connecting(Connection.MISSED))
    calling.say("no")

    assert not any(isinstance(act, Handoff | EndCall) for act in calling.acts)
    assert "44117" in calling.say("where is my order 44117").replace(" ", "")


def test_while_a_call_back_is_taken_a_message_is_offered(
    manager: DialogueManager, shop: DemoShop
) -> None:
    call = Conversation(manager, shop.tools())
    call.say("please call me back")
    call.give(Connecting(Connection.CALLING))
    call.give(Connecting(Connection.MISSED))
    handoff = call.acts[-1]

    assert isinstance(handoff, Handoff)
    assert handoff.brief is not None
    assert Route.MESSAGE is handoff.brief.route


def test_who_has_talked_is_asked_whether_there_is_more(calling: Conversation) -> None:
    said = calling.give(Connecting(Connection.TALKED))

    assert said.startswith("You're back with me, the assistant.")
    assert said.endswith("?")
    calling.say("no that's all")
    assert isinstance(calling.acts[-1], EndCall)


def test_the_state_survives_being_stored(calling: Conversation) -> None:
    assert calling.state == DialogueState.from_json(calling.state.to_json())
    assert calling.state.connecting


def test_who_is_called_back_instead_waits_no_more_and_hears_nothing_of_it(
    calling: Conversation,
) -> None:
    assert "" == calling.give(Connecting(Connection.BOOKED))
    calling.say("I want to speak to a person")

    assert isinstance(calling.acts[-1], Handoff)
