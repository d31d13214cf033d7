"""How long the hotline waits after real recordings: the models' evidence, weighed."""

from __future__ import annotations

import asyncio

import pytest

from dialogue.acts import Answer
from dialogue.understanding.english import DIGIT_WORDS
from tests.engines.recordings import RECORDINGS, pcm_of
from voicebot.engines.bundle import Engines
from voicebot.ports import SAMPLE_RATE
from voicebot.turntaking.endpointing import TurnEvidence, patience
from voicebot.turntaking.policy import TurnPolicy

pytestmark = pytest.mark.models


def waited(
    engines: Engines,
    name: str,
    answer: Answer = Answer.OPEN,
    digits: int | None = None,
    *,
    segments: int | None = None,
) -> float:
    """Return the patience after a recording, or after some of its stretches of speech."""
    (recording,) = (r for r in RECORDINGS if r["file"] == f"speech/{name}.wav")
    stretches = recording["segments"][:segments]
    ended = stretches[-1][1]
    pcm = pcm_of(recording["file"])[: int((ended + 0.12) * SAMPLE_RATE) * 2]
    words = DIGIT_WORDS if answer is Answer.CODE else ("order", "return", "delivery", "address")

    async def run() -> TurnEvidence:
        heard = await engines.recogniser.transcribe(pcm, vocabulary=words, timeout=60)
        return TurnEvidence(
            text=heard.text,
            last=heard.text,
            probability=await engines.turn_detector.probability(pcm, timeout=60),
            avg_logprob=heard.avg_logprob,
            answer=answer,
            digits=digits,
            speech_seconds=ended - stretches[0][0],
        )

    return patience(asyncio.run(run()), TurnPolicy())


@pytest.mark.parametrize("voice", ["bruno", "dora"])
def test_a_code_is_waited_for_at_its_pause_and_taken_at_its_end(
    engines: Engines, voice: str
) -> None:
    name = f"number_paused_44117-{voice}"

    assert waited(engines, name, Answer.CODE, 5, segments=1) >= 0.7
    assert waited(engines, name, Answer.CODE, 5) <= 0.3


@pytest.mark.parametrize(
    "name", ["where_is_my_order-june", "opening_hours-june", "no_thats_all-june"]
)
def test_a_complete_turn_is_answered_soon(engines: Engines, name: str) -> None:
    assert waited(engines, name) <= 0.5


def test_a_no_to_a_question_is_taken_at_once(engines: Engines) -> None:
    assert waited(engines, "no-june", Answer.YES_NO) <= 0.3
