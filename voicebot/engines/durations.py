"""Makes a Piper voice tell how long each of its phonemes lasts.

The voices that Piper publishes work the durations out (the one `Ceil` of VITS' duration predictor)
and keep them to themselves. Naming that tensor as an output of the graph changes nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import structlog

from voicebot.engines.graph import NoGraph, further_outputs, nodes, outputs
from voicebot.engines.models import VoiceFiles
from voicebot.engines.weights import fingerprint

_log = structlog.get_logger(__name__)


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
    try:
        rounded = {
            name for node in nodes(model) if node.operator == "Ceil" for name in node.outputs
        }
        told = outputs(model)
    except NoGraph as problem:
        raise NoDurations(str(problem)) from problem
    if len(rounded) != 1:
        raise NoDurations(f"{len(rounded)} tensors could be its durations")
    return further_outputs(rounded - told)


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
