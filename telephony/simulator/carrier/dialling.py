"""`<Dial>`: into a conference, or ringing people and bridging the first who answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from telephony.calls import DialStatus
from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.conference import Conference, conference_named
from telephony.simulator.carrier.documents import CALL_EVENTS
from telephony.simulator.carrier.leg import Leg, Program
from telephony.simulator.carrier.participant import Entry, Left, Participant
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.rooms import Room, Seat
from telephony.simulator.carrier.run import Run, Source, Step
from telephony.simulator.carrier.taping import Tape, recording_callback, recording_fields

_SCREENING = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Record"})
"""A document on the called party's side may not dial."""
_LONGEST_DIAL = 14_400.0
_DEFAULT_RING = 30.0


async def dial(run: Run, verb: Element) -> Step:
    """Connect the person with others, and say how it ended."""
    conference = verb.find("Conference")
    if conference is not None:
        return await _into_conference(run, verb, conference)
    return await _ring(run, verb)


async def _into_conference(run: Run, verb: Element, noun: Element) -> Step:
    run.leg.answer()
    entry = _entry(run, noun)
    conference = conference_named(run.board, (noun.text or "").strip())
    run.say_farewell(verb, lambda: {"DialCallStatus": "answered"})
    participant = conference.join(run, entry)
    if participant is None:
        # A label that is taken leads to the next verb, whatever the action (Twilio's page).
        return None if not entry.coaches else run.action(verb, {"DialCallStatus": "failed"})
    limit = float(verb.get("timeLimit", _LONGEST_DIAL))
    await stay(conference, participant, limit)
    failed = participant.reason is Left.ADD_FAILED
    return run.action(verb, {"DialCallStatus": "failed" if failed else "answered"})


async def stay(conference: Conference, participant: Participant, limit: float) -> None:
    """Be in a conference until it is over, or until the call goes on with something else."""
    try:
        await asyncio.wait_for(participant.gone.wait(), limit)
    except TimeoutError:
        conference.leave(participant, Left.HUNG_UP)
    except asyncio.CancelledError:
        # The leg was told to do something else, by REST or by the person.
        conference.leave(participant, Left.UPDATED if participant.leg.redirected else Left.HUNG_UP)
        raise


def _entry(run: Run, noun: Element) -> Entry:
    callback = None
    address = noun.get("statusCallback")
    if address:
        callback = Webhook(
            run.resolve(address),
            noun.get("statusCallbackMethod", "POST"),
            frozenset(noun.get("statusCallbackEvent", "").split()),
        )
    wait_url = noun.get("waitUrl")
    return Entry(
        label=noun.get("participantLabel", ""),
        muted=noun.get("muted") == "true",
        start_on_enter=noun.get("startConferenceOnEnter", "true") == "true",
        end_on_exit=noun.get("endConferenceOnExit") == "true",
        wait_url=run.resolve(wait_url) if wait_url else wait_url,
        wait_method=noun.get("waitMethod", "POST"),
        jitter_buffer=noun.get("jitterBufferSize", "large"),
        most=int(noun.get("maxParticipants", "250")),
        coaches=noun.get("coach", ""),
        beep=noun.get("beep", "true"),
        record=noun.get("record") == "record-from-start",
        callback=callback,
        recording_callback=recording_callback(run, noun),
    )


