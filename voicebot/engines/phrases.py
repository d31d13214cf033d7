"""Rendered phrases: in memory by least recent use, and on disk across restarts."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from voicebot.ports import Rendered
from voicebot.word_times import SpokenWord

_MAGIC = b"voicebot phrase 2\n"
_COUNT = struct.Struct("<I")
_WORD = struct.Struct("<Id")
_WORD_IN_MEMORY = 128
"""Bytes that the times of one word take in memory, about."""


class PhraseCache:
    """Keeps clauses as sound by key. Safe to use from several threads and processes at once.

    On disk: the format's name, the SHA-256 of what follows, the number of words, for each word its
    `text_end` and `ended` (little-endian uint32 and float64), then mu-law at 8 kHz.
    """

    def __init__(self, folder: Path, *, memory_bytes: int = 48 << 20) -> None:
        """Use a folder, which is made when the first phrase is kept.

        Args:
            folder: Where phrases survive a restart; if it cannot be written they do not.
            memory_bytes: Bound of what is kept in memory; 8,000 bytes are a second.
        """
        self._folder = folder
        self._bound = memory_bytes
        self._size = 0
        self._memory: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def key(*parts: str) -> str:
        """Return one key for a voice, its settings and a text."""
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def remembered(self, key: str) -> Rendered | None:
        """Return a phrase that is in memory; never touches the disk."""
        with self._lock:
            phrase = self._memory.get(key)
            if phrase is not None:
                self._memory.move_to_end(key)
            return phrase

    def recall(self, key: str) -> Rendered | None:
        """Return a phrase from memory or disk.

        A file that is damaged, or of an older format, is removed and counts as none.
        """
        phrase = self.remembered(key)
        if phrase is not None:
            return phrase
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 32
        content = stored[head:]
        if stored[:head] != _MAGIC + hashlib.sha256(content).digest():
            with suppress(OSError):
                path.unlink()
            return None
        phrase = _unpacked(content)
        self._remember(key, phrase)
        return phrase

    def keep(self, key: str, phrase: Rendered, *, on_disk: bool = True) -> None:
        """Keep a phrase in memory and, unless told otherwise, on disk.

        What a single caller is told (an order, an address) belongs in memory only.
        """
        self._remember(key, phrase)
        if not on_disk:
            return
        path, content = self._path(key), _packed(phrase)
        # A disk that is full or read-only costs the next start time, nothing else.
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".phrase.")
            try:
                with os.fdopen(descriptor, "wb") as out:
                    out.write(_MAGIC + hashlib.sha256(content).digest() + content)
                os.replace(name, path)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.ulaw"

    def _remember(self, key: str, phrase: Rendered) -> None:
        with self._lock:
            self._size += _size(phrase) - _size(self._memory.pop(key, Rendered(b"")))
            self._memory[key] = phrase
            while self._size > self._bound and len(self._memory) > 1:
                _, dropped = self._memory.popitem(last=False)
                self._size -= _size(dropped)


def _size(phrase: Rendered) -> int:
    return len(phrase.audio) + _WORD_IN_MEMORY * len(phrase.words)


def _packed(phrase: Rendered) -> bytes:
    words = b"".join(_WORD.pack(word.text_end, word.ended) for word in phrase.words)
    return _COUNT.pack(len(phrase.words)) + words + phrase.audio


def _unpacked(content: bytes) -> Rendered:
    (count,) = _COUNT.unpack_from(content)
    words_end = _COUNT.size + count * _WORD.size
    words = _WORD.iter_unpack(content[_COUNT.size : words_end])
    return Rendered(content[words_end:], tuple(SpokenWord(*word) for word in words))
