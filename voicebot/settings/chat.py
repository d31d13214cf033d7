"""Settings of the web chat."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from voicebot.settings.forms import Seconds


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
