"""TwimlLike: the markup of carriers that read TwiML, but for what comes after a stream.

Twilio asks `<Connect action>` how a call goes on; Telnyx and SignalWire execute what stands after
`</Connect>` once the stream is over, so there stands a `<Redirect>` to the same address. Sources:
developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/connect and
signalwire.com/docs/compatibility-api/cxml/reference/voice/stream.
"""

from __future__ import annotations

from collections.abc import Mapping

from telephony.twilio import twiml


class TwimlLike:
    """See `telephony.dialect.Markup`.

    Args:
        stream: Further attributes of `<Stream>`, such as its codec.
    """

    def __init__(self, stream: Mapping[str, str]) -> None:
        self._stream = dict(stream)

    def connect_stream(
        self,
        stream_url: str,
        action_url: str,
        status_callback_url: str,
        parameters: Mapping[str, str],
        *,
        say: str = "",
    ) -> str:
        """Connect the call to our media socket, and go on at the action once it has closed.

        Raises:
            ValueError: the carrier would refuse the address or a parameter.
        """
        return twiml.connect_stream(
            stream_url,
            action_url,
            status_callback_url,
            parameters,
            say=say,
            attributes=self._stream,
            asks_action=False,
        )

    wait = staticmethod(twiml.wait)
    hangup = staticmethod(twiml.hangup)
    reject = staticmethod(twiml.reject)
    dial = staticmethod(twiml.dial)
    fallback_menu = staticmethod(twiml.fallback_menu)
    voicemail = staticmethod(twiml.voicemail)
