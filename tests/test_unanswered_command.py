"""`voicebot unanswered`, as it is typed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.store.calls import answered, journal, put
from voicebot.cli import main
from voicebot.journal import CallerTurnEnded, QuestionUnanswered
from voicebot.store import open_store

pytestmark = pytest.mark.models


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", url)
    return url


def asked(database: str, *questions: str) -> None:
    with open_store(database) as store:
        for n, text in enumerate(questions):
            ended = CallerTurnEnded(1, text, 0.0, 1.0)
            noted = QuestionUnanswered(1, text, "unknown:1", {"stores": 0.31})
            put(store, f"c{n}", journal(answered(f"c{n}", time.time() - n), ended, noted))


def test_similar_questions_are_counted_together(database: str) -> None:
    asked(
        database,
        "do you have a loyalty program",
        "is there a loyalty program for regulars",
        "who designs your carpets \x1b[31m",
    )
    shown = CliRunner().invoke(main, ["unanswered"], catch_exceptions=False)
    lines = [line.split() for line in shown.output.splitlines()]
    assert ["2", "1"] == [line[0] for line in lines[1:] if line[0].isdigit()]
    assert "\x1b[31m" not in shown.output
    told = CliRunner().invoke(main, ["unanswered", "--json", "--limit", "1"])
    (question,) = json.loads(told.output)
    assert (2, 2, "retail", "stores") == (
        question["count"],
        question["calls"],
        question["domain"],
        question["nearest_article"],
    )


def test_nothing_unanswered_is_said_so(database: str) -> None:
    assert "No question was left" in CliRunner().invoke(main, ["unanswered"]).output
    asked(database, "do you sell tents")
    assert (
        "No question was left" in CliRunner().invoke(main, ["unanswered", "--domain", "x"]).output
    )
