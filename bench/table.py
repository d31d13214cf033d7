"""Results as the Markdown table of the README: made from the JSON, never by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.folds.metrics import percentile

BEGIN = "<!-- bench: made by `python -m bench table`; do not edit -->"
END = "<!-- /bench -->"

OURS = "voicebot"
PLAIN = "plain pipecat bot"

Runs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table."""

    what: str
    mark: str
    """What it is meant to be."""
    ours: str
    plain: str
    ratio: str = ""
    """Plain to ours: how many times better."""


def markdown(results: Mapping[str, Any]) -> str:
    """Return the table, with a line about where it was measured."""
    lines = [
        "| | aim | voicebot | plain pipecat bot | times better |",
        "|---|---|---|---|---|",
    ]
    for row in rows(results):
        lines.append(f"| {row.what} | {row.mark} | {row.ours} | {row.plain} | {row.ratio} |")
    text = "\n".join([*lines, "", _measured_on(results)]) + "\n"
    if scores := (results.get("recognition") or {}).get("scores"):
        text += f"\n{recognition_table(scores)}"
    return text


def block(results: Mapping[str, Any]) -> str:
    """Return the table between its marks, as it stands in the README."""
    return f"{BEGIN}\n\n{markdown(results)}\n{END}\n"


def block_in(text: str) -> str:
    """Return the block that a text holds.

    Raises:
        ValueError: it holds none.
    """
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise ValueError(f"no table between {BEGIN!r} and {END!r}")
    return text[begin : end + len(END)] + "\n"


def replaced(text: str, results: Mapping[str, Any]) -> str:
    """Return a text with its block made anew.

    Raises:
        ValueError: it holds none.
    """
    return text.replace(block_in(text), block(results))


def rows(results: Mapping[str, Any]) -> list[Row]:
    """Return the figures that were measured, in the table's order."""
    found: list[Row] = []
    found += _latency_rows(results["latency"])
    found += _interruption_rows(results["interruptions"])
    found += _idle_rows(results["idle"])
    found += _memory_rows(results["memory"])
    return found


