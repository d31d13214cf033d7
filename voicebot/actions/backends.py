"""Where a hotline's Python tools come from: a function that its domain.toml names."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.domain import Domain
from dialogue.outbound import NOTE_TOOL, OPT_OUT_TOOL
from voicebot.actions.demo_shop import DemoShop
from voicebot.ports import ToolError

BUILT_IN = (NOTE_TOOL, OPT_OUT_TOOL)
"""Tools of every hotline that calls people."""

Functions = Mapping[str, Callable[..., Mapping[str, Any]]]


def without_function(domain: Domain, functions: Functions) -> tuple[str, ...]:
    """Return the tools of a hotline that nothing runs: neither a function, nor an endpoint."""
    return tuple(
        name
        for name, spec in domain.tools.items()
        if name not in functions and not spec.endpoint and name not in BUILT_IN
    )


def functions_of(
    backend: str, shop_path: Path, *, today: Callable[[], date] = date.today
) -> Functions:
    """Return the functions of a hotline's tools by name.

    Args:
        backend: `package.module:function`; the function takes nothing and returns them. Empty: the
            demo shop's.
        shop_path: SQLite file of the demo shop.
        today: What the demo shop counts its days from.

    Raises:
        ToolError: it cannot be imported, or failed.
    """
    if not backend:
        return DemoShop.open(shop_path, today=today).tools()
    module, _, name = backend.partition(":")
    try:
        make = getattr(importlib.import_module(module), name)
        functions = make()
    except Exception as error:  # foreign code, which may raise anything
        raise ToolError(
            f"the backend {backend} of domain.toml cannot be used ({error}); it must be importable "
            "and return functions by name"
        ) from error
    if not isinstance(functions, Mapping) or not all(map(callable, functions.values())):
        raise ToolError(f"the backend {backend} of domain.toml must return functions by name")
    return functions
