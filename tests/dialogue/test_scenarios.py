"""Whole conversations with the retail hotline: lines in; words, tools and endings out."""

from __future__ import annotations

import pytest

from dialogue.acts import Answer, CallTool, ToolReturned, UserTurn
from dialogue.manager import DialogueManager
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


def test_an_order_is_found_by_its_spoken_number_and_read_back(call: Conversation) -> None:
    assert call.said == "Hello, this is the automated assistant of Maple Street. How can I help?"
    assert call.say("Where is my order?") == "What's your order number?"
    assert call.step.expects.answer is Answer.CODE
    assert call.step.expects.digits == 5
    assert call.say("Double four, one, one, seven.").startswith(
        "Thanks. Order 4 4 1 1 7. It's on its way. It should arrive tomorrow."
    )
    assert call.called == ["find_order(44117)"]
    assert call.say("No, thank you.") == "Thanks for calling. Goodbye."
    assert call.ended == "resolved"


def test_a_number_in_the_first_sentence_is_not_asked_for_again(call: Conversation) -> None:
    assert "running late. It should arrive on Sunday." in call.say(
        "hi, where is my order two oh three oh five"
    )
    assert call.called == ["find_order(20305)"]


def test_a_number_given_once_is_kept_and_a_cancellation_confirmed(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("where is my order 44118")
    assert call.say("and can I cancel it?") == (
        "Okay. Order 4 4 1 1 8. I see a desk lamp and two cushions. Shall I cancel this order?"
    )
    assert call.step.expects.answer is Answer.YES_NO
    assert call.called == [
        "find_order(44118)",
        "find_order(44118)",
        "verify_order(44118, 15550100001)",
    ]
    assert call.say("yes please").startswith(
        "Done. It's cancelled. You get 87 dollars 50 back within five days."
    )
    assert call.called[-1] == "cancel_order(44118)"
    assert shop.find_order("44118")["outcome"] == "cancelled"


def test_only_the_call_that_changes_something_is_a_side_effect(call: Conversation) -> None:
    call.say("cancel my order 44118")
    looked_up = [act.side_effect for act in call.acts if isinstance(act, CallTool)]
    call.say("yes")
    cancelled = [act.side_effect for act in call.acts if isinstance(act, CallTool)]
    assert ([False, False], [True]) == (looked_up, cancelled)


@pytest.mark.parametrize(
    "line",
    ["no", "no don't", "never mind", "no, leave it", "nope, I changed my mind", "I'd rather not"],
)
def test_a_no_cancels_nothing(call: Conversation, shop: DemoShop, line: str) -> None:
    call.say("cancel my order 44118")
    assert "left it as it is" in call.say(line)
    assert shop.find_order("44118")["outcome"] == "packing"


@pytest.mark.parametrize(
    "line",
    [
        "maybe",
        "hmm, I'm not sure",
        "yes, no, wait",
        "yes but not today",
        "what was in it again",
        "well the dog is barking",
    ],
)
def test_an_unclear_answer_cancels_nothing_and_is_asked_again(
    call: Conversation, shop: DemoShop, line: str
) -> None:
    call.say("cancel my order 44118")
    assert call.say(line).endswith("Shall I cancel this order?")
    assert shop.find_order("44118")["outcome"] == "packing"


def test_an_order_on_its_way_is_not_cancelled(call: Conversation) -> None:
    call.say("I want to cancel an order")
    said = call.say("it's forty-four one seventeen")
    assert "already on its way. So I can't cancel it" in said
    assert call.called == ["find_order(44117)"]


def test_a_return_is_started_and_the_refund_told(call: Conversation, shop: DemoShop) -> None:
    call.say("I'd like to return something")
    assert "I see a wool rug. Shall I start the return?" in call.say("five five two oh three")
    assert "You get 159 dollars back once it's here." in call.say("sure, go ahead")
    assert shop.find_order("55203")["outcome"] == "returned"


def test_a_return_after_thirty_days_goes_to_a_person(call: Conversation) -> None:
    assert "The thirty days for returns are over." in call.say("I'd like to return order 60718")
    assert call.handoff is not None
    assert call.handoff.queue == "orders"
    assert call.handoff.summary[:3] == (
        "The caller wants to return an order for a refund.",
        "Order number: 60718.",
        "Order 60718 is past the thirty days for returns.",
    )


def test_an_address_is_dictated_put_right_and_changed(call: Conversation, shop: DemoShop) -> None:
    call.say("I want to change my delivery address")
    assert "What's the new address?" in call.say("44118")
    assert call.step.expects.answer is Answer.TEXT
    assert call.say("it's twelve Elm Street, Salem") == (
        "I have 12 Elm Street, Salem. Is that right?"
    )
    assert "street with the number" in call.say("no, that's wrong")
    call.say("12 Oak Street in Salem")
    assert "It goes to the new address." in call.say("that's correct")
    assert shop.address_of("44118") == "12 Oak Street, Salem"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no, it's 14 Elm Street in Salem", "14 Elm Street, Salem"),
        ("no sorry, Elm Lane", "12 Elm Lane, Salem"),
        ("No, 21.", "21 Elm Street, Salem"),
    ],
)
def test_an_address_is_put_right_in_one_breath_with_the_no(
    call: Conversation, said: str, kept: str
) -> None:
    call.say("I want to change my delivery address")
    call.say("44118")
    call.say("12 Elm Street, Salem")
    assert call.say(said) == f"I have {kept}. Is that right?"


