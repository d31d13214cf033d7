"""Which expected words fit in front of a decode, as Whisper's "previous text".

Every token of it costs about a third of a millisecond on each decode, and Whisper takes at most
223; what comes last weighs most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

LONGEST_ENTRY = 80
"""Characters; longer entries are no vocabulary and are left out."""


def fitting(entries: Sequence[str], *, tokens: int, count: Callable[[str], int]) -> tuple[str, ...]:
    """Choose entries that fit, most likely first.

    When all do not fit, an entry that brings no word which is new is left out first: it is the
    words that help, less so their order.

    Args:
        entries: Words or phrases, most likely first.
        tokens: How many tokens there is room for.
        count: Tells how many tokens a text takes.
    """
    unique = dict.fromkeys(" ".join(e.split()) for e in entries if len(e) <= LONGEST_ENTRY)
    unique.pop("", None)
    chosen = list(unique)
    if count(prompt_text(chosen)) <= tokens:
        return tuple(chosen)
    fresh: list[str] = []
    known: set[str] = set()
    for entry in chosen:
        words = set(words_of(entry))
        if words - known:
            known |= words
            fresh.append(entry)
    taken: list[str] = []
    room = tokens
    for entry in fresh:
        # The separator is a token of its own.
        room -= count(f" {entry}") + 1
        if room < 0:
            break
        taken.append(entry)
    return tuple(taken)


def prompt_text(entries: Sequence[str]) -> str:
    """Return the entries as the text that Whisper is told came before, most likely last."""
    return " " + ", ".join(reversed(entries)) + "." if entries else ""


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


def is_echo(text: str, entries: Sequence[str], least: int = 3) -> bool:
    """Tell whether a text is only the prompt read back: several entries in the prompt's order."""
    said = words_of(text)
    if not said:
        return False
    order = [words_of(entry) for entry in reversed(entries)]
    for start in range(len(order)):
        at, used = 0, 0
        for words in order[start:]:
            if said[at : at + len(words)] != words:
                break
            at, used = at + len(words), used + 1
        if used >= least and at >= len(said) - 1:
            return True
    return False
