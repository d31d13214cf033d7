"""What `voicebot dial` does: order calls, show who would be called and why not, and watch."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from telephony.calls import is_e164
from voicebot.dialling.orders import BadOrder, Order, forecast, order_rows, order_text, overview
from voicebot.outbound.contacts import FOREVER, Contact, Obstacle, OnMachine
from voicebot.outbound.dialler import Prospect
from voicebot.outbound.hours import zone_of
from voicebot.outbound.lists import MOST_BYTES, BadList
from voicebot.outbound.permission import zones_of
from voicebot.settings import Settings
from voicebot.store import CallList, OutboundBook, open_store

_SHOWN = 40
"""Rows of a table; the rest is counted."""
_WATCH = 1.0
"""Seconds between two looks at a list's progress."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    target: str
    """A number, or the name of a list's file."""
    hotline: str | None
    facts: tuple[str, ...]
    consent: bool
    timezone: str
    hours: str
    attempts: int
    message: bool


def place(wish: Wish, settings: Settings, console: Console, *, dry: bool, follow: bool) -> None:
    """Show who would be called, and have them called.

    Raises:
        click.ClickException: something in it cannot be done; nothing was ordered.
    """
    name = wish.hotline or settings.domain
    on_machine = OnMachine.MESSAGE if wish.message else OnMachine.HANG_UP
    order = Order(name, Path(wish.target).name, wish.hours, wish.attempts, on_machine.value)
    row = {
        "number": wish.target,
        "consent": "yes" if wish.consent else "no",
        "timezone": wish.timezone,
    }
    made, people = _ordered(order, wish.target, row | _named(wish.facts), settings)
    with open_store(settings.database_url) as store:
        _show_forecast(made, people, settings, store.outbound, console)
        if not dry:
            _place(store.outbound, settings, made, people, console, follow=follow)


def show_state(list_id: str, settings: Settings, console: Console) -> None:
    """Show where a list stands.

    Raises:
        click.ClickException: there is none.
    """
    with open_store(settings.database_url) as store:
        _show_state(store.outbound, settings, list_id, console)


def stop(name: str, settings: Settings) -> None:
    """Place no more calls of a list, or of `all`.

    Raises:
        click.ClickException: there is none.
    """
    with open_store(settings.database_url) as store:
        _found(store.outbound.stop(_list(name), time.time()), name)


def resume(name: str, settings: Settings) -> None:
    """Go on with a list, or lift the stop of `all`.

    Raises:
        click.ClickException: there is none.
    """
    with open_store(settings.database_url) as store:
        _found(store.outbound.resume(_list(name)), name)


def leave_alone(number: str, settings: Settings) -> str:
    """Never call a number again; returns it for the eye.

    Raises:
        click.ClickException: it is no number.
    """
    if not is_e164(number):
        raise click.ClickException("write the number in full, like +12125550143")
    with open_store(settings.database_url) as store:
        store.outbound.opt_out(number, time.time(), "command")
    return masked(number)


def _ordered(
    order: Order, target: str, row: Mapping[str, str], settings: Settings
) -> tuple[CallList, tuple[Contact, ...]]:
    list_id, now = f"l{secrets.token_hex(6)}", time.time()
    try:
        if target.startswith("+"):
            return order_rows(order, [row], settings.outbound, list_id, now)
        text = _read(Path(target))
        return order_text(order, text, settings.outbound, list_id, now)
    except BadList as error:
        one = target.startswith("+")
        lines = [problem.message if one else str(problem) for problem in error.problems]
        raise click.ClickException(
            "\n  ".join([f"{target} cannot be called; nothing was ordered:", *lines])
        ) from error
    except BadOrder as error:
        raise click.ClickException(str(error)) from error


def _read(path: Path) -> str:
    if not path.is_file():
        raise click.ClickException(
            f"{path} is neither a number like +12125550143 nor a file that is there"
        )
    if path.stat().st_size > MOST_BYTES:
        raise click.ClickException(f"{path} is larger than {MOST_BYTES} bytes; make two of it")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{path} is not UTF-8; save it as “CSV UTF-8”, as spreadsheets call it"
        ) from error


