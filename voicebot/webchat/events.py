"""What a page shows: acts of the dialogue as plain JSON, without anything that is not the caller's.

A summary for people, reasons and scores stay inside.
"""

from __future__ import annotations

import re
from typing import Any

from dialogue.acts import Answer, Ask, Say
from dialogue.articles import Article, Card, Image, Link, read_markdown, to_html
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.state import DialogueState

Event = dict[str, Any]

_SPACED = re.compile(r"\b\d(?: \d){2,}\b")


def shown(act: Say | Ask, state: DialogueState, domain: Domain) -> Event:
    """Return a message, or a question with quick replies.

    Args:
        act: What the bot says.
        state: The state after it, with the question that is open.
        domain: Whose articles and options they are, in the language of the conversation.
    """
    article = _article(act.source, domain) if isinstance(act, Say) else None
    text = act.chat_text or written(act.text)
    event: Event = {
        "type": "question" if isinstance(act, Ask) else "message",
        "text": text,
        "format": "markdown" if act.chat_text else "plain",
        "source": act.source,
        "lang": domain.language,
    }
    if act.chat_text:
        event["html"] = to_html(text)
        found = read_markdown(text)
        event["links"] = [_link(link) for link in found.links]
        event["images"] = [_image(image) for image in found.images]
    if article is not None and article.cards:
        event["cards"] = [_card(card) for card in article.cards]
    if isinstance(act, Ask):
        event["expects"] = act.expects.answer.value
        event["digits"] = act.expects.digits if act.expects.answer is Answer.CODE else None
        event["quick_replies"] = _quick_replies(act, state, domain)
    return event


def written(text: str) -> str:
    """Return words for the ear as they are written: `Order 4 4 1 1 8.` → `Order 44118.`"""
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), text)


def _article(source: str, domain: Domain) -> Article | None:
    return domain.articles.get(source.removeprefix(ARTICLE_PREFIX))


def _quick_replies(act: Ask, state: DialogueState, domain: Domain) -> list[dict[str, str]]:
    """Return titles of buttons, and the words that each of them says."""
    options = state.question.options if state.question else ()
    if len(options) > 1:
        return [_option(option, domain) for option in options]
    if act.expects.answer is Answer.YES_NO or options:
        return [_reply(domain.intents[name].examples[0]) for name in ("yes", "no")]
    return []


def _option(option: str, domain: Domain) -> dict[str, str]:
    title = domain.title_of(option)
    if option.startswith(ARTICLE_PREFIX):
        return _reply(domain.articles[option.removeprefix(ARTICLE_PREFIX)].about)
    words = domain.intents[option].words
    return {"title": _capital(title or words[0]), "text": words[0] if words else title}


def _reply(text: str) -> dict[str, str]:
    return {"title": _capital(text), "text": text}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _link(link: Link) -> dict[str, str]:
    return {"text": link.text, "url": link.url}


def _image(image: Image) -> dict[str, str]:
    return {"alt": image.alt, "url": image.url}


def _card(card: Card) -> Event:
    return {
        "title": card.title,
        "text": card.text,
        "image": _image(card.image) if card.image else None,
        "link": _link(card.link) if card.link else None,
    }
