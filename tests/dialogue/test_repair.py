"""Conversations that go astray: silence, misunderstanding, interruption, second thoughts."""

from __future__ import annotations

import pytest

from dialogue.acts import Answer, Ask, Interrupted, Pace, Say
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models

OFFER = (
    "I can connect you to a colleague, or have one call you back. Press 1 or 2, or just say which."
)


def test_a_yes_to_a_question_that_was_not_heard_confirms_nothing(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("cancel my order 44118")
    call.interrupt("and two cushions. Shall I cancel this order?")
    assert call.say("yes please do").endswith("Shall I cancel this order?")
    assert shop.find_order("44118")["outcome"] == "packing"
    call.say("yes")
    assert shop.find_order("44118")["outcome"] == "cancelled"


def test_silence_leads_to_a_gentle_a_rephrased_question_an_offer_and_goodbye(
    call: Conversation,
) -> None:
    call.say("where is my order")
    assert call.silence() == "Are you still there? What's your order number?"
    assert call.silence().startswith("I can't hear you. Please say the five digits")
    assert call.silence() == OFFER
    assert call.silence() == "Thanks for calling. Goodbye."
    assert call.ended == "abandoned"


def test_misunderstanding_escalates_to_a_person(call: Conversation) -> None:
    call.say("where is my order")
    assert call.say("").startswith("Sorry, I didn't get that.")
    assert call.say("purple monkey dishwasher").startswith("I still didn't get it. Please say")
    assert call.say("") == OFFER
    call.say("")
    assert call.handoff is not None


def test_what_was_taken_of_a_number_outlives_a_turn_that_was_not_understood(
    call: Conversation,
) -> None:
    call.say("where is my order")
    call.say("four four one")
    assert call.say("purple monkey dishwasher").endswith("I have 4 4 1. What comes next?")
    assert "Order 4 4 1 1 7." in call.say("one seven")


def test_all_of_a_number_is_asked_for_after_two_turns_that_were_not_understood(
    call: Conversation,
) -> None:
    call.say("where is my order")
    call.say("four four one")
    call.say("purple monkey dishwasher")
    assert "the five digits" in call.say("purple monkey dishwasher")
    assert "I have 4 4 1." in call.say("four four one")


@pytest.mark.parametrize(
    "line", ["no, you've got me wrong", "No, you've gotten wrong, F and Jackets, blue."]
)
def test_a_task_that_was_taken_up_by_mistake_is_left(call: Conversation, line: str) -> None:
    call.say("where is my order")
    assert "order number" not in call.say(line)
    assert call.state.task is None


def test_who_says_no_and_then_the_number_goes_on(call: Conversation) -> None:
    call.say("where is my order")
    assert "Order 4 4 1 1 7." in call.say("no no wait, here it is, four four one one seven")


def test_an_order_number_is_put_right_while_the_zip_code_is_asked_for(
    withheld: Conversation,
) -> None:
    assert "zip code" in withheld.say("cancel order 44118")
    assert "Order 4 4 1 1 9." in withheld.say("oh no, wrong one, I meant 4 4 1 1 9")


def test_understanding_again_forgets_the_misunderstandings(call: Conversation) -> None:
    call.say("")
    call.say("")
    call.say("where is my order 44117")
    assert call.state.no_match == 0
    assert call.say("").startswith("Sorry, I")


def test_what_is_out_of_scope_is_admitted_and_not_answered(call: Conversation) -> None:
    said = call.say("what's the weather on Mars")
    assert said.startswith("I'm afraid I can't help with that.")
    assert call.step.trace.rule == "out_of_scope:1"
    assert not [a for a in call.acts if isinstance(a, Say) and a.source.startswith("article:")]


def test_repeat_says_the_last_answer_again(call: Conversation) -> None:
    call.say("when are you open")
    assert call.say("could you say that again please") == (
        "Sure. Our stores are open from nine to seven. On Sundays they're closed. "
        "Is there anything else?"
    )


def test_repeat_after_an_interruption_goes_on_from_the_sentence_that_was_cut(
    call: Conversation,
) -> None:
    call.say("what is your return policy")
    call.interrupt("unused and in its box. We email you a label, and once it's back with us, "
                   "you get your money within five days. Is there anything else?")  # fmt: skip
    said = call.say("sorry, what was that")
    assert said.startswith("As I was saying. Just keep it unused and in its box. We email you")
    assert isinstance(call.acts[-1], Ask)


@pytest.mark.parametrize("line", ["", "mm-hmm", "okay", "yeah, right"])
def test_a_cough_or_a_nod_that_cut_an_answer_off_loses_nothing(
    call: Conversation, line: str
) -> None:
    call.say("when are you open")
    call.interrupt("On Sundays they're closed. Is there anything else?")
    assert call.say(line) == ("As I was saying. On Sundays they're closed. Is there anything else?")


def test_an_interruption_with_a_need_gets_an_answer_to_that_need(call: Conversation) -> None:
    call.say("what is your return policy")
    call.give(Interrupted("Returns are free", "for thirty days. Is there anything else?"))
    assert "five digits" not in call.say("where is my order 44117")
    assert call.called == ["find_order(44117)"]
    assert call.state.unheard == ""


def test_slower_speech_lasts_and_says_it_again(call: Conversation) -> None:
    call.say("when are you open")
    assert "Our stores are open from nine to seven." in call.say("can you slow down")
    call.say("how can I pay")
    assert {Pace.SLOW} == {act.pace for act in call.acts if isinstance(act, Say | Ask)}


def test_start_over_forgets_the_task_and_its_values(call: Conversation) -> None:
    call.say("where is my order 44117")
    assert call.say("let's start over") == "All right, from the start. How can I help?"
    assert call.say("where is my order") == "What's your order number?"


def test_thanks_and_goodbye(call: Conversation) -> None:
    call.say("when are you open")
    assert call.say("thank you").startswith("You're welcome.")
    call.say("bye bye")
    assert call.ended == "resolved"


def test_anything_else_is_asked_in_turns(call: Conversation) -> None:
    lines = ("when are you open", "how can I pay", "how much is shipping", "when are you open")
    asked = []
    for line in lines:
        call.say(line)
        asked.append(call.acts[-1].text if isinstance(call.acts[-1], Ask) else "")
    assert asked == [
        "Is there anything else?",
        "Anything else?",
        "What else can I do for you?",
        "Is there anything else?",
    ]


def test_yes_to_anything_else_with_a_need_is_taken_up(call: Conversation) -> None:
    call.say("when are you open")
    assert "Order 4 4 1 1 7." in call.say("yes, where is my order 44117")


def test_endless_hostile_and_foreign_turns_keep_their_manners(call: Conversation) -> None:
    for line in ("x" * 100_000, "¿dónde está mi pedido?", "\x00\x07", "💥" * 500, "0" * 5_000):
        call.say(line)
        assert call.said or call.handoff
    assert call.called == []


def test_a_customer_who_needs_a_moment_gets_it_and_the_question_stays_open(
    call: Conversation,
) -> None:
    call.say("change the address of order 44118")
    assert call.say("um, hold on") == "Sure, take your time."
    assert Answer.TEXT is call.step.expects.answer
    assert 60.0 == call.step.expects.patience
    assert "I have 5 Mill Lane, Salem." in call.say("it's 5 Mill Lane, Salem")
    assert call.step.expects.patience is None


@pytest.mark.parametrize(
    "line", ["Hold on a second.", "one moment", "let me get my card", "Wait, let me find it."]
)
def test_a_moment_is_no_digit_of_the_number_that_is_asked_for(
    call: Conversation, line: str
) -> None:
    call.say("where is my order")
    call.say("four four")
    assert call.say(line) == "Sure, take your time."
    assert call.say("okay, I have it") == "I have 4 4. What comes next?"
    assert "Order 4 4 1 1 7." in call.say("one one seven")


def test_a_pause_that_lasts_too_long_is_an_ordinary_silence(call: Conversation) -> None:
    call.say("where is my order")
    call.say("hold on, let me look for my email")
    assert call.silence() == "Are you still there? What's your order number?"
    assert call.step.expects.patience is None


def test_okay_after_a_pause_is_no_yes(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    call.say("wait a second")
    assert call.say("Okay, I'm back.") == "Shall I cancel this order?"
    call.say("hang on")
    assert call.say("okay") == "Shall I cancel this order?"
    assert shop.find_order("44118")["outcome"] == "packing"
    call.say("one moment please")
    call.say("yes, cancel it")
    assert shop.find_order("44118")["outcome"] == "cancelled"


def test_a_pause_over_an_answer_keeps_the_rest_of_it(call: Conversation) -> None:
    call.say("when are you open")
    call.interrupt("On Sundays they're closed. Is there anything else?")
    assert call.say("hold on a second") == "Sure, take your time."
    assert call.say("I'm back") == (
        "As I was saying. On Sundays they're closed. Is there anything else?"
    )


def test_a_weak_guess_is_asked_about_before_anything_is_done(call: Conversation) -> None:
    said = call.say("is your wood from sustainable forests")
    assert said.startswith("Just to be sure. Do you want to ")
    assert call.step.trace.rule in ("which_of_two", "is_it_this")
    assert call.state.task is None
    assert call.state.question is not None
    expected = call.state.question.options[0]
    call.say("yes" if len(call.state.question.options) == 1 else "the first one")
    assert call.step.trace.intent == expected
