"""So many a minute, for each key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.webchat.rates import Rate


def test_a_burst_is_let_through_and_then_one_has_to_wait() -> None:
    rate = Rate(6)
    assert [0] * 6 == [rate.wait("a", 0.0) for _ in range(6)]
    assert 10 == rate.wait("a", 0.0)
    assert 0 == rate.wait("b", 0.0)
    assert 0 == rate.wait("a", 10.1)
    assert rate.wait("a", 10.1) > 0


@given(st.lists(st.floats(0, 30), max_size=200))
def test_no_minute_lets_more_through_than_a_burst_and_the_rate(gaps: list[float]) -> None:
    rate, now, passed = Rate(5), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if not rate.wait("a", now):
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + 60 for at in passed) <= 10


def test_keys_are_bounded() -> None:
    rate = Rate(1)
    for n in range(10_050):
        rate.wait(str(n), 0.0)
    assert 0 == rate.wait("0", 0.0), "forgotten, as if it were full again"
    assert rate.wait("10049", 0.0) > 0
