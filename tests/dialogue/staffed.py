"""Hotlines whose people come and go, and conversations with them at any hour."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.acts import Circumstances
from dialogue.brief import Priority
from dialogue.conditions import read_condition
from dialogue.domain import Domain
from dialogue.handover import Anger, Handover, Rule
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from tests.dialogue.conversation import IRIS, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

NOON = Circumstances("2026-03-02T12:00:00-05:00")
NIGHT = Circumstances("2026-03-02T23:00:00-05:00")
BUSY = Circumstances("2026-03-02T12:00:00-05:00", wait=600.0)

Calls = Callable[..., Conversation]


@pytest.fixture(scope="session")
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
