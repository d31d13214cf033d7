"""Calls that are made, at a carrier that delays, repeats and reorders what it tells."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx

from telephony.simulator.carrier import CarrierOptions, Person, RestFault
from telephony.twilio.signature import HEADER
from tests.dialling.calling import LEE, OKAFOR, OURS, TERMS, clock, virtually, world
from voicebot.outbound.contacts import Attempt, OnMachine, Result
from voicebot.outbound.pace import Limits


@virtually
async def test_who_answers_is_connected_and_what_came_of_it_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.ignores(after=2.0))
        here.add(LEE)
        async with here.process():
            call = await here.carrier.rung(LEE)
            await call.ended()
            await here.until(lambda: here.results() == ["hung_up"])
    (answered,) = here.answers
    assert (LEE, OURS, call.sid) == (answered.caller, answered.called, answered.call_sid)
    assert call.sid == here.attempts()[0].call_sid
    assert call.from_ == OURS


@virtually
async def test_busy_and_unanswered_calls_are_made_again_later(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.busy())
        here.carrier.add_person(OKAFOR, Person.never_answers())
        here.add(LEE, OKAFOR)
        async with here.process():
            await here.until(lambda: "busy" in here.results())
            here.carrier.add_person(LEE, Person.ignores())
            await here.until(lambda: len(here.answers) == 1)
            await here.until(lambda: "no_answer" in here.results())
        waited = here.attempts()[1].placed_at - (here.attempts()[0].ended_at or 0)
        assert 20 <= waited < 25


@virtually
async def test_a_machine_is_hung_up_on_or_left_a_message(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.says = "Hello, " + "this is quite a long opening. " * 20
        for number in (LEE, OKAFOR):
            here.carrier.add_person(number, Person.voicemail())
        here.add(LEE)
        here.add(OKAFOR, terms=replace(TERMS, on_machine=OnMachine.MESSAGE), name="l2")
        async with here.process():
            await here.until(lambda: here.results() == ["machine"])
            await here.until(lambda: here.results("l2") == ["message_left"])
        hung_up, messaged = here.carrier.call_to(LEE), here.carrier.call_to(OKAFOR)
        assert ("api", "carrier") == (hung_up.ended_by, messaged.ended_by)


@virtually
async def test_an_order_whose_answer_is_lost_rings_nobody_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.busy())
        here.carrier.faults.rest(RestFault.DONE_BUT_HANGS, method="POST", path="/Calls")
        here.add(LEE)
        async with here.process():
            await here.until(lambda: here.results() == ["busy"])
            await asyncio.sleep(10)
        assert 1 == len(here.carrier.calls)
        assert here.carrier.call_to(LEE).sid == here.attempts()[0].call_sid


@virtually
async def test_an_order_that_was_not_carried_out_is_given_again_later(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.ignores())
        here.carrier.faults.rest(RestFault.HANGS, method="POST", path="/Calls")
        here.add(LEE)
        async with here.process():
            await here.until(lambda: here.results() == ["lost"])
            assert not here.carrier.calls
            await here.until(lambda: len(here.answers) == 1)


@virtually
async def test_callbacks_that_never_come_are_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.busy())
        here.carrier.faults.lose_callbacks("status", times=20)
        here.add(LEE)
        async with here.process(poll=15.0):
            await asyncio.sleep(140)
            await here.until(lambda: here.results() == ["busy"])


@virtually
async def test_a_process_that_died_between_store_and_order_calls_nobody_by_mistake(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        here.add(LEE)
        # Another process stored the attempt, and died before it gave the order.
        assert here.store.outbound.begin(Attempt("l1-1.1", "l1-1", LEE, clock()))
        async with here.process():
            await here.until(lambda: here.results() == ["lost"])
            assert not here.carrier.calls


@virtually
async def test_a_process_that_dies_while_it_rings_leaves_the_call_to_the_next(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.ignores(after=8.0))
        here.add(LEE)
        async with here.process():
            await here.carrier.rung(LEE)
        assert [""] == here.results()
        async with here.process():
            await here.until(lambda: here.results() == ["hung_up"])
            await asyncio.sleep(5)
        assert 1 == len(here.carrier.calls)
        assert 1 == len(here.answers), "the next process connected it"


@virtually
async def test_of_two_processes_one_dials(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for number in (LEE, OKAFOR):
            here.carrier.add_person(number, Person.busy())
        here.add(LEE, OKAFOR)
        async with here.process(), here.process():
            await here.until(lambda: here.results() == ["busy", "busy"])
        assert 2 == len(here.carrier.calls)


@virtually
async def test_an_opt_out_in_another_process_stops_the_order(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        async with here.process() as dialling:
            await here.until(lambda: here.store.outbound.is_leased(clock()))
            here.store.outbound.opt_out(LEE, clock(), "inbound")
            here.add(LEE)
            await asyncio.sleep(10)
        assert await dialling.plan_for("x") is None
        assert not here.carrier.calls


@virtually
async def test_a_stop_is_heard_within_seconds(tmp_path: Path) -> None:
    async with world(tmp_path, CarrierOptions(calls_per_second=None)) as here:
        numbers = [f"+121255502{n:02}" for n in range(20)]
        for number in numbers:
            here.carrier.add_person(number, Person.busy())
        here.add(*numbers)
        async with here.process(limits=Limits(per_second=1.0, at_once=20)):
            await here.until(lambda: len(here.carrier.calls) == 3)
            here.store.outbound.stop("", clock())
            await asyncio.sleep(10)
            assert len(here.carrier.calls) <= 6
            here.store.outbound.resume("")
            await here.until(lambda: len(here.carrier.calls) > 7)


@virtually
async def test_what_a_conversation_settled_counts(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.ignores())
        here.add(LEE)
        async with here.process() as dialling:
            await here.until(lambda: bool(here.answers))
            plan = await dialling.plan_for(here.answers[0].call_sid)
            assert plan is not None
            # As another process would that had the call.
            here.store.outbound.note(plan.attempt_id, Result.REACHED)
            await here.until(lambda: here.results() == ["reached"])


@virtually
async def test_any_process_knows_what_a_call_is_about(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.carrier.add_person(LEE, Person.ignores())
        here.add(LEE)
        async with here.process() as first, here.process() as second:
            await here.until(lambda: bool(here.answers))
            sid = here.answers[0].call_sid
            one, other = await first.plan_for(sid), await second.plan_for(sid)
        assert one is not None
        assert one == other


@virtually
async def test_only_the_carrier_is_listened_to(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.add(LEE)
        here.carrier.add_person(LEE, Person.never_answers())
        async with here.process():
            await here.carrier.rung(LEE)
            transport = httpx.ASGITransport(here.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
                for what in ("answered", "status", "machine"):
                    form = {"CallSid": "CA1", "CallStatus": "completed", "AnsweredBy": "human"}
                    for headers in ({}, {HEADER: "bm90IHNpZ25lZA=="}):
                        answer = await client.post(
                            f"/outbound/{what}/l1-1.1", data=form, headers=headers
                        )
                        assert answer.status_code == 403
                odd = await client.post("/outbound/status/%2e%2e%2fx", data={"CallSid": "CA1"})
                assert odd.status_code in (403, 404)
        assert not here.answers


@virtually
async def test_whatever_the_order_of_the_news_everybody_is_called_once(tmp_path: Path) -> None:
    options = CarrierOptions(repeat=0.5, late=0.5, calls_per_second=None)
    async with world(tmp_path, options) as here:
        kinds = (Person.ignores(), Person.busy(), Person.never_answers(), Person.unreachable())
        numbers = [f"+121255503{n:02}" for n in range(8)]
        for n, number in enumerate(numbers):
            here.carrier.add_person(number, kinds[n % len(kinds)])
        here.add(*numbers, terms=replace(TERMS, retries={}, ring=8))
        async with here.process():
            await here.until(lambda: len(here.results()) == 8 and all(here.results()))
            await here.carrier.settled()
        wanted = ["hung_up", "busy", "no_answer", "failed"] * 2
        assert wanted == here.results()
        assert 8 == len(here.carrier.calls)
