"""What all processes have taken on, as the store tells each of them."""

from __future__ import annotations

from dataclasses import replace

from telephony.desk import IncomingCall
from tests.store.calls import answered
from voicebot.journal import CallAnswered, CallEnded, CallId, Entry
from voicebot.store import Store, open_store

NOON = 1_800_014_400.0
ANN = "+15550100001"


def call(store: Store, name: str, began: float, seconds: float | None) -> None:
    began_call: CallAnswered = replace(answered(name), caller=ANN, answered_at=began)
    store.append(CallId(name), Entry(0, 0.0, began_call))
    if seconds is not None:
        store.append(CallId(name), Entry(1, seconds, CallEnded("resolved")), durable=True)


async def test_seconds_and_calls_are_those_of_all_processes(database_url: str) -> None:
    with open_store(database_url) as one, open_store(database_url) as other:
        midnight = NOON // 86_400 * 86_400
        call(one, "a", midnight - 60.0, 100.0)
        call(other, "b", NOON - 1_000.0, 300.0)
        call(other, "c", midnight - 9_000.0, 100.0)
        assert await one.flush()
        assert await other.flush()
        one.ringing.ring(IncomingCall("CA1", ANN, "+15550100000"), NOON - 3_700.0, 60.0)
        other.ringing.ring(IncomingCall("CA2", ANN, "+15550100000"), NOON - 30.0, 60.0)

        for store in (one, other):
            usage = store.usage.usage(ANN, NOON, 60.0)
            assert 340.0 == usage.seconds_today
            assert (1, 1, False) == (usage.now_of_caller, usage.hour_of_caller, usage.closed)


def test_it_is_closed_for_all_until_a_time(database_url: str) -> None:
    with open_store(database_url) as one, open_store(database_url) as other:
        one.usage.close_until(NOON)
        assert other.usage.usage("", NOON - 1, 60.0).closed
        assert not other.usage.usage("", NOON, 60.0).closed
        other.usage.close_until(NOON + 60)
        other.usage.close_until(0.0)
        assert not one.usage.usage("", NOON - 1, 60.0).closed
