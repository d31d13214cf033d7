"""What is sent to the carrier, and when, on virtual time."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import itertools
import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from telephony.media_leg import LegCapabilities
from telephony.twilio.media_stream import MediaStream
from tests.media.test_levels import level, tone
from tests.virtual_clock import run_virtually
from voicebot.media.hold import UNDER_WORDS
from voicebot.media.hold_music import hold_music
from voicebot.media.levels import lowered
from voicebot.media.speaker import DUCKED, SHORTEST_LEAD, PacedSpeaker

LEAD = 0.12
START = json.dumps(
    {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {},
        },
    }
)


class Wire:
    """Records what is sent, and when."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, dict[str, Any]]] = []
        self.begun: list[tuple[float, str]] = []
        self.due: list[tuple[float, bytes]] = []
        self.blocked = False
        self.delay = 0.0

    async def send(self, message: str) -> None:
        if self.blocked:
            await asyncio.sleep(3600)
        await asyncio.sleep(self.delay)
        self.sent.append((asyncio.get_running_loop().time(), json.loads(message)))

    def sent_by(self, at: float) -> float:
        """Return the seconds of audio that were sent until then."""
        return sum(
            len(base64.b64decode(m["media"]["payload"])) / 8000
            for t, m in self.sent
            if t <= at and m["event"] == "media"
        )

    def audio(self) -> bytes:
        """Return all audio that was sent."""
        media = (m["media"]["payload"] for _, m in self.sent if m["event"] == "media")
        return b"".join(map(base64.b64decode, media))

    def events(self) -> list[str]:
        names = [m["event"] for _, m in self.sent]
        return [n for i, n in enumerate(names) if n != "media" or names[i - 1 : i] != ["media"]]


def speak(
    act: Callable[[PacedSpeaker, Wire], Coroutine[Any, Any, None]],
    leg: MediaStream | None = None,
    on_played: Callable[[str, float], None] = lambda segment, at: None,
    hold: bytes = b"",
) -> Wire:
    wire = Wire()

    async def run() -> None:
        stream = leg or MediaStream()
        stream.receive_text(START)
        loop = asyncio.get_running_loop()
        speaker = PacedSpeaker(
            stream,
            send=wire.send,
            on_sent=lambda segment: wire.begun.append((loop.time(), segment)),
            on_played=lambda segment: on_played(segment, loop.time()),
            on_audio=lambda ulaw, due: wire.due.append((due, ulaw)),
            lead=LEAD,
            hold=hold,
        )
        running = asyncio.create_task(speaker.run())
        try:
            await act(speaker, wire)
            if running.done():
                await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run_virtually(run())
    return wire


def test_speech_is_sent_in_real_time_with_a_short_lead() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        await asyncio.sleep(5)

    wire = speak(act)

    for tenth in range(1, 18):
        ahead = wire.sent_by(tenth / 10) - tenth / 10
        assert 0 < ahead <= LEAD + 0.041
    assert 2.0 == pytest.approx(wire.sent_by(5))
    assert [(0.0, "s1")] == wire.begun


def test_it_is_told_when_each_piece_is_due_at_the_ear() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 800)
        await asyncio.sleep(1.5)
        speaker.play("s2", b"\x02" * 16_000)
        await asyncio.sleep(0.5)
        speaker.silence()
        await asyncio.sleep(5)

    wire = speak(act)

    # The first segment without a gap; the second from when it began, until it was silenced.
    assert [(0.0, 320), (0.04, 320), (0.08, 160), (1.5, 320), (1.54, 320)] == [
        (pytest.approx(due), len(ulaw)) for due, ulaw in wire.due[:5]
    ]
    assert (pytest.approx(2.0), b"") == wire.due[-1]
    assert 2.0 < wire.due[-2][0] + 0.04 <= 2.0 + LEAD + 0.041


def test_a_mark_follows_each_segment() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 4_000)
        speaker.play("s2", b"\x01" * 4_000)
        speaker.play("empty", b"")
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "mark", "media", "mark", "mark"] == wire.events()
    assert ["s1", "s2", "empty"] == [name for _, name in wire.begun]
    # No gap and no hurry between segments: the second begins when the first has been sent.
    assert wire.begun[1][0] == pytest.approx(0.5 - SHORTEST_LEAD, abs=0.041)


def test_silence_clears_at_once_and_forgets_what_was_queued() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        speaker.play("s2", b"\x01" * 16_000)
        await asyncio.sleep(0.513)
        speaker.silence()
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "clear"] == wire.events()
    assert 0.513 == pytest.approx(wire.sent[-1][0], abs=1e-6)
    assert wire.sent_by(9) <= 0.513 + LEAD + 0.041


