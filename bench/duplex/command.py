"""`python -m bench duplex` and `python -m bench duplex-report`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bench.callers import RecordingsMissing
from bench.duplex.chart import svg
from bench.duplex.report import markdown
from bench.duplex.suite import POINTS, VERSION, DuplexResults, Options, measure
from bench.servers import ServerFailed

QUICK_EVENTS, QUICK_CALLS = 3, 4

_File = click.Path(dir_okay=False, path_type=Path)
_report = click.option(
    "--report", type=_File, help="Write the report here, and its chart beside it as .svg."
)


@click.command(help="Events over the bot's speech: does it yield, and to what?")
@click.option("--events", type=click.IntRange(1, 5000), default=200, help="Of each class.")
@click.option("--calls", type=click.IntRange(1, 16), default=3, show_default=True)
@click.option("--baseline-events", type=click.IntRange(1, 5000), default=60, show_default=True)
@click.option("--only", type=click.Choice(["voicebot", "vad"]), help="Ours, or the baseline.")
@click.option(
    "--point",
    "points",
    multiple=True,
    help="Values of VOICEBOT_TURNS__OVERLAP, or `default`; else all.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--quick", is_flag=True, help="A few events, the first point: a smoke test.")
@click.option("--json", "output", type=_File)
@_report
def duplex(
    events: int,
    calls: int,
    baseline_events: int,
    only: str | None,
    points: tuple[str, ...],
    seed: int,
    quick: bool,
    output: Path | None,
    report: Path | None,
) -> None:
    """Measure every operating point, one after the other."""
    chosen = points or tuple(p for p in POINTS if only is None or (p == "vad") == (only == "vad"))
    options = Options(
        events=min(events, QUICK_EVENTS) if quick else events,
        calls=max(calls, QUICK_CALLS) if quick else calls,
        baseline_events=baseline_events,
        points=chosen[:1] if quick else chosen,
        seed=seed,
        tries=1 if quick else 2,
    )
    results = DuplexResults(asdict(options))
    try:
        measure(options, results, _say)
    except (ServerFailed, RecordingsMissing) as error:
        results.failure = str(error)
    text = results.to_json()
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        _say(f"written to {output}")
    _publish([json.loads(text)], report)
    if results.failure:
        raise click.ClickException(results.failure)


@click.command("duplex-report", help="The report of one or several runs' JSON.")
@click.argument(
    "results", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_report
def duplex_report(results: tuple[Path, ...], report: Path | None) -> None:
    """Print or write the report."""
    bodies = []
    for path in results:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise click.ClickException(f"{path} is not JSON: {error}") from error
        if not isinstance(body, dict) or body.get("version") != VERSION or "systems" not in body:
            raise click.ClickException(f"{path} is not results of the duplex benchmark")
        bodies.append(body)
    _publish(bodies, report)


def _publish(bodies: Sequence[Mapping[str, Any]], report: Path | None) -> None:
    if report is None:
        click.echo(markdown(bodies), nl=False)
        return
    chart = report.with_suffix(".svg")
    report.parent.mkdir(parents=True, exist_ok=True)
    chart.write_text(svg(bodies), encoding="utf-8")
    report.write_text(markdown(bodies, chart.name), encoding="utf-8")
    _say(f"report in {report}")


def _say(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {text}", err=True)
