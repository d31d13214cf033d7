"""What is measured of a call in the duplex benchmark, on tracks made by hand."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.duplex.corpus import OWN_ECHO_GAIN, Event
from bench.duplex.judging import Call, judge, stray_stops
from bench.duplex.line import ECHO_GAIN, CallLine, at_power
from bench.duplex.measures import (
    Reference,
    Silence,
    decoded,
    ducking,
    longest_pause,
    silence_after,
    speaks_at,
)
from bench.duplex.outcomes import Outcome, TurnOutcome
from bench.duplex.player import EventPlayer, Played
from bench.duplex.summary import Rate, Spread
from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, gain_table, pcm16_to_ulaw
from telephony.simulator import AudibleMeter, CallerLine, CallRecording, EndedBy, Spoken
from telephony.simulator.loudness import audible_spans
from telephony.simulator.recording import measure_turns
from voicebot.journal import BargedIn, Entry, OverlapIgnored, SpeechCut, StreamStarted

SECOND = SAMPLE_RATE


def _speech(seconds: float, seed: int = 3) -> bytes:
    """Return noise that swells as syllables do: the same nowhere, never silent for long."""
    rng = np.random.default_rng(seed)
    size = round(seconds * SECOND)
    swell = 0.65 + 0.35 * np.sin(2 * np.pi * 4 * np.arange(size) / SECOND)
    samples = np.clip(rng.standard_normal(size) * swell * 3000, -32768, 32767)
    return pcm16_to_ulaw(samples.astype("<i2").tobytes())


def _event(kind: str, seconds: float = 0.5, **facts: object) -> Event:
    samples: NDArray[np.float32] = np.full(round(seconds * SECOND), 0.1, np.float32)
    return Event(kind, f"{kind}/x", "words", "x", samples, (0.0, seconds), "figures", **facts)  # type: ignore[arg-type]


ANSWER = _speech(12.0)
REFERENCE = Reference([ANSWER])


def _recording(ear: bytes, spoken: Spoken) -> CallRecording:
    return CallRecording(
        call_sid="CA0123456789",
        caller_track=ULAW_SILENCE * len(ear),
        ear_track=ear,
        events=(),
        turns=measure_turns([spoken], ear),
        ended_by=EndedBy.CALLER,
        streams=(),
        twiml_log=(),
    )


def _judged(
    ear: bytes, kind: str, at: float, *decided: Entry, seconds: float = 0.5
) -> tuple[Outcome, list[TurnOutcome]]:
    event = _event(kind, seconds)
    begun, ended = round(at * SECOND), round((at + seconds) * SECOND)
    spoken = Spoken(CallerLine(b"", f"event 1 {event.label}"), begun, begun, ended)
    recording = _recording(ear, spoken)
    entries = (Entry(0, 0.0, StreamStarted("MZ")), *decided)
    outcomes, turns = judge(
        Call("ours", "clean", recording, [Played(event, spoken)], entries), REFERENCE
    )
    return outcomes[0], turns


class TestYields:
    """Whether, and when, the bot fell silent."""

    def test_a_bot_that_stops_yields_at_the_last_sample_heard(self) -> None:
        ear = ANSWER[: round(3.37 * SECOND)] + ULAW_SILENCE * 4 * SECOND
        barged = Entry(1, 3.3, BargedIn(0.3, "words", "interruption"))

        outcome, turns = _judged(ear, "interruption", 3.0, barged)

        assert "" == outcome.void
        assert outcome.stopped_after == pytest.approx(0.37, abs=0.011)
        assert "yield:interruption" == outcome.verdict
        assert 0.3 == outcome.decided_after
        assert [("interruption", None, False)] == [
            (t.kind, t.response, t.spoken_into) for t in turns
        ]

    def test_a_bot_that_stops_after_two_seconds_did_not_yield(self) -> None:
        ear = ANSWER[: round(5.1 * SECOND)] + ULAW_SILENCE * 4 * SECOND

        outcome, turns = _judged(ear, "interruption", 3.0)

        assert "" == outcome.void
        assert outcome.stopped_after is None
        assert [] == turns

    def test_a_short_pause_is_no_yield(self) -> None:
        hole = round(0.35 * SECOND)
        ear = bytearray(ANSWER)
        ear[4 * SECOND : 4 * SECOND + hole] = ULAW_SILENCE * hole

        outcome, _ = _judged(bytes(ear), "interruption", 3.5)

        assert outcome.stopped_after is None

    def test_a_pause_that_the_bot_makes_anyway_is_no_yield_either(self) -> None:
        hole = round(0.55 * SECOND)
        track = ANSWER[: 4 * SECOND] + ULAW_SILENCE * hole + ANSWER[4 * SECOND :]
        assert longest_pause(audible_spans(track)) == pytest.approx(0.55, abs=0.02)
        gap = Reference([track]).gap

        assert gap == pytest.approx(0.65, abs=0.02)
        assert silence_after(audible_spans(track), 3.5, 2.0, gap) is None
        assert silence_after(audible_spans(track), 3.5, 2.0, 0.4) == Silence(4.0, 4.55)

    def test_one_answer_that_was_begun_twice_does_not_lengthen_the_gap(self) -> None:
        hole = ULAW_SILENCE * SECOND
        twice = ANSWER[:SECOND] + hole + ANSWER

        assert 0.4 == Reference([ANSWER, twice, ANSWER]).gap

    @pytest.mark.parametrize(("decided", "yields"), [(0.45, True), (2.3, False)])
    def test_a_bot_in_a_pause_of_its_own_yields_when_it_decides(
        self, decided: float, yields: bool
    ) -> None:
        ear = ANSWER[: round(3.1 * SECOND)] + ULAW_SILENCE * 4 * SECOND
        barged = Entry(1, 3.0 + decided, BargedIn(0.3, "words"))
        queued = Entry(2, 3.5, SpeechCut("s", "a", "b"))

        outcome, _ = _judged(ear, "interruption", 3.0, barged, queued)

        assert (decided if yields else None) == outcome.stopped_after

    def test_the_end_of_what_the_bot_had_to_say_does_not_count(self) -> None:
        ear = ANSWER[: 4 * SECOND] + ULAW_SILENCE * 4 * SECOND

        outcome, turns = _judged(ear, "backchannel", 3.5)

        assert "the bot came to its own end" == outcome.void
        assert [] == turns

    def test_an_event_in_a_silence_does_not_count(self) -> None:
        ear = ANSWER[: 2 * SECOND] + ULAW_SILENCE * 3 * SECOND + ANSWER[2 * SECOND :]

        outcome, _ = _judged(ear, "cough", 3.5)

        assert "the bot was not speaking" == outcome.void
        assert not speaks_at(audible_spans(ear), 3.5)

    def test_long_side_speech_may_stop_the_bot_until_after_its_end(self) -> None:
        ear = ANSWER[: 6 * SECOND] + ULAW_SILENCE * 3 * SECOND
        cut = Entry(1, 5.9, SpeechCut("s", "a", "b"))

        outcome, _ = _judged(ear, "side_speech", 3.0, cut, seconds=2.5)

        assert outcome.stopped_after == pytest.approx(3.0, abs=0.011)

    def test_a_bot_that_answers_into_the_interruption_spoke_into_it(self) -> None:
        ear = ANSWER[: round(3.4 * SECOND)] + ULAW_SILENCE * SECOND + _speech(2.0, seed=9)
        barged = Entry(1, 3.3, BargedIn(0.3, "speech"))

        _, into = _judged(ear, "interruption", 3.0, barged, seconds=2.0)
        _, after = _judged(ear, "interruption", 3.0, barged, seconds=0.8)

        assert [(True, None)] == [(t.spoken_into, t.response) for t in into]
        assert not after[0].spoken_into
        assert after[0].response == pytest.approx(0.6, abs=0.011)


def test_a_call_in_which_the_caller_never_got_a_word_in_has_no_outcomes() -> None:
    spoken = Spoken(CallerLine(b"", "event 1"), 0, 0, 1)
    recording = replace(_recording(ANSWER, spoken), turns=())

    assert ([], []) == judge(Call("ours", "clean", recording, [], ()), REFERENCE)


class TestStrayStops:
    """A bot that stops although nobody did anything."""

    def test_yields_far_from_what_the_caller_did_are_counted(self) -> None:
        event = _event("noise")
        spoken = Spoken(CallerLine(b"", "event 1"), 3 * SECOND, 3 * SECOND, 4 * SECOND)
        recording = _recording(ANSWER, spoken)
        barged = [
            Entry(n, at + 0.5, BargedIn(0.4, "speech"))
            for n, at in enumerate((1.0, 3.2, 5.4, 5.6), start=1)
        ]
        entries = (Entry(0, 0.5, StreamStarted("MZ")), *barged)

        stops = stray_stops(Call("ours", "clean", recording, [Played(event, spoken)], entries))

        assert 2 == stops


class TestVoice:
    """How the bot's voice was lowered, and whether anything was lost."""

    def test_a_lowered_voice_is_measured_against_the_undisturbed_one(self) -> None:
        low = gain_table(0.25)
        begin, end = round(3.2 * SECOND), round(4.0 * SECOND)
        ear = ANSWER[:begin] + ANSWER[begin:end].translate(low) + ANSWER[end:]
        ignored = Entry(1, 3.9, OverlapIgnored(0.5, "words", "backchannel"))

        outcome, _ = _judged(ear, "backchannel", 3.0, ignored)

        assert outcome.stopped_after is None
        assert "ignore:backchannel" == outcome.verdict
        assert outcome.lowered_after == pytest.approx(0.2, abs=0.021)
        assert outcome.lowered_by == pytest.approx(12.0, abs=0.6)
        assert outcome.lowered_for == pytest.approx(0.8, abs=0.041)
        assert outcome.level_back_after == pytest.approx(0.5, abs=0.021)
        assert outcome.skipped == pytest.approx(0.0, abs=0.001)

    @pytest.mark.parametrize("lost", [0.3, -0.3])
    def test_lost_and_repeated_speech_is_found(self, lost: float) -> None:
        jump = round(3.5 * SECOND)
        ear = ANSWER[:jump] + ANSWER[jump + round(lost * SECOND) :]

        outcome, _ = _judged(ear, "noise", 3.0)

        assert outcome.skipped == pytest.approx(lost, abs=0.001)

    def test_the_same_speech_taken_up_after_a_false_stop(self) -> None:
        cut, again = round(3.4 * SECOND), round(3.2 * SECOND)
        ear = ANSWER[:cut] + ULAW_SILENCE * SECOND + ANSWER[again:]
        stopped = Entry(1, 3.35, SpeechCut("s", "a", "b"))

        outcome, _ = _judged(ear, "noise", 3.0, stopped)

        assert outcome.stopped_after == pytest.approx(0.4, abs=0.011)
        assert outcome.resumed_after == pytest.approx(0.9, abs=0.011)
        assert outcome.skipped == pytest.approx(-0.2, abs=0.011)

    def test_speech_that_is_not_in_the_reference_has_no_such_measure(self) -> None:
        outcome, _ = _judged(_speech(10.0, seed=77), "noise", 3.0)

        assert (None, None, None) == (outcome.lowered_by, outcome.skipped, outcome.resumed_after)

    def test_a_voice_that_stays_low_has_no_time_of_its_return(self) -> None:
        low = ducking([0.0, 0.0, -12.0, None, -12.0, -12.0], begin=1.0)

        assert low is not None
        assert 1.04 == low.begin
        assert -12.0 == low.depth
        assert low.end is None

    def test_one_low_frame_is_no_lowered_voice(self) -> None:
        assert ducking([0.0, -9.0, 0.0, 0.0], begin=0.0) is None


