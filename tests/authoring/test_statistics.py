"""Journals come to figures: contained, understood, handed over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.folds.stories import Story, decided, journal
from tests.store.calls import put
from voicebot.authoring.statistics import HotlineFigures, count_calls
from voicebot.cli import main
from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    Entry,
    HandoffDecided,
    NoInputNoticed,
    ReplyDecided,
    ToolAnswered,
    TurnRetracted,
)
from voicebot.store import open_store


def call(
    call_id: str, *story: object, domain: str = "retail", ends: str = "resolved"
) -> list[Entry]:
    events: list[object] = [CallAnswered(call_id, "phone", domain, 1_790_000_000.0), *story]
    if ends:
        events.append(CallEnded(ends))
    told: Story = [(10.0 * at, event) for at, event in enumerate(events)]  # type: ignore[misc]
    return journal(told)


def asked(turn: int, text: str, rule: str, intent: str = "") -> Iterator[object]:
    yield CallerTurnEnded(turn, text, 1.0, 2.0)
    yield ReplyDecided("user_turn", turn, (), {"rule": rule, "intent": intent}, 0.01)


CALLS = [
    call(
        "a",
        *asked(1, "where is my order", "flow:order_status", "order_status"),
        *asked(2, "44117", "slot"),
        ToolAnswered("find_order", "k1", True, {}, "", 0.1),
        *asked(3, "no thanks", "more:no", "no"),
    ),
    call(
        "b",
        *asked(1, "do you sell horses", "out_of_scope:1", "out_of_scope"),
        *asked(2, "mumble", "no_match:2"),
        ToolAnswered("find_order", "k2", False, {}, "TimeoutError", 4.0),
        HandoffDecided("orders", "the caller asked for a person", ()),
        ends="transferred",
    ),
    call("c", NoInputNoticed(1), NoInputNoticed(2), ends="abandoned"),
    call("d", *asked(1, "are you open", "article:opening_hours", "article:opening_hours"), ends=""),
    call("e", *asked(1, "hello", "reply:hello", "hello"), domain="clinic"),
]


def retail() -> HotlineFigures:
    return count_calls(CALLS)["retail"]


def test_each_hotline_is_counted_apart() -> None:
    assert {"clinic": 1, "retail": 4} == {n: f.calls for n, f in count_calls(CALLS).items()}


def test_a_call_is_contained_if_it_was_resolved_without_a_person() -> None:
    """One of three that ended: abandoned is not contained, and what goes on does not count yet."""
    assert retail().containment == pytest.approx(1 / 3)
    assert {"resolved": 1, "transferred": 1, "abandoned": 1, "unfinished": 1} == dict(
        retail().dispositions
    )


def test_turns_are_understood_or_not() -> None:
    figures = retail()
    assert (6, 1, 1, 2) == (figures.turns, figures.no_match, figures.out_of_scope, figures.silences)
    assert {"order_status": 1, "no": 1, "article:opening_hours": 1} == dict(figures.intents)
    assert ({"order_status": 1}, {"opening_hours": 1}) == (
        dict(figures.tasks),
        dict(figures.articles),
    )
    assert ["do you sell horses", "mumble"] == [lost.text for lost in figures.unanswered]


def test_hand_overs_and_failures_are_told_by_reason() -> None:
    figures = retail().to_json()
    assert {"the caller asked for a person": 1} == figures["handovers"]
    assert ({"find_order": 2}, {"find_order": 1}) == (figures["tools"], figures["tool_failures"])


def test_a_turn_that_was_not_over_counts_once() -> None:
    figures = count_calls(
        [
            call(
                "f",
                *asked(1, "where is", "no_match:1"),
                TurnRetracted(),
                *asked(1, "where is my order", "flow:order_status", "order_status"),
            )
        ]
    )["retail"]
    assert (1, 0, []) == (figures.turns, figures.no_match, figures.unanswered)


def test_nothing_is_no_share() -> None:
    empty = HotlineFigures("x").to_json()
    assert (None, None, None) == (
        empty["containment"],
        empty["no_match_rate"],
        empty["mean_seconds"],
    )


def test_the_command_reads_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", url)
    nothing = CliRunner().invoke(main, ["domain", "stats"])
    with open_store(url) as store:
        for entries in CALLS:
            answered = entries[0].event
            assert isinstance(answered, CallAnswered)
            put(store, answered.call_id, entries)
    both = json.loads(CliRunner().invoke(main, ["domain", "stats", "--json"]).output)
    one = json.loads(CliRunner().invoke(main, ["domain", "stats", "clinic", "--json"]).output)
    old = json.loads(CliRunner().invoke(main, ["domain", "stats", "--days", "1", "--json"]).output)
    shown = CliRunner().invoke(main, ["domain", "stats", "retail"])

    assert "no calls" in nothing.output
    assert ["clinic", "retail"] == [figures["hotline"] for figures in both["hotlines"]]
    assert ["clinic"] == [figures["hotline"] for figures in one["hotlines"]]
    assert [] == old["hotlines"]
    assert 0 == shown.exit_code
    for words in ("contained", "33 %", "the caller asked for a person", "do you sell horses"):
        assert words in shown.output


def test_decided_without_a_trace_is_a_turn_all_the_same() -> None:
    assert 1 == count_calls([call("g", decided(1))])["retail"].turns
