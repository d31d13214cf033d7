"""Step: the manager's whole answer to one input, and the trace of why it is this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.acts import Act, CallTool, Expectation
from dialogue.state import DialogueState

_LOST = (
    *("no_match", "unknown", "out_of_scope", "control:out_of_scope"),
    *("which_of_two", "is_it_this", "keys"),
)
"""Beginnings of the rules by which the manager says that it did not understand."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Why the manager decided so; for the journal and the reviewer, never for the customer."""

    intent: str = ""
    confidence: float = 0.0
    """Calibrated probability of `intent`, 0..1."""
    candidates: tuple[tuple[str, float], ...] = ()
    """The best intents with their probabilities, best first, at most five."""
    task: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    articles: tuple[tuple[str, float], ...] = ()
    """Articles considered with their scores, best first."""
    rule: str = ""
    """The policy rule that decided, where one did (`no_match:2`, `asked_for_person`, …)."""

    @property
    def understood(self) -> float:
        """How well the turn was understood: 0 where it only leads to asking again, or which; else
        the confidence of the intent; 1 where none was needed (a value, a yes, a key)."""
        if self.rule.startswith(_LOST):
            return 0.0
        return self.confidence or 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """The manager's whole answer to one input."""

    state: DialogueState
    acts: tuple[Act, ...]
    expects: Expectation
    """In force from now on: that of the last question still open."""
    trace: Trace = field(default_factory=Trace)

    @property
    def has_side_effects(self) -> bool:
        """Whether a speculated step must wait for the turn to be confirmed before it is run."""
        return any(isinstance(act, CallTool) and act.side_effect for act in self.acts)
