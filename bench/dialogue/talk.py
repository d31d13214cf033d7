"""Conversations between simulated customers and the dialogue manager, and what came of them."""

from __future__ import annotations

import inspect
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from random import Random
from typing import Any

from bench.dialogue.customer import Customer, Manner, Move
from bench.dialogue.floor import Floor
from bench.dialogue.goals import Goal
from bench.dialogue.houses import HOUSES
from bench.dialogue.wording import Wording
from dialogue.acts import (
    Ask,
    CallTool,
    DialogueInput,
    EndCall,
    Handoff,
    Interrupted,
    NoInput,
    Say,
    ToolReturned,
    UserTurn,
)
from dialogue.manager import DialogueManager
from dialogue.step import Step
from voicebot.actions.demo_clinic import DemoClinic
from voicebot.actions.demo_shop import DemoShop

TODAY = date(2026, 3, 2)
MOST_STEPS = 32
FREE_WORDS = ("details", "complaint", "wish")
"""Facts in the customer's own words, which a person will read."""
_MEASURES = frozenset(("chest",))
"""Facts that are looked up in a table of sizes and reach no tool."""
_ALIKE = 0.7
"""Share of their words, in order, that must have been heard."""


@dataclass(frozen=True, slots=True)
class Use:
    """A tool that was called."""

    tool: str
    arguments: Mapping[str, str]
    outcome: str
    side_effect: bool


