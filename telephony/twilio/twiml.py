"""TwiML: pure functions that return documents.

Attributes come in alphabetical order and text is escaped by `twilio.twiml`; what XML cannot carry
at all (control characters) is dropped from speech and refused in addresses and parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, Dial, Gather, Stream, VoiceResponse

from telephony.calls import is_e164

LONGEST_PARAMETER = 499
"""Characters of a stream parameter's name and value together (Twilio: "under 500")."""

LONGEST_SAY = 4_096
"""Characters of one `<Say>`."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def connect_stream(
    stream_url: str,
    action_url: str,
    status_callback_url: str,
    parameters: Mapping[str, str],
    *,
    say: str = "",
    attributes: Mapping[str, str] | None = None,
    asks_action: bool = True,
) -> str:
    """Connect the call to our media socket, and say where to go on once the socket has closed.

    Args:
        stream_url: `wss://…` (or `ws://…` in development), without a query, which Twilio drops.
        action_url: Asked for the next document when the stream is over, for whatever reason.
        status_callback_url: The only place where a failed handshake is seen.
        parameters: Arrive in the stream's `start`.
        say: Spoken first, by the carrier's own voice.
        attributes: Further ones of `<Stream>`, for carriers that are like Twilio.
        asks_action: Whether the carrier asks the action by itself; if not, it is redirected there.

    Raises:
        ValueError: Twilio would refuse the address or a parameter.
    """
    parts = urlsplit(stream_url)
    if parts.scheme not in {"wss", "ws"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("a stream's address is wss://host/path, without a query")
    stream = Stream(
        url=_exact(stream_url),
        status_callback=_exact(status_callback_url),
        status_callback_method="POST",
        **(attributes or {}),
    )
    for name, value in parameters.items():
        if len(name) + len(value) > LONGEST_PARAMETER:
            raise ValueError(f"stream parameter {name[:32]!r} exceeds {LONGEST_PARAMETER} in all")
        stream.parameter(name=_exact(name), value=_exact(value))
    response = VoiceResponse()
    _say(response, say)
    connect = Connect(action=_exact(action_url), method="POST") if asks_action else Connect()
    connect.append(stream)
    response.append(connect)
    if not asks_action:
        response.redirect(_exact(action_url), method="POST")
    return str(response)


def hangup(say: str = "") -> str:
    """Say something, if given, and end the call."""
    response = VoiceResponse()
    _say(response, say)
    response.hangup()
    return str(response)


def reject(*, busy: bool) -> str:
    """Turn a call down before it is answered, free of charge: busy tone, or not in service."""
    response = VoiceResponse()
    response.reject(reason="busy" if busy else "rejected")
    return str(response)


def redirect(url: str) -> str:
    """Have the carrier ask for another document."""
    response = VoiceResponse()
    response.redirect(_exact(url), method="POST")
    return str(response)


def wait(url: str, *, seconds: int) -> str:
    """Be silent for so long, and then go on at an address."""
    response = VoiceResponse()
    response.pause(length=seconds)
    response.redirect(_exact(url), method="POST")
    return str(response)


def dial(number: str, *, caller_id: str, timeout: int, action_url: str, say: str = "") -> str:
    """Ring a person; the caller hears ringing until somebody answers.

    Args:
        number: Whom to ring, E.164.
        caller_id: The number shown, one of the account's own or the caller's; empty for default.
        timeout: Seconds to ring.
        action_url: Asked for the next document once the conversation, or the attempt, is over.
        say: Spoken to the caller first.

    Raises:
        ValueError: a number is not in E.164 form.
    """
    if not is_e164(number) or (caller_id and not is_e164(caller_id)):
        raise ValueError("a number to dial is in E.164 form, such as +15551234567")
    response = VoiceResponse()
    _say(response, say)
    ringing = Dial(
        action=_exact(action_url),
        method="POST",
        answer_on_bridge=True,
        caller_id=caller_id or None,
        timeout=timeout,
    )
    ringing.number(number)
    response.append(ringing)
    return str(response)


def fallback_menu(action_url: str, *, menu: str, goodbye: str, say: str = "") -> str:
    """Offer the keypad where speech is out of order: one key, five seconds, then goodbye.

    Args:
        action_url: Gets the key as `Digits`.
        menu: What the keys do.
        goodbye: Said when no key is pressed.
        say: Said before the menu, such as an apology.
    """
    response = VoiceResponse()
    _say(response, say)
    gather = Gather(action=_exact(action_url), method="POST", input="dtmf", num_digits=1, timeout=5)
    _say(gather, menu)
    response.append(gather)
    _say(response, goodbye)
    response.hangup()
    return str(response)


def voicemail(action_url: str, *, prompt: str, goodbye: str, longest: int = 120) -> str:
    """Take a message.

    Args:
        action_url: Told of the recording.
        prompt: Said before the tone.
        goodbye: Said when nothing was recorded.
        longest: Seconds that may be recorded.
    """
    response = VoiceResponse()
    _say(response, prompt)
    response.record(
        action=_exact(action_url),
        method="POST",
        finish_on_key="#",
        max_length=longest,
        play_beep=True,
        timeout=5,
    )
    _say(response, goodbye)
    response.hangup()
    return str(response)


def _say(parent: VoiceResponse | Gather, text: str) -> None:
    spoken = _NOT_XML.sub("", text).strip()[:LONGEST_SAY]
    if spoken:
        parent.say(spoken)


def _exact(value: str) -> str:
    if _NOT_XML.search(value):
        raise ValueError("XML cannot carry a control character")
    return value
