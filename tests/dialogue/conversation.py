"""Holds a conversation in text: the real manager, the real encoder, a real demo shop."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dialogue.acts import (
    Act,
    Ask,
    CallTool,
    Channel,
    Circumstances,
    DialogueInput,
    EndCall,
    Handoff,
    Interrupted,
    NoInput,
    Say,
    ToolReturned,
    UserTurn,
)
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.stock import KNOWN_CUSTOMERS
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.models import locate_encoder
from voicebot.settings import ModelSettings

MONDAY = date(2026, 3, 2)
"""Today, in every conversation."""

IRIS, HUGO = KNOWN_CUSTOMERS
"""Two customers: the first has most of the well-known orders."""

Tools = Mapping[str, Callable[..., Mapping[str, Any]]]


@dataclass
class Conversation:
    """A customer's side of a conversation; checks what came of each line."""

    manager: DialogueManager
    tools: Tools
    caller: str = ""
    """The number they call from, where it is known."""
    circumstances: Circumstances = field(default_factory=Circumstances)
    """When they call, and how busy people are."""
    channel: Channel = Channel.PHONE
    state: DialogueState = field(init=False)
    step: Step = field(init=False)
    acts: list[Act] = field(default_factory=list)
    """What the bot did about the last line."""
    called: list[str] = field(default_factory=list)
    """All tools called so far, with their arguments."""

    def __post_init__(self) -> None:
        self._take(
            self.manager.start(
                "call-1", self.caller, self.channel, circumstances=self.circumstances
            )
        )

    def say(self, text: str) -> str:
        """Say a line; return what the bot said to it."""
        return self.give(UserTurn(text))

    def press(self, keys: str) -> str:
        """Press keys; return what the bot said to it."""
        return self.give(UserTurn("", keys))

    def silence(self) -> str:
        """Say nothing; return what the bot said to that."""
        return self.give(NoInput())

    def interrupt(self, unheard: str) -> None:
        """Cut the bot off."""
        assert "" == self.give(Interrupted("", unheard))

    def give(self, given: DialogueInput) -> str:
        """Hand over any input; return what the bot said to it."""
        self.acts = []
        self._take(self.manager.handle(self.state, given))
        return self.said

    @property
    def said(self) -> str:
        """The bot's last words."""
        return " ".join(act.text for act in self.acts if isinstance(act, Say | Ask))

    @property
    def handoff(self) -> Handoff | None:
        """The handoff of the last line, if there was one."""
        return next((act for act in self.acts if isinstance(act, Handoff)), None)

    @property
    def ended(self) -> str:
        """The disposition that the last line ended with, or nothing."""
        return next((act.disposition for act in self.acts if isinstance(act, EndCall)), "")

    def _take(self, step: Step) -> None:
        self.state, self.step = step.state, step
        for act in step.acts:
            self.acts.append(act)
            if isinstance(act, CallTool):
                self._run(act)

    def _run(self, act: CallTool) -> None:
        given = ", ".join(str(value) for value in act.arguments.values())
        self.called.append(f"{act.tool}({given})")
        try:
            tool = self.tools[act.tool]
            keyed = "call_key" in inspect.signature(tool).parameters
            value = tool(**act.arguments, **({"call_key": act.call_key} if keyed else {}))
        except OSError as error:
            result = ToolReturned(act.call_key, False, error=str(error))
        else:
            result = ToolReturned(act.call_key, True, value)
        self._take(self.manager.handle(self.state, result))


@pytest.fixture(scope="session")
def encoder() -> MiniLmEncoder:
    """The real sentence encoder."""
    files = locate_encoder(ModelSettings())
    return MiniLmEncoder(files.model, files.tokenizer)


@pytest.fixture(scope="session")
def manager(encoder: MiniLmEncoder) -> DialogueManager:
    """The retail hotline, trained."""
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(load_domain("retail"), trainer, indexer)


@pytest.fixture
def shop(tmp_path: Path) -> DemoShop:
    """A fresh demo shop, on a Monday."""
    return DemoShop.open(tmp_path / "shop.sqlite3", today=lambda: MONDAY)


@pytest.fixture
def call(manager: DialogueManager, shop: DemoShop) -> Conversation:
    """A conversation that was just answered, with the customer of most well-known orders."""
    return Conversation(manager, shop.tools(), caller=IRIS.phone)


@pytest.fixture
def withheld(manager: DialogueManager, shop: DemoShop) -> Conversation:
    """A conversation with somebody whose number is not known."""
    return Conversation(manager, shop.tools())
