"""The real `twilio` client, pointed at a fake carrier."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import httpx
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

_log = logging.getLogger(__name__)


class CarrierHttpClient(AsyncHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Sends what the client asks of api.twilio.com to another root.

    Args:
        root: `http://127.0.0.1:port`.
        timeout: Seconds for one request.
    """

    def __init__(self, root: str, timeout: float) -> None:
        super().__init__(logger=_log, is_async=True, timeout=timeout)
        self._root = root
        self._http = httpx.AsyncClient(timeout=timeout, trust_env=False, verify=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request."""
        parts = urlsplit(uri)
        query = f"?{parts.query}" if parts.query else ""
        answer = await self._http.request(
            method,
            f"{self._root}{parts.path}{query}",
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=httpx.BasicAuth(*auth) if auth else None,
        )
        return Response(answer.status_code, answer.text, answer.headers)


def twilio_client(account_sid: str, auth_token: str, http: CarrierHttpClient) -> Client:
    """Return the client; its methods that end in `_async` work."""
    # Not the process's environment: region and edge would change the host behind our back.
    return Client(account_sid, auth_token, http_client=http, environment={"TWILIO_EDGE": ""})
