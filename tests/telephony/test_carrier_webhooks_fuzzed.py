"""Whatever comes to a carrier's webhooks, signed or not: an answer, and never a server error."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, quote, urlencode

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from telephony.asterisk.exchange import ExchangeGate, exchange_router
from telephony.dialect import Dialect, Gate
from telephony.plivo.signature import PlivoGate, signed_base
from telephony.plivo.xml import PLIVO
from telephony.signalwire import cxml
from telephony.telnyx.signature import TelnyxGate
from telephony.telnyx.texml import TELNYX
from telephony.webhooks.routes import WebhookDeps, carrier_router
from tests.telephony import test_telnyx
from tests.telephony.test_webhooks import FakeDesk

PUBLIC = "https://bot.example.com"
KEY = "a key"
PATHS = (
    "voice",
    "stream-ended",
    "stream-status",
    "fallback-choice",
    "dial-ended",
    "voicemail-done",
)
NAMES = (
    *("CallSid", "CallUUID", "From", "To", "CallStatus", "Digits", "DialCallStatus", "DialStatus"),
    *("Event", "StreamEvent", "StreamSid", "StreamID", "RecordingDuration", "RecordUrl"),
)
VALUES = ("completed", "timeout", "1", "-1", "started", "failed", "CA1", "v3:abc_=", "14155551234")

Sign = Callable[[str, bytes], Mapping[str, str]]
"""Returns the headers that a carrier would send with a body to an address."""


def plivo(url: str, body: bytes) -> Mapping[str, str]:
    try:
        form = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        form = {}
    made = hmac.new(KEY.encode(), f"{signed_base(url, form)}.n".encode(), hashlib.sha256).digest()
    signature = base64.b64encode(made).decode()
    return {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": "n"}


def signalwire(url: str, body: bytes) -> Mapping[str, str]:
    try:
        form = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        form = {}
    # A field that comes twice is not signed here as SignalWire would, and then refused.
    fields = {name: values[0] for name, values in form.items()}
    return {"X-SignalWire-Signature": RequestValidator(KEY).compute_signature(url, fields)}


CARRIERS: dict[str, tuple[Dialect, Gate, Sign]] = {
    "telnyx": (
        TELNYX,
        TelnyxGate(test_telnyx.PUBLIC_KEY, clock=lambda: test_telnyx.NOW),
        lambda url, body: test_telnyx.signed(body),
    ),
    "plivo": (PLIVO, PlivoGate([KEY], PUBLIC), plivo),
    "signalwire": (cxml.dialect(KEY), cxml.SignalWireGate(KEY, PUBLIC), signalwire),
}

fields = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.text(max_size=12), st.sampled_from(VALUES) | st.text()),
    max_size=8,
)
bodies = fields.map(lambda pairs: urlencode(pairs, errors="replace").encode()) | st.binary(
    max_size=200
)
headers = st.dictionaries(
    st.sampled_from(
        (
            *("telnyx-timestamp", "telnyx-signature-ed25519", "X-Plivo-Signature-V3-Nonce"),
            *("X-Plivo-Signature-V3", "X-SignalWire-Signature", "authorization"),
        )
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    max_size=3,
)


def served(carrier: str) -> FastAPI:
    dialect, gate, _ = CARRIERS[carrier]
    app = FastAPI()
    deps = WebhookDeps(desk=FakeDesk(), gate=gate, dialect=dialect, public_url=PUBLIC)
    app.include_router(carrier_router(deps))
    return app


async def asked(app: FastAPI, method: str, url: str, **options: object) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 443))
    async with httpx.AsyncClient(transport=transport) as http:
        request = http.build_request(method, url, **options)  # type: ignore[arg-type]
        return await http.send(request)


@pytest.mark.parametrize("carrier", sorted(CARRIERS))
@settings(max_examples=25, deadline=None)
@given(path=st.sampled_from(PATHS), body=bodies, odd=headers, signed=st.booleans())
def test_never_a_server_error(
    carrier: str, path: str, body: bytes, odd: dict[str, str], signed: bool
) -> None:
    url = f"{PUBLIC}/{carrier}/{path}?stream=1"
    sent = CARRIERS[carrier][2](url, body) if signed else odd
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    form = (b"content-type", b"application/x-www-form-urlencoded")

    answer = asyncio.run(
        asked(served(carrier), "POST", url, content=body, headers=[form, *encoded])
    )

    assert answer.status_code in ({200, 204, 400} if signed else {400, 403}) or (
        answer.status_code == 403 and carrier == "signalwire"
    )


@settings(max_examples=25, deadline=None)
@given(call=st.text(max_size=200), dialed=st.text(max_size=20), password=st.text(max_size=20))
def test_the_dialplan_may_ask_anything(call: str, dialed: str, password: str) -> None:
    app = FastAPI()
    app.include_router(exchange_router(FakeDesk(), ExchangeGate(KEY)))
    query = f"id={quote(call, errors='replace')}&dialed={quote(dialed, errors='replace')}"
    url = f"{PUBLIC}/asterisk/next?{query}"
    for known in (KEY, password):
        login = base64.b64encode(f"voicebot:{known}".encode(errors="replace")).decode()
        answer = asyncio.run(asked(app, "GET", url, headers={"authorization": f"Basic {login}"}))

        assert answer.status_code == (200 if known == KEY else 401)
