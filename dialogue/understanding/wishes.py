"""Words by which people say that they want something, and where a long turn can be taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from dialogue.understanding.answers import is_question
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

WISHES: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("i want", "i wanted", "we want", "we wanted", "i wanna", "i need", "we need", "i'd like"),
        *("i would like", "we'd like", "we would like", "i wish", "i'd love", "i'd prefer"),
        *("can i", "can we", "can you", "could i", "could we", "could you", "may i", "would you"),
        *("will you", "please", "i'm calling to", "i'm calling about", "i'm calling because"),
        *("i have to", "i was hoping", "i was wondering", "we were wondering", "i'm trying to"),
        *("i just want", "if we could", "if i could", "if you could", "is it possible", "let me"),
        *("help me", "tell me", "give me", "i'm asking", "i expect", "i demand"),
    ),
    "de": (
        *("ich will", "ich möchte", "ich hätte gern", "ich hätte gerne", "ich brauche", "bitte"),
        *("wir möchten", "wir wollen", "kann ich", "können sie", "könnten sie", "könnte ich"),
        *("ich würde", "wir würden", "ich rufe an", "sagen sie mir", "geben sie mir", "darf ich"),
    ),
}
"""By language; they stand anywhere in the words of a wish."""

DIGRESSIONS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("before i forget", "by the way", "one more thing", "quick question", "another thing"),
        *("while i have you", "while i think of it", "while we're at it", "incidentally"),
        *("just out of curiosity", "something else", "another question", "on another note"),
    ),
    "de": (
        *("bevor ich es vergesse", "übrigens", "noch etwas", "kurze frage", "nebenbei"),
        *("wo wir gerade dabei sind", "was anderes", "noch eine frage", "andere frage"),
    ),
}
"""By language; they lead to something else than what was asked for."""

_JOINTS: Mapping[str, tuple[str, ...]] = {
    "en": ("and", "but", "so", "because", "although", "then", "also", "plus"),
    "de": ("und", "aber", "also", "weil", "obwohl", "dann", "auch", "deshalb"),
}
"""Words between the parts of a story."""

_FEWEST_WORDS = 3
_MOST = 8


@lru_cache(maxsize=8)
def _between(code: str) -> re.Pattern[str]:
    joints = "|".join(_JOINTS.get(code, ()))
    words = rf"|\s*,?\s*\b(?:{joints})\b\s+" if joints else ""
    # A recogniser may leave the comma out before "I want".
    begins = "|".join(w.replace(" ", r"\s+") for w in WISHES.get(code, ()) if " " in w)
    wish = rf"|\s+(?=(?:{begins})\b)" if begins else ""
    return re.compile(rf"[.?!;:]+\s+|\s*[,–—]\s*|\s+-+\s+{words}{wish}", re.IGNORECASE)


def told_parts(text: str, language: Language) -> tuple[str, ...]:
    """Return the parts of a long turn, in order, at most eight of the last ones.

    They are finer than `understanding.clauses`: each may be a fragment, and only one of them may
    say what is wanted. Parts of fewer than three words belong to the one before.
    """
    parts: list[str] = []
    for part in _between(language.code).split(text):
        words = tokens(part)
        if not words:
            continue
        if parts and len(words) < _FEWEST_WORDS:
            parts[-1] = f"{parts[-1]} {part.strip()}"
        else:
            parts.append(part.strip(" ,"))
    return tuple(parts[-_MOST:])


def wishes(text: str, language: Language) -> bool:
    """Whether the words say that something is wanted, or ask for something."""
    words = tokens(text)
    said = f" {' '.join(words)} "
    asks = bool(words) and words[0] in language.question_words
    return asks or any(f" {phrase} " in said for phrase in WISHES.get(language.code, ()))


def digresses(text: str, language: Language) -> bool:
    """Whether the words say that they are about something else, and ask for it."""
    said = f" {' '.join(tokens(text))} "
    leads = any(f" {phrase} " in said for phrase in DIGRESSIONS.get(language.code, ()))
    return leads and is_question(text, language)
