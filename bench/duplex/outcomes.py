"""What came of events and turns, as it is kept: raw values, in seconds, measured at the ear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event over the bot's speech."""

    system: str
    condition: str
    call: str
    kind: str
    """Its true class; see `bench.duplex.corpus.KINDS`."""
    label: str
    text: str
    voice: str
    at: float
    """Its first sound, on the call clock."""
    seconds: float
    """From its first to its last sound."""
    void: str = ""
    """Why it does not count: the bot was not speaking, or came to its own end; empty if it does."""
    stopped_after: float | None = None
    """First sound to the bot's silence, or to its decision if it was in a pause of its own until
    then; None: it spoke on."""
    verdict: str = ""
    """What the server's journal says: `yield:KIND`, `ignore:KIND`, or empty: nothing."""
    decided_after: float | None = None
    """First sound to that decision."""
    lowered_after: float | None = None
    """First sound to the lowered voice, of a bot that spoke on."""
    lowered_by: float | None = None
    """dB."""
    level_back_after: float | None = None
    """Last sound of the event to the full level; None where it was not lowered, or stayed low."""
    lowered_for: float | None = None
    resumed_after: float | None = None
    """False stop with the same speech taken up again: last sound (or silence) to speech."""
    skipped: float | None = None
    """Speech lost (> 0), or said twice or delayed (< 0), across an event that did not want the
    floor; None where what was said is not in the reference."""


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """One turn of the caller that got an answer, or should have."""

    system: str
    condition: str
    call: str
    kind: str
    """`turn` with pauses inside, or `interruption` that the bot yielded to."""
    label: str
    text: str
    voice: str
    pauses: tuple[float, ...]
    """Lengths of the pauses inside."""
    response: float | None
    """Voice to voice; None: unanswered, or the bot spoke into it."""
    spoken_into: bool
    """The bot began to speak while the turn was not over."""


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """One call as a whole."""

    system: str
    condition: str
    call: str
    seconds: float
    stray_stops: int
    """How often the bot took the noise of the line, or its own echo, for a caller who wants the
    floor while the caller did nothing; by the server's journal."""
    not_played: int
    """Events for which this call had no place."""