def test_a_vague_need_leads_to_a_short_choice(call: Conversation) -> None:
    assert call.say("I need help with my order") == (
        "Do you want to track it, return it or cancel it?"
    )
    assert call.step.expects.answer is Answer.CHOICE
    assert call.say("the first one") == "What's your order number?"
    assert call.state.task is not None
    assert call.state.task.flow == "order_status"


@pytest.mark.parametrize(
    ("line", "task"),
    [
        ("track it", "order_status"),
        ("returning", "return_item"),
        ("the last one", "cancel_order"),
        ("I'd like my money back", "return_item"),
        ("number two", "return_item"),
    ],
)
def test_an_option_can_be_picked_in_many_ways(call: Conversation, line: str, task: str) -> None:
    call.say("it's about my order")
    call.say(line)
    assert call.state.task is not None
    assert call.state.task.flow == task


def test_an_option_can_be_picked_by_key(call: Conversation) -> None:
    call.say("it's about my order")
    call.press("3")
    assert call.state.task is not None
    assert call.state.task.flow == "cancel_order"


def test_a_correction_after_the_read_back_is_honoured(call: Conversation) -> None:
    call.say("where is my order")
    call.say("44118")
    assert call.say("no, it's 44117").startswith("Got it. Order 4 4 1 1 7. It's on its way.")
    assert call.called == ["find_order(44118)", "find_order(44117)"]


def test_a_correction_of_the_order_is_honoured_before_a_side_effect(call: Conversation) -> None:
    call.say("cancel my order 44118")
    assert "I see an oak table. Shall I cancel this order?" in call.say("no, the other, 20305")
    call.say("yes")
    assert call.called[-1] == "cancel_order(20305)"


def test_a_correction_while_the_shop_is_asked_makes_the_late_answer_void(
    manager: DialogueManager, shop: DemoShop
) -> None:
    asked = manager.handle(manager.start("c").state, UserTurn("where is my order 44118"))
    first = next(act for act in asked.acts if isinstance(act, CallTool))
    again = manager.handle(asked.state, UserTurn("no sorry, 44117"))
    second = next(act for act in again.acts if isinstance(act, CallTool))
    assert {"order": "44117"} == second.arguments
    late = manager.handle(again.state, ToolReturned(first.call_key, True, shop.find_order("44118")))
    assert ((), again.state, "late_result") == (late.acts, late.state, late.trace.rule)


def test_a_number_comes_in_two_pieces(call: Conversation) -> None:
    call.say("where is my order")
    assert call.say("four four one") == "I have 4 4 1. What comes next?"
    assert "Order 4 4 1 1 7." in call.say("one seven")


