"""The webhooks of a warm transfer, asked over ASGI by a carrier."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from xml.etree import ElementTree

import pytest

from telephony.calls import ControlOutcome
from telephony.errors import CarrierRefused, CarrierUnavailable
from telephony.transfer.commands import Announce, Connected, Outcome, Reason, Settle, TellNext
from telephony.transfer.facts import Announced
from telephony.transfer.records import After, MemoryTransfers, TransferRecord
from telephony.transfer.state import Stage, TransferState
from tests.telephony.transferring import CALLER, PEOPLE, PUBLIC, Line

ANNA, BEN = "CAperson0", "CAperson1"


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A caller for whom the first person is rung."""
    line = Line()
    await line.begin()
    yield line
    await line.close()


def verbs(document: str) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(document).iter()][1:]


async def test_a_person_is_rung_with_addresses_of_this_transfer(line: Line) -> None:
    (call,) = line.orders.dialled

    assert PEOPLE[0] == call.to
    assert f"{PUBLIC}/twilio/transfer/{line.id}/screen?person=0" == call.url
    assert f"{PUBLIC}/twilio/transfer/{line.id}/agent-status?person=0" == call.status_url
    assert 32 == len(line.id)


async def test_whoever_answers_hears_the_brief_and_is_asked_for_a_key(line: Line) -> None:
    document = (await line.post("screen", ANNA, CallStatus="in-progress")).text

    assert ["Gather", "Say"] == verbs(document)
    assert "Hotline call. A refund. Press 1 to take the call, or 2 to decline." in document
    gather = ElementTree.fromstring(document)[0]
    assert {
        "action": f"{PUBLIC}/twilio/transfer/{line.id}/decision?person=0",
        "actionOnEmptyResult": "true",
        "input": "dtmf",
        "method": "POST",
        "numDigits": "1",
        "timeout": "8",
    } == gather.attrib


async def test_who_takes_the_call_goes_to_the_room_and_the_caller_follows(line: Line) -> None:
    document = (await line.take()).text

    assert ["Dial", "Conference"] == verbs(document)
    dial = ElementTree.fromstring(document)[0]
    assert f"{PUBLIC}/twilio/transfer/{line.id}/agent-left?person=0" == dial.get("action")
    assert {
        "beep": "false",
        "endConferenceOnExit": "true",
        "jitterBufferSize": "small",
        "participantLabel": "person",
        "startConferenceOnEnter": "true",
        "statusCallback": f"{PUBLIC}/twilio/transfer/{line.id}/conf?person=0",
        "statusCallbackEvent": "start end join leave",
        "statusCallbackMethod": "POST",
        "waitUrl": "",
    } == dial[0].attrib
    assert f"transfer-{line.id}-0" == dial[0].text
    assert [] == line.news

    await line.joins("person", ANNA)
    assert [Announce()] == line.news

    line.transfers.post(line.id, Announced())
    await line.quiet()
    assert [(CALLER, f"{line.id}/room?person=0")] == line.orders.redirected

    room = (await line.post("room", CALLER, CallStatus="in-progress")).text
    assert ["Dial", "Conference"] == verbs(room)
    assert f"transfer-{line.id}-0" == ElementTree.fromstring(room)[0][0].text
    assert 'participantLabel="caller"' in room
    assert f"{line.id}/caller-left?person=0" in room

    await line.joins("caller", CALLER)
    # It is about no call in particular, and names none.
    await line.post("conf", "", StatusCallbackEvent="conference-start")
    assert Connected() == line.news[-1]


async def talking(line: Line) -> None:
    await line.take()
    await line.joins("person", ANNA)
    line.transfers.post(line.id, Announced())
    await line.quiet()
    await line.post("room", CALLER)
    await line.post("conf", CALLER, StatusCallbackEvent="conference-start")


@pytest.mark.parametrize(
    ("after", "bot", "expected"),
    [
        (After.BOT, True, ["Connect", "Stream", "Parameter"]),
        (After.BOT, False, ["Say", "Record", "Say", "Hangup"]),
        (After.GOODBYE, True, ["Say", "Hangup"]),
    ],
)
async def test_after_the_talk_the_caller_goes_on_as_configured(
    after: After, bot: bool, expected: list[str]
) -> None:
    line = Line()
    await line.begin(after)
    await talking(line)
    line.returns.bot = bot

    assert ["Hangup"] == verbs((await line.post("agent-left", ANNA)).text)
    document = (await line.post("caller-left", CALLER, CallStatus="in-progress")).text
    assert expected == verbs(document)
    assert Settle(Outcome.BRIDGED, Reason.TALK_OVER) == line.news[-1]
    # Whoever asks again gets the same.
    again = (await line.post("caller-left", CALLER, CallStatus="in-progress")).text
    assert document == again
    assert 0 == line.transfers.live
    await line.close()


