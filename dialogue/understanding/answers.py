"""Answers to closed questions: yes and no, and one of a few options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

_CLAUSE_END = re.compile(r"[,.;:!?]+(?:\s|$)")
_WORDS_OF_NEITHER = 3


class Polarity(StrEnum):
    """What an answer to a yes/no question amounts to."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    """Both, or "maybe": never enough for a side effect."""
    NONE = "none"
    """Neither was said."""


def _split(phrases: Sequence[str]) -> list[tuple[str, ...]]:
    return sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True)


@lru_cache(maxsize=8)
def _signs(language: Language) -> tuple[tuple[tuple[str, ...], Polarity], ...]:
    """Return the phrases of a language that answer a yes/no question, longer ones first."""
    found = [
        (phrase, polarity)
        for polarity, phrases in (
            (Polarity.UNSURE, language.unsure),
            (Polarity.NO, language.no),
            (Polarity.YES, language.yes),
        )
        for phrase in _split(phrases)
    ]
    return tuple(sorted(found, key=lambda sign: -len(sign[0])))


def read_polarity(text: str, language: Language = ENGLISH) -> tuple[Polarity, str]:
    """Return what a turn answers to a yes/no question, and the rest of its words.

    Only signs at the beginning count, and those that follow them directly: in "yes, where is it"
    the rest is a need of its own, in "is it the right one" nothing was answered.
    """
    words = tokens(text)
    found: list[Polarity] = []
    if _conditional(words, language):
        # "if it's free then yes", "yes, as long as it is today": a yes to another question.
        return Polarity.UNSURE, ""
    while words:
        sign = next((s for s in _signs(language) if tuple(words[: len(s[0])]) == s[0]), None)
        if sign is not None:
            found.append(sign[1])
            words = words[len(sign[0]) :]
        elif words[0] in (language.polite if found else language.fillers):
            words = words[1:]
        else:
            break
    rest = " ".join(words)
    seen = set(found)
    if not seen:
        return Polarity.NONE, " ".join(tokens(text))
    if Polarity.UNSURE in seen or seen == {Polarity.YES, Polarity.NO}:
        return _contradiction(text, seen, language), rest
    return found[0], rest


def _conditional(words: Sequence[str], language: Language) -> bool:
    """Whether a yes is given that depends on something."""
    said = f" {' '.join(words)} "
    places = [said.find(f" {phrase} ") for phrase in language.conditions]
    begins = min((place for place in places if place >= 0), default=-1)
    if begins < 0:
        return False
    agreed = bool(words) and words[0] in language.agreeing
    # "Okay, what is your policy if …" asks something, and "okay" agrees to nothing.
    asks = is_question(said[:begins], language)
    first = {phrase.split()[0] for phrase in language.conditions}
    promised = any(said.endswith(f" {phrase} ") for phrase in language.promising)
    return (agreed and len(words) > 2 and not asks) or (promised and words[0] in first)


def _contradiction(text: str, seen: set[Polarity], language: Language) -> Polarity:
    said = " ".join(tokens(text))
    # "okay no", "right, no thanks": the filler in front agrees to nothing.
    last = re.sub(rf"^(?:{'|'.join(language.soft)})\b ?", "", said)
    if last != said and Polarity.UNSURE not in seen:
        return read_polarity(last, language)[0]
    return Polarity.UNSURE


def begins_idly(text: str, language: Language = ENGLISH) -> bool:
    """Whether all that agrees at the beginning of a turn is a word to begin with ("okay so …")."""
    said = " ".join(tokens(text))
    idle = (*language.markers, *language.fillers)
    begin = re.compile(rf"^(?:(?:{'|'.join(sorted(idle, key=len, reverse=True))})\b ?)+")
    left = begin.sub("", said)
    return left != said and read_polarity(left, language)[0] is not Polarity.YES


def is_regret(text: str, language: Language = ENGLISH) -> bool:
    """Whether a turn is a no with alarm, and nothing else: "no, wait", "stop, stop, no"."""
    words, seen = tokens(text), set[str]()
    signs = [
        *((tuple(phrase.split()), "no") for phrase in language.bare_no),
        *((tuple(phrase.split()), "alarm") for phrase in language.regrets),
        *(((word,), "") for word in language.fillers),
    ]
    while words:
        fitting = [sign for sign in signs if tuple(words[: len(sign[0])]) == sign[0]]
        if not fitting:
            return False
        phrase, kind = max(fitting, key=lambda sign: len(sign[0]))
        seen.add(kind)
        words = words[len(phrase) :]
    return {"no", "alarm"} <= seen


def means_another(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn says that the value given earlier is not the one meant."""
    said = " ".join(tokens(text))
    return any(phrase in said for phrase in language.another)


