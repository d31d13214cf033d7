"""`voicebot close` and `voicebot open`: take no calls, in all processes at once."""

from __future__ import annotations

import time
from datetime import datetime

import click

from voicebot.commands.manners import read_settings, told


@click.command("close")
@click.option(
    "--hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0.01, 8_760.0),
    help="How long.",
)
@told
def close(hours: float) -> None:
    """Take no more calls: callers hear the keypad menu. Calls under way go on."""
    from voicebot.store import open_store

    until = time.time() + hours * 3_600.0
    with open_store(read_settings().database_url) as store:
        store.usage.close_until(until)
    at = datetime.fromtimestamp(until).strftime("%Y-%m-%d %H:%M")
    click.echo(f"Closed until {at}, or until `voicebot open`.")


@click.command("open")
@told
def reopen() -> None:
    """Take calls again, after `voicebot close`."""
    from voicebot.store import open_store

    with open_store(read_settings().database_url) as store:
        store.usage.close_until(0.0)
    click.echo("Open.")
