"""What a person hears of a brief before they take the call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue.brief import Brief, Mood, Priority, Why
from dialogue.spoken_brief import WORDS, spoken_brief

BRIEF = Brief(
    hotline="retail",
    language="en",
    queue="people",
    why=Why.ASKED,
    reason="the caller asked for a person",
    headline="…",
    who="Iris, calling from 15552340142",
    identity="verified",
    needs=("wants to return order 44117", "asked about shipping"),
    question="…",
    mood=Mood("calm", "calm"),
    openings=(),
    number="15552340142",
    verified=True,
)


def test_it_tells_who_calls_what_about_and_why() -> None:
    assert (
        "Hotline call. Caller verified. Caller wants to return order 4 4 1 1 7. "
        "The caller asked for a person."
    ) == spoken_brief(BRIEF)


def test_urgency_and_anger_come_before_the_reason() -> None:
    angry = replace(
        BRIEF, priority=Priority.URGENT, mood=Mood("angry", "angry since turn 2"), verified=False
    )
    said = spoken_brief(angry)

    assert said.startswith("Urgent hotline call. Caller not verified.")
    assert "Caller is angry." in said


@pytest.mark.parametrize(
    "secret",
    [
        "said “my card is 4111 1111 1111 1111”",
        "said “4111-1111-1111-1111, please”",
        "said “four one one one, one one one one, one one one one”",
        "said “call me on +1 (555) 234-0142”",
        "said “my PIN is 4711”",
        "said “the password is swordfish”",
        "said “security code 123”",
    ],
)
def test_no_secret_is_told(secret: str) -> None:
    for brief in (replace(BRIEF, needs=(secret,)), replace(BRIEF, reason=secret)):
        said = spoken_brief(brief)
        assert "4 7 1 1" not in said
        assert "1 2 3" not in said
        assert "swordfish" not in said
        assert "1111" not in said
        assert "one one" not in said
        assert "0142" not in said
        assert said.startswith("Hotline call.")


def test_it_is_short_whatever_the_brief() -> None:
    long = replace(BRIEF, needs=("wants " + "very " * 50 + "much",), reason="because " * 40)

    assert "Hotline call. Caller verified." == spoken_brief(long)
    assert len(spoken_brief(BRIEF).split()) <= WORDS