@dataclass(slots=True)
class Record:
    """One conversation."""

    goal: Goal
    manner: Manner
    seed: int
    facts: Mapping[str, str]
    slipped: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    """Facts that the customer told."""
    lines: list[tuple[str, str]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    handoff: Handoff | None = None
    disposition: str = ""
    goals: Sequence[Goal] = ()
    rules: list[str] = field(default_factory=list)
    by_voice: bool = False
    """Whether the words went through a recogniser, so that free ones need only be much the same."""

    # --- what came of it ---------------------------------------------------------------------

    @property
    def completed(self) -> bool:
        """Whether everything wanted was told and done, and nothing else."""
        return not self.shortfalls()

    def shortfalls(self) -> list[str]:
        """Return what is missing or wrong, in words."""
        said = " ".join(text for who, text in self.lines if who == "bot")
        found = [
            f"never told: {pattern}"
            for goal in self.goals
            for pattern in goal.told
            if not re.search(pattern, said, re.IGNORECASE)
        ]
        found += [f"not done: {call}" for call in self._undone()]
        found += [f"wrong: {use.tool}{dict(use.arguments)}" for use in self.wrong_effects()]
        wants_person = any(goal.handed_over for goal in self.goals)
        if self.handoff is not None and not wants_person:
            found.append(f"handed over: {self.handoff.reason}")
        if wants_person and self.handoff is None:
            found.append("no person")
        return found

    def wrong_effects(self) -> list[Use]:
        """Return what was changed and should not have been."""
        left = [self._expected(*call) for goal in self.goals for call in goal.calls]
        wrong = []
        for use in self.uses:
            if not use.side_effect:
                continue
            match = next((e for e in left if self._fits(use, *e)), None)
            if match is None:
                wrong.append(use)
            else:
                left.remove(match)
        return wrong

    def captured(self) -> bool | None:
        """Whether what was told last reached the tools; None where nothing of it was told."""
        wanted = self.given & {fact for goal in self.goals for fact in goal.facts_wanted}
        wanted -= _MEASURES
        if not wanted:
            return None
        return all(self._reached(fact) for fact in wanted)

    def _reached(self, fact: str) -> bool:
        names = {fact} | {
            name
            for goal in self.goals
            for _, arguments, _ in goal.calls
            for name, filled_by in arguments.items()
            if filled_by == fact
        }
        given = [
            value for use in self.uses for name, value in use.arguments.items() if name in names
        ]
        same = _alike if self.by_voice and fact in FREE_WORDS else _same
        return bool(given) and same(given[-1], self.facts[fact])

    def corrected(self) -> bool | None:
        """Whether what was said wrong first was put right; None where nothing was."""
        if not self.slipped:
            return None
        for fact, wrong in self.slipped.items():
            given = [use.arguments[fact] for use in self.uses if fact in use.arguments]
            right = self.facts.get(fact, "")
            if given and not _same(given[-1], right):
                return False
            effects = [use for use in self.uses if use.side_effect]
            if any(_same(use.arguments.get(fact, ""), wrong) for use in effects):
                return False
        return not self.wrong_effects()

    def brief_complete(self) -> bool | None:
        """Whether the person who takes over is told enough; None where nobody does."""
        if self.handoff is None:
            return None
        brief = self.handoff.brief
        return bool(
            brief is not None
            and self.handoff.reason
            and self.handoff.summary
            and brief.headline
            and brief.who
            and brief.identity
            and brief.needs
            and brief.question
            and brief.mood.words
            and len(brief.openings) >= 2
        )

    def _undone(self) -> list[str]:
        missing = []
        for goal in self.goals:
            for call in goal.calls:
                expected = self._expected(*call)
                if not any(self._fits(use, *expected) for use in self.uses):
                    missing.append(call[0])
        return missing

    def _fits(self, use: Use, tool: str, arguments: Mapping[str, str], outcome: str) -> bool:
        free = {self.facts[fact] for fact in FREE_WORDS if self.by_voice and fact in self.facts}
        return (
            (use.tool, use.outcome) == (tool, outcome)
            and use.side_effect
            and all(
                (_alike if value in free else _same)(use.arguments.get(name, ""), value)
                for name, value in arguments.items()
            )
        )

    def _expected(
        self, tool: str, arguments: Mapping[str, str], outcome: str
    ) -> tuple[str, dict[str, str], str]:
        return tool, {name: self.facts[fact] for name, fact in arguments.items()}, outcome


def _alike(given: str, wanted: str) -> bool:
    """Whether free words were heard well enough for a person to know what is meant."""
    one, other = (re.findall(r"\w+", text.lower()) for text in (given, wanted))
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _same(given: str, wanted: str) -> bool:
    """Whether two values are the same but for case, commas and words around them."""
    words = re.findall(r"\w+", wanted.lower())
    return re.findall(r"\w+", given.lower())[-len(words) :] == words


class Stage:
    """Where conversations happen: one manager, and a fresh shop or clinic for each."""

    def __init__(self, manager: DialogueManager) -> None:
        self.manager = manager
        self.house = HOUSES[manager.domain.name]
        self._folder = tempfile.TemporaryDirectory(prefix="customers-")
        self._template = Path(self._folder.name) / "template.sqlite3"
        DemoShop.open(self._template, today=lambda: TODAY)
        self.is_clinic = self.house.domain == "clinic"
        self.floor = Floor.clinic() if self.is_clinic else Floor.shop(self._template)
        examples = (text for text, _ in manager.domain.examples())
        self.wording = Wording(examples, self.house.phrases)

    def close(self) -> None:
        """Remove the shops."""
        self._folder.cleanup()

    def cast(
        self, seeds: range, manners: Sequence[Manner], goals: Sequence[Goal]
    ) -> Iterator[tuple[Goal, Manner, int]]:
        """Yield who calls: every goal in every manner, once for each seed (and its weight)."""
        for seed in seeds:
            for manner in manners:
                for goal in goals:
                    for again in range(goal.weight):
                        yield goal, manner, seed * 10 + again

    def play(self, goal: Goal, manner: Manner, seed: int) -> Record:
        """Hold one conversation."""
        # Text, not `hash`: the same on every machine.
        random = Random(f"{goal.name}/{manner}/{seed}")
        facts = goal.find(self.floor, random)
        if facts is None:
            raise ValueError(f"{self.house.domain} has nothing for {goal.name}")
        customer = Customer(goal, facts, manner, self.wording, random)
        record = Record(goal, manner, seed, facts, goals=customer.goals)
        caller = f"+1{facts['phone']}" if random.random() < 0.5 else ""
        _Talk(self.manager, self._fresh_tools(), record).hold(customer, caller)
        record.slipped = dict(customer.slipped)
        record.given = frozenset(customer.given)
        return record

    def _fresh_tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        if self.is_clinic:
            return DemoClinic(lambda: TODAY).tools()
        shop = Path(self._folder.name) / "shop.sqlite3"
        shutil.copyfile(self._template, shop)
        return DemoShop.open(shop, today=lambda: TODAY).tools()


class _Talk:
    """One conversation on its way."""

    def __init__(
        self,
        manager: DialogueManager,
        tools: Mapping[str, Callable[..., Mapping[str, Any]]],
        record: Record,
    ) -> None:
        self._manager = manager
        self._tools = tools
        self._record = record
        self._interruptible = True

    def hold(self, customer: Customer, caller: str) -> None:
        record = self._record
        step = self._take(self._manager.start(f"{record.goal.name}-{record.seed}", caller))
        while not record.disposition:
            said = record.lines[-1][1]
            action = customer.hear(said)
            match action.move:
                case Move.HANG_UP:
                    record.disposition = "caller_hung_up"
                    return
                case Move.SILENCE:
                    record.lines.append(("caller", "[silence]"))
                    step = self._give(step, NoInput())
                case Move.SAY:
                    if action.interrupts and self._interruptible:
                        words = said.split()
                        half = len(words) // 2
                        heard, rest = " ".join(words[:half]), " ".join(words[half:])
                        step = self._give(step, Interrupted(heard, rest), silent=True)
                    record.lines.append(("caller", action.text))
                    step = self._give(step, UserTurn(action.text))

    def _give(self, step: Step, given: DialogueInput, *, silent: bool = False) -> Step:
        return self._take(self._manager.handle(step.state, given), silent=silent)

    def _take(self, step: Step, *, silent: bool = False) -> Step:
        acts, said, taken = list(step.acts), list[str](), 0
        self._record.rules.append(step.trace.rule)
        while acts:
            match acts.pop(0):
                case Say(text=text, interruptible=free) | Ask(text=text, interruptible=free):
                    said.append(text)
                    self._interruptible = free
                case CallTool() as act if taken < MOST_STEPS:
                    taken += 1
                    step = self._manager.handle(step.state, self._run(act))
                    self._record.rules.append(step.trace.rule)
                    acts = [*step.acts, *acts]
                case Handoff() as handoff:
                    self._record.handoff = handoff
                    self._record.disposition = "transferred"
                case EndCall(disposition=disposition):
                    self._record.disposition = disposition
                case _:
                    pass
        if not silent:
            self._record.lines.append(("bot", " ".join(said)))
        return step

    def _run(self, act: CallTool) -> ToolReturned:
        tool = self._tools[act.tool]
        keyed = "call_key" in inspect.signature(tool).parameters
        value = dict(tool(**act.arguments, **({"call_key": act.call_key} if keyed else {})))
        arguments = {name: str(value) for name, value in act.arguments.items()}
        self._record.uses.append(
            Use(act.tool, arguments, str(value.get("outcome")), act.side_effect)
        )
        return ToolReturned(act.call_key, True, value)
