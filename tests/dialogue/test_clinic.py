"""The clinic: another trade, and not a line of code of its own in the dialogue."""

from __future__ import annotations

import pytest

from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from tests.dialogue.conversation import MONDAY, Conversation
from voicebot.actions.backends import functions_of
from voicebot.actions.demo_clinic import DemoClinic
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.ports import ToolError

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def clinic(encoder: MiniLmEncoder) -> DialogueManager:
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(load_domain("clinic"), trainer, indexer)


@pytest.fixture
def call(clinic: DialogueManager) -> Conversation:
    return Conversation(clinic, DemoClinic(lambda: MONDAY).tools())


def test_an_appointment_is_booked_after_a_yes(call: Conversation) -> None:
    call.say("I'd like to see a doctor")
    call.say("four five oh nine three seven")
    offered = call.say("nineteen fifty eight")
    assert "It's tomorrow at 9:30, with Doctor Chen. Shall I book it?" in offered
    assert not any(tool.startswith("book_appointment") for tool in call.called)
    assert "Done. You're booked tomorrow at 9:30." in call.say("yes please")
    assert "You already have one." in call.say("I'd like to make an appointment")


def test_it_is_heard_and_cancelled(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("204518")
    assert "You're booked on Thursday at 10:00. It's with Doctor Reed." in call.say("1974")
    assert "Shall I cancel your appointment on Thursday at 10:00?" in call.say("can you cancel it")
    assert "Done. It's cancelled." in call.say("yes")


def test_a_number_is_put_right_while_the_year_is_asked_for(call: Conversation) -> None:
    call.say("when is my appointment")
    assert "in which year" in call.say("204519")
    assert "in which year" in call.say("sorry, I misread that, the right one is 204 518")
    assert "You're booked on Thursday" in call.say("1974")


def test_a_misheard_number_is_heard_with_the_wrong_year(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("304518")
    assert call.say("1974").startswith("Thank you. Number 3 0 4 5 1 8 and that year don't fit")
    assert "in which year" in call.say("no, it's 2 0 4 5 1 8")
    assert "You're booked on Thursday" in call.say("1974")


def test_a_year_is_put_right_as_a_year(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("204518")
    call.say("1975")
    assert "You're booked on Thursday" in call.say("no sorry, 1974")


def test_a_prescription_is_renewed_or_needs_a_visit(call: Conversation) -> None:
    call.say("I'm nearly out of my pills")
    call.say("204518")
    assert "Shall I order your blood pressure tablets again?" in call.say("1974")
    assert "pick the prescription up on Wednesday" in call.say("yes")


def test_nothing_is_told_to_whom_does_not_know_the_year(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("204518")
    first = call.say("1975")
    call_of_nobody = Conversation(call.manager, DemoClinic(lambda: MONDAY).tools())
    call_of_nobody.say("when is my appointment")
    call_of_nobody.say("999999")
    other = call_of_nobody.say("1974").replace("9 9 9 9 9 9", "2 0 4 5 1 8")
    assert first == other, "a number that exists sounds like one that does not"
    for year in ("1976", "1977", "1978", "1979"):
        assert "Reed" not in f"{call.said} {call.state.facts}"
        call.say(year)
    assert not any(tool.startswith("find_appointment") for tool in call.called)
    assert "colleague" in call.said


def test_its_own_name_is_what_a_recogniser_makes_of_noise(call: Conversation) -> None:
    call.say("can you help me with an appointment")
    assert "Sorry, I didn't get that." in call.say("Elm Park Clinic.")
    assert "patient number" in call.say("Elm Park, hear when it is")


def test_a_short_need_is_known_by_its_sound_and_asked_about(call: Conversation) -> None:
    assert "Do you want to be called back?" in call.say("Cal back please.")
    assert "number can we reach" in call.say("yes")


def test_no_year_is_taken_in_which_nobody_alive_was_born(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("204518")
    assert "comes next" in call.say("Sorry, I misread that. The rate one is 197.")
    assert not any("1197" in tool for tool in call.called)


def test_a_section_that_is_asked_about_is_told_alone(call: Conversation) -> None:
    assert "There is a car park behind the building." in call.say("where can I park")
    assert "Elm Park Road" not in call.said


def test_its_articles_come_with_the_shared_ones(call: Conversation) -> None:
    assert "ninety dollars" in call.say("do you take my insurance")
    assert "only used to help you" in call.say("do you sell my data to anybody")


def test_an_emergency_is_told_where_to_call(call: Conversation) -> None:
    assert call.say("I can't breathe").startswith("If it's an emergency")


def test_the_folder_says_where_its_tools_come_from(tmp_path: object) -> None:
    domain = load_domain("clinic")
    functions = functions_of(domain.backend, tmp_path)  # type: ignore[arg-type]
    assert set(domain.tools) <= set(functions)


@pytest.mark.parametrize(
    "backend", ["no.such.module:tools", "voicebot.actions.runner:Tool", "os:_"]
)
def test_a_backend_that_cannot_be_used_is_named(backend: str, tmp_path: object) -> None:
    with pytest.raises(ToolError, match=rf"backend {backend} of domain\.toml"):
        functions_of(backend, tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize("year", ["seventy four", "in seventy-four", "74", "it was '74"])
def test_a_year_of_birth_is_told_in_two_digits(call: Conversation, year: str) -> None:
    call.say("when is my appointment")
    call.say("204518")
    assert "You're booked on Thursday" in call.say(year)


def test_a_year_may_still_come_in_two_halves(call: Conversation) -> None:
    call.say("when is my appointment")
    call.say("204518")
    assert "What comes next?" in call.say("nineteen")
    assert "You're booked on Thursday" in call.say("seventy four")
