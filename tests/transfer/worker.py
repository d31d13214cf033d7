"""One process of several that serve a hotline: `python -m tests.transfer.worker FD`.

The real app on the real store, at a socket that it shares with the others; only the models are
played. It takes a low sound for the wish to end the call, and any other for the wish for a person.
"""

from __future__ import annotations

import socket
import sys
from itertools import pairwise
from typing import Any

import uvicorn

from telephony.g711 import SAMPLE_RATE
from tests.transfer.world import PERSON, ScriptedService
from voicebot.call.parts import SessionParts
from voicebot.logs import set_up_logs
from voicebot.ports import Glimpse, StaleWork, Transcription
from voicebot.settings import Settings
from voicebot.store import open_store
from voicebot.store.stored_transfers import StoredTransfers
from voicebot.web.app import create_app

WISH = b"\x20\x20\xa0\xa0" * 2
BYE = (b"\x20" * 16 + b"\xa0" * 16) * 2
"""Waves, in mu-law."""
_LOUD = 1_000
_HIGH = 0.12
"""Changes of sign a loud sample, between those of the two."""


class Pitch:
    """A recogniser that knows two words by their pitch."""

    async def glimpse(self, pcm: bytes, *, over: bool = False, timeout: float = 0.6) -> Glimpse:
        raise StaleWork("busy")

    async def transcribe(self, pcm: bytes, **how: Any) -> Transcription:
        samples = memoryview(pcm).cast("h")
        loud = [sample > 0 for sample in samples if abs(sample) > _LOUD]
        changes = sum(one != other for one, other in pairwise(loud))
        word = PERSON if changes > _HIGH * len(loud) else "Bye."
        return Transcription(word, -0.2, 1.0, 0.01, len(samples) / SAMPLE_RATE, "pitch")


class SharedService(ScriptedService):
    """The story's cast, with a store that other processes have too."""

    def __init__(self, settings: Settings) -> None:
        super().__init__([])
        self.store: Any = open_store(settings.database_url)
        self.transfers: Any = StoredTransfers(self.store.transfers)
        self.recogniser: Any = Pitch()

    def number_for(self, called: str) -> str:
        """Each number of the hotline has a person of its own."""
        return called.replace("+1555010", "+1555019")

    def session_parts(self, *given: Any, **named: Any) -> SessionParts:
        self.journal = self.store
        return super().session_parts(*given, **named)

    async def close(self) -> None:
        self.store.close()


class AnyWorker:
    """Closes connections after each answer, so that the next request may come to anyone."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def closing(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"connection", b"close")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, closing if scope["type"] == "http" else send)


def main(descriptor: int) -> None:
    """Serve until a signal ends it."""
    settings = Settings(_env_file=None)
    set_up_logs("json", settings.log_level)
    app = create_app(settings, SharedService(settings), progress=lambda *_: None)
    config = uvicorn.Config(
        AnyWorker(app), log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.socket(fileno=descriptor) as listening:
        server.run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
