"""What an interruption kept from the customer is said if it is still needed, and else dropped."""

from __future__ import annotations

import pytest

from dialogue.acts import CallTool, Interrupted, Say, ToolReturned, UserTurn
from dialogue.manager import DialogueManager
from dialogue.question import Question, Topic
from dialogue.state import DialogueState, Spoken
from dialogue.unheard import question_was_heard
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

DATE = "It should arrive tomorrow."
REST = f"{DATE} Is there anything else?"


@pytest.fixture
def cut(call: Conversation) -> Conversation:
    """A call in which the date of delivery was not heard."""
    call.say("where is my order 44117")
    call.give(Interrupted("Thanks. Order 4 4 1 1 7. It's on its way.", REST))
    return call


@pytest.mark.models
def test_a_question_in_between_is_answered_and_then_the_fact_is_told(cut: Conversation) -> None:
    assert cut.say("what are the ways of paying?") == (
        "You can pay by card, by PayPal, or with a gift card. We don't offer installments. "
        f"As I was saying. {DATE} Anything else?"
    )
    assert "flow:order_status" in [act.source for act in cut.acts if isinstance(act, Say)]
    assert "" == cut.state.unheard


@pytest.mark.models
def test_a_fact_that_was_cut_off_again_is_told_again(cut: Conversation) -> None:
    cut.say("how can I pay")
    cut.interrupt(f"{DATE} Anything else?")
    assert f"As I was saying. {DATE} " in cut.say("do you ship to canada")


@pytest.mark.models
def test_manners_between_facts_are_not_taken_for_facts(cut: Conversation) -> None:
    cut.say("what sort of payments are possible?")
    cut.interrupt(f"As I was saying. {DATE} Anything else?")
    assert cut.say("mm-hmm") == f"As I was saying. {DATE} Anything else?"
    assert cut.say("pardon?") == f"Sure. {DATE} Anything else?"


@pytest.mark.models
def test_what_was_not_understood_costs_no_fact(cut: Conversation) -> None:
    assert cut.say("will it rain tomorrow").startswith(
        f"I'm afraid I can't help with that. As I was saying. {DATE} "
    )


@pytest.mark.models
def test_silence_after_an_interruption_brings_the_rest(cut: Conversation) -> None:
    assert cut.silence() == f"As I was saying. {REST}"


@pytest.mark.models
@pytest.mark.parametrize(
    "line",
    [
        "cancel order 44118",
        "no sorry, 55203",
        "never mind",
        "stop",
        "I know",
        "yeah I know that",
        "I want to talk to a human",
        "no thank you, goodbye",
        "let's start over",
    ],
)
def test_a_change_of_mind_drops_the_rest(cut: Conversation, line: str) -> None:
    said = cut.say(line)
    assert DATE not in said
    assert "As I was saying." not in said
    assert "" == cut.state.unheard


@pytest.mark.models
def test_thanks_for_half_an_answer_brings_the_other_half(cut: Conversation) -> None:
    assert cut.say("great, thanks") == f"You're welcome. As I was saying. {DATE} Anything else?"


@pytest.mark.models
def test_an_answer_that_says_it_anyway_says_it_once(cut: Conversation) -> None:
    assert 1 == cut.say("and when does it get here").count(DATE)


@pytest.mark.models
def test_an_article_that_is_asked_for_again_is_not_followed_by_its_own_end(
    call: Conversation,
) -> None:
    said = call.say("what is your return policy")
    call.interrupt("We email you a label, and once it's back with us, you get your money "
                   "within five days. Shall I start a return for you?")  # fmt: skip
    article = said.removesuffix("Shall I start a return for you?")
    assert call.say("tell me about returns").startswith(article)
    assert "As I was saying." not in call.said


@pytest.mark.models
def test_a_task_keeps_its_question_and_tells_what_it_is_about(call: Conversation) -> None:
    call.say("cancel my order 44118")
    call.interrupt("a desk lamp and two cushions. Shall I cancel this order?")
    assert call.say("how much is shipping").endswith(
        "As I was saying. I see a desk lamp and two cushions. Shall I cancel this order?"
    )


@pytest.mark.models
def test_yes_to_what_was_not_heard_brings_all_of_it(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    call.interrupt("a desk lamp and two cushions. Shall I cancel this order?")
    assert call.say("yes please") == (
        "As I was saying. I see a desk lamp and two cushions. Shall I cancel this order?"
    )
    assert shop.find_order("44118")["outcome"] == "packing"


@pytest.mark.models
@pytest.mark.parametrize(
    ("unheard", "outcome"),
    [
        ("order?", "cancelled"),
        ("Shall I cancel this order?", "packing"),
        ("cancel this order?", "packing"),
    ],
)
def test_a_question_is_answered_before_its_last_word_but_not_at_its_first(
    call: Conversation, shop: DemoShop, unheard: str, outcome: str
) -> None:
    call.say("cancel my order 44118")
    call.interrupt(unheard)
    call.say("yes")
    assert outcome == shop.find_order("44118")["outcome"]


@pytest.mark.models
def test_a_bare_no_to_what_was_not_heard_ends_nothing(cut: Conversation) -> None:
    assert cut.say("no") == f"As I was saying. {REST}"
    assert cut.say("no") == "Thanks for calling. Goodbye."


@pytest.mark.models
def test_speech_that_went_on_after_all_was_heard(cut: Conversation) -> None:
    cut.give(Interrupted(f"Thanks. Order 4 4 1 1 7. It's on its way. {REST}", ""))
    assert "not_interrupted" == cut.step.trace.rule
    assert DATE not in cut.say("how can I pay")


@pytest.mark.models
def test_a_read_back_cut_while_the_shop_is_asked_comes_before_the_result(
    manager: DialogueManager, shop: DemoShop
) -> None:
    asked = manager.handle(manager.start("c").state, UserTurn("where is my order 44117"))
    call = next(act for act in asked.acts if isinstance(act, CallTool))
    cut = manager.handle(asked.state, Interrupted("Thanks.", "Order 4 4 1 1 7."))
    told = manager.handle(cut.state, ToolReturned(call.call_key, True, shop.find_order("44117")))
    assert ["Order 4 4 1 1 7.", f"It's on its way. {DATE}"] == [
        act.text for act in told.acts if isinstance(act, Say)
    ]
    assert "" == told.state.unheard


@pytest.mark.parametrize(
    ("unheard", "heard"),
    [("", True), ("this order?", False), ("order?", True), ("I see a lamp. Shall I", False)],
)
def test_most_of_a_question_is_enough(unheard: str, heard: bool) -> None:
    asked = "Shall I cancel this order?"
    state = DialogueState(
        "retail",
        question=Question(Topic.CONFIRM, asked),
        spoken=(Spoken("I see a lamp."), Spoken(asked)),
        unheard=unheard,
    )
    assert heard is question_was_heard(state)
