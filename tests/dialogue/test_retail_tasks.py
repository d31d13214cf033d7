"""What the retail hotline settles: each task from the first words to what the shop has to do."""

from __future__ import annotations

import pytest

from dialogue.manager import DialogueManager
from tests.dialogue.conversation import HUGO, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.desk import Job

pytestmark = pytest.mark.models


def test_an_exchange_is_noted_with_what_is_wanted_instead(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("I ordered the wrong size, can I switch it")
    assert "I see an Aspen jacket. What would you like instead?" in call.say("31415")
    assert call.say("the same jacket in medium") == (
        "I have: the same jacket in medium. Shall I note the exchange?"
    )
    assert "We'll email you a label." in call.say("yes please")
    assert (Job("exchange", "31415", "the same jacket in medium"),) == shop.jobs()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("60718", "Exchanges end after thirty days."),
        ("44118", "It hasn't left us yet."),
        ("44117", "It hasn't arrived yet."),
        ("70421", "already closed"),
    ],
)
def test_what_cannot_be_exchanged_is_said_with_the_way_out(
    call: Conversation, shop: DemoShop, number: str, said: str
) -> None:
    call.say("can I exchange it for another size")
    assert said in call.press(number)
    assert () == shop.jobs()


def test_something_broken_is_replaced(call: Conversation, shop: DemoShop) -> None:
    call.say("my item arrived broken")
    assert "I see four plates. What's wrong with it?" in call.say("16180")
    asked = call.say("two of the plates are in pieces")
    assert "I have: two of the plates are in pieces. Shall I send you a new one, for free?" in asked
    assert "A new one leaves tomorrow." in call.say("yes")
    assert (Job("replacement", "16180", "two of the plates are in pieces"),) == shop.jobs()


def test_what_is_broken_is_put_right_where_it_was_misheard(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("something is missing from my package")
    call.say("16180")
    call.say("after that was not in the box")
    asked = call.say("no sorry, it's half of it that was not in the box")
    assert "I have: half of it that was not in the box. Shall I send you a new one" in asked
    call.say("yes")
    assert (Job("replacement", "16180", "half of it that was not in the box"),) == shop.jobs()


def test_or_its_money_is_given_back(call: Conversation, shop: DemoShop) -> None:
    call.say("something is missing from my package")
    call.say("16180")
    call.say("only three of the plates were in it")
    assert "Do you want your money back instead?" in call.say("no")
    assert "You get 28 dollars back" in call.say("yes please")
    assert ["refund"] == [job.kind for job in shop.jobs()]


def test_or_nothing_is_done(call: Conversation, shop: DemoShop) -> None:
    call.say("broken item")
    call.say("16180")
    call.say("the plates have cracks")
    call.say("no")
    assert "I left it as it is." in call.say("no")
    assert () == shop.jobs()


def test_an_invoice_is_mailed_to_the_address_on_file(call: Conversation, shop: DemoShop) -> None:
    assert "to the address on your order?" in call.say("I need an invoice for order 55203")
    assert "It's in your mailbox" in call.say("yes")
    assert (Job("invoice", "55203", ""),) == shop.jobs()


def test_a_second_charge_is_sent_back(call: Conversation, shop: DemoShop) -> None:
    assert call.say("you charged me twice for order 16180").endswith(
        "You're right. It was charged twice. Shall I send the second payment back?"
    )
    assert "You get 28 dollars back" in call.say("yes")
    assert "paid" == shop.check_payment("16180")["outcome"]


def test_a_declined_payment_gets_a_new_link(call: Conversation, shop: DemoShop) -> None:
    assert "Your bank declined the payment." in call.say("my card was declined, order 27182")
    call.say("yes")
    assert ["payment_link"] == [job.kind for job in shop.jobs()]


def test_a_payment_in_order_is_said_to_be(call: Conversation) -> None:
    said = call.say("did you get my payment for 55203")
    assert "It was paid once, 159 dollars." in said


def test_members_hear_their_points(call: Conversation) -> None:
    assert "What's your email address?" in call.say("how many points do I have")
    assert "You're a gold member. You have 1240 points." in call.say(
        "it's iris dot clark at example dot com"
    )


def test_who_is_no_member_hears_how_to_become_one(manager: DialogueManager, shop: DemoShop) -> None:
    call = Conversation(manager, shop.tools(), caller=HUGO.phone)
    call.say("am I a member")
    assert "You're not a member yet." in call.say("my email is hugo dot evans at example dot com")


@pytest.mark.parametrize(
    "email", ["iris dot clark at example dot com", "nobody at nowhere dot com"]
)
def test_a_new_password_sounds_the_same_for_every_address(
    withheld: Conversation, shop: DemoShop, email: str
) -> None:
    withheld.say("I forgot my password")
    withheld.say(f"my email is {email}")
    assert withheld.say("yes").startswith("Done. If we know that address, a link is on its way.")
    assert ("iris" in email) == bool(shop.jobs())


def test_a_complaint_is_passed_on_in_the_callers_words(call: Conversation, shop: DemoShop) -> None:
    call.say("I want to make a complaint")
    call.say("the courier threw my parcel over the fence")
    assert "It's number 7 0 1." in call.say("yes")
    (job,) = shop.jobs()
    assert "threw my parcel over the fence" in job.details
