"""`voicebot people`: who takes calls, what they are doing, and who waits for them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from voicebot.commands.manners import read_settings, told
from voicebot.staff.line import Waiting, Waits, estimated_wait, in_order, next_for
from voicebot.staff.presence import Presence
from voicebot.staff.roster import Person, Roster, load_roster


@click.group()
def people() -> None:
    """See who takes calls and who waits, and sign people in and out.

    The people stand in a file (VOICEBOT_HANDOFF__ROSTER, docs/people.md); what they are doing is in
    the store, so that all processes see the same.
    """


@people.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@told
def check(file: Path | None) -> None:
    """Check the roster FILE, or the one in the settings: every mistake with its line."""
    roster = load_roster(file or _path())
    click.echo(f"{len(roster.people)} people, {len(roster.queues)} queues")


@people.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@told
def show(as_json: bool) -> None:
    """List the people, and what each is doing."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from voicebot.store import open_store

    roster, now = load_roster(_path()), time.time()
    with open_store(read_settings().database_url) as store:
        presences = store.staff.presences()
    if as_json:
        click.echo(json.dumps([_plain(p, presences, now) for p in roster.people.values()]))
        return
    table = Table("id", "name", "queues", "languages", "doing", "for")
    for person in roster.people.values():
        state = presences.get(person.id, Presence(person.id)).at(now)
        doing = state.doing.value.replace("_", " ") + (", leaving" if state.leaving else "")
        table.add_row(
            person.id,
            Text(person.name),
            ", ".join(person.queues) or "all",
            ", ".join(person.languages) or "any",
            doing,
            _minutes(now - state.since) if state.since else "",
        )
    Console(highlight=False).print(table)


@people.command(name="in")
@click.argument("person")
@told
def sign_in(person: str) -> None:
    """PERSON takes calls from now on."""
    _change(person, away=False)


@people.command(name="out")
@click.argument("person")
@told
def sign_out(person: str) -> None:
    """PERSON takes no more calls; the present talk goes on."""
    _change(person, away=True)


@people.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@told
def line(as_json: bool) -> None:
    """List who waits for a person, in their order, and how long it will take."""
    from rich.console import Console
    from rich.table import Table

    from voicebot.store import open_store

    settings, now = read_settings(), time.time()
    roster = load_roster(_path())
    with open_store(settings.database_url) as store:
        presences, waiting = store.staff.presences(), store.staff.waiting()
    rows = _line(roster, presences, waiting, now, settings.handoff.talk)
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("Nobody waits.")
        return
    table = Table("", "call", "queue", "priority", "waits", "since", "turn in")
    for place, row in enumerate(rows, start=1):
        wait = row["wait"]
        table.add_row(
            str(place),
            str(row["call"])[:12],
            str(row["queue"]),
            str(row["priority"]),
            f"for a call to {row['number']}" if row["number"] else "on the line",
            _minutes(float(str(row["waited"]))),
            "nobody is there" if wait is None else _minutes(float(str(wait))),
        )
    Console(highlight=False).print(table)


@people.command(name="next")
@click.argument("person")
@told
def call_next(person: str) -> None:
    """Take the next call-back for PERSON out of the line, and print whom to call.

    Each is given to one person only. Who has waited longest and most urgently comes first.
    """
    from voicebot.store import open_store

    roster = load_roster(_path())
    if person not in roster.people:
        known = ", ".join(sorted(roster.people))
        raise click.ClickException(f"{person!r} is not in the roster; it has: {known}")
    now = time.time()
    with open_store(read_settings().database_url) as store:
        to_call = [one for one in store.staff.waiting() if one.kind is Waits.FOR_A_CALL]
        while one := next_for(roster.people[person], to_call, now):
            if store.staff.leave(one.call):
                click.echo(f"{one.number}, waits since {_minutes(now - one.since)}, {one.call}")
                return
            to_call.remove(one)  # Somebody else was quicker.
    click.echo("Nobody waits for a call.")


def _path() -> Path:
    path = read_settings().handoff.roster
    if path is None:
        raise click.ClickException(
            "no people are known: write them into a file (docs/people.md) and set "
            "VOICEBOT_HANDOFF__ROSTER to it"
        )
    return path


def _change(person: str, *, away: bool) -> None:
    from voicebot.store import open_store

    roster = load_roster(_path())
    if person not in roster.people:
        known = ", ".join(sorted(roster.people))
        raise click.ClickException(f"{person!r} is not in the roster; it has: {known}")
    now = time.time()
    with open_store(read_settings().database_url) as store:
        state = store.staff.change(
            person, lambda state: state.sign_out(now) if away else state.sign_in(now)
        )
    if state is not None:
        later = ", and away after this talk" if state.leaving else ""
        click.echo(f"{person}: {state.doing.value.replace('_', ' ')}{later}")


def _plain(person: Person, presences: Mapping[str, Presence], now: float) -> dict[str, object]:
    state = presences.get(person.id, Presence(person.id)).at(now)
    return {
        "id": person.id,
        "name": person.name,
        "queues": list(person.queues),
        "languages": list(person.languages),
        "doing": state.doing.value,
        "since": state.since or None,
        "call": state.call,
        "leaving": state.leaving,
    }


def _line(
    roster: Roster,
    presences: Mapping[str, Presence],
    waiting: Sequence[Waiting],
    now: float,
    talk: float,
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for one in in_order(waiting, now):
        wait = estimated_wait(one, waiting, roster, presences, now, talk=talk)
        rows.append(
            {
                "call": one.call,
                "queue": one.queue,
                "priority": one.priority.value,
                "kind": one.kind.value,
                "number": one.number if one.kind is Waits.FOR_A_CALL else "",
                "waited": round(now - one.since, 1),
                "wait": None if wait is None else round(wait, 1),
            }
        )
    return rows


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"
