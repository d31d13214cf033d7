"""The duplex benchmark as Markdown, with its chart; made from the JSON alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.duplex import summary
from bench.duplex.corpus import KINDS
from bench.duplex.line import CONDITIONS
from bench.duplex.outcomes import Outcome, TurnOutcome
from bench.duplex.summary import Rate, Spread

IGNORED = ("backchannel", "tic", "side_speech", "noise", "echo")
MOST_MISSES = 60
"""Misses listed for each system and class."""

PUBLISHED = (
    ("gpt-realtime-1.5", 0.42, 1.00, 0.02, "0.05 / 0.10", 1.39, 0.135),
    ("gemini-3.1-flash-live minimal", 0.82, 0.52, 0.90, "0.51 / 0.27", 1.64, 0.098),
    ("grok think-fast 1.0", 1.37, 0.94, 0.66, "0.60 / 0.28", 1.21, 0.197),
    ("LiveKit cascade", 0.87, 0.99, 0.67, "0.49 / 0.58", 4.24, 0.644),
    ("Pine (cascade)", 1.13, 0.46, 0.97, "0.53 / 0.49", 2.14, 0.469),
)
"""tau-voice, G.711 with noise at 15 dB, overall means: name, yield latency, yield rate, backchannel
selectivity, tics / side speech, response, interruptions a turn."""

Parts = tuple[list[Outcome], list[TurnOutcome]]


def systems_of(bodies: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], Parts]]:
    """Return every system of the results, with its outcomes read back."""
    return [
        (
            system,
            (
                [Outcome(**o) for o in system["outcomes"]],
                [TurnOutcome(**{**t, "pauses": tuple(t["pauses"])}) for t in system["turns"]],
            ),
        )
        for body in bodies
        for system in body["systems"]
    ]


def markdown(bodies: Sequence[Mapping[str, Any]], chart: str = "") -> str:
    """Return the report of one or several runs' JSON; `chart` is the picture's file name."""
    systems = systems_of(bodies)
    lines = ["# Listening while speaking", ""]
    lines += [
        "Same metrics as tau-voice, our stimuli: simulated callers over a simulated Twilio stream, "
        "everything measured at the caller's ear. Made by `python -m bench duplex`.",
        "",
    ]
    if chart:
        lines += [f"![backchannels ignored against yield latency]({chart})", ""]
    lines += [*_overview(systems), ""]
    for system, (outcomes, turns) in systems:
        name = system["system"]
        lines += [f"## {name}", ""]
        lines += [
            f"{len(system['calls'])} calls in {system['seconds'] / 60:.0f} min; a silence of "
            f"{system['gap']:.2f} s counts as a stop; {sum(bool(o.void) for o in outcomes)} events "
            f"do not count (the bot was not speaking, or came to its own end), "
            f"{system['not_played']} found no place, as the bot cut itself off or ended the call.",
            "",
            *_by_condition(outcomes, turns),
            *_stray(system["calls"]),
            "",
            *_voice(outcomes),
            "",
            *_turns(turns),
            "",
            *_confusion(outcomes),
            "",
            *_misses(outcomes, turns),
            "",
        ]
    for body in bodies:
        machine = body["machine"]
        lines += [
            f"Measured on {machine['cores']} cores of {machine['processor']}, "
            f"{body['made_at'][:10]}, {body['options']['calls']} calls at once, "
            f"{body['options']['events']} events a class planned, seed {body['options']['seed']}."
        ]
        if body["voices_missing"]:
            lines += [f"Voices that were not installed: {', '.join(body['voices_missing'])}."]
        if body["failure"]:
            lines += [f"The run stopped early: {body['failure']}"]
    return "\n".join(lines) + "\n"


def _overview(systems: Sequence[tuple[Mapping[str, Any], Parts]]) -> Iterator[str]:
    yield (
        "| | yield rate | yield latency mean / p95 | backchannels ignored | tics | side speech | "
        "noise: false stops | echo: false stops | response mean / p95 | spoken into, of turns |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    yield (
        "| aim | ≥ .98 | ≤ 0.45 s or ≤ 0.60 s | ≥ .85 or ≥ .92 | ≥ .85 | ≥ .60 | ≤ .02 | ≤ .02 | "
        "≤ 0.7 s | ≤ .05 |"
    )
    for system, (outcomes, turns) in systems:
        latency = summary.spread(
            [o for o in outcomes if o.kind == "interruption"], lambda o: o.stopped_after
        )
        response = summary.responses(turns)
        cells = [
            _rate(summary.yielded(outcomes, "interruption")),
            _mean_p95(latency),
            *(_rate(summary.ignored(outcomes, k)) for k in ("backchannel", "tic", "side_speech")),
            *(_rate(summary.yielded(outcomes, kind)) for kind in ("noise", "echo")),
            _mean_p95(response),
            _rate(summary.spoken_into(turns)),
        ]
        yield f"| **{system['system']}** | {' | '.join(cells)} |"
    for name, latency_s, rate, selectivity, others, response_s, into in PUBLISHED:
        tics, side = others.split(" / ")
        yield (
            f"| {name} (tau-voice) | {_share(rate)} | {latency_s:.2f} s | {_share(selectivity)} | "
            f"{_share(float(tics))} | {_share(float(side))} | – | – | {response_s:.2f} s | "
            f"{_share(into)} |"
        )
    yield ""
    yield "In brackets: Wilson's interval at 95 %."


def _by_condition(outcomes: Sequence[Outcome], turns: Sequence[TurnOutcome]) -> Iterator[str]:
    names = [condition.name for condition in CONDITIONS]
    yield f"| by line | {' | '.join(names)} | all |"
    yield f"|---|{'---|' * (len(names) + 1)}"
    piles = [[o for o in outcomes if o.condition == name] for name in names] + [list(outcomes)]
    yield _row("interruption: yields", [_rate(summary.yielded(p, "interruption")) for p in piles])
    yield _row(
        "yield latency mean / p50 / p95",
        [
            _mean_p50_p95(
                summary.spread(
                    [o for o in p if o.kind == "interruption"], lambda o: o.stopped_after
                )
            )
            for p in piles
        ],
    )
    for kind in IGNORED:
        yield _row(f"{kind}: ignored", [_rate(summary.ignored(p, kind)) for p in piles])
    spoken = [[t for t in turns if t.condition == name] for name in names] + [list(turns)]
    yield _row("turns: spoken into", [_rate(summary.spoken_into(t)) for t in spoken])
    yield _row("response mean / p50 / p95", [_mean_p50_p95(summary.responses(t)) for t in spoken])


def _stray(calls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = [condition.name for condition in CONDITIONS]
    piles = [[c for c in calls if c["condition"] == name] for name in names] + [list(calls)]
    cells = []
    for pile in piles:
        minutes = sum(call["seconds"] for call in pile) / 60
        stops = sum(call["stray_stops"] for call in pile)
        cells.append(f"{stops / minutes:.2f} ({stops} in {minutes:.0f} min)" if minutes else "–")
    yield _row("stops with nobody there, a minute", cells)


def _voice(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield (
        "| the bot's voice | events | lowered | lowered by, median | lowered for mean / p95 | "
        "level back after the sound mean / p95 | same speech taken up again, of false stops | "
        "resumed after mean / p95 | speech lost / repeated > 60 ms |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for kind in KINDS:
        found = summary.judged(outcomes, kind)
        on = [o for o in found if o.stopped_after is None]
        stops = [o for o in found if o.stopped_after is not None]
        resumed = [o for o in stops if o.resumed_after is not None]
        moved = [o.skipped for o in found if o.skipped is not None]
        lowered = Rate(sum(o.lowered_by is not None for o in on), len(on))
        median = summary.spread(on, lambda o: o.lowered_by).percentile(0.5)
        cells = [
            str(len(found)),
            _rate(lowered),
            "–" if median is None else f"{median:.0f} dB",
            _mean_p95(summary.spread(on, lambda o: o.lowered_for)),
            _mean_p95(summary.spread(on, lambda o: o.level_back_after)),
            "–" if kind == "interruption" else _rate(Rate(len(resumed), len(stops))),
            _mean_p95(summary.spread(resumed, lambda o: o.resumed_after)),
            f"{sum(m > 0.06 for m in moved)} / {sum(m < -0.06 for m in moved)} of {len(moved)}",
        ]
        yield _row(kind, cells)


def _turns(turns: Sequence[TurnOutcome]) -> Iterator[str]:
    yield "| turns by their longest pause | turns | spoken into | response mean / p50 / p95 |"
    yield "|---|---|---|---|"
    bins = (("no pause marked", 0.0, 0.3), ("0.3–0.6 s", 0.3, 0.6), ("0.6–0.9 s", 0.6, 0.9))
    for name, low, high in (*bins, ("0.9–1.2 s", 0.9, 9.0)):
        found = [t for t in turns if low <= max(t.pauses, default=0.0) < high]
        cells = [
            str(len(found)),
            _rate(summary.spoken_into(found)),
            _mean_p50_p95(summary.responses(found)),
        ]
        yield _row(name, cells)


def _confusion(outcomes: Sequence[Outcome]) -> Iterator[str]:
    table = summary.confusion(outcomes)
    verdicts = sorted({verdict for row in table.values() for verdict in row})
    yield f"| true class \\ journal | {' | '.join(verdicts)} |"
    yield f"|---|{'---|' * len(verdicts)}"
    for kind in KINDS:
        if kind in table:
            yield _row(kind, [str(table[kind][verdict] or "") for verdict in verdicts])


def _misses(outcomes: Sequence[Outcome], turns: Sequence[TurnOutcome]) -> Iterator[str]:
    yield "<details><summary>Every miss</summary>"
    yield ""
    yield "| class | words | voice | line | length | stopped after | journal |"
    yield "|---|---|---|---|---|---|---|"
    for kind in KINDS:
        missed = [o for o in outcomes if o.kind == kind and summary.is_miss(o)]
        for o in missed[:MOST_MISSES]:
            stopped = "spoke on" if o.stopped_after is None else f"{o.stopped_after:.2f} s"
            yield _row(
                o.kind,
                [
                    o.text or "–",
                    o.voice,
                    o.condition,
                    f"{o.seconds:.2f} s",
                    stopped,
                    o.verdict or "nothing",
                ],
            )
        if len(missed) > MOST_MISSES:
            yield _row(kind, [f"and {len(missed) - MOST_MISSES} more", *[""] * 5])
    for t in [t for t in turns if t.spoken_into][:MOST_MISSES]:
        yield _row("spoken into", [t.text or "–", t.voice, t.condition, f"{t.pauses}", "", t.kind])
    yield ""
    yield "</details>"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _rate(rate: Rate) -> str:
    if rate.share is None:
        return "–"
    low, high = rate.interval
    return f"{_share(rate.share)} ({_share(low)}–{_share(high)}) of {rate.of}"


def _share(share: float) -> str:
    text = f"{share:.3f}".rstrip("0") if 0.98 < share < 1 else f"{share:.2f}"
    return text.removeprefix("0")


def _mean_p95(values: Spread) -> str:
    mean, high = values.mean, values.percentile(0.95)
    return "–" if mean is None or high is None else f"{mean:.2f} / {high:.2f} s"


def _mean_p50_p95(values: Spread) -> str:
    numbers = (values.mean, values.percentile(0.5), values.percentile(0.95))
    if None in numbers:
        return "–"
    return " / ".join(f"{number:.2f}" for number in numbers) + " s"
