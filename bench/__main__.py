"""`python -m bench`: measures our server beside a plain pipecat bot, on this machine, now."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from bench import results as stored
from bench import table as tables
from bench.callers import RecordingsMissing
from bench.duplex.command import duplex, duplex_report
from bench.results import Results
from bench.servers import ServerFailed
from bench.suite import PARTS, Options, PartFailed, measure
from voicebot.engines.models import ModelUnavailable


class Loads(click.ParamType[tuple[int, ...]]):
    """Numbers of calls at once, such as `1,4`."""

    name = "N,N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            loads = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of numbers such as 1,4", param, ctx)
        if not all(1 <= load <= 64 for load in loads):
            self.fail("between 1 and 64 calls at once", param, ctx)
        return loads


@click.group()
def main() -> None:
    """Measure voicebot and a plain pipecat bot in the same run.

    Run from the repository's root, on a machine that has nothing else to do.
    """


def _add_command(name: str, parts: tuple[str, ...], about: str) -> None:
    @main.command(name, help=about)
    @click.option("--calls", type=Loads(), default=(1, 4), help="Calls at once; default 1,4.")
    @click.option("--turns", type=click.IntRange(1, 6), help="Lines of each caller; default all.")
    @click.option("--repeat", type=click.IntRange(1, 20), default=1, show_default=True)
    @click.option("--idle-seconds", type=click.FloatRange(1, 600), default=20.0, show_default=True)
    @click.option("--only", type=click.Choice(["voicebot", "plain"]), default=None)
    @click.option("--quick", is_flag=True, help="Two turns a caller, short watches: a smoke test.")
    @click.option("--no-listen", is_flag=True, help="Do not check our answers by ear.")
    @click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
    def command(
        calls: tuple[int, ...],
        turns: int | None,
        repeat: int,
        idle_seconds: float,
        only: str | None,
        quick: bool,
        no_listen: bool,
        output: Path | None,
    ) -> None:
        options = Options(
            parts=parts,
            calls=calls,
            turns=turns or (2 if quick else None),
            repeat=repeat,
            idle_seconds=min(idle_seconds, 5.0) if quick else idle_seconds,
            quick=quick,
            only=only or "",
            listen=not no_listen,
        )
        results = Results(options.facts())
        try:
            measure(options, results, _say)
        except (ServerFailed, RecordingsMissing, ModelUnavailable, PartFailed) as error:
            results.failure = str(error)
        text = results.to_json()
        if output:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text, encoding="utf-8")
            _say(f"written to {output}")
        click.echo(tables.markdown(json.loads(text)), nl=False)
        if results.failure:
            raise click.ClickException(results.failure)


_add_command("latency", ("latency",), "Voice to voice at the caller's ear.")
_add_command("interruptions", ("interruptions",), "How quickly an answer can be cut off.")
_add_command("idle", ("idle",), "Processor time of a call in which nobody speaks.")
_add_command("memory", ("memory",), "Memory with all models, and of each further call.")
_add_command("recognition", ("recognition",), "Accuracy and speed of the recogniser.")
_add_command("all", PARTS, "Everything, as for the README's table.")


main.add_command(duplex)
main.add_command(duplex_report)


@main.command()
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--readme",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put the table in this file, between its marks, instead of printing it.",
)
def table(results: Path, readme: Path | None) -> None:
    """Print RESULTS as the README's Markdown table."""
    try:
        body = stored.load(results)
        if readme is None:
            click.echo(tables.block(body), nl=False)
        else:
            text = readme.read_text(encoding="utf-8")
            readme.write_text(tables.replaced(text, body), encoding="utf-8")
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _say(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {text}", err=True)


if __name__ == "__main__":
    main(prog_name="python -m bench")
