"""BargeInDetector: the caller makes a sound over the bot, and may want the floor. Sans-I/O.

Has each sound followed by an `Overhearing`, carries out the verdict on it, and remembers of it what
tells about the next.
"""

from __future__ import annotations

from dialogue.cues import Cues
from voicebot.journal import (
    BargedIn,
    Glimpsed,
    OverlapIgnored,
    OverlapNoticed,
    SoundMeasured,
    TurnRetracted,
)
from voicebot.turntaking.bot_turn import BotTurn
from voicebot.turntaking.caller_floor import CallerFloor
from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.endpointer import Endpointer
from voicebot.turntaking.floor import Floor
from voicebot.turntaking.floor_state import FloorState
from voicebot.turntaking.overhearing import Overhearing
from voicebot.turntaking.overlap import OverlapKind, Surroundings, Verdict
from voicebot.turntaking.policy import TurnPolicy

_BROKEN_OFF = 0.7
"""Seconds of silence within which two sounds over the bot are judged as one."""
_ECHOES = 10.0
"""Seconds for which a line that gave the bot's voice back is expected to do so again."""


class BargeInDetector:
    """Decides whether the bot yields the floor. Times on the call clock."""

    def __init__(
        self,
        floor: FloorState,
        bot: BotTurn,
        caller: CallerFloor,
        endpointer: Endpointer,
        policy: TurnPolicy,
        cues: Cues,
    ) -> None:
        self._floor = floor
        self._bot = bot
        self._caller = caller
        self._endpointer = endpointer
        self._policy = policy
        self._cues = cues
        self._newest: Overhearing | None = None
        self._passed = (float("-inf"), float("-inf"))
        """Beginning and end of the last sound that was ignored."""
        self._echoed_at = float("-inf")
        """When the line last gave the bot's voice back."""

    @property
    def sound(self) -> Overhearing | None:
        """The sound over the bot."""
        return self._newest if self._floor.holder is Floor.OVERLAP else None

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next."""
        return None if self.sound is None else self.sound.deadline

    def begin(self, started: float, now: float) -> list[TurnCommand]:
        """A sound began."""
        begun, over = self._passed
        # "Sorry, … stop": what seemed nothing by itself may have been the beginning.
        first = begun if started - over <= _BROKEN_OFF else started
        self._overhear(first, now, since=started)
        return [OverlapNoticed(started)]

    def go_on(self, now: float) -> None:
        """It was only a pause in the sound."""
        if self.sound is not None:
            self.sound.went_on(now)

    def watch(self, now: float) -> None:
        """A sound that was there before may turn into speech, or somebody may speak over it."""
        self._overhear(now, now, ongoing=True)

    def stop(self, ended: float, now: float) -> list[TurnCommand]:
        """The sound is over."""
        if self.sound is None:
            return []
        self.sound.stopped(ended, now)
        return self._look_or_decide(self.sound, now)

    def observe(self, event: SoundMeasured | Glimpsed, now: float) -> list[TurnCommand]:
        """Take evidence."""
        if self.sound is None:
            return []
        self.sound.take(event, now)
        return self._consider(now)

    def expire(self, now: float) -> list[TurnCommand]:
        """Look again, or decide, if it is time to."""
        if self.sound is None or (at := self.sound.deadline) is None or at > now:
            return []
        return self._look_or_decide(self.sound, now)

    def _look_or_decide(self, sound: Overhearing, now: float) -> list[TurnCommand]:
        """Run its timers; what was decided on needs no further look."""
        looks = sound.expire(now)
        decided = self._consider(now)
        return [*looks] if self.sound is sound else decided

    def _overhear(
        self, first: float, now: float, *, since: float | None = None, ongoing: bool = False
    ) -> None:
        self._newest = Overhearing(
            first,
            self._surroundings(now),
            self._policy.overlap,
            self._cues,
            noticed=now,
            since=since,
            ongoing=ongoing,
        )
        self._floor.enter(Floor.OVERLAP)

    def _surroundings(self, now: float) -> Surroundings:
        return Surroundings(
            answers=self._bot.is_at_its_end and self._bot.question.is_answered_by_a_word,
            interruptible=self._bot.is_interruptible,
            spoken=self._bot.lately,
            usual_level=self._caller.usual_level,
            echoes=now - self._echoed_at < _ECHOES,
        )

    # --- the verdict ----------------------------------------------------------------------------

    def _consider(self, now: float) -> list[TurnCommand]:
        sound = self.sound
        if sound is None or (verdict := sound.verdict(now)) is None:
            return []
        if not verdict.yields:
            return self._ignore(sound, verdict, now)
        if self._is_own_turn(sound):
            self._caller.resume(sound.started, now)
            pause = [] if sound.ended is None else self._endpointer.pause(sound.ended, now)
            return [_barged_in(sound, verdict, now, "resumed"), TurnRetracted(), *pause]
        return self._yield(sound, verdict, now)

    def _ignore(self, sound: Overhearing, verdict: Verdict, now: float) -> list[TurnCommand]:
        if verdict.kind is OverlapKind.ECHO:
            self._echoed_at = now
        elif sound.ended is not None and not sound.ongoing:
            self._passed = (sound.started, sound.ended)
        if sound.ended is None:
            self.watch(now)
        else:
            self._floor.enter(Floor.BOT)
        if sound.ongoing:
            return []
        return [
            OverlapIgnored(
                _seconds(sound, now),
                verdict.reason,
                verdict.kind.value,
                sound.text,
                verdict.evidence,
            )
        ]

    def _yield(self, sound: Overhearing, verdict: Verdict, now: float) -> list[TurnCommand]:
        self._caller.begin(sound.started)
        self._caller.turn.cut_in = True
        barged_in = _barged_in(sound, verdict, now, verdict.reason)
        if sound.ended is None:
            self._caller.speak(now)
            return [barged_in]
        return [barged_in, *self._endpointer.pause(sound.ended, now)]

    def _is_own_turn(self, sound: Overhearing) -> bool:
        """Whether the caller goes on with a turn that was answered too early."""
        last = self._caller.last_ended
        return (
            last is not None
            and sound.started - self._bot.started <= self._policy.resumed
            and sound.started - last.ended <= self._policy.resumable
        )


def _barged_in(sound: Overhearing, verdict: Verdict, now: float, reason: str) -> BargedIn:
    return BargedIn(_seconds(sound, now), reason, verdict.kind.value, sound.text, verdict.evidence)


def _seconds(sound: Overhearing, now: float) -> float:
    until = sound.ended if sound.ended is not None else now
    return max(0.0, until - sound.started)