def meant_instead(text: str, language: Language = ENGLISH) -> str:
    """Return what was really meant ("no, I meant the return"); empty if nothing was put right."""
    said = " ".join(tokens(text))
    for phrase in sorted(language.instead, key=len, reverse=True):
        if said.startswith(f"{phrase} "):
            return said[len(phrase) + 1 :]
    return ""


def refuses(text: str, words: Sequence[str], language: Language = ENGLISH) -> bool:
    """Whether the turn says not to do what one of the words names ("don't cancel it")."""
    # "I don't need it any more, please cancel" denies nothing of what comes after the comma.
    clauses = [" ".join(tokens(clause)) for clause in _CLAUSE_END.split(text)]
    named = "|".join(re.escape(word.lower()) for word in words)
    wishes = "|".join(language.wishes)
    negated = "|".join(language.negations)
    patterns = [rf"\b(?:{negated}) (?:(?:{wishes}) )*(?:{named})\b"]
    if language.negated_after:
        patterns.append(rf"\b(?:{named}) (?:(?:{wishes}) )*(?:{negated})\b")
    return bool(named) and any(
        re.search(pattern, clause) for pattern in patterns for clause in clauses
    )


def contradicts(text: str, words: Sequence[str], language: Language = ENGLISH) -> bool:
    """Whether one part of a turn wants what another part refuses: "cancel it, don't cancel it"."""
    parts = [part for part in _CLAUSE_END.split(text) if tokens(part)]
    wanted = [
        part
        for part in parts
        if any(_says(" ".join(tokens(part)), word.lower()) for word in words)
        and not refuses(part, words, language)
    ]
    return bool(wanted) and any(refuses(part, words, language) for part in parts)


def read_choice(
    text: str, words: Sequence[Sequence[str]], language: Language = ENGLISH
) -> int | None:
    """Return the index of the option that was picked, or None.

    Args:
        text: The turn.
        words: For each option the words that pick it.
    """
    said = tokens(text)
    joined = " ".join(said)
    content = [word for word in said if word not in language.polite]
    picked = [
        i for i, option in enumerate(words) if any(_says(joined, word.lower()) for word in option)
    ]
    if len(picked) == 1:
        return picked[0]
    if picked:
        return None
    bare = " ".join(content)
    for i in range(len(words)):
        if bare in language.ordinals[min(i, len(language.ordinals) - 1)]:
            return i
    if bare in language.last:
        return len(words) - 1
    return None


def refuses_all(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn says that none of the options fits, without naming another."""
    content = " ".join(
        word for word in tokens(text) if word not in language.polite - language.bare_no
    )
    if 1 < len(words := content.split()) <= _WORDS_OF_NEITHER and words[0] not in language.bare_no:
        # "Neither them": a short word in the middle is easily swallowed.
        content = words[0]
    return content in language.neither or read_polarity(text, language) == (Polarity.NO, "")


def lacks(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn says that the customer does not have or know what was asked for."""
    said = " ".join(tokens(text))
    return any(re.search(rf"\b{re.escape(phrase)}\b", said) for phrase in language.lacking)


def picks_several(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn wants more than one of the options."""
    return " ".join(word for word in tokens(text) if word not in language.polite) in language.every


def picks_any(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn leaves it to the bot which of the options comes."""
    said = " ".join(word for word in tokens(text) if word not in language.polite)
    return said in language.whichever


def is_misunderstanding(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn says that something else was wanted."""
    said = " ".join(tokens(text))
    return any(_says(said, phrase) for phrase in language.misunderstood)


def is_question(text: str, language: Language = ENGLISH) -> bool:
    """Whether the turn asks something by its words."""
    said = " ".join(tokens(text))
    return any(_says(said, phrase) for phrase in language.questions)


def addition(text: str, language: Language = ENGLISH) -> str:
    """Return what a turn adds to something said before ("add that …"); empty where it adds nothing
    by its words."""
    said = " ".join(tokens(text))
    for phrase in sorted(language.adding, key=len, reverse=True):
        if said.startswith(f"{phrase} "):
            return said[len(phrase) + 1 :]
    return ""


def free_text(text: str, language: Language = ENGLISH) -> str:
    """Return dictated words without what people say before them ("it's", "my address is")."""
    left = text.strip().strip(".,;:!? ")
    changed = True
    while changed:
        changed = False
        for lead in language.lead_ins:
            found = re.match(rf"{lead}\b[\s,.:;]*", left, re.IGNORECASE)
            if found and len(left) > found.end():
                left, changed = left[found.end() :], True
    words = left.split()
    while len(words) > 1 and words[-1].strip(".,!").lower() in language.fillers:
        words.pop()
    return " ".join(words).rstrip(",;")


def _says(joined: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b", joined) is not None
