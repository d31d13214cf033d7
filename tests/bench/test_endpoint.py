"""Labelled turns and the figures made of them: the split is kept, and the counts are right."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.endpoint import curves
from bench.endpoint.__main__ import ABOUT, table
from bench.endpoint.pauses import Measured
from bench.endpoint.training import fit
from bench.endpoint.turns import DIGIT_SPEAKERS, NOISES, VOICES, labelled_turns, texts
from voicebot.turntaking.endpointing import completion

FOLDER = Path(curves.__file__).parent


def test_the_table_says_what_the_results_say() -> None:
    figures = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))

    assert f"{ABOUT}\n{table(figures)}" == (FOLDER / "results.md").read_text(encoding="utf-8")


def test_the_end_of_a_turn_is_found_better_than_by_any_of_the_ways_beside_it() -> None:
    """As measured last: fewer cuts at the same delay, and probabilities that are true."""
    figures = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
    ways = {
        name: curves.at_delay([curves.Point(**point) for point in points], 0.5).cuts
        for name, points in figures["curves"]["all"].items()
    }

    assert ways.pop("voicebot") < 0.5 * min(ways.values())
    assert figures["calibration_error"]["voicebot"] < 0.08


def normal(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def test_no_text_voice_noise_or_speaker_is_in_both_splits() -> None:
    said = [
        {normal(text.replace("|", " ")) for _, _, text in texts(s)} for s in ("tune", "figures")
    ]
    heard = [{turn.voice for turn in labelled_turns(split)} for split in ("tune", "figures")]

    assert not said[0] & said[1]
    assert not heard[0] & heard[1]
    assert not set(NOISES["tune"]) & set(NOISES["figures"])
    assert not set(DIGIT_SPEAKERS["tune"]) & set(DIGIT_SPEAKERS["figures"])
    assert not {(v.engine, v.voice) for v in VOICES["tune"]} & {
        (v.engine, v.voice) for v in VOICES["figures"]
    }


def pause(text: str, *, complete: bool, probability: float = 0.5) -> Measured:
    return Measured(
        split="tune",
        kind="spoken",
        source=text,
        voice="slt",
        noise="",
        answer="open",
        digits=None,
        said=text,
        text=text,
        last=text,
        avg_logprob=-0.3,
        probability=probability,
        speech_seconds=2.0,
        pauses=0,
        longest_pause=0.0,
        complete=complete,
        lengths=() if complete else (0.4, 0.8),
        late=0.1,
        decode_seconds=0.2,
    )


ROWS = [
    pause("Where is my order?", complete=True, probability=0.9),
    pause("I want it.", complete=True, probability=0.2),
    pause("My order number is", complete=False, probability=0.9),
    pause("I bought it for", complete=False, probability=0.1),
]


def test_a_pause_is_cut_by_less_patience_than_it_lasts() -> None:
    found = curves.point(ROWS, "mixed", [0.2, 0.6, 0.5, 0.9])

    # The third was cut if it lasted 0.8 s, which is half its lengths; the fourth never.
    assert (0.25, pytest.approx(0.4), pytest.approx(0.4), 0.6) == (
        found.cuts,
        found.delay_mean,
        found.delay_median,
        found.delay_p95,
    )


def test_a_curve_keeps_only_settings_that_are_the_best_at_something() -> None:
    waits = [("a", [0.2] * 4), ("worse", [0.3] * 4), ("b", [0.5] * 4), ("c", [0.9] * 4)]
    kept = curves.curve(ROWS, waits)

    assert ["a", "b", "c"] == [point.setting for point in kept]
    assert "b" == curves.at_delay(kept, 0.6).setting


def test_the_turn_detector_alone_goes_by_its_probability() -> None:
    waits = dict(curves.smart_turn(ROWS))

    assert [0.2, 1.0, 0.2, 1.0] == waits[">= 0.5, else 1 s"]


def test_probabilities_that_come_true_as_often_as_they_say_have_no_calibration_error() -> None:
    honest = [(0.25, True), (0.25, False), (0.25, False), (0.25, False)]

    assert 0.0 == curves.calibration_error(honest)
    assert pytest.approx(0.7) == curves.calibration_error(
        [(0.95, True), (0.95, False)] * 2 + [(0.95, False)] * 4
    )


def test_training_learns_what_the_pauses_say() -> None:
    rows = [
        replace(row, source=f"{row.source} {n}", probability=p)
        for n, p in enumerate((0.2, 0.4, 0.6, 0.8))
        for row in ROWS
    ]
    model = fit(rows, strength=1.0, pause=0.4)

    done, more = (completion(ROWS[i].evidence, model) for i in (0, 2))

    assert more < 0.2
    assert done > 0.8
