"""Addresses as callers say them, for measuring the reader, and when two of them are the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from bench.dialogue.dictation import NAMES

_STREETS = {
    "tune": ("Maple", "Oak", "Washington", "Lake", "Highland", "Second", "Cedar", "Sunset",
             "Jefferson", "Mill", "Ridge", "Walnut"),
    "figures": ("Forest", "Castle", "Station", "Park", "Lincoln", "Church", "Birch", "River",
                "Franklin", "Third", "Willow", "Prospect"),
}  # fmt: skip
_KINDS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court")
_CITIES = {
    "tune": (("Portland", "97205"), ("Dallas", "75201"), ("Chicago", "60614"),
             ("Phoenix", "85004"), ("Madison", "53703"), ("Austin", "78701")),
    "figures": (("Boston", "02116"), ("Denver", "80203"), ("Salem", "97301"),
                ("Albany", "12207"), ("Seattle", "98101"), ("Houston", "77002")),
}  # fmt: skip
_ALIKE = {"st": "street", "ave": "avenue", "rd": "road", "ln": "lane", "dr": "drive",
          "ct": "court", "2nd": "second", "3rd": "third", "apt": "apartment",
          "unit": "apartment"}  # fmt: skip
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def address_of(split: str, draw: Random) -> str:
    """Return a random address as it is written: "85 Forest Avenue, Salem 97301"."""
    number = draw.choice((draw.randrange(2, 100), draw.randrange(100, 1000),
                          draw.randrange(1000, 3000)))  # fmt: skip
    city, postcode = draw.choice(_CITIES[split])
    street = f"{number} {draw.choice(_STREETS[split])} {draw.choice(_KINDS)}"
    flat = f", Apartment {draw.randrange(2, 30)}" if draw.random() < 0.2 else ""
    return f"{street}{flat}, {city}{f' {postcode}' if draw.random() < 0.4 else ''}"


def _below_hundred(number: int) -> str:
    if number < 10:
        return NAMES[str(number)]
    if number < 20:
        return _TEENS[number - 10]
    unit = f"-{NAMES[str(number % 10)]}" if number % 10 else ""
    return f"{_TENS[number // 10]}{unit}"


def _house(number: int, draw: Random) -> str:
    """Say a house number: "eighty-five", "one seventeen", "twelve oh four", "four hundred"."""
    if number < 100:
        return _below_hundred(number)
    head, tail = divmod(number, 100)
    if not tail:
        return f"{_below_hundred(head)} hundred" if head % 10 else _each(str(number))
    way = draw.randrange(3)
    if way == 0:
        return _each(str(number))
    if way == 1 and number < 1000:
        return f"{NAMES[str(head)]} hundred {_below_hundred(tail)}"
    rest = _below_hundred(tail) if tail > 9 else f"oh {NAMES[str(tail)]}"
    return f"{_below_hundred(head)} {rest}"


def _each(digits: str) -> str:
    return " ".join(NAMES[digit] for digit in digits)


def _said(value: str, draw: Random) -> tuple[str, str]:
    """Return an address in words: street (and flat), city (and postcode)."""
    number, _, rest = value.partition(" ")
    street, _, place = rest.rpartition(", ")
    street = re.sub(r"\d+", lambda m: _below_hundred(int(m[0])), street)
    place = re.sub(r"\d+", lambda m: _each(m[0]), place)
    return f"{_house(int(number), draw)} {street}", place


def address_plain(value: str, draw: Random) -> list[str]:
    street, place = _said(value, draw)
    return [f"{street}, {place}."]


def address_led(value: str, draw: Random) -> list[str]:
    street, place = _said(value, draw)
    frame = draw.choice(("please use {}, {}.", "It's {} in {}.", "send it to {}, {} please.",
                         "The new one is {}, {}.", "My new address is {} in {}.",
                         "um, that would be {}, {}.", "okay so it's {}, {}."))  # fmt: skip
    return [frame.format(street, place)]


def address_put_right(value: str, draw: Random) -> list[str]:
    number, _, rest = value.partition(" ")
    wrong = f"{int(number) + draw.choice((1, 2, 10))} {rest}"
    street, place = _said(value, draw)
    frame = draw.choice(("{}, {}, no sorry, {}, {}.", "{}, no wait, {}, {}.",
                         "{}, I mean {}, {}."))  # fmt: skip
    first = _said(wrong, draw)[0]
    parts = (first, place, street, place) if frame.count("{}") == 4 else (first, street, place)
    return [frame.format(*parts)]


ADDRESS_FORMS: Mapping[str, tuple[Callable[[str, Random], list[str]], ...]] = {
    "address": (address_plain, address_led),
    "address, put right": (address_put_right,),
}


def same_address(given: str, wanted: str) -> bool:
    """Whether two addresses are the same but for signs, case and abbreviations."""
    return _plain(given) == _plain(wanted)


def _plain(address: str) -> list[str]:
    return [_ALIKE.get(word, word) for word in re.findall(r"\w+", address.lower())]
