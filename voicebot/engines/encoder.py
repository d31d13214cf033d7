"""Sentence embeddings on onnxruntime, and what is learnt from them: intents and a passage index.

The only place that imports onnxruntime for text, and scikit-learn. Nothing here knows where the
weights come from; see `voicebot.engines.models`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from voicebot.ports import EngineError

Vectors = NDArray[np.float32]

_BATCH = 32
LONGEST = 128
"""Tokens read of a sentence; a caller's turn is far shorter."""


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
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise EngineError(f"the sentence encoder cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit-length float32 vector of 384 values a sentence."""
        found = {text: self._recalled(text) for text in sentences}
        missing = [text for text, vector in found.items() if vector is None]
        for batch in self._batches(missing):
            vectors = self._run([ids for _, ids in batch])
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

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        ids = np.array(batch, dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        tokens = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        means = np.asarray(tokens, dtype=np.float32).mean(axis=1)
        lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        # Rounded, so that the last bits do not depend on how a batch was cut up.
        units: Vectors = np.round(means / lengths, 5).astype(np.float32)
        return units


NEARNESS = 5.0
"""Weight of the nearest example beside the regression's log-probability. Measured with ten examples
an intent: +0.6 points on 60 intents of CLINC150 (validation part), +1.3 on a hotline's phrases."""


class LogisticIntentModel:
    """Logistic regression over embeddings, helped by the nearest example of each intent.

    The regression generalises, the nearest example keeps rare wordings; together they are right
    more often than either. The confidence is calibrated on held-out folds.
    """

    def __init__(
        self,
        encoder: MiniLmEncoder,
        names: Sequence[str],
        fitted: _Fitted,
        sharpness: float,
    ) -> None:
        self._encoder = encoder
        self._names = tuple(names)
        self._fitted = fitted
        self._sharpness = sharpness

    def probabilities(self, sentence: str) -> list[tuple[str, float]]:
        """Return (intent, probability), best first; probabilities sum to 1."""
        logits = self._fitted.logits(self._encoder.encode([sentence]))[0]
        shares = np.exp(_log_softmax(logits * self._sharpness))
        ranked = np.argsort(-shares, kind="stable")
        return [(self._names[i], float(shares[i])) for i in ranked]


class _Fitted:
    """What was learnt from one set of examples."""

    def __init__(self, vectors: Vectors, labels: NDArray[Any], count: int, penalty: float) -> None:
        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000, tol=1e-3).fit(
            vectors, labels
        )
        self._weights = np.zeros((vectors.shape[1], count), dtype=np.float32)
        self._bias = np.full(count, -1e3, dtype=np.float32)
        rows, offsets = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            rows, offsets = np.vstack([-rows, rows]) / 2, np.array([-offsets[0], offsets[0]]) / 2
        self._weights[:, model.classes_] = rows.T
        self._bias[model.classes_] = offsets
        order = np.argsort(labels, kind="stable")
        self._examples = vectors[order]
        self._seen, self._starts = np.unique(labels[order], return_index=True)
        self._count = count

    def logits(self, vectors: Vectors) -> NDArray[Any]:
        """Return unscaled log-likelihoods, one row a vector."""
        likely = _log_softmax(vectors @ self._weights + self._bias)
        near = np.zeros((len(vectors), self._count), dtype=np.float32)
        near[:, self._seen] = np.maximum.reduceat(vectors @ self._examples.T, self._starts, axis=1)
        result: NDArray[Any] = likely + NEARNESS * near
        return result


class LogisticIntentTrainer:
    """Learns a `LogisticIntentModel`: a fraction of a second, no randomness."""

    def __init__(self, encoder: MiniLmEncoder, *, penalty: float = 20.0, folds: int = 4) -> None:
        """
        Args:
            encoder: Turns examples into vectors.
            penalty: Inverse strength of the regularisation (scikit-learn's `C`).
            folds: Parts that the examples are cut into to learn the calibration.
        """
        self._encoder = encoder
        self._penalty = penalty
        self._folds = folds

    def train(self, examples: Sequence[tuple[str, str]]) -> LogisticIntentModel:
        """Learn from (text, intent) pairs.

        Raises:
            EngineError: fewer than two intents.
        """
        names = sorted({intent for _, intent in examples})
        if len(names) < 2:
            raise EngineError("an intent model needs examples of at least two intents")
        vectors = self._encoder.encode([text for text, _ in examples])
        labels = np.array([names.index(intent) for _, intent in examples])
        # On matrices this small, BLAS threads wait for each other far longer than one works.
        with threadpool_limits(limits=1):
            fitted = _Fitted(vectors, labels, len(names), self._penalty)
            sharpness = self._calibrated(vectors, labels, len(names))
        return LogisticIntentModel(self._encoder, names, fitted, sharpness)

    def _calibrated(self, vectors: Vectors, labels: NDArray[Any], count: int) -> float:
        """Return the factor on the logits that makes held-out probabilities most likely.

        Temperature scaling (Guo et al. 2017), on out-of-fold logits, so that "80 %" is right in
        about 80 of 100 turns.
        """
        folds = min(self._folds, int(np.bincount(labels).min()))
        if folds < 2:
            return 1.0
        logits = np.zeros((len(labels), count))
        split = StratifiedKFold(folds, shuffle=True, random_state=0)
        for rest, held in split.split(vectors, labels):
            fitted = _Fitted(vectors[rest], labels[rest], count, self._penalty)
            logits[held] = fitted.logits(vectors[held])
        rows = np.arange(len(labels))

        def surprise(factor: float) -> float:
            return -float(np.mean(_log_softmax(logits * factor)[rows, labels]))

        return min((factor / 10 for factor in range(5, 41)), key=surprise)


def _log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[Any] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


class HybridPassageIndex:
    """Meaning (cosine) and words (BM25) together; scores are 0..1."""

    MEANING = 0.75
    """Share of the score that comes from the embedding."""

    def __init__(self, encoder: MiniLmEncoder, passages: Sequence[tuple[str, str]]) -> None:
        self._encoder = encoder
        passages = sorted(passages, key=lambda passage: passage[0])
        self._ids, starts = np.unique([name for name, _ in passages], return_index=True)
        self._starts: NDArray[Any] = starts
        self._vectors = encoder.encode([text for _, text in passages])
        self._weigh([Counter(_stems(text)) for _, text in passages])

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
        scores = self.MEANING * meaning + (1 - self.MEANING) * self._overlap(question)
        best = np.minimum(np.maximum.reduceat(scores, self._starts), 1.0)
        ranked = np.argsort(-best, kind="stable")[:limit]
        return [(str(self._ids[i]), float(best[i])) for i in ranked]

    def _overlap(self, question: str) -> NDArray[Any]:
        """Return BM25 of each passage as a share of what a perfect match would reach."""
        reached = np.zeros(len(self._vectors), dtype=np.float32)
        possible = 0.0
        for word in dict.fromkeys(_stems(question)):
            if (held := self._words.get(word)) is None:
                possible += self._unseen
                continue
            rarity, at, weights = held
            possible += rarity
            reached[at] += weights
        return reached / possible if possible else reached


class HybridPassageIndexer:
    """Builds a `HybridPassageIndex`."""

    def __init__(self, encoder: MiniLmEncoder) -> None:
        self._encoder = encoder

    def index(self, passages: Sequence[tuple[str, str]]) -> HybridPassageIndex:
        """Index (passage id, text) pairs.

        Raises:
            EngineError: no passages.
        """
        if not passages:
            raise EngineError("a passage index needs at least one passage")
        return HybridPassageIndex(self._encoder, passages)


_WORD = re.compile(r"[a-z0-9']+")
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


def _stems(text: str) -> list[str]:
    """Words that carry meaning, their commonest English endings cut off."""
    found = (word for word in _WORD.findall(text.lower()) if word not in _COMMON)
    return [re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word for word in found]
