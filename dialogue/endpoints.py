"""A business action behind an HTTP endpoint, as a hotline's tools.yaml describes it.

Only the description: what asks the endpoint is `voicebot.actions.http_backend`. Addresses and
secrets are named by environment variables and are never in the hotline's files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REPEATABLE = ("GET", "PUT", "DELETE")
"""Methods that may be sent twice without an idempotency key, if nothing is a side effect."""


@dataclass(frozen=True, slots=True)
class Service:
    """The backend that a hotline's endpoints belong to."""

    base_url: str
    """Environment variable that holds its root, `https://shop.example.com/api`."""
    bearer: str = ""
    """Environment variable that holds a token for `Authorization: Bearer …`."""
    basic: str = ""
    """Environment variable that holds `user:password`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header to the environment variable that holds its value."""

    def variables(self) -> tuple[str, ...]:
        """Return every environment variable that it needs."""
        named = (self.base_url, self.bearer, self.basic, *self.headers.values())
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One request, and how its answer is read."""

    method: str
    path: str
    """Below the service's root; `{argument}` places are percent-encoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameter to the argument that fills it."""
    body: Mapping[str, str] = field(default_factory=dict)
    """Field of the JSON body to the argument that fills it."""
    idempotency_key: str = ""
    """Header that carries the call key; what changes something has one."""
    retries: int = 0
    """Further tries within the tool's time, after a failure that may pass."""
    statuses: Mapping[int, str] = field(default_factory=dict)
    """HTTP status to an outcome."""
    outcome: str = ""
    """Path of the outcome in the answer (`order.state`); empty where the status decides."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """The backend's words for outcomes, where they are not ours."""
    result: Mapping[str, str] = field(default_factory=dict)
    """Fact to its path in the answer: `delivery.date`, `lines[].name`."""
