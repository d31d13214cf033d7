"""A hotline of one's own, and the models to learn it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogue.conversation import encoder
from voicebot.authoring.review import Review, review
from voicebot.authoring.scaffold import write_hotline
from voicebot.engines.encoder import MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer

__all__ = ["encoder", "hotline", "reviewed"]


@pytest.fixture
def hotline(tmp_path: Path) -> Path:
    """A blank hotline that was just written."""
    write_hotline(tmp_path / "sunny", "blank")
    return tmp_path / "sunny"


class Reviewer:
    """Reviews a hotline after a file was changed."""

    def __init__(self, folder: Path, encoder: MiniLmEncoder) -> None:
        self.folder = folder
        self._encoder = encoder

    def after(self, file: str, old: str, new: str) -> Review:
        """Replace words in a file, and review the folder."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self.review()

    def review(self) -> Review:
        """Review the folder."""
        return review(
            str(self.folder), lambda language: (self._encoder, LogisticIntentTrainer(self._encoder))
        )


@pytest.fixture
def reviewed(hotline: Path, encoder: MiniLmEncoder) -> Reviewer:
    """A reviewer of the blank hotline."""
    return Reviewer(hotline, encoder)
