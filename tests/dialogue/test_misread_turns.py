"""Turns that were once read as something else, each in the few lines that it takes."""

from __future__ import annotations

import pytest

from dialogue.understanding.answers import Polarity, read_polarity
from tests.dialogue.conversation import Conversation

pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    "text",
    [
        "ok whats your return policy if I don't like it",
        "okay and what happens if it breaks",
        "right, how do I return it if it doesn't fit",
    ],
)
def test_a_question_with_an_if_in_it_is_no_conditional_yes(call: Conversation, text: str) -> None:
    assert read_polarity(text)[1] != ""
    call.say("when are you open on saturdays")
    assert "What is it?" not in call.say(text)


@pytest.mark.parametrize(
    "text", ["yes, if it's free", "okay but only if it is today", "sure, as long as it's blue"]
)
def test_a_yes_that_depends_on_something_is_still_none(text: str) -> None:
    assert Polarity.UNSURE is read_polarity(text)[0]


def test_the_postcode_of_an_address_is_no_order(call: Conversation) -> None:
    call.say("I want to change my delivery address")
    call.say("44117")
    said = call.say("27 Birch Lane, Portland, 97209")
    assert "9 7 2 0 9" not in said
    assert "44117" == call.state.slots.get("order")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("do you have the oak desk in white", "Luna"),
        ("how much is the wall paint", "clock"),
        ("is the coat you sell warm", "rack"),
    ],
)
def test_a_word_that_only_describes_a_product_does_not_name_it(
    call: Conversation, text: str, other: str
) -> None:
    assert other not in call.say(text)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("do you have the luna in white", "Luna desk lamp"),
        ("do you have the desk lamp in white", "Luna desk lamp"),
        ("is the rug still in stock", "Fjord wool rug"),
        ("how much is the Tarn", "Tarn mirror"),
        ("what does the blanket cost", "Moss throw blanket"),
    ],
)
def test_a_product_is_named_by_its_name_or_by_what_it_is(
    call: Conversation, text: str, product: str
) -> None:
    assert product in call.say(text)


def test_what_is_to_be_returned_is_no_question_about_the_catalogue(call: Conversation) -> None:
    call.say("I want to return something")
    for line in ("the chair", "it's too small"):
        said = call.say(line)
        assert "Hollow" not in said
        assert said.rstrip("?").endswith("order number") or "order number" in said


@pytest.mark.parametrize("text", ["my phone is 503 555 0142", "yes it's 5 0 3 5 5 5 0 1 4 2"])
def test_the_number_that_another_way_takes_is_as_good_as_a_yes(
    withheld: Conversation, text: str
) -> None:
    withheld.say("cancel my order")
    withheld.say("I don't have the number")
    assert "zip code" in withheld.say(text)
    assert "5035550142" == withheld.state.slots.get("phone_on_file")


def test_a_new_address_that_comes_early_is_kept(withheld: Conversation) -> None:
    withheld.say("I moved")
    withheld.say("so the new address is 12 Elm Street in Salem")
    assert "12 Elm Street" in withheld.state.early.get("address", "")


def test_an_address_alone_is_kept_too(withheld: Conversation) -> None:
    withheld.say("I want to change my delivery address")
    assert "order number" in withheld.say("12 Elm Street in Salem")
    assert "12 Elm Street" in withheld.state.early.get("address", "")


def test_a_zip_code_that_is_called_so_is_no_order(withheld: Conversation) -> None:
    withheld.say("where is my order")
    withheld.say("I don't have the number")
    assert "9 7 3 0 1" not in withheld.say("my zip is 97301")


def test_what_angers_somebody_is_their_complaint(call: Conversation) -> None:
    call.say("I want to make a complaint")
    assert "Shall I pass it on" in call.say("you people never answer my emails")


@pytest.mark.parametrize("text", ["ok thanks", "okay thank you", "alright thanks a lot"])
def test_thanks_are_no_wish_for_more(call: Conversation, text: str) -> None:
    call.say("when are you open on saturdays")
    assert "What is it?" not in call.say(text)


def test_regret_is_told_once(call: Conversation) -> None:
    call.say("where is order 44117")
    said = call.say("that's far too long, I'm really annoyed, I want to complain")
    assert 1 == said.count("sorry")


def test_a_size_is_asked_for_by_its_letters(call: Conversation) -> None:
    call.say("how much is the Aspen jacket")
    assert "139" in call.say("and how much is it in xl")


