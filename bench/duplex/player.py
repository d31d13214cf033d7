"""EventPlayer: a caller who asks for long answers and does things while they are said.

Reacts to what is heard: while the bot speaks, the next event; once it is silent, the next question.
Positions are samples on the call clock.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.duplex.corpus import OWN_ECHO_GAIN, Event
from bench.duplex.hotline import LONGEST_EVENT_AT
from bench.duplex.line import CallLine
from telephony.g711 import SAMPLE_RATE, pcm16_to_ulaw
from telephony.simulator import AudibleMeter, CallerLine, LinePlayer, Spoken

ASK_AFTER = round(1.5 * SAMPLE_RATE)
"""Silence of the bot after which the caller asks the next question."""
ANSWER_WITHIN = {"turn": round(4.0 * SAMPLE_RATE), "event": round(2.5 * SAMPLE_RATE)}
"""Silence of a bot that owes an answer after which the caller asks anew."""
UTTERANCE_GAP = round(0.7 * SAMPLE_RATE)
"""Silence of the bot that divides what it says into utterances."""
SPEAKING = round(0.06 * SAMPLE_RATE)
"""A bot heard so lately is in the middle of speaking."""
SETTLE_ONSET = round(2.6 * SAMPLE_RATE)
SETTLE_END = round(1.3 * SAMPLE_RATE)
"""No event begins so soon after another's first or last sound, so that windows do not overlap."""
OTHER_SPEECH = round(4.0 * SAMPLE_RATE)
"""Speech that answers no question of ours may be short; an event waits until it is not."""
LAST_WINDOW = round(3.0 * SAMPLE_RATE)
"""How long the caller stays after the last event."""
GIVE_UP = round(20.0 * SAMPLE_RATE)
"""A caller to whom nothing is said for so long hangs up."""
STUCK = round(45.0 * SAMPLE_RATE)
"""So does one who found no place for an event for so long, as the bot cuts itself off."""


@dataclass(frozen=True, slots=True)
class Played:
    """An event and where it lies in the call."""

    event: Event
    spoken: Spoken


class EventPlayer(LinePlayer):
    """One caller.

    Args:
        events: What happens over the bot's speech, in order.
        questions: Turns that are answered at length; begun anew when they run out.
        rng: Draws how far into the speech an event begins, 1.0-3.0 s.
        line: Carries echoes of the bot's own speech, where an event is one.
        answers: Hang up after so many questions; None: once the events are over.
    """

    def __init__(
        self,
        events: Sequence[Event],
        questions: Sequence[Event],
        rng: random.Random,
        line: CallLine | None = None,
        answers: int | None = None,
    ) -> None:
        super().__init__()
        self._events = tuple(events)
        self._questions = tuple(questions)
        self._rng = rng
        self._line = line
        self._answers = answers
        self._begun: list[Event] = []
        self._event_count = 0
        self._question_count = 0
        self._answer_begins: int | None = None
        self._offset = self._drawn_offset()

    @property
    def played(self) -> list[Played]:
        """The events and questions so far, in order."""
        return [Played(e, spoken) for e, spoken in zip(self._begun, self.said, strict=True)]

    @property
    def left(self) -> tuple[Event, ...]:
        """The events that did not happen yet."""
        return self._events[self._event_count :]

    def due(self, start: int, bot: AudibleMeter) -> CallerLine | None:
        """Return the next event or question once its time has come."""
        last = bot.last_heard
        if last is None:
            return None
        if start - max(last, self._waiting_since) >= self._patience(last):
            return self._question() if self._goes_on() else None
        if not self.left or start - last > SPEAKING or not self._may_begin(start, bot):
            return None
        event = self.left[0]
        self._event_count += 1
        self._offset = self._drawn_offset()
        if event.echo_delay and self._line is not None:
            end = start + len(event.samples)
            self._line.echo_back(start, end, event.echo_delay, OWN_ECHO_GAIN)
        return self._line_of(event)

    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether all is over, or nobody speaks any more."""
        if self.speaking is not None:
            return False
        silent = start - max(bot.last_heard or 0, self._waiting_since)
        if self._goes_on():
            return silent >= GIVE_UP or self._is_stuck(start)
        if self._answers is not None:
            return silent >= self._patience(bot.last_heard or 0)
        return start - self._waiting_since >= LAST_WINDOW

    def _is_stuck(self, start: int) -> bool:
        last = max((s.audible_to for s in self.said if s.line.label.startswith("event")), default=0)
        return self._answers is None and start - last >= STUCK

    def _goes_on(self) -> bool:
        if self._answers is not None:
            return self._question_count < self._answers
        return bool(self.left)

    def _may_begin(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether the next event may begin, given that the bot is speaking."""
        if not self.said:
            return False  # the greeting is too short
        before = self.said[-1]
        if before.line.label.startswith("event"):
            if start - before.audible_from < SETTLE_ONSET:
                return False
            if start - before.audible_to < SETTLE_END + self._offset // 3:
                return False
        onset = _utterance_onset(bot)
        spoken = start - onset
        asked = max((s.audible_to for s in self.said if s.line.label.startswith("turn")), default=0)
        if self._answer_begins is None and onset >= asked > 0:
            self._answer_begins = onset
        needed = self._offset if onset == self._answer_begins else OTHER_SPEECH + self._offset
        return needed <= spoken <= LONGEST_EVENT_AT * SAMPLE_RATE

    def _patience(self, last: int) -> int:
        """Return the silence that the caller bears, given when the bot was last heard."""
        if not self.said or last > self.said[-1].audible_to:
            return ASK_AFTER
        return ANSWER_WITHIN[self.said[-1].line.label.partition(" ")[0]]

    def _question(self) -> CallerLine:
        question = self._questions[self._question_count % len(self._questions)]
        self._question_count += 1
        self._answer_begins = None
        return self._line_of(question)

    def _line_of(self, event: Event) -> CallerLine:
        self._begun.append(event)
        samples = np.round(event.samples * 32767).astype("<i2")
        kind = "turn" if event.kind == "turn" else "event"
        return CallerLine(
            audio=pcm16_to_ulaw(samples.tobytes()),
            label=f"{kind} {len(self._begun)} {event.label}",
            speech=event.speech,
        )

    def _drawn_offset(self) -> int:
        return round(self._rng.uniform(1.0, 3.0) * SAMPLE_RATE)


def _utterance_onset(bot: AudibleMeter) -> int:
    """Return where what the bot says now began, pauses inside it not counted."""
    spans = bot.spans
    onset = spans[-1][0]
    for first, last in reversed(spans[:-1]):
        if onset - last >= UTTERANCE_GAP:
            break
        onset = first
    return onset
