"""Runs the server: uvicorn around the app, with its limits, until a signal ends it."""

from __future__ import annotations

import sys

import structlog
import uvicorn

from voicebot.bootstrap import Service
from voicebot.settings import Settings
from voicebot.web.allocator import limit_arenas
from voicebot.web.app import create_app

_log = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        DomainError: the default hotline's folder has mistakes.
        StoreError: the database cannot be used.
    """
    limit_arenas()
    service = Service(settings)
    if settings.development:
        print(
            "DEVELOPMENT MODE: no carrier is configured, so unsigned calls are taken, from this "
            "machine only.\nSet VOICEBOT_TWILIO__ACCOUNT_SID, VOICEBOT_TWILIO__AUTH_TOKEN and "
            "VOICEBOT_PUBLIC_URL to take calls from Twilio.",
            file=sys.stderr,
        )
    print(
        f"Hotline `{service.domain.name}` on http://{host}:{port} "
        f"(voice webhook: {settings.public_url or f'http://{host}:{port}'}/twilio/voice)",
        file=sys.stderr,
        flush=True,
    )
    app = create_app(settings, service, progress=_Steps())
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        ws_max_size=settings.limits.message_bytes,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
    )


class _Steps:
    """Tells of the long steps of loading, a line for each part and each quarter of the phrases."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, part: str, done: int, of: int) -> None:
        quarter = f"{part} {4 * done // of}" if of else part
        if quarter != self._told:
            self._told = quarter
            _log.info("loading", part=part, **({"done": done, "of": of} if of else {}))