async def test_a_caller_who_hung_up_in_the_room_is_told_nothing(line: Line) -> None:
    await talking(line)

    document = (await line.post("caller-left", CALLER, CallStatus="completed")).text
    assert ["Hangup"] == verbs(document)
    assert Settle(Outcome.BRIDGED, Reason.HUNG_UP) == line.news[-1]


@pytest.mark.parametrize(
    ("digits", "reason", "say"),
    [("2", Reason.DECLINED, True), ("", Reason.VOICEMAIL, True), ("9", Reason.VOICEMAIL, True)],
)
async def test_who_does_not_take_it_is_thanked_and_the_next_one_rung(
    line: Line, digits: str, reason: Reason, say: bool
) -> None:
    await line.post("screen", ANNA)
    document = (await line.post("decision", ANNA, Digits=digits)).text

    assert ["Say", "Hangup"] == verbs(document)
    assert [TellNext(reason)] == line.news
    assert [*PEOPLE] == [call.to for call in line.orders.dialled]


async def test_a_person_who_decides_too_late_hears_that_nobody_waits(line: Line) -> None:
    await line.post("agent-status", ANNA, CallStatus="no-answer")

    for name, form in (("screen", {}), ("decision", {"Digits": "1"})):
        document = (await line.post(name, ANNA, **form)).text
        assert "no longer waiting" in document
        assert ["Say", "Hangup"] == verbs(document)


@pytest.mark.parametrize(
    ("error", "settled"),
    [
        (CarrierRefused("no", status=400, code=21211), True),
        (CarrierUnavailable("no answer"), False),
    ],
)
async def test_a_carrier_that_does_not_ring_anybody(error: Exception, settled: bool) -> None:
    """A refusal is certain; without an answer somebody may be rung."""
    line = Line()
    line.orders.fails = error
    await line.begin()

    assert settled is (Settle(Outcome.RETURNED, Reason.FAILED) in line.news)
    assert (2 if settled else 1) == len(line.orders.dialled)
    await line.close()


async def test_a_caller_who_is_gone_when_moved(line: Line) -> None:
    await line.take()
    await line.joins("person", ANNA)
    line.orders.outcome = ControlOutcome.GONE
    line.transfers.post(line.id, Announced())
    await line.quiet()

    assert Settle(Outcome.GONE, Reason.HUNG_UP) == line.news[-1]
    # The person is told why, by the address at which they began.
    assert (ANNA, f"{line.id}/screen?person=0") == line.orders.redirected[-1]
    assert "no longer waiting" in (await line.post("screen", ANNA)).text


async def test_a_room_that_has_emptied_is_never_entered(line: Line) -> None:
    await line.take()
    await line.joins("person", ANNA)
    line.transfers.post(line.id, Announced())
    await line.quiet()
    await line.post("agent-left", ANNA)

    document = (await line.post("room", CALLER)).text
    assert ["Connect", "Stream", "Parameter"] == verbs(document)
    assert Settle(Outcome.RETURNED, Reason.LEFT) == line.news[-1]


