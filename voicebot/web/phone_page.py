"""The test phone: a page of our own that calls the bot from a browser.

The files are public, the call is not: the page asks for the token, and the media socket checks it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

MEDIA_PATH = "/phone/media"

_PAGES = Path(__file__).parent / "pages"
_FILES = {
    "": ("phone.html", "text/html"),
    "/phone.css": ("phone.css", "text/css"),
    "/phone.js": ("phone.js", "text/javascript"),
    "/phone-line.js": ("phone-line.js", "text/javascript"),
}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "permissions-policy": "microphone=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


def phone_page_router() -> APIRouter:
    """Return the routes of the page's files; the media socket itself is not among them."""
    router = APIRouter(prefix="/phone", include_in_schema=False)
    for path, (name, kind) in _FILES.items():
        router.add_api_route(path, _file(name, kind), methods=["GET"], response_model=None)
    return router


def _file(name: str, kind: str) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return FileResponse(_PAGES / name, media_type=kind, headers=_HEADERS)

    return serve
