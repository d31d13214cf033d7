"""Customers on the telephone: when they speak, and who of them calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest

from bench.dialogue import voice
from bench.dialogue.clinic_goals import CLINIC_GOALS
from bench.dialogue.customer import Customer, Manner
from bench.dialogue.floor import Floor
from bench.dialogue.houses import BY_NAME, HOUSES
from bench.dialogue.wording import Wording
from bench.duplex.voices import SPEAKERS, Speaker
from telephony.g711 import SAMPLE_RATE
from telephony.simulator import AudibleMeter

FRAME = 160
SPEECH = bytes(range(0, 32)) * 5
HUSH = b"\xff" * FRAME


def begun_at(manner: Manner, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return when a customer speaks: to a greeting of two seconds, and to an answer of five."""

    def say(speaker: Speaker, text: str) -> np.ndarray:
        return 0.1 * np.sin(np.arange(SAMPLE_RATE // 2))

    monkeypatch.setattr(voice, "say", say)
    said = iter(["How can I help?", "What's your order number? It has five digits. Please."])
    track = bytearray()
    for began, ended in ((0, 2), (4, 9)):
        track += HUSH * ((began * SAMPLE_RATE - len(track)) // FRAME)
        track += SPEECH * ((ended - began) * SAMPLE_RATE // FRAME)
    track += HUSH * (3 * SAMPLE_RATE // FRAME)
    customer = Customer(BY_NAME["cancel"], {"order": "44118"}, manner, Wording(()), Random(1))
    bot = AudibleMeter()
    with ThreadPoolExecutor(1) as pool:
        player = voice.CustomerPlayer(customer, SPEAKERS[1], lambda: next(said, ""), pool)
        for start in range(0, len(track), FRAME):
            bot.advance(track, start)
            player.next_frame(start, bot)
            pool.submit(int).result()
    return [at for at, _ in player.meant]


def test_customers_wait_until_the_bot_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begun_at(Manner.PLAIN, monkeypatch)
    assert 3.0 < first < 3.5
    assert 10.0 < second < 10.5


def test_who_interrupts_lets_it_greet_and_cuts_answers_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(voice, "INTERRUPTS", 1.0)
    first, second, *_ = begun_at(Manner.INTERRUPTING, monkeypatch)
    assert 3.0 < first < 3.5
    assert 5.2 < second < 5.6


def test_no_patient_calls_twice_and_goals_without_anybody_are_passed_over() -> None:
    planned = voice.cast(Floor.clinic(), 60, 1, CLINIC_GOALS)
    patients = [record.facts["patient"] for record in planned if "patient" in record.facts]
    assert len(patients) == len(set(patients))
    assert {goal.name for goal in CLINIC_GOALS} == {record.goal.name for record in planned}
    assert len(planned) >= 48


def test_no_two_hotlines_have_goals_of_one_name() -> None:
    assert len(BY_NAME) == sum(len(house.goals) for house in HOUSES.values())
