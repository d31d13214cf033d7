"""The stimuli of the duplex benchmark: what thresholds are chosen on is not what is measured."""

from __future__ import annotations

import numpy as np
import pytest

from audio_fixtures.sound import RATE, speech_level
from bench.callers import SHARED
from bench.duplex import corpus, sounds, texts, voices
from bench.duplex.corpus import KINDS, LEVEL

needs_recordings = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the development recordings are not beside the repository"
)


def _plain(text: str) -> str:
    return " ".join("".join(c for c in text.lower() if c.isalnum() or c == " ").split())


def test_no_text_is_in_both_splits() -> None:
    for said in (texts.INTERRUPTIONS, texts.TICS, texts.SIDE_SPEECH, texts.TURNS):
        tune, figures = ({_plain(text) for text in said[split]} for split in corpus.SPLITS)
        assert tune
        assert figures
        assert set() == tune & figures


def test_no_voice_is_in_both_splits() -> None:
    heard = [
        {(s.engine, s.voice) for s in voices.SPEAKERS if s.split == split}
        for split in corpus.SPLITS
    ]
    assert set() == heard[0] & heard[1]


@pytest.mark.shared_data
@needs_recordings
def test_backchannel_forms_are_split_and_the_figures_have_the_common_ones() -> None:
    counts = texts.backchannels(SHARED / "overlap" / "onsets.tsv")
    assert set() == set(counts["tune"]) & set(counts["figures"])
    most = max(counts["figures"], key=lambda form: counts["figures"][form])
    assert "yeah" == most
    share = sum(counts["figures"].values()) / sum(map(sum, (c.values() for c in counts.values())))
    assert share > 0.85


@pytest.mark.shared_data
@needs_recordings
@pytest.mark.parametrize("kind", ["noise", "echo"])
def test_no_stretch_of_a_clip_is_in_both_splits(kind: str) -> None:
    tune, figures = (corpus.events(split, kind) for split in corpus.SPLITS)
    heard = {event.samples.tobytes() for event in tune if event.samples.any()}
    assert not any(event.samples.tobytes() in heard for event in figures)
    if kind == "echo":
        delays = [{e.echo_delay for e in s if e.echo_delay} for s in (tune, figures)]
        assert set() == delays[0] & delays[1]
        assert all(0.1 <= delay <= 0.5 for delay in delays[0] | delays[1])


@pytest.mark.shared_data
@needs_recordings
def test_human_clips_are_split_in_halves() -> None:
    for kind in ("interruption", "side_speech"):
        heard = [
            {e.voice for e in corpus.events(split, kind) if e.voice.startswith("human-")}
            for split in corpus.SPLITS
        ]
        assert set() == heard[0] & heard[1]
        assert min(map(len, heard)) >= 20


@pytest.mark.shared_data
@needs_recordings
@pytest.mark.parametrize("kind", [*KINDS, "turn"])
def test_events_are_telephone_audio_with_their_speech_marked(kind: str) -> None:
    events = corpus.events("figures", kind)
    assert len(events) == len({event.label for event in events})
    for event in events:
        assert np.float32 == event.samples.dtype
        assert 0 <= event.speech[0] < event.speech[1] <= len(event.samples) / RATE
        if kind in ("interruption", "backchannel", "side_speech"):
            assert speech_level(event.samples.astype(np.float64)) == pytest.approx(LEVEL, abs=0.5)
        if kind == "turn":
            assert event.pauses
            assert all(0.29 <= end - begin <= 1.21 for begin, end in event.pauses)
            inside = [
                event.samples[round(begin * RATE) : round(end * RATE)]
                for begin, end in event.pauses
            ]
            assert not any(pause.any() for pause in inside)


@pytest.mark.shared_data
@needs_recordings
def test_a_draw_follows_the_weights_and_repeats() -> None:
    drawn = corpus.drawn("figures", "backchannel", 200, seed=1)
    assert 200 == len(drawn)
    assert [e.label for e in drawn] == [
        e.label for e in corpus.drawn("figures", "backchannel", 200, seed=1)
    ]
    weights = {e.text: 0.0 for e in drawn}
    for event in corpus.events("figures", "backchannel"):
        weights[event.text] = weights.get(event.text, 0.0) + event.weight
    expected = 200 * weights["yeah"] / sum(weights.values())
    assert sum(e.text == "yeah" for e in drawn) == pytest.approx(expected, abs=10)


@pytest.mark.parametrize("name", [*sounds.TICS, *sounds.NOISES])
def test_made_sounds_are_the_same_for_the_same_seed(name: str) -> None:
    make = {**sounds.TICS, **sounds.NOISES}[name]
    once, again, other = (make(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)
    assert 0.1 < len(once) / RATE < 5.0
    assert np.isfinite(once).all()
