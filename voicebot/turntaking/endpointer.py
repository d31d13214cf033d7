"""Endpointer: the caller paused, and may be done. Sans-I/O.

Follows a pause to the decision on it: the turn is over, it goes on, or it was none. How much
silence ends a turn is weighed anew with each thing that becomes known of it.
"""

from __future__ import annotations

from dialogue.acts import Answer
from dialogue.cues import Cues
from voicebot.journal import (
    AnswerForeseen,
    SoundIgnored,
    SoundMeasured,
    SpeechResumed,
    Transcribed,
    TurnEndJudged,
)
from voicebot.turntaking.bot_turn import BotTurn
from voicebot.turntaking.caller_floor import CallerFloor
from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.completeness import is_answer
from voicebot.turntaking.cues import is_addressed
from voicebot.turntaking.floor import Floor, JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.turntaking.floor_state import FloorState, Timer
from voicebot.turntaking.overlap import OverlapKind
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.silence import Silence


class Endpointer:
    """Decides whether a pause is the end of the caller's turn. Times on the call clock."""

    def __init__(
        self,
        floor: FloorState,
        silence: Silence,
        bot: BotTurn,
        caller: CallerFloor,
        policy: TurnPolicy,
        cues: Cues,
    ) -> None:
        self._floor = floor
        self._silence = silence
        self._bot = bot
        self._caller = caller
        self._policy = policy
        self._cues = cues

    @property
    def _pending(self) -> bool:
        return self._floor.holder is Floor.PENDING

    def pause(self, ended: float, now: float) -> list[TurnCommand]:
        """The caller fell silent: perhaps the turn is over."""
        self._floor.enter(Floor.PENDING)
        turn = self._caller.turn
        turn.paused(ended)
        at = max(now, ended + self._policy.endpoint_longest)
        self._floor.set(Timer.ENDPOINT, at, self._silent_long_enough)
        stretch = (self._caller.cut_stretch(), turn.piece_started, ended)
        return [Transcribe(*stretch), JudgeTurnEnd(*stretch)]

    # --- what becomes known ---------------------------------------------------------------------

    def transcribed(self, event: Transcribed, now: float) -> list[TurnCommand]:
        """Take the words of a stretch."""
        text, turn = event.text.strip(), self._caller.turn
        if turn.settled(event.utterance, text):
            return []
        if event.utterance != self._caller.utterance or not self._pending:
            return []
        if text and self._bot.is_echoed_by(text, turn.started):
            text = ""
        turn.heard(text, event.avg_logprob, event.alternatives)
        if turn.cut_in and self._is_false_alarm(turn.words):
            return self._give_back(now, self._small_sound(turn.words))
        prepare: list[TurnCommand] = []
        if turn.words:
            prepare = [Prepare(turn.words, turn.other_words)]
            self._floor.set(Timer.FORESIGHT, now + self._policy.foresight, self._weigh)
        return prepare + self._weigh(now)

    def judged(self, event: TurnEndJudged, now: float) -> list[TurnCommand]:
        """Take the turn detector's opinion."""
        if not self._pending or event.utterance != self._caller.utterance:
            return []
        self._caller.turn.probability = event.probability
        return self._weigh(now)

    def foreseen(self, event: AnswerForeseen, now: float) -> list[TurnCommand]:
        """Take what the dialogue makes of the words."""
        turn = self._caller.turn
        if not self._pending or event.text != turn.words:
            return []
        turn.understood, turn.is_farewell = event.understood, event.ends
        self._floor.cancel(Timer.FORESIGHT)
        if turn.cut_in and not event.understood and self._is_aside():
            return self._give_back(now, OverlapKind.SIDE_SPEECH)
        return self._weigh(now)

    def measured(self, event: SoundMeasured, now: float) -> list[TurnCommand]:
        """Take what the last stretch sounds like."""
        if not self._pending and self._floor.holder is not Floor.CALLER:
            return []
        turn = self._caller.turn
        turn.level = event.level
        if event.echo < self._policy.overlap.echo or turn.said:
            return []
        # The tail of the bot's own speech, given back after it had ended.
        self._silence.begin(now)
        return [SoundIgnored(max(0.0, event.until - event.started))]

    # --- how long to wait -----------------------------------------------------------------------

    def _weigh(self, now: float) -> list[TurnCommand]:
        """Work out how much silence ends the turn, and end it if there was as much."""
        turn, question, policy = self._caller.turn, self._bot.question, self._policy
        wait = turn.patience(question, policy)
        at = max(turn.last_voiced + wait, self._floor.at(Timer.FORESIGHT))
        self._floor.set(Timer.ENDPOINT, at, self._silent_long_enough)
        self._floor.cancel(Timer.TRANSCRIPT)
        self._floor.cancel(Timer.LISTENING)
        if 0 < policy.listening < wait and turn.is_dictating(question.answer):
            at = turn.last_voiced + policy.listening
            self._floor.set(Timer.LISTENING, at, self._show_listening)
        return self._floor.expire(now)

    def _silent_long_enough(self, now: float) -> list[TurnCommand]:
        turn = self._caller.turn
        if turn.text is None:
            at = turn.last_voiced + self._policy.transcript_grace
            self._floor.set(Timer.TRANSCRIPT, at, self._give_up_words)
            return []
        seconds = turn.last_voiced - turn.started
        if turn.words or seconds >= self._policy.wordless:
            return self._caller.end(now)
        self._silence.begin(now)
        return [SoundIgnored(seconds)]

    def _give_up_words(self, now: float) -> list[TurnCommand]:
        return self._caller.end(now, late=True)

    def _show_listening(self, _now: float) -> list[TurnCommand]:
        turn = self._caller.turn
        turn.acknowledged_at = turn.last_voiced
        return [ShowListening()]

    # --- what made the bot fall silent was no interruption ----------------------------------------

    def _is_false_alarm(self, words: str) -> bool:
        if self._bot.question.answer is not Answer.OPEN and is_answer(words):
            return False
        return not words or self._cues.is_backchannel(words) or self._cues.is_tic(words)

    def _is_aside(self) -> bool:
        """Whether words that mean nothing to the hotline were also said away from the telephone."""
        turn, usual = self._caller.turn, self._caller.usual_level
        if turn.level is None or usual is None or is_addressed(turn.words, self._cues):
            return False
        return turn.level < usual - self._policy.overlap.aside

    def _small_sound(self, words: str) -> OverlapKind:
        if not words:
            return OverlapKind.NOISE
        return OverlapKind.TIC if self._cues.is_tic(words) else OverlapKind.BACKCHANNEL

    def _give_back(self, now: float, kind: OverlapKind) -> list[TurnCommand]:
        """The bot takes the floor again."""
        words = self._caller.turn.words
        self._floor.enter(Floor.OWED)
        # What was to go on may be lost on the way.
        self._floor.set(Timer.RESUME, now + self._policy.transcript_grace, self._open)
        return [SpeechResumed("words" if words else "no_words", kind.value)]

    def _open(self, now: float) -> list[TurnCommand]:
        self._silence.begin(now)
        return []
