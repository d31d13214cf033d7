"""KeyRow: the keys that were pressed for one answer. Sans-I/O."""

from __future__ import annotations

from dialogue.acts import Answer
from voicebot.turntaking.bot_turn import Question
from voicebot.turntaking.policy import TurnPolicy

_LONGEST = 32
"""Keys that are kept of what was typed ahead."""


class KeyRow:
    """A row of keys in the making."""

    def __init__(self) -> None:
        self.digits = ""

    def press(self, digit: str) -> None:
        """Add a key."""
        self.digits += digit

    def type_ahead(self, digit: str) -> None:
        """Add a key that belongs to the question that is about to be asked."""
        # A "#" alone ends a code that was complete without it.
        self.digits = (self.digits + digit)[-_LONGEST:].lstrip("#")

    def take(self) -> str:
        """Return the row and begin a new one."""
        taken, self.digits = self.digits, ""
        return taken

    def is_complete(self, question: Question) -> bool:
        """Whether nothing need be waited for."""
        # In a code a nought may be its first digit; alone, it asks for a person.
        person = self.digits == "0" and question.answer is not Answer.CODE
        wanted = question.digits
        full = wanted is not None and wanted > 1 and len(self.digits) >= wanted
        return person or full or self.digits == "*"

    def gap(self, question: Question, policy: TurnPolicy) -> float:
        """Return the seconds of silence that end it."""
        # Where one key is enough more may follow all the same: an order number, typed at once.
        return policy.key_gap if question.digits == 1 else policy.digit_gap
