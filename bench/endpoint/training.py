"""Makes the weights of `voicebot.turntaking.endpointing` from the tune split.

Logistic regression with a prior: each cue begins at what it is believed to be worth, and keeps its
sign, whatever a few hundred recordings happen to say; so patience falls with the turn detector's
probability whatever else is known. Strength of the prior and the mean pause are chosen by
cross-validation over texts, never on the figures split.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.endpoint.curves import Point, at_delay, curve
from bench.endpoint.pauses import Measured
from voicebot.turntaking.endpointing import Weights, features, patience
from voicebot.turntaking.policy import TurnPolicy

WEIGHTS = Path(__file__).resolve().parents[2] / "voicebot" / "turntaking" / "endpointing.json"
PRIOR = {
    "filler": -4.0,
    "function_word": -3.0,
    "trails_off": -2.0,
    "repair": -3.0,
    "holding": -3.0,
    "announcement": -3.0,
    "code_partial": -3.0,
    "dictating": -1.5,
    "spelling": -3.0,
    "email_partial": -3.0,
    "street_missing": -2.0,
    "place_missing": -1.0,
    "number": -1.0,
    "bare_yes_no": -1.0,
    "short": -1.0,
    "longest_pause": -0.5,
    "pauses": -0.2,
    "sound_open": 0.5,
    "sound_yes_no": 0.5,
    "sound_choice": 0.5,
    "sound_code": 0.1,
    "sound_text": 0.5,
    "ends": 0.5,
    "asks": 1.5,
    "closing": 2.0,
    "yes_no_answer": 3.0,
    "code_complete": 5.0,
    "email_complete": 3.0,
    "place_complete": 1.5,
    "dictated_length": 1.0,
    "number_length": 1.0,
    "clear": 0.3,
}
"""What a cue is believed to be worth, in log-odds, before any recording is seen. Its sign stands,
its size as far as the recordings do not say otherwise; cues that are not here begin at 0."""
STRENGTHS = (1.0, 2.0, 4.0, 8.0)
MEAN_PAUSES = (0.35, 0.4, 0.5)
"""Shorter ones would keep the longest patience below the longest pauses."""
COSTS = tuple(round(0.25 * 2 ** (step / 2), 3) for step in range(18))
"""Values of `cut_cost` along a curve."""
LEAST = {
    "sound_open": 0.35,
    "sound_yes_no": 0.35,
    "sound_choice": 0.35,
    "sound_text": 0.35,
    "filler": -2.5,
    "spelling": -2.5,
}
"""Cues that keep at least this much. Synthetic voices end every phrase alike, so they give the turn
detector no weight at all, where the people of this split give it 0.5; and fillers and spelled
letters are rarely recognised in synthetic voices."""
FOLDS = 5
COMMON = 4.0
"""Weight of a complete yes or no to a yes/no question: few texts here, most answers in calls."""
PEOPLE = 4.0
"""Weight of a person's recording: calls are by people."""
UNJUDGED = 0.25
"""Weight of a second copy of each pause, without the turn detector: its opinion may come late."""
DELAYS = (0.3, 0.4, 0.5, 0.6, 0.8)
"""Seconds of mean delay at which ways are compared."""

Floats = NDArray[np.float64]


def fit(rows: Sequence[Measured], strength: float, pause: float) -> Weights:
    """Return the weights that explain which pauses ended a turn."""
    rows = [row for row in rows if _teaches(row)]
    judged = [features(row.evidence) for row in rows]
    unjudged = [features(replace(row.evidence, probability=None)) for row in rows]
    inputs = judged + unjudged
    names = sorted({name for found in inputs for name in found})
    x = np.array([[found.get(name, 0.0) for name in names] for found in inputs])
    y = np.array([row.complete for row in rows] * 2, dtype=float)
    once = np.array([_weight(row) for row in rows])
    weight = np.concatenate([once, UNJUDGED * once])
    prior = np.array([PRIOR.get(name, 0.0) for name in names])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = parameters[0] + x @ parameters[1:]
        cost = weight @ (np.logaddexp(0.0, logits) - y * logits)
        error = weight * (1 / (1 + np.exp(-logits)) - y)
        beyond = parameters[1:] - prior
        cost += 0.5 * strength * float(beyond @ beyond)
        gradient = np.concatenate([[error.sum()], error @ x + strength * beyond])
        return float(cost), gradient

    found = minimize(
        loss,
        np.concatenate([[0.0], prior]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *(_bounds(name) for name in names)],
    )
    weights = {name: round(float(w), 4) for name, w in zip(names, found.x[1:], strict=True)}
    return Weights(
        round(float(found.x[0]), 4), {name: w for name, w in weights.items() if w}, pause
    )


def train(rows: Sequence[Measured]) -> Weights:
    """Return the weights for all rows, with strength and mean pause from cross-validation."""
    strength = min(STRENGTHS, key=lambda s: _surprise(rows, _unseen(rows, s)))
    unseen = _unseen(rows, strength)

    def cuts(pause: float) -> float:
        models = [replace(model, pause=pause) for model in unseen]
        points = cross_curve(rows, models)
        return mean(at_delay(points, delay).cuts for delay in DELAYS)

    return fit(rows, strength, min(MEAN_PAUSES, key=cuts))


def cross_curve(rows: Sequence[Measured], models: Sequence[Weights]) -> list[Point]:
    """Return the operating curve of each row's own model."""
    return curve(
        rows,
        [
            (
                f"{cost:g}",
                [
                    patience(row.evidence, TurnPolicy(cut_cost=cost), model)
                    for row, model in zip(rows, models, strict=True)
                ],
            )
            for cost in COSTS
        ],
    )


def write(weights: Weights, rows: int) -> None:
    """Put the weights where the package reads them."""
    body = {
        "made_by": "python -m bench.endpoint --train",
        "pauses": rows,
        "bias": weights.bias,
        "pause": weights.pause,
        "features": dict(sorted(weights.features.items())),
    }
    WEIGHTS.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")


def _unseen(rows: Sequence[Measured], strength: float) -> list[Weights]:
    """Return for each row the weights made without any recording of its text."""
    folds = [zlib.crc32(row.source.encode()) % FOLDS for row in rows]
    models = [
        fit([row for row, f in zip(rows, folds, strict=True) if f != fold], strength, 0.4)
        for fold in range(FOLDS)
    ]
    return [models[fold] for fold in folds]


def _surprise(rows: Sequence[Measured], models: Sequence[Weights]) -> float:
    total = 0.0
    for row, model in zip(rows, models, strict=True):
        if not _teaches(row):
            continue
        logit = model.bias + sum(
            model.features.get(name, 0.0) * value for name, value in features(row.evidence).items()
        )
        total += math.log1p(math.exp(-logit if row.complete else logit))
    return total / len(rows)


def _teaches(row: Measured) -> bool:
    """Tell whether a pause says what the weights should be.

    Without words, patience does not ask them; who asks to be waited for loses nothing by it.
    """
    return bool(row.text) and not (row.complete and "holding" in features(row.evidence))


def _weight(row: Measured) -> float:
    if row.kind != "spoken":
        return PEOPLE
    return COMMON if row.complete and "yes_no_answer" in features(row.evidence) else 1.0


def _bounds(name: str) -> tuple[float | None, float | None]:
    believed, least = PRIOR.get(name, 0.0), LEAST.get(name, 0.0)
    return (least if believed > 0 else None, least if believed < 0 else None)
