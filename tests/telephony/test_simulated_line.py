"""The simulator's machines, without a clock: playout, loudness, script and measures."""

import wave
from pathlib import Path

import pytest

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, gain_table, ulaw_to_pcm16
from telephony.simulator import AfterBot, At, CallerLine, CallRecording, During, EndedBy
from telephony.simulator.line import SimulatedLine
from telephony.simulator.loudness import BLOCK, AudibleMeter, audible_spans
from telephony.simulator.player import FRAME, KEY_INTERVAL, ScriptPlayer, Spoken
from telephony.simulator.playout import LONGEST_AHEAD, MOST_MARKS, CarrierBuffer
from telephony.simulator.recording import measure_turns
from tests.telephony.sounds import silence, tone

SECOND = SAMPLE_RATE


class TestCarrierBuffer:
    """What the carrier does with audio, by the sample."""

    def test_audio_is_played_in_order_and_in_real_time(self) -> None:
        """A burst plays on; after a gap, audio plays when it comes."""
        buffer = CarrierBuffer()

        buffer.play(b"a" * 160, now=100)
        buffer.play(b"b" * 160, now=110)
        buffer.play(b"c" * 10, now=1_000)

        expected = ULAW_SILENCE * 100 + b"a" * 160 + b"b" * 160 + ULAW_SILENCE * 580 + b"c" * 10
        assert expected == bytes(buffer.track)

    def test_a_mark_comes_back_when_its_audio_was_played(self) -> None:
        """Not before its last sample."""
        buffer = CarrierBuffer()
        buffer.play(bytes(160), now=100)
        buffer.mark("one", now=105)
        buffer.play(bytes(160), now=110)
        buffer.mark("two", now=110)

        assert 260 == buffer.next_due
        assert [[], ["one"], [], ["two"], []] == [
            buffer.due(now) for now in (259, 260, 419, 420, 999)
        ]
        assert buffer.next_due is None

    def test_a_mark_with_nothing_before_it_comes_back_at_once(self) -> None:
        """Twilio: "or at once if nothing is buffered"."""
        buffer = CarrierBuffer()
        buffer.play(bytes(160), now=0)
        buffer.mark("late", now=500)

        assert ["late"] == buffer.due(500)

    def test_clear_drops_what_was_not_played_and_returns_the_marks(self) -> None:
        """What was heard stays heard."""
        buffer = CarrierBuffer()
        for n in range(4):
            buffer.play(bytes([n]) * 160, now=0)
            buffer.mark(f"m{n}", now=0)
        assert ["m0"] == buffer.due(200)

        assert ["m1", "m2", "m3"] == buffer.clear(now=200)
        assert bytes([0]) * 160 + bytes([1]) * 40 == bytes(buffer.track)
        assert [] == buffer.due(10_000)

        buffer.play(b"x", now=210)
        assert ULAW_SILENCE * 10 + b"x" == bytes(buffer.track[200:])

    def test_ten_minutes_are_the_most(self) -> None:
        """Twilio discards more, with warning 31931."""
        buffer = CarrierBuffer()

        assert buffer.play(bytes(LONGEST_AHEAD), now=0)
        assert not buffer.play(b"x", now=0)
        assert buffer.play(b"x", now=1)

    def test_marks_are_bounded(self) -> None:
        """A server that only ever sends marks."""
        buffer = CarrierBuffer()
        buffer.play(b"x", now=0)

        taken = [buffer.mark("m", now=0) for _ in range(MOST_MARKS + 1)]

        assert (MOST_MARKS, 1) == (taken.count(True), taken.count(False))


