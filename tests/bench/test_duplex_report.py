"""The duplex benchmark's report and chart, made from the JSON that a run writes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner

from bench.__main__ import main
from bench.duplex.chart import svg
from bench.duplex.outcomes import CallOutcome, Outcome, TurnOutcome
from bench.duplex.report import markdown
from bench.duplex.suite import DuplexResults, SystemResult


def _outcome(kind: str, stopped: float | None, **facts: object) -> Outcome:
    return Outcome(
        system="quick",
        condition="clean",
        call="1",
        kind=kind,
        label=f"{kind}/slt/x",
        text="No, the other one.",
        voice="slt",
        at=1.0,
        seconds=0.5,
        stopped_after=stopped,
        **facts,  # type: ignore[arg-type]
    )


def _results() -> DuplexResults:
    outcomes = [
        _outcome("interruption", 0.3, verdict="yield:interruption"),
        _outcome("interruption", 0.5, verdict="yield:interruption"),
        _outcome("interruption", None, verdict="ignore:backchannel"),
        _outcome("interruption", None, void="the bot was not speaking"),
        _outcome("backchannel", None, verdict="ignore:backchannel", skipped=0.2),
        _outcome("noise", 0.4),
    ]
    turn = TurnOutcome(
        "quick", "clean", "1", "turn", "turn/slt/x", "So.", "slt", (0.4,), 0.5, False
    )
    call = CallOutcome("quick", "clean", "1", 120.0, stray_stops=3, not_played=0)
    options = {"events": 2, "calls": 1, "seed": 1}
    return DuplexResults(options, [SystemResult("quick", 0.4, [call], 0, 120.0, outcomes, [turn])])


def test_the_report_tells_rates_times_and_every_miss() -> None:
    text = markdown([json.loads(_results().to_json())], "REPORT.svg")

    row = next(line for line in text.splitlines() if line.startswith("| **quick** |"))
    assert "| .67 (.21–.94) of 3 | 0.40 / 0.50 s |" in row
    assert "1.00 (.21–1.00) of 1" in row
    assert "1.50 (3 in 2 min)" in text
    assert "| interruption | 1 |  | 2 |" in text
    assert "| interruption | No, the other one. | slt | clean | 0.50 s | spoke on |" in text
    assert "| noise | No, the other one. | slt | clean | 0.50 s | 0.40 s | nothing |" in text
    assert "1 / 0 of 1" in text


def test_the_chart_has_a_point_for_each_system() -> None:
    picture = ElementTree.fromstring(svg([json.loads(_results().to_json())]))

    names = [text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "quick (yields 0.67)" in names
    assert any(name.startswith("gpt-realtime-1.5") for name in names)


def test_something_else_is_not_taken_for_results(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"version": 1}', encoding="utf-8")

    result = CliRunner().invoke(main, ["duplex-report", str(other)])

    assert 1 == result.exit_code
    assert "is not results of the duplex benchmark" in result.output
