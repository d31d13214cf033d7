"""`python -m bench.dialogue.intents`: how often intents are understood from a few examples.

BANKING77 and CLINC150 from `../shared/data/intents`, beside a plain logistic regression over the
same embeddings, in one run. Twenty examples of each intent are held out and never learnt from, with
each seed others. The weights and rates of the classifier were chosen with the seeds 100 and 101,
which are not among those of the figures: other draws from the same sentences of BANKING77, and the
validation part of CLINC150, of which only the out-of-scope sentences are used here. The share that
may be taken for out of scope was chosen on those same hundred sentences, so what is told of them is
the one figure that was looked at before.
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from voicebot.engines.encoder import MiniLmEncoder
from voicebot.engines.intents import LogisticIntentModel, LogisticIntentTrainer
from voicebot.engines.models import locate_encoder
from voicebot.engines.mpnet import MpnetEncoder, locate_mpnet
from voicebot.engines.tuning import Recipe
from voicebot.settings import ModelSettings

DATA = Path("../shared/data/intents")
HELD_OUT = 20
_AIMS = {
    ("BANKING77", 5): 0.84,
    ("BANKING77", 10): 0.88,
    ("CLINC150", 5): 0.91,
    ("CLINC150", 10): 0.94,
}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What one set of data is measured with."""

    name: str
    learn: Pairs
    held: Pairs
    outside: tuple[str, ...] = ()
    """Out-of-scope sentences to learn from."""
    strange: tuple[str, ...] = ()
    """Out-of-scope sentences to be told."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One training, measured."""

    corpus: str
    shots: int
    """Examples of each intent; 0: all of them."""
    seed: int
    plain: float
    """Share of the held-out sentences that a plain logistic regression gets right."""
    right: float
    """The same for the classifier, whether or not it takes them for in scope."""
    calibration: float
    """Expected calibration error of its confidence, ten bins."""
    accepted: float
    """Share of the held-out sentences taken for in scope."""
    right_and_accepted: float
    rejected: float | None
    """Share of the out-of-scope sentences that are told."""
    learning: float
    """Seconds."""
    step: float
    """Median milliseconds for one sentence on one thread, with its embedding."""


def banking(seed: int) -> Corpus:
    """Return BANKING77, cut in two."""
    with (DATA / "banking77_train.csv").open(encoding="utf-8", newline="") as lines:
        pairs = [(row["text"].strip(), row["category"]) for row in csv.DictReader(lines)]
    return Corpus("BANKING77", *_cut(pairs, seed))


def clinc(seed: int) -> Corpus:
    """Return the training part of CLINC150, cut in two."""
    data = json.loads((DATA / "clinc150.json").read_text(encoding="utf-8"))
    learn, held = _cut([(text, intent) for text, intent in data["train"]], seed)
    outside, strange = ([text for text, _ in data[part]] for part in ("oos_train", "oos_val"))
    return Corpus("CLINC150", learn, held, tuple(outside), tuple(strange))


