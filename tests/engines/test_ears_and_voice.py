"""The real models: what the bot hears of its callers, and what a caller hears of the bot."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.g711 import ulaw_to_pcm16
from voicebot.commands.transcription import speech_in, transcribe_command, vocabulary_from
from voicebot.engines.bundle import Engines, load_engines
from voicebot.media.recordings import read_ulaw
from voicebot.ports import SAMPLE_RATE, Rendered, SpeechOffset, SpeechOnset
from voicebot.settings import Settings

pytestmark = pytest.mark.models

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "audio_fixtures"
COMMANDS = ROOT.parent / "shared" / "data" / "commands"
MANIFEST = tomllib.loads((FIXTURES / "manifest.toml").read_text())["recording"]
CLEAR = [r for r in MANIFEST if r.get("clear") and r["kind"] == "speech"]


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    loaded = load_engines(Settings().models)
    yield loaded
    loaded.close()


def pcm_of(path: Path) -> bytes:
    return ulaw_to_pcm16(read_ulaw(path))


def hear(engines: Engines, pcm: bytes, *vocabulary: str) -> str:
    async def run() -> str:
        heard = await engines.recogniser.transcribe(pcm, vocabulary=vocabulary, timeout=60)
        return heard.text.lower()

    return asyncio.run(run())


def noise(seconds: float, level: float) -> bytes:
    samples = np.random.default_rng(7).standard_normal(int(seconds * SAMPLE_RATE)) * level
    return np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("recording", CLEAR[:8], ids=lambda r: Path(r["file"]).stem)
def test_speech_is_found_where_it_is(engines: Engines, recording: dict[str, Any]) -> None:
    found = speech_in(pcm_of(FIXTURES / recording["file"]), engines.speech_detector())
    first, last = recording["segments"][0][0], recording["segments"][-1][1]

    assert first == pytest.approx(found[0][0], abs=0.15)
    assert last == pytest.approx(found[-1][1], abs=0.2)


@pytest.mark.parametrize(
    "pcm",
    [bytes(2 * SAMPLE_RATE * 5), noise(5, 0.003), noise(5, 0.05)],
    ids=["quiet", "hiss", "loud"],
)
def test_there_is_no_speech_in_silence_and_noise(engines: Engines, pcm: bytes) -> None:
    assert [] == speech_in(pcm, engines.speech_detector())


def test_speech_is_found_whatever_the_size_of_the_pieces(engines: Engines) -> None:
    pcm = pcm_of(FIXTURES / CLEAR[0]["file"])

    def events(size: int) -> list[SpeechOnset | SpeechOffset]:
        detector = engines.speech_detector()
        return [e for at in range(0, len(pcm), size) for e in detector.feed(pcm[at : at + size])]

    assert events(320) == events(640) == events(158)


def test_onsets_and_offsets_take_turns(engines: Engines) -> None:
    detector = engines.speech_detector()
    found: list[type] = []
    for recording in CLEAR[:6]:
        found += [type(e) for e in detector.feed(pcm_of(FIXTURES / recording["file"]))]
        found += [type(e) for e in detector.feed(bytes(SAMPLE_RATE))]

    assert [SpeechOnset, SpeechOffset] * (len(found) // 2) == found
    assert len(found) >= 12


@pytest.mark.parametrize(
    "pcm", [bytes(16_000), b"", noise(1.5, 0.003)], ids=["zeros", "none", "hiss"]
)
def test_sound_without_words_gives_no_words(engines: Engines, pcm: bytes) -> None:
    assert "" == hear(engines, pcm, "order", "return", "delivery")


def test_the_voice_says_digits_that_the_recogniser_hears(engines: Engines) -> None:
    async def speak() -> bytes:
        return (await engines.synthesiser.render("Your order is 4 4 1 1 7.", timeout=60)).audio

    heard = hear(engines, ulaw_to_pcm16(asyncio.run(speak())), "order", "number")

    assert "44117" == re.sub(r"\D", "", heard)


def test_slow_speech_is_slower(engines: Engines) -> None:
    async def speak(slow: bool) -> Rendered:
        return await engines.synthesiser.render("It's on its way to you.", slow=slow, timeout=60)

    plain, slow = (asyncio.run(speak(s)).seconds for s in (False, True))

    assert 1.1 * plain < slow < 1.6 * plain


def test_speech_is_at_telephone_level_and_does_not_clip(engines: Engines) -> None:
    async def speak() -> Rendered:
        return await engines.synthesiser.render("Returns are free for thirty days.", timeout=60)

    samples = np.frombuffer(ulaw_to_pcm16(asyncio.run(speak()).audio), "<i2").astype(float) / 32768
    voiced = samples[np.abs(samples) > 0.01]

    assert -26 < 20 * np.log10(np.sqrt(np.mean(voiced**2))) < -12
    assert np.abs(samples).max() < 0.95


def test_punctuation_alone_is_silence(engines: Engines) -> None:
    assert Rendered(b"") == engines.synthesiser.cached("…")


def test_calls_that_speak_at_once_get_their_own_words(engines: Engines) -> None:
    chosen = [r for r in CLEAR if len(r["text"].split()) >= 4][:4]

    async def run() -> list[str]:
        heard = await asyncio.gather(
            *(
                engines.recogniser.transcribe(
                    pcm_of(FIXTURES / r["file"]), vocabulary=("order", "return"), timeout=60
                )
                for r in chosen
            )
        )
        return [h.text.lower() for h in heard]

    for recording, text in zip(chosen, asyncio.run(run()), strict=True):
        wanted = set(re.findall(r"[a-z]+", recording["text"].lower()))
        assert len(wanted & set(re.findall(r"[a-z]+", text))) >= 0.6 * len(wanted)


def test_a_question_sounds_complete_and_its_first_half_does_not(engines: Engines) -> None:
    recording = next(r for r in CLEAR if r["text"] == "What are your opening hours?")
    pcm = pcm_of(FIXTURES / recording["file"])

    async def judge(audio: bytes) -> float:
        return await engines.turn_detector.probability(audio, timeout=60)

    whole, half = (asyncio.run(judge(audio)) for audio in (pcm, pcm[: len(pcm) // 4 * 2]))

    assert whole > 0.5 > half


@pytest.mark.shared_data
def test_human_commands_are_understood_with_their_vocabulary(engines: Engines) -> None:
    if not COMMANDS.is_dir():
        pytest.skip("needs the development data in ../shared/data")
    slots = json.loads((COMMANDS / "slots.json").read_text())
    vocabulary = sorted({value for values in slots.values() for value in values.values()})
    right = []
    for name in sorted(slots)[::5]:
        text = re.sub(r"[^a-z]+", " ", hear(engines, pcm_of(COMMANDS / name), *vocabulary))
        right += [value in text for value in slots[name].values()]

    assert sum(right) >= 0.93 * len(right)


def test_transcribe_goes_on_after_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF nonsense")
    good = FIXTURES / CLEAR[0]["file"]
    shown: list[str] = []
    complaints: list[str] = []
    well = transcribe_command(
        Settings().models,
        [str(broken), str(tmp_path / "missing.flac"), str(good)],
        "order\nreturn, delivery",
        show=shown.append,
        complain=complaints.append,
        as_json=True,
    )

    assert not well
    assert 2 == len(complaints)
    assert {"file", "text", "audio_seconds", "decode_ms"} == set(json.loads(shown[0]))


def test_a_vocabulary_file_may_hold_lines_or_a_list() -> None:
    assert ("large", "iced mocha", "whole milk") == vocabulary_from(
        "large, iced mocha\n\nwhole milk; large\n"
    )


def test_speech_begins_after_the_speech_before_it_ended(engines: Engines) -> None:
    last = 0.0
    detector = engines.speech_detector()
    for recording in MANIFEST:
        for event in detector.feed(pcm_of(FIXTURES / recording["file"])):
            at = event.started if isinstance(event, SpeechOnset) else event.ended
            assert at > last
            last = at


def test_speech_is_spoken_with_confidence_and_noise_is_not(engines: Engines) -> None:
    detector = engines.speech_detector()
    recording = CLEAR[0]
    detector.feed(pcm_of(FIXTURES / recording["file"]))
    first, last = recording["segments"][0]
    spoken = detector.confidence(first, last)
    coughed = engines.speech_detector()
    coughed.feed(pcm_of(FIXTURES / "noise" / "cough.wav"))

    assert spoken > 0.8
    assert coughed.confidence(0.0, 1.0) < 0.3
    assert 0 == detector.confidence(last + 5, last + 6)


def test_confidence_is_of_the_last_ten_seconds(engines: Engines) -> None:
    detector = engines.speech_detector()
    pcm = pcm_of(FIXTURES / CLEAR[0]["file"])
    seconds = len(pcm) / 2 / SAMPLE_RATE
    for _ in range(30):
        detector.feed(pcm)

    assert detector.confidence(29 * seconds, 30 * seconds) > 0.5
    assert 0 == detector.confidence(0.0, 2.0)
