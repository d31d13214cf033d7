"""What a task changed can be taken back, as long as the call lasts and the shop can do it."""

from __future__ import annotations

import pytest

from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


def test_a_cancellation_is_taken_back_after_a_yes(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    call.say("yes")
    assert call.say("oh no, undo that please") == "Shall I put order 4 4 1 1 8 back as it was?"
    assert "Your order is on again." in call.say("yes")
    assert shop.find_order("44118")["outcome"] == "packing"
    assert "There is nothing that I could take back." in call.say("undo that")


def test_a_no_leaves_it_changed_and_it_can_still_be_undone(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("cancel my order 44118")
    call.say("yes")
    call.say("undo it please")
    assert "It stays cancelled." in call.say("no")
    assert shop.find_order("44118")["outcome"] == "cancelled"
    call.say("undo it please")
    call.say("yes")
    assert shop.find_order("44118")["outcome"] == "packing"


def test_the_old_address_comes_back(call: Conversation, shop: DemoShop) -> None:
    before = shop.address_of("44118")
    call.say("I want to change the address on my order 44118")
    call.say("12 Oak Street in Salem")
    call.say("that's right")
    assert "12 Oak Street, Salem" == shop.address_of("44118")
    call.say("take that back")
    assert "It goes to the old address." in call.say("yes")
    assert before == shop.address_of("44118")


def test_the_last_change_is_the_one_that_is_taken_back(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    call.say("yes")
    call.say("I'd like to return order 55203")
    call.say("yes")
    call.say("can you undo the last thing")
    call.say("yes")
    assert ("delivered", "cancelled") == (
        shop.find_order("55203")["outcome"],
        shop.find_order("44118")["outcome"],
    )
    assert "order 4 4 1 1 8 back" in call.say("undo that as well")


def test_what_the_shop_can_no_longer_take_back_is_said(call: Conversation, shop: DemoShop) -> None:
    call.say("I'd like to return order 55203")
    call.say("yes")
    shop.withdraw_return("55203")
    shop.start_return("55203")
    with shop._transaction() as shelf:
        shelf.execute("UPDATE orders SET state_before = ''")
    call.say("undo that")
    assert "it's too late for that" in call.say("yes")
    assert any("could not be called off" in line for line in call.state.done)


def test_nothing_was_changed(call: Conversation) -> None:
    assert "There is nothing that I could take back." in call.say("undo that")


def test_what_was_refused_or_failed_cannot_be_taken_back(call: Conversation) -> None:
    call.say("cancel my order 44118")
    call.say("no")
    assert () == call.state.undoable
    call.say("cancel my order 44117")
    assert "There is nothing that I could take back." in call.say("undo that")
