"""Webhook bodies: read within bounds, and turned into typed values with a clear error."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    DialEnded,
    IncomingCall,
    MenuChoice,
    MenuKey,
    Message,
    StreamOver,
    StreamReport,
)
from telephony.dialect import Form

MAX_BODY = 65_536
"""Bytes of the largest form; Twilio's have about two thousand."""

MAX_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"
_SID = re.compile(r"[A-Za-z0-9:_=-]{2,128}", re.ASCII)
"""Twilio's have 34 letters and digits; the call ids of others (`v3:…==`) are longer."""
_STREAM_EVENTS = ("stream-started", "stream-stopped", "stream-error")
_LONGEST_ADDRESS = 256
_LONGEST_ERROR = 500

_Enum = TypeVar("_Enum", bound=StrEnum)


class BadForm(ValueError):
    """A webhook's body is not what the carrier would send; the text says what is wrong."""


async def read_body(request: Request) -> bytes:
    """Read the body of a form within bounds.

    Raises:
        BadForm: it is no form, or is too large.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise BadForm(f"the body is larger than {MAX_BODY} bytes")
    except ClientDisconnect:
        raise BadForm("the body is incomplete") from None
    if body and content_type != _FORM:
        raise BadForm(f"the body must be {_FORM}")
    return bytes(body)


def parse_form(body: bytes) -> Form:
    """Return the fields of a form.

    Raises:
        BadForm: it has too many, or is not UTF-8.
    """
    try:
        return parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise BadForm("the body is not UTF-8") from None
    except ValueError:
        raise BadForm(f"the body has more than {MAX_FIELDS} fields") from None


def incoming_call(form: Form) -> IncomingCall:
    """Return the call that a `voice` webhook announces.

    Raises:
        BadForm: a field is missing or odd.
    """
    return IncomingCall(
        call_sid=call_sid(form),
        caller=_address(form, "From"),
        called=_address(form, "To"),
        account_sid=_sid(form, "AccountSid", required=False),
        forwarded_from=_address(form, "ForwardedFrom"),
    )


def stream_over(form: Form, stream: int) -> StreamOver:
    """Return what the `<Connect action>` webhook tells.

    Raises:
        BadForm: a field is missing or odd.
    """
    return StreamOver(
        call_sid=call_sid(form),
        status=one_of(form, "CallStatus", CallStatus, CallStatus.IN_PROGRESS),
        stream=stream,
    )


def stream_report(form: Form) -> StreamReport:
    """Return what the stream's status callback tells.

    Raises:
        BadForm: a field is missing or odd.
    """
    event = text(form, "StreamEvent", 64)
    if event not in _STREAM_EVENTS:
        raise BadForm(f"StreamEvent must be one of {', '.join(_STREAM_EVENTS)}")
    return StreamReport(
        call_sid=call_sid(form),
        stream_sid=_sid(form, "StreamSid", required=False),
        event=event,
        error=text(form, "StreamError", MAX_BODY)[:_LONGEST_ERROR],
    )


def menu_choice(form: Form) -> MenuChoice:
    """Return the key pressed at the fallback menu.

    Raises:
        BadForm: a field is missing or odd.
    """
    digits = text(form, "Digits", 32)
    known = digits in (MenuKey.PERSON, MenuKey.MESSAGE)
    return MenuChoice(call_sid(form), MenuKey(digits) if known else MenuKey.OTHER)


def dial_ended(form: Form) -> DialEnded:
    """Return how ringing a person ended.

    Raises:
        BadForm: a field is missing or odd.
    """
    return DialEnded(call_sid(form), one_of(form, "DialCallStatus", DialStatus, None))


def message(form: Form) -> Message:
    """Return the message that a `<Record action>` webhook tells of.

    Raises:
        BadForm: a field is missing or odd.
    """
    seconds = text(form, "RecordingDuration", 8) or "0"
    if not (seconds.isascii() and seconds.isdigit()):
        raise BadForm("RecordingDuration must be a number of seconds")
    return Message(
        call_sid=call_sid(form),
        recording_sid=_sid(form, "RecordingSid", required=False),
        recording_url=text(form, "RecordingUrl", 1_024),
        seconds=int(seconds),
    )


def call_sid(form: Form, *, required: bool = True) -> str:
    """Return the call that a webhook is about; empty where it needs to be about none.

    Raises:
        BadForm: the field is missing or odd.
    """
    return _sid(form, "CallSid", required=required)


def fingerprint(form: Form) -> tuple[str, ...]:
    """Return what tells two webhooks of one call apart; a repeated request has the same."""
    names = ("CallSid", "CallStatus", "Digits", "DialCallStatus", "RecordingSid", "StreamEvent")
    return tuple("".join(form.get(name, ())) for name in names)


def text(form: Form, name: str, longest: int) -> str:
    """Return a field; empty where it is missing.

    Raises:
        BadForm: it is odd, or came more than once.
    """
    values = form.get(name, ())
    if len(values) > 1:
        raise BadForm(f"{name} came {len(values)} times")
    value = values[0] if values else ""
    if len(value) > longest:
        raise BadForm(f"{name} is longer than {longest} characters")
    if not value.isprintable():
        raise BadForm(f"{name} has control characters")
    return value


def _sid(form: Form, name: str, *, required: bool) -> str:
    value = text(form, name, 128)
    if not value and not required:
        return ""
    if not value:
        raise BadForm(f"{name} is missing")
    if not _SID.fullmatch(value):
        raise BadForm(f"{name} is not an identifier")
    return value


def _address(form: Form, name: str) -> str:
    # A "+" that was not escaped arrives as a space.
    value = text(form, name, _LONGEST_ADDRESS)
    return f"+{value[1:]}" if value.startswith(" ") else value


def one_of(form: Form, name: str, kind: type[_Enum], default: _Enum | None) -> _Enum:
    """Return a field that has one of a few values.

    Raises:
        BadForm: it has another one, or is missing without a default.
    """
    value = text(form, name, 64)
    if not value and default is not None:
        return default
    try:
        return kind(value)
    except ValueError:
        raise BadForm(f"{name} must be one of {', '.join(kind)}") from None
