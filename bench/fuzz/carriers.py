"""Carriers that sign what they send, so that odd requests come as far as they can."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twilio.request_validator import RequestValidator

from telephony.plivo.signature import NONCE, SIGNATURE, signed_base
from telephony.signalwire import cxml
from voicebot.settings import Settings

PUBLIC = "https://bot.example.com"
SECRET = "a-secret-of-the-fuzzer"
_TELNYX = Ed25519PrivateKey.generate()

Headers = Mapping[str, str]


def settings() -> Settings:
    """Return settings under which all of them are served."""
    telnyx = _TELNYX.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Settings.model_validate(
        {
            "public_url": PUBLIC,
            # Nobody answers there: no order of a fuzzer reaches anybody.
            "twilio": {
                "account_sid": "AC" + "0" * 32,
                "auth_token": SECRET,
                "api_base_url": "http://127.0.0.1:9",
            },
            "telnyx": {"public_key": b64encode(telnyx).decode()},
            "plivo": {"auth_token": SECRET},
            "signalwire": {"signing_key": SECRET},
            "asterisk": {"password": SECRET},
            "test_phone": {"token": SECRET},
            # Forged calls must not keep the fuzzer's own from the bot.
            "limits": {"calls": 1_000_000},
            "handoff": {"number": "+15550109991"},
        }
    )


def _twilio(url: str, body: bytes) -> Headers:
    return {"x-twilio-signature": RequestValidator(SECRET).compute_signature(url, _fields(body))}


def _signalwire(url: str, body: bytes) -> Headers:
    signature = RequestValidator(SECRET).compute_signature(url, _fields(body))
    return {"x-signalwire-signature": signature}


def _telnyx(url: str, body: bytes) -> Headers:
    stamp = str(int(time.time()))
    signature = b64encode(_TELNYX.sign(stamp.encode() + b"|" + body)).decode()
    return {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}


def _plivo(url: str, body: bytes) -> Headers:
    nonce, form = secrets.token_hex(8), _form(body)
    base = f"{signed_base(url, form)}.{nonce}"
    made = hmac.new(SECRET.encode(), base.encode(errors="replace"), hashlib.sha256).digest()
    return {SIGNATURE.lower(): b64encode(made).decode(), NONCE.lower(): nonce}


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return {}


def _fields(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in _form(body).items()}


@dataclass(frozen=True, slots=True)
class Carrier:
    """One of those that ring by webhook."""

    name: str
    sign: Callable[[str, bytes], Headers]
    """Returns the headers of a webhook, from its address and body."""
    socket: Callable[[], Headers]
    """Returns the headers of a media socket's upgrade."""
    start: Callable[[str, str], str]
    """Returns the stream's `start`, from the call and its token."""


def _twilio_start(call: str, token: str) -> str:
    start = {
        "streamSid": "MZ" + call[2:],
        "callSid": call,
        "accountSid": "AC" + "0" * 32,
        "customParameters": {"token": token, "call": call},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    return json.dumps({"event": "start", "streamSid": start["streamSid"], "start": start})


def _telnyx_start(call: str, token: str) -> str:
    start = {
        "call_control_id": "v3:x",
        "custom_parameters": {"token": token, "call": call},
        "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
    }
    return json.dumps({"event": "start", "stream_id": f"s-{call}", "start": start})


def _plivo_start(call: str, token: str) -> str:
    start = {
        "callId": call,
        "streamId": f"s-{call}",
        "accountId": "1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
    }
    extra = f"{{token: {token}}}"
    return json.dumps({"event": "start", "start": start, "extra_headers": extra})


def _upgrade(name: str) -> Headers:
    url = f"{PUBLIC}/{name}/media"
    if name == "twilio":
        socket = url.replace("https", "wss")
        return {"x-twilio-signature": RequestValidator(SECRET).compute_signature(socket, {})}
    if name == "plivo":
        return _plivo(url, b"")
    return {"authorization": f"Bearer {cxml.bearer(SECRET)}"} if name == "signalwire" else {}


CARRIERS = tuple(
    Carrier(name, sign, lambda name=name: _upgrade(name), start)  # type: ignore[misc]
    for name, sign, start in (
        ("twilio", _twilio, _twilio_start),
        ("telnyx", _telnyx, _telnyx_start),
        ("plivo", _plivo, _plivo_start),
        ("signalwire", _signalwire, _twilio_start),
    )
)
BASIC = {"authorization": "Basic " + b64encode(f"voicebot:{SECRET}".encode()).decode()}
"""How an exchange logs in."""
