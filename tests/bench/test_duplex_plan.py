"""Which events happen in which call of the duplex benchmark."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.callers import SHARED
from bench.duplex.corpus import KINDS
from bench.duplex.line import CONDITIONS
from bench.duplex.plan import listening, plans

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason="the development recordings are not beside the repository"
    ),
]


def test_every_class_is_dealt_out_evenly_to_every_line() -> None:
    dealt = Counter((p.condition, e.kind) for p in plans(40, seed=1) for e in p.events)

    assert {(c, kind): 10 for c in CONDITIONS for kind in KINDS} == dealt


def test_few_events_reach_every_line() -> None:
    dealt = Counter(p.condition for p in plans(2, seed=1) for _ in p.events)

    assert set(CONDITIONS) == set(dealt)
    assert min(dealt.values()) >= 2


def test_the_same_seed_gives_the_same_calls() -> None:
    once, again, other = (
        [(p.bed, p.echo_delay, [e.label for e in p.events]) for p in plans(8, seed)]
        for seed in (1, 1, 2)
    )

    assert once == again
    assert once != other


def test_a_wish_for_a_person_comes_last_as_it_ends_the_call() -> None:
    for plan in plans(200, seed=1):
        wishes = ["person" in e.text or "Agent" in e.text for e in plan.events]
        assert sorted(wishes) == wishes


def test_only_items_of_the_figures_are_played() -> None:
    played = [e for p in plans(50, seed=1) for e in (*p.events, *p.questions)]

    assert {"figures"} == {e.split for e in played}


def test_there_is_a_question_for_every_long_answer() -> None:
    assert 4 == len({question.text for question in listening()})
