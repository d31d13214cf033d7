"""A page with the chat in it: all that a browser needs to talk to a hotline.

The page is rendered here in the hotline's language; its script speaks the wire of docs/web-chat.md
and holds no state but the conversation's id, for one tab. It may run its own script and no other.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from dialogue.domain import Domain

ASSETS: Mapping[str, str] = {"chat.js": "text/javascript", "chat.css": "text/css"}
"""Files that the page asks for, and what they are."""

_FOLDER = files("voicebot.webchat") / "assets"
_NEEDED_BY_SCRIPT = (
    "you",
    "bot",
    "connecting",
    "lost",
    "typing",
    "transfer_told",
    "transfer_call",
    "transfer_none",
    "message",
    "reference",
    "ended",
    "gone",
    "refused",
    "unsent",
)


@cache
def asset(name: str) -> bytes:
    """Return one of `ASSETS`."""
    return (_FOLDER / name).read_bytes()


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Return the words around a conversation by language; English is always among them."""
    return tomllib.loads((_FOLDER / "texts.toml").read_text(encoding="utf-8"))


def page(domain: Domain, hotline: str, longest: int) -> str:
    """Return the page of a hotline.

    Args:
        domain: The hotline.
        hotline: As it is asked for when a conversation is opened; empty for the default one.
        longest: Characters of the longest message.
    """
    language = domain.language if domain.language in texts() else "en"
    words = texts()[language]
    places = {
        **words,
        "lang": language,
        "title": domain.title,
        "hotline": hotline,
        "longest": str(longest),
        "texts": json.dumps({name: words[name] for name in _NEEDED_BY_SCRIPT}),
    }
    template = Template((_FOLDER / "page.html").read_text(encoding="utf-8"))
    return template.substitute({name: escape(text) for name, text in places.items()})


def headers(origins: Collection[str]) -> dict[str, str]:
    """Return what keeps the page from running, loading or being shown what it should not.

    Args:
        origins: Pages that may show it in a frame, besides those of this server; `*` for all.
    """
    framing = " ".join(("'self'", *origins))
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        # Pictures of articles are where the merchant keeps them.
        "img-src 'self' https: http: data:",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {framing}",
        "require-trusted-types-for 'script'",
        "trusted-types chat",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
