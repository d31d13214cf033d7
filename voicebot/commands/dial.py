"""`voicebot dial`: calls that the bot makes, from the command line."""

from __future__ import annotations

import click

from voicebot.commands.manners import read_settings, told


@click.command()
@click.argument("target", metavar="NUMBER|LIST.csv", required=False, default="")
@click.option("--hotline", metavar="DIR", help="Which hotline calls; the default one otherwise.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="For one number.")
@click.option("--consent", is_flag=True, help="For one number: they agreed to be called.")
@click.option("--timezone", default="", metavar="ZONE", help="For one number: where they are.")
@click.option("--hours", default="", metavar="HOURS", help="As in mon-fri 9:00-20:00.")
@click.option("--attempts", default=4, show_default=True, type=click.IntRange(1, 10), help="Most.")
@click.option("--message", is_flag=True, help="Leave machines the hotline's message.")
@click.option("--dry-run", is_flag=True, help="Only show who would be called when, and why not.")
@click.option("--no-follow", is_flag=True, help="Do not wait for the calls.")
@click.option("--state", "shown", metavar="LIST", help="Show where a list stands.")
@click.option("--stop", "stopped", metavar="LIST|all", help="Place no more calls of a list.")
@click.option("--resume", "resumed", metavar="LIST|all", help="Go on with a list.")
@click.option("--opt-out", "left_alone", metavar="NUMBER", help="Never call a number again.")
@told
def dial(
    target: str,
    hotline: str | None,
    facts: tuple[str, ...],
    consent: bool,
    timezone: str,
    hours: str,
    attempts: int,
    message: bool,
    dry_run: bool,
    no_follow: bool,
    shown: str | None,
    stopped: str | None,
    resumed: str | None,
    left_alone: str | None,
) -> None:
    """Call a number, or everybody on a list, with a hotline that has an outbound.yaml.

    A server places the calls: `voicebot serve` with VOICEBOT_OUTBOUND__ENABLED=true on the same
    database. A list is CSV with the columns number, consent (yes or no), perhaps reference,
    language and timezone, and one for each fact of outbound.yaml. One wrong row refuses all of it.

    \b
    voicebot dial cases.csv --hotline disputes --dry-run
    voicebot dial +12125550143 --hotline disputes --consent --fact person="Ms. Lee" …
    """
    from rich.console import Console

    from voicebot.commands import dialling

    settings, console = read_settings(), Console(highlight=False)
    if left_alone is not None:
        click.echo(f"{dialling.leave_alone(left_alone, settings)} is never called again.")
    elif stopped is not None:
        dialling.stop(stopped, settings)
        click.echo(f"Stopped: no more calls of {stopped} are placed. Calls under way go on.")
    elif resumed is not None:
        dialling.resume(resumed, settings)
        click.echo(f"Calls of {resumed} go on.")
    elif shown is not None:
        dialling.show_state(shown, settings, console)
    elif target:
        wish = dialling.Wish(target, hotline, facts, consent, timezone, hours, attempts, message)
        dialling.place(wish, settings, console, dry=dry_run, follow=not no_follow)
    else:
        raise click.UsageError("name a number or a list, or see --help")
