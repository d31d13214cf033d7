"""TurnTaker: who holds the floor. Sans-I/O: events and `now` in, decisions out.

Knows nothing of audio, models or the wire: speech arrives as journal events with times on the call
clock, and what should happen goes back as decisions (which the driver journals) and requests (which
it answers with events). The words of the field: Sacks, Schegloff & Jefferson 1974 (floor, turn,
overlap); the starting values come from LiveKit, pipecat and Home Assistant. A sound over the bot is
followed by `Overhearing` and judged by `voicebot.overlap`.
"""

from __future__ import annotations

from collections import deque

from dialogue.acts import Answer
from dialogue.cues import USUAL, Cues
from voicebot.caller_turn import CallerTurn
from voicebot.completeness import is_answer
from voicebot.cues import is_addressed
from voicebot.endpointing import explanation
from voicebot.floor import Floor, JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.journal import (
    AnswerForeseen,
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundIgnored,
    SoundMeasured,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.overheard import repeats
from voicebot.overhearing import Overhearing, TakeGlimpse
from voicebot.overlap import OverlapKind, Surroundings, Verdict
from voicebot.turn_policy import TurnPolicy

_ANSWERED = frozenset({"user_turn", "no_input", "tool_returned"})
"""Inputs that the bot owes an answer to."""
_SPOKEN = 3
"""Segments of the bot's speech that an echo may still repeat."""
_BROKEN_OFF = 0.7
"""Seconds of silence within which two sounds over the bot are judged as one."""
_ECHOES = 10.0
"""Seconds for which a line that gave the bot's voice back is expected to do so again."""
_ECHO_TAIL = 0.8
"""Seconds after the bot's last sound in which the line may still give it back."""
_FOLLOWED = 0.3
"""Weight of the newest turn in the caller's usual level."""

TurnEvent = (
    VoiceStarted
    | VoiceStopped
    | Transcribed
    | TurnEndJudged
    | AnswerForeseen
    | SoundMeasured
    | Glimpsed
    | DigitPressed
    | ReplyDecided
    | SpeechQueued
    | SpeechStarted
    | PlayoutStarted
    | PlayoutFinished
    | EngineFailed
)
TurnDecision = (
    CallerTurnEnded
    | TurnRetracted
    | OverlapNoticed
    | OverlapIgnored
    | BargedIn
    | SpeechResumed
    | SoundIgnored
    | NoInputNoticed
)
TurnRequest = Transcribe | JudgeTurnEnd | Prepare | TakeGlimpse | ShowListening
TurnCommand = TurnDecision | TurnRequest


class TurnTaker:
    """Decides when the caller's turn is over, and when the caller takes the floor from the bot."""

    def __init__(self, policy: TurnPolicy, cues: Cues = USUAL["en"]) -> None:
        self.policy = policy
        self.floor = Floor.IDLE
        self._cues = cues
        self._turn = 0
        self._utterance = 0
        self._answer = Answer.OPEN
        self._expected_digits: int | None = None
        self._no_input_after = policy.no_input
        self._no_inputs = 0
        self._timers: dict[str, float] = {}
        self._caller = CallerTurn.begun(0.0)
        self._last_ended: CallerTurnEnded | None = None
        self._digits = ""
        self._voiced = False
        """The detector hears speech, or what it takes for speech."""
        self._sound: Overhearing | None = None
        """The sound over the bot."""
        self._probe = -1
        """The decode that looks for words in a noise."""
        self._playout_started = self._playout_finished_at = float("-inf")
        self._queued: dict[str, SpeechQueued] = {}
        self._spoken: deque[SpeechQueued] = deque(maxlen=_SPOKEN)
        self._usual_level: float | None = None
        self._passed = (float("-inf"), float("-inf"))
        """Beginning and end of the last sound over the bot that was ignored."""
        self._echoed_at = float("-inf")
        """When the line last gave the bot's voice back."""

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next, on the call clock."""
        times = list(self._timers.values())
        if self._sound is not None and (at := self._sound.deadline) is not None:
            times.append(at)
        return min(times, default=None)

    def handle(self, event: TurnEvent, now: float) -> list[TurnCommand]:
        """Take a fact; return what follows from it."""
        match event:
            case VoiceStarted():
                self._voiced = True
                return self._voice_started(event.started, now)
            case VoiceStopped():
                self._voiced = False
                return self._voice_stopped(event.ended, now)
            case Transcribed():
                return self._transcribed(event, now)
            case TurnEndJudged():
                if self.floor is Floor.PENDING and event.utterance == self._utterance:
                    self._caller.probability = event.probability
                    return self._reconsider(now)
            case AnswerForeseen():
                return self._foreseen(event, now)
            case SoundMeasured() | Glimpsed():
                return self._observed(event, now)
            case DigitPressed():
                return self._digit(event.digit, now)
            case ReplyDecided():
                self._decided(event, now)
            case SpeechQueued():
                self._queued[event.segment] = event
            case SpeechStarted():
                if (queued := self._queued.pop(event.segment, None)) is not None:
                    self._spoken.append(queued)
                # An "mm-hm" may still be playing when the answer begins.
                return self._playout_begins(now)
            case PlayoutStarted():
                return self._playout_begins(now)
            case PlayoutFinished():
                self._queued.clear()
                self._playout_finished_at = now
                return self._playout_finished(now)
            case EngineFailed():
                if event.engine == "recogniser" and self.floor is Floor.PENDING:
                    self._enter(Floor.OWED)
        return []

    def expire(self, now: float) -> list[TurnCommand]:
        """Run the timers that are due."""
        commands: list[TurnCommand] = []
        if self._sound is not None and (at := self._sound.deadline) is not None and at <= now:
            commands += self._sound.expire(now)
            commands += self._consider(now)
        while self._timers:
            name = min(self._timers, key=self._timers.__getitem__)
            if self._timers[name] > now:
                break
            del self._timers[name]
            commands += self._timer(name, now)
        return commands

    # --- speech ----------------------------------------------------------------------------

    def _voice_started(self, started: float, now: float) -> list[TurnCommand]:
        match self.floor:
            case Floor.IDLE:
                self._begin(started)
                self._speak(now)
            case Floor.PENDING:
                self._caller.went_on(started, now, self.policy)
                self._speak(now)
            case Floor.OWED:
                self._resume(started, now)
                return [TurnRetracted()]
            case Floor.BOT:
                around, policy = self._surroundings(now), self.policy.overlap
                begun, over = self._passed
                # "Sorry, … stop": what seemed nothing by itself may have been the beginning.
                first = begun if started - over <= _BROKEN_OFF else started
                self._sound = Overhearing(
                    first, around, policy, self._cues, noticed=now, since=started
                )
                self._enter(Floor.OVERLAP)
                return [OverlapNoticed(started), *self.expire(now)]
            case Floor.OVERLAP if self._sound is not None:
                self._sound.went_on(now)
        return []

    def _voice_stopped(self, ended: float, now: float) -> list[TurnCommand]:
        match self.floor:
            case Floor.CALLER:
                return self._paused(ended, now)
            case Floor.OVERLAP if self._sound is not None:
                self._sound.stopped(ended, now)
                return [*self._sound.expire(now), *self._consider(now)]
            case Floor.IDLE:
                self._timers.pop("probe", None)
        return []

    def _paused(self, ended: float, now: float) -> list[TurnCommand]:
        """The caller fell silent: perhaps the turn is over."""
        self._enter(Floor.PENDING)
        self._utterance += 1
        caller = self._caller
        caller.paused(ended)
        self._timers["endpoint"] = max(now, ended + self.policy.endpoint_longest)
        stretch = (self._utterance, caller.piece_started, ended)
        return [Transcribe(*stretch), JudgeTurnEnd(*stretch)]

    def _transcribed(self, event: Transcribed, now: float) -> list[TurnCommand]:
        text, caller = event.text.strip(), self._caller
        if event.utterance == self._probe:
            return self._probed(text, now)
        if caller.settled(event.utterance, text):
            return []
        if event.utterance != self._utterance or self.floor is not Floor.PENDING:
            return []
        if text and self._repeats_bot(text):
            text = ""
        caller.heard(text, event.avg_logprob)
        if caller.cut_in and self._is_false_alarm(caller.words):
            return self._go_on(now, self._small_sound(caller.words))
        prepare: list[TurnCommand] = []
        if caller.words:
            prepare = [Prepare(caller.words)]
            self._timers["foresight"] = now + self.policy.foresight
        return prepare + self._reconsider(now)

    def _foreseen(self, event: AnswerForeseen, now: float) -> list[TurnCommand]:
        caller = self._caller
        if self.floor is not Floor.PENDING or event.text != caller.words:
            return []
        caller.understood = event.understood
        self._timers.pop("foresight", None)
        if caller.cut_in and not event.understood and self._is_aside():
            return self._go_on(now, OverlapKind.SIDE_SPEECH)
        return self._reconsider(now)

    def _is_aside(self) -> bool:
        """Whether words that mean nothing to the hotline were also said away from the telephone."""
        level, usual = self._caller.level, self._usual_level
        if level is None or usual is None or is_addressed(self._caller.words, self._cues):
            return False
        return level < usual - self.policy.overlap.aside

    def _repeats_bot(self, text: str) -> bool:
        """Whether these are the bot's own last words, come back on the line."""
        late = self._caller.started - self._playout_finished_at > _ECHO_TAIL
        return not late and len(text.split()) >= 2 and repeats(text, self._said_lately()) >= 0.8

    # --- sounds over the bot -------------------------------------------------------------------

    def _observed(self, event: SoundMeasured | Glimpsed, now: float) -> list[TurnCommand]:
        if self._sound is not None:
            self._sound.take(event, now)
            return self._consider(now)
        if isinstance(event, SoundMeasured) and self.floor in (Floor.CALLER, Floor.PENDING):
            self._caller.level = event.level
            if event.echo >= self.policy.overlap.echo and not self._caller.said:
                # The tail of the bot's own speech, given back after it had ended.
                self._enter(Floor.IDLE)
                self._await_caller(now)
                return [SoundIgnored(max(0.0, event.until - event.started))]
        return []

    def _consider(self, now: float) -> list[TurnCommand]:
        sound = self._sound
        if sound is None or (verdict := sound.verdict(now)) is None:
            return []
        if not verdict.yields:
            return self._ignore(sound, verdict, now)
        if self._is_own_turn(sound):
            self._sound = None
            self._resume(sound.started, now)
            pause = [] if sound.ended is None else self._paused(sound.ended, now)
            return [self._barged_in(sound, verdict, now, "resumed"), TurnRetracted(), *pause]
        return self._yield(sound, verdict, now)

    def _ignore(self, sound: Overhearing, verdict: Verdict, now: float) -> list[TurnCommand]:
        self._sound = None
        if verdict.kind is OverlapKind.ECHO:
            self._echoed_at = now
        elif sound.ended is not None and not sound.ongoing:
            self._passed = (sound.started, sound.ended)
        if self.floor is Floor.OVERLAP:
            self._enter(Floor.BOT)
        if sound.ended is None:
            # It may turn into speech, or somebody may speak over it.
            around, policy = self._surroundings(now), self.policy.overlap
            self._sound = Overhearing(now, around, policy, self._cues, noticed=now, ongoing=True)
            self._enter(Floor.OVERLAP)
        if sound.ongoing:
            return []
        until = sound.ended if sound.ended is not None else now
        return [
            OverlapIgnored(
                max(0.0, until - sound.started),
                verdict.reason,
                verdict.kind.value,
                sound.text,
                verdict.evidence,
            )
        ]

    def _yield(self, sound: Overhearing, verdict: Verdict, now: float) -> list[TurnCommand]:
        self._sound = None
        self._begin(sound.started)
        self._caller.cut_in = True
        barged_in = self._barged_in(sound, verdict, now, verdict.reason)
        if sound.ended is None:
            self._speak(now)
            return [barged_in]
        return [barged_in, *self._paused(sound.ended, now)]

    def _barged_in(self, sound: Overhearing, verdict: Verdict, now: float, reason: str) -> BargedIn:
        until = sound.ended if sound.ended is not None else now
        seconds = max(0.0, until - sound.started)
        return BargedIn(seconds, reason, verdict.kind.value, sound.text, verdict.evidence)

    def _is_own_turn(self, sound: Overhearing) -> bool:
        """Whether the caller goes on with a turn that was answered too early."""
        last = self._last_ended
        return (
            last is not None
            and sound.started - self._playout_started <= self.policy.resumed
            and sound.started - last.ended <= self.policy.resumable
        )

    def _is_false_alarm(self, words: str) -> bool:
        """Whether what made the bot fall silent was no interruption after all."""
        if self._answer is not Answer.OPEN and is_answer(words):
            return False
        return not words or self._cues.is_backchannel(words) or self._cues.is_tic(words)

    def _small_sound(self, words: str) -> OverlapKind:
        if not words:
            return OverlapKind.NOISE
        return OverlapKind.TIC if self._cues.is_tic(words) else OverlapKind.BACKCHANNEL

    def _go_on(self, now: float, kind: OverlapKind) -> list[TurnCommand]:
        """Take the floor back after a false alarm."""
        words = self._caller.words
        self._enter(Floor.OWED)
        self._timers["resume"] = now + self.policy.transcript_grace
        return [SpeechResumed("words" if words else "no_words", kind.value)]

    def _surroundings(self, now: float) -> Surroundings:
        current = self._spoken[-1] if self._spoken else None
        last = not self._queued
        return Surroundings(
            answers=last and self._answer in (Answer.YES_NO, Answer.CHOICE, Answer.CODE),
            interruptible=current is None or current.interruptible,
            spoken=self._said_lately(),
            usual_level=self._usual_level,
            echoes=now - self._echoed_at < _ECHOES,
        )

    def _said_lately(self) -> str:
        return " ".join(queued.text for queued in self._spoken)

    # --- the end of the caller's turn ------------------------------------------------------

    def _reconsider(self, now: float) -> list[TurnCommand]:
        caller = self._caller
        wait = caller.patience(self.policy, self._answer, self._expected_digits)
        self._timers["endpoint"] = max(
            caller.last_voiced + wait, self._timers.get("foresight", float("-inf"))
        )
        self._timers.pop("transcript", None)
        self._timers.pop("listening", None)
        if 0 < self.policy.listening < wait and caller.is_dictating(self._answer):
            self._timers["listening"] = caller.last_voiced + self.policy.listening
        return self.expire(now)

    def _end_turn(self, now: float, *, late: bool = False) -> list[TurnCommand]:
        caller = self._caller
        evidence = caller.evidence(self._answer, self._expected_digits)
        self._turn += 1
        ended = CallerTurnEnded(
            turn=self._turn,
            text=caller.words,
            started=caller.started,
            ended=caller.last_voiced,
            digits=self._digits,
            evidence={
                "silence": round(now - caller.last_voiced, 3),
                **explanation(evidence, self.policy),
                **({"late": 1.0} if late else {}),
            },
        )
        if caller.level is not None and caller.words:
            usual = self._usual_level if self._usual_level is not None else caller.level
            self._usual_level = usual + _FOLLOWED * (caller.level - usual)
        self._last_ended = ended
        self._digits = ""
        self._no_inputs = 0
        self._enter(Floor.OWED)
        return [ended]

    # --- noise ---------------------------------------------------------------------------------

    def _look_for_words(self, now: float) -> list[TurnCommand]:
        """Ask whether there are words in a sound that goes on and on."""
        self._utterance += 1
        self._probe = self._utterance
        return [Transcribe(self._probe, now - self.policy.noise, now)]

    def _probed(self, text: str, now: float) -> list[TurnCommand]:
        """Take the answer: noise does not hold the floor, and somebody may speak over it."""
        self._probe = -1
        match self.floor:
            case Floor.CALLER if not text and not self._caller.words:
                self._enter(Floor.IDLE)
                self._await_caller(now)
                self._timers["probe"] = now + self.policy.noise
                return [SoundIgnored(now - self._caller.started)]
            case Floor.IDLE if self._voiced and text:
                self._begin(now - self.policy.noise)
                self._caller.said.append(text)
                self._caller.piece_started = now
                self._speak(now)
            case Floor.IDLE if self._voiced:
                self._timers["probe"] = now + self.policy.noise
        return []

    # --- keys ----------------------------------------------------------------------------------

    def _digit(self, digit: str, now: float) -> list[TurnCommand]:
        if self.floor is Floor.OWED:
            # Typed ahead: it belongs to the question that is about to be asked. A "#" alone
            # ends a code that was complete without it.
            self._digits = (self._digits + digit)[-32:].lstrip("#")
            return []
        commands: list[TurnCommand] = []
        if self.floor in (Floor.BOT, Floor.OVERLAP):
            self._sound = None
            self._enter(Floor.IDLE)
            commands.append(BargedIn(0.0, "digit"))
        if not self._digits and self.floor is Floor.IDLE:
            self._begin(now)
        self._caller.last_voiced = now
        if digit == "#" and not self._digits:
            self._await_caller(now)
            return commands
        self._digits += digit
        return commands + self._keyed(now, done=digit == "#")

    def _keyed(self, now: float, *, done: bool = False) -> list[TurnCommand]:
        """End the turn if the keys are complete, or wait for more."""
        wanted = self._expected_digits
        # In a code a nought may be its first digit; alone, it asks for a person.
        person = self._digits == "0" and self._answer is not Answer.CODE
        complete = wanted is not None and wanted > 1 and len(self._digits) >= wanted
        if done or person or complete or self._digits == "*":
            return self._end_turn(now)
        # Where one key is enough more may follow all the same: an order number, typed at once.
        gap = self.policy.key_gap if wanted == 1 else self.policy.digit_gap
        self._timers["digits"] = now + gap
        return []

    # --- the bot's side ------------------------------------------------------------------------

    def _decided(self, event: ReplyDecided, now: float) -> None:
        self._answer = Answer(event.expects.get("answer", Answer.OPEN))
        digits = event.expects.get("digits")
        self._expected_digits = int(digits) if digits else None
        self._no_input_after = event.expects.get("patience") or self.policy.no_input
        if self.floor is Floor.OWED and not event.acts and event.input in _ANSWERED:
            self._enter(Floor.IDLE)
            self._await_caller(now)

    def _playout_begins(self, now: float) -> list[TurnCommand]:
        if self.floor not in (Floor.IDLE, Floor.OWED):
            return []
        self._enter(Floor.BOT)
        self._playout_started = now
        if self._digits:
            typed, self._digits = self._digits, ""
            commands: list[TurnCommand] = []
            for digit in typed:
                if self.floor is Floor.OWED:
                    self._digits += digit
                else:
                    commands += self._digit(digit, now)
            return commands
        if self._voiced:
            # A noise that never ended, or a caller who was answered while speaking on.
            around, policy = self._surroundings(now), self.policy.overlap
            self._sound = Overhearing(now, around, policy, self._cues, noticed=now, ongoing=True)
            self._enter(Floor.OVERLAP)
        return []

    def _playout_finished(self, now: float) -> list[TurnCommand]:
        sound, self._sound = self._sound, None
        match self.floor:
            case Floor.BOT:
                self._enter(Floor.IDLE)
                self._await_caller(now)
            case Floor.OVERLAP if sound is not None and sound.ongoing:
                self._enter(Floor.IDLE)
                self._await_caller(now)
                self._timers["probe"] = now + self.policy.noise
            case Floor.OVERLAP if sound is not None:
                self._begin(sound.started)
                if sound.ended is not None:
                    return self._paused(sound.ended, now)
                self._speak(now)
        return []

    def _resume(self, started: float, now: float) -> None:
        """Go on with the turn that was taken to be over."""
        self._begin(started)
        if self._last_ended is not None:
            self._caller.started = self._last_ended.started
            self._caller.said.append(self._last_ended.text)
        self._speak(now)

    # --- timers --------------------------------------------------------------------------------

    def _timer(self, name: str, now: float) -> list[TurnCommand]:
        caller = self._caller
        match name, self.floor:
            case "endpoint", Floor.PENDING if caller.text is None:
                self._timers["transcript"] = caller.last_voiced + self.policy.transcript_grace
            case "endpoint", Floor.PENDING if not caller.words:
                seconds = caller.last_voiced - caller.started
                if seconds >= self.policy.wordless:
                    return self._end_turn(now)
                self._enter(Floor.IDLE)
                self._await_caller(now)
                return [SoundIgnored(seconds)]
            case ("endpoint", Floor.PENDING):
                return self._end_turn(now)
            case ("foresight", Floor.PENDING):
                return self._reconsider(now)
            case ("transcript", Floor.PENDING):
                return self._end_turn(now, late=True)
            case ("listening", Floor.PENDING):
                caller.acknowledged_at = caller.last_voiced
                return [ShowListening()]
            case "piece", Floor.CALLER:
                return self._cut_piece(now)
            case "longest", Floor.CALLER:
                caller.last_voiced = now
                return self._end_turn(now, late=True)
            case "probe", Floor.IDLE if self._voiced:
                return self._look_for_words(now)
            case "probe", Floor.CALLER if not caller.words:
                return self._look_for_words(now)
            case "no_input", Floor.IDLE:
                self._no_inputs += 1
                self._enter(Floor.OWED)
                return [NoInputNoticed(self._no_inputs)]
            case "resume", Floor.OWED:
                # What was to go on was lost on the way.
                self._enter(Floor.IDLE)
                self._await_caller(now)
            case "digits", _ if self._digits and self.floor is not Floor.OWED:
                return self._end_turn(now)
        return []

    def _cut_piece(self, now: float) -> list[TurnCommand]:
        """Settle the words so far of somebody who speaks on and on."""
        self._utterance += 1
        started = self._caller.cut_piece(self._utterance, now)
        self._timers["piece"] = now + self.policy.piece
        return [Transcribe(self._utterance, started, now)]

    # --- state ---------------------------------------------------------------------------------

    def _begin(self, started: float) -> None:
        """Forget the turn before; one begins."""
        self._caller = CallerTurn.begun(started)

    def _speak(self, now: float) -> None:
        """Give the caller the floor."""
        caller, policy = self._caller, self.policy
        self._enter(Floor.CALLER)
        self._timers["piece"] = max(now, caller.piece_started + policy.piece)
        self._timers["probe"] = max(now, caller.started + policy.noise)
        self._timers["longest"] = max(now, caller.started + policy.turn_longest)

    def _await_caller(self, now: float) -> None:
        self._timers["no_input"] = now + self._no_input_after

    def _enter(self, floor: Floor) -> None:
        self.floor = floor
        if floor is not Floor.OVERLAP:
            self._sound = None
        keep = "digits" if "digits" in self._timers and floor is not Floor.OWED else None
        self._timers = {name: at for name, at in self._timers.items() if name == keep}
