"""Check digits: whether a code can have been issued at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

_CENTURIES = ("19", "20")
"""In which a year lies that somebody alive tells."""


def luhn(code: str) -> bool:
    """ISO/IEC 7812: payment cards and many customer numbers."""
    digits = [int(char) for char in code if char.isdigit()]
    doubled = (2 * digit for digit in digits[-2::-2])
    return bool(digits) and (sum(digits[-1::-2]) + sum(n - 9 * (n > 9) for n in doubled)) % 10 == 0


def mod11(code: str) -> bool:
    """ISBN-10 style: weights from the right 1, 2, 3, …; an X at the end stands for ten."""
    values = [10 if char == "X" else int(char) for char in code if char.isdigit() or char == "X"]
    total = sum(weight * value for weight, value in enumerate(reversed(values), 1))
    return bool(values) and 10 not in values[:-1] and total % 11 == 0


def mod97(code: str) -> bool:
    """ISO 7064 MOD 97-10: the last two digits make the number leave 1, letters count from 10."""
    plain = "".join(str(int(char, 36)) for char in code if char.isalnum() and char.isascii())
    return bool(plain) and int(plain) % 97 == 1


def iban(code: str) -> bool:
    """ISO 13616: MOD 97-10 with the first four characters moved to the end."""
    plain = "".join(char for char in code if char.isalnum())
    return mod97(plain[4:] + plain[:4])


def ean(code: str) -> bool:
    """GS1: article numbers; weights 1 and 3 in turn from the right."""
    digits = [int(char) for char in reversed(code) if char.isdigit()]
    weighted = sum(digit * (3 if i % 2 else 1) for i, digit in enumerate(digits))
    return bool(digits) and weighted % 10 == 0


def year(digits: str) -> bool:
    """Whether it can be the year in which somebody alive was born, or did something."""
    return len(digits) == 4 and digits[:2] in _CENTURIES


def full_year(said: str, today: date | None) -> str:
    """Return the year that two digits stand for: "74" is 1974; empty where they begin a year.

    Args:
        said: What was said, in digits.
        today: The year of which is the last that is meant; unknown is read as the last century.
    """
    if len(said) != 2 or said in _CENTURIES:
        return ""
    this = today is not None and int(said) <= today.year % 100
    return f"{_CENTURIES[this]}{said}"


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "mod11": mod11,
    "mod97": mod97,
    "iban": iban,
    "ean": ean,
    "year": year,
}
"""By the name that a hotline writes."""
