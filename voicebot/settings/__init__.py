"""Settings: one frozen tree from the environment and `.env`, built once and passed down.

Prefix `VOICEBOT_`, nested by `__`: `VOICEBOT_TWILIO__AUTH_TOKEN`. Every setting is described in the
README, and a test compares the two. Machines get their own small policy dataclass, never this tree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from voicebot.outbound.settings import OutboundSettings
from voicebot.settings.calls import LimitSettings, OverlapMode, PlayoutSettings, TurnSettings
from voicebot.settings.carriers import (
    AsteriskSettings,
    PhonePageSettings,
    PlivoSettings,
    SignalWireSettings,
    TelnyxSettings,
    TwilioSettings,
)
from voicebot.settings.chat import ChatSettings
from voicebot.settings.forms import is_e164
from voicebot.settings.models import LlmSettings, ModelSettings
from voicebot.settings.people import HandoffSettings

__all__ = [
    "ChatSettings",
    "HandoffSettings",
    "LimitSettings",
    "LlmSettings",
    "ModelSettings",
    "OverlapMode",
    "PlayoutSettings",
    "Settings",
    "TurnSettings",
    "TwilioSettings",
]


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="VOICEBOT_",
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        frozen=True,
        extra="ignore",
    )

    public_url: str = Field(
        "",
        description="Where the carrier reaches the server, e.g. `https://bot.example.com`.",
    )
    database_url: str = Field(
        "sqlite:///var/voicebot.sqlite3",
        description="SQLAlchemy URL of the store: SQLite file or PostgreSQL.",
    )
    workers: int = Field(
        1, ge=1, le=64, description="Processes that serve on one port; several need PostgreSQL."
    )
    peer_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address of this machine for the other processes, which bring it streams; on "
        "several machines that of a private network.",
    )
    domain: str = Field("retail", description="The hotline: a packaged name, or a folder.")
    hotlines: dict[str, str] = Field(
        {},
        description="Other hotlines by the number that was called, as JSON: "
        '`{"+15550100001": "clinic"}`.',
    )
    shop_path: Path = Field(
        Path("var/demo-shop.sqlite3"), description="SQLite file of the demo shop; made if missing."
    )
    tools: Literal["python", "http"] = Field(
        "python",
        description="What runs a tool that has both: a Python function, or its HTTP endpoint.",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`auto`: readable on a terminal, JSON elsewhere."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least important line that is logged."
    )
    twilio: TwilioSettings = TwilioSettings()
    telnyx: TelnyxSettings = TelnyxSettings()
    plivo: PlivoSettings = PlivoSettings()
    signalwire: SignalWireSettings = SignalWireSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    test_phone: PhonePageSettings = PhonePageSettings()
    models: ModelSettings = ModelSettings()
    turns: TurnSettings = TurnSettings()
    playout: PlayoutSettings = PlayoutSettings()
    handoff: HandoffSettings = HandoffSettings()
    llm: LlmSettings = LlmSettings()
    limits: LimitSettings = LimitSettings()
    chat: ChatSettings = ChatSettings()
    outbound: OutboundSettings = OutboundSettings()

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise ValueError("must look like https://bot.example.com")
        return value.rstrip("/")

    @field_validator("hotlines")
    @classmethod
    def _called(cls, value: dict[str, str]) -> dict[str, str]:
        for number, name in value.items():
            if not is_e164(number):
                raise ValueError(f"{number!r} must be a number in E.164 form, such as +15551234567")
            if not name.strip():
                raise ValueError(f"{number} leads to no hotline; write a packaged name or a folder")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if self.twilio.account_sid and not self.twilio.auth_tokens:
            raise ValueError(
                "VOICEBOT_TWILIO__ACCOUNT_SID is set without VOICEBOT_TWILIO__AUTH_TOKEN: "
                "webhooks could not be checked. Set the token from the Twilio console."
            )
        for carrier, key in self._keys().items():
            if key and not self.public_url:
                raise ValueError(
                    f"VOICEBOT_{carrier} is set without VOICEBOT_PUBLIC_URL: webhooks and streams "
                    f"go to the public address. Set it to where the carrier reaches this server."
                )
        if self.outbound.enabled and not (self.twilio.account_sid and self.outbound.number):
            raise ValueError(
                "VOICEBOT_OUTBOUND__ENABLED is set, but calls need a carrier and a number: set "
                "VOICEBOT_TWILIO__ACCOUNT_SID and VOICEBOT_OUTBOUND__NUMBER."
            )
        return self

    def _keys(self) -> dict[str, str]:
        """What is set of each carrier that rings by webhook, by its variable."""
        return {
            "TWILIO__ACCOUNT_SID": self.twilio.account_sid,
            "TELNYX__PUBLIC_KEY": self.telnyx.public_key,
            "PLIVO__AUTH_TOKEN": "".join(self.plivo.auth_tokens),
            "SIGNALWIRE__SIGNING_KEY": self.signalwire.signing_key.get_secret_value(),
        }

    @property
    def carriers(self) -> tuple[str, ...]:
        """Names of the carriers that are configured."""
        webhooks = [name.partition("__")[0].lower() for name, key in self._keys().items() if key]
        own = ["asterisk"] if self.asterisk.password.get_secret_value() else []
        return (*webhooks, *own)

    @property
    def development(self) -> bool:
        """Whether no carrier is configured: unsigned calls, from loopback only."""
        return not self.carriers
