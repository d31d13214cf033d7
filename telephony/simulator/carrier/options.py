"""CarrierOptions: how the fake carrier behaves when nothing is wrong, and how slow it is.

All times are seconds. The clock is that of the running event loop, so a loop on virtual time makes
the whole carrier run on virtual time.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

JITTER_BUFFERS: Mapping[str, float] = MappingProxyType(
    {"off": 0.02, "small": 0.16, "medium": 0.24, "large": 0.4}
)
"""Mean latency that a conference adds to a participant's voice, by `jitterBufferSize` (Twilio's
page on `<Conference>` gives 150-200 ms, 200-360 ms and 300-1000 ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierOptions:
    """Settings of a fake carrier; the defaults are those of a usual day."""

    account_sid: str = "AC" + "f" * 32
    auth_token: str = field(default="fake-carrier-token", repr=False)
    """Signs webhooks, and is the password of the REST API."""
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets by API key (`SK…`), as other ways into the REST API."""
    seed: int = 1
    """Of all that is left to chance: delays, repeats, order."""
    rest_delay: float = 0.25
    """From a request to its answer; the order takes effect half-way."""
    callback_delay: float = 0.2
    """From an event to its callback."""
    webhook_delay: float = 0.05
    """From the need for a document to the request for it."""
    jitter: float = 0.5
    """Share by which each delay varies, both ways."""
    repeat: float = 0.1
    """Share of callbacks that come twice."""
    late: float = 0.1
    """Share of callbacks that are held back for four more delays, and so are overtaken."""
    webhook_timeout: float = 15.0
    """For which a webhook's answer is waited (Twilio's limit for voice)."""
    callback_attempts: int = 3
    """How often a callback is sent that gets no answer, or a 5xx."""
    calls_per_second: float | None = 1.0
    """Calls by REST that are put through a second; more wait in the queue. None: no limit."""
    most_requests: int = 100
    """REST requests at once; more are refused with 429 and 20429."""
    jitter_buffers: Mapping[str, float] = field(default_factory=lambda: JITTER_BUFFERS)
    """Latency of a conference by jitter buffer."""
    say_rate: float = 15.0
    """Characters a second of the carrier's own voice."""
    sounds: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Mu-law by address, for `<Play>`; any other address is two seconds of music."""
    ring_default: float = 60.0
    """Ringing before a call by REST counts as not answered."""
    most_calls_kept: int = 1_000
    """Calls that are over and can still be looked at; older ones are forgotten, with what was heard
    in them (a minute of a call takes a megabyte)."""
    strict: bool = True
    """Whether mistakes of the server under test raise when the carrier closes."""

    @classmethod
    def instant(cls, **changes: Any) -> CarrierOptions:
        """Return options without delays and without chance; `changes` as to the constructor."""
        calm: dict[str, Any] = {
            "rest_delay": 0.0,
            "callback_delay": 0.0,
            "webhook_delay": 0.0,
            "jitter": 0.0,
            "repeat": 0.0,
            "late": 0.0,
            "calls_per_second": None,
            "jitter_buffers": dict.fromkeys(JITTER_BUFFERS, 0.0),
        }
        return cls(**(calm | changes))


class Chance:
    """All that the carrier leaves to chance, from one seed."""

    def __init__(self, options: CarrierOptions) -> None:
        self._options = options
        self._random = random.Random(options.seed)

    def delay(self, mean: float) -> float:
        """Return a delay around a mean."""
        jitter = self._options.jitter
        return mean * self._random.uniform(1 - jitter, 1 + jitter)

    def callback_delays(self) -> tuple[float, ...]:
        """Return when a callback arrives, once or twice, after its event."""
        options = self._options
        first = self.delay(options.callback_delay)
        if self._random.random() < options.late:
            first += self.delay(4 * options.callback_delay)
        if self._random.random() < options.repeat:
            return first, first + self.delay(2 * options.callback_delay)
        return (first,)

    def sid(self, prefix: str) -> str:
        """Return a new name of a call, stream, conference and so on."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def token(self) -> str:
        """Return an idempotency token."""
        return f"{self._random.getrandbits(128):032x}"
