"""The README's table is made from the results, and says what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import table
from bench.results import Call, IdleRun, Interruption, LatencyRun, MemoryRun, Results, Turn, load

ROOT = Path(__file__).parents[2]


def call(responses: list[float | None], greeting: float = 0.2) -> Call:
    turns = [Turn("line", response, right=response is not None) for response in responses]
    return Call("dora", greeting, turns, "bot")


def memory(system: str, repeat: int, *, first: int, one: int, four: int) -> MemoryRun:
    peaks = {"1": one * 10**6, "4": four * 10**6}
    return MemoryRun(system, repeat, 0, first * 10**6, peaks, after=four * 10**6, calls=8)


def two_repeats() -> dict[str, Any]:
    results = Results(options={"repeat": 2})
    for repeat, ours, plain in ((0, 0.4, 1.6), (1, 0.5, 1.4)):
        results.latency += [
            LatencyRun("voicebot", 1, repeat, [call([ours] * 10)]),
            LatencyRun("plain pipecat bot", 1, repeat, [call([plain] * 9 + [None], 1.2)]),
        ]
        results.interruptions.append(Interruption("voicebot", repeat, "stop", 0.6, 0.05))
        results.idle += [
            IdleRun("voicebot", repeat, "silence", 0.03, 0.001),
            IdleRun("plain pipecat bot", repeat, "silence", 0.09, 0.001),
        ]
        results.memory += [
            memory("voicebot", repeat, first=800, one=810, four=840),
            memory("plain pipecat bot", repeat, first=500, one=900, four=1500),
        ]
    body: dict[str, Any] = json.loads(results.to_json())
    return body


def rows_by_name(results: dict[str, Any]) -> dict[str, table.Row]:
    return {row.what: row for row in table.rows(results)}


def test_both_bots_stand_side_by_side_with_the_spread_over_the_runs() -> None:
    row = rows_by_name(two_repeats())["voice to voice, one call, median"]

    assert ("0.40 s (0.40 s to 0.50 s)", "1.40 s (1.40 s to 1.60 s)", "3.5") == (
        row.ours,
        row.plain,
        row.ratio,
    )


def test_an_unanswered_turn_is_counted_and_has_no_latency() -> None:
    row = rows_by_name(two_repeats())["turns left unanswered, one call"]

    assert ("0 of 20", "2 of 20") == (row.ours, row.plain)


def test_memory_of_a_further_call_is_the_growth_divided_by_the_calls() -> None:
    rows = rows_by_name(two_repeats())
    further = rows["memory for each further call at once"]

    assert ("10 MB", "200 MB", "20.0") == (further.ours, further.plain, further.ratio)
    assert rows["memory with all models and one call"].ours == "800 MB"
    assert rows["memory kept after 8 calls"].plain == "1500 MB"


def test_idle_share_is_in_per_cent_of_a_core() -> None:
    row = rows_by_name(two_repeats())["idle call, silent line, share of a core"]

    assert ("3.0 %", "9.0 %") == (row.ours, row.plain)


def test_what_was_not_measured_is_not_in_the_table() -> None:
    only_idle = {**two_repeats(), "latency": [], "interruptions": [], "memory": []}

    assert ["idle call, silent line, share of a core"] == [r.what for r in table.rows(only_idle)]


def test_a_stale_table_in_a_text_is_replaced_and_the_rest_stays() -> None:
    results = two_repeats()
    stale = f"# Title\n\n{table.BEGIN}\n\nold\n\n{table.END}\n\nMore.\n"
    fresh = table.replaced(stale, results)

    assert table.block_in(fresh) == table.block(results)
    assert fresh.startswith("# Title\n\n")
    assert fresh.endswith("\n\nMore.\n")
    assert table.replaced(fresh, results) == fresh


def test_a_text_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no table between"):
        table.block_in("# Title\n")


def test_results_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"version": 99}')
    (tmp_path / "broken.json").write_text("{")
    for name in ("other.json", "broken.json", "missing.json"):
        with pytest.raises(ValueError, match=name):
            load(tmp_path / name)


def test_the_readme_shows_the_stored_results() -> None:
    stored = ROOT / "bench" / "results.json"
    if not stored.is_file():
        pytest.skip("bench/results.json is made by `python -m bench all --json`")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert table.block(load(stored)) == table.block_in(readme)