class TestLoudness:
    """Above -50 dBFS over 10 ms."""

    def test_where_a_track_can_be_heard(self) -> None:
        """To the block."""
        track = silence(0.5) + tone(0.2) + silence(0.1) + tone(0.01)

        assert ((4_000, 5_600), (6_400, 6_480)) == audible_spans(track)
        assert () == audible_spans(silence(1)) == audible_spans(b"")

    def test_the_threshold(self) -> None:
        """A square wave of -49 dBFS is heard, one of -51 is not."""
        full = bytes([0x80, 0x00]) * SECOND
        for dbfs, heard in ((-49.0, True), (-51.0, False)):
            quiet = full.translate(gain_table(10 ** (dbfs / 20)))
            assert heard is bool(audible_spans(quiet))

    def test_a_meter_that_follows_finds_the_same(self) -> None:
        """In steps of any size, while the track grows behind it."""
        whole = silence(0.11) + tone(0.3) + silence(0.05) + tone(0.111) + silence(0.4)
        meter = AudibleMeter()
        for now in range(0, len(whole) + 1, 37):
            meter.advance(whole[: min(now, 4_568)], now)

        assert audible_spans(whole) == meter.spans
        assert meter.spans[-1][1] == meter.last_heard
        assert meter.spans[-1][0] == meter.latest_onset

    def test_when_something_is_heard_next(self) -> None:
        """From a sample on."""
        meter = AudibleMeter()
        meter.advance(silence(0.1) + tone(0.1) + silence(0.1) + tone(0.1), SECOND)

        assert [800, 1_200, 2_400, 3_000, None] == [
            meter.first_heard_since(sample) for sample in (0, 1_200, 1_600, 3_000, 3_200)
        ]


class Conversation:
    """A script played against a bot track that is known beforehand."""

    def __init__(
        self, lines: list[CallerLine], bot: bytes = b"", hang_up_after: float | None = None
    ) -> None:
        self.player = ScriptPlayer(lines, hang_up_after=hang_up_after)
        self.caller = bytearray()
        self.keys: list[tuple[float, str]] = []
        self.hung_up: float | None = None
        self._bot = bot
        self._meter = AudibleMeter()

    def run(self, seconds: float) -> list[tuple[str, float]]:
        """Play so long, and return when each line began."""
        for start in range(len(self.caller), round(seconds * SECOND), FRAME):
            self._meter.advance(self._bot[:start], start)
            if self.hung_up is None and self.player.wants_to_hang_up(start, self._meter):
                self.hung_up = start / SECOND
            frame = self.player.next_frame(start, self._meter)
            self.caller += frame.payload
            self.keys += [(start / SECOND, digit) for digit in frame.digits]
        return [(said.line.label, said.began / SECOND) for said in self.player.said]


