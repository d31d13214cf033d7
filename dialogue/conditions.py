"""Conditions as merchants write them: `days_since > 30 and not state is returned`.

A condition compares facts that tools told and values that callers gave. It is read once, when the
hotline is loaded, into frozen data; whether it holds is then a pure question to the facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt

_TOKEN = re.compile(r"\s*(?:(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<word><=|>=|<|>|,|[^\s,<>\"']+))")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_FALSE = ("", "false", "no", "0")
"""Values of a fact that is not so."""
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_JOINERS = ("and", "or")
_LONGEST = 300


class ConditionError(ValueError):
    """A condition cannot be read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact."""

    __test__ = False  # not one of pytest's

    name: str
    relation: str
    """`known`, `is`, `<`, `<=`, `>` or `>=`."""
    values: tuple[str, ...] = ()
    """For `is`: any of them. For a comparison: a number, or the name of another fact."""
    negated: bool = False

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether it is so; a fact that is not known is nothing, and compares with nothing."""
        value = facts.get(self.name, "")
        match self.relation:
            case "known":
                so = value.lower() not in _FALSE
            case "is":
                so = value.lower() in self.values
            case _:
                so = self._compares(value, facts)
        return so is not self.negated

    def _compares(self, value: str, facts: Mapping[str, str]) -> bool:
        (other,) = self.values
        other = other if _NUMBER.match(other) else facts.get(other, "")
        try:
            return _COMPARE[self.relation](Decimal(value), Decimal(other))
        except InvalidOperation:
            return False


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives, of which one must hold: each a list of tests that hold together."""

    alternatives: tuple[tuple[Test, ...], ...]

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether the facts fulfil it."""
        return any(all(test.holds(facts) for test in tests) for tests in self.alternatives)

    def tests(self) -> Iterator[Test]:
        """Yield every test in it."""
        for tests in self.alternatives:
            yield from tests

    def names(self) -> tuple[str, ...]:
        """Return the facts that it looks at."""
        found: list[str] = []
        for test in self.tests():
            found.append(test.name)
            if test.relation in _COMPARE:
                found += [value for value in test.values if not _NUMBER.match(value)]
        return tuple(dict.fromkeys(found))


def read_condition(text: str) -> Condition:
    """Read a condition.

    `NAME`, `NAME is VALUE`, `NAME is not VALUE`, `NAME is one of A, B`, `NAME < 5` (also `<=`,
    `>`, `>=`, and another name on the right), each perhaps after `not`, joined by `and` and `or`.
    `and` binds closer than `or`. Values of several words stand in quotes.

    Raises:
        ConditionError: it is none of these.
    """
    if len(text) > _LONGEST:
        raise ConditionError(f"a condition has at most {_LONGEST} characters; split it in two")
    left = list(_tokens(text))
    if not left:
        raise ConditionError("the condition is empty; write one like `days_since > 30`")
    alternatives: list[tuple[Test, ...]] = []
    tests: list[Test] = []
    while True:
        tests.append(_test(left))
        joiner = left.pop(0) if left else ""
        if joiner == "and":
            continue
        alternatives.append(tuple(tests))
        tests = []
        if joiner == "or":
            continue
        if joiner:
            raise ConditionError(
                f"`{joiner}` is not expected after a test; join tests by `and` or `or`, and put "
                "values of several words in quotes"
            )
        return Condition(tuple(alternatives))


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ConditionError(f"`{text[at:].strip()}` cannot be read; close the quotes")
        at = found.end()
        # A quoted value keeps its quotes until it is taken as a value: "and" may be one.
        yield found["quoted"] or found["word"]


def _test(left: list[str]) -> Test:
    negated = False
    while left and left[0] == "not":
        left.pop(0)
        negated = not negated
    name = left.pop(0) if left else ""
    if not _NAME.match(name) or name in (*_JOINERS, "is"):
        raise ConditionError(
            f"`{name}` is no name of a fact; begin a test with one, like `state is delivered`"
            if name
            else "the condition ends too early; a test is missing at its end"
        )
    if left and left[0] in _COMPARE:
        return Test(name, left.pop(0), (_number_or_name(left),), negated)
    if left and left[0] == "is":
        left.pop(0)
        if left and left[0] == "not":
            left.pop(0)
            negated = not negated
        if left[:2] == ["one", "of"]:
            del left[:2]
            return Test(name, "is", tuple(_listed(left)), negated)
        return Test(name, "is", (_value(left),), negated)
    return Test(name, "known", (), negated)


def _listed(left: list[str]) -> Iterator[str]:
    yield _value(left)
    while left and left[0] == ",":
        left.pop(0)
        yield _value(left)


def _value(left: list[str]) -> str:
    if not left or left[0] in (*_JOINERS, *_COMPARE, ","):
        raise ConditionError("a value is missing; write one, like `state is delivered`")
    return left.pop(0).strip("\"'").lower()


def _number_or_name(left: list[str]) -> str:
    if not left or not (_NUMBER.match(left[0]) or _NAME.match(left[0])) or left[0] in _JOINERS:
        raise ConditionError(
            "a comparison needs a number or another fact, like `days_since > 30`; for words "
            "write `is`"
        )
    return left.pop(0)
