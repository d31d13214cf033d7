"""JSON messages of carriers, read with suspicion: each value is checked before it counts.

All that these functions raise is `ProtocolViolation`, whose reasons may be logged: they name the
field and never hold what was in it.
"""

from __future__ import annotations

import json
from binascii import a2b_base64
from typing import Any

from telephony.errors import ProtocolViolation
from telephony.media_leg import WireMessage

MAX_MESSAGE = 65_536
"""Characters of the longest message that is read; carriers document no limit of their own."""

MAX_PAYLOAD = 16_384
"""Bytes of the longest piece of audio accepted (2 s); carriers send 160 (20 ms) by convention."""

LONGEST_NAME = 256
"""Characters of the longest name or identifier."""

_DIGITS = frozenset("0123456789*#ABCD")
_LONGEST_NUMBER = 18
_MOST_PARAMETERS = 100

Message = dict[str, Any]
"""A JSON object."""


def read_message(message: WireMessage) -> Message:
    """Return the JSON object that a message holds."""
    if not isinstance(message, str):
        raise ProtocolViolation("binary message")
    if len(message) > MAX_MESSAGE:
        raise ProtocolViolation("message too long")
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):
        raise ProtocolViolation("not JSON") from None
    if not isinstance(data, dict):
        raise ProtocolViolation("not a JSON object")
    return data


def object_in(message: Message, key: str) -> Message:
    """Return an object within a message."""
    value = message.get(key)
    if not isinstance(value, dict):
        raise ProtocolViolation(f"{key} is not an object")
    return value


def text_in(message: Message, key: str, default: str) -> str:
    """Return a short string, or the default if there is none."""
    value = message.get(key, default)
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not is_unicode(value):
        raise ProtocolViolation(f"{key} is not a short string")
    return value


def name_in(message: Message, key: str) -> str:
    """Return a short string that must not be empty."""
    value = text_in(message, key, "")
    if not value:
        raise ProtocolViolation(f"{key} is missing")
    return value


def number_in(message: Message, key: str) -> int:
    """Return a natural number; carriers write them as numbers or as strings."""
    value = message.get(key)
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
            return int(value)
    elif type(value) is int and 0 <= value < 10**_LONGEST_NUMBER:
        return value
    raise ProtocolViolation(f"{key} is not a number")


def payload_in(media: Message) -> bytes:
    """Return the audio in `payload`, base64."""
    encoded = media.get("payload")
    if not isinstance(encoded, str):
        raise ProtocolViolation("payload is not a string")
    try:
        payload = a2b_base64(encoded, strict_mode=True) if encoded else b""
    except ValueError:
        raise ProtocolViolation("payload is not base64") from None
    return checked_payload(payload)


def checked_payload(payload: bytes) -> bytes:
    """Return a piece of audio if it is not too long."""
    if len(payload) > MAX_PAYLOAD:
        raise ProtocolViolation("payload too long")
    return payload


def key_in(message: Message, key: str) -> str:
    """Return a key of the telephone."""
    digit = message.get(key)
    if not isinstance(digit, str) or digit not in _DIGITS:
        raise ProtocolViolation("not a key of the telephone")
    return digit


def parameters_in(message: Message, key: str) -> dict[str, str]:
    """Return what we gave the stream on its way; nothing if it is not told."""
    parameters = message.get(key, {})
    if not isinstance(parameters, dict) or len(parameters) > _MOST_PARAMETERS:
        raise ProtocolViolation(f"{key} is not an object")
    for name, value in parameters.items():
        if not isinstance(value, str) or not is_unicode(name) or not is_unicode(value):
            raise ProtocolViolation("a custom parameter is not a string")
    return parameters


def is_unicode(text: str) -> bool:
    """Return whether the text can be encoded; JSON can smuggle in halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
