"""The carrier's web requests: signed forms to the server's webhooks, and where they really go."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from telephony.simulator.recording import TwimlDocument
from telephony.twilio.signature import HEADER

WEBHOOK_TIMEOUT = 15.0
"""Seconds that Twilio waits for an answer."""

MAX_DOCUMENT = 65_536


class WebhookFailed(Exception):
    """The server did not answer a webhook as it must; the text says how."""


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    # Once a process: reading them costs more than a whole simulated call.
    return ssl.create_default_context()


def carrier_client(voice_url: str) -> httpx.AsyncClient:
    """Return a client for one call's webhooks, which its caller closes."""
    return httpx.AsyncClient(
        timeout=WEBHOOK_TIMEOUT,
        limits=httpx.Limits(max_connections=4, max_keepalive_connections=1),
        trust_env=False,
        verify=_certificates() if voice_url.startswith("https:") else False,
    )


class CarrierWeb:
    """Requests as the carrier makes them, over a connection that may be another.

    Args:
        voice_url: The server's voice webhook, at an address that can be reached from here.
        public_url: The server's own idea of its address, if it is another. Signatures are made
            for it, and addresses below it are reached at the voice webhook's host.
        auth_token: Signs; empty: requests are unsigned.
        http: Owned by the caller.
    """

    def __init__(
        self, voice_url: str, public_url: str, auth_token: str, http: httpx.AsyncClient
    ) -> None:
        parts = urlsplit(voice_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("the voice webhook's address is http(s)://host/path")
        self._reach = f"{parts.scheme}://{parts.netloc}"
        self._public = public_url.rstrip("/") or self._reach
        self._validator = RequestValidator(auth_token) if auth_token else None
        self._http = http
        self.voice_url = self._public + voice_url.removeprefix(self._reach)
        """The voice webhook as the carrier knows it."""

    def resolve(self, address: str, document_url: str) -> str:
        """Return an address of a document, which may be relative to the document's own."""
        return urljoin(document_url, address)

    def socket_url(self, address: str, document_url: str) -> str:
        """Return the address of a media socket, as a `ws` or `wss` one."""
        resolved = self.resolve(address, document_url)
        return f"ws{resolved[4:]}" if resolved.startswith("http") else resolved

    def reachable(self, url: str) -> str:
        """Return where a public address is reached from here."""
        for public, reach in (
            (self._public, self._reach),
            (f"ws{self._public[4:]}", f"ws{self._reach[4:]}"),
        ):
            if url == public or url.startswith((f"{public}/", f"{public}?")):
                return reach + url.removeprefix(public)
        return url

    def signed(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that prove a request to a public address."""
        if self._validator is None:
            return {}
        return {HEADER: self._validator.compute_signature(url, dict(form))}

    async def post(self, url: str, form: Mapping[str, str]) -> TwimlDocument:
        """Send a webhook and return its answer.

        Raises:
            WebhookFailed: no answer in time, an error status, or one that is too large.
        """
        path = urlsplit(url).path
        try:
            response = await self._http.post(
                self.reachable(url), data=dict(form), headers=self.signed(url, form)
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise WebhookFailed(f"{path}: {type(error).__name__}") from error
        if len(response.content) > MAX_DOCUMENT:
            raise WebhookFailed(f"{path}: the answer is larger than {MAX_DOCUMENT} bytes")
        return TwimlDocument(path=path, status=response.status_code, body=response.text)
