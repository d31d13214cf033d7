"""Instructions: what the desk decided, as a document with our addresses in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from telephony.desk import (
    Accept,
    Blocked,
    Busy,
    CallAnswer,
    FallbackMenu,
    Goodbye,
    GoTo,
    NextStep,
    Resume,
    TransferTo,
    Voicemail,
)
from telephony.dialect import Dialect

CALL = "call"
"""Name of the stream parameter that carries the call's identifier, where the stream has none."""

MOST_STREAMS = 10
"""Streams of one call; more of them is a loop, and gets the menu."""


@dataclass(frozen=True, slots=True)
class FallbackWords:
    """What the carrier's own voice says when ours cannot."""

    apology: str = "Sorry, our assistant is not available right now."
    menu: str = "Press 1 for a person, or 2 to leave a message."
    menu_without_person: str = "Press 2 to leave a message."
    message: str = "Please leave a message after the tone. Press the hash key to finish."
    thanks: str = "Thank you. Goodbye."
    goodbye: str = "Goodbye."


class Instructions:
    """Writes documents in a carrier's dialect.

    Args:
        dialect: The carrier's.
        public_url: Where the carrier reaches us; empty in development, where the request tells.
        words: What is said in the bot's place.
    """

    def __init__(self, dialect: Dialect, public_url: str, words: FallbackWords) -> None:
        self._dialect = dialect
        self._markup = dialect.markup
        self._public_url = public_url
        self._words = words

    def answer(self, request: Request, answer: CallAnswer) -> str:
        """Answer a caller who rings."""
        match answer:
            case Accept():
                return self._connect(request, answer.parameters, stream=1)
            case Busy():
                return self._markup.reject(busy=True)
            case Blocked():
                return self._markup.reject(busy=False)
            case _:
                return self.next(request, answer, stream=1)

    def next(self, request: Request, step: NextStep, stream: int) -> str:
        """Go on with a call that has had so many streams."""
        match step:
            case Resume() if stream < MOST_STREAMS:
                return self._connect(request, step.parameters, stream=stream + 1, say=step.say)
            case Resume():
                return self.apology(request)
            case TransferTo():
                return self._markup.dial(
                    step.number,
                    caller_id=step.caller_id,
                    timeout=step.ring_seconds,
                    action_url=self._url(request, "dial-ended", stream),
                    say=step.say,
                )
            case GoTo():
                return self._markup.wait(step.url, seconds=step.seconds)
            case Voicemail():
                return self.voicemail(request)
            case FallbackMenu():
                return self._menu(request, step, stream)
            case Goodbye():
                return self._markup.hangup(step.say)

    def apology(self, request: Request) -> str:
        """Offer the keypad, as the bot is out of order."""
        return self._menu(request, FallbackMenu(person=True), stream_number(request))

    def voicemail(self, request: Request) -> str:
        """Take a message."""
        return self._markup.voicemail(
            self._url(request, "voicemail-done", stream_number(request)),
            prompt=self._words.message,
            goodbye=self._words.goodbye,
        )

    def thanks(self) -> str:
        """Thank for a message."""
        return self._markup.hangup(self._words.thanks)

    def _menu(self, request: Request, menu: FallbackMenu, stream: int) -> str:
        words = self._words
        return self._markup.fallback_menu(
            self._url(request, "fallback-choice", stream),
            say=menu.say or words.apology,
            menu=words.menu if menu.person else words.menu_without_person,
            goodbye=words.goodbye,
        )

    def _connect(
        self, request: Request, parameters: Mapping[str, str], *, stream: int, say: str = ""
    ) -> str:
        scheme, rest = self._root(request).split("://", 1)
        if not self._dialect.stream_tells_call:
            parameters = {**parameters, CALL: request.state.call_sid}
        path = self._dialect.media_path
        return self._markup.connect_stream(
            f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}",
            self._url(request, "stream-ended", stream),
            self._url(request, "stream-status", stream),
            parameters,
            say=say,
        )

    def _url(self, request: Request, name: str, stream: int) -> str:
        return f"{self._root(request)}/{self._dialect.name}/{name}?stream={stream}"

    def _root(self, request: Request) -> str:
        return (self._public_url or str(request.base_url)).rstrip("/")


def stream_number(request: Request) -> int:
    """Return which stream of the call the address speaks of; we wrote it, and it is signed."""
    given = request.query_params.get("stream", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else 1
