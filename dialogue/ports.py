"""What the dialogue needs from the models, as ports; `voicebot.engines` implements them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Encoder(Protocol):
    """Sentences to vectors. Blocking; called from a worker thread, never from the call's loop."""

    def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return one unit-length vector (384 values for all-MiniLM-L6-v2) a sentence."""
        ...


class IntentModel(Protocol):
    """A classifier learnt from a hotline's own examples."""

    def probabilities(self, sentence: str) -> Sequence[tuple[str, float]]:
        """Return (intent, probability), best first, over all intents; probabilities sum to 1."""
        ...


class IntentTrainer(Protocol):
    """Learns an `IntentModel`; a hotline is trained when it is loaded."""

    def train(self, examples: Sequence[tuple[str, str]]) -> IntentModel:
        """Learn from (text, intent) pairs."""
        ...


class PassageIndex(Protocol):
    """Finds the passages nearest in meaning and words to a question."""

    def search(self, question: str, limit: int) -> Sequence[tuple[str, float]]:
        """Return (passage id, score 0..1), best first."""
        ...


class PassageIndexer(Protocol):
    """Builds a `PassageIndex` when a hotline is loaded."""

    def index(self, passages: Sequence[tuple[str, str]]) -> PassageIndex:
        """Index (passage id, text) pairs; one id may come with several texts."""
        ...
