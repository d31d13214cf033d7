"""What proves a customer cannot be guessed in one conversation after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialogue.loading import load_domain
from voicebot.actions.guesses import MOST_WRONG, WHILE, Guesses
from voicebot.actions.opening import open_actions
from voicebot.actions.stock import KNOWN_CUSTOMERS

RETAIL = load_domain("retail")
IRIS = KNOWN_CUSTOMERS[0]
ORDER = "44118"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def compare(clock: Clock) -> Any:
    def verify_order(order: str, postcode: str = "", phone: str = "") -> dict[str, str]:
        fits = postcode == IRIS.postcode or phone == IRIS.phone
        return {"outcome": "verified" if fits else "unverified"}

    return Guesses(clock).counted(verify_order, RETAIL.identifications["order"])


def outcome(compare: Any, **arguments: str) -> str:
    return str(compare(**{"order": ORDER, **arguments})["outcome"])


def test_after_too_many_wrong_ones_the_right_one_is_wrong_as_well(compare: Any) -> None:
    assert outcome(compare, postcode=IRIS.postcode) == "verified"
    for guess in range(MOST_WRONG):
        assert outcome(compare, postcode=f"{guess:05}") == "unverified"
    assert outcome(compare, postcode=IRIS.postcode) == "unverified"
    assert outcome(compare, order="44117", postcode=IRIS.postcode) == "verified"


def test_it_is_forgotten_after_a_while(compare: Any, clock: Clock) -> None:
    for guess in range(MOST_WRONG):
        outcome(compare, postcode=f"{guess:05}")
    clock.now = WHILE + 1
    assert outcome(compare, postcode=IRIS.postcode) == "verified"


def test_the_callers_own_number_is_no_guess(compare: Any) -> None:
    for _ in range(MOST_WRONG):
        assert outcome(compare, phone="+15559998877") == "unverified"
    assert outcome(compare, postcode=IRIS.postcode) == "verified"
    for guess in range(MOST_WRONG):
        outcome(compare, postcode=f"{guess:05}")
    assert outcome(compare, phone=IRIS.phone) == "verified"


async def test_the_tools_of_a_hotline_are_counted_over_all_its_calls(tmp_path: Path) -> None:
    tools = open_actions(RETAIL, tmp_path / "shop.sqlite3", "python", {})
    for guess in range(MOST_WRONG):
        given = {"order": ORDER, "postcode": f"{guess:05}"}
        assert (await tools.run("verify_order", given, f"call-{guess}"))["outcome"] == "unverified"
    given = {"order": ORDER, "postcode": IRIS.postcode}
    assert (await tools.run("verify_order", given, "call-x"))["outcome"] == "unverified"
    tools.close()