def test_one_need_for_two_orders_is_done_for_both(call: Conversation) -> None:
    assert "a desk lamp" in call.say("cancel order 44118 and 27182")
    assert "a toaster" in call.say("yes")
    assert "It's cancelled" in call.say("yes")
    assert "cancel_order(44118)" in call.called
    assert "cancel_order(27182)" in call.called


def test_two_needs_keep_each_their_own_order(call: Conversation) -> None:
    said = call.say("where's order 44117 and can you also cancel 44118")
    assert "on its way" in said
    assert "Shall I cancel" in said
    call.say("yes")
    assert "cancel_order(44118)" in call.called


def test_of_two_numbers_the_later_may_put_the_earlier_right(call: Conversation) -> None:
    assert "2 0 3 0 5" in call.say("I think it was 20304, no wait, 20305, where is it")
    call.say("cancel 44118")
    assert "a toaster" in call.say("no not that one, 27182")


@pytest.mark.parametrize("text", ["where's our table, 20305", "any news on 20305?"])
def test_a_number_helps_to_tell_what_is_wanted(call: Conversation, text: str) -> None:
    assert "running late" in call.say(text)


def test_values_told_together_name_the_task_that_takes_them(call: Conversation) -> None:
    said = call.say("44118 needs to go to 9 Lake Drive, Denver instead")
    assert "I have 9 Lake Drive, Denver. Is that right?" in said


def test_the_proof_may_come_before_its_question(withheld: Conversation) -> None:
    withheld.say("hi my order number is 44118 and my zip is 02118")
    assert "Shall I cancel this order?" in withheld.say("I'd like to cancel it")


def test_a_wrong_value_told_early_is_asked_for_like_any_other(withheld: Conversation) -> None:
    withheld.say("my zip is 99999 and it's about order 44118")
    assert "That's not what we have on file" in withheld.say("please cancel it")
    assert "Shall I cancel this order?" in withheld.say("02118")


def test_a_value_told_early_is_replaced_by_a_later_one(withheld: Conversation) -> None:
    withheld.say("my zip is 99999")
    withheld.say("sorry, my zip is 02118")
    assert "Shall I cancel this order?" in withheld.say("cancel order 44118")


def test_the_sentence_about_an_old_place_is_no_address(call: Conversation) -> None:
    said = call.say("we moved house last week and order 44118 is going to the old place")
    assert "What's the new address?" in said


def test_an_address_at_its_confirmation_takes_the_place_of_the_one_read_back(
    call: Conversation,
) -> None:
    call.say("change the address of order 44118")
    call.say("12 Elm Street, Salem")
    assert "14 Oak Avenue, Dover" in call.say("send it to 14 Oak Avenue in Dover")


def test_what_the_task_cannot_take_is_said_so(call: Conversation) -> None:
    call.say("I need an invoice for 55203")
    said = call.say("send it to jane.doe@example.com")
    assert "can't change that here" in said
    assert "Shall I email you the invoice" in said


def test_a_complaint_is_read_back_and_added_to(call: Conversation) -> None:
    call.say("I want to complain")
    said = call.say("your driver just threw the box over the fence")
    assert "I have: your driver just threw the box over the fence." in said
    said = call.say("and the box was torn on one side too")
    assert "The box was torn" in said or "And the box was torn" in said
    said = call.say("no, add that he laughed about it")
    assert "He laughed about it" in said
    call.say("yes")
    assert any("he laughed about it" in tool.lower() for tool in call.called)


def test_the_same_wish_while_a_proof_is_asked_for_begins_nothing_anew(
    withheld: Conversation,
) -> None:
    withheld.say("I want to send back order 55203")
    assert "What's your zip code?" == withheld.say("can you refund it")


def test_a_turn_that_wants_and_refuses_the_same_is_asked_about(call: Conversation) -> None:
    call.say("cancel order 44118")
    assert "Shall I cancel this order?" in call.say("cancel it, don't cancel it")


@pytest.mark.parametrize(
    ("text", "name"),
    [("the floor one", "Arc"), ("the cheaper one", "Luna"), ("the most expensive one", "Arc")],
)
def test_one_of_the_products_just_named_is_picked(call: Conversation, text: str, name: str) -> None:
    call.say("how much are your lamps")
    assert name in call.say(text)


def test_the_other_product_is_the_one_that_was_not_told(call: Conversation) -> None:
    call.say("how much are your lamps")
    call.say("the cheaper one")
    assert "Arc" in call.say("and the other one?")


def test_a_measure_is_put_right_after_the_answer(call: Conversation) -> None:
    call.say("which size of the aspen jacket do I need")
    call.say("forty")
    assert "in large" in call.say("No sorry, it's forty-three")


