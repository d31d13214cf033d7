"""Plivo XML: what Plivo's webhooks are answered with, and its form fields by Twilio's names.

Sources: plivo.com/docs/voice/xml (request, dial, getdigits, record, hangup) and
plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-guide. With `keepCallAlive` the
elements after `<Stream>` wait for its end, and the redirect asks how the call goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from telephony.calls import is_e164
from telephony.dialect import Dialect, Form
from telephony.plivo.media_stream import LONGEST_HEADERS

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_SPEAK = 3_000
_NUMBER = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)


class PlivoXml:
    """See `telephony.dialect.Markup`."""

    def connect_stream(
        self,
        stream_url: str,
        action_url: str,
        status_callback_url: str,
        parameters: Mapping[str, str],
        *,
        say: str = "",
    ) -> str:
        """Connect the call to our media socket, and go on at the action once it has closed.

        Raises:
            ValueError: Plivo would refuse the address or the parameters.
        """
        parts = urlsplit(stream_url)
        if parts.scheme not in {"wss", "ws"} or not parts.netloc:
            raise ValueError("a stream's address is wss://host/path")
        headers = ";".join(f"{quote(n)}={quote(v)}" for n, v in parameters.items())
        if len(headers) > LONGEST_HEADERS:
            raise ValueError(f"stream parameters exceed {LONGEST_HEADERS} in all")
        response = _response(say)
        stream = _add(
            response,
            "Stream",
            bidirectional="true",
            contentType="audio/x-mulaw;rate=8000",
            extraHeaders=headers,
            keepCallAlive="true",
            statusCallbackMethod="POST",
            statusCallbackUrl=status_callback_url,
        )
        stream.text = _exact(stream_url)
        _add(response, "Redirect", method="POST").text = _exact(action_url)
        return _document(response)

    def hangup(self, say: str = "") -> str:
        """Say something, if given, and end the call."""
        response = _response(say)
        _add(response, "Hangup")
        return _document(response)

    def wait(self, url: str, *, seconds: int) -> str:
        """Be silent for so long, and then go on at an address."""
        response = _response("")
        _add(response, "Wait", length=str(seconds))
        _add(response, "Redirect", method="POST").text = _exact(url)
        return _document(response)

    def reject(self, *, busy: bool) -> str:
        """Turn a call down before it is answered."""
        response = _response("")
        _add(response, "Hangup", reason="busy" if busy else "rejected")
        return _document(response)

    def dial(
        self, number: str, *, caller_id: str, timeout: int, action_url: str, say: str = ""
    ) -> str:
        """Ring a person.

        Raises:
            ValueError: a number is not in E.164 form.
        """
        if not is_e164(number) or (caller_id and not is_e164(caller_id)):
            raise ValueError("a number to dial is in E.164 form, such as +15551234567")
        response = _response(say)
        shown = {"callerId": caller_id} if caller_id else {}
        dial = _add(
            response, "Dial", action=action_url, method="POST", timeout=str(timeout), **shown
        )
        _add(dial, "Number").text = number
        return _document(response)

    def fallback_menu(self, action_url: str, *, menu: str, goodbye: str, say: str = "") -> str:
        """Offer the keypad where speech is out of order: one key, five seconds, then goodbye."""
        response = _response(say)
        keys = _add(
            response,
            "GetDigits",
            action=action_url,
            method="POST",
            numDigits="1",
            retries="1",
            timeout="5",
        )
        _speak(keys, menu)
        _speak(response, goodbye)
        _add(response, "Hangup")
        return _document(response)

    def voicemail(self, action_url: str, *, prompt: str, goodbye: str, longest: int = 120) -> str:
        """Take a message of so many seconds at most."""
        response = _response(prompt)
        _add(
            response,
            "Record",
            action=action_url,
            finishOnKey="#",
            maxLength=str(longest),
            method="POST",
            playBeep="true",
            timeout="5",
        )
        _speak(response, goodbye)
        _add(response, "Hangup")
        return _document(response)


_NAMES = {
    "CallUUID": "CallSid",
    "DialStatus": "DialCallStatus",
    "RecordUrl": "RecordingUrl",
    "RecordingID": "RecordingSid",
    "StatusReason": "StreamError",
    "StreamID": "StreamSid",
}
_STATUSES = {"cancel": "canceled", "timeout": "no-answer"}
_STREAM_EVENTS = {
    "started": "stream-started",
    "stopped": "stream-stopped",
    "failed": "stream-error",
}


def twilio_fields(form: Form) -> Form:
    """Return the fields of a webhook by Twilio's names, with Twilio's words in them."""
    fields = {_NAMES.get(name, name): list(values) for name, values in form.items()}
    for name in ("CallStatus", "DialCallStatus"):
        if name in fields:
            fields[name] = [_STATUSES.get(value, value) for value in fields[name]]
    for name in ("From", "To", "ForwardedFrom"):
        if name in fields:
            # Plivo writes numbers without the plus.
            fields[name] = [f"+{v}" if _NUMBER.fullmatch(v) else v for v in fields[name]]
    if "Event" in fields:
        fields["StreamEvent"] = [_STREAM_EVENTS.get(v, v) for v in fields["Event"]]
    if fields.get("RecordingDuration") == ["-1"]:
        fields["RecordingDuration"] = ["0"]
    return fields


PLIVO = Dialect("plivo", PlivoXml(), fields=twilio_fields)


def _response(say: str) -> Element:
    response = Element("Response")
    _speak(response, say)
    return response


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, name, {key: _exact(value) for key, value in attributes.items()})


def _speak(parent: Element, text: str) -> None:
    spoken = _NOT_XML.sub("", text).strip()[:_LONGEST_SPEAK]
    if spoken:
        SubElement(parent, "Speak").text = spoken


def _exact(value: str) -> str:
    if _NOT_XML.search(value):
        raise ValueError("XML cannot carry a control character")
    return value


def _document(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")
