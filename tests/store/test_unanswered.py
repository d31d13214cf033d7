"""The questions that nobody has answered yet, from the journals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.calls import MONDAY, answered, journal, put
from voicebot.commands.unanswered import open_questions, unanswered_json, unanswered_table
from voicebot.journal import (
    CallerTurnEnded,
    JournalEvent,
    QuestionUnanswered,
    TurnRetracted,
)
from voicebot.settings import ModelSettings
from voicebot.store import Store, UnansweredRow


def turn(number: int, text: str) -> list[JournalEvent]:
    return [
        CallerTurnEnded(number, text, 0.0, 1.0),
        QuestionUnanswered(number, text, "unknown:1", {"returns": 0.4}),
    ]


async def test_what_was_asked_is_listed_newest_first_with_its_words(store: Store) -> None:
    put(store, "a", journal(answered("a"), *turn(1, "do you sell tents")))
    put(store, "b", journal(answered("b", MONDAY + 60), *turn(1, "do you sell boats")))
    assert await store.flush()
    rows = store.unanswered()
    assert ["do you sell boats", "do you sell tents"] == [row.text for row in rows]
    assert ("b", "retail", MONDAY + 61, {"returns": 0.4}) == (
        rows[0].call_id,
        rows[0].domain,
        rows[0].asked_at,
        rows[0].articles,
    )
    assert ["do you sell boats"] == [row.text for row in store.unanswered(limit=1)]
    assert ["do you sell boats"] == [row.text for row in store.unanswered(since=MONDAY + 1)]


async def test_another_hotline_has_questions_of_its_own(store: Store) -> None:
    clinic = replace(answered("c"), domain="clinic")
    put(store, "a", journal(answered("a"), *turn(1, "do you sell tents")))
    put(store, "c", journal(clinic, *turn(1, "do you treat horses")))
    assert await store.flush()
    assert ["do you treat horses"] == [row.text for row in store.unanswered(domain="clinic")]
    assert [] == store.unanswered(domain="bank")


async def test_a_turn_that_went_on_asked_nothing_yet(store: Store) -> None:
    put(
        store,
        "a",
        journal(
            answered("a"),
            *turn(1, "do you sell"),
            TurnRetracted(),
            *turn(1, "do you sell tents"),
            *turn(2, "and how big"),
            TurnRetracted(),
        ),
    )
    assert await store.flush()
    assert ["do you sell tents"] == [row.text for row in store.unanswered()]


def row(text: str, call: str = "a", at: float = MONDAY, domain: str = "retail") -> UnansweredRow:
    return UnansweredRow(call, domain, at, text, "unknown:1", {"stores": 0.3})  # type: ignore[arg-type]


@pytest.mark.models
def test_similar_questions_are_one_with_a_count() -> None:
    rows = [
        row("do you have a loyalty program", "a", MONDAY),
        row("is there a loyalty program for customers", "b", MONDAY + 1),
        row("can I collect points with your loyalty card", "c", MONDAY + 2),
        row("do you sell garden hoses", "d", MONDAY + 9),
        row("can I buy a garden hose from you", "d", MONDAY + 3),
        row("who designs your carpets", "e", MONDAY + 4),
        row("who designs your carpets", "f", MONDAY + 4, "clinic"),
    ]
    questions = open_questions(rows, ModelSettings())
    assert [3, 2, 1, 1] == [question.count for question in questions]
    assert {"a", "b", "c"} == {str(r.call_id) for r in questions[0].rows}
    assert (1, MONDAY + 9, "stores") == (
        questions[1].calls,
        questions[1].last_asked_at,
        questions[1].nearest,
    )
    assert '"count": 3' in unanswered_json(questions)
    assert 4 == unanswered_table(questions).row_count


def test_nothing_asked_needs_no_model() -> None:
    assert [] == open_questions([], ModelSettings(encoder="/nowhere"))
