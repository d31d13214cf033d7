"""What agrees to a change, what does not, and what takes one back that was made just now."""

from __future__ import annotations

import pytest

from dialogue.understanding.answers import begins_idly, is_regret
from dialogue.understanding.german import GERMAN
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models

CANCELLED = "cancel_order(44118)"


@pytest.fixture
def asked(call: Conversation) -> Conversation:
    """A caller who is asked "Shall I cancel this order?"."""
    assert call.say("cancel order 44118 please").endswith("Shall I cancel this order?")
    return call


@pytest.mark.parametrize(
    "text",
    [
        "okay",
        "ok go ahead",
        "sure, why not",
        "right, go ahead and cancel it",
        "okay then, cancel the order",
        "yes I want it cancelled",
        "yeah that's the one, cancel it",
        "okay, I'm sure",
        "perfect, thanks",
        "right, that one",
        "yes because I found it cheaper elsewhere",
        "yes, my husband doesn't want it any more",
    ],
)
def test_a_yes_may_be_said_in_many_words(asked: Conversation, text: str) -> None:
    asked.say(text)
    assert CANCELLED in asked.called


@pytest.mark.parametrize(
    "text",
    [
        "okay I'm back, we'll keep it after all",
        "okay so my daughter actually likes it",
        "right, my husband wants it now",
        "yes hello I'm still here, we keep it",
        "okay my dog is barking one second",
        "yes well I'd rather keep it",
        "fine, it can stay then",
        "okay I was just asking",
        "oh I do need it after all",
        "we'll keep it after all",
        "hang on, we want to keep it",
    ],
)
def test_a_word_to_begin_with_agrees_to_nothing(asked: Conversation, text: str) -> None:
    asked.say(text)
    assert CANCELLED not in asked.called


@pytest.mark.parametrize("text", ["no wait", "wait, no", "no no stop", "oh no, hang on"])
def test_alarm_after_a_change_takes_it_back_if_it_is_meant(asked: Conversation, text: str) -> None:
    asked.say("yes")
    assert "put order 4 4 1 1 8 back" in asked.say(text)
    assert asked.called[-1] == CANCELLED
    asked.say("put it back")
    assert asked.called[-1] == "restore_order(44118)"


def test_a_plain_no_after_a_change_is_a_farewell(asked: Conversation) -> None:
    asked.say("yes")
    assert "Goodbye" in asked.say("no thanks")


def test_what_begins_idly_is_told_in_both_languages() -> None:
    assert begins_idly("okay so it came")
    assert not begins_idly("okay yes it came")
    assert begins_idly("okay der Hund bellt", GERMAN)
    assert not begins_idly("ja der Hund", GERMAN)
    assert is_regret("nein warte", GERMAN)
    assert not is_regret("nein danke", GERMAN)