class TestScript:
    """When a caller speaks."""

    def test_after_the_bot_has_spoken_and_is_quiet(self) -> None:
        """A breath in the middle is not the end."""
        bot = silence(0.2) + tone(1.0) + silence(0.3) + tone(0.5)
        talk = Conversation([CallerLine(tone(0.4), "hello", AfterBot(quiet=0.6))], bot)

        assert [("hello", 2.6)] == talk.run(5)
        assert silence(2.6) + tone(0.4) + silence(2.0) == bytes(talk.caller)

    def test_a_bot_that_says_nothing_is_waited_for_in_vain(self) -> None:
        """But not for ever, and a talkative one for as long as it talks."""
        silent = Conversation([CallerLine(tone(0.1), "a", AfterBot(max_wait=3.0))])
        talkative = Conversation([CallerLine(tone(0.1), "b", AfterBot(max_wait=3.0))], tone(6.0))

        assert [("a", 3.0)] == silent.run(8)
        assert [("b", 6.6)] == talkative.run(8)

    def test_the_next_line_waits_for_an_answer_to_the_last_one(self) -> None:
        """The greeting is no answer."""
        bot = tone(1.0) + silence(2.0) + tone(0.5)
        lines = [CallerLine(tone(0.5) + silence(0.2), "a"), CallerLine(tone(0.5), "b")]

        assert [("a", 1.6), ("b", 4.1)] == Conversation(lines, bot).run(6)

    def test_during_the_bots_speech(self) -> None:
        """So long after it was first heard in this turn."""
        bot = silence(0.5) + tone(4.0) + silence(1.0) + tone(4.0)
        lines = [
            CallerLine(tone(0.5), "first", During(after_seconds=2.0)),
            CallerLine(tone(0.5), "second", During(after_seconds=1.0)),
            CallerLine(tone(0.5), "third", During(after_seconds=1.0)),
        ]

        assert [("first", 2.5), ("second", 4.0), ("third", 6.5)] == Conversation(lines, bot).run(9)

    def test_at_a_time(self) -> None:
        """Whatever the bot does; a line that is too late follows at once."""
        lines = [
            CallerLine(tone(1.0), "a", At(0.5)),
            CallerLine(tone(0.1), "b", At(1.0)),
            CallerLine(tone(0.1), "c", At(3.0)),
        ]

        assert [("a", 0.5), ("b", 1.5), ("c", 3.0)] == Conversation(lines).run(4)

    def test_keys(self) -> None:
        """Four a second, with or without a voice."""
        talk = Conversation([CallerLine(label="keys", digits="12#", when=At(0.1))])
        talk.run(2)

        assert [(0.1, "1"), (0.36, "2"), (0.6, "#")] == talk.keys
        assert silence(2) == bytes(talk.caller)
        spoken = talk.player.said[0]
        assert (800, 800 + 2 * KEY_INTERVAL) == (spoken.audible_from, spoken.audible_to)

    def test_the_caller_hangs_up_when_all_is_said_and_quiet(self) -> None:
        """Counted from whoever was heard last."""
        bot = tone(1.0) + silence(2.0) + tone(1.0)
        line = CallerLine(tone(0.5), "bye")

        assert [("bye", 1.6)] == (talk := Conversation([line], bot, hang_up_after=1.5)).run(6)
        assert 5.5 == talk.hung_up
        Conversation([line], bot).run(6)
        patient = Conversation([line], bot)
        patient.run(6)
        assert patient.hung_up is None

    def test_the_last_audible_sample_is_not_the_last_sample(self) -> None:
        """Recordings begin and end with silence."""
        talk = Conversation([CallerLine(silence(0.2) + tone(0.4) + silence(0.3), "x", At(1.0))])
        talk.run(3)
        known = CallerLine(tone(1.0), "noisy", At(1.0), speech=(0.25, 0.75))
        noisy = Conversation([known])
        noisy.run(3)

        said = talk.player.said[0]
        assert (9_600, 12_800) == (said.audible_from, said.audible_to)
        said = noisy.player.said[0]
        assert (10_000, 14_000) == (said.audible_from, said.audible_to)

    def test_a_line_that_a_lost_stream_cut_off_is_over(self) -> None:
        """The next stream goes on with the next line."""
        talk = Conversation(
            [CallerLine(tone(1.0), "lost", At(0.1)), CallerLine(tone(0.1), "next", At(0.2))]
        )
        talk.run(0.4)
        talk.player.begin(len(talk.caller))

        assert [("lost", 0.1), ("next", 0.4)] == talk.run(1)


def spoken(label: str, first: float, last: float) -> Spoken:
    """Return a line that was audible from and to a time."""
    begin, end = round(first * SECOND), round(last * SECOND)
    return Spoken(CallerLine(label=label), begin, begin, end)


