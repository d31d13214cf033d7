"""`<Enqueue>`: waiting with music until somebody fetches the call, by REST."""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.orders import LegOver
from telephony.simulator.carrier.run import Run, Source, Step

_WAIT_VERBS = frozenset({"Play", "Say", "Pause", "Gather", "Redirect", "Leave", "Hangup"})
_MUSIC_SECONDS = 30.0


async def enqueue(run: Run, verb: Element) -> Step:
    """Wait until the call is told to go on; it is not fetched by itself."""
    started = asyncio.get_running_loop().time()

    def fields() -> dict[str, str]:
        waited = round(asyncio.get_running_loop().time() - started)
        return {"QueueResult": "hangup", "QueueTime": str(waited)}

    run.say_farewell(verb, fields)
    address = verb.get("waitUrl")
    if address is None:
        while True:
            await run.play(sounds.music(_MUSIC_SECONDS))
    if address:
        waiting = run.on(run.leg, _WAIT_VERBS)
        try:
            await waiting.carry_out(Source(run.resolve(address), verb.get("waitUrlMethod", "POST")))
        except LegOver:
            return run.action(verb, fields() | {"QueueResult": "error"})
    await asyncio.Event().wait()
    return None
