"""Which article answers a question, with the scores that the journal cites."""

from __future__ import annotations

from dialogue.domain import ARTICLE_PREFIX, Article, Domain
from dialogue.understanding.intents import Reading


def considered(reading: Reading, limit: int = 3) -> tuple[tuple[str, float], ...]:
    """Return (article name, score) of the nearest articles, best first."""
    near = (
        (need.removeprefix(ARTICLE_PREFIX), round(score, 3))
        for need, score in reading.support
        if need.startswith(ARTICLE_PREFIX)
    )
    return tuple(near)[:limit]


def answering(reading: Reading, domain: Domain) -> Article | None:
    """Return the article that answers a turn which no intent explains, or None.

    An article answers only when it is nearer than anything else that the hotline knows and near
    enough; otherwise the hotline admits that it does not know.
    """
    if not reading.support:
        return None
    need, score = reading.support[0]
    if need.startswith(ARTICLE_PREFIX) and score >= domain.policy.article:
        return domain.articles[need.removeprefix(ARTICLE_PREFIX)]
    return None
