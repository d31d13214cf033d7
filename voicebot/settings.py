"""Settings: one frozen tree from the environment and `.env`, built once and passed down.

Prefix `VOICEBOT_`, nested by `__`: `VOICEBOT_TWILIO__AUTH_TOKEN`. Every setting is described in the
README, and a test compares the two. Machines get their own small policy dataclass, never this tree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0)]


def is_e164(number: str) -> bool:
    """Whether a telephone number is written in full: `+15551234567`."""
    return number.startswith("+") and number[1:].isdigit() and 8 <= len(number) <= 16


class TwilioSettings(BaseModel):
    """The carrier account. Without an account SID the server runs in development mode."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_sid: str = Field("", description="Account SID (`AC…`); empty: development mode.")
    auth_token: SecretStr = Field(
        SecretStr(""),
        description="Auth token; checks the signature of every webhook and stream.",
    )
    auth_token_secondary: SecretStr = Field(
        SecretStr(""),
        description="A second token accepted while tokens are rotated.",
    )
    api_key_sid: str = Field("", description="API key (`SK…`) for REST instead of the token.")
    api_key_secret: SecretStr = Field(SecretStr(""), description="Secret of the API key.")
    api_base_url: str = Field(
        "https://api.twilio.com",
        description="Root of the REST API; another Twilio-compatible one for tests.",
    )

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens in force, primary first."""
        both = (self.auth_token, self.auth_token_secondary)
        return tuple(t.get_secret_value() for t in both if t.get_secret_value())


class ModelSettings(BaseModel):
    """Which models to use: a path always wins, then the packaged weights, then the hub."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", protected_namespaces=(), validate_default=True
    )

    whisper: str = Field("base", description="`base`, `tiny.en`, a hub name, or a folder.")
    voice: str = Field("en_US-joe-medium", description="A Piper voice's name, or its `.onnx` file.")
    encoder: str = Field("all-MiniLM-L6-v2", description="Sentence encoder: its name, or a folder.")
    language: str = Field("en", description="Language that callers speak (Whisper's code).")
    cache_dir: Path = Field(
        Path("~/.cache/voicebot"),
        description="Joined weights and rendered phrases; safe to delete.",
    )
    threads: int = Field(0, ge=0, description="Threads of the recogniser; 0: all cores allowed.")
    allow_hub: bool = Field(True, description="Whether missing models may be downloaded.")

    @field_validator("cache_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()


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


class HandoffSettings(BaseModel):
    """What happens when a person is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = Field(
        "", description="E.164 number of the people; empty: the caller may leave a message."
    )
    ring: int = Field(25, ge=5, le=600, description="Seconds to let them ring.")
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

    @field_validator("number")
    @classmethod
    def _e164(cls, value: str) -> str:
        if value and not is_e164(value):
            raise ValueError("must be a number in E.164 form, such as +15551234567, or empty")
        return value


class LlmSettings(BaseModel):
    """A language model that writes answers from articles; without a base URL there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(
        "", description="Root of an OpenAI-compatible API, e.g. `http://127.0.0.1:8000/v1`."
    )
    model: str = Field("", description="The model's name there.")
    key: SecretStr = Field(SecretStr(""), description="Sent as a bearer token; empty: none.")
    uses: tuple[Literal["answers", "phrasing"], ...] = Field(
        ("answers",),
        description="JSON list: `answers` for questions that no article answers by itself, "
        "`phrasing` for articles in other words.",
    )
    first: Seconds = Field(
        2.5, description="Seconds until a sentence must be there; else it goes on without."
    )
    whole: Seconds = Field(8.0, description="Seconds for a whole answer.")

    @model_validator(mode="after")
    def _usable(self) -> LlmSettings:
        parts = urlsplit(self.base_url)
        if self.base_url and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise ValueError("`base_url` must look like http://127.0.0.1:8000/v1")
        if self.base_url and not self.model:
            raise ValueError("a base URL is set without a model: set VOICEBOT_LLM__MODEL")
        return self


class LimitSettings(BaseModel):
    """Bounds that keep one call from harming the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int = Field(32, ge=1, description="Calls at once; further callers hear the fallback.")
    call_seconds: Seconds = Field(1800.0, description="Longest call.")
    message_bytes: int = Field(65_536, ge=1024, description="Largest websocket message accepted.")
    start_seconds: Seconds = Field(5.0, description="Time for a stream to send `start`.")
    token_seconds: Seconds = Field(60.0, description="Life of a one-use stream token.")
    hotlines: int = Field(8, ge=1, le=256, description="Hotlines kept loaded at once.")
    hotline_seconds: Seconds = Field(
        10.0, description="How long a call waits for its hotline to be loaded."
    )


class ChatSettings(BaseModel):
    """The web chat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(False, description="Whether `/chat` is served (docs/web-chat.md).")
    origins: tuple[str, ...] = Field(
        (),
        description="Pages that may use it besides this server's own, as JSON: "
        '`["https://shop.example.com"]`; `["*"]` for all.',
    )
    conversations: int = Field(200, ge=1, description="Conversations at once.")
    per_client: int = Field(10, ge=1, description="Conversations at once from one address.")
    opens_per_minute: int = Field(20, ge=1, description="New ones a minute from one address.")
    messages_per_minute: int = Field(30, ge=1, description="Messages a minute in each of them.")
    message_chars: int = Field(1_000, ge=1, le=1_000, description="Longest message, in characters.")
    idle_seconds: Seconds = Field(
        900.0, description="Silence after which one ends; until then it can be taken up again."
    )
    conversation_seconds: Seconds = Field(7_200.0, description="Longest conversation.")

    @field_validator("origins")
    @classmethod
    def _pages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            whole = parts.scheme in {"http", "https"} and parts.netloc and not parts.path.strip("/")
            if origin != "*" and not whole:
                raise ValueError(f"{origin!r} must look like https://shop.example.com, or be *")
        return value


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
    models: ModelSettings = ModelSettings()
    turns: TurnSettings = TurnSettings()
    playout: PlayoutSettings = PlayoutSettings()
    handoff: HandoffSettings = HandoffSettings()
    llm: LlmSettings = LlmSettings()
    limits: LimitSettings = LimitSettings()
    chat: ChatSettings = ChatSettings()

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
        if self.twilio.account_sid and not self.public_url:
            raise ValueError(
                "VOICEBOT_TWILIO__ACCOUNT_SID is set without VOICEBOT_PUBLIC_URL: signatures are "
                "made over the public address. Set it to where Twilio reaches this server."
            )
        return self

    @property
    def development(self) -> bool:
        """Whether no carrier is configured: unsigned calls, from loopback only."""
        return not self.twilio.account_sid
