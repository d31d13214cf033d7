"""Intents from a CSV file, as `voicebot classify` is typed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from voicebot.cli import main
from voicebot.commands.classification import ExamplesError, read_examples, show_progress

PARCELS = """text,intent
where is my parcel,track
"has it been sent, and when",track
when does my order arrive,track
track my package please,track
I want my money back,refund
please refund me,refund
when is the money returned to my account,refund
give me a refund for this,refund
what is the weather like,oos
play some jazz,oos
who won the match last night,oos
set a timer for ten minutes,oos
"""


def classified(folder: Path, lines: str) -> Result:
    return CliRunner().invoke(main, ["classify", str(folder)], input=lines)


def answers(folder: Path, lines: str) -> list[dict[str, Any]]:
    result = classified(folder, lines)
    assert 0 == result.exit_code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def wrong(folder: Path, text: str) -> str:
    (folder / "examples.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ExamplesError) as caught:
        read_examples(folder)
    return str(caught.value)


@pytest.mark.models
def test_each_line_is_answered_also_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "examples.csv").write_text(PARCELS, encoding="utf-8")
    lines = (
        "do you know where my parcel has got to\n\nI would like to be refunded\n…\ntell me a joke"
    )
    found = answers(tmp_path, lines)

    assert ["track", "", "refund", ""] == [answer["intent"] for answer in found[:4]]
    assert [True, False, True, False, False] == [answer["in_scope"] for answer in found]
    assert all(set(answer) == {"intent", "confidence", "in_scope"} for answer in found)
    assert all(0 <= answer["confidence"] <= 1 for answer in found)
    assert found[4]["intent"] in ("track", "refund")


@pytest.mark.models
def test_one_example_of_each_of_two_intents_is_enough(tmp_path: Path) -> None:
    (tmp_path / "examples.csv").write_text(
        "\ufeffIntent,Text\r\nopening_hours,when are you open\r\nCancelOrder,stop it\r\n",
        encoding="utf-8",
    )
    found = answers(tmp_path, "what time do you close\nplease cancel my order\n" + "la " * 9000)

    assert ["opening_hours", "CancelOrder"] == [answer["intent"] for answer in found[:2]]
    assert 3 == len(found)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "the first line is `text,intent`"),
        ("text;intent\nhello;greet\n", 1, "the column `text` and `intent` is missing"),
        ("text,label\nhello,greet\n", 1, "the column `intent` is missing"),
        ("text,intent\nhello,greet\nbye\n", 3, "1 column instead of text,intent"),
        ("text,intent\nhello,greet\n,greet\n", 3, "the text is empty"),
        ("text,intent\nhello,greet\n\nbye,\n", 4, "the intent is empty"),
        ('text,intent\n"two\nlines",greet\nbye\n', 4, "1 column"),
        ('text,intent\nhello,greet\n"he said "hi" to me",greet\n', 3, "quotes"),
        ('text,intent\n"never closed,greet\n', 2, "no CSV row"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    message = wrong(tmp_path, text)

    assert f"examples.csv:{line}: " in message
    assert told in message


def test_one_intent_is_no_choice(tmp_path: Path) -> None:
    assert "only `greet`" in wrong(tmp_path, "text,intent\nhello,greet\nwhat is love,oos\n")


def test_many_mistakes_are_cut_short(tmp_path: Path) -> None:
    assert "and 15 more" in wrong(tmp_path, "text,intent\n" + "hello\n" * 25)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    result = classified(tmp_path, "hello\n")

    assert 1 == result.exit_code
    assert "examples.csv is missing" in result.output
    assert "Traceback" not in result.output


def test_other_encodings_are_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "examples.csv").write_bytes("text,intent\ncafé,order\n".encode("latin-1"))
    with pytest.raises(ExamplesError, match="not UTF-8"):
        read_examples(tmp_path)


def test_progress_is_shown_to_people_only() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    show = show_progress(terminal)
    assert show is not None
    for done in (0.004, 0.5, 0.501, 1.0):
        show(done)
    assert "\rlearning: 0 %\rlearning: 50 %\rlearning: 100 %\n" == terminal.getvalue()
    assert show_progress(StringIO()) is None
