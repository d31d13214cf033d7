"""The hotline's own name, which a recogniser that expects it writes where it heard nothing."""

from __future__ import annotations

import re

_FEWEST = 2
"""Words of the name, from its first on, that nobody begins a turn with by chance."""


def without_echo(text: str, name: str) -> str:
    """Return what a turn says after the hotline's name that it begins with; all of it else.

    Args:
        text: A turn as recognised.
        name: What the hotline calls itself: `Elm Park Clinic`.
    """
    words = name.split()
    for count in range(len(words), _FEWEST - 1, -1):
        begins = r"\W+".join(map(re.escape, words[:count]))
        if found := re.match(rf"\W*{begins}\b\W*", text, re.IGNORECASE):
            return text[found.end() :]
    return text
