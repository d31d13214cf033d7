"""`voicebot domain`: make a hotline, review it, try it, and see how it does."""

from __future__ import annotations

import asyncio
import shlex
import time
from pathlib import Path

import click

from voicebot.commands.manners import read_settings, told


@click.group()
def domain() -> None:
    """Make a hotline, review it, try it, and see how it does.

    A hotline is a folder of text files. Begin with `voicebot domain new`, change the files, and let
    `check` and `test` tell what is wrong; docs/new-hotline.md walks through it.
    """


@domain.command()
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(["blank", "retail"]),
    default="blank",
    show_default=True,
    help="A small commented hotline, or a copy of the packaged shop.",
)
@click.option("--title", default="", help="The name that callers hear; default from NAME.")
@told
def new(folder: Path, source: str, title: str) -> None:
    """Write a complete small hotline into the folder NAME, ready to be changed."""
    from voicebot.authoring.scaffold import write_hotline

    written = write_hotline(folder, source, title)
    named = shlex.quote(str(folder))
    click.echo(f"{folder}: {len(written)} files")
    click.echo(f"next:  voicebot domain check {named}")
    click.echo(f"       voicebot domain test {named}")
    click.echo(f"       voicebot chat --domain {named}")


@domain.command()
@click.argument("hotline", metavar="DIR|NAME")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--strict", is_flag=True, help="Advice counts as an error.")
@told
def check(hotline: str, as_json: bool, strict: bool) -> None:
    """Review a hotline: mistakes, and what would make it better.

    Errors are what the loader finds, examples that say the same in two intents, and intents or
    articles that none of their own examples would find, and tools that cannot run (its `backend` is
    imported and asked for them). Advice is all that callers would be the
    better for. Exit code 1 if there are errors.
    """
    from rich.console import Console

    from voicebot.authoring.review import review
    from voicebot.bootstrap import open_learning
    from voicebot.commands.hotline_reports import review_json, review_lines

    models = read_settings().models
    found = review(hotline, lambda language: open_learning(models, language))
    if as_json:
        click.echo(review_json(found))
    else:
        console = Console(highlight=False)
        for line in review_lines(found):
            console.print(line, soft_wrap=True)
    if found.errors or (strict and found.advice):
        raise click.exceptions.Exit(1)


@domain.command()
@click.argument("hotline", metavar="DIR|NAME")
@click.option("--only", default="", metavar="TEXT", help="Scenarios whose name or file has TEXT.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@told
def test(hotline: str, only: str, as_json: bool) -> None:
    """Play the hotline's scenarios and check what comes of them.

    A scenario in scenarios/*.yaml has the caller's lines and what must be so: what the bot says,
    tools called, values taken, how it ends, and what is true afterwards. Tools really run, each
    time on a fresh demo shop, or return what the scenario declares. Exit code 1 if one fails.
    """
    from rich.console import Console

    from dialogue.loading import load_domain
    from dialogue.scenario_loading import load_scenarios
    from voicebot.authoring.trials import Trial
    from voicebot.bootstrap import open_trials
    from voicebot.commands.hotline_reports import trial_lines, trials_json

    settings = read_settings().model_copy(update={"domain": hotline})
    loaded = load_domain(hotline)
    scenarios = [s for s in load_scenarios(loaded) if only.lower() in f"{s.file} {s.name}".lower()]
    if not scenarios:
        what = f"no scenario has {only!r} in its name" if only else "no scenarios"
        raise click.ClickException(f"{loaded.folder}: {what}; write some in scenarios/")
    console = Console(highlight=False)

    def show(trial: Trial) -> None:
        if not as_json:
            for line in trial_lines(trial):
                console.print(line, soft_wrap=True)

    trials = asyncio.run(open_trials(settings).play(scenarios, show))
    failed = sum(not trial.passed for trial in trials)
    if as_json:
        click.echo(trials_json(loaded.name, trials))
    else:
        click.echo(f"{loaded.name}: {len(trials) - failed} passed, {failed} failed")
    if failed:
        raise click.exceptions.Exit(1)


@domain.command()
@click.argument("hotline", metavar="[DIR|NAME]", default="")
@click.option("--days", type=click.FloatRange(min=0), help="Only calls of the last so many days.")
@click.option("--unanswered", default=10, show_default=True, help="How many lost turns to show.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@told
def stats(hotline: str, days: float | None, unanswered: int, as_json: bool) -> None:
    """Show how hotlines do, from the journals of their calls.

    What callers wanted, how many calls were contained (resolved without a person), how often
    callers were not understood, why they were handed over, and what led nowhere.
    """
    from rich.console import Console

    from voicebot.authoring.statistics import count_calls
    from voicebot.commands.hotline_reports import figures_json, figures_lines
    from voicebot.store import open_store

    name = _name_of(hotline)
    since = None if days is None else time.time() - days * 86_400
    store = open_store(read_settings().database_url)
    try:
        figures = count_calls(
            store.entries(row.call_id)
            for row in store.all_calls(since)
            if not name or row.domain == name
        )
    finally:
        store.close()
    if as_json:
        click.echo(figures_json(figures.values()))
        return
    if not figures:
        click.echo(f"There are no calls of {name} yet." if name else "There are no calls yet.")
    console = Console(highlight=False)
    for one in figures.values():
        for line in figures_lines(one, unanswered):
            console.print(line, soft_wrap=True)


def _name_of(hotline: str) -> str:
    """Return the name that calls of a hotline have in the journal."""
    from dialogue.loading import load_domain

    return load_domain(hotline).name if Path(hotline, "domain.toml").is_file() else hotline
