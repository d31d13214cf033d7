"""How a hotline does, from the journals of its calls. A pure fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    Entry,
    HandoffDecided,
    NoInputNoticed,
    ReplyDecided,
    ToolAnswered,
    TurnRetracted,
)

NOT_UNDERSTOOD = ("no_match", "keys:")
"""Beginnings of the rules of turns that were not understood."""
NOT_ANSWERED = ("out_of_scope", "control:out_of_scope", "unknown")
"""Beginnings of the rules of turns that asked for what the hotline does not know."""
ASKED_WHICH = ("which_of_two", "is_it_this")
MOST_UNANSWERED = 500
"""Unanswered turns that are kept, newest last."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What a caller said that led nowhere."""

    call_id: str
    turn: int
    text: str
    rule: str


@dataclass(slots=True)
class HotlineFigures:
    """One hotline's calls, counted."""

    hotline: str
    calls: int = 0
    seconds: float = 0.0
    """Of all calls together."""
    dispositions: Counter[str] = field(default_factory=Counter)
    """How calls ended; `unfinished` for those whose journal has no end."""
    channels: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    """Turns of callers that were answered."""
    no_match: int = 0
    out_of_scope: int = 0
    asked_which: int = 0
    silences: int = 0
    intents: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    """Tasks begun, by flow."""
    handovers: Counter[str] = field(default_factory=Counter)
    """Hand-overs by reason."""
    tools: Counter[str] = field(default_factory=Counter)
    tool_failures: Counter[str] = field(default_factory=Counter)
    unanswered: list[Unanswered] = field(default_factory=list)

    @property
    def finished(self) -> int:
        """Calls that came to an end of their own."""
        return self.calls - self.dispositions["unfinished"]

    @property
    def containment(self) -> float | None:
        """Share of the finished calls that were resolved without a person; abandoned ones are not.

        None where no call is finished.
        """
        return self.dispositions["resolved"] / self.finished if self.finished else None

    @property
    def no_match_rate(self) -> float | None:
        """Share of the turns that were not understood; None where nobody said anything."""
        return self.no_match / self.turns if self.turns else None

    @property
    def out_of_scope_rate(self) -> float | None:
        """Share of the turns that asked for what the hotline does not know."""
        return self.out_of_scope / self.turns if self.turns else None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data; shares from 0 to 1, times in seconds."""
        return {
            "hotline": self.hotline,
            "calls": self.calls,
            "mean_seconds": round(self.seconds / self.calls, 1) if self.calls else None,
            "channels": _ordered(self.channels),
            "dispositions": _ordered(self.dispositions),
            "containment": _rounded(self.containment),
            "turns": self.turns,
            "no_match_rate": _rounded(self.no_match_rate),
            "out_of_scope_rate": _rounded(self.out_of_scope_rate),
            "asked_which": self.asked_which,
            "silences": self.silences,
            "intents": _ordered(self.intents),
            "articles": _ordered(self.articles),
            "tasks": _ordered(self.tasks),
            "handovers": _ordered(self.handovers),
            "tools": _ordered(self.tools),
            "tool_failures": _ordered(self.tool_failures),
            "unanswered": [
                {"call": u.call_id, "turn": u.turn, "text": u.text, "rule": u.rule}
                for u in self.unanswered
            ],
        }


def count_calls(journals: Iterable[Iterable[Entry]]) -> dict[str, HotlineFigures]:
    """Return the figures of each hotline, by its name; `journals` are those of whole calls."""
    found: dict[str, HotlineFigures] = {}
    for journal in journals:
        entries = list(journal)
        answered = next((e.event for e in entries if isinstance(e.event, CallAnswered)), None)
        if answered is None:
            continue
        figures = found.setdefault(answered.domain, HotlineFigures(answered.domain))
        figures.calls += 1
        figures.channels[answered.channel] += 1
        figures.seconds += max((entry.at for entry in entries), default=0.0)
        _count(figures, answered.call_id, entries)
    return dict(sorted(found.items()))


def _count(figures: HotlineFigures, call_id: str, entries: Iterable[Entry]) -> None:
    words: dict[int, str] = {}
    replies: list[ReplyDecided] = []
    disposition = "unfinished"
    for entry in entries:
        match entry.event:
            case CallerTurnEnded(turn=turn, text=text):
                words[turn] = text
            case ReplyDecided(input="user_turn") as reply:
                replies.append(reply)
            case TurnRetracted() if replies:
                # The turn was not over: its answer never counted, its words come again.
                replies.pop()
            case NoInputNoticed():
                figures.silences += 1
            case HandoffDecided(reason=reason):
                figures.handovers[reason] += 1
            case ToolAnswered(tool=tool, ok=ok):
                figures.tools[tool] += 1
                figures.tool_failures[tool] += not ok
            case CallEnded(disposition=ended):
                disposition = ended
            case _:
                pass
    figures.dispositions[disposition] += 1
    for reply in replies:
        _count_turn(figures, call_id, reply, words.get(reply.turn, ""))


def _count_turn(figures: HotlineFigures, call_id: str, reply: ReplyDecided, text: str) -> None:
    trace: Mapping[str, Any] = reply.trace
    rule, intent = str(trace.get("rule", "")), str(trace.get("intent", ""))
    figures.turns += 1
    lost = rule.startswith(NOT_UNDERSTOOD)
    unknown = rule.startswith(NOT_ANSWERED)
    figures.no_match += lost
    figures.out_of_scope += unknown
    figures.asked_which += rule.startswith(ASKED_WHICH)
    kind, _, name = rule.partition(":")
    if kind == "article":
        figures.articles[name] += 1
    elif kind == "flow":
        figures.tasks[name] += 1
    if lost or unknown:
        if text:
            figures.unanswered.append(Unanswered(call_id, reply.turn, text, rule))
            del figures.unanswered[:-MOST_UNANSWERED]
    elif intent:
        figures.intents[intent] += 1


def _ordered(counts: Counter[str]) -> dict[str, int]:
    """Most frequent first, then by name."""
    return {
        name: count
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
