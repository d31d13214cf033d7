"""SpeechOutput: what the bot says in one call, from words to the caller's ear.

Splits texts into clauses, plays those that were rendered ahead at once, renders the others one
after another, and follows all of them through `Playout`. Owned by one `CallSession`, on whose task
all its methods run.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voicebot.journal import (
    JournalEvent,
    PlayoutFinished,
    PlayoutStarted,
    SpeechCut,
    SpeechQueued,
    SpeechSilenced,
    SpeechStarted,
)
from voicebot.playout import Playout
from voicebot.ports import SAMPLE_RATE, EngineError, Priority, Speaker, StaleWork, Synthesiser


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
    audio: bytes


@dataclass(frozen=True, slots=True)
class ClauseFailed:
    """Fact from the synthesiser: the clause being waited for will not come."""

    segment: str
    error: str


@dataclass(frozen=True, slots=True)
class _Clause:
    segment: str
    text: str
    slow: bool


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
        self._clauses: deque[_Clause] = deque()
        self._rendering: asyncio.Task[None] | None = None
        self._cached: set[str] = set()
        self._count = 0
        self._playing = False

    @property
    def busy(self) -> bool:
        """Whether anything is still to be said or to be heard."""
        return bool(self._clauses) or self._playout.speaking

    @property
    def deadline(self) -> float | None:
        """When to call `expire`, on the call clock."""
        return self._playout.deadline

    def say(self, text: str, *, turn: int, source: str, slow: bool = False) -> None:
        """Queue a text; what was rendered ahead goes to the speaker before this returns."""
        for clause in self._synthesiser.clauses(text):
            self._count += 1
            segment = f"s{self._count}"
            self._journal(SpeechQueued(segment, clause, turn, source))
            self._clauses.append(_Clause(segment, clause, slow))
        self._pump()

    def rendered(self, event: ClauseRendered) -> None:
        """Take a clause that was waited for."""
        if self._clauses and self._clauses[0].segment == event.segment:
            self._rendering = None
            self._play(self._clauses.popleft(), event.audio)
            self._pump()

    def sent(self, event: SegmentSent, now: float) -> None:
        """A segment's first audio went out."""
        self._journal(SpeechStarted(event.segment, event.segment in self._cached))
        self._playout.started(event.segment, now)

    def marked(self, event: MarkEchoed, now: float) -> None:
        """A segment was played to its end."""
        for heard in self._playout.mark_echoed(event.name, now):
            self._journal(heard)
        self._settle()

    def expire(self, now: float) -> None:
        """Stop waiting for marks that are overdue."""
        for heard in self._playout.expire(now):
            self._journal(heard)
        self._settle()

    def silence(self, now: float) -> tuple[str, str]:
        """Fall silent at once; return what was heard and what was not of all that was queued."""
        if not self.busy:
            return "", ""
        self._speaker.silence()
        self._journal(SpeechSilenced())
        cuts = self._playout.cleared(now)
        cuts += [SpeechCut(clause.segment, "", clause.text) for clause in self._clauses]
        for cut in cuts:
            self._journal(cut)
        self._clauses.clear()
        self.cancel()
        self._settle()
        heard = " ".join(cut.heard for cut in cuts if cut.heard)
        return heard, " ".join(cut.unheard for cut in cuts if cut.unheard)

    def cancel(self) -> None:
        """Give up what is being rendered."""
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None

    def _pump(self) -> None:
        while self._clauses and self._rendering is None:
            clause = self._clauses[0]
            audio = self._synthesiser.cached(clause.text, slow=clause.slow)
            if audio is None:
                self._rendering = asyncio.create_task(self._render(clause))
                return
            self._clauses.popleft()
            self._cached.add(clause.segment)
            self._play(clause, audio)
        self._settle()

    def _play(self, clause: _Clause, audio: bytes) -> None:
        if not self._playing:
            self._playing = True
            self._journal(PlayoutStarted())
        self._playout.queued(clause.segment, clause.text, len(audio) / SAMPLE_RATE)
        self._speaker.play(clause.segment, audio)

    async def _render(self, clause: _Clause) -> None:
        try:
            audio = await self._synthesiser.render(
                clause.text, slow=clause.slow, priority=Priority.FINAL
            )
        except (EngineError, StaleWork) as error:
            self._post(ClauseFailed(clause.segment, type(error).__name__))
        else:
            self._post(ClauseRendered(clause.segment, audio))

    def _settle(self) -> None:
        if self._playing and not self.busy:
            self._playing = False
            self._journal(PlayoutFinished())
