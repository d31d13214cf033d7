"""Silence: nobody speaks, and the bot waits for the caller. Sans-I/O."""

from __future__ import annotations

from voicebot.journal import NoInputNoticed
from voicebot.turntaking.bot_turn import BotTurn
from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.floor import Floor
from voicebot.turntaking.floor_state import FloorState, Timer


class Silence:
    """The silence after a prompt, and how often in a row it was too long."""

    def __init__(self, floor: FloorState, bot: BotTurn) -> None:
        self._floor = floor
        self._bot = bot
        self._count = 0

    def begin(self, now: float) -> None:
        """The floor is open."""
        self._floor.enter(Floor.IDLE)
        self.wait(now)

    def wait(self, now: float) -> None:
        """Wait for the caller anew, as long as the question allows."""
        self._floor.set(Timer.NO_INPUT, now + self._bot.question.patience, self._too_long)

    def forget(self) -> None:
        """The caller did say something."""
        self._count = 0

    def _too_long(self, _now: float) -> list[TurnCommand]:
        if self._floor.holder is not Floor.IDLE:
            return []
        self._count += 1
        self._floor.enter(Floor.OWED)
        return [NoInputNoticed(self._count)]
