"""Scenarios pass where the hotline does what they say, and tell clearly where it does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dialogue.errors import DomainError
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.scenario_loading import load_scenarios
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.runner import PythonToolRunner
from voicebot.authoring.trials import Trial, Trials
from voicebot.commands.hotline_reports import trial_lines, trials_json
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.ports import ToolRunner

pytestmark = pytest.mark.models

Play = Callable[[str], list[Trial]]


@pytest.fixture
def play(hotline: Path, encoder: MiniLmEncoder) -> Play:
    """Plays a file of scenarios with the blank hotline."""

    def run(text: str) -> list[Trial]:
        (hotline / "scenarios" / "first.yaml").write_text(text, encoding="utf-8")
        domain = load_domain(str(hotline))
        trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
        manager = DialogueManager(domain, trainer, indexer)

        def tools(shop: Path, today: date) -> tuple[ToolRunner, Callable[[], None]]:
            runner = PythonToolRunner(DemoShop.open(shop).tools(), domain.tools)
            return runner, runner.close

        return asyncio.run(Trials(manager, tools).play(load_scenarios(domain)))

    return run


CALL_BACK = """
scenarios:
  a call-back:
    from: "2025550143"
    conversation:
      - caller: call me back
      - caller: "yes"
"""


def failures(trials: list[Trial]) -> list[tuple[int, str, str]]:
    return [(f.line, f.what, f.got) for trial in trials for f in trial.failures]


def test_everything_that_does_not_hold_is_told_with_its_line(play: Play) -> None:
    trials = play(
        CALL_BACK
        + """      - bot: [Done, tomorrow]
        never: colleague
    slots: {phone: "2025550144"}
    calls:
      - request_call_back: {phone: "2025550144"}
        outcome: noted
    ends: transferred
    reason: angry
    brief: [patience]
"""
    )
    got = failures(trials)
    assert [8, 9, 14, 16, 12, 3, 3] == [line for line, _, _ in got]
    assert "A colleague will call you back." in got[0][2]
    assert (14, "it ended otherwise", "open") == got[2]
    assert "request_call_back(phone=2025550143" in got[4][2]
    assert "something was changed" == got[5][1]
    told = "\n".join(trial_lines(trials[0]))
    assert "expected: tomorrow" in told
    assert "caller: call me back" in told
    data = json.loads(trials_json("sunny", trials))
    assert (False, 0, 1) == (data["ok"], data["passed"], data["failed"])
    assert "a call-back" == data["scenarios"][0]["name"]


def test_a_change_that_is_not_listed_fails(play: Play) -> None:
    assert ["something was changed"] == [
        what for _, what, _ in failures(play(f"{CALL_BACK}    calls: []"))
    ]


def test_a_declared_result_takes_the_place_of_the_tool(play: Play) -> None:
    declared = """
tools:
  request_call_back:
    - given: {phone: "1"}
      returns: {outcome: noted}
    - returns: {outcome: already}
"""
    trials = play(declared + CALL_BACK + "      - bot: already noted\n")
    assert [] == failures(trials)


def test_a_tool_that_fails_is_handed_over(play: Play) -> None:
    trials = play(
        "tools: {request_call_back: [{fails: true}]}"
        + CALL_BACK
        + "    ends: transferred\n    brief: [did not answer]\n"
    )
    assert [] == failures(trials)


def test_what_is_said_after_the_end_is_a_failure(play: Play) -> None:
    trials = play("scenarios: {x: {conversation: [{caller: bye}, {caller: hello again}]}}")
    assert [(1, "the conversation was over", "resolved")] == failures(trials)


def test_keys_and_silences_are_played(play: Play) -> None:
    trials = play(
        """
scenarios:
  keys:
    conversation:
      - caller: call me back
      - keys: 2025550143#
      - bot: 2 0 2 5 5 5 0 1 4 3
      - keys: "1"
    calls: [request_call_back: {phone: "2025550143"}]
  silence:
    conversation:
      - silence: 4
      - bot: ["Are you still there?", Goodbye]
    ends: abandoned
    calls: []
"""
    )
    assert [] == failures(trials)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scenarios: {x: {conversation: []}}", ":1: nobody says anything"),
        ("scenarios: {x: {conversation: [{says: hi}]}}", ":1: `says` is not known"),
        ("scenarios: {x: {conversation: [{caller: a, keys: '1'}]}}", "one thing at a time"),
        ("scenarios: {x: {conversation: [{keys: abc}]}}", "keys are 0 to 9, * and #"),
        (
            "scenarios: {x: {conversation: [{caller: a}], calls: [{ring: {}}]}}",
            "tool `ring` is not",
        ),
        (
            "scenarios: {x: {conversation: [{caller: a}], "
            "calls: [{request_call_back: {fone: 1}}]}}",
            "takes no `fone`; did you mean `phone`?",
        ),
        (
            "scenarios: {x: {conversation: [{caller: a}], calls: "
            "[{request_call_back: {}, outcome: gone}]}}",
            "never turns out as `gone`",
        ),
        ("scenarios: {x: {conversation: [{caller: a}], today: monday}}", "`monday` is no date"),
        (
            "scenarios: {x: {conversation: [{caller: a}], slots: {fone: 1}}}",
            "slot `fone` is not in",
        ),
        ("scenarios: {x: {conversation: [{caller: a}], reason: why}}", "only a hand-over has a"),
        ("tools: {request_call_back: [{returns: {outcome: x}}]}\nscenarios: {}", "never turns out"),
        ("scenes: {}", ":1: `scenes` is not known"),
        ("- a", ":1: scenarios/first.yaml must be a mapping"),
    ],
)
def test_a_mistake_in_a_scenario_is_named(hotline: Path, text: str, expected: str) -> None:
    (hotline / "scenarios" / "first.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_scenarios(load_domain(str(hotline)))
    assert expected in str(caught.value)


def test_no_scenario_sees_what_another_changed(encoder: MiniLmEncoder) -> None:
    """All of the retail hotline's pass, though two of them are about one order."""
    domain = load_domain("retail")
    manager = DialogueManager(domain, LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder))
    opened: list[Path] = []

    def tools(shop: Path, today: date) -> tuple[ToolRunner, Callable[[], None]]:
        opened.append(shop)
        functions: Mapping[str, Any] = DemoShop.open(shop, today=lambda: today).tools()
        runner = PythonToolRunner(functions, domain.tools)
        return runner, runner.close

    trials = asyncio.run(Trials(manager, tools).play(load_scenarios(domain)))
    assert [] == failures(trials)
    assert len(trials) == len(set(opened)) >= 10
