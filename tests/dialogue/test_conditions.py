"""Conditions: what merchants write, what it means, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.conditions import Condition, ConditionError, read_condition

FACTS = {
    "state": "delivered",
    "days": "12",
    "limit": "30",
    "total": "19.90",
    "sale": "false",
    "city": "New York",
    "stock": "0",
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("state", True),
        ("sale", False),
        ("stock", False),
        ("not sale", True),
        ("nothing", False),
        ("not not state", True),
        ("state is delivered", True),
        ("state is Delivered", True),
        ("state is not delivered", False),
        ("not state is packing", True),
        ("nothing is not delivered", True),
        ("state is one of packing, delivered", True),
        ("state is not one of packing, delivered", False),
        ('city is "new york"', True),
        ("days < 30", True),
        ("days<30", True),
        ("days >= 12 and days <= 12", True),
        ("days > limit", False),
        ("limit > days", True),
        ("total > 19.89", True),
        ("nothing < 5", False),
        ("not nothing < 5", True),
        ("state > 5", False),
        ("sale and state or days > 5", True),
        ("sale and state or days > 50", False),
        ("days > 5 or sale and nothing", True),
    ],
)
def test_what_a_condition_means(text: str, holds: bool) -> None:
    assert holds is read_condition(text).holds(FACTS)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "the condition is empty"),
        ("and", "`and` is no name of a fact"),
        ("state is", "a value is missing"),
        ("state is and days > 4", "a value is missing"),
        ("state is one of", "a value is missing"),
        ("state is one of a,", "a value is missing"),
        ("state == delivered", "`==` is not expected after a test"),
        ("state is new york", "put values of several words in quotes"),
        ("days >", "a comparison needs a number"),
        ("days > and", "a comparison needs a number"),
        ("days > 5 and", "the condition ends too early"),
        ("State is x", "`State` is no name of a fact"),
        ('city is "new york', "close the quotes"),
        ("a " * 400, "at most 300 characters"),
    ],
)
def test_what_cannot_be_read_comes_with_its_remedy(text: str, remedy: str) -> None:
    with pytest.raises(ConditionError, match=remedy.replace("(", r"\(")):
        read_condition(text)


def test_the_facts_it_looks_at_are_known() -> None:
    condition = read_condition("days > limit and state is packing or not sale and days < 5")
    assert ("days", "limit", "state", "sale") == condition.names()


WORDS = st.sampled_from(
    [
        "state",
        "days",
        "is",
        "not",
        "and",
        "or",
        "one",
        "of",
        ",",
        "<",
        ">=",
        "5",
        "-1.5",
        '"a b"',
        "'",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join), st.dictionaries(WORDS, st.text(max_size=4)))
def test_any_text_is_a_condition_or_a_condition_error(text: str, facts: Mapping[str, str]) -> None:
    try:
        condition = read_condition(text)
    except ConditionError:
        return
    assert isinstance(condition, Condition)
    assert condition.holds(facts) in (True, False)
    assert condition == read_condition(text)
