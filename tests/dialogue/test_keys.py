"""Keys mean something at every question, in parallel with speech and typed ahead."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.acts import Ask, CallTool, ToolReturned, UserTurn
from dialogue.keys import KEYS, Meaning, known_keys, read_keys
from dialogue.manager import DialogueManager
from dialogue.question import Question, Topic
from dialogue.state import DialogueState
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

CODES = (5, 10)
QUESTIONS = [
    None,
    *(Question(topic, "?") for topic in Topic),
    Question(Topic.CHOICE, "?", options=("a", "b", "c")),
    Question(Topic.PERSON, "?", options=("person", "call_back")),
]
NEAR = "0129*#"
"""Every kind of key."""


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS, ids=repr)
@pytest.mark.parametrize("ahead", [False, True])
def test_every_sequence_has_a_meaning_and_is_used_up(
    question: Question | None, ahead: bool
) -> None:
    """Exhaustive up to six keys, codes of five digits among them."""
    for length in range(1, 7):
        for keys in map("".join, product(NEAR, repeat=length)):
            digits = 5 if question is not None and question.topic is Topic.SLOT else 0
            pressed = read_keys(keys, question, CODES, digits=digits, ahead=ahead)
            assert len(pressed.rest) < len(keys)
            assert keys.endswith(pressed.rest)
            if pressed.meaning is Meaning.OPTION:
                assert question is not None
                assert 0 <= int(pressed.value) < len(question.options)
            if ahead and question is not None and question.topic is not Topic.CHOICE:
                assert pressed.meaning not in (Meaning.YES, Meaning.NO, Meaning.OPTION)


@given(st.text(KEYS, min_size=1, max_size=32), st.text("0123456789", max_size=4))
def test_a_code_never_grows_beyond_its_length(keys: str, partial: str) -> None:
    pressed = read_keys(
        keys, Question(Topic.SLOT, "?", slot="order"), CODES, digits=5, partial=partial
    )
    before = "" if pressed.anew else partial
    assert len(before + pressed.value) <= 5


@pytest.mark.parametrize(
    ("keys", "partial", "meaning", "value", "rest"),
    [
        ("44117", "", Meaning.CODE, "44117", ""),
        ("44117#", "", Meaning.CODE, "44117", ""),
        ("44117##", "", Meaning.CODE, "44117", ""),
        ("441172", "", Meaning.CODE, "44117", "2"),
        ("44#", "", Meaning.CODE, "44", ""),
        ("117", "44", Meaning.CODE, "117", ""),
        ("44118", "44", Meaning.CODE, "44118", ""),
        ("99*44117", "4", Meaning.CODE, "44117", ""),
        ("04411", "", Meaning.CODE, "04411", ""),
        ("0", "44", Meaning.CODE, "0", ""),
        ("0", "", Meaning.PERSON, "", ""),
        ("0#", "", Meaning.PERSON, "", ""),
        ("44*", "", Meaning.REPEAT, "", ""),
        ("#", "44", Meaning.FINISH, "", ""),
    ],
)
def test_keys_of_a_code(keys: str, partial: str, meaning: Meaning, value: str, rest: str) -> None:
    question = Question(Topic.SLOT, "?", slot="order")
    pressed = read_keys(keys, question, CODES, digits=5, partial=partial)
    assert (meaning, value, rest) == (pressed.meaning, pressed.value, pressed.rest)


def test_what_no_caller_can_press_is_dropped() -> None:
    assert "44#" == known_keys("4A4D #\x00٤")


# --- conversations ---------------------------------------------------------------------------


@pytest.mark.models
def test_a_choice_and_its_number_are_typed_ahead_in_one_go(call: Conversation) -> None:
    call.say("it's about my order")
    assert call.press("144117#") == (
        "Thanks. Order 4 4 1 1 7. It's on its way. It should arrive tomorrow. "
        "Is there anything else?"
    )
    assert "find_order(44117)" == call.called[-1]


@pytest.mark.models
def test_a_yes_typed_ahead_cancels_nothing(call: Conversation, shop: DemoShop) -> None:
    call.say("it's about my order")
    assert call.press("344118#1").endswith("Shall I cancel this order?")
    assert "packing" == shop.find_order("44118")["outcome"]
    assert "Done. It's cancelled." in call.press("1")


@pytest.mark.models
def test_keys_for_yes_and_no(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    assert "left it as it is" in call.press("2")
    call.say("cancel my order 44118")
    assert "Shall I cancel" in call.press("7")
    call.press("1#")
    assert "cancelled" == shop.find_order("44118")["outcome"]
    assert call.press("2") == "Thanks for calling. Goodbye."


@pytest.mark.models
def test_a_key_does_not_confirm_what_was_not_heard(call: Conversation, shop: DemoShop) -> None:
    call.say("cancel my order 44118")
    call.interrupt("Shall I cancel this order?")
    assert call.press("1") == "As I was saying. Shall I cancel this order?"
    assert "packing" == shop.find_order("44118")["outcome"]


@pytest.mark.models
def test_a_number_is_half_said_and_half_keyed(call: Conversation) -> None:
    call.say("where is my order")
    call.say("four four")
    assert "Order 4 4 1 1 7." in call.press("117")
    call.say("where is my other order")
    assert "Order 5 5 2 0 3." in call.give(UserTurn("five five", "203"))
    call.say("where is my other order")
    assert "Order 4 4 1 1 8." in call.give(UserTurn("um, let me type it", "44118#"))


@pytest.mark.models
def test_words_and_a_key_that_contradict_each_other_do_nothing(
    call: Conversation, shop: DemoShop
) -> None:
    call.say("cancel my order 44118")
    assert call.give(UserTurn("no don't", "1")).startswith("Please say yes or no.")
    assert "packing" == shop.find_order("44118")["outcome"]
    call.give(UserTurn("yes", "1"))
    assert "cancelled" == shop.find_order("44118")["outcome"]


@pytest.mark.models
def test_star_starts_a_number_again(call: Conversation) -> None:
    call.say("where is my order")
    assert call.press("44") == "I have 4 4. What comes next?"
    assert call.press("*") == "What's your order number?"
    assert call.press("117") == "I have 1 1 7. What comes next?"
    assert "Order 4 4 1 1 7." in call.press("9*44117")


@pytest.mark.models
def test_finishing_too_early_asks_for_the_rest(call: Conversation) -> None:
    call.say("where is my order")
    assert call.press("44#") == "I have 4 4. What comes next?"
    assert call.press("#") == "I have 4 4. What comes next?"


@pytest.mark.models
def test_an_unknown_key_gets_a_helpful_line_and_in_the_end_a_person(call: Conversation) -> None:
    assert call.press("7").startswith(
        "That key does nothing here. Star repeats, and zero connects you to a colleague."
    )
    call.press("A")
    assert call.press("8").endswith("Press 1 or 2, or just say which.")
    call.press("1")
    assert call.handoff is not None


@pytest.mark.models
def test_keys_wait_for_the_shop_and_then_fit_the_question_or_are_dropped(
    manager: DialogueManager, shop: DemoShop
) -> None:
    step = manager.handle(manager.start("c").state, UserTurn("cancel my order 99999"))
    looked = next(act for act in step.acts if isinstance(act, CallTool))
    step = manager.handle(step.state, UserTurn("", "4411"))
    assert ((), "4411") == (step.acts, step.state.keys)
    unknown = ToolReturned(looked.call_key, True, shop.find_order("99999"))
    step = manager.handle(step.state, unknown)
    assert [act.text for act in step.acts if isinstance(act, Ask)] == [
        "I have 4 4 1 1. What comes next?"
    ]
    assert "" == step.state.keys


@pytest.mark.models
def test_who_speaks_gives_up_on_what_they_typed_ahead(
    manager: DialogueManager,
) -> None:
    step = manager.handle(manager.start("c").state, UserTurn("where is my order 44117"))
    step = manager.handle(step.state, UserTurn("", "7"))
    assert "7" == step.state.keys
    assert "" == manager.handle(step.state, UserTurn("hello?")).state.keys


@pytest.mark.models
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(KEYS + "A", min_size=1, max_size=12).map(lambda keys: UserTurn("", keys)),
            st.sampled_from(
                [
                    UserTurn("cancel my order"),
                    UserTurn("it's about my order"),
                    UserTurn("four four", "1"),
                    UserTurn("hold on"),
                    UserTurn("call me back"),
                    UserTurn(""),
                ]
            ),
        ),
        max_size=8,
    )
)
def test_no_keys_break_a_call_or_confirm_by_being_typed_ahead(
    manager: DialogueManager, turns: list[UserTurn]
) -> None:
    state = manager.start("c").state
    for turn in turns:
        before = state.question
        step = manager.handle(state, turn)
        changes = [act for act in step.acts if isinstance(act, CallTool) and act.side_effect]
        assert not changes or (before is not None and before.topic is Topic.CONFIRM)
        assert 1 >= len([act for act in step.acts if isinstance(act, Ask)])
        assert step.acts or step.state.pending is not None
        state = step.state
        assert state == DialogueState.from_json(state.to_json())
        if state.pending is not None:
            value = {"outcome": "unknown"} if "order" in state.pending.arguments else {}
            state = manager.handle(state, ToolReturned(state.pending.call_key, True, value)).state
