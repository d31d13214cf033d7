"""TwiML, to the letter."""

import pytest

from telephony.twilio import twiml

XML = '<?xml version="1.0" encoding="UTF-8"?>'


def test_connect_stream() -> None:
    """The media socket, its token, where failures are told and where the call goes on."""
    document = twiml.connect_stream(
        "wss://bot.example.com/twilio/media",
        "https://bot.example.com/twilio/stream-ended?stream=1",
        "https://bot.example.com/twilio/stream-status?stream=1",
        {"token": "a&b", "domain": "retail"},
    )

    assert document == (
        f"{XML}<Response>"
        '<Connect action="https://bot.example.com/twilio/stream-ended?stream=1" method="POST">'
        '<Stream statusCallback="https://bot.example.com/twilio/stream-status?stream=1" '
        'statusCallbackMethod="POST" url="wss://bot.example.com/twilio/media">'
        '<Parameter name="token" value="a&amp;b" /><Parameter name="domain" value="retail" />'
        "</Stream></Connect></Response>"
    )


def test_connect_stream_after_a_word() -> None:
    """A resumed call begins with an excuse."""
    document = twiml.connect_stream("ws://h/m", "http://h/e", "http://h/s", {}, say="Sorry.")

    assert document.startswith(f"{XML}<Response><Say>Sorry.</Say><Connect ")


@pytest.mark.parametrize("url", ["https://h/m", "wss:///m", "wss://h/m?token=1", "wss://h/m#f"])
def test_connect_stream_refuses_what_twilio_refuses(url: str) -> None:
    """Error 31920 on a live call otherwise."""
    with pytest.raises(ValueError, match="without a query"):
        twiml.connect_stream(url, "https://h/e", "https://h/s", {})


def test_a_parameter_is_bounded() -> None:
    """Name and value together under 500 characters."""
    fits = twiml.connect_stream("wss://h/m", "e", "s", {"token": "x" * 494})

    assert "x" * 494 in fits
    with pytest.raises(ValueError, match="stream parameter 'token' exceeds 499"):
        twiml.connect_stream("wss://h/m", "e", "s", {"token": "x" * 495})
    with pytest.raises(ValueError, match="control character"):
        twiml.connect_stream("wss://h/m", "e", "s", {"token": "\0"})


def test_hangup() -> None:
    """With and without a word; what XML cannot carry is not said."""
    assert f"{XML}<Response><Hangup /></Response>" == twiml.hangup()
    assert f"{XML}<Response><Say>Tom &amp; &lt;Ann&gt;</Say><Hangup /></Response>" == twiml.hangup(
        "Tom & <Ann>\0\x1b\ud800"
    )


def test_reject() -> None:
    """Before the call is answered."""
    assert f'{XML}<Response><Reject reason="busy" /></Response>' == twiml.reject(busy=True)
    assert f'{XML}<Response><Reject reason="rejected" /></Response>' == twiml.reject(busy=False)


def test_redirect() -> None:
    """To another document."""
    assert (
        f'{XML}<Response><Redirect method="POST">https://h/x?a=1&amp;b=2</Redirect></Response>'
        == twiml.redirect("https://h/x?a=1&b=2")
    )


def test_dial() -> None:
    """Ringing until somebody answers."""
    document = twiml.dial(
        "+15551234567", caller_id="+15550100000", timeout=25, action_url="https://h/d", say="Hold."
    )

    assert document == (
        f"{XML}<Response><Say>Hold.</Say>"
        '<Dial action="https://h/d" answerOnBridge="true" callerId="+15550100000" method="POST" '
        'timeout="25"><Number>+15551234567</Number></Dial></Response>'
    )


@pytest.mark.parametrize("number", ["", "911", "+0", "+1555123456789012", "sip:x@y", "+١٢٣٤٥٦٧"])
def test_only_full_numbers_are_dialled(number: str) -> None:
    """E.164 or nothing."""
    with pytest.raises(ValueError, match=r"E\.164"):
        twiml.dial(number, caller_id="", timeout=25, action_url="https://h/d")
    with pytest.raises(ValueError, match=r"E\.164"):
        twiml.dial("+15551234567", caller_id=number or "x", timeout=25, action_url="https://h/d")


def test_fallback_menu() -> None:
    """One key in five seconds, then goodbye: never a bare silence."""
    document = twiml.fallback_menu(
        "https://h/c", say="Sorry.", menu="Press 1, or 2.", goodbye="Goodbye."
    )

    assert document == (
        f"{XML}<Response><Say>Sorry.</Say>"
        '<Gather action="https://h/c" input="dtmf" method="POST" numDigits="1" timeout="5">'
        "<Say>Press 1, or 2.</Say></Gather><Say>Goodbye.</Say><Hangup /></Response>"
    )


def test_voicemail() -> None:
    """A tone, two minutes, the hash key."""
    document = twiml.voicemail("https://h/v", prompt="After the tone.", goodbye="Goodbye.")

    assert document == (
        f"{XML}<Response><Say>After the tone.</Say>"
        '<Record action="https://h/v" finishOnKey="#" maxLength="120" method="POST" '
        'playBeep="true" timeout="5" /><Say>Goodbye.</Say><Hangup /></Response>'
    )
