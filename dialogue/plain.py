"""Frozen data as what JSON knows: texts, numbers, lists, mappings."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


def plain(value: Any) -> Any:
    """Return nested dataclass data (see `dataclasses.asdict`) as what JSON knows."""
    match value:
        case StrEnum():
            return value.value
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value
