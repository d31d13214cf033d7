"""What a value may have been that was heard differently: for choosing among known records.

A recogniser on a telephone line swallows one of two equal characters, hears one twice, or takes one
for another that sounds alike; in this order, as `python -m bench.dialogue.entities voice` shows.
Which sound alike is written down here by their vowels and consonants, not learnt.
"""

from __future__ import annotations

from dialogue.understanding.shapes import Shape

HEARD_FOR = {
    "0": "4278", "1": "9475", "2": "0378", "3": "268", "4": "15", "5": "941", "6": "738",
    "7": "1659", "8": "326A", "9": "51",
    "A": "8JKHE", "B": "DEPVTG3", "C": "ZSTE", "D": "BETGP", "E": "BDPTAI", "F": "SX", "G": "JDTBC",
    "H": "A8", "I": "YE", "J": "AGK", "K": "AJ", "L": "M", "M": "NL", "N": "ML", "O": "04L",
    "P": "BTDE", "Q": "U2", "R": "AI", "S": "FXC", "T": "PDEBG", "U": "Q2", "V": "BDZEP", "W": "U",
    "X": "SF", "Y": "I", "Z": "CVS3",
}  # fmt: skip
"""Heard to meant, likeliest first."""
_ONE = 1.5
"""Price in nats of the likeliest confusion of one character."""
_LATER = 0.35
_DROPPED = 1.2
"""Price of an equal neighbour that was swallowed."""
_MISSING = 3.2
"""Price of any other character that was."""
_TWICE = 1.4


def nearby(value: str, shape: Shape) -> list[tuple[str, float]]:
    """Return the whole values that may have been meant, with prices in nats, cheapest first.

    Args:
        value: What was heard, whole or not quite.
        shape: What a value looks like.
    """
    prices: dict[str, float] = {}

    def add(changed: str, price: float) -> None:
        whole = shape.whole(changed)
        if whole is not None and whole != value:
            prices[whole] = min(price, prices.get(whole, 99.0))

    for i, char in enumerate(value):
        before, after = value[:i], value[i + 1 :]
        for rank, other in enumerate(HEARD_FOR.get(char, "")):
            add(before + other + after, _ONE + _LATER * rank)
        add(before + char * 2 + after, _DROPPED)
        if value[i + 1 : i + 2] == char:
            add(before + after, _TWICE)
        else:
            add(before + after, _MISSING)
    for i in range(len(value) + 1):
        for other in "0123456789":
            add(value[:i] + other + value[i:], _MISSING)
    return sorted(prices.items(), key=lambda item: item[1])
