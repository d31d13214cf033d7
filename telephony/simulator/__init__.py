"""A carrier and a caller, simulated: the other end of the line for demos, tests and benchmarks.

`SimulatedCaller` does what Twilio does with a call to our number: it asks the voice webhook,
carries out the TwiML, streams audio both ways in real time, buffers and plays what the bot sends,
and keeps what the caller said and heard on one clock, to the sample.
"""

from telephony.simulator.caller import SimulatedCaller, run_calls
from telephony.simulator.events import CallerEvent, EndedBy, EventKind
from telephony.simulator.loudness import AudibleMeter
from telephony.simulator.player import LinePlayer, Spoken
from telephony.simulator.recording import (
    CallRecording,
    StreamRecord,
    TurnMeasure,
    TwimlDocument,
)
from telephony.simulator.script import AfterBot, At, CallerLine, During, Faults
from telephony.simulator.stream import LineEffect

__all__ = [
    "AfterBot",
    "At",
    "AudibleMeter",
    "CallRecording",
    "CallerEvent",
    "CallerLine",
    "During",
    "EndedBy",
    "EventKind",
    "Faults",
    "LineEffect",
    "LinePlayer",
    "SimulatedCaller",
    "Spoken",
    "StreamRecord",
    "TurnMeasure",
    "TwimlDocument",
    "run_calls",
]
