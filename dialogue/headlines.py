"""The line over a brief that a language model may write: what it is told, and what it may say.

It is told what the customer wants, why a person is needed, what was done and what is open, without
numbers, addresses and the customer's name. What it writes heads the brief only if the notes bear
it; the line that was made by rules is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dialogue.grounding import refusal_of_line

BY_RULES, BY_MODEL = "rules", "model"

_PRIVATE = re.compile(r"\S*[\d@]\S*")
_LONGEST_NOTE = 200
_MOST = 12


def notes_of(brief: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a model is told of a brief (as JSON data), one note a line."""
    calm = brief.get("mood", {}).get("feeling") in (None, "calm", "pleased")
    found = [
        *(f"wants: {need}" for need in brief.get("needs", ())),
        f"a person is needed because: {brief.get('reason', '')}",
        *(f"done: {note}" for note in brief.get("tried", ())),
        *(f"promised: {note}" for note in brief.get("promised", ())),
        f"open: {brief.get('question', '')}",
        *(() if calm else (f"mood: {brief['mood']['feeling']}",)),
    ]
    name = str(brief.get("name", ""))
    return tuple(_redacted(note, name)[:_LONGEST_NOTE] for note in found[:_MOST])


def headed(brief: Mapping[str, Any], line: str) -> dict[str, Any]:
    """Return a brief with its headline, and who made it.

    Args:
        brief: As JSON data.
        line: What a model wrote; empty where it wrote nothing.
    """
    said = " ".join(line.split()).strip("\"“”' ")
    if not said or refusal_of_line(said, notes_of(brief)):
        return {**brief, "headline_by": BY_RULES}
    return {
        **brief,
        "headline": said,
        "headline_by": BY_MODEL,
        "headline_by_rules": brief.get("headline", ""),
    }


def _redacted(note: str, name: str) -> str:
    text = " ".join(note.split())
    for part in sorted(name.split(), key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(part)}\b", "…", text, flags=re.IGNORECASE)
    return _PRIVATE.sub("…", text)
