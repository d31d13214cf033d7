"""How the figures of intents are made, on data made up here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.dialogue import intents
from bench.dialogue.intents import Figure, banking, calibration_error, clinc, few, table


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [f'"text {i}, of {name}",{name}' for name in ("b", "a") for i in range(35)]
    (tmp_path / "banking77_train.csv").write_text("\n".join(["text,category", *rows, rows[0]]))
    pairs = [[f"say {i} of {name}", name] for name in ("x", "y") for i in range(100)]
    strange = {"oos_train": [["what is this", "oos"]], "oos_val": [["who is that", "oos"]]}
    (tmp_path / "clinc150.json").write_text(json.dumps({"train": pairs, "val": [], **strange}))
    monkeypatch.setattr(intents, "DATA", tmp_path)
    return tmp_path


def test_what_is_held_out_is_never_learnt_from(data: Path) -> None:
    for corpus in (banking(1), clinc(1)):
        assert not set(corpus.learn) & set(corpus.held)
    assert 11 * 2 == len(banking(1).held)
    assert 20 * 2 == len(clinc(1).held)
    assert ("who is that",) == clinc(1).strange


def test_seeds_draw_others_and_the_same_again(data: Path) -> None:
    assert set(clinc(1).held) != set(clinc(2).held)
    assert clinc(1).held == clinc(1).held
    learn = clinc(1).learn
    assert 10 == len(few(learn, 5, 1))
    assert few(learn, 5, 1) == few(learn, 5, 1) != few(learn, 5, 2)
    assert learn == few(learn, 0, 1)


def test_calibration_error_is_the_distance_from_what_is_right() -> None:
    sure = np.array([0.95, 0.95, 0.55, 0.55])
    assert 0.05 == pytest.approx(calibration_error(sure, np.array([True, True, True, False])))
    assert 0.45 == pytest.approx(calibration_error(sure[2:], np.array([False, True]) * 0 + 1))


def test_the_table_shows_mean_and_spread() -> None:
    figures = [
        Figure("CLINC150", 5, seed, 0.8, right, 0.02, 0.96, 0.85, 0.9, 30.0, 8.0)
        for seed, right in ((1, 0.90), (2, 0.92))
    ]
    row = table(figures).splitlines()[2]
    assert "| CLINC150 | 5 | 91% | 91.0% (90.0%–92.0%) | 80.0% (80.0%–80.0%)" in row
    assert row.endswith("| 30 s | 8 ms |")
