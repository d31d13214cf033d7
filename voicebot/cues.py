"""Verbal cues of turn-taking in English: what a few words tell about who wants to speak.

Pure text. A cue list per language and hotline can replace these without touching the machine.
"""

from __future__ import annotations

import re

_BACKCHANNELS = frozenset(
    {
        *("yeah", "yes", "yep", "yup", "ok", "okay", "right", "sure", "mm", "mhm", "hmm", "hm"),
        *("mmm", "mm-hm", "mm-hmm", "uh-huh", "uh", "huh", "uhhuh", "aha", "ah", "oh", "um"),
        *("i", "see", "good", "great", "fine", "alright", "cool"),
    }
)
"""Ten forms cover 92 % of the backchannels of real meetings (ICSI MRDA)."""

_YES_NO = re.compile(
    r"(?:(?:yes|yeah|yep|yup|no|nope|nah|sure|okay|ok|correct|right|please|thanks?|thank you|"
    r"of course|that's (?:right|correct|it|all)|not|exactly|go ahead|do it|don't|i do|i don't)\W*)+"
)
_HESITATION = re.compile(
    r"(?:\b(?:um+|uh+|er+|erm|and|or|but|the|a|an|my|is|it's|to|for|of|with|because|so|i|i'm)"
    r"|\.\.\.|…|-)\W*$"
)
_DIGIT = re.compile(
    r"\d|\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b"
)


def is_backchannel(text: str) -> bool:
    """Whether these words only say "I am listening"."""
    words = re.findall(r"[a-z'-]+", text.lower())
    return len(words) <= 3 and all(word.strip("-'") in _BACKCHANNELS for word in words)


def is_yes_or_no(text: str) -> bool:
    """Whether this is a complete short answer to a yes/no question."""
    return bool(_YES_NO.fullmatch(text.lower().strip()))


def is_hesitant(text: str) -> bool:
    """Whether the last word promises more ("um", "my order number is")."""
    return bool(_HESITATION.search(text.lower()))


def is_sentence(text: str) -> bool:
    """Whether the recogniser heard the melody of an ended sentence: it writes the mark for it."""
    return text.rstrip().endswith((".", "?", "!")) and not text.rstrip().endswith("..")


def spoken_digits(text: str) -> int:
    """How many digits were named, roughly: enough to tell a complete code from a part of it."""
    return len(_DIGIT.findall(text.lower()))
