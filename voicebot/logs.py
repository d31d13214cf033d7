"""Logs: structlog on standard error, readable on a terminal and JSON elsewhere.

One canonical line a call; static messages, values as keys. What a caller said, and numbers of
people, are never logged: a key that begins with `pii` is dropped here, whoever wrote it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


def set_up_logs(
    style: Literal["auto", "console", "json"] = "auto",
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO",
) -> None:
    """Configure structlog, and bring the logs of pipecat and uvicorn down to warnings."""
    readable = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if readable
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _drop_pii,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # These quote messages and numbers in their debug lines.
    for name in ("twilio", "httpx", "uvicorn", "uvicorn.error", "uvicorn.access", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)
    _quieten_loguru()


def _drop_pii(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in [key for key in event if key.split(".")[0] == "pii"]:
        del event[key]
    return event


def _quieten_loguru() -> None:
    """Let pipecat's warnings through, as our lines, without the words in them."""
    from loguru import logger

    log = structlog.get_logger("pipecat")

    def forward(message: Any) -> None:
        record = message.record
        log.warning("pipecat", module=record["module"], function=record["function"])

    logger.remove()
    logger.add(forward, level="WARNING", backtrace=False, diagnose=False, catch=True)
