"""TurnTaker: who holds the floor. Sans-I/O: events and `now` in, decisions out.

Knows nothing of audio, models or the wire: speech arrives as journal events with times on the call
clock, and what should happen goes back as decisions (which the driver journals) and requests (which
it answers with events). The words of the field: Sacks, Schegloff & Jefferson 1974 (floor, turn,
overlap); the starting values come from LiveKit, pipecat and Home Assistant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.acts import Answer
from voicebot.cues import is_backchannel, is_hesitant, is_sentence, is_yes_or_no, spoken_digits
from voicebot.journal import (
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    NoInputNoticed,
    OverlapIgnored,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundIgnored,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turn_policy import TurnPolicy

_ANSWERED = frozenset({"user_turn", "no_input", "tool_returned"})
"""Inputs that the bot owes an answer to."""


class Floor(StrEnum):
    """Who may speak."""

    IDLE = "idle"
    """Nobody speaks; the bot waits for the caller."""
    CALLER = "caller"
    PENDING = "pending"
    """The caller paused, and may be done."""
    OWED = "owed"
    """The caller's turn is over and the bot owes an answer it has not begun."""
    BOT = "bot"
    OVERLAP = "overlap"
    """The caller makes a sound while the bot speaks."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Request: put this stretch of the caller's audio into words; answered by `Transcribed`."""

    utterance: int
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class JudgeTurnEnd:
    """Request: does this stretch sound complete? Answered by `TurnEndJudged`."""

    utterance: int
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class Prepare:
    """Request: work out the answer to this text ahead; the turn is probably over."""

    text: str


@dataclass(frozen=True, slots=True)
class Retract:
    """Decision: the last turn was not over; undo its answer, whose words will come again."""


TurnEvent = (
    VoiceStarted
    | VoiceStopped
    | Transcribed
    | TurnEndJudged
    | DigitPressed
    | ReplyDecided
    | PlayoutStarted
    | PlayoutFinished
    | EngineFailed
)
TurnCommand = (
    Transcribe
    | JudgeTurnEnd
    | Prepare
    | Retract
    | CallerTurnEnded
    | BargedIn
    | OverlapIgnored
    | SoundIgnored
    | NoInputNoticed
)


@dataclass(slots=True)
class _CallerTurn:
    """The caller's turn in the making; times on the call clock."""

    started: float
    piece_started: float
    """Where the stretch begins that the recogniser has not settled yet."""
    last_voiced: float
    said: list[str]
    """Words of settled stretches, in order."""
    text: str | None = None
    """Words of the last stretch; None until the recogniser answers."""
    probability: float = 0.0
    settling: dict[int, int] = field(default_factory=dict)
    """Stretches cut while the caller spoke: utterance to its place in `said`."""

    @property
    def words(self) -> str:
        return " ".join(part for part in [*self.said, self.text or ""] if part)


