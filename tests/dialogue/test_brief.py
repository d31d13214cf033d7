"""Whoever takes a call over finds all that they need, whatever led there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from dialogue.acts import NoInput, UserTurn
from dialogue.brief import Brief, Opening, Value, Why
from dialogue.briefing import brief_of
from dialogue.errors import BriefError
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from tests.dialogue.briefs import complaints
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop

pytestmark = pytest.mark.models

PATHS: dict[str, tuple[str, ...]] = {
    "asked at once": ("a person please",),
    "asked by key": ("#0",),
    "asked after small talk": ("hello", "who are you", "an agent please"),
    "asked in the middle of a number": ("where is my order", "four four one", "operator"),
    "asked instead of a value": ("change the address of order 44118", "get me a human"),
    "asked instead of a yes": ("cancel my order 44118", "let me talk to a real person"),
    "asked instead of a choice": ("I need help with my order", "representative"),
    "asked after an answer": ("what is your return policy", "can I speak to an agent"),
    "asked after all was done": ("cancel my order 44118", "yes", "connect me to someone"),
    "asked after a call-back": ("call me back", "555 234 0142", "yes", "an agent please"),
    "a task that ends with a person": ("I'd like to return order 60718",),
    "an offer that was taken": ("where is my order", "99999", "99998", "no", "yes please"),
    "an offer taken by key": ("where is my order", "99999", "99998", "no", "#1"),
    "nothing understood": ("where is my order", "", "purple monkey dishwasher", "", ""),
    "nothing understood from the beginning": ("", "", "", ""),
    "an offer after silence": ("where is my order 44117", "where is my other order",
                               "~", "~", "~", "a colleague"),
}  # fmt: skip
"""Lines by what leads to a person; `#` presses keys, `~` is silence."""


def handed_over(call: Conversation, lines: tuple[str, ...]) -> DialogueState:
    """Say the lines, of which the last leads to a person; return the state before it."""
    for line in lines:
        assert call.handoff is None
        before = call.state
        match line:
            case "~":
                call.give(NoInput())
            case _ if line.startswith("#"):
                call.press(line[1:])
            case _:
                call.say(line)
    assert call.handoff is not None, call.said
    return before


@pytest.mark.parametrize("caller", ["", "+15552340142"])
@pytest.mark.parametrize("lines", PATHS.values(), ids=PATHS)
def test_a_brief_is_complete_on_every_way_to_a_person(
    manager: DialogueManager, shop: DemoShop, lines: tuple[str, ...], caller: str
) -> None:
    call = Conversation(manager, shop.tools(), caller)
    before = handed_over(call, lines)
    assert call.handoff is not None
    assert [] == complaints(call.handoff, before)


def test_a_brief_is_complete_when_the_shop_is_out_of_order(manager: DialogueManager) -> None:
    def broken(**_: str) -> dict[str, str]:
        raise OSError("disk")

    call = Conversation(manager, {"find_order": broken})
    before = handed_over(call, ("where is my order 44117",))
    assert call.handoff is not None
    assert [] == complaints(call.handoff, before)
    brief = call.handoff.brief
    assert brief is not None
    assert Why.TOOL is brief.why
    assert brief.tried == ("our system did not answer, find_order could not be looked up",)


@pytest.fixture
def told(call: Conversation) -> Callable[..., Brief]:
    """Say lines that lead to a person; return the brief."""

    def tell(*lines: str) -> Brief:
        handed_over(call, lines)
        assert call.handoff is not None
        assert call.handoff.brief is not None
        return call.handoff.brief

    return tell


def test_a_value_is_told_with_what_became_of_it(told: Callable[..., Brief]) -> None:
    brief = told("cancel my order 44118", "yes", "an agent please")
    order = Value("order", "order number", "44118", confirmed=True, checked=True)
    assert (order,) == brief.values
    assert ("order 44118 was cancelled in this call",) == brief.tried
    assert 1 == len(brief.promised)
    assert brief.promised[0].endswith("back within five days")


def test_a_value_that_our_records_do_not_know_is_not_checked(told: Callable[..., Brief]) -> None:
    brief = told("where is my order", "99999", "a person please")
    assert () == brief.values
    assert "the order number was asked for and not given yet" == brief.question


def test_another_value_is_not_confirmed_by_the_yes_to_the_one_before(
    call: Conversation,
) -> None:
    call.say("cancel my order 44118")
    call.say("yes")
    call.say("where is my order 44117")
    assert call.state.confirmed == ()
    assert call.state.checked == ("order",)


def test_what_was_being_asked_is_told_as_open(told: Callable[..., Brief]) -> None:
    brief = told("cancel my order 44118", "let me talk to a human")
    assert "“Shall I cancel this order?” was not answered" == brief.question


def test_half_a_number_is_told(told: Callable[..., Brief]) -> None:
    brief = told("where is my order", "four four one", "operator")
    assert "only the beginning of the order number was given: 441" == brief.question


def test_who_says_nothing_of_their_need_is_quoted(told: Callable[..., Brief]) -> None:
    assert ("said “operator”",) == told("operator").needs


def test_openings_come_from_the_task_and_the_notes(told: Callable[..., Brief]) -> None:
    brief = told("I'd like to return order 60718")
    assert brief.openings[:2] == (
        Opening(
            "I see you'd like to return an order. I'll go on with that right away.",
            "flow:return_item",
        ),
        Opening("I can see that order 60718 is past the thirty days for returns.", "note"),
    )


def test_an_opening_comes_from_the_article_that_was_told(told: Callable[..., Brief]) -> None:
    brief = told("what is your return policy", "can I speak to an agent")
    assert (
        Opening("You asked about returns. Returns are free for thirty days.", "article:returns")
        in brief.openings
    )


def test_a_call_that_breaks_down_before_a_word_was_said_has_a_complete_brief(
    manager: DialogueManager,
) -> None:
    state = DialogueState(manager.domain.name, caller="15552340142")
    brief = brief_of(manager.domain, state, Why.ENGINE, "recogniser failed")
    assert "nothing but the wish for a person" == brief.question
    assert ("did not say what it is about",) == brief.needs
    assert 2 <= len(brief.openings) <= 3


def test_hostile_words_stay_one_line_and_are_bounded(manager: DialogueManager) -> None:
    step = manager.handle(manager.start("c", "+1" + "5" * 300).state, UserTurn("x\n" * 5_000))
    brief = brief_of(manager.domain, step.state, Why.RULE, "a\nb" * 400)
    assert "\n" not in brief.reason
    assert len(brief.reason) <= 160
    assert "\n" not in json.dumps(list(brief.lines()), ensure_ascii=False).replace("\\n", "\n")
    assert len(brief.headline) < 500
    assert len(json.dumps(brief.to_json())) < 6_000


@pytest.mark.parametrize("data", [{}, {"why": "weather"}, {"why": "asked", "mood": 3}])
def test_what_is_no_brief_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(BriefError):
        Brief.from_json(data)
