"""Several needs in one breath, and putting right what was understood."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dialogue.state import DialogueState, Later
from dialogue.understanding.clauses import clauses
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models


def test_a_task_and_a_question_are_both_answered(call: Conversation) -> None:
    said = call.say("cancel order 44117 and tell me when you open")

    assert ["find_order(44117)"] == call.called
    assert said.index("I can't cancel it") < said.index("open from nine to seven")
    assert 1 == said.count("?")


def test_the_second_need_waits_until_the_first_is_settled(call: Conversation) -> None:
    said = call.say("I need to change my address, and also what does delivery cost?")
    assert "dollars" not in said
    assert (Later("article:delivery_cost"),) == call.state.later

    said = call.say("never mind")
    assert "four dollars ninety" in said
    assert () == call.state.later


def test_what_waits_survives_being_stored(call: Conversation) -> None:
    call.say("I need to change my address, and also what does delivery cost?")
    stored = json.loads(json.dumps(call.state.to_json()))

    assert call.state == DialogueState.from_json(stored)
    del stored["later"]
    assert () == DialogueState.from_json(stored).later


def test_who_also_wants_a_person_gets_the_rest_first(call: Conversation) -> None:
    said = call.say("can I speak to a person and what are your opening hours")

    assert "nine to seven" in said
    assert call.handoff is not None


@pytest.mark.parametrize(
    "text",
    [
        "it came broken and I want my money back",
        "I'd like to return my jacket and get my money back",
        "I moved house and want the parcel sent there",
    ],
)
def test_a_reason_is_no_need_of_its_own(call: Conversation, text: str) -> None:
    call.say(text)
    assert () == call.state.later
    assert 1 == len(call.state.needs)


def test_starting_over_forgets_what_waited(call: Conversation) -> None:
    call.say("I need to change my address, and also what does delivery cost?")
    call.say("start over")
    assert () == call.state.later


@pytest.mark.parametrize(
    ("said", "needs"),
    [("both, please", ("order_status", "return_item")), ("either one", ("order_status",))],
)
def test_both_of_two_options_are_taken_up(
    call: Conversation, said: str, needs: tuple[str, ...]
) -> None:
    call.say("44117")
    question = call.state.question
    assert question is not None
    two = replace(question, options=("order_status", "return_item"))
    call.state = replace(call.state, question=two)
    call.say(said)

    assert needs == call.state.needs
    assert () == call.state.later


def test_what_was_meant_replaces_what_was_understood(call: Conversation) -> None:
    call.say("I want to cancel my order")
    call.say("no, I meant the return")
    assert call.state.task is not None
    assert "return_item" == call.state.task.flow


def test_the_other_one_is_the_same_task_for_another_order(call: Conversation) -> None:
    call.say("where is my order 44117")
    said = call.say("and what about the other one?")
    assert "order number" in said

    said = call.say("44118")
    assert "packed" in said
    assert ["find_order(44117)", "find_order(44118)"] == call.called


def test_parts_of_a_turn() -> None:
    assert ("Cancel it", "tell me the time.") == clauses("Cancel it, and also tell me the time.")
    assert ("It is late", "Where is it?") == clauses("It is late. Where is it?")
    assert ("just this",) == clauses("just this")
    assert 1 == len(clauses("a and b and c and d and e and f"))
