"""Whether the words that were heard are the bot's own: its echo, recognised.

Pure text, beside the comparison of the sound (`voicebot.media.echo`): it needs no timing, and
works through a loudspeaker, a room and a codec that no filter describes.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_NUMBERS = {
    word: str(digit)
    for digit, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
} | {"oh": "0"}
_ALIKE = 0.7
"""Similarity (Ratcliff and Obershelp) from which a word may be another one misheard."""
_GAP = 0.4
"""What a word that was left out, put in or misheard costs, in words that agree."""
_LONGEST = 60
"""Words that are compared, the last ones of either: more is older than any echo."""


def repeats(text: str, spoken: str) -> float:
    """Return the share of the words heard that stand, in this order, in one place of what was said.

    Words may be misheard, left out or put in between. One or two words are repeated by chance and
    by politeness ("your order" said back): the share means little below three.

    Args:
        text: What the recogniser heard.
        spoken: What the bot said in the last seconds.

    Returns:
        0 (nothing) to 1 (every word).
    """
    heard, said = _words(text)[-_LONGEST:], _words(spoken)[-_LONGEST:]
    if not heard:
        return 0.0
    # Local alignment (Smith and Waterman 1981): (score, words that agree) of the best one that
    # ends at each pair of words.
    best = (0.0, 0)
    above = [(0.0, 0)] * (len(said) + 1)
    for word in heard:
        row = [(0.0, 0)]
        for place, other in enumerate(said, start=1):
            score, agreed = above[place - 1]
            likeness = _likeness(word, other)
            here = (score + likeness, agreed + 1) if likeness else (score - _GAP, agreed)
            for score, agreed in (above[place], row[place - 1]):
                here = max(here, (score - _GAP, agreed))
            row.append(here if here[0] > 0 else (0.0, 0))
            best = max(best, row[-1])
        above = row
    return best[1] / len(heard)


def _words(text: str) -> list[str]:
    """Return the words in lower case without marks, digits one by one."""
    words = re.findall(r"\d|[^\W\d_]+(?:'[^\W\d_]+)*", text.lower().replace("’", "'"))
    return [_NUMBERS.get(word, word) for word in words]


def _likeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if min(len(word), len(other)) < 3:
        return 0.0
    likeness = SequenceMatcher(None, word, other, autojunk=False).ratio()
    return likeness if likeness >= _ALIKE else 0.0
