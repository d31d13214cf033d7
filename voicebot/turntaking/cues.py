"""Verbal cues of turn-taking in English: what a few words tell about who wants to speak.

Pure text, beside the lists that a hotline may change (`dialogue.cues`).
"""

from __future__ import annotations

import re

from dialogue.cues import Cues

_ADDRESSED = re.compile(
    r"^(?:\W*(?:and|so|but|okay|ok|well|um+|uh+|oh|sorry|hi|hello)\b\W*)*"
    r"(?:what|where|when|why|who|which|how|can|could|do|does|did|is|are|was|will|would|should|"
    r"i|i'm|i'd|i've|my|we|tell|give|show|let me|please|just|don't|not|that's|it's|this)\b"
)
"""How people begin who speak to a hotline: a question, a wish, themselves, their order."""


def is_addressed(text: str, cues: Cues) -> bool:
    """Whether the words look as if they were meant for the bot, as far as a beginning can tell."""
    lowered = text.lower().strip()
    if cues.is_command(lowered) or cues.is_strong(lowered) or cues.is_hold(lowered):
        return True
    return bool(_ADDRESSED.match(lowered))