class TestMeasures:
    """How quick the bot was, by the tracks alone."""

    def test_an_answer(self) -> None:
        """Voice to voice."""
        ear = tone(1.0) + silence(1.5) + tone(1.0)

        (turn,) = measure_turns([spoken("a", 1.5, 2.0)], ear)

        assert ("a", 1.5, 2.0, 2.5) == (
            turn.label,
            turn.spoke_from,
            turn.spoke_to,
            turn.answered_at,
        )
        assert 0.5 == turn.response_seconds
        assert (None, False, None) == (turn.yielded_at, turn.overlapped, turn.talked_over_at)

    def test_no_answer_before_the_next_line(self) -> None:
        """What comes later answers something else."""
        ear = silence(4.0) + tone(1.0)

        first, second = measure_turns([spoken("a", 1.0, 2.0), spoken("b", 3.0, 3.5)], ear)

        assert (None, 4.0) == (first.answered_at, second.answered_at)

    def test_an_interruption(self) -> None:
        """The bot falls silent, and what it says next is the answer."""
        ear = tone(2.3) + silence(0.9) + tone(1.0)

        (turn,) = measure_turns([spoken("stop", 2.0, 2.8)], ear)

        assert turn.overlapped
        assert (2.3, pytest.approx(0.3)) == (turn.yielded_at, turn.yield_seconds)
        assert (3.2, pytest.approx(0.4)) == (turn.answered_at, turn.response_seconds)

    def test_a_late_interruption(self) -> None:
        """The rest of the old speech is no answer."""
        ear = tone(3.5) + silence(0.5) + tone(1.0)

        (turn,) = measure_turns([spoken("stop", 2.0, 2.8)], ear)

        assert (3.5, 4.0) == (turn.yielded_at, turn.answered_at)

    def test_an_interruption_in_a_pause_between_two_words(self) -> None:
        """The bot still had the floor."""
        ear = tone(1.9) + silence(0.2) + tone(0.3) + silence(1.0)

        (turn,) = measure_turns([spoken("stop", 2.0, 2.8)], ear)

        assert (True, 2.4, None) == (turn.overlapped, turn.yielded_at, turn.answered_at)

    def test_a_backchannel_that_the_bot_talks_through(self) -> None:
        """Neither yielded nor answered before the caller's next line."""
        first, _ = measure_turns([spoken("mm-hm", 1.0, 1.3), spoken("b", 3.0, 3.5)], tone(5.0))

        assert (True, None, None) == (first.overlapped, first.yielded_at, first.answered_at)

    def test_a_bot_that_cuts_in(self) -> None:
        """It began while the caller spoke."""
        ear = silence(1.5) + tone(2.0)

        (turn,) = measure_turns([spoken("a", 1.0, 2.0)], ear)

        assert (False, 1.5, 2.0) == (turn.overlapped, turn.talked_over_at, turn.answered_at)


def test_a_recording_is_a_stereo_wav(tmp_path: Path) -> None:
    """The caller on the left, the bot on the right, both as long as the longer one."""
    recording = CallRecording(
        call_sid="CA1",
        caller_track=tone(0.2),
        ear_track=silence(0.1) + tone(0.2),
        events=(),
        turns=(),
        ended_by=EndedBy.BOT,
        streams=(),
        twiml_log=(),
    )
    path = tmp_path / "call.wav"
    recording.save_wav(path)

    with wave.open(str(path)) as file:
        assert (2, 2, 8_000, 2_400) == file.getparams()[:4]
        frames = file.readframes(2_400)
    sides = [b"".join(frames[i : i + 2] for i in range(n, len(frames), 4)) for n in (0, 2)]
    assert [
        ulaw_to_pcm16(tone(0.2) + silence(0.1)),
        ulaw_to_pcm16(silence(0.1) + tone(0.2)),
    ] == sides
    assert (0.1, 0.3) == (recording.greeted_at, recording.seconds)


def test_the_line_tells_when_the_bot_comes_and_goes() -> None:
    """As soon as it is certain, with the time it happened."""
    seen = []
    now = 0.0
    line = SimulatedLine(lambda: now, lambda event: seen.append((event.kind.value, event.at)))
    line.open()
    now = 0.1
    line.ear.play(tone(0.5), line.sample())
    for upto in range(0, 2 * SECOND, BLOCK):
        line.listen(upto)

    assert [("bot_started", 0.1), ("bot_stopped", 0.6)] == seen
