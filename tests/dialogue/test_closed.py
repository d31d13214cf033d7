"""What is offered while nobody is there, or all are talking."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialogue.acts import Ask, Circumstances, Say
from dialogue.brief import Route, Why
from dialogue.domain import Domain
from dialogue.manager import DialogueManager
from tests.dialogue.briefs import complaints
from tests.dialogue.conversation import Conversation
from tests.dialogue.staffed import BUSY, NIGHT, NOON, RETAIL, WITHOUT_CALL_BACKS, Calls
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models


def test_while_nobody_is_there_a_call_back_is_offered(calls: Calls, shop: DemoShop) -> None:
    call = calls(at=NIGHT, caller="+15552340142")
    assert call.say("a person please") == (
        "My colleagues are back tomorrow at eight in the morning. Shall one of them call you back?"
    )
    assert call.handoff is None
    assert "Shall a colleague call you on" in call.say("yes please")
    call.say("yes")
    assert ["5552340142"] == [noted.phone for noted in shop.call_backs()]


@pytest.mark.parametrize("line", ["1", "call me back"])
def test_the_only_offer_is_taken_by_key_or_name(calls: Calls, line: str) -> None:
    call = calls(at=NIGHT, caller="+15552340142")
    call.say("a person please")
    said = call.press(line) if line.isdigit() else call.say(line)
    assert "Shall a colleague call you on" in said


def test_a_refused_call_back_goes_on_with_the_call(calls: Calls) -> None:
    call = calls(at=NIGHT)
    call.say("a person please")
    assert "How can I help?" in call.say("no thanks")
    assert "It's on its way" in call.say("where is my order 44117")


def test_an_offer_at_night_promises_nobody(calls: Calls) -> None:
    call = calls(at=NIGHT)
    call.say("you stupid machine")
    assert "connect you" not in call.said
    assert call.said.endswith("Shall one of them call you back?")


def test_without_call_backs_a_message_is_taken(calls: Calls) -> None:
    call = calls(WITHOUT_CALL_BACKS, at=NIGHT)
    state = call.state
    said = call.say("a person please")
    assert said.endswith("Please leave a message, and we'll get back to you.")
    assert call.handoff is not None
    assert call.handoff.brief is not None
    assert Route.MESSAGE is call.handoff.brief.route
    assert [] == complaints(call.handoff, state)


def test_a_long_wait_is_told_and_a_call_back_offered(calls: Calls) -> None:
    call = calls(at=BUSY)
    assert call.say("a person please") == (
        "All my colleagues are talking. It may take about 10 minutes. "
        "Press 1 to wait, 2 for a call back, or just say which."
    )
    call.say("I'll wait")
    assert call.handoff is not None
    assert call.handoff.brief is not None
    assert Why.ASKED is call.handoff.brief.why


def test_a_call_back_instead_of_a_long_wait(calls: Calls) -> None:
    call = calls(at=BUSY, caller="+15552340142")
    call.say("a person please")
    assert "Shall a colleague call you on" in call.say("call me back")


def test_who_is_in_need_does_not_choose_first(calls: Calls) -> None:
    call = calls(at=BUSY)
    call.say("the lamp has just caught fire")
    assert call.handoff is not None


def test_circumstances_change_during_a_call(calls: Calls) -> None:
    call = calls(at=BUSY)
    assert "" == call.give(Circumstances(NOON.now, wait=0.0))
    assert isinstance(call.state.question, object)
    call.say("a person please")
    assert call.handoff is not None


def test_without_a_clock_people_are_taken_to_be_there(calls: Calls) -> None:
    call = calls(at=Circumstances())
    call.say("a person please")
    assert call.handoff is not None


def test_a_breakdown_of_the_shop_at_night_leads_to_a_call_back(
    managers: Callable[[Domain], DialogueManager],
) -> None:
    def broken(**_: str) -> dict[str, str]:
        raise OSError("disk")

    call = Conversation(managers(RETAIL), {"find_order": broken}, "", NIGHT)
    call.say("where is my order 44117")
    assert call.handoff is None
    assert call.said.endswith("Shall one of them call you back?")
    assert all(isinstance(act, Say | Ask) for act in call.acts[-2:])
