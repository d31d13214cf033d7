"""Values in a conversation: put right, asked back, looked up among the readings, asked anew."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dialogue.acts import Answer, CallTool, Circumstances, Interrupted, ToolReturned, UserTurn
from dialogue.errors import DomainError
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.question import Topic
from dialogue.said import Alternative
from dialogue.spoken import email, full_day, groups, spelled
from dialogue.state import DialogueState
from tests.dialogue.conversation import MONDAY, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

MONDAY_NOON = Circumstances("2026-03-02T12:00:00+00:00")

pytestmark = pytest.mark.models


# --- the order number ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("four four one one nine", "no, the last digit is seven"),
        ("four four one one nine", "sorry, that's seven, not nine"),
        ("four four one one nine", "no, 44117"),
        ("it's 54117", "no the first one is four"),
    ],
)
def test_a_number_that_was_read_back_is_put_right_in_part(
    call: Conversation, first: str, then: str
) -> None:
    """The read-back names a wrong number that no order has, so nothing else was said yet."""
    call.say("where is my order")
    step = call.manager.handle(call.state, UserTurn(first))
    again = call.manager.handle(step.state, UserTurn(then))
    (looked,) = (act for act in again.acts if isinstance(act, CallTool))
    assert {"order": "44117"} == looked.arguments


def test_a_number_of_another_order_is_put_right_after_the_answer(call: Conversation) -> None:
    call.say("where is my order 44118")
    assert "Order 4 4 1 1 7. It's on its way." in call.say("no, the last one is seven")


@pytest.mark.parametrize(
    "said",
    [
        "four four one, no wait, four four one one seven",
        "four four one one nine, sorry, that's seven, not nine",
        "four four one one, the last digit is seven",
        "nine nine, scratch that, four four one one seven",
        "it's 4-4-1-1-7",
        "4411 7",
        "for for one one seven",
    ],
)
def test_a_number_is_put_right_while_it_is_said(call: Conversation, said: str) -> None:
    call.say("where is my order")
    assert "Order 4 4 1 1 7. It's on its way." in call.say(said)
    assert ["find_order(44117)"] == call.called


def test_a_beginning_is_taken_back(call: Conversation) -> None:
    call.say("where is my order")
    call.say("four four nine")
    assert "I have 4 4 1. What comes next?" == call.say("no, the last one is one")
    assert "order number" in call.say("no, scratch that")
    assert {} == call.state.partial
    assert "Order 4 4 1 1 7." in call.say("four four one one seven")


def test_a_number_that_does_not_exist_is_compared_with_those_that_do(call: Conversation) -> None:
    """Nine was heard for five: 44157 is unknown, and so is what it may have been but one."""
    call.say("where is my order")
    assert "Was that 4 4 1 1 7?" == call.say("four four nine one seven").split(". ")[-1]
    assert Answer.YES_NO is call.step.expects.answer
    assert call.called[:1] == ["find_order(44917)"]
    assert call.called[1].startswith("which_orders(")
    assert call.say("yes") == "It's on its way. It should arrive tomorrow. Is there anything else?"
    assert call.called[2:] == ["find_order(44117)"]


@pytest.mark.parametrize(
    ("line", "known"),
    [("no, the last one is eight", "44118"), ("no", ""), ("2", ""), ("it's 20305", "20305")],
)
def test_what_was_guessed_can_be_refused(call: Conversation, line: str, known: str) -> None:
    call.say("where is my order")
    call.say("four four nine one seven")
    said = call.press(line) if line.isdigit() else call.say(line)
    if known:
        assert call.called[-1] == f"find_order({known})"
    else:
        assert said.endswith("or type them in.")
        assert "44117" in call.state.ruled_out["order"]
        # The same mistake is not offered twice.
        assert "4 4 1 1 7" not in call.say("four four nine one seven").split(". ")[-1]


def test_a_guess_that_was_not_heard_is_not_agreed_to(call: Conversation) -> None:
    call.say("where is my order")
    call.say("four four nine one seven")
    call.interrupt("Was that 4 4 1 1 7?")
    assert "Was that 4 4 1 1 7?" in call.say("yes")
    assert "find_order(44117)" not in call.called


def test_a_swallowed_digit_is_found(call: Conversation) -> None:
    """One of two equal digits is lost each time; only one order is as near."""
    call.say("where is my order")
    assert call.say("five five two three") == "I have 5 5 2 3. What comes next?"
    assert call.say("five five two three") == "Was that 5 5 2 0 3?"
    assert "It was delivered" in call.say("yes")


def test_what_a_recogniser_repeats_is_left_out(call: Conversation) -> None:
    call.say("where is my order")
    assert "Order 4 4 1 1 7. It's on its way." in call.say(
        "four four one one seven, one seven, one"
    )
    assert call.called[0].startswith("which_orders(44117")


def test_a_look_up_that_fails_changes_nothing(manager: DialogueManager) -> None:
    def broken(**_: str) -> Mapping[str, Any]:
        raise OSError("disk")

    call = Conversation(
        manager, {"find_order": lambda order: {"outcome": "unknown"}, "which_orders": broken}
    )
    call.say("where is my order")
    assert "I can't find that order. Please say the five digits" in call.say("nine nine 1 2 3")
    assert call.handoff is None


def test_a_look_up_survives_storage_and_a_digression(
    manager: DialogueManager, shop: DemoShop
) -> None:
    step = manager.handle(manager.start("c").state, UserTurn("where is my order 44917"))
    found = next(act for act in step.acts if isinstance(act, CallTool))
    step = manager.handle(step.state, ToolReturned(found.call_key, True, shop.find_order("44917")))
    looked = next(act for act in step.acts if isinstance(act, CallTool))
    assert not looked.side_effect
    state = DialogueState.from_json(step.state.to_json())
    assert state == step.state
    value = shop.which_orders(looked.arguments["candidates"])
    step = manager.handle(state, ToolReturned(looked.call_key, True, value))
    assert step.state.question is not None
    assert Topic.VALUE is step.state.question.topic
    step = manager.handle(step.state, Interrupted("", ""))
    step = manager.handle(step.state, UserTurn("when are you open"))
    assert step.state.question is not None
    assert Topic.VALUE is step.state.question.topic


# --- a hotline with values of every kind ---------------------------------------------------------

SLOTS = r"""
account:
  label: account number
  kind: code
  pattern: 'MS-\d{5}'
  ask: "What's your account number?"
  heard: "Account {account|groups}."
