"""Runs the server: uvicorn around the app, with its limits, until a signal ends it.

Several workers listen on one port. Whatever a webhook or a media stream needs of a call is in the
store then, so it does not matter to which of them it comes.
"""

from __future__ import annotations

import sys

import structlog
import uvicorn
from fastapi import FastAPI

from dialogue.loading import load_domain
from voicebot.bootstrap import Service
from voicebot.engines.recogniser import available_cores
from voicebot.logs import set_up_logs
from voicebot.settings import Settings
from voicebot.store import open_store
from voicebot.store.database import normalised
from voicebot.web.allocator import limit_arenas
from voicebot.web.app import create_app

_log = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        DomainError: the default hotline's folder has mistakes.
        StoreError: the database cannot be used.
        ValueError: several workers are wanted without PostgreSQL.
    """
    limit_arenas()
    app: FastAPI | str
    if settings.workers > 1:
        if normalised(settings.database_url).get_backend_name() != "postgresql":
            raise ValueError(
                "several workers need PostgreSQL, through which they know of each other's calls: "
                "set VOICEBOT_DATABASE_URL to postgresql://USER:PASSWORD@HOST/NAME, or serve with "
                "one worker"
            )
        # What is wrong with hotlines and database is told once, here, and not by every worker.
        open_store(settings.database_url).close()
        name = load_domain(settings.domain).name
        app = "voicebot.web.serving:worker"
    else:
        service = Service(settings)
        name = service.domain.name
        app = create_app(settings, service, progress=_Steps())
    if settings.development:
        print(
            "DEVELOPMENT MODE: no carrier is configured, so unsigned calls are taken, from this "
            "machine only.\nSet VOICEBOT_TWILIO__ACCOUNT_SID, VOICEBOT_TWILIO__AUTH_TOKEN and "
            "VOICEBOT_PUBLIC_URL to take calls from Twilio, or see docs/carriers.md for others.",
            file=sys.stderr,
        )
    root = settings.public_url or f"http://{host}:{port}"
    served = settings.carriers or ("twilio",)
    webhooks = ", ".join(f"{root}/{name}/voice" for name in served if name != "asterisk")
    print(
        f"Hotline `{name}` on http://{host}:{port} (voice webhooks: {webhooks or 'none'})",
        file=sys.stderr,
        flush=True,
    )
    if settings.test_phone.token.get_secret_value():
        print(f"Test phone: {root}/phone", file=sys.stderr, flush=True)
    uvicorn.run(
        app,
        factory=isinstance(app, str),
        workers=settings.workers,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        ws_max_size=settings.limits.message_bytes,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
    )


def worker() -> FastAPI:
    """Return the app of one of several workers; its settings come from the environment."""
    settings = Settings()
    set_up_logs(settings.log_format, settings.log_level)
    limit_arenas()
    if not settings.models.threads:
        # Decodes of several processes at once are slower than one after the other on all cores.
        threads = max(1, available_cores() // settings.workers)
        models = settings.models.model_copy(update={"threads": threads})
        settings = settings.model_copy(update={"models": models})
    return create_app(settings, Service(settings), progress=_Steps())


class _Steps:
    """Tells of the long steps of loading, a line for each part and each quarter of the phrases."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, part: str, done: int, of: int) -> None:
        quarter = f"{part} {4 * done // of}" if of else part
        if quarter != self._told:
            self._told = quarter
            _log.info("loading", part=part, **({"done": done, "of": of} if of else {}))
