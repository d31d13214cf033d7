"""docs/new-hotline.md does what it says: every file is written, every command run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicebot.cli import main

pytestmark = pytest.mark.models

WALK = (Path(__file__).parents[2] / "docs" / "new-hotline.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^`(?P<file>sunny/[^`]+)`(?P<add> \(add\))?\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```",
    re.M | re.S,
)


def blocks() -> Iterator[tuple[str, str, bool, str]]:
    """Yield (kind, file, whether it is added to, text) of each block in order."""
    for match in BLOCK.finditer(WALK):
        yield match["kind"], match["file"] or "", bool(match["add"]), match["text"]


def commands(text: str) -> Iterator[tuple[dict[str, str], list[str], str]]:
    """Yield (environment, arguments, what is typed) of each command of a block."""
    for command in re.split(r"^\$ ", text, flags=re.M)[1:]:
        first, *typed = command.splitlines()
        words = shlex.split(first)
        environment = dict(word.split("=", 1) for word in words[: words.index("voicebot")])
        lines = "".join(line.removeprefix("you: ") + "\n" for line in typed)
        yield environment, words[words.index("voicebot") + 1 :], lines


def test_the_walk_can_be_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    monkeypatch.setenv("VOICEBOT_SHOP_PATH", str(tmp_path / "shop.sqlite3"))
    ran: list[tuple[str, Result]] = []
    for kind, file, add, text in blocks():
        if kind == "console":
            for environment, arguments, typed in commands(text):
                result = CliRunner(env=environment).invoke(main, arguments, input=typed)
                assert 0 == result.exit_code, (arguments, result.output)
                ran.append((" ".join(arguments), result))
        else:
            assert file, text
            path = tmp_path / file
            before = path.read_text(encoding="utf-8") if add else ""
            assert add or not path.exists()
            path.write_text(before + text, encoding="utf-8")

    told = {command: result.output for command, result in ran}
    assert "Monday to Friday from 9 to 5" in told["chat --domain sunny"]
    assert "7 passed, 0 failed" in told["domain test sunny"]
    assert ": 0 errors" in told["domain check sunny"]
    assert 7 == len(ran)


def test_every_command_of_the_text_is_one() -> None:
    named = set(re.findall(r"voicebot (domain \w+|\w+)", WALK))
    known = set(main.commands) | {f"domain {name}" for name in main.commands["domain"].commands}  # type: ignore[attr-defined]
    assert named <= known
