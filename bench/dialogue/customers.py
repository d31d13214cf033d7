"""`python -m bench.dialogue.customers`: simulated customers in text, by goal and manner."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bench.dialogue.customer import Manner
from bench.dialogue.houses import BY_NAME, HOUSES
from bench.dialogue.talk import Record, Stage
from voicebot.bootstrap import open_manager
from voicebot.settings import Settings


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of some conversations."""

    conversations: int
    completed: float
    captured: float | None
    corrected: float | None
    briefs: float | None
    wrong_effects: int
    turns: float

    @classmethod
    def of(cls, records: Sequence[Record]) -> Score:
        """Count."""
        return cls(
            len(records),
            sum(r.completed for r in records) / len(records),
            _share(r.captured() for r in records),
            _share(r.corrected() for r in records),
            _share(r.brief_complete() for r in records),
            sum(len(r.wrong_effects()) for r in records),
            sum(sum(who == "caller" for who, _ in r.lines) for r in records) / len(records),
        )

    def row(self, name: str) -> str:
        """Return a row of the table."""
        shares = (self.completed, self.captured, self.corrected, self.briefs)
        cells = " | ".join("–" if s is None else f"{s * 100:.1f}" for s in shares)
        return (
            f"| {name} | {self.conversations} | {cells} | {self.wrong_effects} | {self.turns:.1f} |"
        )


HEAD = (
    "| customers | conversations | completed % | number right % | corrections % | briefs % "
    "| wrong side effects | turns |",
    "|---|---|---|---|---|---|---|---|",
)


def table(records: Sequence[Record]) -> str:
    """Return the figures of all, by manner and by goal, as Markdown."""
    rows = [*HEAD, Score.of(records).row("**all**")]
    for key in (lambda r: r.manner.value, lambda r: r.goal.name):
        for name in sorted({key(r) for r in records}):
            rows.append(Score.of([r for r in records if key(r) == name]).row(name))
    return "\n".join(rows)


def misses(records: Iterable[Record]) -> str:
    """Return every conversation that fell short, in full."""
    told = []
    for record in records:
        if shortfalls := record.shortfalls():
            told.append(f"{record.goal.name}, {record.manner}, seed {record.seed}: {shortfalls}")
            told += [f"  {who:>6}: {text}" for who, text in record.lines]
            told.append("")
    return "\n".join(told)


def write(records: Iterable[Record], path: Path) -> None:
    """Keep what was said in conversations, and what came of them, as JSON."""
    kept = [
        {
            "goal": r.goal.name,
            "manner": r.manner.value,
            "seed": r.seed,
            "shortfalls": r.shortfalls(),
            "captured": r.captured(),
            "corrected": r.corrected(),
            "wrong_effects": len(r.wrong_effects()),
            "brief": r.brief_complete(),
            "disposition": r.disposition,
            "lines": r.lines,
        }
        for r in records
    ]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def play_all(
    stage: Stage,
    seeds: range,
    manners: Sequence[Manner],
    goals: Sequence[str] = (),
    told: Callable[[int], None] = lambda done: None,
) -> list[Record]:
    """Hold all conversations; `told` hears how many are done."""
    chosen = [goal for goal in stage.house.goals if not goals or goal.name in goals]
    records = []
    for goal, manner, seed in stage.cast(seeds, manners, chosen):
        records.append(stage.play(goal, manner, seed))
        told(len(records))
    return records


def _share(verdicts: Iterable[bool | None]) -> float | None:
    known = [verdict for verdict in verdicts if verdict is not None]
    return sum(known) / len(known) if known else None


@click.command()
@click.option("--seeds", default=2, show_default=True, help="Customers of each goal and manner.")
@click.option("--first", default=1000, show_default=True, help="First seed; tests use low ones.")
@click.option("--manner", "manners", multiple=True, type=click.Choice([m.value for m in Manner]))
@click.option("--goal", "goals", multiple=True, type=click.Choice(list(BY_NAME)))
@click.option("--domain", type=click.Choice(list(HOUSES)), default="retail", show_default=True)
@click.option("--misses", "with_misses", is_flag=True, help="Print conversations that fell short.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(
    seeds: int,
    first: int,
    manners: tuple[str, ...],
    goals: tuple[str, ...],
    domain: str,
    with_misses: bool,
    output: Path | None,
) -> None:
    """Let simulated customers talk to the hotline in text, and judge what came of it."""
    began = time.monotonic()
    stage = Stage(open_manager(Settings(domain=domain)))
    try:
        chosen = tuple(Manner(name) for name in manners) or tuple(Manner)
        records = play_all(stage, range(first, first + seeds), chosen, goals)
    finally:
        stage.close()
    if with_misses:
        click.echo(misses(records))
    click.echo(table(records))
    click.echo(f"{len(records)} conversations in {time.monotonic() - began:.0f} s", err=True)
    if output:
        write(records, output)


if __name__ == "__main__":
    main()
