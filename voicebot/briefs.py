"""Sends the handoff brief to where the people work: an HTTP endpoint of a desk or CRM.

Nobody waits for it: the customer is connected whether it arrives or not. It is tried a few times
within seconds; what fails is logged without a word of the brief, which stays in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import structlog

_TRIES = 3
_SECONDS = 3.0
"""For one try."""
_PAUSE = 0.5
_MOST = 64
"""Briefs on their way; more are only in the journal."""

_log = structlog.get_logger(__name__)


class BriefSender:
    """Posts briefs as JSON, with the name of the call as `Idempotency-Key`."""

    def __init__(
        self,
        url: str,
        key: str = "",
        *,
        head: Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]] | None = None,
        pause: float = _PAUSE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """
        Args:
            url: Where to; empty for nowhere.
            key: Sent as a bearer token; empty for none.
            head: Gives a brief another headline, within seconds.
            pause: Seconds between tries.
            transport: Another way to send requests, for tests.
        """
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._head = head
        self._pause = pause
        self._transport = transport
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def goes_somewhere(self) -> bool:
        """Whether anybody gets to read them."""
        return bool(self._url)

    def send(self, call: str, brief: Mapping[str, Any], channel: str = "phone") -> None:
        """Begin to send a brief; returns at once.

        Args:
            call: The carrier's name of a telephone call, the journal's of a chat.
            brief: As JSON data; an empty one is not sent.
            channel: `phone` or `chat`.
        """
        if not self._url or not brief:
            return
        if len(self._sending) >= _MOST:
            _log.warning("brief not sent", call=call, reason="too many on their way")
            return
        task = asyncio.create_task(self._send(call, channel, brief))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Give the briefs that are on their way a moment, and no more."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=1.0)
        for task in list(self._sending):
            task.cancel()

    async def _send(self, call: str, channel: str, brief: Mapping[str, Any]) -> None:
        told = dict(brief) if self._head is None else dict(await self._head(brief))
        body = {"call": call, "channel": channel, "brief": told}
        headers = {**self._headers, "Idempotency-Key": call}
        reason = ""
        async with httpx.AsyncClient(
            timeout=_SECONDS, follow_redirects=False, transport=self._transport
        ) as client:
            for attempt in range(_TRIES):
                if attempt:
                    await asyncio.sleep(self._pause)
                try:
                    async with client.stream(
                        "POST", self._url, json=body, headers=headers
                    ) as response:
                        if response.is_success:
                            return
                        reason = f"HTTP {response.status_code}"
                        if response.status_code < 500:
                            break
                except httpx.HTTPError as error:
                    reason = type(error).__name__
        _log.warning("brief not sent", call=call, reason=reason)
