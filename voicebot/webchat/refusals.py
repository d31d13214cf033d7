"""What the web chat refuses, and how it says so."""

from __future__ import annotations

from voicebot.webchat.events import Event


class ChatRefused(Exception):
    """What was asked for cannot be had; the message is for the page's developer or its user."""

    def __init__(self, code: str, status: int, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        """HTTP status."""
        self.retry_after = retry_after
        """Seconds after which it may be tried again; 0: not known, or never."""

    def event(self, name: str = "") -> Event:
        """Return it as what a socket is told.

        Args:
            name: The page's own name of the message that is refused.
        """
        error: Event = {"type": "error", "code": self.code, "message": str(self)}
        if name:
            error["id"] = name
        return error | ({"retry_after": self.retry_after} if self.retry_after else {})
