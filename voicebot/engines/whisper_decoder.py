"""Whisper's decoder, one step at a time, so that a search may say which tokens can come next.

CTranslate2 decodes a whole text at once and takes no grammar. Its file holds the weights, though:
they are read here and run with numpy, some hundred hypotheses' worth of small products a second.
Only the rows of the vocabulary that matter are kept: those a grammar allows, and the commonest
tokens, over which probabilities are taken (the rest of the vocabulary has next to none of it).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.ports import EngineError

Array = npt.NDArray[np.float32]

COMMON = 6_000
"""Tokens that are always looked at; a byte-pair vocabulary begins with the commonest."""
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
"""CTranslate2's numbers of types."""
_FORMAT = 6
"""Version of CTranslate2's file that is understood."""


@dataclass(slots=True)
class Cache:
    """What the decoder keeps of the hypotheses so far, by layer; rows are hypotheses."""

    keys: list[Array]
    """(rows, heads, tokens, width of a head)"""
    values: list[Array]

    def rows(self, chosen: Sequence[int]) -> Cache:
        """Return the cache of some hypotheses, in this order; one may come more than once."""
        index = np.asarray(chosen)
        return Cache([k[index] for k in self.keys], [v[index] for v in self.values])


@dataclass(frozen=True, slots=True)
class Sound:
    """Encoded speech as the decoder's layers look at it."""

    keys: tuple[Array, ...]
    """(heads, width of a head, frames)"""
    values: tuple[Array, ...]
    """(heads, frames, width of a head)"""


@dataclass(frozen=True, slots=True)
class _Norm:
    gamma: Array
    beta: Array

    def __call__(self, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + 1e-5)
        normal: Array = (scaled * self.gamma + self.beta).astype(np.float32)
        return normal


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Array
    """(in, out)"""
    bias: Array

    def __call__(self, x: Array) -> Array:
        # One product of matrices, not one for each row.
        flat: Array = x.reshape(-1, x.shape[-1]) @ self.weight + self.bias
        return flat.reshape(*x.shape[:-1], -1)


@dataclass(frozen=True, slots=True)
class _Layer:
    own_norm: _Norm
    own: _Linear
    own_out: _Linear
    sound_norm: _Norm
    sound_query: _Linear
    sound: _Linear
    sound_out: _Linear
    wide_norm: _Norm
    wide: _Linear
    narrow: _Linear


