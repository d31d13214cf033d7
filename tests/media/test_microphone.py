"""The sound card as a leg: marks, and the echo of the bot's own voice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from voicebot.media.microphone import MicrophoneLine
from voicebot.ports import SpeechOffset, SpeechOnset
from voicebot.speech import MarkEchoed, SegmentSent

BLOCK = 320
"""Bytes of 20 ms at 8 kHz."""
LOUD = b"\x00\x40" * (BLOCK // 2)


class Loudness:
    """Counts the blocks in which anything could be heard."""

    def __init__(self) -> None:
        self.audible = 0

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        self.audible += bool(pcm.strip(b"\x00"))
        return []


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


@pytest.mark.parametrize(("headphones", "heard"), [(True, 60), (False, 33)])
async def test_on_loudspeakers_the_bot_does_not_hear_itself(headphones: bool, heard: int) -> None:
    line, detector, _ = await line_with(headphones)
    line.play("s1", b"\x00" * 1600)
    for _ in range(60):
        line.exchange(LOUD, BLOCK)
    await asyncio.sleep(0)

    # 0.2 s of speech and its 0.35 s of echo are not listened to; all the rest is.
    assert heard == pytest.approx(detector.audible, abs=1)
