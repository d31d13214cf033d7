"""What was talked about is found again: "the other order", "the first one", "the same address"."""

from __future__ import annotations

import json

import pytest

from dialogue.references import pick
from dialogue.state import DialogueState
from dialogue.understanding.english_language import ENGLISH
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("the clock", 1),
        ("the second one", 1),
        ("two", 1),
        ("the armchair please", 0),
        ("um the clog I think", 1),
        ("the last one", 2),
        ("the lamp", 2),
        ("something else", None),
    ],
)
def test_one_of_a_few_things_is_picked_by_name_sound_or_place(
    text: str, picked: int | None
) -> None:
    assert picked == pick(text, ["an armchair", "a wall clock", "a desk lamp"], ENGLISH)


def test_a_word_that_two_things_share_picks_neither() -> None:
    assert pick("the lamp", ["a floor lamp", "a desk lamp"], ENGLISH) is None
    assert 1 == pick("the desk lamp", ["a floor lamp", "a desk lamp"], ENGLISH)


@pytest.mark.models
class TestOrders:
    """Orders that were talked about."""

    def test_the_first_one_is_the_one_that_was_named_first(self, call: Conversation) -> None:
        call.say("where's order 44117")
        call.say("and order 44118?")
        call.say("cancel the first one")
        assert "find_order(44117)" == call.called[-1]

    def test_the_other_one_is_the_other_of_two(self, call: Conversation) -> None:
        call.say("where's order 44117")
        call.say("and order 44118?")
        call.say("what about the other one")
        assert "find_order(44117)" == call.called[-1]

    def test_an_order_is_called_by_what_is_in_it_once_that_was_told(
        self, call: Conversation, shop: DemoShop
    ) -> None:
        call.say("I want to return order 55203")
        call.say("no")
        call.say("cancel order 44118")
        call.say("no")
        assert "I see a wool rug" in call.say("I do want to return the rug after all")
        call.say("yes")
        assert "returned" == shop.find_order("55203")["outcome"]

    def test_what_is_in_an_order_is_no_secret_word(self, withheld: Conversation) -> None:
        withheld.say("where is order 55203")
        withheld.say("where is order 44118")
        assert "55203" not in str(withheld.called[2:])
        assert {} == withheld.state.named

    def test_the_same_address_is_read_back_and_confirmed(
        self, call: Conversation, shop: DemoShop
    ) -> None:
        call.say("change the address of order 44118")
        call.say("12 Oak Street in Salem")
        call.say("yes")
        call.say("change the address of 20305 too")
        assert "12 Oak Street, Salem" in call.say("to the same address as before")
        assert "12 Oak Street, Salem" != shop.address_of("20305")
        call.say("yes")
        assert "12 Oak Street, Salem" == shop.address_of("20305")

    def test_what_was_talked_about_survives_being_stored(self, call: Conversation) -> None:
        call.say("cancel order 44118")
        stored = json.loads(json.dumps(call.state.to_json()))
        assert call.state == DialogueState.from_json(stored)
        assert ["44118"] == list(call.state.named)
