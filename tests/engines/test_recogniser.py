"""What becomes of a caller's sound on its way to words, and of the bot's words to sound."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.g711 import ulaw_to_pcm16
from tests.engines.recordings import of_kind, pcm_of
from voicebot.engines.audio import MODEL_RATE, to_pcm, to_samples, voiced_part
from voicebot.engines.bundle import Engines
from voicebot.engines.models import locate_voice
from voicebot.engines.recogniser import pieces
from voicebot.engines.scheduler import Lane, LanePolicy, Scheduler
from voicebot.engines.synthesiser import PiperSynthesiser, at_telephone_level
from voicebot.ports import EngineError, Priority, SpeechOffset, SpeechOnset
from voicebot.settings import Settings

pytestmark = pytest.mark.models

SPEECH = [r for r in of_kind("speech") if r.get("clear")]
NOISES = [r for r in of_kind("noise") if r["noise"] in {"silence", "pink", "hum"}]


@pytest.mark.parametrize("recording", NOISES, ids=lambda r: Path(r["file"]).stem)
async def test_a_line_without_speech_gives_no_words(
    engines: Engines, recording: dict[str, Any]
) -> None:
    heard = await engines.recogniser.transcribe(
        pcm_of(recording["file"]), vocabulary=("order", "return", "cancel"), timeout=60.0
    )
    assert "" == heard.text


async def test_the_beginning_and_end_of_speech_are_found_to_a_tenth_of_a_second(
    engines: Engines,
) -> None:
    late: list[str] = []
    for recording in SPEECH:
        found = engines.speech_detector().feed(pcm_of(recording["file"]) + bytes(16_000))
        onsets = [e.started for e in found if isinstance(e, SpeechOnset)]
        offsets = [e.ended for e in found if isinstance(e, SpeechOffset)]
        begin, end = recording["segments"][0][0], recording["segments"][-1][1]
        if not onsets or abs(onsets[0] - begin) > 0.1 or abs(offsets[-1] - end) > 0.1:
            late.append(recording["file"])
    # Breathy beginnings ("Hi") are found up to 0.3 s late, and a mumbled "uh-huh" not at all.
    assert len(late) <= 0.06 * len(SPEECH)


async def test_decodes_that_come_at_once_give_the_same_words_as_one_by_one(
    engines: Engines,
) -> None:
    async def heard(recording: dict[str, Any]) -> str:
        pcm = pcm_of(recording["file"])
        result = await engines.recogniser.transcribe(pcm, vocabulary=("order",), timeout=60.0)
        return result.text

    four = list({r["text"]: r for r in SPEECH}.values())[:4]
    expected = [await heard(recording) for recording in four]
    assert expected == await asyncio.gather(*map(heard, four))
    assert 4 == len(set(expected))


async def test_a_decode_that_nobody_waits_for_does_not_hold_up_the_next(engines: Engines) -> None:
    pcm = pcm_of(SPEECH[0]["file"])
    given_up = asyncio.create_task(engines.recogniser.transcribe(pcm, timeout=60.0))
    await asyncio.sleep(0)
    given_up.cancel()
    heard = await engines.recogniser.transcribe(pcm, vocabulary=("order",), timeout=60.0)
    assert "order" in heard.text.lower()


async def test_a_code_is_spoken_so_that_it_is_heard_right(engines: Engines, tmp_path: Path) -> None:
    voice = PiperSynthesiser(locate_voice(Settings().models), engines.scheduler, cache_dir=tmp_path)
    spoken = await voice.render("Your order is 4 4 1 1 7.", timeout=60.0)

    heard = await engines.recogniser.transcribe(ulaw_to_pcm16(spoken.audio), timeout=60.0)
    assert "44117" == re.sub(r"\D", "", heard.text)


async def test_phrases_rendered_ahead_survive_a_restart_and_what_one_caller_hears_does_not(
    tmp_path: Path,
) -> None:
    files = locate_voice(Settings().models)
    scheduler = Scheduler({Lane.SYNTHESISER: LanePolicy(), Lane.AHEAD: LanePolicy(yields=True)})
    told: list[tuple[int, int]] = []
    try:
        before = PiperSynthesiser(files, scheduler, cache_dir=tmp_path)
        await before.warm(["Hello. Goodbye.", "Hello."], lambda *counts: told.append(counts))
        greeting = before.cached("Hello.")
        await before.render("You live in Maple Street.", priority=Priority.FINAL, timeout=60.0)

        after = PiperSynthesiser(files, scheduler, cache_dir=tmp_path)
        assert after.cached("Hello.") is None
        await after.warm(["Hello. Goodbye.", "You live in Maple Street."][:1])
        assert greeting == after.cached("Hello.")
        assert after.cached("You live in Maple Street.") is None
    finally:
        scheduler.close()
    assert (2, 2) == told[-1]


async def test_what_is_too_long_to_speak_is_refused(engines: Engines) -> None:
    with pytest.raises(EngineError, match="too long"):
        await engines.synthesiser.render("word " * 1_000, timeout=60.0)


def test_speech_is_brought_to_one_level_with_set_silence_around_it() -> None:
    tone = (0.01 * np.sin(np.arange(8_000) * 0.3)).astype(np.float32)
    padded = np.concatenate([np.zeros(4_000, np.float32), tone, np.zeros(4_000, np.float32)])
    levelled, moved = at_telephone_level(padded, pause=0.25)
    assert levelled.size == pytest.approx(160 + 8_000 + 2_000, abs=160)
    assert -0.48 == pytest.approx(moved, abs=0.01)
    assert -20.0 == pytest.approx(20 * np.log10(np.sqrt(np.mean(levelled[200:8_000] ** 2))), abs=1)


def test_pcm_goes_to_samples_and_back_unchanged() -> None:
    pcm = np.array([0, 1, -1, 32_767, -32_768], "<i2").tobytes()
    assert pcm == to_pcm(to_samples(pcm + b"\x00"))


def test_silence_around_speech_is_trimmed_to_a_margin() -> None:
    speech = pcm_of(SPEECH[0]["file"])
    quiet = bytes(16_000 * 3)
    assert len(voiced_part(quiet + speech + quiet, 0.2)) <= len(speech) + 2 * 3_200 + 3_200
    assert b"" == voiced_part(quiet, 0.2)


def test_long_speech_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    rng = np.random.default_rng(3)
    sound = rng.standard_normal(60 * MODEL_RATE).astype(np.float32)
    pause = slice(20 * MODEL_RATE, 20 * MODEL_RATE + 3_200)
    sound[pause] = 0.0
    cut = pieces(sound, longest=25.0)
    assert all(piece.size <= 25 * MODEL_RATE for piece in cut)
    assert pause.start < cut[0].size < pause.stop
    assert np.array_equal(sound, np.concatenate(cut))
