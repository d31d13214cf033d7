"""A look at a sound over the bot: do its first tenths of a second want the floor?

Whisper's encoder tells the beginning of a sentence from "mm-hm", a cough or a noise long before
there are words to read. A multinomial logistic regression on its output, averaged over the sound,
and on the words of a quick decode gives the probability of each kind. Its weights are made by
`python -m bench.duplex.train` from voices and texts that no published figure uses, one file for
each Whisper model; with a model that has none, the words alone decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from dialogue.cues import Cues
from voicebot.engines.whisper import Hypothesis

KINDS = ("interruption", "backchannel", "tic", "noise")
"""In the order of the rows of weights."""
PROMPT = "Mm-hmm. Uh-huh. Yeah. Okay. Right. Um. Hmm. Where is my order? I need a person, please."
"""Pretended to come before, so that sounds of listening are written as such."""

COMMANDS = "Stop. Wait. No. Hold on. Agent, please. Operator."
"""The same for a second opinion on what is over and did not look like a sentence: a command is as
short as a sound of listening, and must not be taken for one. One opinion a sound: with one at each
look the rare mistakes added up to a third of the backchannels."""
CERTAIN = -0.5
"""Mean log-probability from which the second opinion is believed. Of short commands it finds two
thirds; of sounds of listening it takes 2 % for one."""

Features = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GlimpseWeights:
    """What was learnt for one Whisper model."""

    mean: Features
    """Of each feature: (features,)."""
    scale: Features
    """Deviation of each feature: (features,)."""
    weights: Features
    """(kinds, features)"""
    bias: Features
    """(kinds,)"""

    def kinds(self, features: Features) -> dict[str, float]:
        """Return the probability of each kind, given `features_of` a look."""
        scores = self.weights @ ((features - self.mean) / self.scale) + self.bias
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return {kind: float(share) for kind, share in zip(KINDS, shares, strict=True)}


@cache
def packaged_weights(model: str) -> GlimpseWeights | None:
    """Return the weights for a Whisper model by its name (`base`, `tiny.en`), if there are any."""
    file = resources.files("voicebot.engines").joinpath("data", f"glimpse-{model}.npz")
    if not file.is_file():
        return None
    with resources.as_file(file) as path, np.load(path) as arrays:
        return GlimpseWeights(
            *(arrays[name].astype(np.float32) for name in ("mean", "scale", "weights", "bias"))
        )


def features_of(summary: Features, words: Hypothesis, seconds: float, cues: Cues) -> Features:
    """Return what a look is judged by.

    Args:
        summary: From `Whisper.glimpse`.
        words: A quick decode after `PROMPT`.
        seconds: Length of the sound that was looked at.
        cues: What words amount to.
    """
    text = words.text
    listening = cues.is_backchannel(text)
    tic = cues.is_tic(text)
    count = len(text.split())
    sure = words.avg_logprob
    told = np.array(
        [
            listening,
            listening * sure,
            tic,
            tic * sure,
            cues.is_command(text),
            cues.is_command(text) * sure,
            min(count, 6),
            count == 0,
            sure,
            words.no_speech,
            min(seconds, 1.5),
        ],
        np.float32,
    )
    return np.concatenate([summary, told])


def kinds_by_words(words: Hypothesis, cues: Cues) -> Mapping[str, float]:
    """Return rough probabilities of the kinds by the words alone."""
    text = words.text
    if cues.is_tic(text) or not text:
        likely = "tic" if text else "noise"
    elif cues.is_backchannel(text):
        likely = "backchannel"
    else:
        likely = "interruption"
    sure = 0.85 if words.avg_logprob > -0.6 else 0.65
    rest = (1.0 - sure) / (len(KINDS) - 1)
    return {kind: sure if kind == likely else rest for kind in KINDS}
