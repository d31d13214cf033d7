"""A few thousand odd inputs to the whole application; `python -m bench.fuzz` sends 100,000."""

from __future__ import annotations

from bench.fuzz.run import fuzz


async def test_nothing_odd_brings_the_application_out_of_order() -> None:
    found = await fuzz(2_000, seed=7)

    assert [] == found.wrong
    assert 0 == found.tasks_left
    assert found.sessions > 5
    assert {"200", "400", "401", "403"} <= set(found.statuses)
