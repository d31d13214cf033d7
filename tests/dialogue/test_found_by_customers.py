"""What simulated customers ran into, each in the few lines that it takes."""

from __future__ import annotations

import pytest

from dialogue.acts import Ask
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models


def test_who_answers_before_the_end_of_a_question_does_not_go_round_in_circles(
    call: Conversation,
) -> None:
    """A yes to half a question counts for nothing; so the next time it is heard to its end."""
    call.say("cancel my order 44118")
    call.interrupt("cancel this order?")
    assert call.say("yes").endswith("Shall I cancel this order?")
    asked = call.acts[-1]
    assert isinstance(asked, Ask)
    assert not asked.interruptible
    assert "It's cancelled." in call.say("yes")


@pytest.mark.parametrize(
    "line",
    [
        "I'm not good with computers, you'll have to bear with an old lady, there's that purchase",
        "not really my day today, the dog ran off and I still have that parcel business of mine",
    ],
)
def test_nobody_is_hung_up_on_who_only_begins_like_a_no(call: Conversation, line: str) -> None:
    call.say("when are you open")
    call.say(line)
    assert "" == call.ended


@pytest.mark.parametrize("line", ["no", "no thanks", "nope, I'm good", "that was all", "nothing"])
def test_who_cannot_be_helped_may_leave_it_at_that(call: Conversation, line: str) -> None:
    call.say("please reserve a tennis court for tonight")
    call.say(line)
    assert "abandoned" == call.ended


def test_neither_of_them_is_not_asked_for_again(call: Conversation) -> None:
    call.say("it's about my order")
    assert "How can I help?" in call.say("neither of them")


def test_a_question_is_no_address(call: Conversation) -> None:
    call.say("I want to change my delivery address")
    call.say("44118")
    said = call.say("by the way, are you around on saturdays")
    assert "Sunday" in said
    assert said.endswith("What's the new address?")
    assert "12 Elm Street" in call.say("12 Elm Street, Salem")


@pytest.mark.parametrize(
    "line", ["no, you've got me wrong", "that isn't what I'm after", "no, that's not what I wanted"]
)
def test_a_task_that_was_never_wanted_is_dropped(call: Conversation, line: str) -> None:
    call.say("call me back")
    call.say("2025550143")
    assert call.say(line).startswith("All right, never mind.")
    assert call.state.task is None


def test_a_number_that_will_not_be_had_is_not_asked_for_for_ever(call: Conversation) -> None:
    call.say("where is my order")
    for _ in range(2):
        call.say("nine nine nine nine nine")
    assert "phone number" in call.said
    assert "colleague" in call.say("no")
    assert "five digits" in call.say("no thanks")
    assert "colleague" in call.say("nine nine nine nine nine")
    assert call.say("no thanks").startswith("All right, never mind.")
    assert call.state.task is None


def test_what_says_that_it_is_not_wanted_is_no_value(call: Conversation) -> None:
    call.say("I want to change my delivery address")
    call.say("44118")
    call.say("no, you've got me wrong, I'm wondering where my delivery is")
    assert "address" not in call.state.slots
    assert call.state.task is None or "change_address" != call.state.task.flow
