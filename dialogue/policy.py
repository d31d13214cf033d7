"""Pure rules: how sure is sure enough, how often to ask again, when a person is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

OUT_OF_SCOPE = "out_of_scope"
"""The intent of everything that a hotline cannot do."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A hotline's thresholds."""

    act: float = 0.5
    """Probability of an intent from which it is acted on."""
    ask: float = 0.2
    """Probability of an intent from which it is worth asking about."""
    grounds: float = 0.22
    """Probability times nearness to a known example, below which nothing is acted on: a classifier
    is also sure of what is far from all that it knows."""
    switch: float = 0.75
    """Probability from which another task may replace one that is waiting for an answer."""
    article: float = 0.6
    """Score of an article from which it answers a question that no intent explains."""
    attempts: int = 2
    """How often a value that did not hold is asked for again before a person is offered."""
    patience: float = 60.0
    """Seconds of silence that a customer gets who asked to hold on."""
    queue: str = "service"
    """Where people are."""


class Band(StrEnum):
    """How sure the hotline is of what was meant."""

    ACT = "act"
    ASK = "ask"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was probably meant."""

    band: Band
    needs: tuple[str, ...]
    """One need to act on, one or two to ask about, none to admit."""
    confidence: float


def decide(
    ranked: Sequence[tuple[str, float]],
    support: Mapping[str, float],
    policy: Policy,
    *,
    closed: Sequence[str] = (),
) -> Decision:
    """Choose between acting, asking which, and admitting that nothing was understood.

    Args:
        ranked: (need, probability), best first.
        support: How near the turn is to anything known of each need, 0..1.
        policy: The thresholds.
        closed: Needs that cannot be asked about (commands, small talk).
    """
    if not ranked:
        return Decision(Band.ADMIT, (), 0.0)
    first, sure = ranked[0]
    grounds = sure * support.get(first, 0.0)
    # What is out of scope is far from everything, and so it should be.
    grounded = grounds >= policy.grounds or first == OUT_OF_SCOPE
    rivals = [need for need, share in ranked[1:3] if share >= policy.ask and need not in closed]
    if grounded and (sure >= policy.act or not rivals):
        return Decision(Band.ACT, (first,), sure)
    if first not in closed and sure >= policy.ask and grounds >= policy.grounds / 2:
        return Decision(Band.ASK, (first, *rivals[:1]), sure)
    return Decision(Band.ADMIT, (), sure)


class Escalation(StrEnum):
    """What to do about a turn that led nowhere."""

    REPROMPT = "reprompt"
    """Gently, in the same words."""
    REPHRASE = "rephrase"
    OFFER_PERSON = "offer_person"
    GIVE_UP = "give_up"
    """Connect to a person, or say goodbye to a line that stays silent."""


def escalation(count: int) -> Escalation:
    """Return what the `count`-th silence or misunderstanding in a row calls for."""
    steps = (Escalation.REPROMPT, Escalation.REPHRASE, Escalation.OFFER_PERSON)
    return steps[count - 1] if count <= len(steps) else Escalation.GIVE_UP
