"""What a call session is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dialogue.brief import Brief
from dialogue.cues import USUAL, Cues
from dialogue.hours import waiting
from dialogue.said import Grammar
from dialogue.state import DialogueState
from voicebot.journal import HandoffDecided
from voicebot.ports import (
    Dialogue,
    Ears,
    JournalSink,
    Recogniser,
    Speaker,
    Synthesiser,
    ToolRunner,
    TurnDetector,
)
from voicebot.turntaking.policy import TurnPolicy

SESSION_PROMPTS = ("apology", "fallback", "listening")
"""What a session says by itself: when an engine fails, and in a pause of a dictation."""


TRANSFER_PROMPTS = ("connecting", "still_calling", "next_person", "in_line")
"""What it says around a warm transfer, in the words of `handover.yaml`; and `one_moment`."""


TIME_SHORT = "time_short"
"""What it says when the longest time of a call is nearly over, in the words of `handover.yaml`."""


BriefMaker = Callable[[DialogueState | None, str, str], Brief]
"""From the dialogue's state (None where it never began), the caller's number and the reason."""


class PersonLine(Protocol):
    """Rings people for the caller of one session; what becomes of it is posted to the session.

    All methods return at once and may be called in any state.
    """

    def begin(self, handoff: HandoffDecided) -> bool:
        """Begin to ring people; False where there are none."""
        ...

    def announced(self) -> None:
        """The caller has heard that they are connected now, and may be moved."""
        ...

    def withdrawn(self) -> None:
        """The caller does not want a person any more."""
        ...

    def caller_gone(self) -> None:
        """The caller has hung up."""
        ...

    def stream_lost(self) -> None:
        """The bot can keep the caller no longer."""
        ...

    def returned(self) -> None:
        """The caller is with the bot again."""
        ...


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """Seconds; see `voicebot.settings`."""

    turns: TurnPolicy = field(default_factory=TurnPolicy)
    call_seconds: float = 1800.0
    warned_before: float = 60.0
    """How long before the end of that time the caller is told of it."""
    filler_after: float = 0.8
    """How long a tool may take before the caller hears its filler."""
    retractable: float = 0.6
    """How long what changes something waits for the caller to go on: `turns.resumed`, and how late
    the detector notices a voice."""
    owed: float = 8.0
    """Longest silence of the bot after a turn, whatever is the matter."""
    failures: int = 2
    """Engine failures in a row after which a person is needed."""
    resumes: int = 1
    """How often a call goes on whose media stream broke off."""
    resume_seconds: float = 20.0
    """How long it waits for the new stream; carriers need some seconds to notice a loss."""


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session works with; `speaker` and `ears` are this call's own."""

    dialogue: Dialogue
    recogniser: Recogniser
    synthesiser: Synthesiser
    turn_detector: TurnDetector
    tools: ToolRunner
    journal: JournalSink
    prompts: Mapping[str, str]
    """`SESSION_PROMPTS` by name, and `TRANSFER_PROMPTS` where there is a `person` line."""
    vocabulary: tuple[str, ...]
    """The hotline's words; those of the open question come before them."""
    speaker: Speaker
    ears: Ears
    cues: Cues = USUAL["en"]
    """What a few words amount to, in the hotline's language."""
    person: PersonLine | None = None
    """Rings people while the call goes on; None: the call ends when a person is needed."""
    grammar: Callable[[DialogueState], Grammar | None] | None = None
    """Tells how the value is said that a conversation has asked for."""
    wait_words: Callable[[float], str] = waiting
    """Says how long a caller waits, from seconds, in the hotline's language."""
    brief: BriefMaker | None = None
    """Makes the brief of a call that is handed over because an engine failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended, for whoever looks after the call next."""

    disposition: str
    handoff: HandoffDecided | None = None
    """Set when a person should take over now."""
