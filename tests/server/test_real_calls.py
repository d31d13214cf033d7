"""Whole calls with real models, over a real websocket, heard at the caller's ear.

The twins of `tests/calls`: recorded callers ring a real server, and the journal and the caller's
ear must agree on what happened. Nothing here depends on how fast the machine is.
"""

from __future__ import annotations

import asyncio
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from telephony.simulator import (
    AfterBot,
    CallerLine,
    CallRecording,
    During,
    EndedBy,
    SimulatedCaller,
    run_calls,
)
from telephony.simulator.script import When
from tests.server.conftest import TOKEN, Server
from voicebot.folds.replay import replay_turns
from voicebot.folds.transcript import Speaker, Transcript, transcript_of
from voicebot.journal import BargedIn, CallerTurnEnded, Entry, SpeechCut, SpeechHeard, ToolAnswered
from voicebot.media.recordings import read_ulaw
from voicebot.turntaking.policy import TurnPolicy

pytestmark = [pytest.mark.models, pytest.mark.timeout(240)]

FIXTURES = Path(__file__).parent.parent.parent / "audio_fixtures"


@cache
def recordings() -> dict[str, list[Path]]:
    """Return the project's clear recordings by their text, several voices each."""
    found: dict[str, list[Path]] = {}
    for entry in tomllib.loads((FIXTURES / "manifest.toml").read_text())["recording"]:
        if entry.get("clear"):
            found.setdefault(entry["text"], []).append(FIXTURES / entry["file"])
    return found


def line(text: str, voice: int = 0, when: When | None = None) -> CallerLine:
    paths = recordings()[text]
    return CallerLine(read_ulaw(paths[voice % len(paths)]), text, when or AfterBot())


def caller(server: Server, lines: list[CallerLine], **options: Any) -> SimulatedCaller:
    return SimulatedCaller(
        server.voice_url, lines, auth_token=TOKEN, hang_up_after=15.0, max_seconds=120.0, **options
    )


def journal(server: Server, recording: CallRecording) -> list[Entry]:
    rows = server.store.calls(100)
    call_id = next(row.call_id for row in rows if row.carrier_call_id == recording.call_sid)
    return server.store.entries(call_id)


def said_by_bot(transcript: Transcript) -> str:
    return " ".join(t.text for t in transcript.turns if t.speaker is Speaker.ASSISTANT)


@pytest.fixture(scope="module")
def calls(server: Server) -> dict[str, CallRecording]:
    """Three different callers at once, placed once for all tests here."""
    placed = {
        "returns": caller(
            server,
            [
                line("What is your return policy?", 0),
                line("Sorry, stop. Where is my order?", 0, During(3.0)),
                CallerLine(label="44117", digits="44117", when=AfterBot()),
                line("Thanks, goodbye.", 2),
            ],
        ),
        "person": caller(server, [line("Can I speak to a person please?", 1)]),
        "hours": caller(
            server,
            [
                line("What are your opening hours?", 1),
                line("Thanks, goodbye.", 2),
            ],
        ),
    }
    results = asyncio.run(run_calls(list(placed.values())))
    return dict(zip(placed, results, strict=True))


def test_every_caller_is_greeted_and_answered(calls: dict[str, CallRecording]) -> None:
    for recording in calls.values():
        assert recording.greeted_at is not None
        assert [] == [turn.label for turn in recording.turns if turn.answered_at is None]


def test_an_order_is_found_and_the_call_ends_by_the_bot(
    server: Server, calls: dict[str, CallRecording]
) -> None:
    entries = journal(server, calls["returns"])
    transcript = transcript_of(entries)

    assert EndedBy.BOT == calls["returns"].ended_by
    assert "resolved" == transcript.call.disposition
    assert ["44117"] == [t.digits for t in transcript.turns if t.digits]
    assert [True] == [e.event.ok for e in entries if isinstance(e.event, ToolAnswered)]
    assert "4 4 1 1 7" in said_by_bot(transcript)


def test_an_interruption_silences_the_bot_at_the_ear(
    server: Server, calls: dict[str, CallRecording]
) -> None:
    entries = journal(server, calls["returns"])
    barge_in = next(entry for entry in entries if isinstance(entry.event, BargedIn))
    turn = calls["returns"].turns[1]
    cuts = [entry.event for entry in entries if isinstance(entry.event, SpeechCut)]
    heard = {entry.event.segment for entry in entries if isinstance(entry.event, SpeechHeard)}

    assert turn.overlapped
    assert turn.yielded_at is not None
    # The caller's ear and the journal tell of the same moment, on the same clock.
    assert barge_in.at == pytest.approx(turn.yielded_at, abs=0.5)
    assert any(cut.unheard for cut in cuts)
    assert not {cut.segment for cut in cuts} & heard


def test_a_person_is_rung_after_the_announcement_was_heard(
    server: Server, calls: dict[str, CallRecording]
) -> None:
    recording = calls["person"]

    assert "transferred" == transcript_of(journal(server, recording)).call.disposition
    assert "<Dial" in recording.twiml_log[-1].body or any(
        "<Dial" in document.body for document in recording.twiml_log
    )
    assert any("+15550109999" in document.body for document in recording.twiml_log)


def test_a_question_is_answered_from_its_article(
    server: Server, calls: dict[str, CallRecording]
) -> None:
    transcript = transcript_of(journal(server, calls["hours"]))
    sources = {source for turn in transcript.turns for source in turn.sources}

    assert "article:opening_hours" in sources
    assert "resolved" == transcript.call.disposition


def test_the_journal_of_a_real_call_replays_to_the_same_turns(
    server: Server, calls: dict[str, CallRecording]
) -> None:
    for recording in calls.values():
        entries = journal(server, recording)

        assert any(isinstance(entry.event, CallerTurnEnded) for entry in entries)
        assert [] == [str(difference) for difference in replay_turns(entries, TurnPolicy())]


def test_the_recording_of_a_call_can_be_kept(
    calls: dict[str, CallRecording], tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    calls["hours"].save_wav(path)

    assert path.stat().st_size > 2 * 2 * 8_000 * 5
