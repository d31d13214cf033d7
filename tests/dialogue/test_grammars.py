"""How a value is said that was asked for, and what alternatives make of what was heard."""

from __future__ import annotations

from datetime import date

import pytest

from bench.dialogue.entities import SLOTS
from dialogue.said import Alternative, allows
from dialogue.understanding.german import GERMAN
from dialogue.understanding.grammars import grammar_of
from dialogue.understanding.values import read_among

SAID = {
    "order number": (
        "four four one one seven", "It's forty-four, one, seventeen.",
        "double four double one seven", "Um, the order number is oh nine oh one two, I think.",
    ),
    "phone": ("five five five, two oh one, five eight oh four",
              "triple five two oh one fifty-eight oh four"),
    "MS-44117": ("M S four four one one seven", "Mike Sierra four four one one seven",
                 "M as in Mary, S for Sam, four four one one seven", "four four one one seven"),
    "UK postcode": ("S W one A two A A", "Mike four, four Golf Victor", "B for Bob, nine, two X Y"),
    "amount": ("Forty-five twenty", "one thousand two hundred and six dollars",
               "thirty-two pounds and fifteen pence"),
    "date": ("March the fourth", "the twenty-first of January", "three weeks ago", "last Tuesday"),
    "name": ("Jane Lopez", "W, H, I, double T, Y", "Smith, S M I T H"),
    "email": ("jane dot brown at gmail dot com", "k four two at yahoo dot com, all lower case"),
    "address": ("Twelve oh four Oak Avenue, Apartment five, Dallas",
                "it's four hundred Main Street in Saint Louis six three one oh one"),
}  # fmt: skip
UNSAID = {
    "order number": ("four four one", "four four one one seven eight", "where is my parcel"),
    "UK postcode": ("one two A B C", "four four one one seven"),
    "MS-44117": ("K S four four one one seven",),
    "amount": ("dollars", "March the fourth"),
    "date": ("forty-five dollars",),
    "address": ("I have not moved",),
}


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in SAID.items() for t in texts])
def test_a_grammar_allows_what_people_say(kind: str, text: str) -> None:
    grammar = grammar_of(SLOTS[kind])
    assert grammar is not None
    assert allows(grammar, text)


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in UNSAID.items() for t in texts])
def test_a_grammar_allows_nothing_that_is_no_value(kind: str, text: str) -> None:
    grammar = grammar_of(SLOTS[kind])
    assert grammar is not None
    assert not allows(grammar, text)


def test_of_a_value_that_was_begun_the_rest_is_enough() -> None:
    grammar = grammar_of(SLOTS["order number"], before="441")
    assert grammar is not None
    assert allows(grammar, "one seven")
    assert allows(grammar, "four four one one seven")


def test_a_language_without_grammars_is_heard_freely() -> None:
    assert grammar_of(SLOTS["order number"], language=GERMAN) is None


def read(kind: str, text: str, *others: tuple[str, float]) -> list[str]:
    alternatives = tuple(Alternative(*one) for one in others)
    said = read_among(SLOTS[kind], text, alternatives, today=date(2026, 3, 2))
    return [hypothesis.value for hypothesis in said.whole]


def test_an_alternative_is_read_where_what_was_heard_is_no_value() -> None:
    assert ["75795"] == read("order number", "Evin tips, the heaven ninety-five.",
                             ("seven fifty-seven ninety-five", 2.0))  # fmt: skip


def test_what_was_heard_goes_before_an_alternative_that_is_dearer() -> None:
    found = read("order number", "four four one one seven", ("four four one nine seven", 3.0))
    assert ["44117", "44197"] == found


def test_an_alternative_that_nobody_would_have_said_is_not_read() -> None:
    assert [] == read("order number", "I don't have it here", ("five oh one one eight", 30.0))


def test_a_beginning_is_believed_unless_the_whole_is_nearly_as_likely() -> None:
    assert [] == read("order number", "four four one", ("four four one one one", 9.0))
    assert ["44111"] == read("order number", "four four one", ("four four one one one", 1.0))
