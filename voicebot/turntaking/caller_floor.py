"""CallerFloor: the caller speaks, or something sounds as if. Sans-I/O.

Hands the recogniser a turn that goes on and on in pieces, and looks for words in a sound without
any: a noise does not hold the floor, and somebody may speak over it.
"""

from __future__ import annotations

from voicebot.journal import CallerTurnEnded, SoundIgnored
from voicebot.turntaking.bot_turn import BotTurn
from voicebot.turntaking.caller_turn import CallerTurn
from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.floor import Floor, Transcribe
from voicebot.turntaking.floor_state import FloorState, Timer
from voicebot.turntaking.key_row import KeyRow
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.silence import Silence

_FOLLOWED = 0.3
"""Weight of the newest turn in the caller's usual level."""


class CallerFloor:
    """The caller's side of the conversation. Times on the call clock."""

    def __init__(
        self,
        floor: FloorState,
        silence: Silence,
        bot: BotTurn,
        keys: KeyRow,
        policy: TurnPolicy,
    ) -> None:
        self.turn = CallerTurn.begun(0.0)
        self.voiced = False
        """The detector hears speech, or what it takes for speech."""
        self.utterance = 0
        """The newest stretch that the recogniser was given."""
        self.last_ended: CallerTurnEnded | None = None
        self.usual_level: float | None = None
        """dBFS of this caller's speech in the turns before."""
        self._floor = floor
        self._silence = silence
        self._bot = bot
        self._keys = keys
        self._policy = policy
        self._turns = 0
        self._probe = -1
        """The stretch that is looked at for words in a noise."""

    # --- the turn -----------------------------------------------------------------------------

    def begin(self, started: float) -> None:
        """Forget the turn before; one begins."""
        self.turn = CallerTurn.begun(started)

    def speak(self, now: float) -> None:
        """Give the caller the floor."""
        turn, policy = self.turn, self._policy
        self._floor.enter(Floor.CALLER)
        self._floor.set(
            Timer.PIECE, max(now, turn.piece_started + policy.piece), self._settle_piece
        )
        self._floor.set(Timer.PROBE, max(now, turn.started + policy.noise), self._look_for_words)
        self._floor.set(
            Timer.LONGEST, max(now, turn.started + policy.turn_longest), self._talked_long
        )

    def resume(self, started: float, now: float) -> None:
        """Go on with the turn that was taken to be over."""
        self.begin(started)
        if self.last_ended is not None:
            self.turn.started = self.last_ended.started
            self.turn.said.append(self.last_ended.text)
        self.speak(now)

    def end(self, now: float, *, late: bool = False) -> list[TurnCommand]:
        """The turn is over and gets an answer.

        Args:
            now: Call clock.
            late: It is not waited for any longer, whatever is known of it.
        """
        turn = self.turn
        self._turns += 1
        evidence = turn.explained(now, self._bot.question, self._policy)
        if late:
            evidence["late"] = 1.0
        ended = CallerTurnEnded(
            turn=self._turns,
            text=turn.words,
            started=turn.started,
            ended=turn.last_voiced,
            digits=self._keys.take(),
            evidence=evidence,
            alternatives=turn.other_words,
        )
        if turn.level is not None and turn.words:
            usual = self.usual_level if self.usual_level is not None else turn.level
            self.usual_level = usual + _FOLLOWED * (turn.level - usual)
        self.last_ended = ended
        self._silence.forget()
        self._floor.enter(Floor.OWED)
        return [ended]

    def cut_stretch(self) -> int:
        """Return the name of the stretch that goes to the recogniser now."""
        self.utterance += 1
        return self.utterance

    def _settle_piece(self, now: float) -> list[TurnCommand]:
        """Settle the words so far of somebody who speaks on and on."""
        utterance = self.cut_stretch()
        started = self.turn.cut_piece(utterance, now)
        self._floor.set(Timer.PIECE, now + self._policy.piece, self._settle_piece)
        return [Transcribe(utterance, started, now)]

    def _talked_long(self, now: float) -> list[TurnCommand]:
        self.turn.last_voiced = now
        return self.end(now, late=True)

    # --- noise --------------------------------------------------------------------------------

    def watch_noise(self, now: float) -> None:
        """Look at an open floor's noise after a while."""
        self._floor.set(Timer.PROBE, now + self._policy.noise, self._look_for_words)

    def is_probe(self, utterance: int) -> bool:
        """Whether a stretch was given to the recogniser only to find out if there are words."""
        return utterance == self._probe

    def probed(self, text: str, now: float) -> list[TurnCommand]:
        """Take the words that were found in the sound; empty where there are none."""
        self._probe = -1
        match self._floor.holder:
            case Floor.CALLER if not text and not self.turn.words:
                self._silence.begin(now)
                self.watch_noise(now)
                return [SoundIgnored(now - self.turn.started)]
            case Floor.IDLE if self.voiced and text:
                self.begin(now - self._policy.noise)
                self.turn.said.append(text)
                self.turn.piece_started = now
                self.speak(now)
            case Floor.IDLE if self.voiced:
                self.watch_noise(now)
        return []

    def _look_for_words(self, now: float) -> list[TurnCommand]:
        """Ask whether there are words in a sound that goes on and on."""
        unsure = self.voiced if self._floor.holder is Floor.IDLE else not self.turn.words
        if not unsure:
            return []
        self._probe = self.cut_stretch()
        return [Transcribe(self._probe, now - self._policy.noise, now)]
