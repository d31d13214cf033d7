"""FloorState: who holds the floor, and the timers that run while they do. Sans-I/O.

Shared by the parts of a turn-taker. A timer belongs to whoever holds the floor when it is set: when
the floor passes on, it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.floor import Floor


class Timer(StrEnum):
    """What time runs out for."""

    ENDPOINT = "endpoint"
    """The silence that ends the caller's turn."""
    FORESIGHT = "foresight"
    """What the dialogue makes of the words."""
    TRANSCRIPT = "transcript"
    """Words that are late."""
    LISTENING = "listening"
    """A pause in a dictation that wants an "mm-hm"."""
    PIECE = "piece"
    """A stretch of speech for the recogniser."""
    LONGEST = "longest"
    """A turn that never ends."""
    PROBE = "probe"
    """A sound that may be noise."""
    NO_INPUT = "no_input"
    """The caller's silence after a prompt."""
    RESUME = "resume"
    """The bot, to go on after a false alarm."""
    KEYS = "keys"
    """The next key of a row."""


Due = Callable[[float], list[TurnCommand]]
"""What happens at a time, on the call clock."""


class FloorState:
    """Who may speak, and until when."""

    def __init__(self) -> None:
        self.holder = Floor.IDLE
        self._timers: dict[Timer, tuple[float, Due]] = {}

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next, on the call clock."""
        return min((at for at, _ in self._timers.values()), default=None)

    def enter(self, holder: Floor) -> None:
        """Give the floor to somebody."""
        self.holder = holder
        # A row of keys is waited for whoever speaks, until it gets its answer.
        kept = None if holder is Floor.OWED else self._timers.get(Timer.KEYS)
        self._timers = {} if kept is None else {Timer.KEYS: kept}

    def set(self, timer: Timer, at: float, due: Due) -> None:
        """Start a timer, or move it."""
        self._timers[timer] = (at, due)

    def cancel(self, timer: Timer) -> None:
        """Stop a timer, if it runs."""
        self._timers.pop(timer, None)

    def at(self, timer: Timer) -> float:
        """Return when a timer is due; minus infinity if it does not run."""
        at, _ = self._timers.get(timer, (float("-inf"), None))
        return at

    def expire(self, now: float) -> list[TurnCommand]:
        """Run the timers that are due, the earliest first; they may set and drop others."""
        commands: list[TurnCommand] = []
        while self._timers:
            timer = min(self._timers, key=self.at)
            at, due = self._timers[timer]
            if at > now:
                break
            del self._timers[timer]
            commands += due(now)
        return commands