def _named(facts: Sequence[str]) -> dict[str, str]:
    found = {}
    for fact in facts:
        name, mark, value = fact.partition("=")
        if not mark or not name:
            raise click.ClickException(f"--fact {fact!r} must look like --fact person='Ms. Lee'")
        found[name.strip()] = value
    return found


def _list(name: str) -> str:
    return "" if name == "all" else name


def _found(found: bool, name: str) -> None:
    if not found:
        raise click.ClickException(f"there is no list {name}")


# --- what is shown ---------------------------------------------------------------------------


def _show_forecast(
    made: CallList,
    people: Sequence[Contact],
    settings: Settings,
    book: OutboundBook,
    console: Console,
) -> None:
    now = time.time()
    prospects = forecast(made, people, settings.outbound, book.opted_out(), now)
    console.print(prospects_table(prospects, now))
    reasons = Counter(p.obstacle for p in prospects if p.obstacle is not None and p.at is None)
    called = sum(p.at is not None for p in prospects)
    console.print(f"{called} of {len(prospects)} will be called.")
    for reason, count in reasons.most_common():
        console.print(f"  {count} × not: {reason.value}")


def _show_state(book: OutboundBook, settings: Settings, list_id: str, console: Console) -> None:
    now = time.time()
    found = overview(book, settings.outbound, list_id, now)
    if found is None:
        raise click.ClickException(f"there is no list {list_id}")
    console.print(prospects_table(found[1], now))
    console.print(progress_line(found[1]))


def _place(
    book: OutboundBook,
    settings: Settings,
    made: CallList,
    people: Sequence[Contact],
    console: Console,
    *,
    follow: bool,
) -> None:
    if not book.is_leased(time.time()):
        raise click.ClickException(
            "no server places calls on this database, so nothing was ordered: start `voicebot "
            "serve` with VOICEBOT_OUTBOUND__ENABLED=true, or use --dry-run"
        )
    book.add_list(made, people)
    console.print(f"Ordered as list {made.id}. Stop it with: voicebot dial --stop {made.id}")
    if not follow:
        return
    with console.status("") as status:
        while True:
            found = overview(book, settings.outbound, made.id, time.time())
            prospects = found[1] if found else []
            line = progress_line(prospects)
            if all(_is_over(p) or p.obstacle is Obstacle.STOPPED for p in prospects):
                break
            status.update(f"{line} (Ctrl-C leaves; the calls go on)")
            time.sleep(_WATCH)
    console.print(line)


def prospects_table(prospects: Sequence[Prospect], now: float) -> Table:
    """Return who is called when, or why not; numbers are masked."""
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "reference", "tries", "last", "next", "why not now"):
        table.add_column(heading)
    for one in prospects[:_SHOWN]:
        table.add_row(
            masked(one.contact.number),
            one.contact.reference[:30],
            str(one.attempts),
            one.result.value if one.result else "",
            "calling" if one.calling else _when(one, now),
            one.obstacle.value if one.obstacle else "",
        )
    if len(prospects) > _SHOWN:
        table.add_row("…", f"and {len(prospects) - _SHOWN} more", "", "", "", "")
    return table


def progress_line(prospects: Sequence[Prospect]) -> str:
    """Return how far a list is, in one line."""
    results = Counter(p.result.value for p in prospects if p.result is not None)
    over = sum(map(_is_over, prospects))
    calling = sum(p.calling for p in prospects)
    told = ", ".join(f"{name} {count}" for name, count in results.most_common())
    return f"{over} of {len(prospects)} settled, {calling} calling{f': {told}' if told else ''}"


def _is_over(one: Prospect) -> bool:
    return one.obstacle is Obstacle.DONE or one.obstacle in FOREVER


def _when(one: Prospect, now: float) -> str:
    if one.at is None:
        return "never" if _is_over(one) else ""
    if one.at <= now:
        return "now"
    zone = next(iter(zones_of(one.contact)), "UTC")
    return datetime.fromtimestamp(one.at, zone_of(zone)).strftime("%a %d %b %H:%M %Z")


def masked(number: str) -> str:
    """Return a number with its middle left out, for the eye of whoever knows it."""
    return f"{number[:5]}…{number[-3:]}" if len(number) > 8 else number
