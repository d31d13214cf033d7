"""The models of these tests, loaded once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from voicebot.engines.bundle import Engines, load_engines
from voicebot.settings import Settings


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    loaded = load_engines(Settings().models)
    yield loaded
    loaded.close()
