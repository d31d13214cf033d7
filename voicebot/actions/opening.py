"""Opens the business actions of a hotline: Python functions, HTTP endpoints, or both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from dialogue.domain import Domain
from dialogue.outbound import NOTE_OUTCOMES, NOTE_TOOL, OPT_OUT_TOOL, RESULTS
from voicebot.actions.backends import functions_of, without_function
from voicebot.actions.guesses import Guesses
from voicebot.actions.http_backend import HttpBackend
from voicebot.actions.runner import PythonToolRunner, Tool

Preference = Literal["python", "http"]


def _note_result(result: str) -> Mapping[str, str]:
    if result not in RESULTS:
        raise ValueError(f"{result!r} is no result of a call")
    return {"outcome": NOTE_OUTCOMES[0]}


def _opt_out() -> Mapping[str, str]:
    raise LookupError("there is no number to be left alone")


def _guarded(domain: Domain, functions: Mapping[str, Tool]) -> Mapping[str, Tool]:
    """Return the functions; what proves a customer cannot be guessed by them."""
    guesses = Guesses()
    ones = {one.tool: one for one in domain.identifications.values() if one.tool in functions}
    return {**functions, **{name: guesses.counted(functions[name], ones[name]) for name in ones}}


def _absent(**_: Any) -> Mapping[str, Any]:
    raise LookupError("nothing runs it yet")


_STAND_INS: Mapping[str, Tool] = {NOTE_TOOL: _note_result, OPT_OUT_TOOL: _opt_out}
"""What needs a telephone call, where there is none; see `voicebot.dialling`."""


def open_actions(
    domain: Domain,
    shop_path: Path,
    preference: Preference,
    environment: Mapping[str, str],
    *,
    today: Callable[[], date] = date.today,
    absent: Callable[[tuple[str, ...]], None] | None = None,
) -> PythonToolRunner:
    """Return what runs a hotline's tools.

    Args:
        domain: The hotline.
        shop_path: The demo shop's file.
        preference: What runs a tool that has both a function and an endpoint.
        environment: Holds the endpoints' address and secrets.
        today: What the demo shop counts from, and dates in the endpoints' answers are spoken
            against.
        absent: Told the tools that have neither, where there are such; each run of them fails.

    Raises:
        ToolError: a tool has neither and nobody is told, or the environment lacks something.
    """
    functions = {**_STAND_INS, **functions_of(domain.backend, shop_path, today=today)}
    if absent is not None and (missing := without_function(domain, functions)):
        absent(missing)
        functions |= dict.fromkeys(missing, _absent)
    alone = any(spec.endpoint and spec.name not in functions for spec in domain.tools.values())
    if domain.service is None or (preference == "python" and not alone):
        return PythonToolRunner(_guarded(domain, functions), domain.tools)
    backend = HttpBackend(domain.service, domain.tools, environment, today=today)
    endpoints = backend.tools()
    first = preference == "http"
    chosen = {**functions, **endpoints} if first else {**endpoints, **functions}
    return PythonToolRunner(_guarded(domain, chosen), domain.tools, on_close=backend.close)
