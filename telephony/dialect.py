"""Dialect: what tells one carrier's webhooks and documents from another's.

Carriers ask the same questions ("a call rings", "the stream is over") and take the same orders
("stream", "ring", "record", "hang up"). Where they differ is the address, the names of form fields,
the documents, and how requests are signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

Form = Mapping[str, Sequence[str]]
"""A form as it came: each field with all its values."""


class Markup(Protocol):
    """Documents that tell the carrier how a call goes on; raises ValueError for what it refuses.

    Modules may be markups; `telephony.twilio.twiml` is the first.
    """

    def connect_stream(
        self,
        stream_url: str,
        action_url: str,
        status_callback_url: str,
        parameters: Mapping[str, str],
        *,
        say: str = "",
    ) -> str:
        """Connect the call to our media socket, and go on at the action once it has closed."""
        ...

    def hangup(self, say: str = "") -> str:
        """Say something, if given, and end the call."""
        ...

    def wait(self, url: str, *, seconds: int) -> str:
        """Be silent for so long, and then go on at an address."""
        ...

    def reject(self, *, busy: bool) -> str:
        """Turn a call down before it is answered."""
        ...

    def dial(
        self, number: str, *, caller_id: str, timeout: int, action_url: str, say: str = ""
    ) -> str:
        """Ring a person, and go on at the action when the conversation or the attempt is over."""
        ...

    def fallback_menu(self, action_url: str, *, menu: str, goodbye: str, say: str = "") -> str:
        """Offer the keypad; the key goes to the action."""
        ...

    def voicemail(self, action_url: str, *, prompt: str, goodbye: str, longest: int = 120) -> str:
        """Take a message, and tell the action of it."""
        ...


class Gate(Protocol):
    """Decides whether a request or upgrade is let in; never raises, whatever comes."""

    def worth_reading(self, request: HTTPConnection) -> bool:
        """Return whether a request may turn out to be allowed, before its body is read."""
        ...

    def webhook_allowed(self, request: HTTPConnection, form: Form, body: bytes) -> bool:
        """Return whether to serve this webhook.

        Args:
            request: Its address and headers.
            form: The fields of its body, by the carrier's own names.
            body: The same, as it came.
        """
        ...

    def upgrade_allowed(self, websocket: HTTPConnection) -> bool:
        """Return whether to accept this media socket."""
        ...


def _as_they_are(form: Form) -> Form:
    return form


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one carrier speaks."""

    name: str
    """In logs, journals and addresses: `/twilio/voice`."""
    markup: Markup
    fields: Callable[[Form], Form] = _as_they_are
    """Gives the fields of a form Twilio's names."""
    stream_tells_call: bool = True
    """Whether a stream's start holds the call's identifier of the webhooks. If not, it comes back
    as the stream parameter `call`."""

    @property
    def media_path(self) -> str:
        """Path of the media socket."""
        return f"/{self.name}/media"
