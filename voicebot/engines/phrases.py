"""Rendered phrases: in memory by least recent use, and on disk across restarts."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

_MAGIC = b"voicebot phrase 1\n"


class PhraseCache:
    """Keeps mu-law by key. Safe to use from several threads and processes at once."""

    def __init__(self, folder: Path, *, memory_bytes: int = 48 << 20) -> None:
        """Use a folder, which is made when the first phrase is kept.

        Args:
            folder: Where phrases survive a restart; if it cannot be written they do not.
            memory_bytes: Bound of what is kept in memory; 8,000 bytes are a second.
        """
        self._folder = folder
        self._bound = memory_bytes
        self._size = 0
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def key(*parts: str) -> str:
        """Return one key for a voice, its settings and a text."""
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def remembered(self, key: str) -> bytes | None:
        """Return a phrase that is in memory; never touches the disk."""
        with self._lock:
            audio = self._memory.get(key)
            if audio is not None:
                self._memory.move_to_end(key)
            return audio

    def recall(self, key: str) -> bytes | None:
        """Return a phrase from memory or disk; a damaged file is removed and counts as none."""
        audio = self.remembered(key)
        if audio is not None:
            return audio
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 32
        audio = stored[head:]
        if stored[:head] != _MAGIC + hashlib.sha256(audio).digest():
            with suppress(OSError):
                path.unlink()
            return None
        self._remember(key, audio)
        return audio

    def keep(self, key: str, audio: bytes, *, on_disk: bool = True) -> None:
        """Keep a phrase in memory and, unless told otherwise, on disk.

        What a single caller is told (an order, an address) belongs in memory only.
        """
        self._remember(key, audio)
        if not on_disk:
            return
        path = self._path(key)
        # A disk that is full or read-only costs the next start time, nothing else.
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".phrase.")
            try:
                with os.fdopen(descriptor, "wb") as out:
                    out.write(_MAGIC + hashlib.sha256(audio).digest() + audio)
                os.replace(name, path)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.ulaw"

    def _remember(self, key: str, audio: bytes) -> None:
        with self._lock:
            self._size += len(audio) - len(self._memory.pop(key, b""))
            self._memory[key] = audio
            while self._size > self._bound and len(self._memory) > 1:
                _, dropped = self._memory.popitem(last=False)
                self._size -= len(dropped)
