"""TeXML: what Telnyx's webhooks are answered with.

Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/stream. Without
`bidirectionalMode="rtp"` what we send would be taken for MP3 files.
"""

from __future__ import annotations

from telephony.dialect import Dialect
from telephony.twiml_like import TwimlLike

TELNYX = Dialect(
    "telnyx",
    TwimlLike({"bidirectionalMode": "rtp", "bidirectionalCodec": "PCMU", "codec": "PCMU"}),
    stream_tells_call=False,
)