def test_a_ducked_voice_is_quieter_and_nothing_of_it_is_lost() -> None:
    speech = tone(2.0)

    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", speech)
        await asyncio.sleep(0.5)
        speaker.duck()
        await asyncio.sleep(0.5)
        speaker.restore()
        await asyncio.sleep(5)

    sent = speak(act).audio()

    assert len(speech) == len(sent)
    # What was sent before stays as it is; then the voice is lowered, and comes back.
    assert speech[:4000] == sent[:4000]
    lowered = slice(round((0.5 + LEAD + 0.04) * 8000), 8000)
    assert level(speech[lowered]) - DUCKED == pytest.approx(level(sent[lowered]), abs=0.5)
    restored = round((1.0 + LEAD + 0.04) * 8000)
    assert speech[restored:] == sent[restored:]


def test_a_voice_that_is_cut_off_dies_away_from_where_the_ear_is() -> None:
    speech = tone(2.0)

    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", speech)
        await asyncio.sleep(0.513)
        speaker.silence(tail=0.05)
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "clear", "media"] == wire.events()
    tail = base64.b64decode(wire.sent[-1][1]["media"]["payload"])
    assert 400 == len(tail)
    ear = round(0.513 * 8000)
    assert level(speech[ear : ear + 40]) == pytest.approx(level(tail[:40]), abs=8.0)
    assert level(tail[-40:]) < level(tail[:40]) - 30


def test_the_lead_grows_when_the_loop_is_late_and_shrinks_again() -> None:
    leads = []

    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 160_000)
        await asyncio.sleep(1)
        leads.append(speaker.lead)
        wire.delay = 0.2
        await asyncio.sleep(0.3)
        wire.delay = 0.0
        await asyncio.sleep(0.2)
        leads.append(speaker.lead)
        await asyncio.sleep(10)
        leads.append(speaker.lead)

    speak(act)

    assert SHORTEST_LEAD == leads[0]
    assert SHORTEST_LEAD < leads[1] <= LEAD
    assert leads[2] < leads[1]


def test_speech_after_a_silence_starts_at_once() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        await asyncio.sleep(0.5)
        speaker.silence()
        speaker.play("s2", b"\x01" * 800)
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "clear", "media", "mark"] == wire.events()
    assert (pytest.approx(0.5, abs=1e-6), "s2") == wire.begun[1]


def test_a_carrier_that_does_not_read_is_noticed() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        wire.blocked = True
        speaker.play("s1", b"\x01" * 800)
        await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        speak(act)


class Unmarked(MediaStream):
    """A carrier that knows no marks."""

    @property
    def capabilities(self) -> LegCapabilities:
        return dataclasses.replace(super().capabilities, marks=False)


def test_without_marks_the_clock_tells_what_was_played() -> None:
    played: list[tuple[float, str]] = []

    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 8_000)
        speaker.play("s2", b"\x01" * 8_000)
        await asyncio.sleep(5)
        speaker.play("cut off", b"\x01" * 8_000)
        await asyncio.sleep(0.97)
        assert wire.sent_by(9) == pytest.approx(3.0)
        speaker.silence()
        await asyncio.sleep(5)

    wire = speak(act, Unmarked(), lambda segment, at: played.append((at, segment)))

    assert [(pytest.approx(1.0), "s1"), (pytest.approx(2.0), "s2")] == played
    assert "mark" not in wire.events()


def test_music_is_played_between_the_words_and_goes_on_quietly_below_them() -> None:
    music, words = tone(3.0), lowered(tone(1.0), 40.0)

    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.hold(True)
        await asyncio.sleep(2.0)
        speaker.play("s1", words)
        await asyncio.sleep(3.0)
        speaker.hold(False)
        await asyncio.sleep(2.0)

    wire = speak(act, hold=music)
    sent = wire.audio()

    def heard(begin: float, end: float) -> float:
        return level(sent[round(begin * 8000) : round(end * 8000)]) - level(music)

    # It comes in softly, gives way to the words by 12 dB, and comes back.
    assert heard(0.0, 0.1) == pytest.approx(-28, abs=2)
    assert heard(1.2, 1.9) == pytest.approx(0, abs=0.1)
    assert heard(2.4, 2.9) == pytest.approx(-UNDER_WORDS, abs=0.5)
    assert heard(3.8, 4.8) == pytest.approx(0, abs=0.1)
    # It stops at once.
    assert wire.sent[-1][0] <= 5.0
    assert ["media", "mark", "media", "clear", "media"] == wire.events()


def test_music_that_ends_takes_no_words_with_it() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.hold(True)
        await asyncio.sleep(1.0)
        speaker.play("s1", tone(1.0))
        await asyncio.sleep(0.02)
        speaker.hold(False)
        await asyncio.sleep(3.0)

    wire = speak(act, hold=tone(3.0))

    assert ["media", "mark"] == wire.events()


def test_the_music_has_no_seam_no_silence_and_leaves_room_for_words() -> None:
    music = hold_music()

    twice = music[-800:] + music[:800]
    blocks = [level(twice[n : n + 200]) for n in range(0, len(twice), 200)]
    assert max(abs(b - a) for a, b in itertools.pairwise(blocks)) < 9
    levels = [level(music[n : n + 800]) for n in range(0, len(music), 800)]
    full = 20 * math.log10(32_768)
    assert -48 < min(levels) - full
    assert max(levels) - full < -24
