"""Postman: the carrier's requests to the server under test, signed as Twilio signs them.

A document is asked for and waited for. A callback is sent in the background: late, at times twice,
at times overtaken by the next one, and again with the same `I-Twilio-Idempotency-Token` when it
got no answer or a 5xx. Parts of an address after `#` tune delivery at Twilio and are not signed;
they are dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from telephony.simulator.carrier.alerts import HTTP_FAILED, Alerts
from telephony.simulator.carrier.faults import CarrierFaults
from telephony.simulator.carrier.options import CarrierOptions, Chance
from telephony.twilio.signature import HEADER

IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"
MAX_DOCUMENT = 65_536
_MOST_CALLBACKS = 2_000

Log = Callable[[str, str, str], None]
"""Told of what happens: call sid, what, detail."""


class WebhookFailed(Exception):
    """A document could not be had; the text says why, without query or values."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a callback goes."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    # Once a process: reading them costs more than a whole simulated call.
    return ssl.create_default_context()


class Postman:
    """Sends webhooks.

    Args:
        options: Delays, repeats, the token.
        chance: What is left to chance.
        alerts: The error log.
        faults: Which callbacks get lost.
        reach: Where public addresses really are: `{"https://bot.example.com":
            "http://127.0.0.1:8080"}`; signatures are made for the public ones.
        log: Told of every webhook.
    """

    def __init__(
        self,
        options: CarrierOptions,
        chance: Chance,
        alerts: Alerts,
        faults: CarrierFaults,
        reach: Mapping[str, str],
        log: Log,
    ) -> None:
        self._options = options
        self._chance = chance
        self._alerts = alerts
        self._faults = faults
        self._log = log
        self._validator = RequestValidator(options.auth_token)
        self._reach = {}
        for public, real in reach.items():
            public, real = public.rstrip("/"), real.rstrip("/")
            self._reach[public] = real
            self._reach[f"ws{public[4:]}"] = f"ws{real[4:]}"
        self._http = httpx.AsyncClient(
            timeout=options.webhook_timeout,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            trust_env=False,
            verify=_certificates()
            if any(real.startswith("https:") for real in reach.values())
            else False,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Drop what was not delivered yet, and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def settled(self) -> None:
        """Return once every callback has arrived or been given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def reachable(self, url: str) -> str:
        """Return where a public address really is."""
        for public, real in self._reach.items():
            if url == public or url.startswith((f"{public}/", f"{public}?")):
                return real + url.removeprefix(public)
        return url

    def signature(self, url: str) -> dict[str, str]:
        """Return the headers of a request without form, such as a websocket's upgrade."""
        return {HEADER: self._validator.compute_signature(url, {})}

    async def ask(self, url: str, method: str, form: Mapping[str, str]) -> str:
        """Return a document.

        Raises:
            WebhookFailed: no connection, no answer in time, or not a 2xx.
        """
        await asyncio.sleep(self._chance.delay(self._options.webhook_delay))
        call_sid = form.get("CallSid", "")
        path = urlsplit(url).path
        self._log(call_sid, "webhook", path)
        try:
            response = await self._send_twice(url, method, form, self._chance.token())
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
            problem = f"{path}: {type(error).__name__}"
        else:
            if response.is_success and len(response.content) <= MAX_DOCUMENT:
                return response.text
            problem = f"{path}: status {response.status_code}"
            if response.is_success:
                problem = f"{path}: more than {MAX_DOCUMENT} bytes"
        self._alerts.add(HTTP_FAILED, problem, call_sid)
        raise WebhookFailed(problem)

    def tell(self, webhook: Webhook, form: Mapping[str, str]) -> None:
        """Send a callback in the background."""
        if len(self._tasks) >= _MOST_CALLBACKS:
            self._alerts.add(0, "too many callbacks under way; one was dropped")
            return
        token = self._chance.token()
        for delay in self._chance.callback_delays():
            self._own(self._deliver(webhook, dict(form), token, delay))

    def ask_in_vain(self, url: str, method: str, form: Mapping[str, str]) -> None:
        """Ask for a document in the background that will not be carried out."""
        self._own(self._ask_in_vain(url, method, dict(form)))

    async def _ask_in_vain(self, url: str, method: str, form: Mapping[str, str]) -> None:
        with contextlib.suppress(WebhookFailed):
            await self.ask(url, method, form)

    def _own(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(
        self, webhook: Webhook, form: Mapping[str, str], token: str, delay: float
    ) -> None:
        await asyncio.sleep(delay)
        path = urlsplit(webhook.url).path
        call_sid = form.get("CallSid", "")
        problem = ""
        for attempt in range(self._options.callback_attempts):
            if attempt:
                await asyncio.sleep(self._chance.delay(max(0.1, self._options.callback_delay)))
            if self._faults.is_lost(webhook.url, tuple(form.values())):
                self._log(call_sid, "callback lost", path)
                return
            self._log(call_sid, "callback", f"{path} {_event(form)}".strip())
            try:
                response = await self._send(webhook.url, webhook.method, form, token)
            except (httpx.InvalidURL, UnicodeError) as error:
                problem = f"{path}: {type(error).__name__}"
                break
            except (httpx.HTTPError, TimeoutError) as error:
                problem = f"{path}: {type(error).__name__}"
                continue
            if response.status_code < 300:
                return
            problem = f"{path}: status {response.status_code}"
            if response.status_code < 500:
                break
        self._alerts.add(HTTP_FAILED, problem, call_sid)

    async def _send_twice(
        self, url: str, method: str, form: Mapping[str, str], token: str
    ) -> httpx.Response:
        """Send a request, and once more if there was no connection: Twilio's default."""
        try:
            return await self._send(url, method, form, token)
        except httpx.ConnectError:
            return await self._send(url, method, form, token)

    async def _send(
        self, url: str, method: str, form: Mapping[str, str], token: str
    ) -> httpx.Response:
        url = urldefrag(url).url
        fields = dict(form)
        if method == "GET" and fields:
            url += ("&" if urlsplit(url).query else "?") + urlencode(fields)
            fields = {}
        headers = {
            HEADER: self._validator.compute_signature(url, fields),
            IDEMPOTENCY_HEADER: token,
            "User-Agent": "TwilioProxy/1.1",
        }
        async with asyncio.timeout(self._options.webhook_timeout):
            return await self._http.request(
                method,
                self.reachable(url),
                data=fields if method == "POST" else None,
                headers=headers,
            )


def resolve(address: str, base: str) -> str:
    """Return an address of a document, which may be relative to the document's own."""
    return urljoin(base, address)


def _event(form: Mapping[str, str]) -> str:
    """Return what a callback is about, for the log."""
    for name in ("StatusCallbackEvent", "StreamEvent", "RecordingStatus", "CallStatus"):
        if name in form:
            return form[name]
    return ""
