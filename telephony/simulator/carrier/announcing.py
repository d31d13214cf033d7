"""Announcements in a conference: something played over what is said."""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.conference import Conference
from telephony.simulator.carrier.documents import BadDocument, parse
from telephony.simulator.carrier.options import CarrierOptions
from telephony.simulator.carrier.participant import Participant
from telephony.simulator.carrier.postman import WebhookFailed


async def announce(
    conference: Conference, url: str, method: str, participant: Participant | None
) -> None:
    """Play what an address gives to one participant, or to all, and tell when it is over."""
    board = conference.board
    try:
        body = await board.postman.ask(url, method, {"ConferenceSid": conference.sid})
        document, _ = parse(body)
    except (WebhookFailed, BadDocument) as error:
        fields = {"AnnounceUrl": url, "ReasonAnnouncementFailed": str(error)}
        conference.tell("announcement", "announcement-fail", participant, fields)
        return
    audio = b"".join(_spoken(verb, board.options) for verb in document)
    conference.room.play(audio, "" if participant is None else participant.leg.sid)
    await asyncio.sleep(len(audio) / SAMPLE_RATE)
    conference.tell("announcement", "announcement-end", participant, {"AnnounceUrl": url})


def _spoken(verb: Element, options: CarrierOptions) -> bytes:
    if verb.tag == "Say":
        return sounds.voice("".join(verb.itertext()), options.say_rate)
    return options.sounds.get((verb.text or "").strip(), sounds.music(2.0))
