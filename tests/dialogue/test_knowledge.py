"""Questions to the articles: the right one is found, told in pieces, asked about further, or it is
admitted that there is none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogue.acts import Channel, Say, UserTurn
from dialogue.articles import LONGEST_PART, cut
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.knowledge import leans, unanswered
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.question import Topic
from dialogue.spoken import sentences
from dialogue.state import DialogueState
from dialogue.understanding.intents import normalised
from tests.dialogue.conversation import Conversation
from voicebot.engines.encoder import HybridPassageIndex, MiniLmEncoder

pytestmark = pytest.mark.models

QUESTIONS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "article_questions.yaml").read_text(encoding="utf-8")
)
WARRANTY = "is there a warranty"


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text.lower())
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def pairs(name: str) -> list[tuple[str, str]]:
    return [(article, text) for article, texts in QUESTIONS[name].items() for text in texts]


def first_hits(encoder: MiniLmEncoder, domain: Domain, meaning: float) -> float:
    """Share of the questions whose article comes first, with so much weight on the meaning."""

    class Index(HybridPassageIndex):
        MEANING = meaning

    passages = [(a.name, normalised(q)) for a in domain.articles.values() for q in a.questions]
    passages += [(a.name, f"{a.title}. {a.text}") for a in domain.articles.values()]
    index = Index(encoder, passages)
    asked = pairs(domain.name)
    hits = [index.search(normalised(text), 1)[0][0] == article for article, text in asked]
    return sum(hits) / len(asked)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_questions_share_no_four_word_run_with_the_articles(name: str) -> None:
    domain = load_domain(name)
    seen = {run for text, _ in domain.examples() for run in runs(text)}
    for article in domain.articles.values():
        seen |= runs(article.text) | runs(article.chat_text)
    assert [] == [text for _, text in pairs(name) if seen & runs(text)]
    assert set(QUESTIONS[name]) <= set(domain.articles)


@pytest.mark.parametrize(("name", "aim"), [("retail", 0.87), ("clinic", 0.88)])
def test_meaning_and_words_together_find_the_article(
    encoder: MiniLmEncoder, name: str, aim: float
) -> None:
    domain = load_domain(name)
    both = first_hits(encoder, domain, HybridPassageIndex.MEANING)
    assert both >= aim
    assert both >= first_hits(encoder, domain, 1.0)  # as good as the meaning alone, or better
    assert both > first_hits(encoder, domain, 0.0)


def test_most_questions_are_answered_or_asked_about(manager: DialogueManager) -> None:
    """The whole way: among all that the hotline does, and not only among articles."""
    start, well = manager.start().state, 0
    for article, text in pairs("retail"):
        step = manager.handle(start, UserTurn(text))
        options = step.state.question.options if step.state.question else ()
        well += step.trace.rule == f"article:{article}" or ARTICLE_PREFIX + article in options
    assert well / len(pairs("retail")) >= 0.76


# --- telling ---------------------------------------------------------


def test_a_long_article_is_told_a_part_at_a_time(call: Conversation) -> None:
    assert call.say(WARRANTY) == (
        "Everything has a two year warranty. If it breaks by itself, we repair or replace it. "
        "Shall I go on?"
    )
    assert call.step.trace.articles[0][0] == "warranty"
    assert call.say("yes please").startswith("Wear and stains aren't covered")
    assert "Send us a photo" in call.say("go on")
    assert call.press("1").startswith("A repair takes about three weeks.")
    question = call.state.question
    assert question is not None
    assert Topic.MORE is question.topic


def test_who_has_heard_enough_is_told_no_more(call: Conversation) -> None:
    call.say(WARRANTY)
    assert call.say("no that's enough").startswith("Okay.")
    question = call.state.question
    assert question is not None
    assert Topic.MORE is question.topic
    assert "resolved" == (call.say("no thanks") and call.ended)


def test_something_else_may_be_asked_in_the_middle(call: Conversation) -> None:
    call.say(WARRANTY)
    assert "order number" in call.say("where is my order")


def test_silence_in_the_middle_asks_again(call: Conversation) -> None:
    call.say(WARRANTY)
    assert call.silence().endswith("Shall I go on?")


def test_a_yes_to_going_on_confirms_no_task(call: Conversation) -> None:
    """Asked in the middle of a cancellation; the yes is about the article."""
    call.say("cancel order 44118")
    assert "Shall I cancel" in call.said or "cancel" in call.said
    before = list(call.called)
    assert call.say(WARRANTY).endswith("Shall I go on?")
    call.say("yes")
    assert before == call.called
    call.say("no")
    question = call.state.question
    assert question is not None
    assert Topic.CONFIRM is question.topic


def test_what_was_cut_off_is_taken_up_before_going_on(call: Conversation) -> None:
    call.say(WARRANTY)
    call.interrupt("If it breaks by itself, we repair or replace it. Shall I go on?")
    assert "If it breaks by itself" in call.say("go on")


def test_a_repeat_says_the_part_again(call: Conversation) -> None:
    call.say(WARRANTY)
    call.say("yes")
    assert "Wear and stains" in call.say("say that again please")


def test_in_a_chat_an_article_is_shown_at_once(manager: DialogueManager) -> None:
    state = manager.start(channel=Channel.CHAT).state
    step = manager.handle(state, UserTurn(WARRANTY))
    shown = step.acts[0]
    assert isinstance(shown, Say)
    assert "three weeks" in shown.text
    assert "[service@example.com](mailto:service@example.com)" in shown.chat_text
    question = step.state.question
    assert question is not None
    assert Topic.MORE is question.topic


def test_a_chat_has_words_of_its_own_where_the_ear_is_spoken_to(manager: DialogueManager) -> None:
    for channel, goodbye in (
        (Channel.PHONE, "Thanks for calling. Goodbye."),
        (Channel.CHAT, "Thank you. Goodbye."),
    ):
        step = manager.handle(manager.start(channel=channel).state, UserTurn("goodbye"))
        assert isinstance(step.acts[0], Say)
        assert goodbye == step.acts[0].text


def test_a_state_in_the_middle_of_an_article_survives_storage(manager: DialogueManager) -> None:
    step = manager.handle(manager.start(channel=Channel.CHAT).state, UserTurn(WARRANTY))
    data = json.loads(json.dumps(step.state.to_json()))
    assert step.state == DialogueState.from_json(data)
    for name in ("telling", "channel"):
        del data[name]
    assert Channel.PHONE is DialogueState.from_json(data).channel


@given(st.lists(st.text("abc ", min_size=1, max_size=90).map(lambda t: t.strip() + "x.")))
def test_a_paragraph_is_cut_between_sentences_only(pieces: list[str]) -> None:
    paragraph = " ".join(pieces)
    parts = cut(paragraph)
    assert sentences(" ".join(paragraph.split())) == tuple(
        sentence for part in parts for sentence in sentences(part.text)
    )
    for part in parts:
        assert len(part.text) <= LONGEST_PART or len(sentences(part.text)) == 1


# --- further questions ---------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then", "answer"),
    [
        ("what is your return policy", "and how long does that take", "within five days"),
        ("what is your return policy", "and does it cost anything", "free for thirty days"),
        ("what is your return policy", "do I need the box for that", "in its box"),
        (WARRANTY, "and how long would a repair take", "three weeks"),
        (WARRANTY, "does that cover stains", "Wear and stains aren't"),
        (WARRANTY, "and what do I have to send you", "a photo and your order number"),
        ("when do I get my money back", "and where does it go", "the card you paid with"),
        ("how long does delivery take", "and how much is express", "twelve dollars"),
        ("how do gift cards work", "and how do I check what's left on it", "Your balance"),
        ("do you sell my data to anybody", "and how do I get it deleted", "Write to us"),
        ("do you ship to europe", "and when will that be possible", "next year"),
        ("when are you open", "and on sundays", "closed"),
    ],
)
def test_a_question_about_what_was_just_told(
    call: Conversation, first: str, then: str, answer: str
) -> None:
    call.say(first)
    told = call.state.telling
    assert told is not None
    assert answer in call.say(then)
    assert f"follow_up:{told.article}" == call.step.trace.rule


@pytest.mark.parametrize(
    ("first", "then", "rule"),
    [
        ("what is your return policy", "where is my order", "flow:order_status"),
        ("how long does delivery take", "what about canada", "article:abroad"),
        ("how long does delivery take", "can I cancel it", "flow:cancel_order"),
        ("where are your stores", "when are they open", "article:opening_hours"),
        ("what is your return policy", "thank you", "control:thanks"),
        ("how do gift cards work", "can I talk to a human", "control:person"),
        (WARRANTY, "and what's the weather like on mars", "out_of_scope:1"),
    ],
)
def test_what_stands_for_itself_is_no_further_question(
    call: Conversation, first: str, then: str, rule: str
) -> None:
    call.say(first)
    call.say(then)
    assert rule == call.step.trace.rule


def test_an_article_of_long_ago_is_not_pointed_at(call: Conversation) -> None:
    call.say("what is your return policy")
    for _ in range(3):
        call.say("thank you")
    call.say("do I need the box for that")
    assert not call.step.trace.rule.startswith("follow_up")


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("and on sundays", True),
        ("how long does that take", True),
        ("what about children", True),
        ("how long does a refund take on a card", False),
        ("I would like to return a lamp", False),
        ("", False),
    ],
)
def test_which_turns_need_what_was_said_before(text: str, leaning: bool) -> None:
    assert leaning == leans(text)


# --- not knowing ---------------------------------------------------------


def test_what_no_article_answers_is_admitted_and_noted(call: Conversation) -> None:
    before = call.state
    said = call.say("do you clean carpets")
    assert said.startswith("I don't know that, I'm sorry. I've noted your question.")
    assert unanswered(before, UserTurn("do you clean carpets"), call.step)


def test_a_wrong_guess_leaves_the_question_before_it_unanswered(call: Conversation) -> None:
    asked = "how does your repair cafe work"
    assert "Do you want to hear about" in call.say(asked)
    before = call.state
    call.say("no")
    assert asked == unanswered(before, UserTurn("no"), call.step)


def test_what_was_not_understood_as_an_answer_is_no_question(call: Conversation) -> None:
    call.say("cancel my order")
    before = call.state
    call.say("the blue moon over the river")
    assert not unanswered(before, UserTurn("the blue moon over the river"), call.step)


@pytest.mark.parametrize("text", ["", "mm", "blue moon", "where is my order"])
def test_noise_and_answers_are_not_noted(call: Conversation, text: str) -> None:
    before = call.state
    call.say(text)
    assert not unanswered(before, UserTurn(text), call.step)
