"""Makes a Piper voice tell how long each of its phonemes lasts.

The voices that Piper publishes work the durations out (the one `Ceil` of VITS' duration predictor)
and keep them to themselves. Naming that tensor as an output of the graph changes nothing else.

It is done without the `onnx` package (30 MB with what it needs): a model is a protobuf message, and
a parser that meets an embedded message a second time merges it with the first ("Last One Wins",
protobuf.dev/programming-guides/encoding). So what has to be added is appended to the file. The
numbers of the fields are those of onnx.proto3.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

from voicebot.engines.models import VoiceFiles
from voicebot.engines.weights import fingerprint

_log = structlog.get_logger(__name__)

_MODEL_GRAPH = 7
_GRAPH_NODE = 1
_GRAPH_OUTPUT = 12
_NODE_OUTPUT = 2
_NODE_OPERATOR = 4
_VALUE_NAME = 1

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5


class NoDurations(Exception):
    """A model is not a voice whose durations can be told apart. The message says why."""


def locate_timed_voice(files: VoiceFiles, cache_dir: Path) -> Path:
    """Return the voice's model with durations, made once in the cache; else the voice as it is.

    Safe with several processes at once: the file appears by an atomic rename, and whoever comes
    second replaces it with the same bytes. Its name carries its own SHA-256, so a damaged one is
    found and made anew. Without durations the voice speaks all the same; the log says why they are
    missing.
    """
    made = cache_dir / "voices"
    try:
        for path in made.glob(f"{files.fingerprint[:12]}-*.onnx"):
            if fingerprint(path, cache_dir).startswith(path.stem.rpartition("-")[2]):
                return path
            path.unlink()
        model = files.model.read_bytes()
        addition = durations_output(model)
        return _written(model, addition, made, files.fingerprint) if addition else files.model
    except NoDurations as problem:
        _log.warning("voice gives no word times", voice=files.name, reason=str(problem))
    except OSError as error:
        _log.warning("voice gives no word times", voice=files.name, reason=error.strerror)
    return files.model


def durations_output(model: bytes) -> bytes:
    """Return what to append to a Piper model so that the durations are its second output.

    Empty if they already are.

    Raises:
        NoDurations: it is no ONNX model, or not exactly one tensor can be meant.
    """
    rounded: set[bytes] = set()
    outputs: set[bytes] = set()
    for graph_from, graph_to in _fields(model, _MODEL_GRAPH):
        for begin, end in _fields(model, _GRAPH_NODE, graph_from, graph_to):
            operators = [model[slice(*at)] for at in _fields(model, _NODE_OPERATOR, begin, end)]
            if operators == [b"Ceil"]:
                rounded |= {model[slice(*at)] for at in _fields(model, _NODE_OUTPUT, begin, end)}
        for begin, end in _fields(model, _GRAPH_OUTPUT, graph_from, graph_to):
            outputs |= {model[slice(*at)] for at in _fields(model, _VALUE_NAME, begin, end)}
    if len(rounded) != 1:
        raise NoDurations(f"{len(rounded)} tensors could be its durations")
    (name,) = rounded
    if name in outputs:
        return b""
    return _field(_MODEL_GRAPH, _field(_GRAPH_OUTPUT, _field(_VALUE_NAME, name)))


def _written(model: bytes, addition: bytes, folder: Path, source: str) -> Path:
    digest = hashlib.sha256(model)
    digest.update(addition)
    target = folder / f"{source[:12]}-{digest.hexdigest()[:12]}.onnx"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(model)
            out.write(addition)
        # `mkstemp` makes files that only their owner reads; a server may run as somebody else.
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
    return target


def _fields(
    message: bytes, number: int, begin: int = 0, end: int | None = None
) -> Iterator[tuple[int, int]]:
    """Yield from where to where the embedded messages and strings of one field reach."""
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
            raise NoDurations("it is no ONNX model")
        if after > end:
            raise NoDurations("it is no ONNX model, or only part of one")
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
    raise NoDurations("it is no ONNX model, or only part of one")


def _field(number: int, content: bytes) -> bytes:
    head = bytearray()
    for value in (number << 3 | _LENGTH_DELIMITED, len(content)):
        while value >= 0x80:
            head.append(value & 0x7F | 0x80)
            value >>= 7
        head.append(value)
    return bytes(head) + content
