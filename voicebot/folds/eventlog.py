"""A journal as text, one line an entry, for golden files; and the comparison of two of them.

What differs between two runs of the same call is left out: names, numbers, wall times, and the
machine's own pace. The order of events is compared exactly, their times within a tolerance, and the
words that were recognised by word error rate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from voicebot.journal import Entry, event_body, event_type

_OMITTED: Mapping[str, frozenset[str]] = {
    "CallAnswered": frozenset(
        {"call_id", "answered_at", "carrier_call_id", "caller", "called", "versions"}
    ),
    "StreamStarted": frozenset({"stream_id"}),
    "Transcribed": frozenset({"decode_seconds", "queued_seconds"}),
    "ReplyDecided": frozenset({"decide_seconds", "speculative", "state"}),
    "SpeechStarted": frozenset({"cached"}),
    "ToolCalled": frozenset({"call_key"}),
    "ToolAnswered": frozenset({"call_key", "seconds"}),
}
_WORDS = frozenset({"text", "heard", "unheard"})
_LINE = re.compile(r"^\s*(?P<at>\d+(?:\.\d+)?)\s+(?P<type>[A-Za-z]+)\s+(?P<body>\{.*\})\s*$")


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which what happened is not what was expected."""

    at: float
    """Call clock, of the expected event where there is one."""
    what: str
    """The event, and the field where only that differs."""
    expected: str
    """Empty for an event that was not expected."""
    actual: str
    """Empty for an event that did not happen."""

    def __str__(self) -> str:
        if not self.expected:
            return f"{self.at:.2f} s: {self.what} was not expected: {self.actual}"
        if not self.actual:
            return f"{self.at:.2f} s: {self.what} did not happen: {self.expected}"
        return f"{self.at:.2f} s: {self.what} should be {self.expected}, and is {self.actual}"


def event_log(entries: Sequence[Entry], tolerance: float = 0.01) -> str:
    """Return a journal as lines `time type {fields}`, times rounded to multiples of `tolerance`.

    Raises:
        ValueError: `tolerance` is not above zero.
    """
    if tolerance <= 0:
        raise ValueError(f"the tolerance of times must be above zero, not {tolerance}")
    lines = []
    for entry in entries:
        kind = event_type(entry.event)
        omitted = _OMITTED.get(kind, frozenset())
        body = {k: v for k, v in event_body(entry.event).items() if k not in omitted}
        text = json.dumps(_steady(body, tolerance), ensure_ascii=False)
        lines.append(f"{_rounded(entry.at, tolerance):9.3f} {kind} {text}\n")
    return "".join(lines)


def compare_logs(
    expected: str, actual: str, time_tolerance: float = 0.1, text_tolerance: float = 0.0
) -> list[Difference]:
    """Compare two event logs and return what differs, in order; an empty list if they agree.

    Args:
        expected: A golden log; empty lines and lines that begin with `#` are ignored.
        actual: What `event_log` made of this run.
        time_tolerance: Seconds, for the time of an event and for all fractional numbers in it.
        text_tolerance: Word error rate up to which `text`, `heard` and `unheard` agree.

    Raises:
        ValueError: a line is not one of an event log.
    """
    wanted, found = _parse(expected), _parse(actual)
    types = ([line.type for line in wanted], [line.type for line in found])
    matcher = SequenceMatcher(None, *types, autojunk=False)
    differences: list[Difference] = []
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            for want, have in zip(wanted[a:a_end], found[b:b_end], strict=True):
                differences += _compare(want, have, time_tolerance, text_tolerance)
            continue
        differences += [Difference(x.at, x.type, x.body_text, "") for x in wanted[a:a_end]]
        differences += [Difference(x.at, x.type, "", x.body_text) for x in found[b:b_end]]
    return differences


def word_error_rate(expected: str, actual: str) -> float:
    """Return insertions, deletions and substitutions of words per expected word.

    Case and punctuation do not count. With nothing expected: 0 for nothing, else 1.
    """
    wanted, found = _words(expected), _words(actual)
    if not wanted:
        return 1.0 if found else 0.0
    costs = list(range(len(found) + 1))
    for row, word in enumerate(wanted, start=1):
        diagonal, costs[0] = costs[0], row
        for column, other in enumerate(found, start=1):
            substituted = diagonal + (word != other)
            diagonal = costs[column]
            costs[column] = min(substituted, costs[column] + 1, costs[column - 1] + 1)
    return costs[-1] / len(wanted)


@dataclass(frozen=True, slots=True)
class _Line:
    at: float
    type: str
    body: Mapping[str, Any]

    @property
    def body_text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


def _parse(log: str) -> list[_Line]:
    lines = []
    # Not `splitlines`: words may hold U+2028 and its like.
    for number, text in enumerate(log.split("\n"), start=1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        match = _LINE.match(text)
        try:
            if match is None:
                raise ValueError("expected `time type {fields}`")
            lines.append(_Line(float(match["at"]), match["type"], json.loads(match["body"])))
        except ValueError as error:
            raise ValueError(f"line {number} is not one of an event log: {error}") from error
    return lines


def _compare(
    expected: _Line, actual: _Line, time_tolerance: float, text_tolerance: float
) -> Iterator[Difference]:
    if not _near(expected.at, actual.at, time_tolerance):
        yield Difference(
            expected.at, f"{expected.type} at", f"{expected.at:.3f}", f"{actual.at:.3f}"
        )
    for name in dict.fromkeys([*expected.body, *actual.body]):
        want, have = expected.body.get(name), actual.body.get(name)
        if not _agree(name, want, have, time_tolerance, text_tolerance):
            yield Difference(
                expected.at, f"{expected.type}.{name}", json.dumps(want), json.dumps(have)
            )


def _agree(name: str, want: Any, have: Any, seconds: float, errors: float) -> bool:
    match want, have:
        case bool(), bool():
            return want == have
        case int() | float(), int() | float() if isinstance(want, float) or isinstance(have, float):
            return _near(want, have, seconds)
        case str(), str() if name in _WORDS and errors > 0:
            return word_error_rate(want, have) <= errors
        case dict(), dict():
            return want.keys() == have.keys() and all(
                _agree(key, want[key], have[key], seconds, errors) for key in want
            )
        case list(), list():
            return len(want) == len(have) and all(
                _agree(name, w, h, seconds, errors) for w, h in zip(want, have, strict=True)
            )
        case _:
            return bool(want == have)


def _near(want: float, have: float, tolerance: float) -> bool:
    # Both sides were rounded to decimal places, whose binary forms may differ by a hair.
    return abs(want - have) <= tolerance + 1e-9


def _steady(value: Any, tolerance: float) -> Any:
    match value:
        case float():
            return _rounded(value, tolerance)
        case Mapping():
            return {k: _steady(v, tolerance) for k, v in value.items() if k != "call_key"}
        case list() | tuple():
            return [_steady(item, tolerance) for item in value]
        case _:
            return value


def _rounded(value: float, tolerance: float) -> float:
    return round(round(value / tolerance) * tolerance, 6)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())
