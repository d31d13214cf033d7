"""HttpBackend: business actions behind HTTP endpoints, as a hotline's tools.yaml describes them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx

from dialogue.endpoints import Endpoint, Service
from dialogue.tools import ToolSpec, ValueType, as_argument
from voicebot.actions.breaker import Breaker
from voicebot.ports import ToolError

LARGEST_ANSWER = 256 * 1024
"""Bytes of an answer that are read; a larger one is a failure."""
_OWN_TIME = 0.95
"""Share of a tool's time that its requests may take, so that it is told what went wrong."""
_BACKOFF = 0.1
"""Seconds before the first further try; twice as many before each one after it."""
_OVERLOADED = 429
_CONNECTIONS = 16


class _MayPass(Exception):
    """A failure after which asking again makes sense."""


class HttpBackend:
    """The tools of one hotline over HTTP. Blocking; its functions run in `PythonToolRunner`."""

    def __init__(
        self,
        service: Service,
        specs: Mapping[str, ToolSpec],
        environment: Mapping[str, str],
        *,
        today: Callable[[], date] = date.today,
        breaker: Breaker | None = None,
    ) -> None:
        """
        Args:
            service: Where the endpoints are.
            specs: The hotline's tools; those without an endpoint are left out.
            environment: Holds the address and the secrets.
            today: What dates in answers are spoken against.
            breaker: Of this backend.

        Raises:
            ToolError: a variable is missing, or the address is none.
        """
        for name in service.variables():
            if not environment.get(name):
                raise ToolError(f"{name} is not set; the hotline's tools.yaml asks for it")
        base = environment[service.base_url].rstrip("/")
        parts = httpx.URL(base)
        if parts.scheme not in ("http", "https") or not parts.host:
            raise ToolError(f"{service.base_url} must be an address like https://shop.example.com")
        headers = {name: environment[value] for name, value in service.headers.items()}
        if service.bearer:
            headers["Authorization"] = f"Bearer {environment[service.bearer]}"
        user, _, password = environment.get(service.basic, "").partition(":")
        self._client = httpx.Client(
            auth=httpx.BasicAuth(user, password) if service.basic else None,
            # What is not packed cannot unfold to more than is let in.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            # A redirect would carry the secrets elsewhere.
            follow_redirects=False,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            trust_env=False,
        )
        self._base = base
        self._specs = {name: spec for name, spec in specs.items() if spec.endpoint}
        self._today = today
        self._breaker = breaker or Breaker()

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        """Return a function for each tool that has an endpoint."""
        return {name: partial(self._run, spec) for name, spec in self._specs.items()}

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _run(self, spec: ToolSpec, call_key: str, **arguments: str) -> Mapping[str, Any]:
        endpoint = spec.endpoint
        assert endpoint is not None
        request = self._request(spec, endpoint, call_key, arguments)
        deadline = time.monotonic() + spec.timeout * _OWN_TIME
        for further in range(endpoint.retries, -1, -1):
            if not self._breaker.allows():
                raise ToolError(f"{spec.name} was not asked: its backend has been failing")
            try:
                status, body = self._ask(request, deadline)
            except (_MayPass, httpx.HTTPError) as error:
                self._breaker.failed()
                wait = _BACKOFF * 2 ** (endpoint.retries - further)
                if further and time.monotonic() + wait < deadline:
                    time.sleep(wait)
                    continue
                raise ToolError(f"{spec.name} failed: {_reason(error)}") from error
            self._breaker.worked()
            return self._read(spec, endpoint, status, body)
        raise AssertionError("the last try returns or raises")

    def _request(
        self, spec: ToolSpec, endpoint: Endpoint, call_key: str, arguments: Mapping[str, str]
    ) -> httpx.Request:
        path = endpoint.path
        for name, value in arguments.items():
            if f"{{{name}}}" in path:
                if not value or set(value) == {"."}:
                    # It would be another address: that of all orders, or of what is above them.
                    raise ToolError(f"{spec.name} was not asked: `{name}` is empty")
                path = path.replace(f"{{{name}}}", quote(value, safe=""))
        try:
            body = {
                field: as_argument(arguments[name], spec.types.get(name, ValueType.ANY))
                for field, name in endpoint.body.items()
                if name in arguments
            }
        except ValueError as error:
            raise ToolError(f"{spec.name} was not asked: an argument is not of its type") from error
        # What is optional may be absent.
        query = {
            parameter: arguments[name]
            for parameter, name in endpoint.query.items()
            if name in arguments
        }
        headers = {endpoint.idempotency_key: call_key} if endpoint.idempotency_key else {}
        return self._client.build_request(
            endpoint.method,
            self._base + path,
            params=query or None,
            json=body if endpoint.body else None,
            headers=headers,
        )

    def _ask(self, request: httpx.Request, deadline: float) -> tuple[int, bytes]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _MayPass("no time left")
        request.extensions["timeout"] = httpx.Timeout(left).as_dict()
        response = self._client.send(request, stream=True)
        try:
            if response.status_code >= 500 or response.status_code == _OVERLOADED:
                raise _MayPass(f"status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _MayPass("a packed answer, though none was asked for")
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise _MayPass(f"an answer of more than {LARGEST_ANSWER} bytes")
                if time.monotonic() > deadline:
                    raise _MayPass("the answer came too slowly")
        finally:
            response.close()
        return response.status_code, bytes(body)

    def _read(
        self, spec: ToolSpec, endpoint: Endpoint, status: int, body: bytes
    ) -> Mapping[str, Any]:
        outcome: Any = endpoint.statuses.get(status)
        good = 200 <= status < 300
        if outcome is None and not good:
            raise ToolError(f"{spec.name} failed: status {status} has no meaning in tools.yaml")
        try:
            answer = json.loads(body) if body else {}
        except (ValueError, RecursionError) as error:
            if good:
                raise ToolError(f"{spec.name} failed: the answer is no JSON") from error
            answer = {}
        if outcome is None and endpoint.outcome:
            said = _at(answer, endpoint.outcome)
            outcome = endpoint.outcomes.get(str(said), said)
        facts = {name: _at(answer, path) for name, path in endpoint.result.items()}
        return {"outcome": outcome, "today": self._today().isoformat(), **facts}


def _at(answer: Any, path: str) -> Any:
    """Return what an answer holds at `delivery.date` or `lines[].name`; None for nothing."""
    for i, part in enumerate(parts := path.split(".")):
        key, is_list = part.removesuffix("[]"), part.endswith("[]")
        if not isinstance(answer, dict) or key not in answer:
            return None
        answer = answer[key]
        if is_list:
            if not isinstance(answer, list):
                return None
            rest = ".".join(parts[i + 1 :])
            return [_at(item, rest) for item in answer] if rest else answer
    return answer


def _reason(error: Exception) -> str:
    """Say what went wrong without a word of what was sent or received."""
    return str(error) if isinstance(error, _MayPass) else type(error).__name__
