"""When a person takes over: asked for, at stake, angry, after failures, by rules."""

from __future__ import annotations

import pytest

from dialogue.brief import Priority, Why
from tests.dialogue.briefs import complaints
from tests.dialogue.staffed import DEAF, PATIENT, RULED, STRICT, Calls
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


# --- asking for a person -------------------------------------------------------------------------


def test_a_hotline_may_offer_help_once_before_it_connects(calls: Calls) -> None:
    call = calls(PATIENT)
    assert "I may be able to help right away. How can I help?" == call.say("an agent please")
    call.say("I want to talk to a human")
    assert call.handoff is not None
    assert call.handoff.brief is not None
    assert Why.ASKED is call.handoff.brief.why


@pytest.mark.parametrize("before", ["this is ridiculous", ""])
def test_help_is_not_offered_where_something_has_gone_wrong(calls: Calls, before: str) -> None:
    call = calls(PATIENT)
    call.say(before)
    call.say("an agent please")
    assert call.handoff is not None


def test_the_key_for_a_person_is_never_argued_with(calls: Calls) -> None:
    call = calls(PATIENT)
    call.press("0")
    assert call.handoff is not None


# --- high stakes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("you will hear from my lawyers about this", "the caller threatens legal action"),
        ("the lamp has just caught fire", "the caller reports that a product is dangerous"),
        ("somebody ordered with my credit card and it wasn't me", "the caller reports a fraud"),
    ],
)
@pytest.mark.parametrize("before", ["", "where is my order", "change the address of order 44118"])
def test_high_stakes_go_to_a_person_at_once_and_urgently(
    calls: Calls, before: str, line: str, reason: str
) -> None:
    call = calls()
    if before:
        call.say(before)
    state = call.state
    call.say(line)
    assert call.handoff is not None, call.said
    assert call.handoff.brief is not None
    assert call.handoff.reason.startswith(reason)
    assert Why.STAKES is call.handoff.brief.why
    assert Priority.URGENT is call.handoff.brief.priority
    assert [] == complaints(call.handoff, state)


def test_who_may_be_in_danger_is_told_what_to_do_first(calls: Calls) -> None:
    said = calls().say("I need an ambulance")
    assert said.startswith("If this is an emergency, please hang up and call the emergency number")


# --- anger ---------------------------------------------------------------------------------------


def test_an_angry_turn_that_can_be_answered_is_answered_with_a_word_of_regret(
    calls: Calls,
) -> None:
    said = calls().say("I'm furious, where is my order 44117")
    assert said.startswith("I'm sorry about that. ")
    assert "It's on its way." in said


def test_regret_is_said_once(calls: Calls) -> None:
    call = calls()
    assert call.say("this is ridiculous, where is my order 44117").startswith("I'm sorry about")
    assert "sorry about that" not in call.say("what a waste of time, when are you open")


def test_angry_words_that_lead_nowhere_offer_a_person_and_then_connect(calls: Calls) -> None:
    call = calls()
    said = call.say("you stupid machine")
    assert said.startswith("I'm sorry about that. I can connect you to a colleague, or")
    call.say("no")
    state = call.state
    call.say("you are useless")
    assert call.handoff is not None
    assert [] == complaints(call.handoff, state)
    brief = call.handoff.brief
    assert brief is not None
    assert (Why.ANGER, Priority.HIGH, "angry") == (brief.why, brief.priority, brief.mood.feeling)
    assert "turn 1" in brief.mood.words
    assert "“you stupid”" in brief.mood.words


def test_a_hotline_may_connect_angry_callers_at_once_or_never(calls: Calls) -> None:
    call = calls(STRICT)
    call.say("where is my order, you idiots")
    assert call.handoff is not None
    call = calls(DEAF)
    call.say("you stupid machine")
    call.say("you are useless")
    assert call.handoff is None
    assert call.state.question is not None
    assert "person" != call.state.question.topic


def test_cheerfulness_is_spared_to_a_caller_in_a_bad_mood(calls: Calls) -> None:
    call = calls()
    call.say("when are you open")
    assert "You're welcome." in call.say("thanks")
    call.say("this is so frustrating")
    assert "welcome" not in call.say("thanks")
    assert "Happy to help" not in call.say("thanks")


@pytest.mark.parametrize(
    "line", ["I'm not angry, where is my order 44117", "track the angry birds toy, order 44117"]
)
def test_a_calm_caller_hears_no_regret(calls: Calls, line: str) -> None:
    assert "sorry" not in calls().say(line)


def test_swearing_is_never_said_back(calls: Calls) -> None:
    call = calls()
    call.say("change the address of order 44118")
    said = call.say("12 fucking Elm Street, Salem")
    assert "12 Elm Street, Salem" in said
    assert "fuck" not in said


# --- failures and rules --------------------------------------------------------------------------


def test_failures_add_up_also_when_they_do_not_come_in_a_row(calls: Calls) -> None:
    call = calls(STRICT)
    call.say("")
    call.say("when are you open")
    said = call.say("purple monkey dishwasher")
    assert "I can connect you to a colleague" in said
    call.say("no")
    assert "connect" not in call.say("hubba bubba")


def test_a_rule_comes_before_the_task_goes_on(calls: Calls, shop: DemoShop) -> None:
    call = calls(RULED)
    said = call.say("cancel my order 44118")
    assert said.endswith(
        "A colleague does that this week. One moment. I'll connect you to a colleague."
    )
    assert "Shall I cancel" not in said
    assert call.handoff is not None
    brief = call.handoff.brief
    assert brief is not None
    assert ("returns", Priority.HIGH, Why.RULE) == (brief.queue, brief.priority, brief.why)
    assert "packing" == shop.find_order("44118")["outcome"]


def test_a_rule_that_offers_does_so_once(calls: Calls) -> None:
    call = calls(RULED)
    call.say("when are you open")
    call.say("how can I pay")
    assert "I can connect you to a colleague" in call.say("how much is shipping")
    assert "connect" not in call.say("no")
    assert "connect" not in call.say("when are you open")
