"""Opens the business actions of a hotline: Python functions, HTTP endpoints, or both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from dialogue.domain import Domain
from voicebot.actions.backends import functions_of
from voicebot.actions.http_backend import HttpBackend
from voicebot.actions.runner import PythonToolRunner

Preference = Literal["python", "http"]


def open_actions(
    domain: Domain,
    shop_path: Path,
    preference: Preference,
    environment: Mapping[str, str],
    *,
    today: Callable[[], date] = date.today,
) -> PythonToolRunner:
    """Return what runs a hotline's tools.

    Args:
        domain: The hotline.
        shop_path: The demo shop's file.
        preference: What runs a tool that has both a function and an endpoint.
        environment: Holds the endpoints' address and secrets.
        today: What the demo shop counts from, and dates in the endpoints' answers are spoken
            against.

    Raises:
        ToolError: a tool has neither, or the environment lacks something.
    """
    functions = functions_of(domain.backend, shop_path, today=today)
    alone = any(spec.endpoint and spec.name not in functions for spec in domain.tools.values())
    if domain.service is None or (preference == "python" and not alone):
        return PythonToolRunner(functions, domain.tools)
    backend = HttpBackend(domain.service, domain.tools, environment, today=today)
    endpoints = backend.tools()
    first = preference == "http"
    chosen = {**functions, **endpoints} if first else {**endpoints, **functions}
    return PythonToolRunner(chosen, domain.tools, on_close=backend.close)
