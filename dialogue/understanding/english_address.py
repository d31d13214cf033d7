"""English words of postal addresses."""

from __future__ import annotations

STREETS = {
    word: name
    for name, words in {
        "Street": "street streets st str", "Avenue": "avenue avenues ave av avenu",
        "Road": "road roads rd", "Lane": "lane lanes ln", "Drive": "drive dr", "Court": "court ct",
        "Place": "place pl", "Boulevard": "boulevard blvd", "Way": "way", "Circle": "circle cir",
        "Terrace": "terrace", "Square": "square sq", "Parkway": "parkway pkwy",
        "Highway": "highway hwy", "Close": "close", "Crescent": "crescent", "Trail": "trail",
        "Broadway": "broadway", "Row": "row", "Gardens": "gardens", "Alley": "alley",
    }.items()
    for word in words.split()
}  # fmt: skip
"""What ends the name of a street, and how it is written."""

SAINT = "st"
"""Before a name it is a saint, after one a street."""

UNITS_OF_A_HOUSE = {
    word: name
    for name, words in {
        "Apartment": "apartment apartments apt appartment", "Suite": "suite", "Unit": "unit",
        "Flat": "flat", "Floor": "floor", "Room": "room",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Before the number of a part of a house."""

NO_STREETS = frozenset((
    "no", "which", "what", "where", "it", "it's", "that's", "is", "my", "any", "the", "one",
    "either", "this", "that", "same", "by",
))  # fmt: skip
"""Words that begin no street's name: "no way", "which street"."""

IN = ("in", "at")
"""Between a street and its town; recognisers write one for the other."""

TAILS = (
    "please", "thank you", "thanks", "that's it", "that's the new one", "that's my new address",
    "that's the address", "is my new address", "is the new address", "is my address",
    "is the address", "that's all", "okay", "instead", "from now on",
)  # fmt: skip
"""After an address."""