birthday:
  label: date of birth
  kind: date
  tense: past
  ask: "When did it arrive?"
  ask_back: never
mail:
  label: email address
  kind: email
  ask: "What's your email?"
  ask_back: always
surname:
  label: last name
  kind: name
  ask: "Your last name?"
  unsure: "I have {surname|spelled}. Is that right?"
  ask_back: always
size:
  label: size
  kind: choice
  options: {small: [little], large: [big]}
  ask: "Small or large?"
price:
  label: price
  kind: amount
  ask: "What did you pay?"
count:
  label: count
  kind: number
  ask: "How many?"
home:
  label: postcode
  kind: postcode
  country: uk
  ask: "Your postcode?"
"""
FLOW = """
intent: register
title: register a purchase
summary: wants to register a purchase
steps:
  - collect: account
  - collect: birthday
  - collect: mail
  - collect: surname
  - collect: size
  - collect: price
  - collect: count
  - collect: home
  - confirm: "On {birthday|when}, for {price|money}, {home|digits}. Shall I register it?"
    refused: "All right."
  - call: register
    arguments: {account: account, birthday: birthday, mail: mail, surname: surname, size: size,
      price: price, count: count, home: home}
    outcomes:
      done: {say: "Registered.", then: done}
"""
TOOL = """
register:
  arguments: [account, birthday, mail, surname, size, price, count, home]
  outcomes: [done]
  side_effect: true