class TurnTaker:
    """Decides when the caller's turn is over, and when the caller takes the floor from the bot."""

    def __init__(self, policy: TurnPolicy) -> None:
        self.policy = policy
        self.floor = Floor.IDLE
        self._turn = 0
        self._utterance = 0
        self._overlap_utterance = -1
        self._answer = Answer.OPEN
        self._expected_digits: int | None = None
        self._no_inputs = 0
        self._timers: dict[str, float] = {}
        self._caller = _CallerTurn(0.0, 0.0, 0.0, [])
        self._last_ended: CallerTurnEnded | None = None
        self._playout_started = float("-inf")
        self._overlap_started = self._overlap_ended = 0.0
        self._digits = ""

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next, on the call clock."""
        return min(self._timers.values(), default=None)

    def handle(self, event: TurnEvent, now: float) -> list[TurnCommand]:
        """Take a fact; return what follows from it."""
        match event:
            case VoiceStarted():
                return self._voice_started(event.started, now)
            case VoiceStopped():
                return self._voice_stopped(event.ended, now)
            case Transcribed():
                return self._transcribed(event, now)
            case TurnEndJudged():
                if self.floor is Floor.PENDING and event.utterance == self._utterance:
                    self._caller.probability = event.probability
                    return self._reconsider(now)
            case DigitPressed():
                return self._digit(event.digit, now)
            case ReplyDecided():
                self._answer = Answer(event.expects.get("answer", Answer.OPEN))
                digits = event.expects.get("digits")
                self._expected_digits = int(digits) if digits else None
                if self.floor is Floor.OWED and not event.acts and event.input in _ANSWERED:
                    self._enter(Floor.IDLE)
                    self._timers["no_input"] = now + self.policy.no_input
            case PlayoutStarted():
                if self.floor in (Floor.IDLE, Floor.OWED):
                    self._enter(Floor.BOT)
                    self._playout_started = now
            case PlayoutFinished():
                return self._playout_finished(now)
            case EngineFailed():
                if event.engine == "recogniser":
                    self._overlap_utterance = -1
                    if self.floor is Floor.PENDING:
                        self._enter(Floor.OWED)
        return []

    def expire(self, now: float) -> list[TurnCommand]:
        """Run the timers that are due."""
        commands: list[TurnCommand] = []
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
                self._enter(Floor.CALLER)
                self._timers["piece"] = started + self.policy.piece
            case Floor.PENDING:
                caller = self._caller
                if caller.text and now - caller.piece_started >= self.policy.settled:
                    caller.said.append(caller.text)
                    caller.piece_started = started
                caller.text, caller.probability = None, 0.0
                self._enter(Floor.CALLER)
                self._timers["piece"] = max(now, caller.piece_started + self.policy.piece)
            case Floor.OWED:
                self._resume(started)
                return [Retract()]
            case Floor.BOT:
                self._enter(Floor.OVERLAP)
                self._overlap_started = started
                self._timers["barge_in"] = started + self.policy.barge_in
                return self.expire(now)
        return []

    def _voice_stopped(self, ended: float, now: float) -> list[TurnCommand]:
        match self.floor:
            case Floor.CALLER:
                self._enter(Floor.PENDING)
                self._utterance += 1
                caller = self._caller
                caller.text, caller.probability, caller.last_voiced = None, 0.0, ended
                self._timers["endpoint"] = max(now, ended + self.policy.endpoint_patient)
                stretch = (self._utterance, caller.piece_started, ended)
                return [Transcribe(*stretch), JudgeTurnEnd(*stretch)]
            case Floor.OVERLAP:
                # Too short to take the floor by its length alone: its words decide.
                self._enter(Floor.BOT)
                self._utterance += 1
                self._overlap_utterance = self._utterance
                self._overlap_ended = ended
                return [Transcribe(self._utterance, self._overlap_started, ended)]
        return []

    def _transcribed(self, event: Transcribed, now: float) -> list[TurnCommand]:
        text = event.text.strip()
        if event.utterance == self._overlap_utterance:
            self._overlap_utterance = -1
            return self._overlap_transcribed(text, now)
        caller = self._caller
        if event.utterance in caller.settling:
            caller.said[caller.settling.pop(event.utterance)] = text
            return []
        if event.utterance != self._utterance or self.floor is not Floor.PENDING:
            return []
        caller.text = text
        prepare: list[TurnCommand] = [Prepare(caller.words)] if caller.words else []
        return prepare + self._reconsider(now)

    def _overlap_transcribed(self, text: str, now: float) -> list[TurnCommand]:
        seconds = max(0.0, self._overlap_ended - self._overlap_started)
        answers = self._answer in (Answer.YES_NO, Answer.CHOICE, Answer.CODE)
        meant = bool(text) and (answers or not is_backchannel(text))
        match self.floor:
            case Floor.BOT | Floor.OVERLAP if not meant:
                return [OverlapIgnored(seconds, "backchannel" if text else "no_words")]
            case Floor.OVERLAP:
                self._begin(self._overlap_started)
                self._caller.said.append(text)
                self._enter(Floor.CALLER)
                self._timers["piece"] = now + self.policy.piece
                return [BargedIn(seconds, "words")]
            case Floor.BOT:
                self._overheard(text)
                return [BargedIn(seconds, "words"), *self._end_turn(now)]
            case Floor.IDLE if meant:
                self._overheard(text)
                return self._end_turn(now)
            case Floor.CALLER | Floor.PENDING if meant:
                self._caller.said.insert(0, text)
        return []

    # --- the end of the caller's turn ------------------------------------------------------

    def _reconsider(self, now: float) -> list[TurnCommand]:
        self._timers["endpoint"] = self._caller.last_voiced + self._patience()
        self._timers.pop("transcript", None)
        return self.expire(now)

    def _patience(self) -> float:
        """How much silence ends the turn, from what is known of it so far."""
        policy, text = self.policy, self._caller.text
        complete = self._caller.probability >= policy.complete_probability
        wait = policy.endpoint if complete else policy.endpoint_patient
        if text is None:
            return wait
        if not complete and is_sentence(text):
            wait = policy.endpoint_sentence
        match self._answer:
            case Answer.YES_NO | Answer.CHOICE if is_yes_or_no(text):
                wait = policy.endpoint
            case Answer.CODE:
                if digits := spoken_digits(self._caller.words):
                    enough = self._expected_digits is not None and digits >= self._expected_digits
                    wait = policy.endpoint if enough else policy.endpoint_patient
            case Answer.TEXT:
                wait = policy.endpoint_patient
        if is_hesitant(text):
            wait = max(wait, policy.hesitation)
        return min(wait, policy.endpoint_longest)

    def _end_turn(self, now: float, *, late: bool = False) -> list[TurnCommand]:
        caller = self._caller
        self._turn += 1
        ended = CallerTurnEnded(
            turn=self._turn,
            text=caller.words,
            started=caller.started,
            ended=caller.last_voiced,
            digits=self._digits,
            evidence={
                "silence": round(now - caller.last_voiced, 3),
                "probability": round(caller.probability, 3),
                **({"late": 1.0} if late else {}),
            },
        )
        self._last_ended = ended
        self._digits = ""
        self._no_inputs = 0
        self._enter(Floor.OWED)
        return [ended]

    # --- keys ----------------------------------------------------------------------------------

    def _digit(self, digit: str, now: float) -> list[TurnCommand]:
        commands: list[TurnCommand] = []
        if self.floor in (Floor.BOT, Floor.OVERLAP):
            self._enter(Floor.IDLE)
            commands.append(BargedIn(0.0, "digit"))
        if self.floor is Floor.OWED:
            return commands
        if not self._digits and self.floor is Floor.IDLE:
            self._begin(now)
        self._caller.last_voiced = now
        if digit != "#":
            self._digits += digit
        wanted = self._expected_digits if self._answer is Answer.CODE else 1
        done = digit == "#" or (wanted is not None and len(self._digits) >= wanted)
        if not self._digits:
            self._timers["no_input"] = now + self.policy.no_input
            return commands
        if done or self._digits == "0":
            return commands + self._end_turn(now)
        self._timers["digits"] = now + self.policy.digit_gap
        return commands

    # --- the bot's side ------------------------------------------------------------------------

    def _playout_finished(self, now: float) -> list[TurnCommand]:
        match self.floor:
            case Floor.BOT:
                self._enter(Floor.IDLE)
                self._timers["no_input"] = now + self.policy.no_input
            case Floor.OVERLAP:
                self._begin(self._overlap_started)
                self._enter(Floor.CALLER)
                self._timers["piece"] = self._overlap_started + self.policy.piece
        return []

    def _resume(self, started: float) -> None:
        """Go on with the turn that was taken to be over."""
        self._begin(started)
        if self._last_ended is not None:
            self._caller.started = self._last_ended.started
            self._caller.said.append(self._last_ended.text)
        self._enter(Floor.CALLER)
        self._timers["piece"] = started + self.policy.piece

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
                self._timers["no_input"] = now + self.policy.no_input
                return [SoundIgnored(seconds)]
            case ("endpoint", Floor.PENDING):
                return self._end_turn(now)
            case ("transcript", Floor.PENDING):
                return self._end_turn(now, late=True)
            case "barge_in", Floor.OVERLAP:
                return self._barge_in(now)
            case "piece", Floor.CALLER:
                self._utterance += 1
                caller.settling[self._utterance] = len(caller.said)
                caller.said.append("")
                started, caller.piece_started = caller.piece_started, now
                self._timers["piece"] = now + self.policy.piece
                return [Transcribe(self._utterance, started, now)]
            case "no_input", Floor.IDLE:
                self._no_inputs += 1
                self._enter(Floor.OWED)
                return [NoInputNoticed(self._no_inputs)]
            case "digits", _ if self._digits:
                if self.floor is not Floor.OWED:
                    return self._end_turn(now)
        return []

    def _barge_in(self, now: float) -> list[TurnCommand]:
        started = self._overlap_started
        seconds = now - started
        if (
            started - self._playout_started <= self.policy.resumed
            and self._last_ended is not None
            and started - self._last_ended.ended
            <= self.policy.endpoint_patient + self.policy.resumed
        ):
            self._resume(started)
            return [BargedIn(seconds, "resumed"), Retract()]
        self._begin(started)
        self._enter(Floor.CALLER)
        self._timers["piece"] = started + self.policy.piece
        return [BargedIn(seconds, "speech")]

    # --- state ---------------------------------------------------------------------------------

    def _begin(self, started: float) -> None:
        """Forget the turn before; one begins."""
        self._caller = _CallerTurn(started, started, started, [])

    def _overheard(self, text: str) -> None:
        """Take words said over the bot as the caller's turn."""
        self._begin(self._overlap_started)
        self._caller.text = text
        self._caller.last_voiced = self._overlap_ended

    def _enter(self, floor: Floor) -> None:
        self.floor = floor
        keep = "digits" if self._digits_pending() else None
        self._timers = {name: at for name, at in self._timers.items() if name == keep}

    def _digits_pending(self) -> bool:
        return "digits" in self._timers and self.floor is not Floor.OWED
