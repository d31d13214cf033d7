"""Returning to what was open before a question in between was answered."""

from __future__ import annotations

from dialogue import repair, tasks, telling, unheard
from dialogue.articles import Article
from dialogue.domain import ARTICLE_PREFIX
from dialogue.question import OPEN, Topic
from dialogue.reply import Reply


def back(reply: Reply) -> None:
    """Return to what the turn was a digression from."""
    unheard.tell(reply)
    state = reply.state
    if state.question is not None and state.question.topic is Topic.VALUE:
        repair.ask_again(reply)
    elif state.task is not None:
        tasks.advance(reply)
    elif not state.done:
        reply.ask_need()
    else:
        reply.ask_more()


def go_on_telling(reply: Reply) -> None:
    """Tell the next part of the article, and return to what it was a digression from."""
    state = reply.state
    article = reply.domain.articles.get(state.telling.article) if state.telling else None
    if telling.proceed(reply):
        if article is not None:
            told(reply, article)
        else:
            back(reply)


def told(reply: Reply, article: Article) -> None:
    """An article was told to its end: offer the task that it is about, or return."""
    offer, state = article.offer, reply.state
    nothing_else = state.question is None or state.question.topic in OPEN
    free = state.task is None and not state.later and nothing_else
    if offer is None or not free or offer.intent in state.needs:
        back(reply)
        return
    unheard.tell(reply)
    reply.ask_choice(offer.question, (offer.intent,), f"{ARTICLE_PREFIX}{article.name}:offer")
