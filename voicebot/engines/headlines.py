"""Has a language model write the line over a brief, in the time that a brief can wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogue.headlines import headed, notes_of
from voicebot.engines.llm import LanguageModel
from voicebot.ports import EngineError

SYSTEM = (
    "You write the subject line of a note to a colleague who takes over a customer. Write one "
    "sentence of at most twenty words in plain English: what the customer wants, what was done, "
    "and what is open. Use only the notes below, close to their words. No names, no numbers."
)
_MOST = 400
"""Characters that are read; what is longer is no line."""


class HeadlineWriter:
    """Writes headlines; safe to share."""

    def __init__(self, model: LanguageModel, seconds: float) -> None:
        """
        Args:
            model: The language model.
            seconds: For a whole line; later it goes without.
        """
        self._model = model
        self._seconds = seconds

    async def head(self, brief: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a brief with its headline and who made it; never raises for the model's faults."""
        line = ""
        if brief.get("language") == "en":
            notes = "\n".join(f"- {note}" for note in notes_of(brief))
            try:
                async for piece in self._model.stream(
                    SYSTEM, f"Notes:\n{notes}", deadline=self._seconds
                ):
                    line += piece
                    if len(line) > _MOST:
                        break
            except EngineError:
                line = ""
        return headed(brief, line)

    async def close(self) -> None:
        """Close the model's connections."""
        await self._model.close()
