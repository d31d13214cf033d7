"""What must be heard to its end is marked in the hotline and on the acts, also when repeated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialogue.acts import Ask, Say
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from tests.dialogue.conversation import IRIS, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

pytestmark = pytest.mark.models

EDITS = (
    ("prompts.yaml", 'greeting: "', 'greeting:\n  interruptible: false\n  say: "'),
    ("prompts.yaml", 'welcome:\n  - "', 'welcome:\n  interruptible: false\n  say:\n  - "'),
    ("articles/opening_hours.md", "about:", "interruptible: false\nabout:"),
    ("flows/cancel_order.yaml", 'this order?"\n', 'this order?"\n    interruptible: false\n'),
    ("flows/order_status.yaml", "  on_its_way:\n", "  on_its_way:\n        interruptible: no\n"),
)


@pytest.fixture(scope="module")
def lawful(encoder: MiniLmEncoder, tmp_path_factory: pytest.TempPathFactory) -> DialogueManager:
    """A hotline some of whose words the law wants heard."""
    folder = tmp_path_factory.mktemp("lawful") / "shop"
    shutil.copytree(load_domain("retail").folder, folder)
    for file, old, new in EDITS:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(load_domain(str(folder)), trainer, indexer)


@pytest.fixture
def call(lawful: DialogueManager, tmp_path: Path) -> Conversation:
    shop = DemoShop.open(tmp_path / "shop.sqlite3")
    return Conversation(lawful, shop.tools(), caller=IRIS.phone)


def guarded(call: Conversation) -> list[str]:
    """The beginnings of what must be heard."""
    acts = [act for act in call.acts if isinstance(act, Say | Ask) and not act.interruptible]
    return [" ".join(act.text.split()[:2]) for act in acts]


def test_prompts_articles_outcomes_and_questions_can_be_guarded(call: Conversation) -> None:
    assert ["Hello, this"] == guarded(call)
    call.say("when are you open")
    assert ["Our stores"] == guarded(call)
    call.say("say that again")
    assert ["Our stores"] == guarded(call)
    call.say("thank you")
    assert ["You're welcome."] == guarded(call)
    call.say("where is my order 44117")
    assert ["It's on"] == guarded(call)
    call.say("cancel order 44118")
    assert ["Shall I"] == guarded(call)
    call.say("")
    assert ["Shall I"] == guarded(call)


def test_nothing_is_guarded_by_default(manager: DialogueManager, shop: DemoShop) -> None:
    call = Conversation(manager, shop.tools())
    for line in ("when are you open", "where is my order 44117", "cancel order 44118", "yes"):
        assert [] == guarded(call)
        call.say(line)
