"""What the benchmarks stand on: their recordings, their servers, and whose clock is whose."""

import asyncio
import sys

import pytest

from bench import callers, journalled
from bench.hearing import is_right
from bench.servers import ServerFailed, System, running
from voicebot.journal import (
    BargedIn,
    CallAnswered,
    CallerTurnEnded,
    Entry,
    JournalEvent,
    SpeechQueued,
    SpeechStarted,
    StreamStarted,
)

SECOND = 8_000

MINIMAL_SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def journal(*events: tuple[float, JournalEvent]) -> list[Entry]:
    return [Entry(seq, at, event) for seq, (at, event) in enumerate(events)]


ANSWERED = CallAnswered("c1", "phone", "retail", 1_700_000_000.0)


def test_every_line_of_every_caller_is_recorded_and_has_words_to_expect() -> None:
    for caller in callers.CALLERS:
        lines = callers.script(caller)

        assert [line.recording for line in caller.lines] == [line.label for line in lines]
        assert all(len(line.audio) > SECOND // 2 for line in lines)
        assert all(line.right for line in caller.lines)


def test_no_caller_says_the_same_twice_since_turns_are_told_apart_by_their_recording() -> None:
    for caller in callers.CALLERS:
        recordings = [line.recording for line in caller.lines]

        assert len(set(recordings)) == len(recordings)


def test_a_dictated_number_falls_back_to_synthesis_without_the_development_recordings() -> None:
    line = callers.Line("human:nobody:44117", ("way",), instead="speech/number_44117-june")
    if callers.SHARED.is_dir():
        with pytest.raises(callers.RecordingsMissing, match="no 4 said by nobody"):
            callers.audio(line)
    else:
        assert callers.audio(line) == callers.audio(callers.Line(line.instead, ()))


def test_background_noise_lasts_as_long_as_the_call() -> None:
    noise = callers.background("noise/line_noise", 7.0)

    assert len(noise.audio) >= 7 * SECOND


def test_an_answer_is_right_when_it_holds_an_expected_word() -> None:
    assert is_right("It's on its Way.", ("way", "arrive"))
    assert not is_right("Sorry, I missed that.", ("way", "arrive"))


async def test_a_server_is_started_watched_and_stopped() -> None:
    system = System("minimal", (sys.executable, "-c", MINIMAL_SERVER, "{port}"))
    async with running(system) as server:
        assert server.process.is_running()
        assert server.resident_bytes() > 1_000_000
        assert server.cpu_seconds() > 0

    assert not server.process.is_running()


async def test_a_server_that_does_not_start_fails_with_its_last_words() -> None:
    system = System("broken", (sys.executable, "-c", "raise SystemExit('no such model')"))
    with pytest.raises(ServerFailed, match="broken did not start: no such model"):
        async with asyncio.timeout(30), running(system):
            pass


async def test_settings_made_for_another_server_do_not_reach_the_measured_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VOICEBOT_TWILIO__AUTH_TOKEN", "secret")
    monkeypatch.setenv("VOICEBOT_MODELS__WHISPER", "tiny.en")
    tell = "import os; raise SystemExit(str([k for k in os.environ if k.startswith('VOICEBOT_')]))"
    with pytest.raises(ServerFailed, match=r"start: .'VOICEBOT_MODELS__WHISPER'.$"):
        async with asyncio.timeout(30), running(System("telling", (sys.executable, "-c", tell))):
            pass


def answered_turn(*speech: tuple[float, str]) -> list[Entry]:
    """A turn that ended at 5.0 on the server's clock, whose stream started at 0.5."""
    events: list[tuple[float, JournalEvent]] = [
        (0.0, ANSWERED),
        (0.5, StreamStarted("MZ1")),
        (5.3, CallerTurnEnded(1, "where is my order", started=3.0, ended=5.0)),
    ]
    for number, (at, source) in enumerate(speech):
        events.append((at, SpeechQueued(f"s{number}", "…", turn=1, source=source)))
        events.append((at, SpeechStarted(f"s{number}")))
    return journal(*events)


def test_an_answer_without_a_filler_counts_from_where_it_was_heard() -> None:
    entries = answered_turn((5.4, "article:returns"))

    assert journalled.answer_without_filler(entries, spoke_to=4.5, heard_at=5.0) == 5.0


def test_a_filler_does_not_stop_the_clock() -> None:
    entries = answered_turn((5.4, "filler"), (7.4, "flow:order_status"))

    assert journalled.answer_without_filler(entries, spoke_to=4.5, heard_at=5.0) == pytest.approx(
        6.9
    )


def test_an_apology_is_no_answer() -> None:
    entries = answered_turn((9.0, "prompt:apology"))

    assert journalled.answer_without_filler(entries, spoke_to=4.5, heard_at=8.6) is None


def test_what_is_said_after_the_callers_next_line_is_no_answer_to_this_one() -> None:
    entries = answered_turn((9.0, "prompt:apology"), (12.0, "article:returns"))

    assert journalled.answer_without_filler(entries, 4.5, heard_at=8.6, until=10.0) is None
    assert journalled.answer_without_filler(entries, 4.5, heard_at=8.6) == 11.5


def test_without_a_journal_the_ear_decides() -> None:
    assert journalled.answer_without_filler([], spoke_to=9.0, heard_at=9.6) == 9.6


def test_the_decision_to_yield_is_told_on_the_callers_clock() -> None:
    entries = journal((0.0, ANSWERED), (0.5, StreamStarted("MZ1")), (6.0, BargedIn(0.4, "speech")))

    assert journalled.barge_in_decided_at(entries) == 5.5
    assert journalled.barge_in_decided_at(entries[:2]) is None
