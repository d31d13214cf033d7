"""CallerTurn: the caller's turn in the making, and how much silence would end it. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogue.acts import Answer
from voicebot.turntaking.bot_turn import Question
from voicebot.turntaking.completeness import digits_in
from voicebot.turntaking.endpointing import (
    SHORTEST_PAUSE,
    TurnEvidence,
    explanation,
    is_whole,
    patience,
)
from voicebot.turntaking.policy import TurnPolicy

_LOST = 0.4
"""How well a turn is understood that might as well not be: there is no hurry to answer it."""
_SURE = 0.8
"""The same of one that need not be waited for."""
_ACKNOWLEDGED = 3.0
"""Seconds of a dictation for which one "mm-hm" is enough."""


@dataclass(slots=True)
class CallerTurn:
    """What the caller has said so far; times on the call clock."""

    started: float
    piece_started: float
    """Where the stretch begins that the recogniser has not settled yet."""
    last_voiced: float
    said: list[str] = field(default_factory=list)
    """Words of settled stretches, in order."""
    text: str | None = None
    """Words of the last stretch; None until the recogniser answers."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """What else the last stretch may have been."""
    avg_logprob: float | None = None
    probability: float | None = None
    """That the turn sounds complete; None until the turn detector answers."""
    understood: float | None = None
    """How well the dialogue understands the words so far, 0..1; None until it was asked."""
    is_farewell: bool = False
    """Whether the dialogue would say goodbye to the words so far."""
    pauses: int = 0
    longest_pause: float = 0.0
    level: float | None = None
    """dBFS of the last stretch."""
    settling: dict[int, int] = field(default_factory=dict)
    """Stretches cut while the caller spoke: utterance to its place in `said`."""
    acknowledged_at: float | None = None
    """End of the stretch after which the bot last said "mm-hm"."""
    cut_in: bool = False
    """It began over the bot and made it fall silent."""

    @classmethod
    def begun(cls, started: float) -> CallerTurn:
        """Return a turn of which nothing is known but its first sample."""
        return cls(started, started, started)

    @property
    def words(self) -> str:
        """All words so far."""
        return " ".join(part for part in [*self.said, self.text or ""] if part)

    @property
    def other_words(self) -> tuple[tuple[str, float], ...]:
        """What else all words so far may have been, with prices."""
        if not self.text:
            return ()
        return tuple(
            (" ".join(part for part in [*self.said, text] if part), price)
            for text, price in self.alternatives
        )

    def paused(self, ended: float) -> None:
        """The caller fell silent; the last stretch goes to the recogniser."""
        self.text = self.probability = None
        self.last_voiced = ended

    def went_on(self, started: float, now: float, policy: TurnPolicy) -> None:
        """The caller spoke on after a pause."""
        if self.text and now - self.piece_started >= policy.settled:
            self.said.append(self.text)
            self.piece_started = started
        if (pause := started - self.last_voiced) >= SHORTEST_PAUSE:
            self.pauses += 1
            self.longest_pause = max(self.longest_pause, pause)
        self.text = self.probability = None

    def heard(
        self, text: str, avg_logprob: float, alternatives: tuple[tuple[str, float], ...] = ()
    ) -> None:
        """The recogniser put the last stretch into words."""
        self.alternatives = alternatives
        self.text, self.avg_logprob, self.understood = text, avg_logprob, None
        self.is_farewell = False

    def cut_piece(self, utterance: int, now: float) -> float:
        """Settle what was said so far under an utterance's name; return where it began."""
        self.settling[utterance] = len(self.said)
        self.said.append("")
        started, self.piece_started = self.piece_started, now
        return started

    def settled(self, utterance: int, text: str) -> bool:
        """Take the words of a settled stretch; False if the utterance is none."""
        if utterance not in self.settling:
            return False
        self.said[self.settling.pop(utterance)] = text
        return True

    def is_dictating(self, answer: Answer) -> bool:
        """Whether a code or an address is being given, and nobody said "mm-hm" to it just now."""
        since = self.acknowledged_at
        if since is not None and self.last_voiced - since < _ACKNOWLEDGED:
            return False
        match answer:
            case Answer.CODE:
                return digits_in(self.words) > 1
            case Answer.TEXT:
                return len(self.words.split()) > 2
        return False

    def evidence(self, question: Question) -> TurnEvidence:
        """Return what is known of it, given what was asked."""
        return TurnEvidence(
            text=self.words,
            last=self.text or "",
            probability=self.probability,
            avg_logprob=self.avg_logprob,
            answer=question.answer,
            digits=question.digits,
            speech_seconds=self.last_voiced - self.started,
            pauses=self.pauses,
            longest_pause=self.longest_pause,
        )

    def patience(self, question: Question, policy: TurnPolicy) -> float:
        """Return how much silence ends it, from what is known so far."""
        if self.text is None:
            return policy.endpoint_longest
        evidence = self.evidence(question)
        wait = patience(evidence, policy)
        if self.understood is None:
            return wait
        if self.understood < _LOST:
            return min(max(wait, policy.puzzled), policy.endpoint_longest)
        if self.is_farewell:
            # "No thank you, … that's all": nobody is in a hurry to be said goodbye to.
            return max(wait, policy.farewell)
        if self.understood >= _SURE and is_whole(evidence):
            return min(wait, policy.understood)
        return wait

    def explained(self, now: float, question: Question, policy: TurnPolicy) -> dict[str, float]:
        """Return why it is over now."""
        silence = round(now - self.last_voiced, 3)
        return {"silence": silence, **explanation(self.evidence(question), policy)}
