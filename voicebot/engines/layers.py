"""The upper layers of a sentence encoder in numpy, forwards and backwards.

A transformer's layers as BERT has them: attention and a feed-forward part, each added to what came
in and normalised after. Tokens of all sentences lie one after another, so that nothing is computed
for padding except inside the attention. Checked against the runtime when they are read, and against
numerical gradients in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[Any]
Weights = Mapping[str, Floats]
"""One layer: qkv, qkv_bias, out, out_bias, mid_scale, mid_shift, up, up_bias, down, down_bias,
end_scale, end_shift."""

HEAD = 32
"""Width of one attention head in the MiniLM family."""
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens of several sentences, one after another."""

    tokens: Floats
    """(tokens, width)."""
    lengths: NDArray[np.int64]
    """Tokens of each sentence."""

    @classmethod
    def of(cls, sentences: Sequence[Floats]) -> Batch:
        """Put sentences (tokens, width) together."""
        lengths = np.array([len(sentence) for sentence in sentences])
        return cls(np.concatenate(sentences).astype(np.float32), lengths)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each sentence begins."""
        begins: NDArray[np.int64] = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        return begins

    @property
    def places(self) -> NDArray[np.int64]:
        """Where each token stands when the sentences are padded to one length."""
        longest = self.lengths.max()
        within = np.arange(len(self.tokens)) - np.repeat(self.starts, self.lengths)
        result: NDArray[np.int64] = np.repeat(np.arange(len(self.lengths)), self.lengths) * longest
        return result + within


@dataclass(slots=True)
class Trace:
    """What the way back needs of the way there."""

    steps: list[dict[str, Any]]
    means: Floats
    norms: Floats
    units: Floats


def forward(
    layers: Sequence[Weights],
    batch: Batch,
    *,
    drop: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[Floats, Trace]:
    """Return one unit-length vector a sentence, and what `backward` needs.

    Args:
        layers: The layers, lowest first.
        batch: What comes out of the layer below.
        drop: Share of values that is dropped after each part, with `rng`.
        rng: Where chance comes from.
    """
    x, steps = batch.tokens, []
    for layer in layers:
        x, step = _layer(layer, x, batch, drop, rng)
        steps.append(step)
    means = np.add.reduceat(x, batch.starts, axis=0) / batch.lengths[:, None].astype(np.float32)
    norms = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    units = means / norms
    return units, Trace(steps, means, norms, units)


def backward(
    layers: Sequence[Weights], batch: Batch, trace: Trace, slope: Floats
) -> list[dict[str, Floats]]:
    """Return the gradients of the layers' weights.

    Args:
        layers: As given to `forward`.
        batch: The same.
        trace: What `forward` returned.
        slope: Gradient of the loss by the unit vectors.
    """
    units = trace.units
    by_means = (slope - units * (slope * units).sum(1, keepdims=True)) / trace.norms
    dx = np.repeat(by_means / batch.lengths[:, None].astype(np.float32), batch.lengths, axis=0)
    found: list[dict[str, Floats]] = []
    for layer, step in zip(reversed(layers), reversed(trace.steps), strict=True):
        dx, slopes = _layer_back(layer, step, batch, dx)
        found.append(slopes)
    return found[::-1]


def _layer(
    w: Weights, x: Floats, batch: Batch, drop: float, rng: np.random.Generator | None
) -> tuple[Floats, dict[str, Any]]:
    attended, shares, parts = _attend(x @ w["qkv"] + w["qkv_bias"], batch)
    y, kept = _dropped(attended @ w["out"] + w["out_bias"], drop, rng)
    mid, mid_norm = _normal(x + y, w["mid_scale"], w["mid_shift"])
    u = mid @ w["up"] + w["up_bias"]
    likely = 0.5 * (1.0 + erf(u * np.float32(0.5**0.5)))
    y, kept_down = _dropped((u * likely) @ w["down"] + w["down_bias"], drop, rng)
    end, end_norm = _normal(mid + y, w["end_scale"], w["end_shift"])
    step = {
        "x": x, "parts": parts, "shares": shares, "attended": attended, "kept": kept,
        "mid": mid, "mid_norm": mid_norm, "u": u, "likely": likely, "kept_down": kept_down,
        "end_norm": end_norm,
    }  # fmt: skip
    return end, step


def _layer_back(
    w: Weights, s: dict[str, Any], batch: Batch, dx: Floats
) -> tuple[Floats, dict[str, Floats]]:
    g: dict[str, Floats] = {}
    d_end, g["end_scale"], g["end_shift"] = _normal_back(dx, s["end_norm"], w["end_scale"])
    dy = d_end if s["kept_down"] is None else d_end * s["kept_down"]
    u, likely = s["u"], s["likely"]
    g["down"], g["down_bias"] = (u * likely).T @ dy, dy.sum(0)
    density = np.exp(-0.5 * u * u) * np.float32((2 * np.pi) ** -0.5)
    du = (dy @ w["down"].T) * (likely + u * density)
    g["up"], g["up_bias"] = s["mid"].T @ du, du.sum(0)
    d_mid = d_end + du @ w["up"].T
    d_sum, g["mid_scale"], g["mid_shift"] = _normal_back(d_mid, s["mid_norm"], w["mid_scale"])
    dy = d_sum if s["kept"] is None else d_sum * s["kept"]
    g["out"], g["out_bias"] = s["attended"].T @ dy, dy.sum(0)
    d_qkv = _attend_back(dy @ w["out"].T, s["parts"], s["shares"], batch)
    g["qkv"], g["qkv_bias"] = s["x"].T @ d_qkv, d_qkv.sum(0)
    return d_sum + d_qkv @ w["qkv"].T, g


def _attend(qkv: Floats, batch: Batch) -> tuple[Floats, Floats, Floats]:
    """Return the attended values, the shares of attention, and query, key and value padded."""
    count, longest, width = len(batch.lengths), int(batch.lengths.max()), qkv.shape[1] // 3
    padded = np.zeros((count * longest, 3 * width), dtype=qkv.dtype)
    padded[batch.places] = qkv
    parts = padded.reshape(count, longest, 3, width // HEAD, HEAD).transpose(2, 0, 3, 1, 4)
    scores = parts[0] @ parts[1].swapaxes(-1, -2) * np.float32(HEAD**-0.5)
    absent = np.arange(longest)[None, :] >= batch.lengths[:, None]
    scores -= np.where(absent, np.float32(1e9), np.float32(0))[:, None, None, :]
    scores -= scores.max(-1, keepdims=True)
    shares = np.exp(scores, out=scores)
    shares /= shares.sum(-1, keepdims=True)
    attended = (shares @ parts[2]).transpose(0, 2, 1, 3).reshape(count * longest, width)
    return attended[batch.places], shares, parts


def _attend_back(d_attended: Floats, parts: Floats, shares: Floats, batch: Batch) -> Floats:
    count, heads, longest, _ = parts[0].shape
    padded = np.zeros((count * longest, heads * HEAD), dtype=d_attended.dtype)
    padded[batch.places] = d_attended
    d_out = padded.reshape(count, longest, heads, HEAD).transpose(0, 2, 1, 3)
    d_shares = d_out @ parts[2].swapaxes(-1, -2)
    d_scores = shares * (d_shares - (d_shares * shares).sum(-1, keepdims=True))
    d_scores *= np.float32(HEAD**-0.5)
    slopes = (
        d_scores @ parts[1],
        d_scores.swapaxes(-1, -2) @ parts[0],
        shares.swapaxes(-1, -2) @ d_out,
    )
    stacked = np.stack(slopes).transpose(1, 3, 0, 2, 4)
    result: Floats = stacked.reshape(count * longest, 3 * heads * HEAD)[batch.places]
    return result


def _normal(x: Floats, scale: Floats, shift: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(_EPSILON))
    unit = centred / spread
    return unit * scale + shift, (unit, spread)


def _normal_back(
    dy: Floats, seen: tuple[Floats, Floats], scale: Floats
) -> tuple[Floats, Floats, Floats]:
    unit, spread = seen
    d_unit = dy * scale
    inner = d_unit - d_unit.mean(-1, keepdims=True)
    inner -= unit * (d_unit * unit).mean(-1, keepdims=True)
    return inner / spread, (dy * unit).sum(0), dy.sum(0)


def _dropped(
    y: Floats, drop: float, rng: np.random.Generator | None
) -> tuple[Floats, Floats | None]:
    if rng is None or not drop:
        return y, None
    kept = (rng.random(y.shape, dtype=np.float32) >= drop) * np.float32(1 / (1 - drop))
    return y * kept, kept