class WhisperDecoder:
    """The decoder of one Whisper model. Blocking; holds nothing of any call."""

    def __init__(self, file: Path) -> None:
        """Read `model.bin` of a model in CTranslate2's format.

        Raises:
            EngineError: it cannot be read, is quantised, or in a format that is not known.
        """
        weights = _read(file, "decoder/")
        try:
            self._heads = int(weights["num_heads"])
            self._embeddings = weights["embeddings/weight"]
            self._positions = weights["position_encodings/encodings"].astype(np.float32)
            self._norm = _norm(weights, "layer_norm")
            count = len({name.split("/")[0] for name in weights if name.startswith("layer_")}) - 1
            self._layers = [_layer(weights, f"layer_{i}") for i in range(count)]
        except KeyError as error:
            raise EngineError(f"{file} has no {error}") from None
        self._common = self._embeddings[:COMMON].astype(np.float32).T.copy()

    def sound(self, encoded: Array) -> Sound:
        """Return encoded speech, (frames, width), as the layers look at it."""
        keys, values = [], []
        for layer in self._layers:
            key, value = np.split(layer.sound(encoded), 2, axis=-1)
            keys.append(np.ascontiguousarray(self._split(key).transpose(1, 2, 0)))
            values.append(np.ascontiguousarray(self._split(value).transpose(1, 0, 2)))
        return Sound(tuple(keys), tuple(values))

    def rows(self, tokens: Sequence[int]) -> Array:
        """Return what tells how likely some tokens are: (width, tokens)."""
        chosen: Array = self._embeddings[np.asarray(tokens)].astype(np.float32).T.copy()
        return chosen

    def begin(self, tokens: Sequence[int], sound: Sound) -> tuple[Array, Cache]:
        """Take the tokens before a text; return the state after them, (1, width), and its cache."""
        width = self._positions.shape[1]
        none = np.zeros((1, self._heads, 0, width // self._heads), np.float32)
        cache = Cache([none] * len(self._layers), [none] * len(self._layers))
        state, cache = self._run(np.asarray([tokens]), sound, cache)
        return state[:, -1], cache

    def step(self, tokens: Sequence[int], sound: Sound, cache: Cache) -> tuple[Array, Cache]:
        """Take one more token of each hypothesis; return their states, (rows, width)."""
        state, cache = self._run(np.asarray(tokens)[:, np.newaxis], sound, cache)
        return state[:, -1], cache

    def log_probabilities(self, state: Array, rows: Array) -> Array:
        """Return how likely tokens are to come next: (rows of `state`, tokens).

        Args:
            state: From `begin` or `step`.
            rows: From `rows`.
        """
        common, asked = state @ self._common, state @ rows
        top = np.maximum(common.max(1), asked.max(1))[:, np.newaxis]
        whole = np.exp(common - top).sum(1, keepdims=True)
        # A token that is no common one has its share too, unless it is counted already.
        whole = np.maximum(whole, np.exp(asked - top).max(1, keepdims=True))
        chances: Array = (asked - top - np.log(whole)).astype(np.float32)
        return chances

    def _run(
        self, tokens: npt.NDArray[np.int64], sound: Sound, cache: Cache
    ) -> tuple[Array, Cache]:
        rows, count = tokens.shape
        past = cache.keys[0].shape[2]
        x = self._embeddings[tokens].astype(np.float32) + self._positions[past : past + count]
        mask: Array = np.asarray(
            np.triu(np.full((count, past + count), -np.inf), past + 1), np.float32
        )
        keys, values = [], []
        for i, layer in enumerate(self._layers):
            query, key, value = np.split(layer.own(layer.own_norm(x)), 3, axis=-1)
            query, key, value = (self._split(one).transpose(0, 2, 1, 3)
                                 for one in (query, key, value))  # fmt: skip
            key = np.concatenate([cache.keys[i], key], axis=2)
            value = np.concatenate([cache.values[i], value], axis=2)
            keys.append(key)
            values.append(value)
            seen = _attend(query, key.transpose(0, 1, 3, 2), value, mask)
            x = x + layer.own_out(_joined(seen))
            query = self._split(layer.sound_query(layer.sound_norm(x))).transpose(2, 0, 1, 3)
            flat = query.reshape(self._heads, rows * count, -1)
            heard = _attend(flat, sound.keys[i], sound.values[i])
            heard = heard.reshape(self._heads, rows, count, -1).transpose(1, 0, 2, 3)
            x = x + layer.sound_out(_joined(heard))
            x = x + layer.narrow(_gelu(layer.wide(layer.wide_norm(x))))
        return self._norm(x), Cache(keys, values)

    def _split(self, x: Array) -> Array:
        return x.reshape(*x.shape[:-1], self._heads, -1)


def _attend(query: Array, key: Array, value: Array, mask: Array | None = None) -> Array:
    scores: Array = query @ key * np.float32(query.shape[-1] ** -0.5)
    if mask is not None:
        scores += mask
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    seen: Array = scores @ value
    return seen


def _joined(heads: Array) -> Array:
    rows, _, count, _ = heads.shape
    return heads.transpose(0, 2, 1, 3).reshape(rows, count, -1)


def _gelu(x: Array) -> Array:
    # The tanh form, within a thousandth of the exact one.
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)
    done: Array = np.float32(0.5) * x * (1 + np.tanh(inner))
    return done


def _norm(weights: Mapping[str, npt.NDArray[np.generic]], name: str) -> _Norm:
    return _Norm(*(weights[f"{name}/{part}"].astype(np.float32) for part in ("gamma", "beta")))


def _linear(weights: Mapping[str, npt.NDArray[np.generic]], name: str) -> _Linear:
    weight = weights[f"{name}/weight"].astype(np.float32)
    return _Linear(np.ascontiguousarray(weight.T), weights[f"{name}/bias"].astype(np.float32))


def _layer(weights: Mapping[str, npt.NDArray[np.generic]], name: str) -> _Layer:
    own, sound, wide = (f"{name}/{part}" for part in ("self_attention", "attention", "ffn"))
    return _Layer(
        _norm(weights, f"{own}/layer_norm"),
        _linear(weights, f"{own}/linear_0"),
        _linear(weights, f"{own}/linear_1"),
        _norm(weights, f"{sound}/layer_norm"),
        _linear(weights, f"{sound}/linear_0"),
        _linear(weights, f"{sound}/linear_1"),
        _linear(weights, f"{sound}/linear_2"),
        _norm(weights, f"{wide}/layer_norm"),
        _linear(weights, f"{wide}/linear_0"),
        _linear(weights, f"{wide}/linear_1"),
    )


def _read(file: Path, under: str) -> dict[str, npt.NDArray[np.generic]]:
    """Read the variables below a name, without it."""
    try:
        with file.open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        return dict(_variables(data, under))
    except (OSError, ValueError, struct.error, KeyError) as error:
        raise EngineError(f"{file} cannot be read: {error}") from error


def _variables(data: mmap.mmap, under: str) -> list[tuple[str, npt.NDArray[np.generic]]]:
    at = 0

    def number(form: str) -> int:
        nonlocal at
        found: int = struct.unpack_from(f"<{form}", data, at)[0]
        at += struct.calcsize(form)
        return found

    def text() -> str:
        nonlocal at
        length = number("H")
        at += length
        return data[at - length : at - 1].decode("ascii")

    if number("I") != _FORMAT:
        raise ValueError("not in the known format")
    text()
    number("I")
    found = []
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind = _TYPES[number("B")]
        length = number("I")
        if name.startswith(under):
            # A view of the file: what is not made wider stays on disk.
            size = length // np.dtype(kind).itemsize
            array = np.frombuffer(data, kind, size, at).reshape(shape)
            found.append((name.removeprefix(under), array))
        at += length
    return found
