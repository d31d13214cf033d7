"""What people read in a terminal, and programs as JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from dialogue.brief import Why
from dialogue.briefing import brief_of
from dialogue.loading import load_domain
from dialogue.state import DialogueState
from tests.folds import stories
from tests.folds.stories import Story, journal
from voicebot.commands.rendering import (
    calls_json,
    calls_table,
    clock,
    entry_text,
    json_text,
    metrics_table,
    transcript_json,
    transcript_table,
)
from voicebot.folds.metrics import metrics_of
from voicebot.folds.transcript import transcript_of
from voicebot.journal import (
    CallAnswered,
    CallerTurnEnded,
    CallId,
    Entry,
    HandoffDecided,
    ToolCalled,
    Transcribed,
)
from voicebot.store import CallRow, CallState

HOSTILE = "\x1b]0;pwned\x07\x9b31m [bold]=1+1[/bold] \u202eevil\u2028\0\ud800 </script>"


def shown(renderable: RenderableType, *, colour: bool = False) -> str:
    output = io.StringIO()
    Console(file=output, width=120, force_terminal=colour, color_system=None).print(renderable)
    return output.getvalue()


def lines(story: Story) -> list[str]:
    text = shown(transcript_table(transcript_of(journal(story))))
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def row(state: CallState = CallState.ENDED, cause: str = "") -> CallRow:
    return CallRow(
        call_id=CallId("4f1a"),
        carrier_call_id="CA77",
        channel="phone",
        domain="retail",
        caller="+15550100",
        called="+15550199",
        answered_at=1_790_000_000.0,
        ended_at=1_790_000_083.4 if state is CallState.ENDED else None,
        disposition="resolved" if state is CallState.ENDED else "",
        cause=cause,
        process_id="p",
        state=state,
        last_at=83.4,
    )


def test_a_transcript_tells_who_when_what_and_how_long_the_answer_took() -> None:
    assert [
        "time who words answer",
        "0:00.2 bot Hello, this is the shop. How can I help?",
        "0:03.4 caller How do I return something?",
        "0:05.4 bot You can return anything within thirty days. Keep the [box and the receipt.] "
        "(interrupted) 0.42 s",
        "0:08.0 caller What about shoes?",
        "0:08.4 · barged in: interruption (words) after 0.40 s: “Stop”, "
        "97% likely to want the floor",
        "0:09.5 bot Shoes too. 0.50 s",
        "0:11.0 · stream ended: stop",
        "0:11.0 caller_hung_up",
    ] == lines(stories.BARGE_IN)


def test_keys_tools_silences_and_handoffs_are_told_in_line() -> None:
    told = lines(stories.CLEARED) + lines(stories.TOOL)
    for line in [
        "0:05.8 caller 0",
        "0:05.8 · handoff: service: asked for a person",
        "0:05.3 → order_status: ok (1.77 s)",
        "0:14.4 · no input: 1",
    ]:
        assert line in told


def test_a_handoff_tells_its_brief() -> None:
    brief = brief_of(load_domain("retail"), DialogueState("retail", caller="15550100"), Why.ASKED)
    told = lines(
        [
            (0.0, CallAnswered("call", "phone", "retail", 0.0)),
            (2.0, HandoffDecided("orders", brief.reason, (), brief.to_json())),
            (3.0, HandoffDecided("orders", "asked again", (), {"why": "no brief"})),
        ]
    )
    for line in [
        "0:02.0 · handoff: orders: the caller asked for a person",
        "0:02.0 caller name not known, calling from 15550100",
        "0:02.0 wants did not say what it is about",
        "0:02.0 tried nothing yet",
    ]:
        assert line in told
    assert any("not a brief of this version" in line for line in told)


def test_what_is_open_is_marked_as_open() -> None:
    told = lines(stories.TRUNCATED)
    assert told[3].endswith("thirty days. Keep the box and the receipt. [?] 0.42 s")
    assert "0:07.4 no end in the journal: in progress, or ended abnormally" == told[-1]
    assert "0:09.0 caller And also …" in lines(stories.TOO_EARLY)
    assert "0:03.4 caller (no words)" in lines(stories.BROKEN)


def test_the_waterfall_of_each_answer() -> None:
    table = shown(metrics_table(metrics_of(journal(stories.BARGE_IN))))
    words = [line.split() for line in table.splitlines()]
    assert [
        ["turn", "detect", "transcribe", "endpoint", "understand", "tools", "speak", "answer"],
        ["1", "100", "250", "0", "30", "0", "40", "420", "ms"],
        ["2", "100", "200", "0", "50", "0", "150", "500", "ms"],
        ["p50", "420", "ms"],
        ["p95", "500", "ms"],
    ] == words


def test_an_unanswered_turn_says_so() -> None:
    table = shown(metrics_table(metrics_of(journal(stories.BROKEN))))
    assert ["1", "none"] == table.splitlines()[1].split()


def test_the_list_of_calls() -> None:
    rows = [
        row(),
        row(cause="goodbye"),
        row(CallState.ENDED_ABNORMALLY),
        row(CallState.IN_PROGRESS),
    ]
    head, *lines = (" ".join(line.split()) for line in shown(calls_table(rows)).splitlines())
    assert "call answered length channel domain outcome" == head
    assert lines[0].startswith("4f1a 2026-09-2")
    assert [
        "1:23.4 phone retail resolved",
        "1:23.4 phone retail resolved: goodbye",
        "1:23.4 phone retail ended abnormally",
        "1:23.4 phone retail in progress",
    ] == [" ".join(line.split()[3:]) for line in lines]


def test_a_phone_number_is_not_in_the_list_that_people_leave_on_their_screens() -> None:
    assert "+1555" not in shown(calls_table([row()]))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.0, "0:00.0"), (59.96, "1:00.0"), (62.34, "1:02.3"), (3600.0, "60:00.0"), (-1.0, "0:00.0")],
)
def test_the_call_clock(seconds: float, expected: str) -> None:
    assert expected == clock(seconds)


def test_a_journal_entry_is_one_line() -> None:
    entry = Entry(0, 1.5, Transcribed(1, "two\nlines", float("nan"), 1.0, 0.25, 0.0, "base"))
    assert (
        '    1.500  Transcribed  utterance=1 text="two\\nlines" avg_logprob=nan '
        'audio_seconds=1.000 decode_seconds=0.250 queued_seconds=0.000 model="base" fallback=false'
    ) == entry_text(entry).plain


def test_hostile_words_do_not_reach_the_terminal_and_are_no_markup() -> None:
    transcript = transcript_of(
        journal(
            [
                (1.0, CallerTurnEnded(1, HOSTILE, 0.0, 1.0, digits=HOSTILE)),
                (1.0, ToolCalled(HOSTILE, "k", {}, side_effect=False)),
            ]
        )
    )
    entry = Entry(0, 0.0, CallerTurnEnded(1, HOSTILE, 0.0, 1.0))
    for text in (
        shown(transcript_table(transcript)),
        shown(calls_table([row(cause=HOSTILE)])),
        shown(entry_text(entry)),
    ):
        assert "[bold]=1+1[/bold]" in text, "markup is text"
        assert set("\x1b\x07\x9b\u202e\u2028\0\ud800").isdisjoint(text)


def test_json_has_a_version_and_everything_that_is_known() -> None:
    entries = journal(stories.TOOL)
    data = json.loads(transcript_json(transcript_of(entries), metrics_of(entries)))
    assert 1 == data["version"]
    assert ("4f1a", "resolved", 21.5) == (
        data["call"]["call_id"],
        data["call"]["disposition"],
        data["call"]["ended"],
    )
    assert ["assistant", "caller", "assistant", "assistant"] == [
        turn["speaker"] for turn in data["turns"]
    ]
    answer = data["turns"][2]
    assert 2.25 == answer["latency"]
    assert "order_status" == answer["tools"][0]["tool"]
    assert ["heard", "heard"] == [segment["fate"] for segment in answer["segments"]]
    assert [{"at": 14.4, "kind": "no input", "detail": "1", "brief": {}}] == data["remarks"]
    assert 2.25 == data["metrics"]["latency_p95"]
    assert 1.79 == data["metrics"]["responses"][0]["stages"]["tools"]
    assert data["metrics"]["contained"]


def test_json_without_metrics() -> None:
    assert "metrics" not in json.loads(transcript_json(transcript_of([])))


def test_the_list_of_calls_as_json() -> None:
    (call,) = json.loads(calls_json([row(CallState.IN_PROGRESS)]))["calls"]
    assert ("4f1a", "in progress", None) == (call["call_id"], call["state"], call["ended_at"])


def test_counts_by_name_are_objects() -> None:
    entries = journal(stories.BARGE_IN)
    data = json.loads(transcript_json(transcript_of(entries), metrics_of(entries)))
    assert {"words": 1} == data["metrics"]["interruptions"]


any_text = st.text(st.characters(exclude_categories=()))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.floats() | any_text,
        lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
        max_leaves=10,
    )
)
def test_json_is_strict_says_the_same_and_is_safe_to_show(data: Any) -> None:
    text = json_text(data)
    text.encode("utf-8")
    assert set("\x1b\x07\x7f\x9b\u202e\u2028\0").isdisjoint(text)
    assert in_json(data) == json.loads(text, parse_constant=lambda name: pytest.fail(name))


def in_json(data: Any) -> Any:
    match data:
        case float():
            finite = data - data == 0
            return round(data, 6) if finite else None
        case list():
            return [in_json(item) for item in data]
        case dict():
            return {key: in_json(item) for key, item in data.items()}
        case _:
            return data