def test_the_sizes_there_are_is_no_question_for_the_right_one(call: Conversation) -> None:
    assert "small, medium" in call.say("what sizes does the aspen jacket come in")


def test_the_price_of_what_is_not_sold_is_not_known(call: Conversation) -> None:
    assert "I don't know that" in call.say("What is the price of gold")


def test_who_names_a_name_for_a_number_is_offered_another_way(withheld: Conversation) -> None:
    withheld.say("where is my order")
    assert "phone number" in withheld.say("it's under iris")


def test_values_beside_a_wish_do_not_colour_it(withheld: Conversation) -> None:
    withheld.say("my account won't let me in any more, the mail address is hugo.evans@example.com")
    assert "send_reset_link(hugo.evans@example.com)" not in withheld.called
    withheld.say("yes")
    assert "send_reset_link(hugo.evans@example.com)" in withheld.called


def test_each_of_two_codes_is_what_the_turn_calls_it(withheld: Conversation) -> None:
    said = withheld.say("my postcode's 02118, the order's 44118, and I'd like it called off please")
    assert "Shall I cancel this order?" in said


def test_an_order_before_an_address_is_no_number_of_a_house(call: Conversation) -> None:
    said = call.say("send 44118 to 77 Hill Road, Boston instead")
    assert "I have 77 Hill Road, Boston. Is that right?" in said


def test_what_was_asked_is_still_open_after_the_number_it_takes(call: Conversation) -> None:
    asked = call.say("it's too small and has a scratch")
    assert asked.rstrip("?").split("Do you want to ")[-1] in call.say("55203")


def test_who_looks_for_something_to_buy_asks_for_no_moment(call: Conversation) -> None:
    assert "49 dollars" in call.say("I'm looking for a lamp, which one costs less")


def test_the_bigger_of_the_products_just_named_has_its_own_price(call: Conversation) -> None:
    call.say("do you sell lamps")
    assert "89 dollars" in call.say("what does the bigger one cost")


def test_one_word_may_be_all_that_is_wanted(call: Conversation) -> None:
    call.say("the jacket in 31415 doesn't fit, can I have it one size up")
    assert "I have: large" in call.say("large")
    assert "note the exchange" in call.say("hmm")


def test_a_wait_that_is_complained_of_is_none_that_is_asked_for(call: Conversation) -> None:
    said = call.say("I've been on hold forever, I just want to know where 44117 has got to")
    assert "tomorrow" in said


@pytest.mark.parametrize(
    "text",
    [
        "the rug turned up with a burn mark",
        "a hole in the shirt",
        "there's a stain on the rug from order 55203, it came like that",
    ],
)
def test_a_flaw_is_damage_and_no_danger(call: Conversation, text: str) -> None:
    call.say(text)
    assert call.handoff is None
    assert call.state.task is not None
    assert "damaged_item" == call.state.task.flow


@pytest.mark.parametrize("text", ["the shelf fell down on our cat", "my lamp just blew up"])
def test_danger_is_still_handed_over(call: Conversation, text: str) -> None:
    call.say(text)
    assert call.handoff is not None


def test_to_get_rid_of_something_is_no_danger(call: Conversation) -> None:
    assert "cancel it" in call.say("get rid of the toaster please, 27182")
    assert call.handoff is None


def test_what_was_ordered_by_mistake_is_to_be_cancelled(call: Conversation) -> None:
    call.say("My son ordered something by mistake")
    assert call.state.task is not None
    assert "cancel_order" == call.state.task.flow


def test_the_last_order_is_told_without_its_number(call: Conversation) -> None:
    assert "order number" not in call.say("what did I order last")


def test_where_somebody_lives_is_a_zip_code(withheld: Conversation) -> None:
    said = withheld.say("I'd like to bring a rug back, it's 55203 and I live in 02118")
    assert "Shall I start the return?" in said


def test_where_somebody_lives_answers_for_the_zip_code(withheld: Conversation) -> None:
    withheld.say("I'd like to bring a rug back, it's 55203")
    assert "Shall I start the return?" in withheld.say("I live in 02118")


def test_both_orders_can_go(call: Conversation) -> None:
    call.say("both my open orders can go, that's 44118 and 27182")
    call.say("yes")
    call.say("yes")
    assert {"cancel_order(44118)", "cancel_order(27182)"} <= set(call.called)


@pytest.mark.parametrize("zip_code", ["my zip is 02118", "the postcode is 02118"])
def test_a_name_after_an_and_is_of_the_next_number(withheld: Conversation, zip_code: str) -> None:
    said = withheld.say(f"please cancel it, it's 44118 and {zip_code}")
    assert "Shall I cancel this order?" in said
