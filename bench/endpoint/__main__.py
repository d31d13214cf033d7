"""`python -m bench.endpoint`: measures where turns are ended, and makes the weights for it.

Measures pauses that were not measured before, which takes some ten minutes for each split on two
cores; needs Flite and espeak-ng. Without the recordings beside the repository there are only the
synthetic voices, without noise. What came out last is in `results.json`, and as tables in
`results.md`: `python -m bench.endpoint --train --json bench/endpoint/results.json` makes both anew.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import click

from audio_fixtures.voices import VoiceMissing, require_programs
from bench.endpoint import curves, training
from bench.endpoint.pauses import Measured, measured
from bench.endpoint.turns import VOICES, labelled_turns
from voicebot.engines.bundle import Engines, load_engines
from voicebot.engines.models import ModelUnavailable
from voicebot.settings import Settings
from voicebot.turntaking.endpointing import completion, patience, trained
from voicebot.turntaking.policy import TurnPolicy

QUICK = 16
"""Every so manieth turn of a smoke test."""


ABOUT = """# The end of the caller's turn

False cuts against delay on the figures split of `turns.yaml`; what is in it, and what a cut is, is
said in `turns.py` and `curves.py`. Each way has its settings swept over these very pauses and the
best at each delay shown; voicebot has one, `cut_cost`, and its weights come from the tune split.
Made by `python -m bench.endpoint`; do not edit.
"""
GROUPS = {"all": (True, False), "people": (False,), "synthetic voices": (True,)}


def report(rows: Sequence[Measured]) -> dict[str, Any]:
    """Return the figures of some pauses as plain data."""
    policy = TurnPolicy()

    waits = [patience(row.evidence, policy) for row in rows]
    return {
        "pauses": len(rows),
        "complete": sum(row.complete for row in rows),
        "curves": {
            name: _curves([row for row in rows if (row.kind == "spoken") in kinds])
            for name, kinds in GROUPS.items()
        },
        "default": asdict(curves.point(rows, f"{policy.cut_cost:g}", waits)),
        "by_kind": _groups(rows, waits, lambda row: row.kind + (" in noise" if row.noise else "")),
        "by_answer": _groups(rows, waits, lambda row: f"{row.answer} {row.digits or ''}".strip()),
        "calibration_error": {
            "smart-turn alone": curves.calibration_error(
                [(r.probability, r.complete) for r in rows]
            ),
            "voicebot": curves.calibration_error(
                [(completion(r.evidence), r.complete) for r in rows]
            ),
        },
        "misses": _misses(rows, waits),
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = []
    for group, ways in figures["curves"].items():
        lines += [
            f"| {group}: pauses cut at a mean delay of at most | "
            + " | ".join(f"{d:g} s" for d in training.DELAYS)
            + " |",
            "|---|" + "---|" * len(training.DELAYS),
        ]
        for name, points in ways.items():
            known = [curves.Point(**point) for point in points]
            cells = [
                f"{curves.at_delay(known, d).cuts:.1%}" if known[0].delay_mean <= d + 1e-9 else "–"
                for d in training.DELAYS
            ]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        lines.append("")
    default, done = figures["default"], figures["complete"]
    errors = (f"{error:.3f} {name}" for name, error in figures["calibration_error"].items())
    lines += [
        f"As shipped: {default['cuts']:.1%} of {figures['pauses'] - done} pauses cut, {done} "
        f"complete turns ended after {default['delay_mean']:.2f} s on average, "
        f"{default['delay_median']:.2f} s in the median, {default['delay_p95']:.2f} s at the 95th "
        f"percentile. Expected calibration error: {', '.join(errors)}.",
        "",
        "| as shipped | pauses | cut | complete turns | mean delay | median |",
        "|---|---|---|---|---|---|",
    ]
    for group in ("by_kind", "by_answer"):
        for name, f in figures[group].items():
            lines.append(
                f"| {name} | {f['pauses']} | {_share(f['cuts'])} | {f['complete']} | "
                f"{_seconds(f['delay_mean'])} | {_seconds(f['delay_median'])} |"
            )
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--quick", is_flag=True, help="A few turns of the figures split: a smoke test.")
@click.option("--train", is_flag=True, help="Make the weights anew from the tune split first.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(quick: bool, train: bool, output: Path | None) -> None:
    """Measure false cuts and delay at the ends of labelled turns."""
    if quick and train:
        raise click.UsageError("weights are made from all of the tune split, not --quick")
    models = Settings().models

    @cache
    def engines() -> Engines:
        require_programs([voice for voices in VOICES.values() for voice in voices])
        return load_engines(models)

    def rows(split: str) -> list[Measured]:
        turns = list(labelled_turns(split))[:: QUICK if quick else 1]
        folder = models.cache_dir / "endpoint"
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(measured(turns, folder, engines, _progress(split)))

    try:
        if train:
            tune = rows("tune")
            training.write(training.train(tune), len(tune))
            trained.cache_clear()
        figures = report(rows("figures"))
    except (VoiceMissing, ModelUnavailable) as error:
        raise click.ClickException(str(error)) from error
    finally:
        if engines.cache_info().currsize:
            engines().close()
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        output.with_suffix(".md").write_text(f"{ABOUT}\n{table(figures)}", encoding="utf-8")
    click.echo(table(figures), nl=False)


def _curves(rows: Sequence[Measured]) -> dict[str, Any]:
    def ours(row: Measured, cost: float) -> float:
        return patience(row.evidence, TurnPolicy(cut_cost=cost))

    ways = {
        "silence only": curves.silence(rows),
        "smart-turn alone": curves.smart_turn(rows),
        "rules by hand": curves.rules(rows),
        "voicebot": curves.swept(rows, training.COSTS, ours),
    }
    return {name: [asdict(p) for p in curves.curve(rows, each)] for name, each in ways.items()}


def _groups(
    rows: Sequence[Measured], waits: Sequence[float], name: Callable[[Measured], str]
) -> dict[str, Any]:
    found = {}
    for group in sorted({name(row) for row in rows}):
        chosen = [(r, w) for r, w in zip(rows, waits, strict=True) if name(r) == group]
        inside = [(r, w) for r, w in chosen if not r.complete]
        done = [(r, w) for r, w in chosen if r.complete]
        both = curves.point([r for r, _ in chosen], "", [w for _, w in chosen]) if (
            inside and done
        ) else None  # fmt: skip
        found[group] = {
            "pauses": len(inside),
            "complete": len(done),
            "cuts": both.cuts if both else None,
            "delay_mean": both.delay_mean if both else None,
            "delay_median": both.delay_median if both else None,
        }
    return found


def _misses(rows: Sequence[Measured], waits: Sequence[float]) -> list[dict[str, Any]]:
    """Return the pauses that were cut whatever their length, and the turns waited for longest."""
    found = [
        {
            "wrong": "cut" if not row.complete else "slow",
            "turn": row.source,
            "voice": row.voice,
            "noise": row.noise,
            "asked": row.answer,
            "heard": row.text,
            "probability": round(row.probability, 3),
            "completion": round(completion(row.evidence), 3),
            "patience": round(wait, 3),
        }
        for row, wait in zip(rows, waits, strict=True)
        if (row.complete and wait > 1.2) or (not row.complete and wait < min(row.lengths))
    ]
    return sorted(found, key=lambda miss: str(miss["wrong"]))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def _progress(split: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % 25 == 0 or done == total:
            print(f"{time.strftime('%H:%M:%S')}  {split}: {done} of {total}", file=sys.stderr)

    return tell


if __name__ == "__main__":
    main(prog_name="python -m bench.endpoint")
