"""The floor drops the timers of whoever gave it up."""

from __future__ import annotations

from voicebot.turntaking.commands import TurnCommand
from voicebot.turntaking.floor import Floor, ShowListening
from voicebot.turntaking.floor_state import FloorState, Timer


def show_listening(_now: float) -> list[TurnCommand]:
    return [ShowListening()]


def test_a_timer_ends_when_the_floor_passes_on() -> None:
    floor = FloorState()
    floor.set(Timer.NO_INPUT, 6.0, show_listening)
    floor.enter(Floor.CALLER)

    assert floor.deadline is None
    assert [] == floor.expire(60.0)


def test_a_row_of_keys_is_waited_for_until_it_gets_its_answer() -> None:
    floor = FloorState()
    floor.set(Timer.KEYS, 2.0, show_listening)
    floor.enter(Floor.CALLER)
    assert 2.0 == floor.deadline

    floor.enter(Floor.OWED)
    assert floor.deadline is None


def test_timers_run_in_the_order_of_their_times_and_may_set_others() -> None:
    floor, ran = FloorState(), []

    def give_up(now: float) -> list[TurnCommand]:
        ran.append("give up")
        floor.set(Timer.RESUME, now + 1.0, show_listening)
        return []

    def weigh(_now: float) -> list[TurnCommand]:
        ran.append("weigh")
        return []

    floor.set(Timer.TRANSCRIPT, 2.0, give_up)
    floor.set(Timer.ENDPOINT, 1.0, weigh)

    assert [] == floor.expire(2.5)
    assert ["weigh", "give up"] == ran
    assert [ShowListening()] == floor.expire(floor.deadline or 0.0)
