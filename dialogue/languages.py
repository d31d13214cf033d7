"""The languages that hotlines can speak, and which of them a caller speaks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.german import GERMAN
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

LANGUAGES: Mapping[str, Language] = {one.code: one for one in (ENGLISH, GERMAN)}

_FEWEST_SIGNS = 2
_LONGEST_REQUEST = 12
"""Words of a turn that asks for a language; a longer one mentions it."""
_ASKING = frozenset(word for one in LANGUAGES.values() for word in one.asking)
_AROUND = frozenset(("in", "auf")).union(*(one.polite for one in LANGUAGES.values()))
"""What may stand beside the name of a language and asks for nothing else."""


def spoken_in(text: str, among: Collection[str]) -> str:
    """Return the code of the language that the words are in; empty where they do not tell.

    Function words decide, those of one language alone; a name or a number tells nothing.
    """
    words = tokens(text)
    known = [LANGUAGES[code] for code in among if code in LANGUAGES]
    counts = {one.code: sum(word in one.common for word in words) for one in known}
    best = max(counts, key=lambda code: counts[code], default="")
    others = max((count for code, count in counts.items() if code != best), default=0)
    signs = counts.get(best, 0)
    fewest = 1 if len(words) <= _FEWEST_SIGNS else _FEWEST_SIGNS
    return best if signs >= fewest and signs >= 2 * others + 1 else ""


def asked_whether(text: str, code: str) -> bool:
    """Whether the caller asks to speak a language in more words than its name."""
    return asked_for(text, (code,)) == code and bool(_ASKING & set(tokens(text)))


def asked_for(text: str, among: Collection[str]) -> str:
    """Return the code of the language that the caller wants to go on in; empty for none.

    It is named, and nothing else is said, or a word such as "speak"; "a German lamp" asks for none.
    """
    words = tokens(text)
    if len(words) > _LONGEST_REQUEST:
        return ""
    names = {name: code for code in among if code in LANGUAGES for name in LANGUAGES[code].names}
    wanted = {names[word] for word in words if word in names}
    rest = {word for word in words if word not in names} - _AROUND
    if len(wanted) == 1 and (not rest or rest & _ASKING):
        return wanted.pop()
    return ""
