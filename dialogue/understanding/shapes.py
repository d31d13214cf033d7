"""What a dictated value may look like: tells beginnings from whole values, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import regex

SEPARATORS = "-/ ."
"""Signs inside a value that nobody has to say."""
_WAYS = 4
"""Ways to write one beginning that are kept."""
_LONGEST_VALUE = 64
"""Characters of a value that matches a regular expression."""
_STAMMER = 2
"""Digits too many that a recogniser puts into a run of equal ones."""
_LITERAL = regex.compile(r"(?:[A-Z0-9]|\\?[-/ .])+(?![*+?{])")


class Shape(Protocol):
    """The form of a value. Values are written in digits and capital letters."""

    @property
    def letters(self) -> bool:
        """Whether letters occur in it."""
        ...

    def begins(self, said: str) -> bool:
        """Whether something may follow `said`, or nothing has to."""
        ...

    def whole(self, said: str) -> str | None:
        """Return the value as it is written, if `said` is one."""
        ...


@dataclass(frozen=True, slots=True)
class Digits:
    """A fixed count of digits; said twice to be sure, or begun anew, it is still one value."""

    count: int
    letters: bool = False

    def begins(self, said: str) -> bool:
        n = self.count
        return len(said) <= n or (len(said) <= 2 * n and said[:n].startswith(said[n:]))

    def whole(self, said: str) -> str | None:
        n = self.count
        return said[:n] if len(said) >= n and self.begins(said) else None


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: national digits, with or without the country's code before them."""

    count: int
    """National digits; 0 where their count is not fixed."""
    country: str = "1"
    """The country's code, which may be said and is no part of the value."""
    letters: bool = False

    def begins(self, said: str) -> bool:
        if not self.count:
            return len(said) <= 15
        return len(said) <= self.count + len(self.country) or self.is_stammered(said)

    def whole(self, said: str) -> str | None:
        if not self.count:
            return said if 7 <= len(said) <= 15 else None
        if len(said) == self.count:
            return said
        bare = said.removeprefix(self.country)
        if len(bare) == self.count and len(bare) < len(said):
            return bare
        return self._without_stammer(said) if self.is_stammered(said) else None

    def is_stammered(self, said: str) -> bool:
        """Whether there are more digits than there should be, among many that are equal."""
        extra = len(said) - self.count
        return bool(self.count) and 0 < extra <= _STAMMER and len(_longest_run(said)) >= 3 + extra

    def _without_stammer(self, said: str) -> str:
        run = _longest_run(said)
        return said.replace(run, run[len(said) - self.count :], 1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Values that match a regular expression; signs in it need not be said."""

    expression: str

    @property
    def letters(self) -> bool:
        return _has_letters(self.expression)

    def begins(self, said: str) -> bool:
        fits = len(said) <= _LONGEST_VALUE
        return fits and any(_written(self.expression, way) for way in self._ways(said))

    def whole(self, said: str) -> str | None:
        pattern = compiled(self.expression)
        for way in self._ways(said) if len(said) <= _LONGEST_VALUE else ():
            for written in _written(self.expression, way):
                if pattern.fullmatch(written):
                    return written
        return None

    def _ways(self, said: str) -> tuple[str, ...]:
        # A beginning that every value has may be left out: "MS-44117" is "44117" to its owner.
        prefix, _ = split_prefix(self.expression)
        bare = "".join(char for char in prefix if char not in SEPARATORS)
        return (said, bare + said) if bare and not said.startswith(bare[:1]) else (said,)


def _longest_run(said: str) -> str:
    """Return the longest run of equal characters, the first of several."""
    return max((run[0] for run in regex.finditer(r"(.)\1*", said)), key=len, default="")


@lru_cache(maxsize=256)
def compiled(expression: str) -> regex.Pattern[str]:
    """Return a compiled expression."""
    return regex.compile(expression)


@lru_cache(maxsize=256)
def split_prefix(expression: str) -> tuple[str, str]:
    """Cut off the characters with which every value begins: `MS-` and `\\d{5}` of `MS-\\d{5}`."""
    found = _LITERAL.match(expression)
    if found is None or "|" in expression:
        return "", expression
    return found[0].replace("\\", ""), expression[found.end() :]


@lru_cache(maxsize=256)
def _has_letters(expression: str) -> bool:
    bare = regex.sub(r"\\[dswDSWb]|\(\?[a-zA-Z:<>=!]*", "", expression)
    return bool(regex.search(r"[A-Za-z]", bare))


@lru_cache(maxsize=65_536)
def _written(expression: str, said: str) -> tuple[str, ...]:
    """Return the ways to write `said` with the signs that the expression asks for, as far as it
    goes; none where no value begins so."""
    if not said:
        return ("",)
    pattern = compiled(expression)
    found: list[str] = []
    for before in _written(expression, said[:-1]):
        for sign in ("", *SEPARATORS):
            written = f"{before}{sign}{said[-1]}"
            if pattern.fullmatch(written, partial=True):
                found.append(written)
    return tuple(found[:_WAYS])


US_POSTCODE = r"\d{5}"
DE_POSTCODE = r"\d{5}"
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
POSTCODES = {"us": US_POSTCODE, "de": DE_POSTCODE, "uk": UK_POSTCODE}
"""By country."""
