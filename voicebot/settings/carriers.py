"""Settings of the carriers; all but Twilio are served once their key or token is set."""

from __future__ import annotations

from binascii import a2b_base64

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

SHORTEST_TOKEN = 16
"""Characters of a token or password of our own, at least."""


class TelnyxSettings(BaseModel):
    """Telnyx, over TeXML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_key: str = Field(
        "", description="Telnyx's public key (portal, Keys & Credentials); empty: not served."
    )

    @field_validator("public_key")
    @classmethod
    def _key(cls, value: str) -> str:
        try:
            known = not value or len(a2b_base64(value, strict_mode=True)) == 32
        except ValueError:
            known = False
        if not known:
            raise ValueError("must be the account's public key as Telnyx shows it, in base64")
        return value


class PlivoSettings(BaseModel):
    """Plivo, over its XML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auth_token: SecretStr = Field(
        SecretStr(""), description="Auth token; checks webhooks and streams; empty: not served."
    )
    auth_token_secondary: SecretStr = Field(
        SecretStr(""), description="A second token accepted while tokens are rotated."
    )

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens in force, primary first."""
        both = (self.auth_token, self.auth_token_secondary)
        return tuple(t.get_secret_value() for t in both if t.get_secret_value())


class SignalWireSettings(BaseModel):
    """SignalWire, over cXML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signing_key: SecretStr = Field(
        SecretStr(""), description="The project's signing key; empty: not served."
    )


class AsteriskSettings(BaseModel):
    """The company's own exchange."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    password: SecretStr = Field(
        SecretStr(""),
        description="Password of `voicebot`, the name by which the exchange logs in (16 "
        "characters or more); empty: not served.",
    )

    @field_validator("password")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        return _long_enough(value)


class PhonePageSettings(BaseModel):
    """A page that calls the bot from a browser."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr = Field(
        SecretStr(""),
        description="What the page `/phone` asks for before it calls (16 characters or more); "
        "empty: there is no such page.",
    )

    @field_validator("token")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        return _long_enough(value)


def _long_enough(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and len(value.get_secret_value()) < SHORTEST_TOKEN:
        raise ValueError(f"must have {SHORTEST_TOKEN} characters or more")
    return value


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
    calls_per_second: float = Field(
        1.0,
        gt=0,
        le=1_000,
        description="Calls that the account may make a second; several processes share them.",
    )
    api_base_url: str = Field(
        "https://api.twilio.com",
        description="Root of the REST API; another Twilio-compatible one for tests.",
    )

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens in force, primary first."""
        both = (self.auth_token, self.auth_token_secondary)
        return tuple(t.get_secret_value() for t in both if t.get_secret_value())
