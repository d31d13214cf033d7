"""Our media stream against `streamdouble`, a Twilio stand-in that nobody here wrote."""

import streamdouble.api
from streamdouble.session import SessionConfig

from telephony.media_leg import Connected, Started, Stopped
from telephony.simulator.player import FRAME
from telephony.twilio.carrier import TWILIO
from tests.telephony.laboratory import Wire, laboratory
from tests.telephony.sounds import silence, tone

QUESTION = silence(0.1) + tone(0.4) + silence(0.5)
ANSWER = tone(0.4)


async def bot(wire: Wire) -> None:
    """Answers in frames once the caller is silent, and listens on."""
    await wire.wait_for_speech()
    await wire.wait_for_silence(0.2)
    for start in range(0, len(ANSWER), FRAME):
        await wire.play(ANSWER[start : start + FRAME])
    await wire.mark("answered")
    while True:
        await wire.receive()


async def test_a_conversation_without_a_violation() -> None:
    """Everything it sends is understood, and everything we send is to its liking."""
    frames = [QUESTION[i : i + FRAME] for i in range(0, len(QUESTION), FRAME)]
    config = SessionConfig(
        custom_parameters={"token": "t1"}, stop_after_first_mark=True, quiet_period_s=0.3
    )
    async with laboratory(bot) as lab:
        url = lab.url.replace("http", "ws") + TWILIO.media_path
        report = await streamdouble.api.call(url, frames=frames, config=config)
        (wire,) = lab.wires

    assert [] == report.violations
    assert ANSWER == report.audio_received
    assert QUESTION == bytes(wire.heard)[: len(QUESTION)]
    assert ["answered"] == wire.echoed
    assert [Connected, Started] == [type(event) for event in wire.events[:2]]
    assert {Stopped} >= {type(event) for event in wire.events[3:]}
    first_audio = report.time_to_first_audio_ms
    assert first_audio is not None
    assert 650 < first_audio < 3_000
