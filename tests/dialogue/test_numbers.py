"""Order numbers as callers say them and recognisers write them."""

from __future__ import annotations

import pytest

from dialogue.understanding.numbers import read_code, without_codes

UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def one_by_one(code: str) -> str:
    return " ".join(UNITS[int(digit)] for digit in code)


def with_oh(code: str) -> str:
    return one_by_one(code).replace("zero", "oh")


def with_doubles(code: str) -> str:
    words, i = [], 0
    while i < len(code):
        count = next((n for n in (3, 2) if code[i : i + n] == code[i] * n), 1)
        name = {1: "", 2: "double ", 3: "triple "}[count]
        words.append(name + UNITS[int(code[i])])
        i += count
    return " ".join(words)


def pair(two: str, joiner: str) -> str:
    tens, unit = int(two[0]), int(two[1])
    match tens:
        case 0:
            return f"oh {UNITS[unit]}"
        case 1:
            return TEENS[unit]
        case _:
            return TENS[tens] + (f"{joiner}{UNITS[unit]}" if unit else "")


def in_pairs(code: str) -> str:
    """44 1 17, the way people chunk five digits."""
    return f"{pair(code[:2], '-')} {UNITS[int(code[2])]} {pair(code[3:], '-')}"


def below_hundred(number: int) -> str:
    if number < 10:
        return UNITS[number]
    return pair(f"{number:02d}", " ")


def cardinal(code: str) -> str:
    thousands, rest = divmod(int(code), 1000)
    hundreds, low = divmod(rest, 100)
    words = [below_hundred(thousands), "thousand"]
    if hundreds:
        words += [UNITS[hundreds], "hundred"]
    if low:
        words += ["and", below_hundred(low)]
    return " ".join(words)


def noisy(code: str) -> str:
    """As a recogniser writes dictated digits: "4 4 1, 1 7."."""
    return f"{code[0]} {code[1]} {code[2]}, {code[3]} {code[4]}."


@pytest.mark.parametrize(
    "form", [one_by_one, with_oh, with_doubles, noisy], ids=lambda f: f.__name__
)
def test_every_five_digit_number_round_trips(form) -> None:
    numbers = [f"{n:05d}" for n in range(0, 100_000, 7)]
    wrong = [
        (code, form(code), reading)
        for code in numbers
        if (reading := read_code(form(code), 5, expected=True)) is None or code != reading.digits
    ]
    assert wrong[:5] == []


@pytest.mark.parametrize("form", [in_pairs, cardinal], ids=lambda f: f.__name__)
def test_every_number_in_larger_pieces_is_among_the_readings(form) -> None:
    """Such speech can be ambiguous ("twenty one one seven"); the right reading is never lost."""
    numbers = [f"{n:05d}" for n in range(10_000, 100_000, 11)]
    first, lost = 0, []
    for code in numbers:
        reading = read_code(form(code), 5, expected=True)
        if reading is not None and code == reading.digits:
            first += 1
        elif reading is None or code not in reading.others:
            lost.append((code, form(code), reading))
    assert lost[:5] == []
    assert first / len(numbers) >= 0.99


@pytest.mark.parametrize(
    "said",
    [
        "four four one one seven",
        "forty-four one seventeen",
        "Forty four, one, seventeen.",
        "forty four eleven seven",
        "double four, one, one, seven",
        "double 4 double 1 7",
        "4 4 1, 1 7.",
        "44117",
        "44,117",
        "4-4-1-1-7",
        "#44117",
        "441 17",
        "44 117",
        "forty 4 eleven 7",
        "four forty one seventeen",
        "forty-four thousand one hundred and seventeen",
        "44 thousand 117",
        "four hundred and forty one seventeen",
        "um it's four four, uh, one one seven I think",
        "my order number is four four one one seven please",
        "for four one one seven",
        "four for one one seven",
        "four four won one seven",
        "oh, 44117",
        "44117 44117",
        "four four one one eight, no, seven",
        "four four one one eight, sorry, four four one one seven",
        "four five no wait four four one one seven",
        "4 4 2, I mean, 4 4 1 1 7",
    ],
)
def test_one_number_in_many_mouths(said: str) -> None:
    reading = read_code(said, 5, expected=True)
    assert reading is not None
    assert ("44117", True) == (reading.digits, reading.complete)


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("triple zero one two", "00012"),
        ("oh oh oh one two", "00012"),
        ("twenty one one seven", "20117"),
        ("nought seven five five nine", "07559"),
        ("two oh three oh five", "20305"),
        ("too oh three oh five", "20305"),
        ("ninety nine thousand", "99000"),
    ],
)
def test_zeros_and_ambiguous_tens_are_settled_by_the_length(said: str, digits: str) -> None:
    reading = read_code(said, 5, expected=True)
    assert reading is not None
    assert digits == reading.digits


def test_the_beginning_of_a_number_counts_only_when_it_was_asked_for() -> None:
    asked = read_code("four four one", 5, expected=True)
    assert asked is not None
    assert ("441", False) == (asked.digits, asked.complete)
    assert read_code("four four one", 5, expected=False) is None


@pytest.mark.parametrize(
    "said",
    [
        "",
        "I ordered two shirts for my son",
        "where is my order",
        "no one told me to wait",
        "in three to five days",
        "since two thousand and nineteen",
        "one two three four five six seven eight nine",
        "one " * 500,
    ],
)
def test_other_numbers_are_no_order_numbers(said: str) -> None:
    assert read_code(said, 5, expected=False) is None


def test_a_number_does_not_colour_the_meaning_of_a_sentence() -> None:
    assert "where is my order please" == without_codes("Where is my order 4 4 1, 1 7 please?")
    assert "i want one lamp" == without_codes("I want one lamp")
