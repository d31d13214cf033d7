"""Train the weights of `voicebot.engines.glimpse` on the tuning half of the corpus.

`python -m bench.duplex.train` looks at every event of that half on a quiet and a noisy line, as a
call would, fits the regression, prints how well it tells the kinds apart on voices that were left
out, and writes `voicebot/engines/data/glimpse-MODEL.npz`.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.duplex import corpus
from bench.duplex.corpus import Event
from bench.duplex.looks import LABELS, LINES, Looked, Lookout, further_events
from voicebot.engines.glimpse import KINDS
from voicebot.engines.models import locate_speech_detector, locate_whisper
from voicebot.engines.speech_detector import SpeechDetectors
from voicebot.engines.whisper import Whisper
from voicebot.settings import ModelSettings, Settings

TIMES = (0.22, 0.30, 0.40, 0.52, 0.70, 1.0)
"""Seconds after an onset at which it is looked at, as far as it lasts."""
FEW = (0.26, 0.38, 0.60)
"""The same for the further sentences, of which there are many."""
FURTHER = 400
STRENGTH = 0.001
"""Inverse of the regularisation; chosen on voices that were left out."""

Floats = NDArray[np.float32]


def collect(split: str, model: str, further: int) -> list[Looked]:
    """Look at all events of a split; slow, so what was seen is kept below the models' cache."""
    kept = Settings().models.cache_dir / "duplex" / f"looks-{split}-{model}-{further}.pickle"
    if kept.is_file():
        found: list[Looked] = pickle.loads(kept.read_bytes())
        return found
    files = locate_whisper(ModelSettings(whisper=model))
    lookout = Lookout(
        Whisper(files.folder, language="en", threads=1),
        SpeechDetectors(locate_speech_detector(Settings().models)),
        split,
    )
    usual = [event for kind in corpus.KINDS for event in corpus.events(split, kind)]
    # The bot's own echo is told by the echo guard, which hears both sides.
    usual = [event for event in usual if not event.echo_delay]
    looked = _look(lookout, usual, TIMES, LINES)
    if further:
        looked += _look(lookout, list(further_events(further)), FEW, LINES[:1])
    kept.write_bytes(pickle.dumps(looked))
    return looked


def _look(
    lookout: Lookout, events: Sequence[Event], times: Sequence[float], lines: Sequence[str]
) -> list[Looked]:
    looked = []
    began = time.monotonic()
    for number, event in enumerate(events):
        # One line each, by turns: there are several voices to each text.
        looked.append(lookout.look(event, lines[number % len(lines)], times))
        if number % 50 == 0:
            spent = time.monotonic() - began
            click.echo(f"{number} of {len(events)} events, {spent:.0f} s", err=True)
    return looked


def table(looked: Sequence[Looked]) -> tuple[Floats, NDArray[np.int64], NDArray[np.str_]]:
    """Return features, kinds and voices, a row a look."""
    rows = [
        (look.features, KINDS.index(LABELS[event.kind]), event.label.split("/")[1])
        for event in looked
        for look in event.looks
    ]
    features, kinds, spoken_by = zip(*rows, strict=True)
    return np.stack(features), np.array(kinds), np.array(spoken_by)


def fitted(features: Floats, kinds: NDArray[np.int64]) -> dict[str, Floats]:
    """Return the regression's arrays, as `voicebot.engines.glimpse` reads them."""
    mean, scale = features.mean(0), features.std(0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    model.fit((features - mean) / scale, kinds)
    arrays = {"mean": mean, "scale": scale, "weights": model.coef_, "bias": model.intercept_}
    return {name: array.astype(np.float16) for name, array in arrays.items()}


def probabilities(arrays: dict[str, Floats], features: Floats) -> Floats:
    """Return the probabilities of the kinds, a row a look."""
    scaled = (features - arrays["mean"].astype(np.float32)) / arrays["scale"].astype(np.float32)
    scores = scaled @ arrays["weights"].astype(np.float32).T + arrays["bias"].astype(np.float32)
    shares = np.exp(scores - scores.max(1, keepdims=True))
    result: Floats = shares / shares.sum(1, keepdims=True)
    return result


def left_out(looked: Sequence[Looked], folds: int = 4) -> Floats:
    """Return the probabilities of each look by a model that never heard its voice."""
    features, kinds, spoken_by = table(looked)
    names = np.array(sorted(set(spoken_by)))
    fold_of = dict(zip(names, np.arange(len(names)) % folds, strict=True))
    fold = np.array([fold_of[name] for name in spoken_by])
    found = np.zeros((len(kinds), len(KINDS)), np.float32)
    for number in range(folds):
        inside = fold != number
        arrays = fitted(features[inside], kinds[inside])
        found[~inside] = probabilities(arrays, features[~inside])
    return found


@click.command()
@click.option("--model", default="base", show_default=True, help="The Whisper model.")
@click.option("--further", default=FURTHER, show_default=True, help="Further sentences.")
def main(model: str, further: int) -> None:
    """Train the look at sounds over the bot."""
    looked = collect("tune", model, further)
    features, kinds, _ = table(looked)
    shares = left_out(looked)
    until = np.array([look.until for event in looked for look in event.looks])
    for begin, end in zip((0.0, *FEW), (*FEW, 9.0), strict=True):
        inside = (until >= begin) & (until < end)
        wanted = kinds[inside] == 0
        if 10 < wanted.sum() < inside.sum() - 10:
            auc = roc_auc_score(wanted, shares[inside, 0])
            click.echo(f"looks of {begin:.2f} to {end:.2f} s: {inside.sum()}, AUC {auc:.3f}")
    path = Path("voicebot/engines/data") / f"glimpse-{model}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **fitted(features, kinds))
    click.echo(f"{len(kinds)} looks of {len(looked)} events; written to {path}")


if __name__ == "__main__":
    sys.exit(main())