def _cut(pairs: Pairs, seed: int) -> tuple[Pairs, Pairs]:
    learn, held = [], []
    for texts, intent in _by_intent(pairs, seed):
        count = min(HELD_OUT, len(texts) // 3)
        held += [(text, intent) for text in texts[:count]]
        learn += [(text, intent) for text in texts[count:]]
    return learn, held


def few(pairs: Pairs, shots: int, seed: int) -> Pairs:
    """Return that many examples of each intent."""
    if not shots:
        return pairs
    drawn = _by_intent(pairs, seed + 1000)
    return [(text, intent) for texts, intent in drawn for text in texts[:shots]]


def _by_intent(pairs: Pairs, seed: int) -> list[tuple[list[str], str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for text, intent in dict.fromkeys(pairs):
        grouped[intent].append(text)
    order = random.Random(seed)
    for intent in sorted(grouped):
        order.shuffle(grouped[intent])
    return [(grouped[intent], intent) for intent in sorted(grouped)]


def measure(
    encoder: MiniLmEncoder, larger: MpnetEncoder, corpus: Corpus, shots: int, seed: int
) -> Figure:
    """Learn and measure once."""
    examples = few(corpus.learn, shots, seed)
    plain = _plain(encoder, examples, corpus.held)
    begun = time.perf_counter()
    model = LogisticIntentTrainer(larger, recipe=Recipe(), fitted=encoder).train(
        examples, outside=corpus.outside, named=True
    )
    learning = time.perf_counter() - begun
    right, sure, known = [], [], []
    for text, intent in corpus.held:
        best, confidence = model.probabilities(text)[0]
        right.append(best == intent)
        sure.append(confidence)
        known.append(model.in_scope(text))
    rejected = [not model.in_scope(text) for text in corpus.strange]
    return Figure(
        corpus.name,
        shots,
        seed,
        plain=plain,
        right=float(np.mean(right)),
        calibration=calibration_error(np.array(sure), np.array(right)),
        accepted=float(np.mean(known)),
        right_and_accepted=float(np.mean(np.array(right) & np.array(known))),
        rejected=float(np.mean(rejected)) if rejected else None,
        learning=learning,
        step=_step(model, [text for text, _ in corpus.held[:100]]),
    )


def _plain(encoder: MiniLmEncoder, examples: Pairs, held: Pairs) -> float:
    vectors = encoder.encode([text for text, _ in examples])
    with threadpool_limits(limits=1):
        model = LogisticRegression(max_iter=1000).fit(vectors, [intent for _, intent in examples])
        found = model.predict(encoder.encode([text for text, _ in held]))
    return float(np.mean(found == np.array([intent for _, intent in held])))


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Return how far confidences are from the shares that are right, weighted by how many."""
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(
        sum(
            (bins == i).mean() * abs(right[bins == i].mean() - sure[bins == i].mean())
            for i in np.unique(bins)
        )
    )


def _step(model: LogisticIntentModel, texts: Sequence[str]) -> float:
    """Time sentences that the encoder has not met: each is made a new one."""
    times = []
    with threadpool_limits(limits=1):
        for text in texts:
            said = f"{text} please"
            begun = time.perf_counter()
            model.probabilities(said)
            model.in_scope(said)
            times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table, one row for each set and number of examples."""
    rows = [
        "| | examples | aim | right | plain regression | calibration error | taken for in scope "
        "| right and in scope | out of scope told | learning | step |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, int], list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[figure.corpus, figure.shots].append(figure)
    for (corpus, shots), group in groups.items():
        aim = _AIMS.get((corpus, shots))
        told = "–"
        if group[0].rejected is not None:
            told = _spread([each.rejected or 0.0 for each in group])
        cells = [
            corpus,
            str(shots or "all"),
            f"{aim:.0%}" if aim else "–",
            *(
                _spread([pick(each) for each in group])
                for pick in (_RIGHT, _PLAIN, _CALIBRATION, _ACCEPTED, _BOTH)
            ),
            told,
            f"{statistics.median(each.learning for each in group):.0f} s",
            f"{statistics.median(each.step for each in group):.0f} ms",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


_RIGHT: Callable[[Figure], float] = lambda each: each.right  # noqa: E731
_PLAIN: Callable[[Figure], float] = lambda each: each.plain  # noqa: E731
_CALIBRATION: Callable[[Figure], float] = lambda each: each.calibration  # noqa: E731
_ACCEPTED: Callable[[Figure], float] = lambda each: each.accepted  # noqa: E731
_BOTH: Callable[[Figure], float] = lambda each: each.right_and_accepted  # noqa: E731


def _spread(shares: Sequence[float]) -> str:
    """Return the mean, and the lowest and highest where there are several."""
    mean = f"{statistics.mean(shares):.1%}"
    return f"{mean} ({min(shares):.1%}–{max(shares):.1%})" if len(shares) > 1 else mean


@click.command()
@click.option("--seeds", default=3, show_default=True, help="Trainings of each kind.")
@click.option("--first-seed", default=1, show_default=True, help="The first of their seeds.")
@click.option("--shots", default="5,10", show_default=True, help="Examples of an intent; 0: all.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(seeds: int, first_seed: int, shots: str, output: Path | None) -> None:
    """Measure how often intents are understood. Run it from the repository's root.

    With --json, figures of earlier runs in that file are kept, and a table is written beside it.
    """
    if not DATA.is_dir():
        raise click.ClickException(f"{DATA} is missing: the data lie beside the repository")
    files = locate_encoder(ModelSettings())
    encoder = MiniLmEncoder(files.model, files.tokenizer, remembered=60_000)
    larger = MpnetEncoder(locate_mpnet(ModelSettings().cache_dir), remembered=60_000)
    figures = []
    if output and output.is_file():
        figures = [Figure(**each) for each in json.loads(output.read_text(encoding="utf-8"))]
    for count in map(int, shots.split(",")):
        for seed in range(first_seed, first_seed + seeds):
            for load in (banking, clinc):
                figure = measure(encoder, larger, load(seed), count, seed)
                click.echo(f"{time.strftime('%H:%M:%S')}  {figure}", err=True)
                same = (figure.corpus, figure.shots, figure.seed)
                figures = [f for f in figures if (f.corpus, f.shots, f.seed) != same]
                figures = sorted([*figures, figure], key=lambda f: (f.corpus, f.shots or 99))
                if output:
                    output.write_text(json.dumps([asdict(f) for f in figures], indent=1) + "\n")
                    output.with_suffix(".md").write_text(table(figures), encoding="utf-8")
    click.echo(table(figures), nl=False)


if __name__ == "__main__":
    main(prog_name="python -m bench.dialogue.intents")
