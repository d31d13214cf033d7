"""Cues: the few words by which a hotline tells who wants to speak, as data.

Turn-taking hears a sound over the bot and asks what its words amount to; the dialogue asks the same
of a turn that cut the bot off. Both read these lists, one set a language, which a hotline replaces
list by list (`cues.yaml`). Pure text: no models, no audio.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogue.understanding import english, german
from dialogue.understanding.numbers import tokens, without_codes

OPEN_END = "…"
"""At the end of a hold phrase: any few words may follow ("let me find …")."""

_LONGEST_PHRASE = 6
_MOST_PHRASES = 4
"""Backchannels in a row; more of them are a speech of some kind."""
_LONGEST_HOLD = 12
"""Words from an open phrase on; more of them are about something else."""


def normalised(phrase: str) -> str:
    """Return a phrase as it is compared: lower case, bare words, its open end kept."""
    words = " ".join(tokens(phrase))
    opened = phrase.rstrip().endswith((OPEN_END, "..."))
    return f"{words} {OPEN_END}" if opened and words else words


@dataclass(frozen=True, slots=True)
class Cues:
    """Phrases by what they tell; each `normalised`.

    All questions take words as a recogniser writes them ("Mm-hmm.", "[cough]") and are false for a
    text without words.
    """

    commands: tuple[str, ...]
    """Yield at once, however short: "stop", "wait", "agent"."""
    strong: tuple[str, ...]
    """Evidence that the customer wants to speak, but no proof: "no", "but", question words."""
    backchannels: tuple[str, ...]
    """"I am listening": "mm-hm", "right"."""
    tics: tuple[str, ...]
    """Filled pauses and body sounds: "um", "[cough]"."""
    hold: tuple[str, ...]
    """The customer needs a moment: "hold on", "let me find …"."""
    returns: tuple[str, ...]
    """The customer is back from it: "okay, I have it"."""
    dismissals: tuple[str, ...]
    """Enough said: "stop", "I know"."""
    fillers: tuple[str, ...]
    """Words that may stand before or between all of these and change nothing: "um", "please"."""

    def is_command(self, text: str) -> bool:
        """Whether the words begin with a command; true also while more words follow."""
        return self._begins(text, self.commands)

    def is_strong(self, text: str) -> bool:
        """Whether the words begin like somebody who wants the floor."""
        return self._begins(text, self.strong)

    def is_backchannel(self, text: str) -> bool:
        """Whether the words only say "I am listening"."""
        words = tokens(text)
        count = _covered(words, {*self.backchannels, *self.tics})
        return 0 < count <= _MOST_PHRASES and not self.is_tic(text)

    def is_tic(self, text: str) -> bool:
        """Whether the words are no words at all."""
        return _covered(tokens(text), self.tics) > 0

    def is_hold(self, text: str, *, fetches: bool = True) -> bool:
        """Whether the customer asks for a moment, and for nothing else.

        Args:
            text: The turn.
            fetches: They may be looking for something that they were asked for; who is asked for
                nothing and says "I'm looking for a lamp" wants to buy one.
        """
        words = tokens(text)
        asked, i = False, 0
        while i < len(words):
            lengths = range(min(_LONGEST_PHRASE, len(words) - i), 0, -1)
            if length := next((n for n in lengths if " ".join(words[i : i + n]) in self.hold), 0):
                asked, i = True, i + length
            elif fetches and any(
                f"{' '.join(words[i : i + n])} {OPEN_END}" in self.hold for n in lengths
            ):
                rest = " ".join(words[i:])
                return len(words) - i <= _LONGEST_HOLD and without_codes(rest) == rest
            elif words[i] in self.fillers:
                i += 1
            else:
                return False
        return asked

    def is_return(self, text: str) -> bool:
        """Whether the customer says no more than that they are back."""
        return _covered(tokens(text), self.returns, self.fillers) > 0

    def is_dismissal(self, text: str) -> bool:
        """Whether the customer says no more than that enough was said."""
        return _covered(tokens(text), self.dismissals, self.fillers) > 0

    def _begins(self, text: str, phrases: Collection[str]) -> bool:
        words = tokens(text)
        while words:
            if any(" ".join(words[:n]) in phrases for n in range(1, _LONGEST_PHRASE + 1)):
                return True
            if words[0] not in self.fillers:
                return False
            words = words[1:]
        return False


def _covered(words: Sequence[str], phrases: Collection[str], fillers: Collection[str] = ()) -> int:
    """Return how many phrases make up all of the words; 0 when they do not."""
    count = i = 0
    while i < len(words):
        lengths = range(min(_LONGEST_PHRASE, len(words) - i), 0, -1)
        length = next((n for n in lengths if " ".join(words[i : i + n]) in phrases), 0)
        if length:
            count += 1
        elif words[i] not in fillers:
            return 0
        i += length or 1
    return count


def _phrases(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalised(text) for text in texts))


def _cues(words: Any) -> Cues:
    return Cues(
        commands=_phrases(words.COMMANDS),
        strong=_phrases(words.STRONG),
        backchannels=_phrases(words.BACKCHANNELS),
        tics=_phrases(words.TICS),
        hold=_phrases(words.HOLD),
        returns=_phrases(words.RETURNS),
        dismissals=_phrases(words.DISMISSALS),
        fillers=_phrases(words.CUE_FILLERS),
    )


USUAL: Mapping[str, Cues] = {"en": _cues(english), "de": _cues(german)}
"""A language's own cues, for the lists that a hotline does not write."""
