"""What a review, trials and figures look like: for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.markup import escape

from voicebot.authoring.review import Review, Severity
from voicebot.authoring.statistics import HotlineFigures
from voicebot.authoring.trials import Trial
from voicebot.commands.rendering import readable

_MARK = {Severity.ERROR: "[red]error[/] ", Severity.ADVICE: "[yellow]advice[/]"}


def review_lines(review: Review) -> Iterator[str]:
    """Yield a review in rich's markup, grouped by what it is about."""
    for topic, findings in groupby(review.findings, key=lambda finding: finding.topic):
        yield f"[bold]{topic.value}[/]"
        for finding in findings:
            place, message = escape(str(finding.place)), escape(finding.message)
            yield f"  {_MARK[finding.severity]}  {place}: {message}"
        yield ""
    if review.understood is not None:
        yield f"{review.understood:.0%} of the examples are understood when they are left out."
    yield f"{escape(review.name)}: {_count(review.errors, 'error')}, {review.advice} × advice"


def review_json(review: Review) -> str:
    """Return a review as one JSON object."""
    return json.dumps(
        {
            "hotline": review.name,
            "ok": not review.errors,
            "errors": review.errors,
            "advice": review.advice,
            "understood": None if review.understood is None else round(review.understood, 4),
            "findings": [
                {
                    "severity": finding.severity.value,
                    "topic": finding.topic.name.lower(),
                    "file": finding.place.file,
                    "line": finding.place.line,
                    "message": finding.message,
                }
                for finding in review.findings
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def trial_lines(trial: Trial) -> Iterator[str]:
    """Yield one trial in rich's markup; how it went only where something is wrong."""
    scenario = trial.scenario
    name = f"{escape(scenario.name)} [dim]({escape(scenario.file)}:{scenario.line})[/]"
    if trial.passed:
        yield f"[green]✓[/] {name}"
        return
    yield f"[red]✗[/] {name}"
    for who, words in trial.transcript:
        yield f"    [dim]{who:>6}: {escape(words)}[/]"
    for failure in trial.failures:
        yield f"    [red]{escape(failure.what)}[/] ({escape(scenario.file)}:{failure.line})"
        yield f"      expected: {escape(failure.expected)}"
        yield f"           got: {escape(failure.got)}"


def trials_json(name: str, trials: Sequence[Trial]) -> str:
    """Return all trials as one JSON object."""
    passed = sum(trial.passed for trial in trials)
    return json.dumps(
        {
            "hotline": name,
            "ok": passed == len(trials),
            "passed": passed,
            "failed": len(trials) - passed,
            "scenarios": [_trial(trial) for trial in trials],
        },
        ensure_ascii=False,
        indent=2,
    )


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "name": trial.scenario.name,
        "file": trial.scenario.file,
        "line": trial.scenario.line,
        "passed": trial.passed,
        "failures": [
            {"line": f.line, "what": f.what, "expected": f.expected, "got": f.got}
            for f in trial.failures
        ],
        "transcript": [{"who": who, "text": text} for who, text in trial.transcript],
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def figures_lines(figures: HotlineFigures, unanswered: int) -> Iterator[str]:
    """Yield a hotline's figures in rich's markup, with the newest `unanswered` turns."""
    data = figures.to_json()
    length = "" if data["mean_seconds"] is None else f", {data['mean_seconds']:.0f} s on average"
    yield f"[bold]{_shown(figures.hotline)}[/]: {_count(figures.calls, 'call')}{length}"
    yield f"  contained        {_share(figures.containment)} of {figures.finished} finished calls"
    yield f"  how they ended   {_listed(data['dispositions'])}"
    yield f"  turns            {figures.turns}, and {_count(figures.silences, 'silence')}"
    yield f"  not understood   {_share(figures.no_match_rate)} of the turns"
    yield f"  not answered     {_share(figures.out_of_scope_rate)} of the turns"
    yield f"  asked which      {figures.asked_which} times"
    for heading, key in (
        ("intents", "intents"),
        ("tasks", "tasks"),
        ("articles", "articles"),
        ("handed over", "handovers"),
        ("tools", "tools"),
        ("tools failed", "tool_failures"),
    ):
        if data[key]:
            yield f"  {heading:<16} {_listed(data[key])}"
    lost = figures.unanswered[-unanswered:] if unanswered else []
    if lost:
        yield "  what led nowhere, newest last"
        for one in lost:
            yield f"    [dim]{_shown(one.call_id[:8])} {one.turn}:[/] {_shown(one.text)}"


def figures_json(figures: Iterable[HotlineFigures]) -> str:
    """Return the figures of hotlines as one JSON object."""
    return json.dumps(
        {"hotlines": [one.to_json() for one in figures]}, ensure_ascii=False, indent=2
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_shown(name)} {count}" for name, count in counts.items())


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def _shown(text: str) -> str:
    """Foreign text, harmless to a terminal and no markup."""
    return escape(readable(text).plain)
