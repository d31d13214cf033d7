"""Which function carries out which verb, and programs made of documents."""

from __future__ import annotations

from telephony.simulator.carrier import dialling, queueing, streaming, verbs
from telephony.simulator.carrier.leg import Leg, Program
from telephony.simulator.carrier.run import Run, Source, Verbs

VERBS: Verbs = {
    "Say": verbs.say,
    "Play": verbs.play,
    "Pause": verbs.pause,
    "Gather": verbs.gather,
    "Record": verbs.record,
    "Redirect": verbs.redirect,
    "Hangup": verbs.hangup,
    "Reject": verbs.reject,
    "Refer": verbs.refer,
    "Connect": streaming.connect,
    "Start": streaming.start,
    "Stop": streaming.stop,
    "Dial": dialling.dial,
    "Enqueue": queueing.enqueue,
}


def new_run(leg: Leg) -> Run:
    """Return a run for a leg, with all verbs."""
    return Run(leg, VERBS)


def follow(source: Source) -> Program:
    """Return the program that starts with a document and goes on as documents say."""

    async def program(leg: Leg) -> None:
        await new_run(leg).carry_out(source)

    return program
