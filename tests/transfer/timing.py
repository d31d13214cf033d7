"""How long a warm transfer takes: `python -m tests.transfer.timing [TRANSFERS] [real]`.

From the end of "I am connecting you now" to the moment at which both hear each other, and the
longest silence at the caller's ear from their wish to the end of the talk. Before that, how long a
caller whose media stream is cut off hears nothing. On virtual time the
hotline itself costs nothing; `real` runs on the clock of this machine.
"""

from __future__ import annotations

import asyncio
import sys
from statistics import median

import structlog
from loguru import logger

from telephony.simulator import AfterBot, CallerLine
from telephony.simulator.carrier import CarrierOptions, Person
from telephony.simulator.virtual_time import run_on_virtual_time
from tests.telephony.sounds import tone
from tests.transfer.world import ANNA, world
from voicebot.journal import SpeechHeard, SpeechQueued

TAKES = Person.takes_calls(says=tone(20)).leaving(8.0)


async def transfer(seed: int) -> tuple[float, float]:
    """Play one transfer; return the time from announcement to talk, and the longest silence."""
    options = CarrierOptions(seed=seed, calls_per_second=None, say_rate=150.0, strict=False)
    async with world(people={ANNA: TAKES}, options=options, after="goodbye") as w:
        caller = await w.caller()
        anna = await w.carrier.rung(ANNA)
        met = await w.carrier.met(caller, anna) - (caller.answered_at or 0.0)
        await anna.ended()
        segment = next(
            event.segment for event in w.found(SpeechQueued) if event.source == "prompt:connecting"
        )
        heard = next(
            entry.at for entry in w.service.journal.entries if entry.event == SpeechHeard(segment)
        )
        begin = (caller.answered_at or 0.0) + 2.0
        return met - heard, caller.longest_silence(begin, anna.ended_at)


async def resumption(seed: int) -> float:
    """Cut one stream; return the time from its end to the next sound at the caller's ear."""
    options = CarrierOptions(seed=seed, calls_per_second=None, strict=False)
    async with world(first="Hello.", options=options) as w:
        caller = await w.call(CallerLine(tone(0.6), "hello", AfterBot(0.5)))
        await asyncio.sleep(2.0 + seed % 10 / 5)
        caller.cut_stream()
        await w.until(lambda: any("broke off" in event.text for event in w.found(SpeechQueued)))
        await asyncio.sleep(0.5)
        ended = caller.streams[0].ended_at or 0.0
        heard = min(begin for begin, _ in caller.heard() if begin > ended)
        caller.hang_up()
        await caller.ended()
        return heard - ended


def main(transfers: int = 100, *, real: bool = False) -> None:
    """Play transfers and print what they took."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    logger.remove()
    run = asyncio.run if real else run_on_virtual_time
    resumed = sorted(run(resumption(seed)) for seed in range(transfers))
    print(
        f"{len(resumed)} streams cut off; end of the stream to the next sound: median "
        f"{median(resumed):.2f} s, longest {resumed[-1]:.2f} s"
    )
    found = [run(transfer(seed)) for seed in range(transfers)]
    times, silences = sorted(time for time, _ in found), sorted(silence for _, silence in found)
    print(
        f"{len(found)} transfers; announcement to talk: median {median(times):.2f} s, "
        f"longest {times[-1]:.2f} s; longest silence: median {median(silences):.2f} s, "
        f"longest {silences[-1]:.2f} s"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, real="real" in sys.argv)
