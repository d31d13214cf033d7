"""The line broke off in the middle of a task, and the customer is here again."""

from __future__ import annotations

import pytest

from dialogue.acts import Connecting, Connection, EndCall, Interrupted
from dialogue.state import DialogueState
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models

BACK = Connecting(Connection.CUT_OFF)


def test_the_open_question_of_a_task_is_asked_again_and_the_task_goes_on(
    call: Conversation,
) -> None:
    call.say("I want to return something")
    call.say("order 44117")
    question, task = call.state.question, call.state.task
    said = call.give(BACK)

    assert question is not None
    assert said.startswith("Sorry, the line broke off for a moment.")
    assert said.endswith(question.text)
    assert (question, task) == (call.state.question, call.state.task)


def test_a_confirmation_that_was_not_heard_to_its_end_is_asked_again_whole(
    call: Conversation,
) -> None:
    call.say("cancel order 44118")
    assert call.state.question is not None
    asked, before = call.state.question.text, list(call.called)
    call.give(Interrupted("", asked[-20:]))
    said = call.give(BACK)

    assert asked.split(".")[-1].strip() in said
    assert before == call.called
    call.say("yes")
    assert 1 == len([one for one in call.called if one.startswith("cancel")])


def test_what_was_done_meanwhile_is_told(call: Conversation) -> None:
    """Its outcome was decided when nobody listened."""
    call.say("cancel order 44118")
    told = call.say("yes")
    call.give(Interrupted("", told))
    said = call.give(BACK)

    assert told.split(".")[0] in said
    assert 1 == len([one for one in call.called if one.startswith("cancel")])


def test_a_goodbye_that_nobody_heard_is_followed_by_the_question_for_more(
    call: Conversation,
) -> None:
    call.say("goodbye")
    assert any(isinstance(act, EndCall) for act in call.acts)
    said = call.give(BACK)

    assert said.endswith("?")
    assert not any(isinstance(act, EndCall) for act in call.acts)
    assert not call.state.ended


def test_the_conversation_goes_on_from_a_stored_state(call: Conversation) -> None:
    call.say("I want to return something")
    call.state = DialogueState.from_json(call.state.to_json())
    call.give(BACK)

    assert "44117" in call.say("order 44117").replace(" ", "") or call.state.slots
