"""Whether all tools of a hotline can run: its backend is asked for them, none is called."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from dialogue.domain import Domain
from dialogue.outbound import NOTE_TOOL, OPT_OUT_TOOL
from voicebot.actions.backends import functions_of
from voicebot.authoring.places import Place, Places
from voicebot.ports import ToolError

_BUILT_IN = (NOTE_TOOL, OPT_OUT_TOOL)


def tool_mistakes(domain: Domain, places: Places) -> Iterator[tuple[Place, str]]:
    """Yield what keeps tools from running, and where it is written."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            functions = functions_of(domain.backend, Path(folder) / "shop.sqlite3")
        except ToolError as error:
            yield places.setting("backend"), str(error)
            return
    source = domain.backend or "the demo shop"
    for name, spec in domain.tools.items():
        if name not in functions and not spec.endpoint and name not in _BUILT_IN:
            yield (
                places.entry("tools.yaml", name),
                f"`{name}` cannot run: {source} has no function of that name, and it has no "
                "`endpoint`; add one of the two",
            )
