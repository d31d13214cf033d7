"""The sound card as a leg: marks, and the echo of the bot's own voice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from audio_fixtures.sound import segments
from telephony.g711 import pcm16_to_ulaw
from tests.engines.recordings import of_kind, pcm_of
from voicebot.call.speech import MarkEchoed, SegmentSent
from voicebot.engines.bundle import Engines, load_engines
from voicebot.journal import SoundMeasured, VoiceStarted
from voicebot.media.microphone import MicrophoneLine
from voicebot.ports import SpeechDetector, SpeechOffset, SpeechOnset
from voicebot.settings import Settings

BLOCK = 320
"""Bytes of 20 ms at 8 kHz."""


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    loaded = load_engines(Settings().models)
    yield loaded
    loaded.close()


class Loudness:
    """Counts the blocks in which anything could be heard."""

    def __init__(self) -> None:
        self.audible = 0

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        self.audible += bool(pcm.strip(b"\x00"))
        return []

    def confidence(self, started: float, ended: float) -> float:
        return 0.0


async def line_with(headphones: bool) -> tuple[MicrophoneLine, Loudness, list[Any]]:
    detector, posted = Loudness(), list[Any]()
    line = MicrophoneLine(
        detector, rate=8_000, headphones=headphones, post=posted.append, clock=lambda: 0.0
    )
    return line, detector, posted


async def test_segments_are_played_in_order_and_marked_when_the_card_took_them() -> None:
    line, _, posted = await line_with(headphones=True)
    line.play("s1", b"\x00" * 160)
    line.play("s2", b"\x00" * 80)
    played = [line.exchange(bytes(BLOCK), BLOCK) for _ in range(3)]
    await asyncio.sleep(0)

    assert [SegmentSent("s1"), MarkEchoed("s1"), SegmentSent("s2"), MarkEchoed("s2")] == posted
    assert [320, 160, 0] == [len(block.rstrip(b"\x00")) for block in played]


async def test_silence_stops_in_the_middle_of_a_segment() -> None:
    line, _, posted = await line_with(headphones=True)
    line.play("s1", b"\x00" * 1600)
    line.exchange(bytes(BLOCK), BLOCK)
    line.silence()

    assert bytes(BLOCK) == line.exchange(bytes(BLOCK), BLOCK)
    await asyncio.sleep(0)
    assert [SegmentSent("s1")] == posted


@pytest.mark.parametrize("rate", [8_000, 44_100])
async def test_the_guard_is_told_what_the_card_took(rate: int) -> None:
    posted = list[Any]()
    now = 30.0
    line = MicrophoneLine(
        Loudness(), rate=rate, headphones=True, post=posted.append, clock=lambda: now
    )
    said = pcm_of("speech/return_policy-bruno.wav")
    line.play("s1", pcm16_to_ulaw(said))
    block = 2 * int(rate * 0.02)
    taken = b"".join(line.exchange(bytes(block), block) for _ in range(60))
    # What the card took comes back 0.1 s later, all at once as far as the call clock knows.
    now = 30.0 + 1.2 + 0.1
    line.exchange(taken, block)
    await asyncio.sleep(0)

    sound = line.ears.measure(30.5)
    assert sound.echo > 0.9
    # A resampler keeps up to 20 ms to itself.
    assert 0.1 == pytest.approx(sound.echo_delay, abs=0.02)


class Room:
    """A loudspeaker and a microphone, with the delay of the card between them."""

    def __init__(self, *, seed: int, gain: float, delay: float, reverberation: float) -> None:
        random = np.random.default_rng(seed)
        decay = np.arange(int(reverberation * 8_000)) / (reverberation * 8_000)
        tail = random.standard_normal(len(decay)) * 10 ** (-3 * decay)
        path = np.concatenate(([1.0], 0.7 * tail / np.sqrt(np.sum(tail**2))))
        self._path = np.concatenate((np.zeros(int(delay * 8_000)), path * 10 ** (gain / 20)))
        self._random = random
        self._ringing = np.zeros(len(self._path) + BLOCK)

    def hear(self, spoken: bytes) -> NDArray[np.float64]:
        """Return what the microphone picks up while this is played, full scale at 1."""
        samples = np.frombuffer(spoken, "<i2") / 32768
        ringing = fftconvolve(samples, self._path)
        self._ringing[: len(ringing)] += ringing
        heard = self._ringing[: len(samples)].copy()
        self._ringing = np.append(self._ringing[len(samples) :], np.zeros(len(samples)))
        return heard + self._random.standard_normal(len(heard)) * 10 ** (-60 / 20)


ROOMS = [
    {"seed": 1, "gain": -6.0, "delay": 0.06, "reverberation": 0.2},
    {"seed": 2, "gain": -3.0, "delay": 0.12, "reverberation": 0.35},
    {"seed": 3, "gain": -15.0, "delay": 0.2, "reverberation": 0.3},
]
SILENT_ROOM = {"seed": 4, "gain": -90.0, "delay": 0.1, "reverberation": 0.2}
"""Headphones that nobody told the line about."""


class Talk:
    """A bot that speaks for twenty seconds in a room, and who else is heard there."""

    def __init__(
        self, detector: SpeechDetector, room: Room, *, headphones: bool, callers: Sequence[str]
    ) -> None:
        self.now = 0.0
        self.onsets: list[float] = []
        self.measured: list[SoundMeasured] = []
        self.line = MicrophoneLine(
            detector,
            rate=8_000,
            headphones=headphones,
            post=self._take,
            clock=lambda: self.now,
        )
        self._room = room
        bot = [r["file"] for r in of_kind("speech") if r["voice"] == "bruno"]
        for segment, file in enumerate(bot[:12]):
            self.line.play(f"s{segment}", pcm16_to_ulaw(pcm_of(file)))
        self.spoken: list[float] = []
        self._near = np.zeros(20 * 8_000)
        for place, file in enumerate(callers):
            at = 4.0 + 2.5 * place
            near = np.frombuffer(pcm_of(file), "<i2") / 32768 / 2
            self._near[int(at * 8_000) :][: len(near)] += near
            self.spoken.append(at + segments(near)[0][0])

    async def run(self) -> None:
        heard = bytes(BLOCK)
        for start in range(0, len(self._near), BLOCK // 2):
            self.now += 0.02
            picked_up = self._room.hear(self.line.exchange(heard, BLOCK))
            mixed = np.clip(picked_up + self._near[start : start + BLOCK // 2], -1, 1)
            heard = (mixed * 32767).astype("<i2").tobytes()
            await asyncio.sleep(0)
            self.measured += [
                self.line.ears.measure(started)
                for started in self.onsets[len(self.measured) :]
                if self.now >= started + 0.35
            ]

    def _take(self, event: object) -> None:
        if isinstance(event, VoiceStarted):
            self.onsets.append(event.started)


@pytest.mark.models
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"room{room['seed']}")
async def test_on_loudspeakers_the_bot_does_not_hear_itself(
    engines: Engines, room: dict[str, Any]
) -> None:
    listening = Talk(engines.speech_detector(), Room(**room), headphones=False, callers=())
    await listening.run()
    deceived = Talk(engines.speech_detector(), Room(**room), headphones=True, callers=())
    await deceived.run()

    # While the canceller learns the room, a sound may get through; later none does.
    assert len(listening.onsets) <= 1
    assert all(started < 3 for started in listening.onsets)
    assert len(deceived.onsets) >= 5
    assert sum(sound.echo > 0.4 for sound in deceived.measured) >= 0.8 * len(deceived.onsets)


@pytest.mark.models
@pytest.mark.parametrize("room", [*ROOMS, SILENT_ROOM], ids=lambda room: f"room{room['seed']}")
async def test_on_loudspeakers_a_caller_who_speaks_over_the_bot_is_heard(
    engines: Engines, room: dict[str, Any]
) -> None:
    callers = ["stop_wait-dora", "stop_wait-angus", "opening_hours-rhett", "person_please-dora"]
    talk = Talk(
        engines.speech_detector(),
        Room(**room),
        headphones=False,
        callers=[f"speech/{name}.wav" for name in callers],
    )
    await talk.run()

    late = [min((abs(s - at) for s in talk.onsets), default=9.0) for at in talk.spoken]
    assert sum(seconds < 0.3 for seconds in late) >= 3
    assert all(sound.echo < 0.4 for sound in talk.measured if sound.started > 3)
