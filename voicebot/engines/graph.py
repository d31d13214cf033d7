"""Reads an ONNX model's graph, and makes it tell more than it was made to.

It is done without the `onnx` package (30 MB with what it needs): a model is a protobuf message, and
a parser that meets an embedded message a second time merges it with the first ("Last One Wins",
protobuf.dev/programming-guides/encoding). So what has to be added is appended to the file. The
numbers of the fields are those of onnx.proto3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MODEL_GRAPH = 7
GRAPH_NODE = 1
GRAPH_OUTPUT = 12
NODE_INPUT = 1
NODE_OUTPUT = 2
NODE_OPERATOR = 4
VALUE_NAME = 1

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5


class NoGraph(Exception):
    """Some bytes are no ONNX model. The message says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation, with the names of the tensors that it takes and makes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def nodes(model: bytes) -> list[Node]:
    """Return a model's operations, in order.

    Raises:
        NoGraph: it is no ONNX model.
    """
    return [
        Node(
            "".join(_texts(model, NODE_OPERATOR, *node)),
            tuple(_texts(model, NODE_INPUT, *node)),
            tuple(_texts(model, NODE_OUTPUT, *node)),
        )
        for graph in fields(model, MODEL_GRAPH)
        for node in fields(model, GRAPH_NODE, *graph)
    ]


def outputs(model: bytes) -> set[str]:
    """Return the names of a model's outputs.

    Raises:
        NoGraph: it is no ONNX model.
    """
    return {
        name
        for graph in fields(model, MODEL_GRAPH)
        for output in fields(model, GRAPH_OUTPUT, *graph)
        for name in _texts(model, VALUE_NAME, *output)
    }


def further_outputs(names: Iterable[str]) -> bytes:
    """Return what to append to a model so that these tensors are outputs as well."""
    added = (field(GRAPH_OUTPUT, field(VALUE_NAME, name.encode())) for name in names)
    return b"".join(field(MODEL_GRAPH, output) for output in added)


def _texts(message: bytes, number: int, begin: int, end: int) -> Iterator[str]:
    for at in fields(message, number, begin, end):
        yield message[slice(*at)].decode("utf-8", "replace")


def fields(
    message: bytes, number: int, begin: int = 0, end: int | None = None
) -> Iterator[tuple[int, int]]:
    """Yield from where to where the embedded messages and strings of one field reach.

    Raises:
        NoGraph: the message cannot be read.
    """
    at = begin
    end = len(message) if end is None else end
    while at < end:
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            _, after = _varint(message, at)
        elif kind == _LENGTH_DELIMITED:
            length, at = _varint(message, at)
            after = at + length
        elif kind in (_FIXED64, _FIXED32):
            after = at + (8 if kind == _FIXED64 else 4)
        else:
            raise NoGraph("it is no ONNX model")
        if after > end:
            raise NoGraph("it is no ONNX model, or only part of one")
        if kind == _LENGTH_DELIMITED and key >> 3 == number:
            yield at, after
        at = after


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise NoGraph("it is no ONNX model, or only part of one")


def field(number: int, content: bytes) -> bytes:
    """Return an embedded message or string as a field."""
    head = bytearray()
    for value in (number << 3 | _LENGTH_DELIMITED, len(content)):
        while value >= 0x80:
            head.append(value & 0x7F | 0x80)
            value >>= 7
        head.append(value)
    return bytes(head) + content
