"""People behind numbers: do they answer, what do they say and press, when do they leave?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier import sounds
from telephony.simulator.loudness import AudibleMeter
from telephony.simulator.player import LinePlayer, ScriptPlayer
from telephony.simulator.script import AfterBot, CallerLine, When


class Answer(StrEnum):
    """What comes of ringing somebody."""

    ANSWERS = "answers"
    BUSY = "busy"
    NEVER = "no-answer"
    UNREACHABLE = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be rung, or who rings.

    The named constructors are the usual ones; `replace` of `dataclasses` changes them.
    """

    answer: Answer = Answer.ANSWERS
    answers_after: float = 1.0
    """Seconds of ringing before that."""
    lines: tuple[CallerLine, ...] = field(default=(), repr=False)
    """What is said and pressed, in order."""
    hang_up_after: float | None = None
    """Leaves after so many seconds of silence once all was said; None: stays."""
    leaves_after: float | None = None
    """Leaves so many seconds after answering, whatever happens; None: stays."""
    gives_up_after: float | None = None
    """As a caller: hangs up if nobody has answered for so many seconds; None: waits."""
    machine: bool = False
    """Whether answering-machine detection takes it for one."""
    make_player: Callable[[], LinePlayer] | None = field(default=None, repr=False)
    """Instead of `lines`: somebody who finds out what to say as the call goes."""

    @classmethod
    def takes_calls(
        cls,
        *,
        after: float = 1.0,
        presses: str = "1",
        when: When | None = None,
        says: bytes = b"",
        leaves_after: float | None = None,
    ) -> Person:
        """Return somebody who answers, presses a key after the brief, and then speaks.

        Args:
            after: Seconds of ringing.
            presses: Keys; empty: none, as somebody who does not understand.
            when: When they are pressed; by default 0.3 s after the brief, or after four seconds
                in which nothing was heard.
            says: Mu-law, said half a second after whatever is heard next, or after two seconds.
            leaves_after: Seconds after answering.
        """
        lines = []
        if presses:
            pressed = AfterBot(quiet=0.3, max_wait=4.0) if when is None else when
            lines.append(CallerLine(label="keys", digits=presses, when=pressed))
        if says:
            lines.append(CallerLine(says, "speech", AfterBot(quiet=0.5, max_wait=2.0)))
        return cls(answers_after=after, lines=tuple(lines), leaves_after=leaves_after)

    @classmethod
    def declines(cls, *, after: float = 1.0) -> Person:
        """Return somebody who answers and presses 2."""
        return cls.takes_calls(after=after, presses="2")

    @classmethod
    def ignores(cls, *, after: float = 1.0) -> Person:
        """Return somebody who answers and presses nothing."""
        return cls.takes_calls(after=after, presses="")

    @classmethod
    def busy(cls, *, after: float = 0.5) -> Person:
        """Return somebody who is on the telephone."""
        return cls(answer=Answer.BUSY, answers_after=after)

    @classmethod
    def never_answers(cls) -> Person:
        """Return nobody at all."""
        return cls(answer=Answer.NEVER)

    @classmethod
    def unreachable(cls, *, after: float = 0.5) -> Person:
        """Return a number that cannot be reached."""
        return cls(answer=Answer.UNREACHABLE, answers_after=after)

    @classmethod
    def voicemail(cls, *, after: float = 3.0, greeting: float = 4.0) -> Person:
        """Return a machine that speaks for so many seconds, beeps, and records for ever."""
        spoken = sounds.tone(greeting, 200, 400) + sounds.beep()
        line = CallerLine(spoken, "greeting", AfterBot(quiet=60.0, max_wait=0.2))
        return cls(answers_after=after, lines=(line,), machine=True)

    def leaving(self, seconds: float) -> Person:
        """Return the same, but leaving so many seconds after answering."""
        return replace(self, leaves_after=seconds)

    def player(self) -> LinePlayer:
        """Return what drives one call."""
        if self.make_player is not None:
            return self.make_player()
        return _PersonPlayer(
            self.lines, hang_up_after=self.hang_up_after, leaves_after=self.leaves_after
        )


class _PersonPlayer(ScriptPlayer):
    """Plays lines in order, and may leave at a fixed time."""

    def __init__(
        self,
        lines: tuple[CallerLine, ...],
        *,
        hang_up_after: float | None,
        leaves_after: float | None,
    ) -> None:
        super().__init__(lines, hang_up_after=hang_up_after)
        self._leaves_after = leaves_after

    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether it is time to leave."""
        if self._leaves_after is not None and start >= self._leaves_after * SAMPLE_RATE:
            return True
        return super().wants_to_hang_up(start, bot)