class TestLine:
    """What the line does to the caller's sound."""

    def test_a_clean_line_changes_nothing(self) -> None:
        frame = _speech(0.02)

        assert frame == CallLine()(frame, 0, bytearray())

    def test_noise_lies_fifteen_decibels_under_the_callers_level(self) -> None:
        bed = np.random.default_rng(1).standard_normal(SECOND).astype(np.float32)
        line = CallLine(bed=bed)

        sent = b"".join(
            line(ULAW_SILENCE * 160, start, bytearray()) for start in range(0, 2 * SECOND, 160)
        )

        power = 10 * np.log10(np.mean(decoded(sent).astype(np.float64) ** 2))
        assert power == pytest.approx(-35.0, abs=0.3)
        assert sent[:SECOND] == sent[SECOND:]

    def test_the_bot_comes_back_late_and_low(self) -> None:
        line = CallLine(echo_delay=0.25)
        ear = bytearray(ANSWER[:SECOND])

        sent = b"".join(line(ULAW_SILENCE * 160, start, ear) for start in range(0, 2 * SECOND, 160))

        late = round(0.25 * SECOND)
        assert ULAW_SILENCE * late == sent[:late]
        assert ULAW_SILENCE * (SECOND - late) == sent[SECOND + late :]
        heard, echo = decoded(bytes(ear)), decoded(sent)[late : SECOND + late]
        gain = 20 * np.log10(float(np.dot(heard, echo) / np.dot(heard, heard)))
        assert gain == pytest.approx(ECHO_GAIN, abs=0.2)

    def test_an_echo_lasts_as_long_as_it_is_asked_for(self) -> None:
        line = CallLine()
        line.echo_back(SECOND, SECOND + 320, 0.1, OWN_ECHO_GAIN)
        ear = bytearray(ANSWER)

        frames = [line(ULAW_SILENCE * 160, start, ear) for start in range(0, 2 * SECOND, 160)]

        changed = [index for index, frame in enumerate(frames) if frame != ULAW_SILENCE * 160]
        assert [50, 51] == changed

    def test_power_is_set_to_the_level(self) -> None:
        scaled = at_power(np.array([0.5, -0.5, 0.5, -0.5], np.float32), -20.0)

        assert np.allclose(np.abs(scaled), 0.1)


