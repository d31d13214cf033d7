"""Commands as a developer types them, with the real models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from voicebot.cli import main

pytestmark = pytest.mark.models

RECORDING = Path(__file__).parent.parent / "audio_fixtures" / "demo_call" / "1_returns.wav"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    monkeypatch.setenv("VOICEBOT_SHOP_PATH", str(tmp_path / "shop.sqlite3"))


def test_a_replayed_recording_is_compared_with_its_golden_log(tmp_path: Path) -> None:
    golden = tmp_path / "golden.log"
    command = ["replay", str(RECORDING), "--golden", str(golden)]
    written = CliRunner().invoke(main, command)
    again = CliRunner().invoke(main, command)
    golden.write_text(golden.read_text().replace("CallerTurnEnded", "BargedIn"))
    otherwise = CliRunner().invoke(main, command)

    assert [0, 0, 1] == [written.exit_code, again.exit_code, otherwise.exit_code]
    assert "return policy" in written.output
    assert "not as in" in otherwise.output


def test_chat_solves_a_problem_in_text() -> None:
    lines = "where is my order\nfour four one one seven\nno thanks\n"
    result = CliRunner().invoke(main, ["chat", "--json"], input=lines)
    steps = [json.loads(line) for line in result.output.splitlines()]

    assert 0 == result.exit_code
    assert "44117" in steps[2]["acts"][-1]["text"] + json.dumps(steps[2]["trace"]["slots"])
    assert "end_call" in [act["kind"] for act in steps[-1]["acts"]]


def test_a_mistake_in_the_settings_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_HANDOFF__NUMBER", "call me")
    result = CliRunner().invoke(main, ["check"])

    assert 1 == result.exit_code
    assert "VOICEBOT_HANDOFF__NUMBER" in result.output
    assert "E.164" in result.output


def test_check_names_the_carriers_that_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_ASTERISK__PASSWORD", "an-exchange-password")
    monkeypatch.setenv("VOICEBOT_PLIVO__AUTH_TOKEN", "a-token")
    monkeypatch.setenv("VOICEBOT_PUBLIC_URL", "https://bot.example.com")
    result = CliRunner().invoke(main, ["check"])

    assert 0 == result.exit_code, result.output
    assert "carrier: plivo, asterisk" in result.output


@pytest.mark.parametrize(
    ("setting", "value", "mistake"),
    [
        ("PLIVO__AUTH_TOKEN", "a-token", "VOICEBOT_PLIVO__AUTH_TOKEN is set without"),
        ("TELNYX__PUBLIC_KEY", "no key", "must be the account's public key"),
        ("TEST_PHONE__TOKEN", "short", "must have 16 characters or more"),
    ],
)
def test_a_carriers_settings_are_checked(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, mistake: str
) -> None:
    monkeypatch.setenv(f"VOICEBOT_{setting}", value)
    result = CliRunner().invoke(main, ["check"])

    assert 1 == result.exit_code
    assert mistake in " ".join(result.output.split())


def test_several_workers_need_postgres(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    monkeypatch.setenv("VOICEBOT_WORKERS", "1")
    result = CliRunner().invoke(main, ["serve", "--workers", "2"])

    assert 1 == result.exit_code
    assert "several workers need PostgreSQL" in result.output
