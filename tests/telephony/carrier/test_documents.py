"""Documents, carried out by the fake carrier verb by verb."""

import httpx
import pytest

from telephony.calls import CallStatus
from telephony.media_leg import DtmfReceived, Started
from telephony.simulator import AfterBot, At, CallerLine
from telephony.simulator.carrier import (
    CarrierComplains,
    CarrierOptions,
    FakeCarrier,
    Person,
)
from telephony.simulator.carrier.documents import BadDocument, parse
from telephony.twilio import twiml
from tests.telephony.carrier.server import (
    AGENT,
    HOTLINE,
    PUBLIC,
    hotline,
    virtually,
)
from tests.telephony.laboratory import Wire
from tests.telephony.sounds import tone

INSTANT = CarrierOptions.instant()


def verbs(carrier: FakeCarrier) -> list[str]:
    """Return the verbs carried out so far, on all calls."""
    return [line.detail for line in carrier.log if line.what == "verb"]


class TestGrammar:
    """What may stand in a document, by the `twilio` package's own generated classes."""

    @pytest.mark.parametrize(
        "document",
        [
            twiml.hangup("Bye."),
            twiml.reject(busy=True),
            twiml.redirect(f"{PUBLIC}/x"),
            twiml.dial(AGENT, caller_id=HOTLINE, timeout=20, action_url=f"{PUBLIC}/x"),
            twiml.fallback_menu(f"{PUBLIC}/x", menu="Press 1.", goodbye="Bye."),
            twiml.voicemail(f"{PUBLIC}/x", prompt="Speak.", goodbye="Bye."),
            twiml.connect_stream("wss://h/m", f"{PUBLIC}/x", f"{PUBLIC}/y", {"token": "t"}),
        ],
    )
    def test_ours_have_no_fault(self, document: str) -> None:
        """Each document that we write."""
        assert [] == parse(document)[1]

    @pytest.mark.parametrize(
        ("verb", "fault"),
        [
            ('<Say colour="red">x</Say>', "Say has no attribute colour"),
            ('<Gather numDigits="few"/>', "Gather numDigits: 'few' is no whole number"),
            ('<Dial answerOnBridge="yes">+1</Dial>', "Dial answerOnBridge: 'yes' is none of"),
            (
                '<Dial><Conference statusCallbackEvent="start busy">r</Conference></Dial>',
                "Conference statusCallbackEvent: no such event: busy",
            ),
            (
                '<Connect><Stream url="wss://h/m?x=1"/></Connect>',
                "Stream url must be wss://host/path, without a query",
            ),
            (
                f'<Connect><Stream url="wss://h/m"><Parameter name="n" value="{"x" * 499}"/>'
                "</Stream></Connect>",
                "Parameter is longer than 499 characters",
            ),
        ],
    )
    def test_what_can_be_ignored_is_a_fault(self, verb: str, fault: str) -> None:
        """Twilio warns, and goes on."""
        (found,) = parse(f"<Response>{verb}</Response>")[1]
        assert found.startswith(fault)

    @pytest.mark.parametrize(
        "document",
        [
            "no document",
            "<Reply/>",
            "<Response><Shout/></Response>",
            "<Response><Say><Dial>+1</Dial></Say></Response>",
            "<Response><Gather><Dial>+1</Dial></Gather></Response>",
            "<Response><Dial><Conference/></Dial></Response>",
        ],
    )
    def test_what_cannot_be_carried_out(self, document: str) -> None:
        """Twilio ends the call."""
        with pytest.raises(BadDocument):
            parse(document)


@virtually
async def test_a_bad_document_is_heard_and_complained_about() -> None:
    """The caller hears an apology and the end; the carrier raises when it closes."""

    async def story() -> None:
        async with hotline(INSTANT) as (carrier, server):
            server.answers["/voice"] = (
                "<Response><Say>Hi.</Say><Redirect>/next</Redirect></Response>"
            )
            server.answers["/next"] = "<Response><Shout/></Response>"
            call = await carrier.call(HOTLINE)
            assert CallStatus.COMPLETED is await call.ended()
            assert call.heard()[-1][1] - call.heard()[0][0] > 3

    with pytest.raises(CarrierComplains, match="Shout may not stand in Response"):
        await story()


