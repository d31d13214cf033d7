"""TurnTaker: who holds the floor. Sans-I/O: events and `now` in, decisions out.

Knows nothing of audio, models or the wire: speech arrives as journal events with times on the call
clock, and what should happen goes back as decisions (which the driver journals) and requests (which
it answers with events). The words of the field: Sacks, Schegloff & Jefferson 1974 (floor, turn,
overlap); the starting values come from LiveKit, pipecat and Home Assistant.

Each floor has a part that knows what may happen on it: `Silence` (nobody speaks), `CallerFloor`,
`Endpointer` (the caller paused) and `BargeInDetector` (the caller makes a sound over the bot). The
turn-taker sends each fact to the part that it concerns, and looks after the keys itself.
"""

from __future__ import annotations

from dialogue.cues import USUAL, Cues
from voicebot.journal import (
    AnswerForeseen,
    BargedIn,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundMeasured,
    SpeechQueued,
    SpeechStarted,
    StreamEnded,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.barge_in import BargeInDetector
from voicebot.turntaking.bot_turn import BotTurn, Question
from voicebot.turntaking.caller_floor import CallerFloor
from voicebot.turntaking.commands import TurnCommand, TurnEvent
from voicebot.turntaking.endpointer import Endpointer
from voicebot.turntaking.floor import Floor
from voicebot.turntaking.floor_state import FloorState, Timer
from voicebot.turntaking.key_row import KeyRow
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.silence import Silence

_ANSWERED = frozenset({"user_turn", "no_input", "tool_returned"})
"""Inputs that the bot owes an answer to."""


class TurnTaker:
    """Decides when the caller's turn is over, and when the caller takes the floor from the bot."""

    def __init__(self, policy: TurnPolicy, cues: Cues = USUAL["en"]) -> None:
        self.policy = policy
        self._floor = FloorState()
        self._keys = KeyRow()
        self._bot = BotTurn(Question(policy.no_input))
        self._silence = Silence(self._floor, self._bot)
        self._caller = CallerFloor(self._floor, self._silence, self._bot, self._keys, policy)
        self._endpointer = Endpointer(
            self._floor, self._silence, self._bot, self._caller, policy, cues
        )
        self._barge_in = BargeInDetector(
            self._floor, self._bot, self._caller, self._endpointer, policy, cues
        )

    @property
    def floor(self) -> Floor:
        """Who may speak."""
        return self._floor.holder

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next, on the call clock."""
        times = (self._floor.deadline, self._barge_in.deadline)
        return min((at for at in times if at is not None), default=None)

    def handle(self, event: TurnEvent, now: float) -> list[TurnCommand]:
        """Take a fact; return what follows from it."""
        match event:
            case VoiceStarted():
                return self._voice_started(event.started, now)
            case VoiceStopped():
                return self._voice_stopped(event.ended, now)
            case Transcribed() if self._caller.is_probe(event.utterance):
                return self._caller.probed(event.text.strip(), now)
            case Transcribed():
                return self._endpointer.transcribed(event, now)
            case TurnEndJudged():
                return self._endpointer.judged(event, now)
            case AnswerForeseen():
                return self._endpointer.foreseen(event, now)
            case SoundMeasured() if self.floor is not Floor.OVERLAP:
                return self._endpointer.measured(event, now)
            case SoundMeasured() | Glimpsed():
                return self._barge_in.observe(event, now)
            case DigitPressed():
                return self._key_pressed(event.digit, now)
            case ReplyDecided():
                self._decided(event, now)
            case SpeechQueued():
                self._bot.queue(event)
            case SpeechStarted():
                self._bot.say(event.segment)
                # An "mm-hm" may still be playing when the answer begins.
                return self._playout_begins(now)
            case PlayoutStarted():
                return self._playout_begins(now)
            case PlayoutFinished():
                self._bot.finish(now)
                return self._playout_finished(now)
            case StreamEnded():
                # Nobody is on the line; whoever comes next begins anew.
                self._keys.take()
                self._caller.voiced = False
                self._floor.enter(Floor.IDLE)
                self._floor.cancel(Timer.KEYS)
            case EngineFailed():
                if event.engine == "recogniser" and self.floor is Floor.PENDING:
                    self._floor.enter(Floor.OWED)
        return []

    def expire(self, now: float) -> list[TurnCommand]:
        """Run the timers that are due."""
        return [*self._barge_in.expire(now), *self._floor.expire(now)]

    # --- speech -------------------------------------------------------------------------------

    def _voice_started(self, started: float, now: float) -> list[TurnCommand]:
        caller = self._caller
        caller.voiced = True
        match self.floor:
            case Floor.IDLE:
                caller.begin(started)
                caller.speak(now)
            case Floor.PENDING:
                caller.turn.went_on(started, now, self.policy)
                caller.speak(now)
            case Floor.OWED:
                caller.resume(started, now)
                return [TurnRetracted()]
            case Floor.BOT:
                return [*self._barge_in.begin(started, now), *self.expire(now)]
            case Floor.OVERLAP:
                self._barge_in.go_on(now)
        return []

    def _voice_stopped(self, ended: float, now: float) -> list[TurnCommand]:
        self._caller.voiced = False
        match self.floor:
            case Floor.CALLER:
                return self._endpointer.pause(ended, now)
            case Floor.OVERLAP:
                return self._barge_in.stop(ended, now)
            case Floor.IDLE:
                self._floor.cancel(Timer.PROBE)
        return []

    # --- keys ---------------------------------------------------------------------------------

    def _key_pressed(self, digit: str, now: float) -> list[TurnCommand]:
        keys = self._keys
        if self.floor is Floor.OWED:
            keys.type_ahead(digit)
            return []
        commands: list[TurnCommand] = []
        if self.floor in (Floor.BOT, Floor.OVERLAP):
            self._floor.enter(Floor.IDLE)
            commands.append(BargedIn(0.0, "digit"))
        if not keys.digits and self.floor is Floor.IDLE:
            self._caller.begin(now)
        self._caller.turn.last_voiced = now
        if digit == "#" and not keys.digits:
            self._silence.wait(now)
            return commands
        keys.press(digit)
        if digit == "#" or keys.is_complete(self._bot.question):
            return commands + self._caller.end(now)
        gap = keys.gap(self._bot.question, self.policy)
        self._floor.set(Timer.KEYS, now + gap, self._no_more_keys)
        return commands

    def _no_more_keys(self, now: float) -> list[TurnCommand]:
        return self._caller.end(now) if self._keys.digits else []

    def _type(self, digits: str, now: float) -> list[TurnCommand]:
        """Answer a question with what was typed before it was asked."""
        commands: list[TurnCommand] = []
        for digit in digits:
            if self.floor is Floor.OWED:
                self._keys.press(digit)
            else:
                commands += self._key_pressed(digit, now)
        return commands

    # --- the bot's side -----------------------------------------------------------------------

    def _decided(self, event: ReplyDecided, now: float) -> None:
        self._bot.question = Question.expected(event.expects, self.policy.no_input)
        if self.floor is Floor.OWED and not event.acts and event.input in _ANSWERED:
            self._silence.begin(now)

    def _playout_begins(self, now: float) -> list[TurnCommand]:
        if self.floor not in (Floor.IDLE, Floor.OWED):
            return []
        self._floor.enter(Floor.BOT)
        self._bot.started = now
        if self._keys.digits:
            return self._type(self._keys.take(), now)
        if self._caller.voiced:
            # A noise that never ended, or a caller who was answered while speaking on.
            self._barge_in.watch(now)
        return []

    def _playout_finished(self, now: float) -> list[TurnCommand]:
        sound = self._barge_in.sound
        if self.floor is Floor.BOT:
            self._silence.begin(now)
        elif sound is None:
            return []
        elif sound.ongoing:
            self._silence.begin(now)
            self._caller.watch_noise(now)
        else:
            self._caller.begin(sound.started)
            if sound.ended is not None:
                return self._endpointer.pause(sound.ended, now)
            self._caller.speak(now)
        return []
