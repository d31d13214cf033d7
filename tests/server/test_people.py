"""How long a caller would wait for a person is told from the talks under way."""

from __future__ import annotations

from datetime import UTC, datetime

from voicebot.people import People


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_nobody_waits_while_somebody_is_free() -> None:
    people = People(2, 300.0)
    assert 0.0 == people.wait
    people.began("CA1")
    assert 0.0 == people.wait


def test_the_wait_grows_with_the_talks_under_way() -> None:
    people = People(2, 300.0)
    for sid in ("CA1", "CA2"):
        people.began(sid)
    assert 150.0 == people.wait
    people.began("CA3")
    assert 300.0 == people.wait
    people.began("CA3")
    assert 300.0 == people.wait
    people.ended("CA1")
    people.ended("CA2")
    people.ended("never heard of")
    assert 0.0 == people.wait


def test_a_talk_whose_end_is_never_reported_is_over_some_time() -> None:
    clock = Clock()
    people = People(1, 60.0, clock=clock)
    people.began("CA1")
    assert 60.0 == people.wait
    clock.now += 7_201
    assert 0.0 == people.wait


def test_without_a_number_of_people_nothing_is_known() -> None:
    people = People(now=lambda: datetime(2026, 3, 2, 17, 5, tzinfo=UTC))
    people.began("CA1")
    assert people.wait is None
    assert "2026-03-02T17:05:00+00:00" == people.circumstances().now


def test_memory_is_bounded() -> None:
    people = People(1, 1.0)
    for number in range(5_000):
        people.began(f"CA{number}")
    assert people.wait is not None
    assert people.wait <= 1_024
