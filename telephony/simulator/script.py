"""What a simulated caller says and when, and what goes wrong in the call.

Times are seconds. "Audible" is defined in `telephony.simulator.loudness`, and always at the
caller's ear.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AfterBot:
    """Speak when the bot has answered and fallen silent."""

    quiet: float = 0.6
    """Silence that means the bot is done."""
    max_wait: float = 20.0
    """Speak anyway if the bot has said nothing for so long."""


@dataclass(frozen=True, slots=True)
class During:
    """Speak while the bot speaks."""

    after_seconds: float = 2.0
    """Since the bot was first heard after the caller's last line."""
    max_wait: float = 20.0
    """Speak anyway if the bot has said nothing for so long."""


@dataclass(frozen=True, slots=True)
class At:
    """Speak at a fixed time."""

    seconds: float
    """Since the first stream started."""


When = AfterBot | During | At


@dataclass(frozen=True, slots=True)
class CallerLine:
    """One thing that the caller says, or keys that are pressed."""

    audio: bytes = field(default=b"", repr=False)
    """Mu-law, 8,000 Hz."""
    label: str = ""
    when: When = AfterBot()
    digits: str = field(default="", repr=False)
    """Keys pressed from the beginning of the line on, four a second."""
    speech: tuple[float, float] | None = None
    """Where in `audio` speech begins and ends, for audio with noise around it; None: as heard."""


GARBAGE: tuple[str | bytes, ...] = (
    "{not json",
    "[]",
    '"media"',
    "{}",
    '{"event":"media"}',
    '{"event":"media","streamSid":"MZwrong","media":{"payload":"/w=="}}',
    '{"event":"something-new"}',
    b"\x00\x01binary",
)
"""Frames that no carrier sends."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong. All off by default; times are since the first stream started."""

    drop_socket_at: float | None = None
    """The first stream's connection breaks without a goodbye; the call goes on without it."""
    hang_up_at: float | None = None
    """The caller hangs up."""
    hang_up_in_line: int | None = None
    """The caller hangs up in the middle of this line, counted from 0."""
    garbage_at: float | None = None
    """`garbage` is sent, once."""
    garbage: tuple[str | bytes, ...] = GARBAGE
    no_start: bool = False
    """The socket opens, and neither `start` nor audio ever comes."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Stream parameters to replace or add, such as `("token", "wrong")`."""
    drop_parameters: tuple[str, ...] = ()
    """Stream parameters that get lost."""
    bad_signature: bool = False
    """The upgrade of the media socket is signed wrongly."""
