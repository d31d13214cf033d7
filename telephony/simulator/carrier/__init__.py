"""FakeCarrier: a stateful stand-in for Twilio, with people behind its numbers.

    async with FakeCarrier(reach={"https://bot.example.com": server_url}) as carrier:
        carrier.add_number(HOTLINE, "https://bot.example.com/twilio/voice")
        carrier.add_person(AGENT, Person.takes_calls())
        caller = await carrier.call(HOTLINE, lines)
        agent = await carrier.rung(AGENT)
        print(await carrier.met(caller, agent))

Described in docs/simulated-carrier.md.
"""

from telephony.simulator.carrier.alerts import Alert, Alerts, CarrierComplains
from telephony.simulator.carrier.board import Happening
from telephony.simulator.carrier.call import Call
from telephony.simulator.carrier.fake_carrier import FakeCarrier
from telephony.simulator.carrier.faults import CarrierFaults, RestFault
from telephony.simulator.carrier.options import CarrierOptions
from telephony.simulator.carrier.people import Answer, Person
from telephony.simulator.carrier.stream_record import StreamRecord

__all__ = [
    "Alert",
    "Alerts",
    "Answer",
    "Call",
    "CarrierComplains",
    "CarrierFaults",
    "CarrierOptions",
    "FakeCarrier",
    "Happening",
    "Person",
    "RestFault",
    "StreamRecord",
]
