"""What the hotline knows: which article answers a question, which sentence of it the next one, and
when to admit that none does."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.acts import UserTurn
from dialogue.articles import Article
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.ports import PassageIndexer
from dialogue.question import OPEN
from dialogue.spoken import sentences
from dialogue.state import DialogueState
from dialogue.step import Step
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.intents import Reading, normalised
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

_WORDS_OF_A_QUESTION = 3
_SAME_KIND = 0.25
"""Added to the score of a passage that tells what is asked for: a duration or a price."""
_ANSWERS = 0.45
"""Score from which a passage answers a question about the article that was just told."""
_ANSWERS_BEFORE_A_TASK = 0.6
"""The same, where the turn could also ask for something else."""
_ALIKE = 0.08
"""Difference of scores below which two passages answer equally well."""
_CLEARLY = 0.06
"""Difference of scores from which a section is asked about, and not its whole article."""
_GUESSED = "prompt:did_you_mean"
_GUESSED_WRONG = "choice:none"
ADMITTED = (
    "composing:unknown",
    "composing:which",
    "no_match",
    "unknown",
    "out_of_scope",
    "control:out_of_scope",
)
"""Beginnings of the rules by which the hotline admits that it has no answer."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article that answers by itself: a section, or a sentence."""

    article: str
    number: int
    text: str
    heading: str = ""

    @property
    def source(self) -> str:
        """Where the words come from, for the journal."""
        return f"{ARTICLE_PREFIX}{self.article}#{self.number}"


class Knowledge:
    """The articles of one hotline, by passage; made once and shared by all calls."""

    def __init__(self, domain: Domain, indexer: PassageIndexer) -> None:
        self._domain = domain
        self._passages = {
            passage.source: passage
            for article in domain.articles.values()
            for passage in passages(article)
        }
        texts = [
            (name, f"{domain.articles[passage.article].title}. {passage.heading} {passage.text}")
            for name, passage in self._passages.items()
        ]
        self._index = indexer.index(texts) if texts else None

    def follow_up(self, text: str, article: str, rival: str = "") -> tuple[Passage, ...]:
        """Return what answers a question that leans on the article just told; at most two passages.

        "How long does that take" is searched for as a question about the article: its subject
        stands in for what the customer points at. Where two passages tell the kind of fact that is
        asked for about equally well, both are told: nobody can know which was meant.

        Args:
            text: The turn.
            article: The name of the article that was told.
            rival: The other need that explains the turn by itself, if there is one.
        """
        if (
            self._index is None
            or article not in self._domain.articles
            or not leans(text, self._domain.speech)
        ):
            return ()
        language = self._domain.speech
        points = bool(language.pointing.intersection(tokens(text)))
        wanted = kinds_asked(text, language)
        if rival.startswith(ARTICLE_PREFIX) and not (wanted and points):
            return ()
        about = self._domain.articles[article].about
        scored: list[tuple[float, Passage]] = []
        for name, score in self._index.search(
            f"{about} {normalised(text, language)}", len(self._passages)
        ):
            passage = self._passages[name]
            told = kinds_told(passage.text, language) | kinds_asked(passage.heading, language)
            if points and (passage.article != article or (wanted and not wanted & told)):
                continue
            scored.append((score + _SAME_KIND * bool(wanted & told), passage))
        scored.sort(key=lambda entry: -entry[0])
        fewest = _ANSWERS_BEFORE_A_TASK if rival else _ANSWERS
        if not scored or scored[0][0] < fewest or scored[0][1].article != article:
            return ()
        near = [
            passage
            for score, passage in scored[: 2 if wanted else 1]
            if passage.article == article and score >= scored[0][0] - _ALIKE
        ]
        return tuple(sorted(near, key=lambda passage: passage.number))

    def opening_part(self, text: str, article: Article) -> int:
        """Return the part of an article to tell first: that of a section which is asked about."""
        if self._index is None or not any(part.heading for part in article.parts):
            return 0
        found = self._index.search(normalised(text, self._domain.speech), len(self._passages))
        mine = [
            (p, score) for n, score in found if (p := self._passages[n]).article == article.name
        ]
        lead = max((score for passage, score in mine if not passage.heading), default=0.0)
        first, score = mine[0]
        if not first.heading or score < _ANSWERS or score < lead + _CLEARLY:
            return 0
        return next(i for i, part in enumerate(article.parts) if part.heading == first.heading)


def passages(article: Article) -> tuple[Passage, ...]:
    """Return the pieces of an article that may answer alone: its sections, else its sentences."""
    pieces: list[tuple[str, str]] = []
    for part in article.parts:
        if part.heading:
            if pieces and pieces[-1][0] == part.heading:
                pieces[-1] = (part.heading, f"{pieces[-1][1]} {part.text}")
            else:
                pieces.append((part.heading, part.text))
        else:
            pieces += [("", sentence) for sentence in sentences(part.text)]
    return tuple(
        Passage(article.name, number, text, heading)
        for number, (heading, text) in enumerate(pieces, 1)
    )


def leans(text: str, language: Language = ENGLISH) -> bool:
    """Whether a turn can only be understood with what was said before it."""
    words = tokens(text)
    said = " ".join(words)
    begins = any(said.startswith(f"{phrase} ") for phrase in language.go_on_from)
    short = len(words) <= _WORDS_OF_A_QUESTION and asks(text, language, fewest=1)
    return begins or short or bool(language.pointing.intersection(words))


def kinds_asked(text: str, language: Language = ENGLISH) -> frozenset[str]:
    """Return the kinds of fact that a question asks for."""
    said = f" {' '.join(tokens(text))} "
    return frozenset(
        kind
        for kind, phrases in language.asks.items()
        if any(f" {phrase} " in said for phrase in phrases)
    )


def kinds_told(text: str, language: Language = ENGLISH) -> frozenset[str]:
    """Return the kinds of fact that a sentence tells."""
    words = set(tokens(text))
    return frozenset(kind for kind, signs in language.tells.items() if signs & words)


def asks(text: str, language: Language = ENGLISH, *, fewest: int = _WORDS_OF_A_QUESTION) -> bool:
    """Whether a turn is a question that was understood as words, whatever it is about."""
    words = normalised(text, language).split()
    return len(words) >= fewest and words[0] in language.question_words


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


def unanswered(before: DialogueState, turn: UserTurn, step: Step) -> str:
    """Return the words of a question that the hotline does not know an answer to; else nothing.

    That is a turn after which it had to admit so, or one of which it asked whether it was about
    something else, and was told no. An answer to a closed question that was not understood is no
    question; a word or two is noise.
    """
    question = before.question
    rule, words = step.trace.rule, ""
    if question is None or question.topic in OPEN:
        words = turn.text if rule.startswith(ADMITTED) else ""
    elif question.source.startswith(_GUESSED) and rule.startswith(_GUESSED_WRONG):
        words = before.words[-1] if before.words else ""
    return words if len(tokens(words)) >= _WORDS_OF_A_QUESTION else ""
