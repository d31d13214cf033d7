"""Answers that a language model writes from articles, a sentence at a time.

The manager stays pure: it asks for the words with a tool call like any other, whose tools are built
in (`COMPOSE`, then `NEXT` for each further sentence), and checks each sentence before it is said.
The model is told the question and the names of articles, nothing of the caller, and can do nothing.
What fails, comes late or may not be said is answered as if there were no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from dialogue import tool_calls
from dialogue.acts import CallTool, ToolReturned
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.grounding import LONGEST, MOST, refusal
from dialogue.reply import Reply
from dialogue.spoken import sentences
from dialogue.state import Composing, PendingCall
from dialogue.understanding.intents import Reading

COMPOSE = "compose"
NEXT = "compose_next"
TOOLS = (COMPOSE, NEXT)
WHICH = "which:"
"""Before the needs that are asked about where nothing comes of an answer."""
SENTENCE, END = "sentence", "end"
"""Outcomes of both tools."""

LONGEST_QUESTION = 300
_ARTICLES = 3
_NEAR = 0.2
"""Score of an article from which it may hold an answer that it does not give by itself."""
_PRIVATE = re.compile(r"\S*[\d@]\S*")
"""Numbers and addresses in a question are nobody's business."""


class Use(StrEnum):
    """What a hotline has its language model write."""

    ANSWERS = "answers"
    """Questions that no article answers by itself, from the nearest articles."""
    PHRASING = "phrasing"
    """What an article answers, in words that fit the question."""
    HEADLINES = "headlines"
    """The line over a brief, for the people; see `dialogue.headlines`."""


def near(reading: Reading, domain: Domain) -> tuple[str, ...]:
    """Return the names of the articles that may hold an answer, best first."""
    names = (
        need.removeprefix(ARTICLE_PREFIX)
        for need, score in reading.support
        if need.startswith(ARTICLE_PREFIX) and score >= _NEAR
    )
    return tuple(name for name in names if name in domain.articles)[:_ARTICLES]


def begin(reply: Reply, question: str, articles: tuple[str, ...], *, otherwise: str) -> None:
    """Have an answer written.

    Args:
        reply: The step being composed.
        question: The turn.
        articles: Names of the articles that it is written from.
        otherwise: What is done if nothing comes of it: the name of the prompt that admits it,
            `article:` and the name of one to tell, or `which:` and needs to ask about.
    """
    asked = _PRIVATE.sub("…", " ".join(question.split()))[:LONGEST_QUESTION]
    reply.decided(f"composing:{otherwise}")
    reply.change(composing=Composing(asked, articles, otherwise))
    _call(reply, COMPOSE, {"question": asked, "articles": ",".join(articles)})


def waited_for(pending: PendingCall | None) -> bool:
    """Whether what is awaited are words, which may be given up at any time."""
    return pending is not None and pending.tool in TOOLS


def given_up(reply: Reply) -> None:
    """The caller has gone on: what would come too late is not wanted any more."""
    reply.change(pending=None, composing=None)


def returned(
    reply: Reply,
    result: ToolReturned,
    back: Callable[[Reply], None],
    otherwise: Callable[[Reply, str], None],
) -> None:
    """Say the sentence that came, if it may be said, and ask for the next.

    Args:
        reply: The step being composed.
        result: Of `COMPOSE` or `NEXT`.
        back: Returns to what the question was a digression from.
        otherwise: Does what would have been done without a model.
    """
    work = reply.state.composing
    reply.change(pending=None)
    if work is None:
        return
    text = result.value.get("text")
    came = result.ok and result.value.get("outcome") == SENTENCE and isinstance(text, str)
    why = _say(reply, work, str(text)[: 2 * LONGEST]) if came else "nothing came"
    if not why:
        work = replace(work, said=work.said + 1)
        reply.change(composing=work)
        if work.said < MOST:
            reply.decided("composed")
            _call(reply, NEXT, {"number": str(work.said)})
            return
    reply.change(composing=None)
    if work.said:
        reply.decided("composed:end", articles=tuple((name, 0.0) for name in work.articles))
        for name in work.articles[:1]:
            reply.note(
                reply.domain.speech.brief.was_told.format(about=reply.domain.articles[name].about)
            )
        back(reply)
        return
    otherwise(reply, work.otherwise)
    reply.decided(f"{reply.rule} (not composed: {why})")


def _say(reply: Reply, work: Composing, text: str) -> str:
    """Say one sentence; return why it may not be said, or nothing."""
    said = sentences(text)
    if len(said) != 1:
        return "not one sentence"
    articles = [reply.domain.articles[name] for name in work.articles]
    passages = [article.text for article in articles]
    if why := refusal(said[0], passages, work.question):
        return why
    bearer = next(
        (a for a in articles if not refusal(said[0], (a.text,), work.question)), articles[0]
    )
    reply.say(" ".join(said[0].split()), f"{ARTICLE_PREFIX}{bearer.name}#composed")
    return ""


def _call(reply: Reply, tool: str, arguments: dict[str, str]) -> None:
    number = reply.state.calls + 1
    key = tool_calls.call_key(reply.state.call_id, number, tool, arguments)
    reply.change(calls=number, pending=PendingCall(key, tool, arguments, False))
    filler = reply.prompt("one_moment") if tool == COMPOSE else ""
    reply.acts.append(CallTool(tool, arguments, key, False, filler))