class TestStrangers:
    """Nobody but the carrier, and no leg but our own."""

    @pytest.mark.parametrize(
        "name",
        ["screen", "decision", "agent-status", "agent-left", "conf", "room", "caller-left", "back"],
    )
    async def test_a_forged_request_is_refused(self, line: Line, name: str) -> None:
        before = await line.record()

        assert 403 == (await line.post(name, ANNA, token="forged", Digits="1")).status_code
        assert before == await line.record()

    async def test_a_transfer_that_is_not_known(self, line: Line) -> None:
        for name in ("0" * 32, "x", "A" * 32, line.id[:-1]):
            line.id = name
            assert 404 == (await line.post("screen", ANNA)).status_code
            # A caller is not lost because we forgot.
            assert "Gather" in verbs((await line.post("room", CALLER)).text)

    async def test_legs_of_other_calls_change_nothing(self, line: Line) -> None:
        await line.post("screen", ANNA)
        before = await line.record()

        for name in ("screen", "decision", "agent-left", "room", "caller-left"):
            document = (await line.post(name, "CAstranger", Digits="1")).text
            assert "Conference" not in document
            assert "Stream" not in document
        assert "Conference" not in (await line.post("decision", CALLER, Digits="1")).text
        await line.post("agent-status", "CAstranger", CallStatus="completed")
        await line.joins("person", "CAstranger")
        await line.joins("caller", "CAstranger")
        assert before == await line.record()

    @pytest.mark.parametrize(
        ("name", "form"),
        [
            ("agent-status", {"CallStatus": "flying"}),
            ("agent-status", {}),
            ("caller-left", {"CallStatus": "flying"}),
            ("decision", {"Digits": "1" * 40}),
            ("conf", {"ParticipantLabel": "x" * 129}),
        ],
    )
    async def test_odd_fields_are_refused(
        self, line: Line, name: str, form: dict[str, str]
    ) -> None:
        sid = CALLER if name == "caller-left" else ANNA
        assert 400 == (await line.post(name, sid, **form)).status_code

    @pytest.mark.parametrize("person", [-1, 99, 1000])
    async def test_persons_that_do_not_exist(self, line: Line, person: int) -> None:
        assert 400 == (await line.post("screen", ANNA, person=person)).status_code
        assert "no longer waiting" in (await line.post("screen", ANNA, person=31)).text


async def test_a_repeated_screening_gets_the_same(line: Line) -> None:
    first = await line.post("screen", ANNA)

    assert first.text == (await line.post("screen", ANNA)).text
    await line.post("decision", ANNA, Digits="1")
    assert "Conference" in (await line.post("decision", ANNA, Digits="1")).text


def record(number: int, version: int = 0) -> TransferRecord:
    return TransferRecord(
        f"{number:032x}",
        f"CA{number}",
        PEOPLE,
        "",
        "",
        After.BOT,
        TransferState(2),
        version=version,
    )


async def test_the_last_transfers_are_remembered() -> None:
    store = MemoryTransfers(limit=3)
    for number in range(5):
        assert await store.save(record(number))

    assert [False, False, True, True, True] == [
        await store.load(f"{number:032x}") is not None for number in range(5)
    ]
    assert None is await store.of_call("CA1")
    assert record(4, version=1) == await store.of_call("CA4")


async def test_whoever_is_late_to_save_learns_so() -> None:
    store = MemoryTransfers()
    assert await store.save(record(1))
    assert not await store.save(record(1))
    assert await store.save(record(1, version=1))
    assert record(1, version=2) == await store.load(f"{1:032x}")


def test_a_record_survives_being_stored() -> None:
    kept = record(7)

    assert kept == TransferRecord.from_json(kept.to_json())
    assert "+1555" not in repr(kept)
    with pytest.raises(ValueError, match="not a transfer"):
        TransferRecord.from_json({"transfer_id": "x"})


async def test_a_stage_is_kept_with_what_led_to_it(line: Line) -> None:
    assert Stage.DIALING is (await line.record()).state.stage
    await line.post("agent-status", ANNA, CallStatus="ringing")
    await line.post("screen", ANNA)
    assert Stage.SCREENING is (await line.record()).state.stage
    of_call = await line.transfers.of_call(CALLER)
    assert of_call == await line.record()


async def test_no_signed_nonsense_breaks_anything(line: Line) -> None:
    """Names, persons and fields at random: an answer, and never a conference for a stranger."""
    random = Random(5)
    names = ("screen", "decision", "agent-status", "agent-left", "conf", "room", "back", "x")
    values = ("", "1", "2", "completed", "participant-join", "person", "caller", "é\x00", "9" * 200)
    fields = ("CallStatus", "Digits", "StatusCallbackEvent", "ParticipantLabel", "SequenceNumber")
    for _ in range(400):
        form = {name: random.choice(values) for name in random.sample(fields, random.randint(0, 5))}
        sid = random.choice((ANNA, BEN, CALLER, "CAother", "", "C A"))
        response = await line.post(
            random.choice(names), sid, person=random.choice((0, 0, 1, 2, 31, 32, 999)), **form
        )

        assert response.status_code in (200, 204, 400, 404), response.text
        if sid == "CAother":
            assert "Conference" not in response.text
    assert 0 == line.transfers.live or (await line.record()).state.stage in Stage
