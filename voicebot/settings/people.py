"""Settings of the people to whom callers are connected."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from voicebot.settings.forms import Seconds, is_e164

_MOST_PEOPLE = 32
"""Numbers that a transfer rings, one after another."""


class HandoffSettings(BaseModel):
    """What happens when a person is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = Field(
        "", description="E.164 number of the people; empty: the caller may leave a message."
    )
    others: tuple[str, ...] = Field(
        (), description="JSON list of further numbers, rung in order where nobody can be had."
    )
    ring: int = Field(25, ge=5, le=600, description="Seconds to let them ring.")
    transfer: Literal["warm", "cold"] = Field(
        "warm",
        description="`warm`: people are rung first and hear a brief, while the bot keeps the "
        "caller (docs/transfer.md). `cold`: the caller hears them ring.",
    )
    patience: Seconds = Field(
        90.0, description="How long a caller waits for somebody to take a warm transfer."
    )
    hold: Literal["music", "none"] = Field(
        "music", description="What a caller hears between words while people are rung."
    )
    after: Literal["bot", "goodbye"] = Field(
        "bot", description="After a warm transfer's talk: back to the bot, or the call ends."
    )
    caller_id: str = Field(
        "", description="E.164 number that people see; empty: the one that was called."
    )
    roster: Path | None = Field(
        None, description="YAML file of the people, their queues and hours (docs/people.md)."
    )
    people: int = Field(
        0, ge=0, description="How many people there are, to tell the wait; 0: nobody waits."
    )
    brief_url: str = Field(
        "", description="Where briefs are posted as JSON, e.g. a desk's webhook; empty: nowhere."
    )
    brief_key: SecretStr = Field(
        SecretStr(""), description="Sent with a brief as a bearer token; empty: none."
    )
    talk: Seconds = Field(300.0, description="Seconds that they talk to a caller, on average.")

    @field_validator("brief_url")
    @classmethod
    def _web(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise ValueError("must look like https://desk.example.com/briefs, or be empty")
        return value

    @field_validator("others")
    @classmethod
    def _all_e164(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number in value:
            if not is_e164(number):
                raise ValueError(f"{number!r} must be in E.164 form, such as +15551234567")
        if len(value) >= _MOST_PEOPLE:
            raise ValueError(f"at most {_MOST_PEOPLE - 1} further numbers")
        return value

    @field_validator("number", "caller_id")
    @classmethod
    def _e164(cls, value: str) -> str:
        if value and not is_e164(value):
            raise ValueError("must be a number in E.164 form, such as +15551234567, or empty")
        return value
