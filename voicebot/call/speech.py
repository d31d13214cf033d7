"""SpeechOutput: what the bot says in one call, from words to the caller's ear.

Splits texts into clauses, plays those that were rendered ahead at once, renders the others one
after another, and follows all of them through `Playout`. What an interruption cut off is kept until
something else is said, so that the bot can go on from the very word if it was none. Owned by one
`CallSession`, on whose task all its methods run.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from voicebot.call.playout import Playout
from voicebot.journal import (
    JournalEvent,
    PlayoutFinished,
    PlayoutStarted,
    SpeechCut,
    SpeechQueued,
    SpeechSilenced,
    SpeechStarted,
)
from voicebot.ports import EngineError, Priority, Rendered, Speaker, StaleWork, Synthesiser
from voicebot.word_times import next_edge

TAIL = 0.04
"""Seconds over which the voice dies away when it is cut off in the middle of a word."""
EDGE = 0.06
"""Seconds that it may take instead to reach the end of the word."""


@dataclass(frozen=True, slots=True)
class SegmentSent:
    """Fact from the speaker: the first audio of a segment went out."""

    segment: str


@dataclass(frozen=True, slots=True)
class MarkEchoed:
    """Fact from the leg: the far end returned a mark."""

    name: str


@dataclass(frozen=True, slots=True)
class ClauseRendered:
    """Fact from the synthesiser: the clause being waited for is there."""

    segment: str
    speech: Rendered


@dataclass(frozen=True, slots=True)
class ClauseFailed:
    """Fact from the synthesiser: the clause being waited for will not come."""

    segment: str
    error: str


@dataclass(frozen=True, slots=True)
class _Clause:
    segment: str
    text: str
    turn: int
    source: str
    slow: bool
    interruptible: bool
    speech: Rendered | None = None
    """Its sound, once known."""


@dataclass(slots=True)
class _Parked:
    """What was cut off, in order, and what had been heard of it by then."""

    clauses: list[_Clause] = field(default_factory=list)
    heard: str = ""


class SpeechOutput:
    """Says things in order and knows what became of them."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        speaker: Speaker,
        *,
        journal: Callable[[JournalEvent], None],
        post: Callable[[ClauseRendered | ClauseFailed], None],
    ) -> None:
        self._synthesiser = synthesiser
        self._speaker = speaker
        self._journal = journal
        self._post = post
        self._playout = Playout()
        self._waiting: deque[_Clause] = deque()
        """To be rendered; the others are with the speaker."""
        self._playing: dict[str, _Clause] = {}
        self._rendering: asyncio.Task[None] | None = None
        self._cached: set[str] = set()
        self._count = 0
        self._speaks = False
        self._parked = _Parked()
        self._missed: list[str] | None = None
        """What was said to nobody since the line broke off; None while there is a line."""

    @property
    def busy(self) -> bool:
        """Whether anything is still to be said or to be heard."""
        return bool(self._waiting) or self._playout.speaking

    @property
    def deadline(self) -> float | None:
        """When to call `expire`, on the call clock."""
        return self._playout.deadline

    def say(
        self, text: str, *, turn: int, source: str, slow: bool = False, interruptible: bool = True
    ) -> None:
        """Queue a text; what was rendered ahead goes to the speaker before this returns."""
        self.forget()
        if self._missed is not None:
            self._miss(text, turn, source)
            return
        for clause in self._synthesiser.clauses(text):
            self._queue(_Clause("", clause, turn, source, slow, interruptible))
        self._pump()

    def rendered(self, event: ClauseRendered) -> None:
        """Take a clause that was waited for."""
        if self._waiting and self._waiting[0].segment == event.segment:
            self._rendering = None
            self._play(self._waiting.popleft(), event.speech)
            self._pump()

    def sent(self, event: SegmentSent, now: float) -> None:
        """A segment's first audio went out."""
        self._journal(SpeechStarted(event.segment, event.segment in self._cached))
        self._playout.started(event.segment, now)

    def marked(self, event: MarkEchoed, now: float) -> None:
        """A segment was played to its end."""
        for heard in self._playout.mark_echoed(event.name, now):
            self._playing.pop(heard.segment, None)
            self._journal(heard)
        self._settle()

    def expire(self, now: float) -> None:
        """Stop waiting for marks that are overdue."""
        for heard in self._playout.expire(now):
            self._playing.pop(heard.segment, None)
            self._journal(heard)
        self._settle()

    # --- while the caller makes a sound --------------------------------------------------------

    def duck(self) -> None:
        """Lower the voice while it is not clear what the caller wants."""
        self._speaker.duck()

    def restore(self) -> None:
        """Bring the voice back; nothing was held back meanwhile."""
        self._speaker.restore()

    def silence(self, now: float, *, fade: bool = False) -> tuple[str, str]:
        """Fall silent; return what was heard and what was not of all that was queued.

        Args:
            now: Call clock.
            fade: Let the voice die away, at the end of the word where that is near, rather than
                break off.
        """
        if not self.busy:
            return "", ""
        tail = self._tail(now) if fade else 0.0
        self._speaker.silence(tail)
        self._journal(SpeechSilenced())
        cuts = self._playout.cleared(now + tail)
        cuts += [SpeechCut(clause.segment, "", clause.text) for clause in self._waiting]
        heard = " ".join(cut.heard for cut in cuts if cut.heard)
        self._parked = _Parked([rest for cut in cuts if (rest := self._rest(cut))], heard)
        for cut in cuts:
            self._journal(cut)
        self._waiting.clear()
        self._playing.clear()
        self.cancel()
        self._settle()
        return heard, " ".join(cut.unheard for cut in cuts if cut.unheard)

    def resume(self) -> str | None:
        """Go on from the word at which the voice was cut off.

        Returns:
            What had been heard before, or None if nothing was cut off.
        """
        parked, self._parked = self._parked, _Parked()
        if not parked.clauses:
            return None
        for clause in parked.clauses:
            self._queue(clause)
        self._pump()
        return parked.heard

    def forget(self) -> None:
        """What was cut off will not be taken up again."""
        self._parked = _Parked()

    def cancel(self) -> None:
        """Give up what is being rendered."""
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None

    # --- without a line ------------------------------------------------------------------------

    def line_lost(self, now: float) -> str:
        """Nobody hears what is said from now on; return what was heard of what is cut off."""
        heard, unheard = self.silence(now)
        self.forget()
        self._missed = [unheard] if unheard else []
        return heard

    def line_back(self) -> str:
        """Somebody listens again; return all that they missed."""
        missed, self._missed = self._missed or [], None
        return " ".join(missed)

    def _miss(self, text: str, turn: int, source: str) -> None:
        self._count += 1
        segment = f"s{self._count}"
        self._journal(SpeechQueued(segment, text, turn, source))
        self._journal(SpeechCut(segment, "", text))
        if self._missed is not None:
            self._missed.append(text)

    def _tail(self, now: float) -> float:
        sounding = self._playout.sounding(now)
        clause = self._playing.get(sounding[0]) if sounding is not None else None
        if sounding is None or clause is None or clause.speech is None:
            return TAIL
        edge = next_edge(clause.speech.words, sounding[1], EDGE)
        return TAIL if edge is None else max(TAIL / 2, edge - sounding[1])

    def _rest(self, cut: SpeechCut) -> _Clause | None:
        """Return what is left to say of a clause: text, and its sound where it is known."""
        if not cut.unheard:
            return None
        clause = self._playing.get(cut.segment)
        if clause is None:
            return next(c for c in self._waiting if c.segment == cut.segment)
        if clause.speech is None or not cut.heard:
            return clause
        speech = clause.speech.after(len(clause.text) - len(cut.unheard))
        return replace(clause, text=cut.unheard, speech=speech)

    # --- to the speaker ------------------------------------------------------------------------

    def _queue(self, clause: _Clause) -> None:
        self._count += 1
        named = replace(clause, segment=f"s{self._count}")
        self._journal(
            SpeechQueued(named.segment, named.text, named.turn, named.source, named.interruptible)
        )
        self._waiting.append(named)

    def _pump(self) -> None:
        while self._waiting and self._rendering is None:
            clause = self._waiting[0]
            speech = clause.speech or self._synthesiser.cached(clause.text, slow=clause.slow)
            if speech is None:
                self._rendering = asyncio.create_task(self._render(clause))
                return
            self._waiting.popleft()
            self._cached.add(clause.segment)
            self._play(clause, speech)
        self._settle()

    def _play(self, clause: _Clause, speech: Rendered) -> None:
        if not self._speaks:
            self._speaks = True
            self._journal(PlayoutStarted())
        self._playing[clause.segment] = replace(clause, speech=speech)
        self._playout.queued(clause.segment, clause.text, speech.seconds, speech.words)
        self._speaker.play(clause.segment, speech.audio)

    async def _render(self, clause: _Clause) -> None:
        try:
            speech = await self._synthesiser.render(
                clause.text, slow=clause.slow, priority=Priority.FINAL
            )
        except (EngineError, StaleWork) as error:
            self._post(ClauseFailed(clause.segment, type(error).__name__))
        else:
            self._post(ClauseRendered(clause.segment, speech))

    def _settle(self) -> None:
        if self._speaks and not self.busy:
            self._speaks = False
            self._journal(PlayoutFinished())
