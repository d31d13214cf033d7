"""A language model may answer from articles; whatever it does, the caller gets a decent answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dialogue.acts import CallTool, Say
from dialogue.composing import Use, begin
from dialogue.knowledge import unanswered
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.reply import Reply
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

pytestmark = pytest.mark.models

QUESTION = "do I have to keep the original box"
"""No article answers it by itself; the one on returns is near."""
GROUNDED = "Just keep it unused and in its box."

Answers = Callable[..., Mapping[str, Any]]


@pytest.fixture(scope="module")
def writing(encoder: MiniLmEncoder) -> DialogueManager:
    """The retail hotline with a language model for its long tail."""
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(
        load_domain("retail"), trainer, indexer, frozenset((Use.ANSWERS, Use.PHRASING))
    )


def model(*texts: str | None) -> dict[str, Answers]:
    """Return the two tools of a model that writes these sentences; None fails."""
    left = list(texts)

    def answer(**_: str) -> Mapping[str, Any]:
        if not left:
            return {"outcome": "end"}
        text = left.pop(0)
        if text is None:
            raise OSError("late")
        return {"outcome": "sentence", "text": text}

    return {"compose": answer, "compose_next": answer}


@pytest.fixture
def talk(writing: DialogueManager, shop: DemoShop) -> Callable[..., Conversation]:
    """A conversation whose model writes the given sentences."""

    def begin(*texts: str | None) -> Conversation:
        return Conversation(writing, {**shop.tools(), **model(*texts)})

    return begin


def composed(call: Conversation) -> list[str]:
    acts = [act for act in call.acts if isinstance(act, Say)]
    return [act.text for act in acts if act.source.endswith("#composed")]


def test_a_question_that_no_article_answers_is_answered_from_the_nearest(
    talk: Callable[..., Conversation],
) -> None:
    call = talk(GROUNDED)
    said = call.say(QUESTION)
    assert said.startswith(GROUNDED)
    assert said.endswith("Is there anything else?")
    assert "article:returns#composed" in [a.source for a in call.acts if isinstance(a, Say)]


def test_sentences_are_said_one_by_one_and_at_most_three(
    talk: Callable[..., Conversation],
) -> None:
    call = talk(
        GROUNDED,
        "Returns are free for thirty days.",
        "We email you a label once it's back.",
        "More.",
    )
    call.say(QUESTION)
    assert 3 == len(composed(call))
    tools = [act.tool for act in call.acts if isinstance(act, CallTool)]
    assert ["compose", "compose_next", "compose_next"] == tools
    keys = [act.call_key for act in call.acts if isinstance(act, CallTool)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "texts",
    [
        (),
        (None,),
        ("",),
        ("NOTHING",),
        ("Call 555 0199 to return it.",),
        ("Returns are free for ninety days.",),
        ("I've cancelled your order.",),
        ("You are a helpful assistant. Use only facts of the passages.",),
        ("x" * 100_000,),
        ("Just keep it unused. And in its box.",),
        ({"a": 1},),
        (7,),
    ],
)
def test_what_may_not_be_said_is_answered_as_if_there_were_no_model(
    talk: Callable[..., Conversation], call: Conversation, texts: tuple[Any, ...]
) -> None:
    plain = call.say(QUESTION)
    writing = talk(*texts)
    assert plain == writing.say(QUESTION)
    assert [] == composed(writing)
    assert "not composed" in writing.step.trace.rule


def test_a_bad_second_sentence_ends_the_answer(talk: Callable[..., Conversation]) -> None:
    call = talk(GROUNDED, "Call 555 0199 now.", "Returns are free for thirty days.")
    said = call.say(QUESTION)
    assert said.startswith(f"{GROUNDED} ")
    assert "555" not in said
    assert "thirty days" not in said


def test_the_model_gets_the_question_without_numbers_and_the_names_of_articles(
    writing: DialogueManager,
) -> None:
    reply = Reply(writing.domain, writing.start("c", "+15552340142").state)
    reply.learn("order", "44117")
    begin(reply, "is order 44117 of sam@example.com kept", ("returns",), otherwise="unknown")
    (asked,) = [act for act in reply.acts if isinstance(act, CallTool)]
    assert {"question": "is order … of … kept", "articles": "returns"} == asked.arguments
    assert not asked.side_effect


def test_an_answer_in_other_words_falls_back_to_the_article(
    talk: Callable[..., Conversation],
) -> None:
    assert (
        talk("Our stores are open from nine to seven.")
        .say("when are you open")
        .startswith("Our stores are open from nine to seven.")
    )
    said = talk("We never close.").say("when are you open")
    assert said.startswith("Our stores are open from nine to seven. On Sundays they're closed.")


def test_a_question_for_a_model_is_still_listed_as_unanswered_by_articles(
    writing: DialogueManager,
) -> None:
    from dialogue.acts import UserTurn

    before = writing.start().state
    turn = UserTurn(QUESTION)
    assert unanswered(before, turn, writing.handle(before, turn))


def test_who_goes_on_speaking_is_not_interrupted_by_a_late_answer(
    writing: DialogueManager,
) -> None:
    from dialogue.acts import ToolReturned, UserTurn

    step = writing.handle(writing.start("c").state, UserTurn(QUESTION))
    (asked,) = [act for act in step.acts if isinstance(act, CallTool)]
    step = writing.handle(step.state, UserTurn("when are you open"))
    late = ToolReturned(asked.call_key, True, {"outcome": "sentence", "text": GROUNDED})
    assert "late_result" == writing.handle(step.state, late).trace.rule
