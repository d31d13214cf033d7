"""`voicebot chat` as a program drives it: a line in, a line of JSON out."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from voicebot.cli import main
from voicebot.commands.chat import LONGEST_LINE

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOICEBOT_SHOP_PATH", str(tmp_path / "shop.sqlite3"))


def chat(given: str | bytes, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["chat", "--json", *options], input=given)
    assert 0 == result.exit_code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_gets_one_reply_with_what_was_done() -> None:
    replies = chat("where is my order\nfour four one one seven\nno thanks\nstill there?\n")

    assert [0, 1, 2, 3] == [reply["turn"] for reply in replies]
    assert ["code", "open"] == [reply["expects"] for reply in replies[1:3]]
    assert ("order_status", "order_status") == (replies[1]["intent"], replies[1]["task"])
    assert replies[1]["confidence"] > 0.5
    told = replies[2]
    assert "on its way" in told["text"]
    assert {"order": "44117"} == told["slots"]
    [tool] = told["tools"]
    assert ("find_order", {"order": "44117"}, "on_its_way", "") == (
        tool["name"],
        tool["arguments"],
        tool["outcome"],
        tool["error"],
    )
    assert "call_tool" in [act["kind"] for act in told["acts"]]
    assert [False, False, False, True] == [reply["ended"] for reply in replies]
    assert "resolved" == replies[3]["disposition"]


def test_a_hand_over_says_to_whom_why_and_what_is_known() -> None:
    """In a hotline whose people have no hours, so that the time of day does not matter."""
    CliRunner().invoke(main, ["domain", "new", "sunny"])
    last = chat("where can I park\nI want to talk to a human\n", "--domain", "sunny")[-1]

    assert (True, "transferred") == (last["ended"], last["disposition"])
    assert "service" == last["handoff"]["queue"]
    assert "asked for a person" in last["handoff"]["reason"]
    assert "where we are" in " ".join(last["handoff"]["summary"])


def test_the_number_of_the_caller_is_known() -> None:
    assert (
        "2 0 2 5 5 5 0 1 4 3" in chat("call me back\n", "--caller", "+1 202 555 0143")[-1]["text"]
    )


def test_silences_noise_and_endless_lines_get_their_reply_too() -> None:
    endless = b"x" * (3 * LONGEST_LINE) + b"\n"
    given = b"\n   \n\xff\xfe\x00\n" + endless + "été ¿qué? 你好\n".encode() + b"where is my order"
    replies = chat(given)

    assert list(range(7)) == [reply["turn"] for reply in replies]
    assert all(reply["text"] for reply in replies)
    assert "still there" in replies[1]["text"]


def test_no_input_is_a_greeting_and_no_more() -> None:
    assert [0] == [reply["turn"] for reply in chat("")]


def test_a_hotline_in_a_folder_can_be_talked_to(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["domain", "new", "sunny"])
    replies = chat("until when are you there today\n", "--domain", "sunny")

    assert "assistant of Sunny" in replies[0]["text"]
    assert "nine to five" in replies[1]["text"]


def test_a_hotline_with_mistakes_is_one_clear_error(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["domain", "new", "sunny"])
    (tmp_path / "sunny" / "tools.yaml").unlink()
    result = CliRunner().invoke(main, ["chat", "--json", "--domain", "sunny"], input="hi\n")

    assert 1 == result.exit_code
    assert "" == result.stdout
    assert "tools.yaml:1: the file is missing" in result.stderr


def test_in_a_browser_it_is_a_page_of_this_machine(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "voicebot", "chat", "--page", "--port", "0"]
    environment = os.environ | {
        "VOICEBOT_DATABASE_URL": f"sqlite:///{tmp_path / 'calls.sqlite3'}",
        "VOICEBOT_DOMAIN": "clinic",
    }
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        assert address.startswith("http://127.0.0.1:")
        with httpx.Client(trust_env=False) as browser:
            assert "<h1>Elm Park Clinic</h1>" in browser.get(address).text
            opened = browser.post(address).json()
            told = browser.post(
                f"{address}/{opened['id']}/messages", json={"text": "when are you open"}
            ).json()
        assert told["events"][1]["cards"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["chat", "--page", "--port", port])
    assert 1 == result.exit_code
    assert f"port {port} cannot be used: Address already in use" in result.output
