"""The whole curve: what every operating point makes of the same looks.

`python -m bench.duplex.curve` looks at all events of the figures' half once, with the real speech
detector and recogniser, and lets the judge decide on them at many operating points. It looks six
times and at the end, a call as often as it can; it takes no second opinion on commands, and knows
neither the machine's load nor the carrier nor the bot's own echo: the figures of record are those
of `python -m bench duplex`, at the caller's ear.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from bench.duplex import train
from bench.duplex.looks import Looked
from dialogue.cues import USUAL
from voicebot.engines.glimpse import packaged_weights
from voicebot.journal import Glimpsed, SoundMeasured
from voicebot.turntaking.overlap import OverlapEvidence, Surroundings, judge
from voicebot.turntaking.policy import OVERLAP_MODES, OverlapPolicy

ANSWER = 0.10
"""Seconds until a look is answered, on this machine with one call."""
SILENCE = 0.05
"""Seconds from a verdict to silence at the ear."""
YIELD = 2.0
"""Seconds within which a bot has to fall silent to have yielded; tau-voice's window."""
USUAL_LEVEL = -23.0
"""dBFS of callers, whose level is drawn around it; see `bench.duplex.looks`."""

KINDS = ("interruption", "backchannel", "tic", "side_speech", "noise", "echo")


@dataclass(frozen=True, slots=True)
class Point:
    """One operating point on one half of the corpus."""

    name: str
    events: Mapping[str, int]
    yielded: Mapping[str, float]
    """Share of the events of each kind at which the bot fell silent."""
    latency_mean: float
    """Seconds from the first sound of an interruption to silence."""
    latency_p95: float


def points() -> Iterator[tuple[str, OverlapPolicy]]:
    """Return the shipped operating points, and a sweep of their marks."""
    yield from OVERLAP_MODES.items()
    for sure in (0.6, 0.7, 0.8, 0.9, 0.95, 0.98):
        for likely in (0.4, 0.5, 0.6, 0.7):
            marks = replace(OVERLAP_MODES["quick"], sure=sure, likely=likely)
            yield f"sure {sure:.2f}, likely {likely:.1f}", marks


def yielded_after(event: Looked, policy: OverlapPolicy, model: str) -> float | None:
    """Return the seconds after which the bot falls silent at an event; None if it goes on."""
    weights = packaged_weights(model)
    assert weights is not None, f"no weights for {model}"
    cues = USUAL["en"]
    for look in event.looks:
        ended = event.ended is not None and look.until >= event.ended - 1e-6
        glimpse = Glimpsed(
            0.0, look.until, look.text, look.avg_logprob, weights.kinds(look.features)
        )
        sound = SoundMeasured(0.0, look.until, look.level, 20.0, look.speech, 0.8, 120.0, 4.0, 0.0)
        until = event.started + event.seconds if ended else look.until + ANSWER
        verdict = judge(
            OverlapEvidence(
                event.started,
                until,
                ended,
                False,
                Surroundings(usual_level=USUAL_LEVEL),
                glimpse,
                sound,
            ),
            policy,
            cues,
        )
        if verdict is not None:
            after = look.until + ANSWER + SILENCE
            return after if verdict.yields and after <= YIELD else None
    return None


def measured(name: str, policy: OverlapPolicy, looked: Sequence[Looked], model: str) -> Point:
    """Return how often and how soon a policy yields."""
    after: dict[str, list[float | None]] = {kind: [] for kind in KINDS}
    for event in looked:
        after[event.kind].append(yielded_after(event, policy, model))
    soon = [seconds for seconds in after["interruption"] if seconds is not None]
    return Point(
        name,
        {kind: len(found) for kind, found in after.items()},
        {k: sum(s is not None for s in found) / max(1, len(found)) for k, found in after.items()},
        float(np.mean(soon)) if soon else float("nan"),
        float(np.percentile(soon, 95)) if soon else float("nan"),
    )


def markdown(curve: Sequence[Point]) -> str:
    """Return the curve as a table."""
    counts = curve[0].events
    lines = [
        "| operating point | yields | latency mean / p95 | backchannels ignored | tics ignored | "
        "side speech ignored | noise: false stops | echo: false stops |",
        "|---|---|---|---|---|---|---|---|",
        f"| events | {counts['interruption']} | | {counts['backchannel']} | {counts['tic']} | "
        f"{counts['side_speech']} | {counts['noise']} | {counts['echo']} |",
    ]
    for point in curve:
        of = point.yielded
        lines.append(
            f"| {point.name} | {of['interruption']:.3f} | {point.latency_mean:.2f} / "
            f"{point.latency_p95:.2f} s | {1 - of['backchannel']:.3f} | {1 - of['tic']:.3f} | "
            f"{1 - of['side_speech']:.3f} | {of['noise']:.3f} | {of['echo']:.3f} |"
        )
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--model", default="base", show_default=True, help="The Whisper model.")
@click.option("--split", type=click.Choice(["figures", "tune"]), default="figures")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(model: str, split: str, output: Path | None) -> None:
    """Print what each operating point makes of the same sounds."""
    looked = train.collect(split, model, 0)
    curve = [measured(name, policy, looked, model) for name, policy in points()]
    if output:
        body = [
            {
                "name": point.name,
                "events": dict(point.events),
                "yielded": {kind: round(share, 4) for kind, share in point.yielded.items()},
                "latency_mean": round(point.latency_mean, 3),
                "latency_p95": round(point.latency_p95, 3),
            }
            for point in curve
        ]
        output.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    click.echo(markdown(curve), nl=False)


if __name__ == "__main__":
    sys.exit(main())
