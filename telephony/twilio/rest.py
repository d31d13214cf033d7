"""TwilioCallControl: `telephony.control.CallControl` over the `twilio` client.

The client is used in its asynchronous form, on httpx, so that a deadline really ends a request.
The API's root may be another Twilio-compatible one. A request is repeated where that is safe: what
is idempotent always, a new call only where the carrier has certainly not made it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from telephony.calls import AccountStatus, CallStatus, ControlOutcome, is_e164
from telephony.control import OutgoingCall
from telephony.errors import CarrierError, CarrierRefused, CarrierUnavailable

LONGEST_TWIML = 4_000
"""Characters of a document given by REST (Twilio's API description)."""

MOST_REPEATS = 5
"""Repeats after "too many requests" or a failure of the carrier's own."""

_FIRST_PAUSE = 0.1
_MOST_MEMBERS = 20
_MOST_CALLS = 20
_SID = re.compile(r"[A-Za-z0-9-]{2,64}", re.ASCII)

_GONE_CODES = frozenset({20404, 21220})
"""Not found; not in progress."""

_UNREADABLE = "the carrier's answer cannot be read"

_log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class TwilioCallControl:
    """Orders to live calls of one account.

    Args:
        account_sid: The account (`AC…`).
        auth_token: Its token; not needed with an API key.
        api_base_url: Root of the REST API.
        api_key_sid: API key (`SK…`) to use instead of the token.
        api_key_secret: Its secret.
        request_timeout: Seconds for one request.
        deadline: Seconds for an order with all its repeats.
        sleep: Pauses between repeats; another one in tests.
        turn: Returns when a call may be made, where others make calls by the same account.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        api_base_url: str = "https://api.twilio.com",
        api_key_sid: str = "",
        api_key_secret: str = "",
        request_timeout: float = 4.0,
        deadline: float = 10.0,
        sleep: Sleep = asyncio.sleep,
        turn: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._account_sid = account_sid
        self._turn = turn
        self._deadline = deadline
        self._http = _RepeatingHttpClient(api_base_url, request_timeout, deadline, sleep)
        self._client = Client(
            api_key_sid or account_sid,
            api_key_secret if api_key_sid else auth_token,
            account_sid,
            http_client=self._http,
            # Not the process's environment: region and edge would change the host behind our back.
            environment={"TWILIO_EDGE": ""},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def hang_up(self, call_sid: str) -> ControlOutcome:
        """End a call; see `CallControl.hang_up`."""
        return await self._update(call_sid, status="completed")

    async def dial(self, call: OutgoingCall) -> str:
        """Make a call; see `CallControl.dial`."""
        if not is_e164(call.to) or not is_e164(call.caller_id):
            raise ValueError("a number to dial is in E.164 form, such as +15551234567")
        if self._turn is not None:
            await self._turn()
        made = await self._order(
            self._client.calls.create_async(
                to=call.to,
                from_=call.caller_id,
                url=call.url,
                method="POST",
                status_callback=call.status_url,
                status_callback_method="POST",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=call.ring_seconds,
                time_limit=call.longest_seconds,
                **_machine_detection(call),
            )
        )
        if not isinstance(made.sid, str) or not _SID.fullmatch(made.sid):
            raise CarrierUnavailable(_UNREADABLE)
        return made.sid

    async def call_status(self, call_sid: str) -> CallStatus | None:
        """Return how a call stands; see `CallLookup.call_status`."""
        if not _SID.fullmatch(call_sid):
            raise ValueError("not a call's identifier")
        try:
            call = await self._order(self._client.calls(call_sid).fetch_async())
        except CarrierRefused as error:
            if error.status == 404:
                return None
            raise
        return _status(call.status)

    async def calls_to(self, number: str, since: float) -> tuple[tuple[str, CallStatus], ...]:
        """Return the calls that we made to a number; see `CallLookup.calls_to`."""
        calls = await self._order(self._client.calls.list_async(to=number, limit=_MOST_CALLS))
        made = [
            (str(call.sid), _status(call.status))
            for call in calls
            if str(call.direction).startswith("outbound") and _made_at(call) >= since
        ]
        return tuple(made)

    async def redirect(self, call_sid: str, url: str) -> ControlOutcome:
        """Have a live call ask there how it goes on; see `CallControl.redirect`."""
        return await self._update(call_sid, url=url, method="POST")

    async def room_members(self, room: str) -> frozenset[str]:
        """Return the calls in a conference; see `CallControl.room_members`."""
        if not _SID.fullmatch(room):
            raise ValueError("not a conference's name")
        try:
            # A conference's name may stand in the place of its identifier.
            members = await self._order(
                self._client.conferences(room).participants.list_async(limit=_MOST_MEMBERS)
            )
        except CarrierRefused as error:
            if error.status == 404:
                return frozenset()
            raise
        return frozenset(str(member.call_sid) for member in members)

    async def update_twiml(self, call_sid: str, twiml: str) -> ControlOutcome:
        """Have a live call go on with other instructions; see `CallControl.update_twiml`."""
        if len(twiml) > LONGEST_TWIML:
            raise ValueError(f"TwiML given by REST has at most {LONGEST_TWIML} characters")
        return await self._update(call_sid, twiml=twiml)

    async def check_account(self) -> AccountStatus:
        """Ask for the account's state; see `CallControl.check_account`."""
        account = await self._order(self._client.api.accounts(self._account_sid).fetch_async())
        if not isinstance(account.status, str):
            raise CarrierUnavailable(_UNREADABLE)
        return AccountStatus(sid=self._account_sid, status=account.status)

    async def _update(self, call_sid: str, **change: str) -> ControlOutcome:
        if not _SID.fullmatch(call_sid):
            raise ValueError("not a call's identifier")
        try:
            await self._order(self._client.calls(call_sid).update_async(**change))
        except CarrierRefused as error:
            if error.status == 404 or error.code in _GONE_CODES:
                return ControlOutcome.GONE
            raise
        return ControlOutcome.DONE

    async def _order(self, request: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(self._deadline):
                return await request
        except TimeoutError:
            raise CarrierUnavailable("the carrier did not answer in time") from None
        except (TwilioRestException, TwilioServiceException) as error:
            # Its own text may quote phone numbers, so only the numbers of the error are kept.
            status, code = int(error.status or 0), int(error.code or 0)
            if _says_ended(error):
                code = 21220
            raise CarrierRefused(
                f"the carrier refused: HTTP {status}, code {code}", status=status, code=code
            ) from None
        except CarrierError:
            raise
        except TwilioException as error:
            # So the client tells of lists; the response is the second argument.
            status = int(getattr(error.args[-1], "status_code", 0) or 0)
            raise CarrierRefused(f"the carrier refused: HTTP {status}", status=status) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CarrierUnavailable(_UNREADABLE) from None


class _RepeatingHttpClient(AsyncHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Requests to another root, with pauses and repeats where the carrier asks for them."""

    def __init__(self, base_url: str, timeout: float, longest: float, sleep: Sleep) -> None:
        super().__init__(logger=_log, is_async=True, timeout=timeout)
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the REST API's root must look like https://api.twilio.com")
        self._base_url = base_url.rstrip("/")
        self._longest = longest
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            timeout=timeout,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=8),
            # Reading the machine's certificates takes longer than a call's whole media path.
            verify=parts.scheme == "https",
            # A stand-in on this machine is never behind the proxy of the environment.
            trust_env=not _is_loopback(parts.hostname),
        )

    async def close(self) -> None:
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
        parts = urlsplit(uri)
        url = f"{self._base_url}{parts.path}"
        request = self._http.build_request(
            method,
            f"{url}?{parts.query}" if parts.query else url,
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            timeout=timeout or self.timeout,
        )
        credentials = httpx.BasicAuth(*auth) if auth else None
        # Repeated after it may have succeeded, it would ring somebody twice.
        makes_a_call = method == "POST" and parts.path.endswith("/Calls.json")
        repeats = 0
        while True:
            problem, status, unmade, told = "", 0, False, 0.0
            try:
                response = await self._http.send(
                    request, auth=credentials, follow_redirects=allow_redirects
                )
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                problem, unmade = "cannot be reached", True
            except httpx.TimeoutException:
                problem = "did not answer in time"
            except httpx.TransportError:
                problem = "cannot be reached"
            else:
                status = response.status_code
                if status != 429 and status < 500:
                    return Response(status, response.text, response.headers)
                unmade = status == 429
                told = _wait_told(response.headers.get("retry-after", ""))
                problem = "has had too many requests" if unmade else "failed"
            if repeats == MOST_REPEATS or (makes_a_call and not unmade) or told > self._longest:
                raise CarrierUnavailable(f"the carrier {problem}", status=status)
            # Twilio's advice: 0.1 s doubled each time, give or take a tenth; what it asks for goes
            # before, and those who were told the same do not come back all at once.
            pause = _FIRST_PAUSE * 2**repeats * random.uniform(0.9, 1.1)
            if told:
                pause = max(pause, told * random.uniform(1.0, 1.1))
            repeats += 1
            await self._sleep(pause)


def _wait_told(value: str) -> float:
    """Return for how many seconds a `Retry-After` asks; 0 for none, and for what is none."""
    if value.isascii() and value.isdigit() and len(value) <= 6:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if at.tzinfo is None:
        return 0.0
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _machine_detection(call: OutgoingCall) -> dict[str, str]:
    """Ask in the background, so that whoever answers hears no silence meanwhile."""
    if not call.machine_url:
        return {}
    return {
        "machine_detection": "DetectMessageEnd" if call.until_beep else "Enable",
        "async_amd": "true",
        "async_amd_status_callback": call.machine_url,
        "async_amd_status_callback_method": "POST",
    }


def _status(value: object) -> CallStatus:
    try:
        return CallStatus(str(value))
    except ValueError:
        raise CarrierUnavailable(_UNREADABLE) from None


def _made_at(call: Any) -> float:
    """Return when the carrier took a call on, in seconds since the epoch."""
    if not isinstance(call.date_created, datetime):
        raise CarrierUnavailable(_UNREADABLE)
    return call.date_created.timestamp()


def _says_ended(error: TwilioRestException | TwilioServiceException) -> bool:
    text = str(getattr(error, "msg", "") or getattr(error, "detail", "")).lower()
    return int(error.status or 0) == 400 and "not in-progress" in text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
