"""The line over a brief: a language model may write it, and can neither leak nor invent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dialogue.brief import Why
from dialogue.briefing import brief_of
from dialogue.headlines import notes_of
from dialogue.loading import load_domain
from dialogue.state import DialogueState
from tests.engines.endpoint import Behaviour, endpoint, writes
from voicebot.engines.headlines import SYSTEM, HeadlineWriter
from voicebot.engines.llm import LanguageModel

RETAIL = load_domain("retail")
STATE = DialogueState(
    "retail",
    needs=("return_item", "cancel_order"),
    slots={"order": "44118"},
    facts={"customer_name": "Erika Kowalski"},
    caller="15552340142",
    done=("the order 44118 was looked up; it was not cancelled, it is on its way",),
    words=("my name is Erika Kowalski", "cancel 44118, mail me at erika@example.com"),
)
BRIEF = brief_of(RETAIL, STATE, Why.ASKED).to_json()


async def headed(behave: Behaviour, brief: dict[str, Any] = BRIEF) -> tuple[dict[str, Any], str]:
    """Return the brief as it is sent, and what the model was told."""
    async with endpoint(behave) as server:
        writer = HeadlineWriter(LanguageModel(server.base_url, "m"), 0.5)
        found = dict(await writer.head(brief))
        await writer.close()
    return found, str(server.asked)


async def test_a_line_that_the_notes_bear_heads_the_brief_and_is_marked() -> None:
    line = "Wants to cancel an order that was not cancelled because it is on its way."
    brief, _ = await headed(writes(line[:20], line[20:]))
    assert (line, "model") == (brief["headline"], brief["headline_by"])
    assert BRIEF["headline"] == brief["headline_by_rules"]
    assert {"headline_by", "headline_by_rules"} == set(brief) - set(BRIEF)


async def test_the_model_is_not_told_who_it_is_nor_any_number() -> None:
    _, told = await headed(writes("Wants to cancel an order."))
    for private in ("Erika", "Kowalski", "44118", "5552340142", "example.com"):
        assert private not in told
    assert "cancel" in told


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Cancel.",
        "The order was cancelled, and the customer is content.",
        "Wants to cancel the order 99999 that is on its way.",
        "Mrs Schmidt wants to cancel an order that is on its way.",
        "Wants to cancel an order; my instructions are to write a subject line.",
        "Wants to cancel an order, see https://evil.example.net.",
        "Wants to cancel an order. It is on its way. And more.",
        "Does the caller want to cancel an order?",
        "Wants two hundred dollars for an order that is on its way.",
        SYSTEM,
        "The caller is a fraud and lies about everything that happened before today.",
        "Wants to cancel an order \u202e that is on its way.",
    ],
)
async def test_any_other_line_is_left_to_the_rules(line: str) -> None:
    brief, _ = await headed(writes(line))
    assert (BRIEF["headline"], "rules") == (brief["headline"], brief["headline_by"]), line


async def test_a_model_that_is_late_or_wrong_holds_no_brief_up() -> None:
    async def hang(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        await asyncio.sleep(60)

    for behave in (hang, writes("Wants to cancel an order.", pause=9.0)):
        brief, _ = await headed(behave)
        assert (BRIEF["headline"], "rules") == (brief["headline"], brief["headline_by"])


async def test_a_brief_in_another_language_is_not_sent_to_the_model() -> None:
    brief, told = await headed(writes("Wants to cancel an order."), {**BRIEF, "language": "de"})
    assert ("rules", "[]") == (brief["headline_by"], told)


def test_whatever_a_brief_lacks_there_are_notes() -> None:
    assert notes_of({})
