"""Commitment: what changes something waits until the turn that asked for it cannot be retracted.

A caller who goes on ("yes … no wait") was cut short: the answer is undone, and the two halves are
one turn. Words can be undone, a cancelled order cannot. So an act with a side effect, and what
comes after it, is kept for a moment after the answer was decided, and after it began to be heard; a
caller who speaks meanwhile keeps it back. What has run is final: the turn is then over, whatever
follows.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.acts import Act, CallTool


class Commitment:
    """Sans I/O: acts and times in, acts to carry out now out."""

    def __init__(self, grace: float) -> None:
        """
        Args:
            grace: Seconds for which a turn may still be retracted.
        """
        self._grace = grace
        self._kept: list[Act] = []
        self._due = 0.0
        self._final = False

    @property
    def is_final(self) -> bool:
        """Whether something was changed because of the last turn, so that it stays answered."""
        return self._final

    @property
    def deadline(self) -> float | None:
        """When to call `due` next, unless the caller is speaking."""
        return self._due if self._kept else None

    def turn_ended(self) -> None:
        """The caller's turn is over: what comes now was asked for by it."""
        self._final = False

    def take(self, acts: Iterable[Act], now: float) -> list[Act]:
        """Return which of some acts to carry out now; the others are kept, in their order."""
        free: list[Act] = []
        for act in acts:
            changes = isinstance(act, CallTool) and act.side_effect
            if self._kept or (changes and not self._final):
                if not self._kept:
                    self._due = now + self._grace
                self._kept.append(act)
            else:
                free.append(act)
        return free

    def spoke(self, now: float) -> None:
        """The bot began to be heard: who was cut short says so now."""
        if self._kept:
            self._due = max(self._due, now + self._grace)

    def retracted(self) -> bool:
        """The caller goes on: drop what was kept; False where the turn was answered for good."""
        self._kept = []
        return not self._final

    def due(self, now: float, *, speaking: bool) -> list[Act]:
        """Return what was kept, once its time has come.

        Args:
            now: Call clock.
            speaking: Whether the caller is heard: the turn may yet be retracted.
        """
        if not self._kept or speaking or now < self._due:
            return []
        kept, self._kept = self._kept, []
        self._final = True
        return kept
