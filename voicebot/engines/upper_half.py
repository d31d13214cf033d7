"""Finds the upper half of a sentence encoder's layers in its ONNX file, and reads their weights.

The weights are asked of the runtime as further outputs, so that it does not matter how they are
kept: as they are, or in eight bits with a scale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnxruntime

from voicebot.engines.graph import NoGraph, further_outputs, nodes, outputs
from voicebot.engines.layers import HEAD, Floats, Weights

_DENSE = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "intermediate.dense": "up",
    "output.dense": "down",
}
_NORMS = {"attention.output.LayerNorm": "mid", "output.LayerNorm": "end"}
_PART = re.compile(r"layer\.(\d+)\.(.+)\.(?:bias|weight)$")


@dataclass(frozen=True, slots=True)
class UpperHalf:
    """The names of tensors in the model's graph."""

    entry: str
    """What goes into the upper half."""
    layers: tuple[Mapping[str, str], ...]
    """The tensors of each layer's weights."""


def upper_half(model: bytes) -> UpperHalf | None:
    """Return where the upper half of the layers is; None if the model is of another kind."""
    try:
        graph = nodes(model)
    except NoGraph:
        return None
    layers: dict[int, dict[str, str]] = {}
    ends: dict[int, str] = {}
    makers = {name: node for node in graph for name in node.outputs}
    for node in graph:
        for name in node.inputs:
            if (part := _PART.search(name)) is None:
                continue
            layer = layers.setdefault(int(part[1]), {})
            if node.operator == "LayerNormalization" and part[2] in _NORMS:
                kind = _NORMS[part[2]]
                layer[f"{kind}_scale"], layer[f"{kind}_shift"] = node.inputs[1:3]
                if kind == "end":
                    ends[int(part[1])] = node.outputs[0]
            elif node.operator == "Add" and part[2] in _DENSE:
                other = next(given for given in node.inputs if given != name)
                maker = makers.get(other)
                if maker is not None and maker.operator == "MatMul":
                    layer[_DENSE[part[2]]] = maker.inputs[1]
                    layer[f"{_DENSE[part[2]]}_bias"] = name
    count = len(layers)
    whole = 2 * len(_DENSE) + 2 * len(_NORMS)
    if count < 2 or any(len(layers.get(i, {})) != whole or i not in ends for i in range(count)):
        return None
    lower = count // 2
    return UpperHalf(ends[lower - 1], tuple(layers[i] for i in range(lower, count)))


def read_weights(model: bytes, half: UpperHalf) -> tuple[Weights, ...] | None:
    """Return the weights of the upper half; None if its attention has another shape."""
    wanted = sorted({name for layer in half.layers for name in layer.values()})
    content = model + further_outputs(name for name in wanted if name not in outputs(model))
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    probe = np.zeros((1, 1), dtype=np.int64)
    feed = {entry.name: probe for entry in session.get_inputs()}
    feed["attention_mask"] = np.ones_like(probe)
    values = dict(zip(wanted, session.run(wanted, feed), strict=True))
    layers = []
    for names in half.layers:
        tensors = {kind: np.array(values[name], dtype=np.float32) for kind, name in names.items()}
        parts = [tensors.pop(kind) for kind in ("query", "key", "value")]
        biases = [tensors.pop(f"{kind}_bias") for kind in ("query", "key", "value")]
        if parts[0].shape[1] % HEAD:
            return None
        joined: dict[str, Floats] = {
            "qkv": np.concatenate(parts, axis=1),
            "qkv_bias": np.concatenate(biases),
        }
        layers.append({**joined, **tensors})
    return tuple(layers)
