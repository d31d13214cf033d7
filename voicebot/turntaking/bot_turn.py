"""BotTurn: what the bot has asked and said, as far as taking turns depends on it. Sans-I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.acts import Answer
from voicebot.journal import SpeechQueued
from voicebot.turntaking.overheard import repeats

_SPOKEN = 3
"""Segments of the bot's speech that an echo may still repeat."""
_ECHO_TAIL = 0.8
"""Seconds after the bot's last sound in which the line may still give it back."""
_ALIKE = 0.8
"""Share of the words that makes them a repetition."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller is expected to answer."""

    patience: float
    """Seconds of silence after which it is asked again."""
    answer: Answer = Answer.OPEN
    digits: int | None = None
    """How many make the answer complete, if that is known."""

    @classmethod
    def expected(cls, expects: Mapping[str, Any], patience: float) -> Question:
        """Return what `ReplyDecided.expects` says; `patience` where it sets no other."""
        digits = expects.get("digits")
        return cls(
            patience=expects.get("patience") or patience,
            answer=Answer(expects.get("answer", Answer.OPEN)),
            digits=int(digits) if digits else None,
        )

    @property
    def is_answered_by_a_word(self) -> bool:
        """Whether a word is enough."""
        return self.answer in (Answer.YES_NO, Answer.CHOICE, Answer.CODE)


class BotTurn:
    """The bot's side of the conversation. Times on the call clock."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.started = self.finished = float("-inf")
        """When it last began and ceased to speak."""
        self._queued: dict[str, SpeechQueued] = {}
        self._spoken: deque[SpeechQueued] = deque(maxlen=_SPOKEN)

    @property
    def lately(self) -> str:
        """Its words of the last seconds, up to those that sound now."""
        return " ".join(queued.text for queued in self._spoken)

    @property
    def is_at_its_end(self) -> bool:
        """Whether nothing waits to be said after what sounds now."""
        return not self._queued

    @property
    def is_interruptible(self) -> bool:
        """Whether what sounds now may be cut off by any words."""
        return not self._spoken or self._spoken[-1].interruptible

    def queue(self, segment: SpeechQueued) -> None:
        """A segment is to be said."""
        self._queued[segment.segment] = segment

    def say(self, segment: str) -> None:
        """A segment sounds."""
        if (queued := self._queued.pop(segment, None)) is not None:
            self._spoken.append(queued)

    def finish(self, now: float) -> None:
        """All was said, or cut off."""
        self._queued.clear()
        self.finished = now

    def is_echoed_by(self, text: str, started: float) -> bool:
        """Whether words after its end are its own last ones, come back on the line."""
        if started - self.finished > _ECHO_TAIL or len(text.split()) < 2:
            return False
        return repeats(text, self.lately) >= _ALIKE
