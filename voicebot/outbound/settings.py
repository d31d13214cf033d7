"""Settings of the outbound side; part of `voicebot.settings.Settings`."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from telephony.calls import is_e164
from voicebot.outbound.hours import CallingHours

_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_SHORTEST_TOKEN = 16


class OutboundSettings(BaseModel):
    """Calls that the bot makes; they need a carrier and a number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(False, description="Whether this server places calls (docs/outbound.md).")
    number: str = Field("", description="Our number that is shown to whom we call, E.164.")
    countries: tuple[str, ...] = Field(
        ("US",), description="Countries that may be called (ISO 3166), as JSON."
    )
    prefixes: tuple[str, ...] = Field(
        (),
        description='Beginnings of numbers that may be called, as JSON: `["+1212"]`; empty: all.',
    )
    hours: str = Field(
        "mon-fri 9:00-20:00, sat 10:00-16:00",
        description="When people may be called, by the clock where they are.",
    )
    per_second: float = Field(1.0, gt=0, le=100, description="Calls placed a second, at most.")
    at_once: int = Field(4, ge=1, description="Calls that we made, at once, at most.")
    a_day: int = Field(500, ge=1, description="Calls placed within 24 hours, at most.")
    number_a_day: int = Field(
        3, ge=1, le=20, description="Calls placed to one number within 24 hours, at most."
    )
    ring: int = Field(30, ge=5, le=120, description="Seconds to let it ring.")
    api_token: SecretStr = Field(
        SecretStr(""), description="Bearer token of `/outbound/lists`; empty: there is no such API."
    )

    @field_validator("number")
    @classmethod
    def _e164(cls, value: str) -> str:
        if value and not is_e164(value):
            raise ValueError("must be a number in E.164 form, such as +15551234567, or empty")
        return value

    @field_validator("countries")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if len(code) != 2 or not (code.isascii() and code.isalpha() and code.isupper()):
                raise ValueError(f"{code!r} must be a country's code, such as US")
        return value

    @field_validator("prefixes")
    @classmethod
    def _beginnings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in value:
            if not _BEGINNING.fullmatch(prefix):
                raise ValueError(f"{prefix!r} must begin like a number in E.164 form, as +1212")
        return value

    @field_validator("hours")
    @classmethod
    def _week(cls, value: str) -> str:
        CallingHours.parse(value)
        return value

    @field_validator("api_token")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"must have at least {_SHORTEST_TOKEN} characters; whoever knows it "
                             "can place calls")  # fmt: skip
        return value