def test_keys_give_the_number_and_zero_gives_a_person(call: Conversation) -> None:
    call.say("where is my order")
    assert "Order 4 4 1 1 7." in call.press("44117#")
    assert "connect you to a colleague" in call.press("0")
    assert call.handoff is not None


def test_an_unknown_number_is_asked_for_again_and_then_a_person_offered(
    call: Conversation,
) -> None:
    call.say("where is my order")
    assert call.say("nine nine nine nine nine").endswith(
        "I can't find that order. Please say the five digits one by one, or type them in."
    )
    assert call.say("nine nine nine nine eight").endswith("zip code. Shall I?")
    assert call.say("no").endswith("Press 1 or 2, or just say which.")
    call.say("yes please")
    assert call.handoff is not None
    assert "The order number could not be settled." in call.handoff.summary


def test_a_question_inside_a_task_is_answered_and_the_task_goes_on(call: Conversation) -> None:
    call.say("I want to return my order")
    assert call.say("where do I find my order number?") == (
        "It's in our email to you. It has five digits, right at the top. Which order number is it?"
    )
    assert "I see a wool rug." in call.say("55203")


def test_another_order_is_asked_for_anew(call: Conversation) -> None:
    call.say("where is my order 44117")
    assert call.say("and where is my other order") == "What's your order number?"


def test_a_number_alone_leads_to_a_choice_of_what_to_do_with_it(call: Conversation) -> None:
    assert call.say("order 44118") == (
        "Thanks. Order 4 4 1 1 8. Do you want to track it, return it or cancel it?"
    )
    assert "still being packed" in call.say("track it please")


def test_a_person_is_connected_at_the_first_request(call: Conversation) -> None:
    call.say("I want to cancel an order")
    call.say("44117")
    assert call.say("I want to talk to a human") == ("One moment. I'll connect you to a colleague.")
    assert call.handoff is not None
    assert call.handoff.reason == "the caller asked for a person"
    assert call.handoff.summary[:3] == (
        "The caller wants to cancel an order.",
        "Order number: 44117.",
        "Order 44117 could not be cancelled, it is on its way.",
    )


def test_a_line_that_stays_silent_after_an_answer_was_helped(call: Conversation) -> None:
    call.say("where is my order 44117")
    call.silence()
    call.silence()
    assert call.ended == "resolved"


def test_a_no_with_another_task_drops_the_one_at_hand(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    assert "What's the new address?" in call.say("no, I want to change the delivery address")
    assert shop.find_order("44118")["outcome"] == "packing"


def test_a_failing_shop_is_told_tried_once_more_and_handed_over(
    manager: DialogueManager,
) -> None:
    def broken(**_: str) -> dict[str, str]:
        raise OSError("disk")

    call = Conversation(manager, {"find_order": broken})
    said = call.say("where is my order 44117")
    assert "Sorry, our system is slow." in said
    assert said.endswith("I can't reach our order system. I'll connect you to a colleague.")
    assert call.called == ["find_order(44117)", "find_order(44117)"]
    keys = {act.call_key for act in call.acts if isinstance(act, CallTool)}
    assert 1 == len(keys)
    assert call.handoff is not None


@pytest.mark.parametrize(
    "value", [{}, {"outcome": "exploded"}, {"outcome": "packing", "expected": "soon"}]
)
def test_a_shop_that_returns_junk_is_a_failing_shop(
    manager: DialogueManager, value: dict[str, object]
) -> None:
    call = Conversation(manager, {"find_order": lambda order: value})
    assert "I can't reach our order system." in call.say("where is my order 44117")
    assert call.handoff is not None


def test_the_same_retry_keeps_its_key_and_another_call_has_another(
    manager: DialogueManager,
) -> None:
    def key(call_id: str) -> str:
        step = manager.handle(manager.start(call_id).state, UserTurn("where is my order 44117"))
        return next(act.call_key for act in step.acts if isinstance(act, CallTool))

    assert key("a") == key("a")
    assert key("a") != key("b")
