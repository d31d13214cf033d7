"""Warm transfers over several processes that are killed: `python -m tests.transfer.processes`.

Calls arrive one after another while their webhooks come to random processes, late, twice and out of
order; now and then the process that has a call is killed, at a random stage of its transfer. In
real time, on a PostgreSQL server; takes some minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

import psycopg
import structlog
from loguru import logger

from telephony.simulator.carrier import Call, CarrierOptions, Person
from telephony.transfer.commands import Outcome
from telephony.transfer.records import TransferRecord
from telephony.transfer.state import OVER, Stage
from tests.telephony.sounds import tone
from tests.transfer.fleet import FleetWorld, fleet_world

_SERVER = "postgresql://postgres@127.0.0.1:5432/test"
_LONGEST = 90.0
"""Seconds after which a call counts as stuck."""
_GREETED = 3.5
"""Seconds after the answer by which a caller has heard something."""
_ALONE = 10.0
"""Seconds for which a caller may hear nothing, while processes die."""
_AFTERWARDS = 8.0
"""Within which no telephone rings for a caller who is gone, and no transfer is left open."""
_CUT = 0.15
"""Share of other calls whose media stream breaks off while the caller is with the bot."""
_GAP = 3.0
"""Seconds between two calls, on average."""
STAGES = (Stage.DIALING, Stage.SCREENING, Stage.ANNOUNCING, Stage.MOVING, Stage.BRIDGED)
"""At which the owner is killed."""


@dataclass(slots=True)
class Tally:
    """What the calls came to."""

    fates: Counter[str] = field(default_factory=Counter)
    killed_at: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    """Streams that were cut while the caller was with the bot."""
    resumed: int = 0
    """Of those, the ones after which the caller went on without hearing the keypad menu."""
    wrongs: list[str] = field(default_factory=list)


async def play(
    w: FleetWorld, number: int, random: Random, tally: Tally, kill: Stage | None
) -> None:
    """Play one call, and judge it."""
    person = random.choices(
        (
            Person.takes_calls(says=tone(2.0)).leaving(random.uniform(9.0, 13.0)),
            Person.declines(),
            Person.busy(),
            Person.voicemail(after=0.5, greeting=1.0),
        ),
        (85, 5, 5, 5) if kill is None else (1, 0, 0, 0),
    )[0]
    caller = await w.caller(number, person, bye=random.uniform(20.0, 24.0))
    cut = kill is None and random.random() < _CUT
    if cut:
        await caller.answered()
        await asyncio.sleep(random.uniform(1.5, 5.0))
        with suppress(LookupError):
            # Its process may have been killed meanwhile.
            caller.cut_stream()
    killing = asyncio.create_task(_kill(w, caller, kill, random, tally))
    try:
        await caller.ended(_LONGEST)
    except TimeoutError:
        tally.wrongs.append(f"call {number}: stuck")
        caller.hang_up()
    await asyncio.gather(killing, return_exceptions=True)
    await asyncio.sleep(_AFTERWARDS)
    record = await w.transfer(caller)
    if cut:
        tally.cut += 1
        tally.resumed += len(caller.streams) > 1 and not _offered(w, caller)
    for wrong in _judged(w, caller, number, record, tally):
        tally.wrongs.append(f"call {number} (killed at {kill}): {wrong}")


async def _kill(
    w: FleetWorld, caller: Call, stage: Stage | None, random: Random, tally: Tally
) -> None:
    if stage is None:
        return
    await w.reached(caller, stage)
    await asyncio.sleep(random.uniform(0.0, 0.3))
    pid = await w.owner(caller)
    if not await w.all_live():
        return
    record = await w.transfer(caller)
    if await asyncio.to_thread(w.fleet.kill, pid):
        tally.killed_at[record.state.stage.value if record else "-"] += 1


def _judged(
    w: FleetWorld, caller: Call, number: int, record: TransferRecord | None, tally: Tally
) -> list[str]:
    legs = w.legs(number)
    together = [span for leg in legs for span in w.carrier.together(caller, leg)]
    wrong = [f"a leg is open: {leg.status}" for leg in legs if leg.ended_at is None]
    if len(legs) > 1:
        wrong.append(f"the person was rung {len(legs)} times")
    if caller.ended_by == "api":
        wrong.append("we hung up on the caller")
    if record is not None and record.state.stage not in OVER:
        wrong.append(f"the transfer is still {record.state.stage}")
    silence = caller.longest_silence((caller.answered_at or 0.0) + _GREETED)
    if silence > _ALONE:
        wrong.append(f"the caller heard nothing for {silence:.1f} s")
    outcome = record.state.outcome if record is not None else None
    if together:
        fate = "talked with the person"
    elif _offered(w, caller):
        fate = "was offered the keypad"
    elif record is not None and outcome is not None and len(caller.streams) > _streams(outcome):
        fate = f"went on with the bot: {record.state.reason}"
    else:
        fate = "lost"
        wrong.append(f"lost: {outcome}, ended by {caller.ended_by}")
    tally.fates[fate] += 1
    if wrong:
        sids = (caller.sid, *(leg.sid for leg in legs))
        print("\n".join(str(e) for e in w.carrier.log if e.call_sid in sids), file=sys.stderr)
    return wrong


def _offered(w: FleetWorld, caller: Call) -> bool:
    """Whether the caller heard the keypad menu."""
    heard = [event.detail for event in w.carrier.log if event.call_sid == caller.sid]
    return any("Press 1 for a person" in detail for detail in heard)


def _streams(outcome: Outcome) -> int:
    """How many streams a caller has had before they are back with the bot."""
    return 0 if outcome is Outcome.RETURNED else 1


async def run(url: str, calls: int, workers: int, seed: int, kills: float, log: int) -> Tally:
    """Play so many calls."""
    tally, random = Tally(), Random(seed)
    options = CarrierOptions(
        calls_per_second=None,
        say_rate=60.0,
        strict=False,
        seed=seed,
        repeat=0.2,
        late=0.2,
    )
    async with fleet_world(url, workers=workers, options=options, log=log) as w:
        playing = []
        for number in range(1, calls + 1):
            stage = random.choice(STAGES) if random.random() < kills else None
            work = play(w, number, Random(seed * 10_000 + number), tally, stage)
            playing.append(asyncio.create_task(work))
            await asyncio.sleep(random.expovariate(1 / _GAP))
        await asyncio.gather(*playing)
    return tally


@contextmanager
def database(server: str) -> Iterator[str]:
    """Yield the URL of a schema of its own."""
    schema = f"voicebot_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            joint = "&" if "?" in server else "?"
            yield server + joint + urlencode({"options": f"-csearch_path={schema}"})
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


def main() -> int:
    """Play calls and print what they came to; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=float, default=0.2, help="share of calls over which one is")
    parser.add_argument("--log", default=os.devnull, help="where the processes log")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    logger.remove()
    began = time.perf_counter()
    server = os.environ.get("VOICEBOT_TEST_POSTGRES_URL", _SERVER)
    with database(server) as url, open(options.log, "wb") as log:
        given = (options.calls, options.processes, options.seed, options.kills, log.fileno())
        tally = asyncio.run(run(url, *given))
    print(f"{options.calls} calls in {time.perf_counter() - began:.0f} s")
    print(f"processes killed, by the stage of the transfer: {dict(tally.killed_at)}")
    print(f"streams cut: {tally.cut}, gone on with: {tally.resumed}")
    print(f"callers: {dict(tally.fates.most_common())}")
    print(f"wrong: {len(tally.wrongs)}")
    for wrong in tally.wrongs[:40]:
        print(f"  {wrong}")
    return 1 if tally.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
