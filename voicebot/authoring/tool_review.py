"""Whether all tools of a hotline can run: its backend is asked for them, none is called."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from dialogue.domain import Domain
from voicebot.actions.backends import functions_of, without_function
from voicebot.authoring.places import Place, Places
from voicebot.ports import ToolError


def tool_mistakes(domain: Domain, places: Places) -> Iterator[tuple[Place, str]]:
    """Yield what keeps tools from running, and where it is written."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            functions = functions_of(domain.backend, Path(folder) / "shop.sqlite3")
        except ToolError as error:
            yield places.setting("backend"), str(error)
            return
    source = f"`{domain.backend}`" if domain.backend else "the demo shop"
    for name in without_function(domain, functions):
        yield (
            places.entry("tools.yaml", name),
            f"`{name}` cannot run: {source} has no function of that name, and it has no address; "
            "add `http: {path: …}` to it, or a `backend` to domain.toml (docs/hotline.md). Until "
            "then, scenarios can declare what it returns",
        )
