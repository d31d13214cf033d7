"""Endpointing: how much silence ends the caller's turn. Sans-I/O; the standard library only.

What is known at a pause (the turn detector's opinion, the words so far, what was asked, how this
caller pauses) becomes features; a logistic regression over them gives the probability that the
turn is over; and that gives the silence to wait for. The weights are in `endpointing.json`, made
from labelled turns by `python -m bench.endpoint --train`, which also measures them on other texts,
voices and people.

The silence is where waiting longer costs more than it saves. With p the probability that the turn
is over, c the seconds of waiting that one cut is worth, and pauses inside turns that last longer
than w with probability exp(-w / t), the expected cost p w + (1 - p) c exp(-w / t) is least at
w = t (ln(c / t) - logit p).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dialogue.acts import Answer
from voicebot.turntaking.completeness import cues
from voicebot.turntaking.policy import TurnPolicy

SHORTEST_PAUSE = 0.2
"""Seconds: a shorter silence is a consonant, and no pause of the caller's."""
WORDLESS = 0.9
"""Seconds of silence after sound in which no words were found: they may still come."""
_SUREST = 4.0
"""Log-odds up to which the turn detector is believed."""
_LONG = 2.0
"""Seconds of speech beyond which a turn is no more complete for being longer."""
_COMPLETE_IF_SHORT = frozenset(("asks", "closing", "yes_no_answer", "bare_yes_no", "code_complete"))
"""Cues of turns that are whole however short they are."""
_GUESS = -2.0
"""Mean log-probability of a text below which it is no worse."""


@dataclass(frozen=True, slots=True)
class TurnEvidence:
    """What is known of the caller's turn at a pause."""

    text: str
    """All words so far, as recognised."""
    last: str
    """Words of the last stretch."""
    probability: float | None = None
    """The turn detector's, that the turn sounds complete; None while it has not answered."""
    avg_logprob: float | None = None
    """Of the last stretch's words; see `voicebot.journal.Transcribed`."""
    answer: Answer = Answer.OPEN
    """What the bot asked for."""
    digits: int | None = None
    """Digits that make the answer complete, if that is known."""
    speech_seconds: float = 0.0
    """From the first sound of the turn to the last."""
    pauses: int = 0
    """Silences inside the turn so far, of at least `SHORTEST_PAUSE`."""
    longest_pause: float = 0.0
    """The longest of them, in seconds: this caller's own habit."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained model."""

    bias: float
    features: Mapping[str, float]
    pause: float
    """Mean length, in seconds, of pauses inside turns: `t` of the module's docstring."""


@cache
def trained() -> Weights:
    """Return the weights that come with the package."""
    raw = json.loads(files("voicebot.turntaking").joinpath("endpointing.json").read_text("utf-8"))
    return Weights(raw["bias"], raw["features"], raw["pause"])


def features(evidence: TurnEvidence) -> Mapping[str, float]:
    """Return the model's input by name; what is not there is 0."""
    found = dict(cues(evidence.text, evidence.last, evidence.answer, evidence.digits))
    found[f"asked_{evidence.answer}"] = 1.0
    if evidence.probability is None:
        found["unjudged"] = 1.0
    else:
        # How well the sound tells the end depends on what is said: digits sound complete in groups.
        found[f"sound_{evidence.answer}"] = _log_odds(evidence.probability)
    if evidence.avg_logprob is not None:
        found["clear"] = max(evidence.avg_logprob, _GUESS)
    if not _COMPLETE_IF_SHORT & found.keys():
        found["short"] = 1 - min(evidence.speech_seconds, _LONG) / _LONG
    found["pauses"] = min(evidence.pauses, 5) / 5
    found["longest_pause"] = min(evidence.longest_pause, 2.0)
    return {name: value for name, value in found.items() if value}


def completion(evidence: TurnEvidence, weights: Weights | None = None) -> float:
    """Return the calibrated probability, 0..1, that the turn is over."""
    return 1 / (1 + math.exp(-score(evidence, weights)))


def score(evidence: TurnEvidence, weights: Weights | None = None) -> float:
    """Return the log-odds that the turn is over."""
    model = weights or trained()
    total = model.bias
    for name, value in features(evidence).items():
        total += model.features.get(name, 0.0) * value
    return total


def patience(evidence: TurnEvidence, policy: TurnPolicy, weights: Weights | None = None) -> float:
    """Return the seconds of silence, from the last sound, after which the turn is over.

    Falls with the probability that it is; never less than `policy.endpoint`, nor more than
    `policy.endpoint_longest`.
    """
    if not evidence.text.strip():
        wait = WORDLESS
    else:
        model = weights or trained()
        wait = model.pause * (math.log(policy.cut_cost / model.pause) - score(evidence, model))
    return min(max(wait, policy.endpoint), policy.endpoint_longest)


_OPEN_ENDS = frozenset(
    (
        *("trails_off", "repair", "holding", "announcement", "filler", "function_word"),
        *("spelling", "number", "code_partial", "codeless", "dictating"),
        *("email_partial", "place_missing", "street_missing"),
    )
)
"""Cues that promise more."""


def is_whole(evidence: TurnEvidence) -> bool:
    """Whether nothing in the words promises that more is to come."""
    found = cues(evidence.text, evidence.last, evidence.answer, evidence.digits)
    return not _OPEN_ENDS & found.keys()


def explanation(evidence: TurnEvidence, policy: TurnPolicy) -> dict[str, float]:
    """Return why this much silence: the patience, the probability, and what they came from."""
    found = {
        "patience": patience(evidence, policy),
        "completion": completion(evidence),
        **({} if evidence.probability is None else {"probability": evidence.probability}),
        **features(evidence),
    }
    return {name: round(value, 3) for name, value in found.items()}


def _log_odds(probability: float) -> float:
    if not 0 < probability < 1:
        return math.copysign(_SUREST, probability - 0.5)
    return min(max(math.log(probability / (1 - probability)), -_SUREST), _SUREST)
