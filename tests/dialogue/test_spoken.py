"""Words for the ear."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dialogue.spoken import Template, digits, listing, money, ordinal, sentences, when
from dialogue.state import Spoken
from dialogue.unheard import remaining

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "on Wednesday"),
        (6, "on Sunday"),
        (7, "on Monday the 9th of March"),
        (21, "on Monday the 23rd of March"),
        (-1, "yesterday"),
        (-6, "last Tuesday"),
        (-7, "on Monday the 23rd of February"),
    ],
)
def test_days_are_named_as_people_name_them(ahead: int, expected: str) -> None:
    assert expected == when(MONDAY + timedelta(days=ahead), MONDAY)


def test_numbers_money_and_lists() -> None:
    assert "4 4 1 1 7" == digits("44117")
    assert ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "31st"] == [
        ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 31)
    ]
    assert ["1 dollar", "49 dollars 50", "99 cents", "1 cent"] == [
        money(cents) for cents in (100, 4950, 99, 1)
    ]
    assert ["", "a", "a and b", "a, b and c"] == [
        listing(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])
    ]


def test_a_template_leaves_out_what_it_does_not_know() -> None:
    template = Template("It's on its way. It should arrive {expected|when}.")
    facts = {"expected": "2026-03-05", "today": "2026-03-02"}
    assert "It's on its way. It should arrive on Thursday." == template.fill(facts)
    assert "It's on its way." == template.fill({"expected": "soon", "today": "2026-03-02"})
    assert "It's on its way." == template.fill({})


def test_the_fixed_sentences_of_a_template_and_those_with_few_values() -> None:
    fixed = Template("Okay. It comes {day|when}. Order {order|digits}.").fixed()
    assert "Okay." in fixed
    assert "It comes tomorrow." in fixed
    assert "It comes on Friday." in fixed
    assert [] == [sentence for sentence in fixed if "Order" in sentence]


def test_sentences() -> None:
    assert ("One moment.", "Is it 4 4?", "Yes!") == sentences(" One moment. Is it 4 4?  Yes! ")
    assert () == sentences("  ")


ANSWER = (Spoken("Thanks."), Spoken("Returns are free. Keep the box. We pay."), Spoken("Else?"))


@pytest.mark.parametrize(
    ("unheard", "left"),
    [
        ("Else?", ["Else?"]),
        ("pay. Else?", ["We pay.", "Else?"]),
        ("the box. We pay. Else?", ["Keep the box. We pay.", "Else?"]),
        ("Returns are free. Keep the box. We pay. Else?", [ANSWER[1].text, "Else?"]),
        ("anks. Returns are free. Keep the box. We pay. Else?", [part.text for part in ANSWER]),
        ("x" * 500, [part.text for part in ANSWER]),
        ("", []),
    ],
)
def test_what_was_cut_off_begins_again_with_its_sentence(unheard: str, left: list[str]) -> None:
    assert left == [part.text for part in remaining(ANSWER, unheard)]