"""
INTENT = """
register:
  examples: [register my purchase, I want to register a product, product registration, sign up my
      lamp, register what I bought, I need to register something, register a purchase please, put my
      purchase into your register]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The retail hotline with one more task."""
    folder = Path(
        shutil.copytree(load_domain("retail").folder, tmp_path_factory.mktemp("shop") / "shop")
    )
    for file, more in (("slots.yaml", SLOTS), ("tools.yaml", TOOL), ("intents/tasks.yaml", INTENT)):
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    (folder / "flows" / "register.yaml").write_text(FLOW, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def registering(folder: Path, encoder: MiniLmEncoder) -> DialogueManager:
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(load_domain(str(folder)), trainer, indexer)


def test_values_of_every_kind_are_taken(registering: DialogueManager) -> None:
    given: dict[str, str] = {}

    def register(**values: str) -> dict[str, str]:
        given.update(values)
        return {"outcome": "done"}

    call = Conversation(registering, {"register": register}, circumstances=MONDAY_NOON)
    assert "What's your account number?" == call.say("I want to register my purchase")
    assert call.step.expects.digits == 5
    assert "Account M S, 4 4 1, 1 7. When did it arrive?" == call.say("M S double four 1 1 7")
    assert "What's your email?" == call.say("last Friday")
    assert Answer.TEXT is call.step.expects.answer
    assert "Was that jane dot smith at gmail dot com?" == call.say(
        "jane dot smith at gmail dot com"
    )
    assert "Your last name?" == call.say("yes")
    assert "I have Smith, S M I T H. Is that right?" == call.say("Smith")
    assert "I have Smyth, S M Y T H. Is that right?" == call.say("no, it's S M Y T H")
    assert "Small or large?" == call.say("yes that's right")
    assert "What did you pay?" == call.say("the big one")
    assert "How many?" == call.say("nineteen ninety-nine")
    assert "Your postcode?" == call.say("a couple")
    assert call.say("S W 1 A 1 double A") == (
        "On last Friday, for 19 dollars 99, S W 1 A 1 A A. Shall I register it?"
    )
    assert "Registered." in call.say("yes please")
    assert given == {
        "account": "MS-44117", "birthday": "2026-02-27", "mail": "jane.smith@gmail.com",
        "surname": "Smyth", "size": "large", "price": "1999", "count": "2", "home": "SW1A 1AA",
    }  # fmt: skip


def test_a_code_with_letters_is_keyed_by_its_digits(registering: DialogueManager) -> None:
    call = Conversation(registering, {}, circumstances=MONDAY_NOON)
    call.say("I want to register my purchase")
    assert call.press("44117#").startswith("Account M S, 4 4 1, 1 7.")


def test_a_question_instead_of_a_value_is_answered(registering: DialogueManager) -> None:
    call = Conversation(registering, {}, circumstances=MONDAY_NOON)
    call.say("register my purchase MS-44117")
    assert "When did it arrive?" in call.said
    said = call.say("can I send something back within thirty days?")
    assert said.endswith("When did it arrive?")
    assert "birthday" not in call.state.slots


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (r"pattern: 'MS-\d{5}'", "pattern: 'MS-('", "`pattern` is no regular expression"),
        (r"pattern: 'MS-\d{5}'", r"pattern: 'ms-\d{5}'", "write letters in `pattern` as capitals"),
        ("tense: past", "tense: gone", "`tense: gone` is unknown"),
        ("country: uk", "country: fr", "`country: fr` is unknown"),
        ("kind: amount", "kind: amont", "did you mean `amount`?"),
        ("kind: amount", "kind: amount\n  digits: 3", "`digits` is for `kind: code`"),
        ("kind: amount", "kind: amount\n  check: luhn", "`check` is for `kind: code`"),
        ("{small: [little], large: [big]}", "{small: [little]}", "at least two `options`"),
        ("ask_back: never", "ask_back: newer", "did you mean `never`?"),
        ("kind: email", "kind: email\n  lookup: which", "tool `which` is not in tools.yaml"),
        ("kind: email", "kind: email\n  lookup: register", "must take `arguments: [candidates]`"),
        ("kind: code\n  pattern", "kind: code\n  check: lun\n  pattern", "`check: lun` is unknown"),
    ],
)
def test_mistakes_in_slots_are_named(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "slots.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    try:
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DomainError) as caught:
            load_domain(str(folder))
    finally:
        path.write_text(text, encoding="utf-8")
    assert message in str(caught.value)
    assert all(mistake.file == "slots.yaml" for mistake in caught.value.mistakes[:1])


# --- for the ear ---------------------------------------------------------------------------------


def test_values_for_the_ear() -> None:
    assert "4 4 1, 1 7" == groups("44117")
    assert "5 5 5, 2 3 4, 0 1 4 2" == groups("5552340142")
    assert "M S, 4 4 1, 1 7" == groups("MS-44117")
    assert "1 2 3 4, 5 6 7 8" == groups("12345678")
    assert "Kowalski, K O W A L S K I" == spelled("Kowalski")
    assert "J B dot smith at gmail dot com" == email("jb.smith@gmail.com")
    assert "smith 9 9 underscore K T at example dot org" == email("smith99_kt@example.org")
    assert "Monday the 2nd of March" == full_day(MONDAY)


# --- what else may have been said ----------------------------------------------------------------


def test_a_number_that_was_not_heard_is_found_among_the_alternatives(call: Conversation) -> None:
    """The recogniser's second look found two numbers, and the shop knows one of them."""
    call.say("where is my order")
    alternatives = (
        Alternative("four four one one nine", 1.0),
        Alternative("four four one one seven", 1.2),
    )
    said = call.give(UserTurn("Far far one, the heaven.", alternatives=alternatives))
    assert "4 4 1 1 7" in said
    assert call.called[0].startswith("which_orders(44119,44117,")


def test_what_is_no_number_stays_what_it_is_whatever_the_alternatives(call: Conversation) -> None:
    call.say("where is my order")
    alternatives = (Alternative("five oh five oh nine", 31.0),)
    said = call.give(UserTurn("I want to talk to a person", alternatives=alternatives))
    assert "person" in said or "colleague" in said
    assert [] == call.called
