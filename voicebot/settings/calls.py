"""Settings of calls: turn-taking, playout, and bounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from voicebot.settings.forms import Seconds

OverlapMode = Literal["quick", "careful", "vad"]


class TurnSettings(BaseModel):
    """Turn-taking, in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: Seconds = Field(0.2, description="Shortest silence that ends a turn.")
    endpoint_longest: Seconds = Field(3.0, description="Silence that ends any turn.")
    cut_cost: Seconds = Field(
        3.0, description="Seconds of waiting that one turn cut short is worth; more is patienter."
    )
    overlap: OverlapMode = Field(
        "quick",
        description="Sounds over the bot: `quick` yields soon, `careful` ignores more, `vad` "
        "yields to any speech that lasts.",
    )
    manners: bool = Field(
        True, description="Whether the bot says “mm-hm” in dictations and fills long waits."
    )
    transcript_grace: Seconds = Field(
        4.0, description="How long an ended turn waits for its words before the bot asks again."
    )
    no_input: Seconds = Field(6.0, description="Silence after a prompt before a re-prompt.")


class PlayoutSettings(BaseModel):
    """How speech is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lead: Seconds = Field(0.12, description="Audio kept ahead of the caller's ear, in seconds.")


_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)


class LimitSettings(BaseModel):
    """Bounds that keep one call from harming the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int = Field(
        32,
        ge=1,
        description="Most calls at once; fewer where callers' words wait too long for the "
        "recogniser, which is learnt. Further callers hear the fallback.",
    )
    per_caller: int = Field(
        0,
        ge=0,
        description="Calls of one number at once, such as 2; 0: any, as for companies behind one "
        "number.",
    )
    per_caller_hour: int = Field(
        0, ge=0, le=1_000, description="Calls of one number within an hour, such as 20; 0: any."
    )
    minutes_per_day: int = Field(
        0, ge=0, description="Minutes of calls a day (UTC), against a large bill; 0: any."
    )
    blocked: tuple[str, ...] = Field(
        (),
        description="Numbers, or beginnings of numbers, that are turned down, as JSON: "
        '`["+15550100666", "+1900"]`.',
    )
    closed_file: Path = Field(
        Path("var/closed"),
        description="While this file is there, no call is taken: callers hear the fallback.",
    )
    call_seconds: Seconds = Field(1800.0, description="Longest call.")
    message_bytes: int = Field(65_536, ge=1024, description="Largest websocket message accepted.")
    start_seconds: Seconds = Field(5.0, description="Time for a stream to send `start`.")
    resume_seconds: Seconds = Field(
        20.0, description="How long a call waits for a new stream after its own broke off."
    )
    token_seconds: Seconds = Field(60.0, description="Life of a one-use stream token.")
    hotlines: int = Field(8, ge=1, le=256, description="Hotlines kept loaded at once.")
    hotline_seconds: Seconds = Field(
        10.0, description="How long a call waits for its hotline to be loaded."
    )

    @field_validator("blocked")
    @classmethod
    def _beginnings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number in value:
            if not _BEGINNING.fullmatch(number):
                raise ValueError(f"{number!r} must begin like a number in E.164 form, as +1900")
        return value
