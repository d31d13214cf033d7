"""Events of the dialogue: what it decided, and the business actions it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AnswerForeseen:
    """The dialogue worked out, ahead, what it would say if the turn ended with these words."""

    text: str
    understood: float
    """How well, 0..1; 0 where it would only ask again, or which: then there is no hurry."""
    ends: bool = False
    """Whether it would say goodbye."""


@dataclass(frozen=True, slots=True)
class ReplyDecided:
    """The dialogue manager answered an input."""

    input: str
    """`start`, `user_turn`, `no_input`, `tool_returned` or `interrupted`, or `connecting:` with
    `calling`, `missed`, `talked` or `cut_off` (see `dialogue.acts.Connection`)."""
    turn: int
    """The caller turn it answers; 0 for the greeting."""
    acts: tuple[Mapping[str, Any], ...]
    """Each act as plain data with its `kind`."""
    trace: Mapping[str, Any]
    decide_seconds: float
    speculative: bool = False
    """Computed before the turn was confirmed."""
    expects: Mapping[str, Any] = field(default_factory=dict)
    """What the open question makes likely: `answer` (see `dialogue.acts.Answer`) and `digits`."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """The dialogue state after it, so that a call can be resumed and replayed."""


@dataclass(frozen=True, slots=True)
class QuestionUnanswered:
    """The caller asked for something, and the hotline had to admit that it does not know it."""

    turn: int
    text: str
    """The caller's words."""
    rule: str
    """How it was admitted: `unknown:1`, `out_of_scope:1`, `no_match:2`, …"""
    articles: Mapping[str, float] = field(default_factory=dict)
    """The nearest articles with their scores."""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A business action began."""

    tool: str
    call_key: str
    arguments: Mapping[str, Any]
    side_effect: bool


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A business action ended."""

    tool: str
    call_key: str
    ok: bool
    value: Mapping[str, Any]
    error: str
    seconds: float
