"""Words that sound alike: what a recogniser writes for a name that it does not know.

A word is reduced to its consonants in classes of similar sounds, much as in Soundex and Metaphone,
with its stressed vowel classes kept apart, because short names live by them. Made for English
letters; other letters only match themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

_ALIKE = 0.75
"""Likeness of two sounds from which one may be meant by the other."""
_SHORTEST = 3
"""Sounds of a word that can be told by its sound."""
_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^wh", "w"), (r"^x", "s"), (r"mb$", "m"),
        (r"(?:ough|augh)", "o"), (r"igh", "i"), (r"ph", "f"), (r"(?:tch|ch|sh|tio|sio)", "S"),
        (r"(?:dge|dg)", "S"), (r"ck", "k"), (r"c(?=[eiy])", "s"), (r"[cq]", "k"), (r"x", "ks"),
        (r"th", "t"), (r"z", "s"), (r"v", "f"), (r"d", "t"), (r"b", "p"), (r"g(?=[eiy])", "S"),
        (r"g", "k"), (r"(?<=[aeiou])h", ""), (r"w(?![aeiouy])", ""),
        (r"(?:er|or|ar|our|re|a)$", "a"), (r"(?<=[^aeiou])e$", ""), (r"j", "S"),
        (r"(?:oa|ou|ow|au|aw|oo|o|u)", "o"), (r"(?:ea|ee|ei|ie|ey|ai|ay|e|i|y)", "e"), (r"a+", "a"),
    )
)  # fmt: skip


@lru_cache(maxsize=8_192)
def sound(word: str) -> str:
    """Return how a word sounds, in a few letters: `desk` and `tusk` differ by their vowel only."""
    said = re.sub(r"[^a-z]", "", word.lower())
    for pattern, to in _RULES:
        said = pattern.sub(to, said)
    return re.sub(r"(.)\1+", r"\1", said)


@lru_cache(maxsize=32_768)
def likeness(one: str, other: str) -> float:
    """Return how alike two words or runs of words sound, 0..1; vowels count half."""
    a, b = sound(one), sound(other)
    if not a or not b:
        return 0.0
    whole = SequenceMatcher(None, a, b, autojunk=False).ratio()
    bare = [re.sub(r"[aeo]", "", said) or said[:1] for said in (a, b)]
    return (whole + SequenceMatcher(None, bare[0], bare[1], autojunk=False).ratio()) / 2


def heard_as(said: Sequence[str], known: Collection[str], *, alike: float = _ALIKE) -> str:
    """Return the known word or name that a run of words sounds like; empty for none or several.

    Args:
        said: One to three words as recognised: `ass`, `pen`.
        known: Words and names that make sense: `aspen`, `ridge`.
        alike: Likeness from which it may be one.
    """
    run = "".join(said)
    if len(sound(run)) < _SHORTEST:
        return ""
    scores = sorted(
        (
            (likeness(run, name.replace(" ", "")), name)
            for name in known
            if len(sound(name)) >= _SHORTEST
        ),
        reverse=True,
    )
    if not scores or scores[0][0] < alike:
        return ""
    rivals = [
        name for score, name in scores[1:2] if score > scores[0][0] - 0.05 and name != scores[0][1]
    ]
    return "" if rivals else scores[0][1]
