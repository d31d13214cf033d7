"""The words of a handoff brief in one language: what a person reads who takes a call over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BriefWords:
    """Texts with places for values; `dialogue.briefing` fills them."""

    reasons: Mapping[str, str]
    """By kind, those for which nobody else writes a line."""
    feelings: Mapping[str, str]
    """What a feeling is called."""
    reason_angry: str
    reason_stakes: str
    reason_tool: str
    note_tool: str
    effect_unknown: str
    not_looked_up: str
    who: str
    name_unknown: str
    number_unknown: str
    identity_unknown: str
    identity_failed: str
    identity_proved: str
    wants_later: str
    wants_unknown: str
    wants_words: str
    asked_about: str
    was_told: str
    open_value: str
    open_part: str
    open_confirm: str
    open_choice: str
    open_words: str
    open_silence: str
    open_task: str
    open_tool: str
    open_need: str
    open_nothing: str
    calm: str
    mood_before: str
    mood_more: str
    mood: str
    opening_sorry: str
    opening_flow: str
    opening_note: str
    opening_article: str
    opening_value: str
    opening_plain: str
    opening_ask: str
    headline: str
    headline_mood: str
    summary_need: str
    """Sentences of a short note about the call."""
    summary_mood: str
    summary_said: str
