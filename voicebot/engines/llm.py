"""A language model behind an OpenAI-compatible endpoint, streamed and kept within bounds.

It is treated like a stranger on the network: what it sends is read up to a limit and a deadline,
and only the text of its answer is taken. It is offered no tools; what it calls is not looked at.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from voicebot.ports import EngineError

MOST_BYTES = 65_536
"""Of one answer, with all that stands around its words."""
_LONGEST_LINE = 16_384
_TOKENS = 160
_DATA = b"data:"
_DONE = b"[DONE]"

SYSTEM = (
    "You answer a caller of a telephone hotline from the passages below and from nothing else. "
    "Write one to three short sentences for the ear, in the caller's language. Use only facts and "
    "numbers of the passages, close to their words. No lists, no links, no markup. If the passages "
    "do not answer the question, write only: NOTHING"
)
NOTHING = "NOTHING"


class LanguageModel:
    """One endpoint; safe to share between calls of one event loop."""

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str = "",
        *,
        connect: float = 1.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """
        Args:
            base_url: Root of the API, usually ending in `/v1`.
            model: The model's name there.
            key: Sent as a bearer token; empty for none.
            connect: Seconds for a connection.
            transport: Another way to send requests, for tests.
        """
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            # Deadlines are the reader's; only the connection has one of its own.
            timeout=httpx.Timeout(None, connect=connect),
            limits=httpx.Limits(max_connections=16),
            # Neither another place nor a proxy of the machine gets to see a caller's question.
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    @property
    def host(self) -> str:
        """Where it is, for messages."""
        return urlsplit(self._url).netloc

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def write(
        self, passages: Sequence[str], question: str, *, deadline: float
    ) -> AsyncGenerator[str, None]:
        """Yield the answer in pieces of text as they come.

        Args:
            passages: What it may know.
            question: What was asked.
            deadline: Seconds for the whole answer; what comes later is not waited for.

        Raises:
            EngineError: it cannot be reached, refuses, breaks off, sends junk or too much, or is
                late.
        """
        told = "\n".join(f"- {passage}" for passage in passages)
        content = f"Passages:\n{told}\n\nQuestion: {json.dumps(question)}"
        async for piece in self.stream(SYSTEM, content, deadline=deadline):
            yield piece

    async def stream(
        self, system: str, content: str, *, deadline: float
    ) -> AsyncGenerator[str, None]:
        """Yield what the model writes to a message; see `write`."""
        body = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": content},
            ],
            "stream": True,
            "temperature": 0,
            "max_tokens": _TOKENS,
        }
        try:
            async with (
                asyncio.timeout(deadline),
                self._client.stream("POST", self._url, json=body) as response,
            ):
                if response.status_code != 200:
                    raise EngineError(f"language model: HTTP {response.status_code}")
                async for line in _lines(response):
                    if not line.startswith(_DATA):
                        continue
                    data = line.removeprefix(_DATA).strip()
                    if data == _DONE:
                        return
                    if piece := _piece(data):
                        yield piece
        except TimeoutError as error:
            raise EngineError(f"language model: no whole answer within {deadline:g} s") from error
        except httpx.HTTPError as error:
            raise EngineError(f"language model: {type(error).__name__}") from error


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield lines, bounded one by one and in all."""
    left, total = b"", 0
    async for chunk in response.aiter_raw():
        total += len(chunk)
        *lines, left = (left + chunk).split(b"\n")
        if total > MOST_BYTES or len(left) > _LONGEST_LINE:
            raise EngineError(f"language model: more than {MOST_BYTES} bytes")
        for line in lines:
            yield line.strip()
    yield left.strip()


def _piece(data: bytes) -> str:
    """Return the text in one event; empty for one that holds none.

    Raises:
        EngineError: it is no event of a chat completion.
    """
    try:
        event: Any = json.loads(data)
        choices = event["choices"]
        text = choices[0]["delta"].get("content") if choices else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise EngineError("language model: what came is no chat completion") from error
    return text if isinstance(text, str) else ""