@dataclass(eq=False, slots=True)
class _Party:
    """Somebody who is rung."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Answered, and done with the document on their side."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    redirected: bool = False
    """Went on with other instructions, and is no longer ours to hang up."""
    leg: Leg | None = None
    tape: Tape | None = None


async def _ring(run: Run, verb: Element) -> Step:
    parties = [_call(run, verb, noun) for noun in _nouns(verb)]
    if not parties:
        run.mistake(13_201, "Dial rings nobody")
        return run.action(verb, {"DialCallStatus": "failed"})
    on_bridge = verb.get("answerOnBridge") == "true"
    chosen: _Party | None = None
    bridged = False

    def fields() -> dict[str, str]:
        return _outcome([party.leg for party in parties if party.leg], chosen, bridged)

    run.say_farewell(verb, fields)
    ringback = asyncio.ensure_future(_ringback(run))
    try:
        chosen = await _first_answer(parties)
        if not on_bridge:
            ringback.cancel()
        if chosen is not None and await _is_ready(chosen):
            ringback.cancel()
            run.leg.answer()
            bridged = True
            await _bridge(run, verb, chosen)
    finally:
        ringback.cancel()
        ours = [party.leg for party in parties if party.leg and not party.redirected]
        for leg in ours:
            leg.hang_up("carrier")
    for leg in ours:
        await leg.over.wait()
    return run.action(verb, fields())


def _nouns(verb: Element) -> Sequence[Element]:
    if len(verb):
        return list(verb)
    noun = Element("Number")
    noun.text = verb.text
    return [noun] if (verb.text or "").strip() else []


def _call(run: Run, verb: Element, noun: Element) -> _Party:
    party = _Party()
    to = (noun.findtext("Uri") or noun.findtext("Identity") or noun.text or "").strip()
    callback = None
    address = noun.get("statusCallback")
    if address:
        events = frozenset(noun.get("statusCallbackEvent", "completed").split()) & CALL_EVENTS
        callback = Webhook(run.resolve(address), noun.get("statusCallbackMethod", "POST"), events)
    party.leg = Leg(
        run.board,
        direction="outbound-dial",
        to=to,
        from_=verb.get("callerId", run.leg.from_),
        person=run.board.person(to),
        program=_callee(run, noun, party),
        callback=callback,
        parent_sid=run.leg.sid,
        ring_seconds=float(verb.get("timeout", _DEFAULT_RING)),
    )
    run.board.own(party.leg.live_through())
    return party


def _callee(run: Run, noun: Element, party: _Party) -> Program:
    address = noun.get("url")

    async def program(leg: Leg) -> None:
        try:
            if address:
                screening = run.on(leg, _SCREENING)
                source = Source(run.resolve(address), noun.get("method", "POST"))
                await screening.carry_out(source)
            party.ready.set()
            await asyncio.Event().wait()
        finally:
            party.redirected = leg.redirected
            party.gone.set()

    return program


async def _ringback(run: Run) -> None:
    """Let the person hear it ring; before the answer it is their own network that rings."""
    if run.leg.answered.is_set():
        while True:
            await run.play(sounds.ringing())


async def _first_answer(parties: Sequence[_Party]) -> _Party | None:
    """Return the first to answer, and stop ringing the others; None if nobody does."""
    waiting = {asyncio.ensure_future(_answered_or_over(party)): party for party in parties}
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                party = waiting.pop(task)
                if task.result():
                    for other in parties:
                        if other is not party and other.leg is not None:
                            other.leg.hang_up("carrier")
                    return party
        return None
    finally:
        for task in waiting:
            task.cancel()


async def _answered_or_over(party: _Party) -> bool:
    assert party.leg is not None
    return await _whichever(party.leg.answered, party.leg.over)


async def _is_ready(party: _Party) -> bool:
    return await _whichever(party.ready, party.gone)


async def _whichever(wanted: asyncio.Event, otherwise: asyncio.Event) -> bool:
    """Return whether the wanted thing happened first."""
    waits = [asyncio.ensure_future(event.wait()) for event in (wanted, otherwise)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return wanted.is_set()
    finally:
        for wait in waits:
            wait.cancel()


async def _bridge(run: Run, verb: Element, party: _Party) -> None:
    """Let two people talk until one of them leaves."""
    assert party.leg is not None
    run.board.note(run.leg.sid, "bridged", party.leg.sid)
    room = Room(run.board.paths, mixing=True)
    room.seats = [
        Seat(run.leg.sid, run.leg.ear),
        Seat(party.leg.sid, party.leg.ear),
    ]
    run.board.exchange.open_room(room)
    how = verb.get("record", "do-not-record")
    if how != "do-not-record":
        callback = recording_callback(run, verb)
        party.tape = Tape(run.leg, dual=how.endswith("-dual"), source="DialVerb", callback=callback)
    on_star = asyncio.ensure_future(_star(run.leg, verb.get("hangupOnStar") == "true"))
    gone = asyncio.ensure_future(party.gone.wait())
    limit = float(verb.get("timeLimit", _LONGEST_DIAL))
    try:
        await asyncio.wait((gone, on_star), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        on_star.cancel()
        run.board.exchange.close_room(room)
        if party.tape is not None:
            party.tape.finish()


async def _star(leg: Leg, wanted: bool) -> None:
    """Return when the person presses the star key, if that means anything."""
    while await leg.digits.get() != "*" or not wanted:
        pass


def _outcome(legs: Sequence[Leg], chosen: _Party | None, bridged: bool) -> dict[str, str]:
    leg = chosen.leg if chosen is not None and chosen.leg is not None else legs[-1]
    if chosen is not None:
        status = DialStatus.COMPLETED
    elif leg.live:
        status = DialStatus.CANCELED
    else:
        status = DialStatus(leg.status.value)
    fields = {
        "DialCallStatus": status.value,
        "DialCallSid": leg.sid,
        "DialBridged": "true" if bridged else "false",
    }
    if chosen is not None and not chosen.redirected:
        fields["DialCallDuration"] = str(leg.seconds)
    if chosen is not None and chosen.tape is not None:
        recorded = recording_fields(leg.board, chosen.tape.recording)
        fields["RecordingUrl"] = recorded["RecordingUrl"]
    return fields
