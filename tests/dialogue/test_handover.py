"""When a person takes over, and what is offered while nobody can."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.acts import Ask, Circumstances, Say
from dialogue.brief import Priority, Route, Why
from dialogue.conditions import read_condition
from dialogue.domain import Domain, load_domain
from dialogue.errors import DomainError
from dialogue.handover import Anger, Handover, Rule
from dialogue.manager import DialogueManager
from tests.dialogue.briefs import complaints
from tests.dialogue.conversation import IRIS, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

NOON = Circumstances("2026-03-02T12:00:00-05:00")
NIGHT = Circumstances("2026-03-02T23:00:00-05:00")
BUSY = Circumstances("2026-03-02T12:00:00-05:00", wait=600.0)

Calls = Callable[..., Conversation]


@pytest.fixture(scope="module")
def managers(encoder: MiniLmEncoder) -> Callable[[Domain], DialogueManager]:
    """Managers by hotline, each trained once."""
    made: dict[int, DialogueManager] = {}

    def manager(domain: Domain) -> DialogueManager:
        key = id(domain)
        if key not in made:
            trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
            made[key] = DialogueManager(domain, trainer, indexer)
        return made[key]

    return manager


HOURS = """
hours:
  timezone: America/New_York
  monday: 8:00-20:00
  tuesday: 8:00-20:00
  wednesday: 8:00-20:00
  thursday: 8:00-20:00
  friday: 8:00-20:00
  saturday: 9:00-17:00
  special:
    2026-12-25: closed
"""
_FOLDER = tempfile.TemporaryDirectory()


def _with_hours() -> Domain:
    """The retail hotline, whose people go home in the evening."""
    folder = Path(shutil.copytree(load_domain("retail").folder, Path(_FOLDER.name) / "retail"))
    path = folder / "handover.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    example = ("#   ", "# hours:")
    kept = [line for line in lines if not line.startswith(example)]
    path.write_text("\n".join(kept) + HOURS, encoding="utf-8")
    return load_domain(str(folder))


RETAIL = _with_hours()
PATIENT = replace(RETAIL, handover=replace(RETAIL.handover, asks=2))
STRICT = replace(RETAIL, handover=Handover(anger=Anger.TRANSFER, failures=2))
DEAF = replace(RETAIL, handover=Handover(anger=Anger.IGNORE))
WITHOUT_CALL_BACKS = replace(
    RETAIL, flows={name: flow for name, flow in RETAIL.flows.items() if name != "call_back"}
)
RULED = replace(
    RETAIL,
    handover=Handover(
        rules=(
            Rule(
                "delays",
                read_condition("intent is cancel_order and items or failures > 90"),
                "cancellations go to a person this week",
                queue="returns",
                priority=Priority.HIGH,
                say="A colleague does that this week.",
            ),
            Rule("many", read_condition("turns >= 3"), "three turns", offer=True),
        )
    ),
)


@pytest.fixture
def calls(managers: Callable[[Domain], DialogueManager], shop: DemoShop) -> Calls:
    """Begin a conversation with a hotline, at noon by default."""

    def begin(
        domain: Domain = RETAIL, at: Circumstances = NOON, caller: str = IRIS.phone
    ) -> Conversation:
        return Conversation(managers(domain), shop.tools(), caller, at)

    return begin


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


# --- closed, busy --------------------------------------------------------------------------------


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


# --- mistakes of merchants -----------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the retail hotline to spoil."""
    return Path(shutil.copytree(RETAIL.folder, tmp_path / "shop"))


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("asks: 1", "asks: 9", "handover.yaml:3: `asks` must be a number from 1 to 3"),
        ("anger: offer", "anger: shout", "`anger: shout` is unknown; use one of: ignore, offer"),
        ("New_York", "New_Yorck", "`timezone: America/New_Yorck` is unknown; write an IANA name"),
        ("monday: 8:00-20:00", "monday: all day", "`all day` are no hours; write them like"),
        ("monday: 8:00-20:00", "monday: 8:00-25:70", "`8:00-25:70` are no hours"),
        ("monday: 8:00-20:00", "monday: 20:00-8:00", "ends before it begins; split it at midnight"),
        ("monday: 8:00-20:00", "monday: [8:00-12:00, 11:00-14:00]", "put them in order"),
        (
            "monday: 8:00-20:00",
            "mondy: 8:00-20:00",
            "`mondy` is not known in `hours`; did you mean",
        ),
        ("2026-12-25: closed", "christmas: closed", "`christmas` is no date; write one like"),
        ("turns > 12", "turnes > 12", "`turnes` is not known here; did you mean `turns`?"),
        ("turns > 12", "turns >", "`when` cannot be read"),
        ("annoyed, angry", "annoyed, livid", "`livid` is no feeling; use one of: angry"),
        ("intent is return_item", "intent is returns", "`returns` is no intent; did you mean"),
        ("then: offer", "then: ask", "`then: ask` is unknown"),
        ("name: big_refund", "name: long_and_annoyed", "there is another rule `long_and_annoyed`"),
        ("reason: a long", "reasn: a long", "has no `reason`; add one"),
        ("priority: high", "priority: soon", "`priority: soon` is unknown"),
        ("prompt:welcome", "prompt:welcom", "`prompt:welcom` is said nowhere"),
        ("wait: 240", "wait: 240\nsay: {closed: 'Back {when}.'}", "`{when}` is not known here"),
        ("wait: 240", "wait: 240\nsay: {shut: 'x'}", "`shut` is not known in `say`"),
        ("wait: 240", "wait: 240\nqueue: x", "`queue` is not known in handover.yaml"),
    ],
)
def test_a_mistake_in_handover_yaml_is_named_with_its_place(
    folder: Path, old: str, new: str, mistake: str
) -> None:
    path = folder / "handover.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    assert mistake in str(caught.value)
    assert "handover.yaml:" in str(caught.value)


def test_the_example_in_the_documentation_is_right(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "handover.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    (folder / "handover.yaml").write_text(example, encoding="utf-8")
    handover = load_domain(str(folder)).handover
    assert ("refunds", Priority.HIGH) == (handover.rules[0].queue, handover.rules[0].priority)
    assert "We are back {opens}." == handover.say["closed"].text


def test_a_hotline_without_handover_yaml_has_the_usual_rules(folder: Path) -> None:
    (folder / "handover.yaml").unlink()
    assert Handover() == load_domain(str(folder)).handover


def test_high_stakes_need_a_summary_and_no_flow(folder: Path) -> None:
    path = folder / "intents" / "stakes.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  summary: reports a fraud\n", ""), encoding="utf-8")
    with pytest.raises(DomainError, match=r"`fraud` has `stakes: high`; add `summary`"):
        load_domain(str(folder))


def test_feelings_yaml_replaces_lists_of_the_language(folder: Path) -> None:
    path = folder / "feelings.yaml"
    path.write_text("angry: [Gordon Bennett]\n", encoding="utf-8")
    assert ("gordon bennett",) == load_domain(str(folder)).feelings.angry
    path.write_text("angry: ['…']\nfurious: [x]\n", encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    assert "feelings.yaml:1: `angry` has a phrase without words" in str(caught.value)
    assert "feelings.yaml:2: `furious` is not known" in str(caught.value)
