"""What a turn asks for: a classifier over a hotline's examples, and the nearest ones."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.ports import IntentTrainer, PassageIndexer
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens, without_codes

_CONSIDERED = 5
_FEWEST_WORDS = 3
"""Shorter turns keep their openings: "hi there" is all that was said."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A turn as understood, before any decision."""

    plain: str
    """Its words in lower case, without codes."""
    ranked: tuple[tuple[str, float], ...] = ()
    """(need, probability), best first; articles carry their prefix."""
    support: tuple[tuple[str, float], ...] = ()
    """(need, score 0..1) by the nearest example or passage, best first."""


class Understanding:
    """A hotline's classifier and index, made once and shared by all calls."""

    def __init__(self, domain: Domain, trainer: IntentTrainer, indexer: PassageIndexer) -> None:
        self._language = domain.speech
        examples = domain.examples()
        self._model = trainer.train(
            [(normalised(text, domain.speech), need) for text, need in examples]
        )
        passages = [(need, normalised(text, domain.speech)) for text, need in examples]
        passages += [
            (ARTICLE_PREFIX + article.name, f"{article.title}. {article.text}")
            for article in domain.articles.values()
        ]
        self._index = indexer.index(passages)
        self._exact = {normalised(text, domain.speech): need for text, need in examples}
        self._needs = len({need for need, _ in passages})

    def read(self, text: str) -> Reading:
        """Read a turn. About 7 ms on one thread."""
        plain = normalised(text, self._language)
        if not plain:
            return Reading("")
        support = tuple(self._index.search(plain, self._needs))
        if (need := self._exact.get(plain)) is not None:
            return Reading(plain, ((need, 1.0),), support)
        ranked = tuple(self._model.probabilities(plain)[:_CONSIDERED])
        return Reading(plain, ranked, support)


def normalised(text: str, language: Language = ENGLISH) -> str:
    """Return the text as it is learnt and classified: bare words, no codes, no "um, hi"."""
    words = without_codes(text).split()
    if not words:
        words = [word for word in tokens(text) if not word.isdigit()]
    while len(words) > _FEWEST_WORDS and words[0] in language.openings:
        words = words[1:]
    return " ".join(words)
