"""Settings of the models: speech and language."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from voicebot.settings.forms import Seconds


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


class LlmSettings(BaseModel):
    """A language model that writes answers from articles; without a base URL there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(
        "", description="Root of an OpenAI-compatible API, e.g. `http://127.0.0.1:8000/v1`."
    )
    model: str = Field("", description="The model's name there.")
    key: SecretStr = Field(SecretStr(""), description="Sent as a bearer token; empty: none.")
    uses: tuple[Literal["answers", "phrasing", "headlines"], ...] = Field(
        ("answers",),
        description="JSON list: `answers` for questions that no article answers by itself, "
        "`phrasing` for articles in other words, `headlines` for the line over a brief.",
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
