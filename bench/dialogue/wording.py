"""Words of simulated customers: phrases, and values as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import yaml

RUN = 4
"""Words in a row that no phrase may share with the hotline's examples."""

_WORDS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)


class Wording:
    """Phrases that share nothing with a hotline's examples, and choices among them."""

    def __init__(self, examples: Iterable[str], files: Sequence[str] = ("phrases.yaml",)) -> None:
        """
        Args:
            examples: What the hotline learnt from.
            files: Names of files here; what a later one says is said instead.
        """
        self._all: Mapping[str, Any] = {}
        for name in files:
            text = (Path(__file__).parent / name).read_text(encoding="utf-8")
            self._all = _instead(self._all, yaml.safe_load(text))
        seen = {run for text in examples for run in runs(text)}
        self.left_out: list[str] = []
        self._phrases = self._unshared(self._all, seen)

    def _unshared(self, node: Any, seen: set[tuple[str, ...]]) -> Any:
        match node:
            case dict():
                return {key: self._unshared(value, seen) for key, value in node.items()}
            case list():
                kept = []
                for item in node:
                    if any(seen.intersection(runs(text)) for text in _texts(item)):
                        self.left_out += _texts(item)
                    else:
                        kept.append(item)
                return kept
            case _:
                return node

    def all(self, *path: str) -> list[Any]:
        """Return the phrases at a path, such as `needs`, `cancel_order`; empty where none are."""
        node: Any = self._phrases
        for name in path:
            node = node.get(name, {}) if isinstance(node, dict) else {}
        return list(node) if isinstance(node, list) else []

    def texts(self) -> list[str]:
        """Return every phrase."""
        return list(_texts(self._phrases))

    def pick(self, random: Random, *path: str, **places: str) -> str:
        """Return one of the phrases at a path with its places filled; empty where none are."""
        phrases = self.all(*path)
        return str(random.choice(phrases)).format(**places) if phrases else ""


def _instead(old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        merged[key] = _instead(old[key], value) if both else value
    return merged


def _texts(node: Any) -> list[str]:
    match node:
        case dict():
            return [text for key, value in node.items() if key != "told" for text in _texts(value)]
        case list():
            return [text for item in node for text in _texts(item)]
        case _:
            return [str(node)]


def runs(text: str, length: int = RUN) -> Iterator[tuple[str, ...]]:
    """Yield every run of so many words; what stands in for a value ends a run."""
    for part in re.split(r"\{[^}]*\}", text):
        words = re.findall(r"[a-z']+", part.lower())
        for i in range(len(words) - length + 1):
            yield tuple(words[i : i + length])


def dictated(code: str, random: Random) -> str:
    """Return a code of digits as one of many people would say it."""
    way = random.randrange(7)
    digits = [_WORDS[int(digit)] for digit in code]
    match way:
        case 0:
            return code
        case 1:
            return " ".join(code)
        case 2:
            return " ".join(digits)
        case 3:
            return ", ".join(" ".join(group) for group in _grouped(digits, random))
        case 4:
            return _doubled(code)
        case 5:
            return _in_tens(code, random)
        case _:
            return " ".join("".join(group) for group in _grouped(list(code), random))


def spelled(code: str) -> str:
    """Return a code digit by digit."""
    return " ".join(_WORDS[int(digit)] for digit in code)


def in_words(email: str) -> str:
    """Return an email address as people say it."""
    signs = {".": "dot", "@": "at", "_": "underscore", "-": "dash"}
    return "".join(f" {signs[char]} " if char in signs else char for char in email.lower())


def _grouped(parts: list[str], random: Random) -> Iterator[list[str]]:
    while parts:
        size = min(random.choice((2, 3)), len(parts))
        yield parts[:size]
        parts = parts[size:]


def _doubled(code: str) -> str:
    said, i = [], 0
    while i < len(code):
        if code[i : i + 2] == code[i] * 2:
            said.append(f"double {_WORDS[int(code[i])]}")
            i += 2
        else:
            said.append(_WORDS[int(code[i])])
            i += 1
    return " ".join(said)


def _in_tens(code: str, random: Random) -> str:
    """Return pairs as numbers below a hundred: "forty-four eleven seven"."""
    said, i = [], 0
    while i < len(code):
        pair = code[i : i + 2]
        if len(pair) == 2 and pair[0] not in "0" and pair[1] != "0" and random.random() < 0.8:
            if pair[0] == "1":
                said.append(_TEENS[int(pair[1])])
            else:
                said.append(f"{_TENS[int(pair[0])]}-{_WORDS[int(pair[1])]}")
            i += 2
        else:
            said.append(_WORDS[int(code[i])])
            i += 1
    return " ".join(said)