def recognition_table(scores: Runs) -> str:
    """Return the scores of `bench.recognition` as a Markdown table."""
    lines = [
        "| data | model | decode | vocabulary | slot words right | words wrong | mean | p95 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in scores:
        slots, wrong = row["slots_right"], row["word_error_rate"]
        cells = [
            f"{row['data']} ({row['clips']}, {row['audio_mean']:.1f} s)",
            row["model"],
            "ours" if row["way"] == "ours" else "faster-whisper's `transcribe`",
            "yes" if row["vocabulary"] else "no",
            "–" if slots is None else f"{slots:.1%}",
            "–" if wrong is None else f"{wrong:.1%}",
            f"{row['decode_mean']:.2f} s",
            f"{row['decode_p95']:.2f} s",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _latency_rows(latency: Runs) -> list[Row]:
    found = []
    for at_once in sorted({run["at_once"] for run in latency}):
        of = [run for run in latency if run["at_once"] == at_once]
        calls = "one call" if at_once == 1 else f"{at_once} calls at once"
        aims = {1: ("≤ 0.6 s", "≤ 1.0 s"), 4: ("", "≤ 1.2 s")}.get(at_once, ("", ""))
        found += [
            _compared(
                f"greeting heard, {calls}, median",
                "≤ 0.3 s" if at_once == 1 else "",
                of,
                _greetings,
                50,
            ),
            _compared(f"voice to voice, {calls}, median", aims[0], of, _responses, 50),
            _compared(f"voice to voice, {calls}, 95th percentile", aims[1], of, _responses, 95),
            Row(
                f"turns left unanswered, {calls}",
                "0",
                *(_share(of, system, _unanswered) for system in (OURS, PLAIN)),
            ),
            Row(
                f"bot spoke into the caller's turn, {calls}",
                "0",
                *(_share(of, system, lambda turn: turn["talked_over"]) for system in (OURS, PLAIN)),
            ),
            Row(
                f"answers right, as heard at the ear, {calls}",
                "all",
                _share(of, OURS, lambda turn: turn["right"]),
                "fixed reply",
            ),
        ]
    return found


def _interruption_rows(interruptions: Runs) -> list[Row]:
    if not interruptions:
        return []
    found = [
        _compared(
            "caller's first sound to the bot's silence, median",
            "",
            interruptions,
            lambda run: [run["yielded"]] if run["yielded"] is not None else [],
            50,
        )
    ]
    decided = [run["decided"] for run in interruptions if run["decided"] is not None]
    if decided:
        found.append(
            Row(
                "decision to yield to silence at the ear, longest",
                "≤ 0.15 s",
                f"{max(0.0, *decided):.2f} s",
                "–",
            )
        )
    return found


def _idle_rows(idle: Runs) -> list[Row]:
    return [
        _compared(
            f"idle call, {'silent' if line == 'silence' else 'noisy'} line, share of a core",
            "≤ 4 %" if line == "silence" else "",
            [run for run in idle if run["line"] == line],
            lambda run: [run["cpu"]],
            50,
            unit=lambda value: f"{100 * value:.1f} %",
        )
        for line in dict.fromkeys(run["line"] for run in idle)
    ]


def _memory_rows(memory: Runs) -> list[Row]:
    if not memory:
        return []
    return [
        _compared(
            "memory with all models and one call",
            "≤ 900 MB",
            memory,
            lambda run: [run["first"]],
            100,
            unit=_megabytes,
        ),
        _compared(
            "most memory while calls come one after another",
            "",
            memory,
            lambda run: [run["peaks"]["1"]],
            100,
            unit=_megabytes,
        ),
        _compared(
            "memory for each further call at once",
            "≤ 20 MB",
            memory,
            _growths,
            100,
            unit=_megabytes,
        ),
        _compared(
            f"memory kept after {memory[0]['calls']} calls",
            "",
            memory,
            lambda run: [run["after"]],
            100,
            unit=_megabytes,
        ),
    ]


def _growths(run: Mapping[str, Any]) -> list[float]:
    (first, base), *more = ((int(count), peak) for count, peak in run["peaks"].items())
    return [(peak - base) / (count - first) for count, peak in more[-1:]]


def _compared(
    what: str,
    mark: str,
    runs: Runs,
    values: Callable[[Mapping[str, Any]], list[float]],
    percent: float,
    unit: Callable[[float], str] = lambda value: f"{value:.2f} s",
) -> Row:
    figures: dict[str, float] = {}
    shown: dict[str, str] = {}
    for system in (OURS, PLAIN):
        of = [run for run in runs if run["system"] == system]
        everything = [value for run in of for value in values(run)]
        if not everything:
            shown[system] = "–"
            continue
        figures[system] = percentile(everything, percent)
        shown[system] = unit(figures[system])
        each = _by_repeat(of, values, percent)
        if len(each) > 1 and unit(min(each)) != unit(max(each)):
            shown[system] += f" ({unit(min(each))} to {unit(max(each))})"
    ratio = ""
    if len(figures) == 2 and figures[OURS] > 0:
        ratio = f"{figures[PLAIN] / figures[OURS]:.1f}"
    return Row(what, mark, shown[OURS], shown[PLAIN], ratio)


def _by_repeat(
    runs: Runs, values: Callable[[Mapping[str, Any]], list[float]], percent: float
) -> list[float]:
    repeats = sorted({run["repeat"] for run in runs})
    pooled = [[v for run in runs if run["repeat"] == r for v in values(run)] for r in repeats]
    return [percentile(each, percent) for each in pooled if each]


def _share(runs: Runs, system: str, counts: Callable[[Mapping[str, Any]], Any]) -> str:
    turns = [
        turn
        for run in runs
        if run["system"] == system
        for call in run["calls"]
        for turn in call["turns"]
    ]
    return f"{sum(bool(counts(turn)) for turn in turns)} of {len(turns)}" if turns else "–"


def _unanswered(turn: Mapping[str, Any]) -> bool:
    return turn["response"] is None and not turn["talked_over"]


def _responses(run: Mapping[str, Any]) -> list[float]:
    return [
        turn["response"]
        for call in run["calls"]
        for turn in call["turns"]
        if turn["response"] is not None
    ]


def _greetings(run: Mapping[str, Any]) -> list[float]:
    return [call["greeting"] for call in run["calls"] if call["greeting"] is not None]


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def _measured_on(results: Mapping[str, Any]) -> str:
    machine, options = results["machine"], results["options"]
    repeats = options["repeat"]
    return (
        f"Measured at the caller's ear over a simulated Twilio call, {repeats} "
        f"run{'s'[: repeats > 1]} (in brackets: lowest and highest run), on {machine['cores']} "
        f"cores of {machine['processor']}, {machine['memory_gib']} GiB, "
        f"Python {machine['python']}, pipecat {machine['packages']['pipecat-ai']}, "
        f"{results['made_at'][:10]}. Both bots, one after the other, in the same run."
    )
