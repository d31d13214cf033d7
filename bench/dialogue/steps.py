"""`python -m bench.dialogue.steps`: how long the dialogue manager takes for a turn.

Simulated customers (`bench.dialogue.customers`) talk to each hotline; what is timed is each turn of
theirs as a whole, and beside it the reading of its words alone. One thread, in the calling thread,
as the server does it. Vectors of earlier conversations are forgotten, because real callers do not
say the same sentence twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from bench.dialogue.customer import Manner
from bench.dialogue.customers import play_all
from bench.dialogue.houses import HOUSES
from bench.dialogue.talk import Stage
from dialogue.acts import DialogueInput, UserTurn
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from dialogue.step import Step
from dialogue.understanding.intents import Understanding
from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.models import locate_encoder
from voicebot.settings import ModelSettings

LONG = 15
"""Words of a turn that count as long: of those the parts are read as well."""
_REMEMBERED = 16
"""Vectors kept: enough for one turn, not for the same words in another conversation."""


class TimedManager(DialogueManager):
    """Notes how long each turn takes."""

    def __init__(self, domain: str, encoder: MiniLmEncoder) -> None:
        trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
        super().__init__(load_domain(domain), trainer, indexer)
        self.taken: list[tuple[str, float]] = []

    def handle(self, state: DialogueState, input: DialogueInput) -> Step:
        """Answer one input."""
        begun = time.perf_counter()
        step = super().handle(state, input)
        if isinstance(input, UserTurn) and input.text:
            self.taken.append((input.text, time.perf_counter() - begun))
        return step


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds of some turns."""

    hotline: str
    what: str
    turns: int
    median: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, hotline: str, what: str, seconds: Sequence[float]) -> Figure:
        """Count."""
        times = 1000 * np.array(seconds)
        median, p95, p99 = (float(each) for each in np.quantile(times, [0.5, 0.95, 0.99]))
        return cls(hotline, what, len(times), median, p95, p99, float(times.max()))


def measure(hotline: str, encoder: MiniLmEncoder, seeds: range) -> tuple[list[Figure], str]:
    """Hold the conversations; return the figures, and the turn that took longest."""
    manager = TimedManager(hotline, encoder)
    stage = Stage(manager)
    try:
        play_all(stage, seeds, tuple(Manner))
    finally:
        stage.close()
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    understanding = Understanding(load_domain(hotline), trainer, indexer)
    alone = []
    for text in dict.fromkeys(text for text, _ in manager.taken):
        begun = time.perf_counter()
        understanding.read(text)
        alone.append(time.perf_counter() - begun)
    long = [taken for text, taken in manager.taken if len(text.split()) >= LONG]
    figures = [
        Figure.of(hotline, "a turn", [taken for _, taken in manager.taken]),
        Figure.of(hotline, f"a turn of {LONG} words and more", long),
        Figure.of(hotline, "reading it once", alone),
    ]
    return figures, max(manager.taken, key=lambda turn: turn[1])[0]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        "| hotline | what | turns | median | p95 | p99 | longest |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in figures:
        times = (each.median, each.p95, each.p99, each.longest)
        cells = [each.hotline, each.what, str(each.turns), *(f"{time:.1f} ms" for time in times)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


@click.command()
@click.option("--seeds", default=1, show_default=True, help="Customers of each goal and manner.")
@click.option("--first", default=2000, show_default=True, help="First seed.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(seeds: int, first: int, output: Path | None) -> None:
    """Time the turns of simulated customers. With --json a table is written beside it."""
    files = locate_encoder(ModelSettings())
    encoder = MiniLmEncoder(files.model, files.tokenizer, remembered=_REMEMBERED)
    figures: list[Figure] = []
    for hotline in HOUSES:
        found, longest = measure(hotline, encoder, range(first, first + seeds))
        figures += found
        click.echo(f"{hotline}, took longest: {longest}", err=True)
    click.echo(table(figures), nl=False)
    if output:
        output.write_text(json.dumps([asdict(each) for each in figures], indent=1) + "\n")
        output.with_suffix(".md").write_text(table(figures), encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m bench.dialogue.steps")