@virtually
async def test_a_menu() -> None:
    """The first key stops the prompt; what comes of the menu is the action's."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = (
            '<Response><Gather numDigits="2" action="/choice"><Say>Press one for a person, or two '
            "to leave a message, or stay on the line.</Say></Gather></Response>"
        )
        server.answers["/choice"] = "<Response><Hangup/></Response>"
        call = await carrier.call(HOTLINE, [CallerLine(digits="25", when=At(1.0))])
        await call.ended()

        (choice,) = server.forms("/choice")
        assert ("25", "in-progress") == (choice["Digits"], choice["CallStatus"])
        ((begin, end),) = call.heard()
        assert 0.9 < end - begin < 1.1


@virtually
async def test_a_menu_without_an_answer() -> None:
    """`actionOnEmptyResult` asks all the same; without it the next verb comes."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = (
            '<Response><Gather timeout="2" action="/never"><Say>Well?</Say></Gather>'
            '<Gather timeout="3" action="/empty" actionOnEmptyResult="true"/></Response>'
        )
        call = await carrier.call(HOTLINE)
        await call.ended()

        assert [] == server.forms("/never")
        assert [""] == [form["Digits"] for form in server.forms("/empty")]
        assert 5.0 < (call.ended_at or 0) < 5.6


@virtually
async def test_a_message() -> None:
    """Recorded from the beep to the silence after it; the audio can be fetched."""
    async with hotline(INSTANT) as (carrier, server), httpx.AsyncClient(trust_env=False) as http:
        server.answers["/voice"] = (
            '<Response><Record timeout="2" action="/done" recordingStatusCallback="/ready"/>'
            "</Response>"
        )
        call = await carrier.call(HOTLINE, [CallerLine(tone(1.5), when=At(0.5))])
        await call.ended()
        await carrier.settled()
        (done,) = server.forms("/done")
        sound = await http.get(
            f"{done['RecordingUrl']}.wav", auth=(carrier.account_sid, carrier.auth_token)
        )
        refused = await http.get(done["RecordingUrl"])

        assert "4" == done["RecordingDuration"]
        assert done["RecordingSid"] == server.forms("/ready")[0]["RecordingSid"]
        assert sound.content.startswith(b"RIFF")
        assert 401 == refused.status_code


@virtually
async def test_a_stream_goes_on_with_the_action() -> None:
    """The server closes the socket, and is asked for what comes next."""
    async with hotline(INSTANT) as (carrier, server):

        async def bot(wire: Wire) -> None:
            started = await wire.wait_for(Started)
            assert isinstance(started, Started)
            assert {"token": "t1"} == dict(started.custom_parameters)
            await wire.play(tone(0.5))
            await wire.mark("greeting")
            await wire.wait_for(DtmfReceived)
            await wire.play(tone(30))
            await wire.wait_for_speech()
            await wire.close()

        server.bot = bot
        server.answers["/voice"] = twiml.connect_stream(
            "wss://bot.example.com/media", f"{PUBLIC}/next", f"{PUBLIC}/stream", {"token": "t1"}
        )
        server.answers["/next"] = "<Response><Pause/></Response>"
        lines = [
            CallerLine(digits="5", when=AfterBot(0.3)),
            CallerLine(tone(0.1), when=At(2.0)),
        ]
        call = await carrier.call(HOTLINE, lines)
        await call.ended()
        await carrier.settled()

        assert [True] == server.upgrades_signed
        assert ["greeting"] == server.wires[0].echoed
        assert 3.0 < (call.ended_at or 0) < 3.3
        assert call.heard()[-1][1] < 2.2, "what was not played is dropped"
        (stream,) = call.streams
        assert [stream.sid] == [form["StreamSid"] for form in server.forms("/next")]
        assert {"stream-started", "stream-stopped"} == {
            form["StreamEvent"] for form in server.forms("/stream")
        }


@virtually
async def test_hanging_up_tells_the_action_too() -> None:
    """With the call's status; what is answered is not carried out."""
    async with hotline(INSTANT) as (carrier, server):

        async def bot(wire: Wire) -> None:
            while True:
                await wire.receive()

        server.bot = bot
        server.answers["/voice"] = twiml.connect_stream(
            "wss://bot.example.com/media", f"{PUBLIC}/next", f"{PUBLIC}/stream", {}
        )
        server.answers["/next"] = "<Response><Say>Nobody hears this.</Say></Response>"
        call = await carrier.call(HOTLINE, person=Person(leaves_after=1.0))
        await call.ended()
        await carrier.until(lambda: bool(server.forms("/next")))

        assert "completed" == server.forms("/next")[0]["CallStatus"]
        assert ["Connect"] == verbs(carrier)
        assert [] == call.heard()