class TestPlayer:
    """A caller who asks, and does things while the answer is said."""

    def _call(self, player: EventPlayer, bot: bytes, seconds: float) -> None:
        meter = AudibleMeter()
        player.begin(0)
        for start in range(0, round(seconds * SECOND), 160):
            meter.advance(bytearray(bot), start)
            if player.wants_to_hang_up(start, meter):
                return
            player.next_frame(start, meter)

    def test_questions_come_after_silence_and_events_into_speech(self) -> None:
        greeting = ULAW_SILENCE * SECOND + ANSWER[: 2 * SECOND]
        bot = greeting + ULAW_SILENCE * 4 * SECOND + ANSWER + ULAW_SILENCE * 30 * SECOND
        events = [_event("noise"), _event("backchannel")]
        player = EventPlayer(events, [_event("turn", 1.5)], random.Random(4))

        self._call(player, bot, 40.0)

        kinds = [played.event.kind for played in player.played]
        begins = [played.spoken.began / SECOND for played in player.played]
        assert ["turn", "noise", "backchannel"] == kinds
        assert begins[0] == pytest.approx(4.5, abs=0.03)
        assert 8.0 <= begins[1] <= 10.05
        assert begins[2] - begins[1] >= 2.59
        assert () == player.left

    def test_a_question_without_an_answer_is_followed_by_another_one_later(self) -> None:
        bot = ANSWER[:SECOND] + ULAW_SILENCE * 20 * SECOND
        player = EventPlayer([_event("noise")], [_event("turn", 1.0)], random.Random(4))

        self._call(player, bot, 8.0)

        begins = [played.spoken.began / SECOND for played in player.played]
        assert begins == pytest.approx([2.5, 7.5], abs=0.03)

    def test_a_bot_that_cuts_itself_off_for_ever_is_left_too(self) -> None:
        bot = (ANSWER[: SECOND // 2] + ULAW_SILENCE * (SECOND // 2)) * 60
        player = EventPlayer([_event("noise")], [_event("turn", 1.0)], random.Random(4))
        meter = AudibleMeter()
        player.begin(0)
        left = 0

        for start in range(0, len(bot), 160):
            meter.advance(bytearray(bot), start)
            if player.wants_to_hang_up(start, meter):
                left = start
                break
            player.next_frame(start, meter)

        assert 45 * SECOND == left
        assert 1 == len(player.left)

    def test_a_listener_waits_for_a_late_answer_and_leaves_after_it(self) -> None:
        bot = ANSWER[:SECOND] + ULAW_SILENCE * 5 * SECOND + ANSWER[: 3 * SECOND]
        player = EventPlayer([], [_event("turn", 1.0)], random.Random(4), answers=1)
        meter = AudibleMeter()
        player.begin(0)
        left = 0

        for start in range(0, 15 * SECOND, 160):
            meter.advance(bytearray(bot), start)
            if player.wants_to_hang_up(start, meter):
                left = start
                break
            player.next_frame(start, meter)

        assert left / SECOND == pytest.approx(10.5, abs=0.03)

    def test_an_own_echo_is_given_to_the_line(self) -> None:
        bot = ANSWER[:SECOND] + ULAW_SILENCE * 3 * SECOND + ANSWER + ULAW_SILENCE * 5 * SECOND
        line = CallLine()
        player = EventPlayer(
            [_event("echo", 1.0, echo_delay=0.2)], [_event("turn", 1.0)], random.Random(4), line
        )

        self._call(player, bot, 20.0)

        begun = player.played[1].spoken.began
        assert ULAW_SILENCE * 160 != line(ULAW_SILENCE * 160, begun + 160, bytearray(bot))
        assert ULAW_SILENCE * 160 == line(ULAW_SILENCE * 160, begun - 160, bytearray(bot))

    def test_a_bot_that_never_speaks_again_is_left(self) -> None:
        player = EventPlayer([_event("noise")], [_event("turn", 1.0)], random.Random(4))
        meter = AudibleMeter()
        player.begin(0)

        assert not player.wants_to_hang_up(19 * SECOND, meter)
        assert player.wants_to_hang_up(20 * SECOND, meter)


class TestSummary:
    """Rates and percentiles."""

    def test_wilsons_interval(self) -> None:
        low, high = Rate(196, 200).interval

        assert low == pytest.approx(0.9497, abs=0.0005)
        assert high == pytest.approx(0.9922, abs=0.0005)
        assert (0.0, 1.0) == Rate(0, 0).interval
        assert Rate(0, 0).share is None

    def test_percentiles_are_values_that_were_measured(self) -> None:
        values = Spread(tuple(float(n) for n in range(1, 101)))

        assert 50.5 == values.mean
        assert 95.0 == values.percentile(0.95)
        assert Spread(()).percentile(0.5) is None
