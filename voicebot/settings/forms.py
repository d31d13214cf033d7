"""Forms of values that several settings have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Seconds = Annotated[float, Field(gt=0)]


def is_e164(number: str) -> bool:
    """Whether a telephone number is written in full: `+15551234567`."""
    return number.startswith("+") and number[1:].isdigit() and 8 <= len(number) <= 16
