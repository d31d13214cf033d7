"""When something that failed is too much for a call."""

from __future__ import annotations

from voicebot.call.trouble import Trouble


def test_failures_in_a_row_need_a_person_and_a_success_between_them_does_not() -> None:
    trouble = Trouble(failures=2, owed=8.0)

    assert not trouble.needs_person("recogniser")
    trouble.is_over()
    assert not trouble.needs_person("recogniser")
    assert trouble.needs_person("dialogue")


def test_without_a_voice_or_ears_a_person_is_needed_at_once() -> None:
    assert Trouble(failures=2, owed=8.0).needs_person("synthesiser")
    assert Trouble(failures=2, owed=8.0).needs_person("speech_detector")


def test_an_answer_is_owed_for_a_while_and_said_once_to_be_missing() -> None:
    trouble = Trouble(failures=2, owed=8.0)

    assert not trouble.is_silent(1.0, owing=True)
    assert 9.0 == trouble.deadline
    assert not trouble.is_silent(5.0, owing=True)
    assert trouble.is_silent(9.0, owing=True)
    assert trouble.deadline is None


def test_an_answer_that_begins_stops_the_clock() -> None:
    trouble = Trouble(failures=2, owed=8.0)
    trouble.is_silent(1.0, owing=True)
    trouble.is_silent(2.0, owing=False)

    assert not trouble.is_silent(9.5, owing=True)
