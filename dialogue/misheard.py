"""Needs by their sound: "Rory's schedule, please" is "reschedule, please", "Cal back" "callback".

For turns of which nothing was understood. What is found is asked about, and never acted on.
"""

from __future__ import annotations

from dialogue.domain import Domain
from dialogue.sounds import likeness, sound
from dialogue.understanding.numbers import tokens

_WORDS_OF_A_TURN = 6
"""A longer turn has words enough to be understood by what they mean."""
_WORDS_OF_A_RUN = 3
_SOUNDS = 5
"""Sounds of a word that is told by them: "cancel" has six."""
_ALIKE = 0.88
_LONGER = 2
"""Sounds by which a run of words may differ in length from what it sounds like."""


class Misheard:
    """Knows how the words sound that name the tasks of one hotline."""

    def __init__(self, domain: Domain) -> None:
        self._usual = {word for text, _ in domain.examples() for word in tokens(text)}
        self._named = [
            (need, named, len(sound(named)))
            for need, intent in domain.intents.items()
            if domain.flow_for(need) is not None
            for word in intent.words
            if len(sound(named := "".join(tokens(word)))) >= _SOUNDS
        ]

    def need(self, text: str) -> str:
        """Return the task whose own words a short turn sounds like; empty for none, or several.

        Only what holds a word that no example has can have been misheard.
        """
        said = tokens(text)
        if len(said) > _WORDS_OF_A_TURN or self._usual.issuperset(said):
            return ""
        found = set[str]()
        for start in range(len(said)):
            for end in range(start + 1, min(len(said), start + _WORDS_OF_A_RUN) + 1):
                if not self._usual.issuperset(said[start:end]):
                    found |= self._sounding_like("".join(said[start:end]))
        return found.pop() if len(found) == 1 else ""

    def _sounding_like(self, run: str) -> set[str]:
        length = len(sound(run))
        return {
            need
            for need, named, sounds in self._named
            if abs(length - sounds) <= _LONGER and likeness(run, named) >= _ALIKE
        }
