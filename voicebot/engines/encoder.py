"""Sentence embeddings on onnxruntime, and an index of passages made of them.

The only place that imports onnxruntime for text. Nothing here knows where the weights come from;
see `voicebot.engines.models`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from voicebot.engines.graph import further_outputs
from voicebot.engines.layers import Floats, Weights
from voicebot.engines.tuning import encode
from voicebot.engines.upper_half import read_weights, upper_half
from voicebot.ports import EngineError

Vectors = NDArray[np.float32]

_BATCH = 32
LONGEST = 128
"""Tokens read of a sentence; a caller's turn is far shorter."""


class Encoder(Protocol):
    """Turns sentences into vectors of unit length."""

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector a sentence."""
        ...

    @property
    def upper(self) -> Sequence[Weights]:
        """Its layers that may be fitted to examples; none where it is not known how."""
        ...

    def hidden(self, sentences: Sequence[str]) -> list[Floats]:
        """Return what comes out of the layer below them."""
        ...


class MiniLmEncoder:
    """all-MiniLM-L6-v2 as ONNX: tokens, mean over the attention mask, unit length.

    The latest vectors are kept, because one turn is asked about several times. Safe to share
    between threads.
    """

    def __init__(
        self, model: Path, tokenizer: Path, *, threads: int = 1, remembered: int = 4096
    ) -> None:
        """Load the model (about 0.3 s, 160 MB).

        Raises:
            EngineError: a file is missing or is not what it should be.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A worker that spins between sentences costs an idle server a core.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
            content = model.read_bytes()
            if (half := upper_half(content)) is not None:
                content += further_outputs([half.entry])
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise EngineError(f"the sentence encoder cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._last = self._session.get_outputs()[0].name
        self._entry = half.entry if half else None
        self._model = model
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def upper(self) -> tuple[Weights, ...]:
        """The upper half of the layers, which can be fitted; none of a model of another kind."""
        content = self._model.read_bytes()
        half = upper_half(content)
        layers = read_weights(content, half) if half is not None else None
        if layers is None:
            return ()
        # The layers are computed here as the model does, or else they are not ours to fit.
        probe = ["is that how it is meant?", "yes"]
        told = encode(layers, self.hidden(probe))
        return layers if np.allclose(told, self.encode(probe), atol=1e-3) else ()

    def hidden(self, sentences: Sequence[str]) -> list[Floats]:
        """Return what goes into the upper layers: (tokens, 384) a sentence.

        Raises:
            EngineError: its layers are not known.
        """
        if self._entry is None:
            raise EngineError("this encoder has no layers to fit")
        found: dict[str, Floats] = {}
        for batch in self._batches(list(dict.fromkeys(sentences))):
            states = self._run([ids for _, ids in batch], self._entry)
            found.update((text, each) for (text, _), each in zip(batch, states, strict=True))
        return [found[text] for text in sentences]

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit-length float32 vector of 384 values a sentence."""
        found = {text: self._recalled(text) for text in sentences}
        missing = [text for text, vector in found.items() if vector is None]
        for batch in self._batches(missing):
            vectors = _units(self._run([ids for _, ids in batch], self._last))
            for (text, _), vector in zip(batch, vectors, strict=True):
                found[text] = vector
                self._remember(text, vector)
        return np.stack([vector for text in sentences if (vector := found[text]) is not None])

    def _recalled(self, text: str) -> Vectors | None:
        with self._lock:
            if (known := self._vectors.get(text)) is not None:
                self._vectors.move_to_end(text)
            return known

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._vectors[text] = vector
            if len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[tuple[str, list[int]]]]:
        """Yield (text, token ids) in batches of one length: nothing is padded, nothing differs."""
        lengths: dict[int, list[tuple[str, list[int]]]] = {}
        for text, encoding in zip(texts, self._tokenizer.encode_batch(list(texts)), strict=True):
            lengths.setdefault(len(encoding.ids), []).append((text, encoding.ids))
        for entries in lengths.values():
            for start in range(0, len(entries), _BATCH):
                yield entries[start : start + _BATCH]

    def _run(self, batch: Sequence[Sequence[int]], output: str) -> Floats:
        """Return one of the model's outputs, and work out no more than it takes:
        (sentences, tokens, 384)."""
        ids = np.array(batch, dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        given = {name: value for name, value in feed.items() if name in self._inputs}
        found: Floats = np.asarray(self._session.run([output], given)[0], dtype=np.float32)
        return found


def _units(tokens: Floats) -> Vectors:
    """Return the means of some sentences' tokens, of unit length."""
    means = tokens.mean(axis=1)
    lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    # Rounded, so that the last bits do not depend on how a batch was cut up.
    units: Vectors = np.round(means / lengths, 5).astype(np.float32)
    return units


class HybridPassageIndex:
    """Meaning (cosine) and words (BM25) together; scores are 0..1."""

    MEANING = 0.75
    """Share of the score that comes from the embedding, in English."""
    MEANING_OF_PIECES = 0.85
    """The same in a language of which only pieces of words are compared."""

    def __init__(
        self, encoder: Encoder, passages: Sequence[tuple[str, str]], language: str = "en"
    ) -> None:
        self._encoder = encoder
        english = language == "en"
        self._meaning = self.MEANING if english else self.MEANING_OF_PIECES
        self._words_of = _stems if english else _pieces
        passages = sorted(passages, key=lambda passage: passage[0])
        self._ids, starts = np.unique([name for name, _ in passages], return_index=True)
        self._starts: NDArray[Any] = starts
        self._vectors = encoder.encode([text for _, text in passages])
        self._weigh([Counter(self._words_of(text)) for _, text in passages])

    def _weigh(self, bags: Sequence[Counter[str]]) -> None:
        """Keep for each word the passages that hold it and its weight there, in (0, rarity].

        BM25 with k1 = 1.2 and b = 0.75; one occurrence in a passage of average length weighs the
        word's whole rarity, more do not weigh more.
        """
        lengths = np.array([sum(bag.values()) for bag in bags], dtype=np.float32)
        norms = 1.2 * (0.25 + 0.75 * lengths / max(float(lengths.mean()), 1.0))
        places: dict[str, list[int]] = {}
        for i, bag in enumerate(bags):
            for word in bag:
                places.setdefault(word, []).append(i)
        total = len(bags)
        self._unseen = math.log(1 + (total + 0.5) / 0.5)
        self._words: dict[str, tuple[float, NDArray[Any], NDArray[Any]]] = {}
        for word, found in places.items():
            rarity = math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
            at = np.array(found)
            counts = np.array([bags[i][word] for i in found], dtype=np.float32)
            weights = rarity * np.minimum(counts * 2.2 / (counts + norms[at]), 1.0)
            self._words[word] = (rarity, at, weights)

    def search(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Return (passage id, score), best first; an id with several texts counts once."""
        meaning = np.maximum(self._vectors @ self._encoder.encode([question])[0], 0.0)
        scores = self._meaning * meaning + (1 - self._meaning) * self._overlap(question)
        best = np.minimum(np.maximum.reduceat(scores, self._starts), 1.0)
        ranked = np.argsort(-best, kind="stable")[:limit]
        return [(str(self._ids[i]), float(best[i])) for i in ranked]

    def _overlap(self, question: str) -> NDArray[Any]:
        """Return BM25 of each passage as a share of what a perfect match would reach."""
        reached = np.zeros(len(self._vectors), dtype=np.float32)
        possible = 0.0
        for word in dict.fromkeys(self._words_of(question)):
            if (held := self._words.get(word)) is None:
                possible += self._unseen
                continue
            rarity, at, weights = held
            possible += rarity
            reached[at] += weights
        return reached / possible if possible else reached


class HybridPassageIndexer:
    """Builds a `HybridPassageIndex`."""

    def __init__(self, encoder: Encoder, language: str = "en") -> None:
        """
        Args:
            encoder: Of the language.
            language: Its code; endings are known in English only.
        """
        self._encoder = encoder
        self._language = language

    def index(self, passages: Sequence[tuple[str, str]]) -> HybridPassageIndex:
        """Index (passage id, text) pairs.

        Raises:
            EngineError: no passages.
        """
        if not passages:
            raise EngineError("a passage index needs at least one passage")
        return HybridPassageIndex(self._encoder, passages, self._language)


_WORD = re.compile(r"[\w']+")
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "been",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "i'd",
        "i'm",
        "if",
        "in",
        "is",
        "it",
        "it's",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "so",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "this",
        "to",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


_PIECE = 5


def _pieces(text: str) -> list[str]:
    """Runs of letters, so that words with other endings, and words inside words, have some in
    common: `Lieferzeit` and `liefern`."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        found += [word[i : i + _PIECE] for i in range(max(1, len(word) - _PIECE + 1))]
    return found


def _stems(text: str) -> list[str]:
    """Words that carry meaning, their commonest English endings cut off."""
    found = (word for word in _WORD.findall(text.lower()) if word not in _COMMON)
    return [re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word for word in found]
