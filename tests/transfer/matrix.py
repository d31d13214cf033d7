"""Warm transfers with something wrong at every step: `python -m tests.transfer.matrix`.

People of every kind, the caller leaving at every moment, and each order to the carrier failing in
every way; each against the whole hotline and the simulated carrier. Takes some minutes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import structlog
from loguru import logger

from telephony.simulator.carrier import Call, CarrierOptions, Person, RestFault
from telephony.simulator.virtual_time import run_on_virtual_time
from tests.telephony.sounds import tone
from tests.transfer.world import ANNA, BEN, World, world
from voicebot.journal import CallEnded, StreamStarted, TransferEnded

LONGEST = 30.0
"""Virtual seconds after which the caller hangs up."""
AFTERWARDS = 12.0
"""Within which nothing is left of a call."""
ALONE = 8.0
"""Seconds that a caller may be alone in a room, with orders to the carrier failing."""
TAKES = Person.takes_calls(says=tone(30)).leaving(12.0)
PEOPLE = {
    "takes": TAKES,
    "declines": Person.declines(),
    "busy": Person.busy(),
    "nobody": Person.never_answers(),
    "unreachable": Person.unreachable(),
    "voicemail": Person.voicemail(after=0.5, greeting=1.0),
    "ignores": Person.ignores(),
}
ORDERS = ("Calls.json", "caller", "person", "Participants")
LEAVES = (2.2, 3.0, 4.2, 4.6, 5.4, 6.1, 6.3, 6.5, 7.0)
"""Seconds after the answer: while the telephone rings, in the brief, after the key, in the
announcement, on the way, and in the talk."""

Meddle = Callable[[World, Call], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One call with something wrong."""

    name: str
    first: str
    meddle: Meddle
    seed: int


async def _nothing(w: World, caller: Call) -> None:
    return None


def cases() -> Iterator[Case]:
    """Return everything that is tried."""
    for seed, kind in enumerate(PEOPLE):
        yield Case(f"first person: {kind}", kind, _nothing, seed)
    for at in LEAVES:
        yield Case(f"caller hangs up at {at}", "takes", _hangs_up(at), round(at * 10))
        yield Case(f"person hangs up at {at}", "takes", _person_hangs_up(at), round(at * 10))
        yield Case(f"stream cut at {at}", "takes", _cut(at), round(at * 10))
    for order in ORDERS:
        for fault in RestFault:
            for times in (1, 20):
                name = f"{order}: {fault} {times} times"
                yield Case(name, "takes", _fault(order, fault, times), times)
    for event in ("participant-join", "participant-leave", "conference-start", "in-progress"):
        yield Case(f"lost: {event}", "takes", _lost(event), 3)
        yield Case(f"lost: {event}, and they leave", "takes", _lost(event, 6.0), 3)


def _hangs_up(at: float) -> Meddle:
    async def meddle(w: World, caller: Call) -> None:
        await asyncio.sleep(at)
        caller.hang_up()

    return meddle


def _person_hangs_up(at: float) -> Meddle:
    async def meddle(w: World, caller: Call) -> None:
        await asyncio.sleep(at)
        w.carrier.call_to(ANNA).hang_up()

    return meddle


def _cut(at: float) -> Meddle:
    async def meddle(w: World, caller: Call) -> None:
        await asyncio.sleep(at)
        caller.cut_stream()

    return meddle


def _fault(order: str, fault: RestFault, times: int) -> Meddle:
    async def meddle(w: World, caller: Call) -> None:
        path = order
        if order == "caller":
            path = f"/Calls/{caller.sid}"
        if order == "person":
            path = f"/Calls/{(await w.carrier.rung(ANNA)).sid}"
        w.carrier.faults.rest(fault, path=path, times=times)
        if order == "person":
            await asyncio.sleep(2.0)
            caller.hang_up()
        if order == "Participants":
            w.carrier.faults.lose_callbacks("participant-join", times=9)
            w.carrier.faults.lose_callbacks("conference-start", times=9)

    return meddle


def _lost(event: str, leaves: float | None = None) -> Meddle:
    async def meddle(w: World, caller: Call) -> None:
        w.carrier.faults.lose_callbacks(event, times=20)
        if leaves is not None:
            await asyncio.sleep(leaves)
            w.carrier.call_to(ANNA).hang_up()

    return meddle


async def play(case: Case) -> list[str]:
    """Play a case and return what is wrong with it."""
    options = CarrierOptions(
        calls_per_second=None, say_rate=150.0, seed=case.seed, repeat=0.2, strict=False
    )
    people = {ANNA: PEOPLE[case.first], BEN: TAKES}
    async with world(people=people, options=options, others=(BEN,), ring=8) as w:
        caller = await w.caller()
        meddling = asyncio.create_task(case.meddle(w, caller))
        wrong = []
        try:
            await caller.ended(LONGEST)
        except TimeoutError:
            caller.hang_up()
            await caller.ended()
        await asyncio.sleep(AFTERWARDS)
        meddling.cancel()
        await asyncio.gather(meddling, return_exceptions=True)
        wrong += judged(w, caller)
        if wrong:
            print(w.story(), file=sys.stderr)
        return wrong


def judged(w: World, caller: Call) -> list[str]:
    """Return what is wrong with a call that was played."""
    wrong = []
    legs = [call for call in w.carrier.calls if call.sid != caller.sid]
    together = [span for leg in legs for span in w.carrier.together(caller, leg)]
    for number in (ANNA, BEN):
        rung = [leg for leg in legs if leg.to == number]
        if len(rung) > 1:
            wrong.append(f"{number} was rung {len(rung)} times")
    wrong += [f"a leg is open: {leg.to}" for leg in legs if leg.ended_at is None]
    if caller.ended_by == "api":
        wrong.append("we hung up on the caller")
    ends = w.found(TransferEnded)
    if len(ends) > 1:
        wrong.append(f"the transfer ended {len(ends)} times")
    if not w.found(CallEnded):
        wrong.append("the session never ended")
    alone = caller.longest_silence(3.5, caller.ended_at)
    if alone > ALONE:
        wrong.append(f"the caller heard nothing for {alone:.1f} s")
    outcome = ends[0].outcome if ends else "-"
    streams = len(w.found(StreamStarted))
    talked = sum(end - begin for begin, end in together)
    print(f"{outcome:9} talked {talked:4.1f} s, {streams} streams, by {caller.ended_by:8}", end="")
    return wrong


def main(only: str = "") -> int:
    """Play all cases, or those whose name holds a word; 1 if something is wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    logger.remove()
    found = 0
    for case in cases():
        if only not in case.name:
            continue
        wrong = run_on_virtual_time(play(case))
        found += bool(wrong)
        print(f"{case.name:36} {'; '.join(wrong) or 'ok'}", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
