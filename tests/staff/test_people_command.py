"""`voicebot people`, as it is typed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.staff.test_roster import GOOD
from voicebot.cli import main
from voicebot.staff.line import Waiting, Waits
from voicebot.store import open_store


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    (tmp_path / "people.yaml").write_text(GOOD)
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", url)
    monkeypatch.setenv("VOICEBOT_HANDOFF__ROSTER", str(tmp_path / "people.yaml"))
    return url


def typed(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, ["people", *words])
    assert fails == bool(result.exit_code), result.output
    return result.output


def test_people_sign_in_and_out(database: str) -> None:
    assert "ann: free\n" == typed("in", "ann")
    assert [("ann", "free"), ("raj", "away")] == [
        (person["id"], person["doing"]) for person in json.loads(typed("list", "--json"))
    ]
    assert "Ann Berger" in typed("list")
    with open_store(database) as store:
        store.staff.change("ann", lambda state: state.offer("c1", time.time()))
    assert "ann: ringing, and away after this talk\n" == typed("out", "ann")
    assert "it has: ann, raj" in typed("in", "anne", fails=True)


def test_the_line_is_shown_with_how_long_it_takes(database: str) -> None:
    assert "Nobody waits.\n" == typed("line")
    with open_store(database) as store:
        store.staff.join(Waiting("c1", "service", time.time() - 90))
    assert "nobody is there" in typed("line")
    typed("in", "raj")
    (row,) = json.loads(typed("line", "--json"))
    assert ("c1", 0.0) == (row["call"], row["wait"])
    assert 90 <= row["waited"] < 120


def test_call_backs_are_shown_and_each_is_given_to_one_person(database: str) -> None:
    with open_store(database) as store:
        store.staff.join(Waiting("c1", "service", time.time() - 90))
        store.staff.join(
            Waiting("c2", "service", time.time(), kind=Waits.FOR_A_CALL, number="+12025550143")
        )
    rows = json.loads(typed("line", "--json"))
    assert ["", "+12025550143"] == [row["number"] for row in rows]
    assert typed("next", "ann").startswith("+12025550143, ")
    assert "Nobody waits for a call.\n" == typed("next", "raj")
    assert ["c1"] == [row["call"] for row in json.loads(typed("line", "--json"))]
    assert "it has: ann, raj" in typed("next", "anne", fails=True)


def test_a_roster_is_checked_with_lines(database: str, tmp_path: Path) -> None:
    assert "2 people, 2 queues\n" == typed("check")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(GOOD.replace("- id: raj", "- id: ann"))
    assert "wrong.yaml:18: there is another person" in typed("check", str(wrong), fails=True)


def test_without_a_roster_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICEBOT_HANDOFF__ROSTER", raising=False)
    assert "VOICEBOT_HANDOFF__ROSTER" in typed("list", fails=True)