@virtually
async def test_a_cut_stream_goes_on_with_the_action_as_well() -> None:
    """There is no reconnect; the caller is still there."""
    async with hotline(INSTANT) as (carrier, server):

        async def bot(wire: Wire) -> None:
            while True:
                await wire.receive()

        server.bot = bot
        server.answers["/voice"] = twiml.connect_stream(
            "wss://bot.example.com/media", f"{PUBLIC}/next", f"{PUBLIC}/stream", {}
        )
        server.answers["/next"] = "<Response><Hangup/></Response>"
        call = await carrier.call(HOTLINE)
        await carrier.until(lambda: bool(server.wires))
        call.cut_stream()
        await call.ended()

        assert ["in-progress"] == [form["CallStatus"] for form in server.forms("/next")]
        assert [1006] == [stream.close_code for stream in call.streams]


@virtually
async def test_a_handshake_that_fails_is_seen_in_the_status_only() -> None:
    """31920, and on with the action."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = twiml.connect_stream(
            "wss://bot.example.com/nowhere", f"{PUBLIC}/next", f"{PUBLIC}/stream", {}
        )
        server.answers["/next"] = "<Response><Hangup/></Response>"
        call = await carrier.call(HOTLINE)
        await call.ended()
        await carrier.settled()

        assert ["stream-error"] == [form["StreamEvent"] for form in server.forms("/stream")]
        assert 1 == len(server.forms("/next"))


@virtually
async def test_waiting_in_a_queue() -> None:
    """With music, until the call is told to go on; then nobody asks the action."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = (
            '<Response><Enqueue action="/queued">support</Enqueue></Response>'
        )
        caller = await carrier.call(HOTLINE)
        await carrier.until(lambda: carrier.seconds() > 3)
        await (
            carrier.twilio_client()
            .calls(caller.sid)
            .update_async(twiml="<Response><Pause/><Hangup/></Response>")
        )
        await caller.ended()

        ((begin, end),) = caller.heard()
        assert 2.9 < end - begin < 3.1
        assert [] == server.forms("/queued")


@virtually
async def test_a_tap_hears_both_sides() -> None:
    """`<Start><Stream>` goes on while the call does something else."""
    async with hotline(INSTANT) as (carrier, server):
        lost: list[str] = []

        async def bot(wire: Wire) -> None:
            try:
                while True:
                    lost.append(await wire._websocket.receive_text())
            except Exception:
                return

        server.bot = bot
        server.answers["/voice"] = (
            '<Response><Start><Stream url="wss://bot.example.com/tap" track="both_tracks"/></Start>'
            "<Say>Somebody listens.</Say></Response>"
        )
        call = await carrier.call(HOTLINE, [CallerLine(tone(0.2), when=At(0.3))])
        await call.ended()
        await carrier.settled()

        assert '"tracks":["inbound","outbound"]' in lost[1]
        assert sum('"track":"inbound"' in one for one in lost) == pytest.approx(50, abs=8)
        assert '"event":"stop"' in lost[-1]
        assert [False] == [stream.both_ways for stream in call.streams]


@virtually
async def test_refer_is_for_sip_legs() -> None:
    """A caller from the telephone network cannot be referred."""

    async def story() -> None:
        async with hotline(INSTANT) as (carrier, server):
            server.answers["/voice"] = (
                "<Response><Refer><Sip>sip:a@b.example</Sip></Refer></Response>"
            )
            await (await carrier.call(HOTLINE)).ended()

    with pytest.raises(CarrierComplains, match="SIP legs only"):
        await story()


@virtually
async def test_refer_on_a_sip_leg() -> None:
    """The action learns that it worked."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = (
            '<Response><Refer action="/referred"><Sip>sip:a@b.example</Sip></Refer></Response>'
        )
        await (await carrier.call(HOTLINE, caller="sip:c@d.example")).ended()

        assert "202" == server.forms("/referred")[0]["ReferSipResponseCode"]
