"""Telling an article, on the phone a part at a time, in a chat at once; answering from it."""

from __future__ import annotations

from dataclasses import replace

from dialogue import unheard
from dialogue.acts import Answer, Channel
from dialogue.articles import Article
from dialogue.domain import ARTICLE_PREFIX
from dialogue.knowledge import Passage
from dialogue.question import Question, Topic
from dialogue.reply import Reply
from dialogue.state import DialogueState, Telling

REMEMBERED = 2
"""Turns for which a question may refer to what was told."""


def begin(reply: Reply, article: Article, first: int = 0) -> bool:
    """Tell an article; True when nothing is left of it, and no question is open about it.

    Args:
        reply: The step being composed.
        article: What to tell.
        first: The part to tell; a later one than the first is all that was asked for.
    """
    if reply.state.channel is Channel.CHAT:
        _remember(reply, article.name, len(article.parts))
        reply.say(
            article.text,
            f"{ARTICLE_PREFIX}{article.name}",
            article.written,
            interruptible=article.interruptible,
        )
        return True
    if first:
        section = article.parts[first].heading
        texts = [part.text for part in article.parts if part.heading == section]
        source = f"{ARTICLE_PREFIX}{article.name}#{first + 1}"
        reply.say(" ".join(texts), source, interruptible=article.interruptible)
        _remember(reply, article.name, len(article.parts))
        return True
    return _part(reply, article, 0)


def proceed(reply: Reply) -> bool:
    """Tell the next part; True when nothing is left."""
    told = reply.state.telling
    article = reply.domain.articles.get(told.article) if told else None
    if told is None or article is None or told.next >= len(article.parts):
        return True
    return _part(reply, article, told.next)


def answer(reply: Reply, passages: tuple[Passage, ...]) -> None:
    """Answer a question about the article that was told from a few of its passages."""
    told = reply.state.telling
    if told is not None:
        reply.change(telling=replace(told, turn=reply.state.turn))
    for passage in passages:
        reply.decided(f"follow_up:{passage.article}")
        article = reply.domain.articles[passage.article]
        reply.say(passage.text, passage.source, interruptible=article.interruptible)


def leave(reply: Reply) -> None:
    """The customer heard enough; questions about it are still answered."""
    told = reply.state.telling
    if told is not None:
        parts = len(reply.domain.articles[told.article].parts)
        reply.change(telling=replace(told, next=parts, turn=reply.state.turn))


def unfinished(state: DialogueState) -> bool:
    """Whether the question is open if the article shall go on."""
    return state.question is not None and state.question.topic is Topic.GO_ON


def _part(reply: Reply, article: Article, index: int) -> bool:
    source = f"{ARTICLE_PREFIX}{article.name}" + (f"#{index + 1}" if index else "")
    reply.say(article.parts[index].text, source, interruptible=article.interruptible)
    _remember(reply, article.name, index + 1)
    if index + 1 == len(article.parts):
        return True
    unheard.tell(reply)
    reply.ask(
        Question(
            Topic.GO_ON,
            reply.prompt("shall_i_go_on"),
            expects=reply.expects(Answer.YES_NO, *reply.domain.speech.yes_no_words, digits=1),
            source="prompt:shall_i_go_on",
        )
    )
    return False


def _remember(reply: Reply, name: str, next_part: int) -> None:
    reply.change(telling=Telling(name, next_part, reply.state.turn))
