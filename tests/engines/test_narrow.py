"""The narrowed search, with a decoder of a few words, and Whisper's own decoder in steps."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dialogue.said import Grammar, State
from dialogue.understanding.grammars import Spelled
from dialogue.understanding.shapes import Digits
from tests.engines.recordings import of_kind, pcm_of
from voicebot.engines.audio import MODEL_RATE, resampled, to_samples
from voicebot.engines.bundle import Engines
from voicebot.engines.narrow import NarrowSearch
from voicebot.engines.recogniser import unsaid
from voicebot.engines.whisper_decoder import WhisperDecoder
from voicebot.ports import EngineError

WORDS = ["<end>", " yes", " no", " nein", ",", ".", "-", "yes", "no"]


class FewTokens:
    eot = 0

    def encode(self, text: str) -> list[int]:
        return [WORDS.index(text.lower())]

    def decode(self, tokens: list[int]) -> str:
        return "".join(WORDS[token] for token in tokens)


class SimpleDecoder:
    """Finds each token as likely as a table says, whatever came before."""

    def __init__(self, chances: Mapping[str, float]) -> None:
        self.chances = np.array([chances.get(word, 1e-6) for word in WORDS])
        self.steps = 0

    def begin(self, tokens: Sequence[int], sound: Any) -> tuple[Any, Any]:
        return np.zeros((1, 1)), self

    def step(self, tokens: Sequence[int], sound: Any, cache: Any) -> tuple[Any, Any]:
        self.steps += 1
        return np.zeros((len(tokens), 1)), self

    def rows(self, tokens: Sequence[int]) -> Any:
        # Both the tokens whose rows are asked for, and the hypotheses of a cache.
        return np.asarray(tokens)

    def log_probabilities(self, state: Any, rows: Any) -> Any:
        return np.log(np.repeat(self.chances[rows][np.newaxis], len(state), axis=0))


class TwoWords(Grammar):
    """Yes or no, nine times at most."""

    example = ""
    start: State = 0

    def follow(self, state: State) -> Mapping[str, State]:
        assert isinstance(state, int)
        return {"yes": state + 1, "no": state + 1} if state < 9 else {}

    def ends(self, state: State) -> bool:
        return state != 0


def search(decoder: Any, seconds: float = 60.0) -> list[str]:
    found = NarrowSearch(decoder, FewTokens()).best(
        None, [], TwoWords(), count=2, longest=8, until=time.monotonic() + seconds
    )  # type: ignore[arg-type]
    return [one.text for one in found]


def test_only_what_the_grammar_allows_is_found_however_likely_other_words_are() -> None:
    assert ["no", "yes"] == search(SimpleDecoder({" nein": 0.9, " no": 0.05, " yes": 0.01,
                                                  "<end>": 0.02}))  # fmt: skip


def test_texts_that_differ_by_their_signs_are_one() -> None:
    found = search(SimpleDecoder({" no": 0.4, ",": 0.3, ".": 0.3, "<end>": 0.3, " yes": 0.01}))
    assert ["no", "no"] != [text.strip(",.") for text in found]


def test_a_search_ends_when_its_time_is_over() -> None:
    decoder = SimpleDecoder({" no": 0.9, "<end>": 1e-6})
    search(decoder, seconds=0.0)
    assert 0 == decoder.steps


def test_what_is_over_long_before_the_speech_is_has_its_price() -> None:
    sentence = "Can I get a large cappuccino with whole milk and sugar?"
    assert unsaid(sentence, "January twenty-six.") > 4.0
    assert 0.0 == unsaid("Evin tips, the heaven ninety-five.", "Seven fifty-seven ninety-five.")
    assert 0.0 == unsaid("$1,830.", "One thousand eight hundred and thirty dollars.")


def test_a_file_that_is_no_model_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(b"\x01\x00\x00\x00" * 8)
    with pytest.raises(EngineError, match="cannot be read"):
        WhisperDecoder(file)


@pytest.mark.models
async def test_the_decoder_in_steps_says_what_the_whole_decoder_says(engines: Engines) -> None:
    whisper = engines.recogniser._whisper
    narrow = engines.recogniser._narrow
    assert narrow is not None
    clear = [r for r in of_kind("speech") if r.get("clear")][:3]
    same = 0
    for recording in clear:
        samples = resampled(to_samples(pcm_of(recording["file"])), 8_000, MODEL_RATE)
        encoded = whisper.encode(samples)
        expected = whisper.decode(encoded, seconds=samples.size / MODEL_RATE)
        decoder, tokens = narrow.decoder, whisper.tokens
        sound = decoder.sound(np.asarray(encoded)[0])
        state, cache = decoder.begin(whisper.before(""), sound)
        rows = decoder.rows(range(tokens.eot + 1))
        said: list[int] = []
        while len(said) < 40:
            token = int(decoder.log_probabilities(state, rows)[0].argmax())
            if token == tokens.eot:
                break
            said.append(token)
            state, cache = decoder.step([token], sound, cache)
        same += tokens.decode(said).strip() == expected.text
    # CTranslate2 counts in eight bits, and here it is sixteen.
    assert same >= len(clear) - 1


@pytest.mark.models
async def test_a_doubtful_code_comes_with_alternatives_of_its_length(engines: Engines) -> None:
    recording = next(r for r in of_kind("speech") if r.get("clear"))
    heard = await engines.recogniser.transcribe(
        pcm_of(recording["file"]),
        vocabulary=("order",),
        grammar=Spelled(Digits(3)),
        timeout=60.0,
    )
    dear = [one.price for one in heard.alternatives]
    # It is a sentence and no number, which is what the prices say.
    assert all(price > 10 for price in dear)
