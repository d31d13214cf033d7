"""An end that was decided may be taken back, unless a person is on the way."""

from __future__ import annotations

from voicebot.call.ending import Ending
from voicebot.journal import HandoffDecided


def test_a_goodbye_is_taken_back_by_an_interruption_and_holds_if_it_was_none() -> None:
    ending = Ending()
    ending.decide("resolved")
    ending.park()
    assert ending.disposition is None

    ending.unpark()
    assert "resolved" == ending.disposition


def test_a_person_on_the_way_is_not_taken_back() -> None:
    ending = Ending()
    ending.hand_over(HandoffDecided("returns", "asked", ()), "transferred")
    ending.park()

    assert "transferred" == ending.disposition
